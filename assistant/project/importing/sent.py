"""What a document that comes back is compared with.

That is what was exported of it, as reading it unchanged with the same format gives it: only what differs from that was
done by a person. Of several exports that one counts whose mark is in the folder, else the last. A document that was
never exported is compared with the project as it is; then what is missing was not deleted.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.project.exporting.documents import document_now
from assistant.project.exporting.sent import Sending
from assistant.project.importing.matching import Matching, match
from assistant.project.importing.present import Present
from assistant.project.notes.unchanged import Carrier
from assistant.project.records import DocumentRow
from assistant.project.store import Project
from bioassist.documents import Annotation, Document, Entity, Equivalence
from bioassist.errors import BioassistError
from converters.annotations import row, targets, with_row
from converters.formats import Format


@dataclass(frozen=True, slots=True)
class Sent:
    """`document` is what the project gave out, `back` what reading it gives; `matching` leads from `back` to that.
    `items` are items and facts of the project by their ids in `document`. `seq` is the length of the journal at that
    time, 0 if the document was never exported: then `exported` is False. `annotator` is whose annotations were given
    out, "" if that is not known; `anew` is True if an older version of the note was.
    """

    document: Document
    back: Document
    matching: Matching
    items: Mapping[str, str]
    seq: int
    exported: bool
    annotator: str = ""
    anew: bool = False


def moved(document: Document, text: str) -> tuple[Document, tuple[Annotation | Equivalence, ...]]:
    """`document` on another text, and what is not in it any more: entities whose words changed, and whatever refers to
    them."""
    if document.text == text:
        return document, ()
    carrier = Carrier(document.text, text)
    carried = [(entity, carrier.spans(entity.spans)) for entity in document.entities]
    lost: list[Annotation | Equivalence] = [entity for entity, spans in carried if spans is None]
    kept: list[Annotation | Equivalence] = [
        replace(entity, spans=spans) for entity, spans in carried if spans is not None
    ]
    others = [one for one in row(document) if not isinstance(one, Entity)]
    while True:
        gone = {one.id for one in lost if isinstance(one, Annotation)}
        more = [one for one in others if not gone.isdisjoint(targets(one))]
        if not more:
            return with_row(replace(document, text=text), [*kept, *others]), tuple(lost)
        lost += more
        others = [one for one in others if gone.isdisjoint(targets(one))]


class Sender:
    """Finds what was sent out. `reader` reads what comes back, `mark` is what an export left in its folder."""

    def __init__(self, project: Project, reader: Format, mark: str | None) -> None:
        self._project = project
        self._reader = reader
        self._mark = mark
        self._versions: dict[str, list[DocumentRow]] = {}
        for version in project.documents(include_superseded=True):
            if version.has_text:
                self._versions.setdefault(version.name, []).append(version)

    def to(self, there: Present, found: Document) -> Sent:
        """What `found`, which has the text of `there`, is to be compared with."""
        project, row_ = self._project, there.row
        items = {given: item for item, given in project.export_ids.known(row_.id).items()}
        versions = {version.id: version for version in self._versions.get(row_.name, ())}
        exported = project.exports.latest(versions, self._reader.name, self._mark)
        if exported is not None:
            given = exported.document(row_.name, project.text(exported.document_id))
            read = self._read_back(given, exported.sending)
            if read is not None:
                anew = exported.document_id != row_.id
                if anew:
                    # Of an older version, what was not carried over is not here.
                    items = {one: item for one, item in items.items() if item in there.items or item in there.facts}
                document, back = moved(given, found.text)[0], moved(read, found.text)[0]
                annotator = exported.annotator
                return Sent(document, back, match(document, back), items, exported.seq, True, annotator, anew)
        now = document_now(project, row_)
        return Sent(now, now, match(now, now), {one.id: one.id for one in now.annotations()} | items, 0, False)

    def _read_back(self, document: Document, sending: Sending) -> Document | None:
        """None if the format cannot hold it."""
        if self._reader.name == "brat":
            from converters.brat.folder import as_exported

            if sending.format == "brat":
                return as_exported(document, sending.profile, as_notes=sending.as_notes)
            return as_exported(document)
        # In the project's own folder, which is private: what is written holds the note.
        with tempfile.TemporaryDirectory(prefix="import-", dir=self._project.path) as folder:
            place = Path(folder, f"back.{self._reader.name}")
            try:
                self._reader.write([document], place)
                found = list(self._reader.read(place))
            except (BioassistError, ValueError):
                found = []
        return found[0] if len(found) == 1 else None
