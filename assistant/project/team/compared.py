"""The annotators of one project, for comparing them: what each decided in documents that they marked done."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from assistant.project.store import Project
from assistant.project.team.annotators import GOLD
from bioassist.agreement import Annotator
from bioassist.documents import Document, Entity
from bioassist.errors import UsageError


def compared(project: Project, names: Sequence[str] = ()) -> list[list[Annotator]]:
    """Those to compare with each other: all of `names` (all annotators but gold, if none is named) with the documents
    that all of them are done with; if there is no such document, each pair that has some.

    Raises UsageError, which says what to do, for fewer than two annotators and where no two are done with one document.
    """
    known = [name for name in project.annotators() if name != GOLD]
    chosen = list(dict.fromkeys(names)) or known
    for name in chosen:
        if name not in project.annotators():
            raise UsageError(
                f"{name!r} decided nothing in this project.",
                where=str(project.path),
                next_step=f"Its annotators: {', '.join(known)}.",
            )
    if len(chosen) < 2:
        raise UsageError(
            "agreement takes two annotators or more; the project has " + (f"{chosen[0]} alone." if chosen else "none."),
            where=str(project.path),
            next_step="Others review it with --as NAME; `bioassist project import-part` takes in what they did.",
        )
    by = project.done_by()
    done = {row.id: set(by.get(row.id, ())) for row in project.documents() if row.has_text}
    for group in ([tuple(chosen)], list(combinations(chosen, 2))):
        found = [
            [_annotator(project, name, shared) for name in those]
            for those in group
            if (shared := [row for row, names_ in done.items() if names_.issuperset(those)])
        ]
        if found:
            return found
    raise UsageError(
        f"no document is marked done by two of {', '.join(chosen)}.",
        where=str(project.path),
        next_step="A document counts once it is marked done (D in the review).",
    )


def _annotator(project: Project, name: str, documents: Sequence[int]) -> Annotator:
    found = {}
    for document_id in documents:
        row = project.document(document_id)
        decided = project.journal.decisions(document_id, name).values()
        # What was suggested twice and edited to one extent is one annotation.
        kept = {one.extent: Entity(one.item_id, one.type, one.spans) for one in decided if one.kept}
        found[row.name] = Document(row.name, project.text(document_id), tuple(kept.values()))
    return Annotator(name, found)
