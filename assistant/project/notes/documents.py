"""The notes of a project: each text once, each note a row, also those that could not be read."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, cast

from assistant.project.file.database import Database
from assistant.project.guard.roles import Roles
from assistant.project.records import DocumentRow, DocumentState
from assistant.project.remembered import NOBODY, RememberedByActor
from bioassist.documents import text_hash
from bioassist.errors import ProjectError
from bioassist.reading import DecodedText

_COLUMNS = "id, name, path, text_sha, encoding, bom, newline, version, superseded, state, reason, words"


class DocumentTable:
    """`actor` is for whom documents are done, skipped or blind; where nobody is named none is."""

    def __init__(self, database: Database, roles: Roles) -> None:
        self._database = database
        self._roles = roles
        self._rows: RememberedByActor[DocumentRow] = RememberedByActor(database, self._load)

    def all(self, include_superseded: bool = False, actor: str = NOBODY) -> list[DocumentRow]:
        with self._database.lock:
            return [row for row in self._rows.of(actor).all().values() if include_superseded or not row.superseded]

    def get(self, document_id: int, actor: str = NOBODY) -> DocumentRow:
        with self._database.lock:
            row = self._rows.of(actor).all().get(document_id)
        if row is None:
            raise self._missing(document_id)
        return row

    def named(self, name: str, actor: str = NOBODY) -> DocumentRow | None:
        """The version of a note that counts now; a row without text only if there is no other."""
        found = self._database.row(
            "SELECT id FROM documents WHERE name = ? AND NOT superseded ORDER BY text_sha IS NULL", (name,)
        )
        return self.get(int(found[0]), actor) if found is not None else None

    def text(self, document_id: int) -> str:
        row = self._database.row(
            "SELECT d.name, d.path, d.reason, d.text_sha, t.text"
            " FROM documents d LEFT JOIN texts t ON t.sha = d.text_sha WHERE d.id = ?",
            (document_id,),
        )
        if row is None:
            raise self._missing(document_id)
        name, path, reason, sha, text = row
        if not sha:
            raise ProjectError(f"{name} could not be read: {reason}", where=path)
        if text is None or text_hash(text) != sha:
            raise ProjectError(f"the text of {name} in the project is not what was stored.", where=path)
        return str(text)

    def _missing(self, document_id: int) -> ProjectError:
        return ProjectError(f"there is no document number {document_id}.", where=str(self._database.path.parent))

    def add(self, name: str, decoded: DecodedText) -> DocumentRow:
        sha = text_hash(decoded.text)
        with self._database.transaction():
            present = self.named(name)
            if present is not None and present.has_text and present.text_sha != sha:
                raise ProjectError(
                    f"the project has another text of {name}.",
                    where=decoded.source.path,
                    next_step="Take it in as a new version, so that the decisions on it are kept.",
                )
            unread = self._drop_unread(name)
            if present is not None and present.has_text:
                return present
            # A note that failed and now can be read keeps its place in the list.
            return self.insert(name, decoded, version=1, place=unread)

    def add_failed(self, name: str, path: str, reason: str) -> DocumentRow:
        path, reason = _storable(path), _storable(reason)
        with self._database.transaction():
            found = self._database.row(
                "SELECT id FROM documents WHERE name = ? AND text_sha IS NULL AND NOT superseded", (name,)
            )
            if found is not None:
                self._database.execute(
                    "UPDATE documents SET path = ?, reason = ? WHERE id = ?", (path, reason, found[0])
                )
                document_id = int(found[0])
            else:
                document_id = self._database.execute(
                    "INSERT INTO documents (name, path, encoding, bom, newline, version, state, reason, place)"
                    " VALUES (?, ?, '', 0, 'none', 1, 'failed', ?, ?)",
                    (name, path, reason, self._place_after_last()),
                )
            self._rows.touch(document_id)
            return self.get(document_id)

    def insert(self, name: str, decoded: DecodedText, *, version: int, place: int | None) -> DocumentRow:
        sha, source = text_hash(decoded.text), decoded.source
        with self._database.transaction():
            self._database.execute("INSERT OR IGNORE INTO texts VALUES (?, ?)", (sha, decoded.text))
            columns = "path, text_sha, encoding, bom, newline, version, place"
            values = (
                _storable(source.path),
                sha,
                source.encoding,
                source.bom,
                source.newline,
                version,
                self._place_after_last() if place is None else place,
            )
            awaited = self._database.row("SELECT id FROM documents WHERE name = ? AND awaited = ?", (name, sha))
            if awaited is None:
                document_id = self._database.execute(
                    f"INSERT INTO documents ({columns}, name, state) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'pending')",
                    (*values, name),
                )
            else:
                # Entries are on it already, by its number.
                document_id = int(awaited[0])
                self._database.execute(
                    f"UPDATE documents SET ({columns}, superseded, awaited) = (?, ?, ?, ?, ?, ?, ?, 0, NULL)"
                    " WHERE id = ?",
                    (*values, document_id),
                )
            if place is None and awaited is None:
                self._rows.touch(document_id)
            else:
                self._rows.forget()
            return self.get(document_id)

    def awaited(self, name: str, sha: str) -> DocumentRow:
        """The document of this name and text, be it superseded; where there is none a row without text that waits for
        it and is not listed, so that entries on it can be kept."""
        found = self._database.row(
            "SELECT id FROM documents WHERE name = ? AND ? IN (text_sha, awaited) ORDER BY text_sha IS NULL",
            (name, sha),
        )
        if found is not None:
            return self.get(int(found[0]))
        document_id = self._database.execute(
            "INSERT INTO documents (name, path, encoding, bom, newline, version, superseded, state, awaited, place)"
            " VALUES (?, '', '', 0, 'none', 0, 1, 'pending', ?, ?)",
            (name, sha, self._place_after_last()),
        )
        self._rows.touch(document_id)
        return self.get(document_id)

    def replace(self, old: DocumentRow, decoded: DecodedText) -> DocumentRow:
        """Put a new version in the place of `old`; one that had this text before comes back as the newest."""
        sha = text_hash(decoded.text)
        with self._database.transaction():
            self._drop_unread(old.name)
            self._database.execute("UPDATE documents SET superseded = 1 WHERE id = ?", (old.id,))
            self._rows.forget()
            place = self._database.rows("SELECT place FROM documents WHERE id = ?", (old.id,))[0][0]
            earlier = self._database.row("SELECT id FROM documents WHERE name = ? AND text_sha = ?", (old.name, sha))
            if earlier is None:
                return self.insert(old.name, decoded, version=old.version + 1, place=place)
            self._database.execute(
                "UPDATE documents SET superseded = 0, version = ?, path = ? WHERE id = ?",
                (old.version + 1, _storable(decoded.source.path), earlier[0]),
            )
            return self.get(int(earlier[0]))

    def set_state(self, document_id: int, state: DocumentState, reason: str | None, words: int | None) -> None:
        with self._database.transaction():
            self.get(document_id)
            self._database.execute(
                "UPDATE documents SET state = ?, reason = ?, words = coalesce(?, words) WHERE id = ?",
                (state, _storable(reason) if reason else reason, words, document_id),
            )
            self._rows.touch(document_id)

    def set_mark(self, document_id: int, actor: str, done: bool, skipped: str | None, revealed: bool) -> None:
        """Whether it is done for `actor`, why they skip it, if they do, and whether they ended their work without
        suggestions on it."""
        with self._database.transaction():
            for table in ("done", "skipped", "revealed"):
                self._database.execute(f"DELETE FROM {table} WHERE actor = ? AND document_id = ?", (actor, document_id))
            if done:
                self._database.execute("INSERT INTO done VALUES (?, ?)", (actor, document_id))
            if skipped is not None:
                self._database.execute("INSERT INTO skipped VALUES (?, ?, ?)", (actor, document_id, skipped))
            if revealed:
                self._database.execute("INSERT INTO revealed VALUES (?, ?)", (actor, document_id))
        self._rows.touch(document_id, actor)

    def done_by(self) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        for actor, document_id in self._database.rows("SELECT actor, document_id FROM done ORDER BY actor"):
            found.setdefault(document_id, []).append(actor)
        return found

    def revealed(self, document_id: int, actor: str) -> bool:
        """Whether `actor` ended their work without suggestions on it."""
        wanted = (actor, document_id)
        return self._database.row("SELECT 1 FROM revealed WHERE actor = ? AND document_id = ?", wanted) is not None

    def blind(self, actor: str, among: Collection[int] | None = None) -> set[int]:
        """Those, of all or `among` some, whose suggestions are kept from `actor`."""
        with self._database.lock:
            rows = self._rows.of(actor).all()
            return {one for one in (rows if among is None else among) if one in rows and rows[one].blind}

    def forget(self) -> None:
        """Read everything anew: the schema changed, and with it who sees what."""
        self._rows.forget()

    def forget_unfinished_reading(self) -> None:
        """After a stop nothing is being read: what was, waits again."""
        self._database.execute("UPDATE documents SET state = 'pending' WHERE state = 'reading'")
        self._rows.forget()

    def _drop_unread(self, name: str) -> int | None:
        """Take out the row of a note that could not be read before; returns its place in the list."""
        found = self._database.row(
            "SELECT id, place FROM documents WHERE name = ? AND text_sha IS NULL AND awaited IS NULL", (name,)
        )
        if found is None:
            return None
        # A row without text has no suggestions and no journal.
        self._database.execute("DELETE FROM documents WHERE id = ?", (found[0],))
        self._rows.forget()
        return int(found[1])

    def _place_after_last(self) -> int:
        found = self._database.row("SELECT max(place) FROM documents")
        return int(found[0] or 0) + 1 if found is not None else 1

    def _load(self, actor: str, wanted: set[int] | None) -> dict[int, DocumentRow]:
        columns = (
            f"{_COLUMNS}, id IN (SELECT document_id FROM done WHERE actor = ?1),"
            " (SELECT reason FROM skipped WHERE actor = ?1 AND document_id = id),"
            " id IN (SELECT document_id FROM planted WHERE actor = ?1 AND waits)"
        )
        if wanted is None:
            rows = self._database.rows(f"SELECT {columns} FROM documents ORDER BY place, id", (actor,))
        else:
            rows = self._database.rows_in(f"SELECT {columns} FROM documents WHERE id IN", sorted(wanted), (actor,))
        found = {int(row[0]): _document(row) for row in rows}
        found.update((one, replace(found[one], blind=True)) for one in self._unseen(actor, found))
        return found

    def _unseen(self, actor: str, rows: Mapping[int, DocumentRow]) -> set[int]:
        """The blind documents among these whose suggestions `actor` has not come to see: by ending the work without
        them, or, before the schema had a guard, by deciding on some or marking the document done."""
        blind = self._roles.blind(actor, {one: row.text_sha for one, row in rows.items() if not row.done})
        for sql in (
            "SELECT document_id FROM revealed WHERE actor = ? AND document_id IN",
            "SELECT document_id FROM decisions WHERE latest = 1 AND suggestion IS NOT NULL AND actor = ?"
            " AND document_id IN",
            "SELECT document_id FROM facts WHERE latest = 1 AND suggestion IS NOT NULL AND actor = ?"
            " AND document_id IN",
        ):
            blind -= {int(number) for (number,) in self._database.rows_in(sql, sorted(blind), (actor,))}
        return blind


def _storable(path: str) -> str:
    # A file name that is not valid UTF-8 comes with lone surrogates, which SQLite refuses.
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def _document(row: tuple[Any, ...]) -> DocumentRow:
    return DocumentRow(
        id=row[0],
        name=row[1],
        path=row[2],
        text_sha=row[3] or "",
        encoding=row[4],
        bom=bool(row[5]),
        newline=row[6],
        version=row[7],
        superseded=bool(row[8]),
        state=cast(DocumentState, row[9]),
        reason=row[10],
        words=row[11],
        done=bool(row[12]),
        skipped=row[13],
        planted=bool(row[14]),
    )
