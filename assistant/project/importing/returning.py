"""Files that come back: each document found in the project, compared with what was sent, and decided on."""

from __future__ import annotations

import json
from collections.abc import Collection
from pathlib import Path

from assistant.project.exporting.sent import mark_of
from assistant.project.importing.account import Account, rates
from assistant.project.importing.comparing import compare
from assistant.project.importing.deciding import decide
from assistant.project.importing.present import Base, Present
from assistant.project.importing.sent import Sender, moved
from assistant.project.records import DocumentRow
from assistant.project.store import Project
from bioassist.documents import Annotation, Document, Entity, text_hash
from bioassist.errors import ProjectError
from converters.annotations import name, row, with_row, without_dangling
from converters.formats import Format
from converters.plain import to_plain


class Returning:
    """The import of one folder or file into a project, by the project's actor.

    `vouched` names the documents that the person reviewed as a whole; None: all. Of the others those count as reviewed
    that have no mark of an unreviewed suggestion left and show a person's hand: there were marks when they were
    exported, or something is different; or, if they were never exported, they have annotations (none will do in a
    project that no engine ever read, if there is a file for them). Reviewed documents are marked done, unless
    `mark_done` is False.
    """

    def __init__(
        self,
        project: Project,
        reader: Format,
        *,
        vouched: Collection[str] | None = (),
        mark_done: bool = True,
    ) -> None:
        self.account = Account()
        # What comes is compared with what the person who brings it has decided.
        project = project.seen_by(project.actor)
        self._project = project
        self._reader = reader
        self._vouched = vouched
        self._mark_done = mark_done
        self._sender = Sender(project, reader, None)
        self._rows = {one.name: one for one in project.documents() if one.has_text}
        self._by_sha: dict[str, list[DocumentRow]] = {}
        for one in self._rows.values():
            self._by_sha.setdefault(one.text_sha, []).append(one)
        self._seen: set[int] = set()
        self._reviewed: list[int] = []
        self._labels = _labels(project)
        self._bare: set[str] = set()
        self._gold = project.latest_run() is None

    def read(self, source: Path) -> Account:
        """Take in everything at `source`. Stopped in the middle, what was saved is kept, and doing it again goes on.

        Raises InputError if nothing can be read there.
        """
        account = self.account
        self._sender = Sender(self._project, self._reader, mark_of(source))
        vouched, heard = set(self._vouched or ()), 0
        for document in self._reader.read(source, None, account.report):
            account.read += 1
            self._bare.update(one.document for one in account.report.findings[heard:] if one.code == "no annotations")
            heard = len(account.report.findings)
            vouched.discard(document.name)
            if document.name not in self._rows and not self._by_text(document):
                account.tell(document.name, "not in the project", "the project has no such document.", "loss")
                continue
            self.take(document)
        for called in sorted(vouched):
            account.tell(called, "not here", "it was named as reviewed, and did not come.", "loss")
        account.missing = [one.name for one in self._rows.values() if one.id not in self._seen]
        return self.finished()

    def finished(self) -> Account:
        self.account.rates = rates(self._project, self._reviewed)
        return self.account

    def take(self, document: Document) -> None:
        """Take in one document that the project has, by name or by its text."""
        there = self._rows.get(document.name)
        if there is None or (there.text_sha != _sha(document) and self._by_text(document)):
            there = self._by_text(document)
        if there is None or there.id in self._seen:
            self.account.tell(document.name, "twice", "it came already in this import; left out.", "loss")
        else:
            self.take_as(there, document)

    def take_as(self, there: DocumentRow, document: Document) -> None:
        """Take in a document as the one that is `there`."""
        sound = self._sound(document)
        if sound is None:
            return
        self._seen.add(there.id)
        self.account.matched += 1
        # One transaction a document: what is read and what is decided on it belong together.
        with self._project.transaction():
            self._decide(self._project.document(there.id), sound)

    def _by_text(self, document: Document) -> DocumentRow | None:
        """The document of this text, if it is one alone."""
        found = self._by_sha.get(_sha(document), [])
        return found[0] if len(found) == 1 else None

    def _decide(self, there: DocumentRow, document: Document) -> None:
        account = self.account
        named = self._vouched is None or document.name in self._vouched or there.name in self._vouched
        found, lost = moved(document, self._project.text(there.id))
        present = Present.of(self._project, there)
        sent = self._sender.to(present, found)
        if sent.annotator not in ("", self._project.actor):
            until = None if sent.anew else sent.seq
            present = Present.of(self._project, there, Base.of(self._project, there, sent.annotator, until=until))
            sent = self._sender.to(present, found)
        gold = self._gold and document.name not in self._bare
        said = compare(sent, found, present, lost=lost, named=named, gold=gold)
        decided = decide(
            self._project,
            present,
            sent,
            said,
            format_name=self._reader.name,
            named=named,
            mark_done=self._mark_done,
        )
        account.add(decided)
        account.marked += said.marked
        account.by_content += said.by_content
        if said.reviewed:
            account.reviewed += 1
            self._reviewed.append(there.id)
        if decided.taken_over:
            mine = self._project.actor
            what = f"{decided.taken_over:,} decisions of {sent.annotator} are left as they were: they are {mine}'s too."
            account.tell(there.name, "taken over", what)
        if found.text != document.text:
            what = "its text was edited; what lies on unchanged text was taken."
            account.tell(there.name, "text changed", what, "change")
        for one in lost:
            place = one.start if isinstance(one, Entity) else None
            message = f"{name(one)} ({one.type}) lies on text that was edited; it was left out."
            account.tell(there.name, "not aligned", message, "loss", place)
        for one in said.strays:
            account.tell(
                there.name,
                "unreviewed",
                f"{name(one)} ({one.type}) is unreviewed, or on what is, and was not suggested here; left out.",
                "loss",
            )
        for identity in decided.overruled:
            message = f"on {identity} the project had another word since the export; that of the file counts now."
            account.tell(there.name, "overruled", message)
        for label in sorted({one.type for one in found.entities} - self._labels):
            self._labels.add(label)
            account.tell(there.name, "label", f"the schema has no type {label!r}; its annotations were taken in.")

    def _sound(self, document: Document) -> Document | None:
        """What a project can hold of `document`; None if its text is none."""
        try:
            json.dumps(to_plain(document), ensure_ascii=False).encode()
        except UnicodeEncodeError:
            self.account.tell(document.name, "not text", "a lone surrogate is in it; it was left out.", "loss")
            return None
        kept: list[Annotation] = []
        for one in document.annotations():
            if isinstance(one, Entity) and (one.end > len(document.text) or not any(map(len, one.spans))):
                message = f"{one.id} marks nothing in the text; it was left out."
                self.account.tell(document.name, "no text", message, "loss", one.start)
            else:
                kept.append(one)
        annotations, dangling = without_dangling([*kept, *document.equivalences])
        for gone in dangling:
            what = "left out" if gone.left_out else "taken without"
            message = f"{name(gone.annotation)} refers to {', '.join(gone.missing)}, which is not there; {what}."
            self.account.tell(document.name, "target", message, "loss")
        if len(annotations) == len(row(document)) and not dangling:
            return document
        return with_row(document, annotations)


def _sha(document: Document) -> str:
    try:
        return text_hash(document.text)
    except UnicodeEncodeError:
        return ""


def _labels(project: Project) -> set[str]:
    try:
        return {entity.name for entity in project.schema.entities}
    except ProjectError:
        return set()
