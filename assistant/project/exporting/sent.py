"""What was exported of each document, so that what comes back corrected can be told from what was sent out."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from assistant.project.file.database import Database
from assistant.project.journal.entries import canonical
from bioassist.documents import Document
from converters.formats import Profile
from converters.plain import from_plain, to_plain

# In an exported folder: which export it is, as its files are changed and moved about.
MARK = ".bioassist-export"


@dataclass(frozen=True, slots=True)
class Sending:
    """One export: how it is written, and the id by which its folder is known when it comes back.

    `profile` and `as_notes` are for brat files (`converters.brat.profiles`).
    """

    format: str
    profile: Profile = "brat"
    as_notes: bool = False
    id: str = field(default_factory=lambda: secrets.token_hex(8))

    def mark(self, folder: Path) -> None:
        """Leave the id in the folder that was written."""
        (folder / MARK).write_text(f"{self.id}\n", "utf-8")


@dataclass(frozen=True, slots=True)
class Exported:
    """A document's annotations as they were exported, without its text; `seq` is the journal's length at that time.

    `annotator` is whose they were, "" where that was not kept.
    """

    document_id: int
    sending: Sending
    seq: int
    content: str
    annotator: str

    def document(self, name: str, text: str) -> Document:
        return from_plain(json.loads(self.content) | {"name": name, "text": text})


class ExportTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def record(self, document_id: int, seq: int, document: Document, sending: Sending, annotator: str) -> None:
        """Keep what is exported now of an annotator; what was exported so before is not kept twice."""
        plain = to_plain(replace(document, source=None))
        del plain["name"], plain["text"]
        content = canonical(plain)
        digest = hashlib.sha256(content.encode()).hexdigest()
        with self._database.transaction():
            self._database.execute("INSERT OR IGNORE INTO exported_contents VALUES (?, ?)", (digest, content))
            self._database.execute(
                "INSERT INTO exports (document_id, sending, format, profile, as_notes, seq, digest, annotator)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                (document_id, sending.id, sending.format, sending.profile, sending.as_notes, seq, digest, annotator),
            )

    def latest(self, documents: Iterable[int], format_name: str, mark: str | None) -> Exported | None:
        """What a file of one of these versions of a document is to be compared with.

        That is the export that left `mark`, if it is one of this project; else the last in the format, else the last.
        """
        rows = self._database.rows_in(
            "SELECT number, document_id, format, profile, as_notes, sending, seq, content, annotator FROM exports"
            " JOIN exported_contents USING (digest) WHERE document_id IN",
            documents,
        )
        rows.sort()
        if mark is not None and self._database.row("SELECT 1 FROM exports WHERE sending = ?", (mark,)):
            rows = [row for row in rows if row[5] == mark]
        chosen = [row for row in rows if row[2] == format_name] or rows
        if not chosen:
            return None
        _, document_id, written_as, profile, as_notes, sending, seq, content, annotator = chosen[-1]
        return Exported(document_id, Sending(written_as, profile, bool(as_notes), sending), seq, content, annotator)


def mark_of(source: Path) -> str | None:
    """The mark that an export left in the folder `source`, or beside the file `source`."""
    file = (source if source.is_dir() else source.parent) / MARK
    try:
        return file.read_text("utf-8").strip() if file.is_file() else None
    except (OSError, UnicodeDecodeError):
        return None
