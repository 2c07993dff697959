"""The end of a person's work without suggestions on a document."""

from __future__ import annotations

from assistant.project.guard.first_answers import extents_to_json
from assistant.project.journal.entries import REVEAL
from assistant.review.view import Saved
from assistant.review.work import Work, saved


class Blinded(Work):
    def _reveal(self) -> Saved:
        """Keep what the person has in the open document as their first answer, and show them the suggestions."""
        document = self._document()
        kept = [(item.id, item.type, item.spans) for item in document.items() if item.kept]
        suggested = [(one.id, one.type, one.spans) for one in self.project.suggestions_in_store(document.row.id)]
        entry = self._append(REVEAL, {"kept": extents_to_json(kept), "suggested": extents_to_json(suggested)})
        waiting = next((item for item in document.items() if item.status == "pending"), None)
        if waiting is not None:
            document.set_focus(waiting.id)
        return saved(entry)
