"""Which documents' items changed since one looked last."""

from __future__ import annotations

from assistant.project.store import Project

# Documents that are taken in at a time while a person waits.
AT_ONCE = 50


class Changes:
    """From now on, as the project is seen; made before what it watches is read, so that nothing is missed."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._seen = dict(project.tallies())

    def take(self, *, everything: bool = False) -> list[int]:
        """Some documents that changed and were not taken yet, or all of them."""
        # The project hands out the same counts until something changes.
        changed = [
            (document, counts)
            for document, counts in self._project.tallies().items()
            if self._seen.get(document) is not counts
        ][: None if everything else AT_ONCE]
        self._seen.update(changed)
        return [document for document, _ in changed]

    def take_one(self, document_id: int) -> bool:
        """Whether that document changed; then it is taken."""
        counts = self._project.tallies().get(document_id)
        if counts is None or counts is self._seen.get(document_id):
            return False
        self._seen[document_id] = counts
        return True
