"""New mentions, from words that a person chose or from what the model nearly found."""

from __future__ import annotations

import secrets
from typing import Any

from assistant.project.journal.decisions import spans_to_json
from assistant.project.suggestions.near_misses import NearMiss
from assistant.review.work import Work, seen
from bioassist.documents import Span
from bioassist.errors import UsageError


class Adding(Work):
    """Additions to the open document."""

    def add(self, start: int, end: int, label: str) -> str:
        """Add a mention and focus it; white space at its edges is cut off. Returns the item's id.

        Where an item has that extent and type already, it is accepted instead. Raises UsageError for an empty extent
        or one outside the text, for a type that is not in the schema, and if no document is open.
        """
        return self._add(start, end, label, {})

    def near_misses(self) -> list[NearMiss]:
        """What the model nearly found in the open document, by place: but for what stands or waits there."""
        if self._open is None:
            return []
        taken = [span for item in self._open.items() if item.status != "rejected" for span in item.spans]
        found = self.project.nearly_found(self._open.row.id)
        return [one for one in found if not any(one.span.overlaps(span) for span in taken)]

    def add_near_miss(self, span: Span, label: str) -> str:
        """Add a near miss as a mention, and focus it. Returns the item's id; the journal keeps how near it was.

        Raises UsageError if `near_misses` has none with this span, and as `add` does.
        """
        near = next((one for one in self.near_misses() if one.span == span), None)
        if near is None:
            raise UsageError("the model did not nearly find this.", where=self._document().row.name)
        model = next((run.model for run in self.project.runs() if run.id == near.run), "")
        said = {"probability": near.probability, "type": near.type, "model": model, "run": near.run}
        return self._add(span.start, span.end, label, {"near": said})

    def _add(self, start: int, end: int, label: str, more: dict[str, Any]) -> str:
        document = self._document()
        self._check_label(label)
        extent = self._chosen(start, end)
        present = document.fold.find((label, (extent,)))
        if present is None:
            item_id = f"a-{secrets.token_hex(6)}"
            self._append("add", {"id": item_id, "type": label, "spans": spans_to_json([extent]), **more})
        else:
            item_id = present.id
            if not present.kept:
                self._append("accept", {"ids": [item_id], "on": seen([present]), "bulk": False, "threshold": None})
        self.focus(item_id)
        return item_id
