"""The suggesters of a project besides the language model, and which documents they have read.

What a suggester found is kept by document and fingerprint: where neither text nor suggester changed nothing is
computed again, and a suggester that comes back finds what it said. A document shows what the project's present
suggesters say.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass

from assistant.project.file.database import Database
from assistant.project.journal.entries import canonical
from assistant.project.records import Suggestion
from assistant.project.suggestions.entities import SuggestionTable

_SETTING = "suggesters"


@dataclass(frozen=True, slots=True)
class SuggesterRow:
    """One suggester of the project: how a person named it (with an absolute path), its kind, name and fingerprint."""

    specification: str
    source: str
    name: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class SuggesterFigures:
    """How far a suggester is: `documents` it has read, `found` in them, and `failed`: the reasons by document id, where
    something could not be done."""

    suggester: SuggesterRow
    documents: int
    found: int
    failed: Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Result:
    """What a suggester found in a document; `reason` says what it could not do."""

    suggestions: Sequence[Suggestion]
    reason: str | None = None


class SuggesterTable:
    def __init__(self, database: Database, suggestions: SuggestionTable) -> None:
        self._database = database
        self._suggestions = suggestions

    def present(self) -> tuple[SuggesterRow, ...]:
        """In the order in which a person named them."""
        found = self._database.row("SELECT value FROM settings WHERE key = ?", (_SETTING,))
        return tuple(SuggesterRow(**one) for one in json.loads(found[0])) if found is not None else ()

    def choose(self, suggesters: Iterable[SuggesterRow]) -> None:
        """From now on the project has these."""
        self._database.execute(
            "INSERT OR REPLACE INTO settings VALUES (?, ?)", (_SETTING, canonical([asdict(one) for one in suggesters]))
        )

    def unsettled(self, *, retry: bool = True) -> list[int]:
        """Ids of the documents that do not show just what the present suggesters say, in order. Where one could not do
        all, it is to try again: those are among them unless `retry` is False."""
        wanted = [one.fingerprint for one in self.present()]
        marks = ",".join("?" * len(wanted))
        rows = self._database.rows(
            f"""SELECT d.id FROM documents d WHERE NOT superseded AND text_sha IS NOT NULL AND (
                (SELECT count(*) FROM suggester_results r WHERE r.document_id = d.id AND r.current
                    AND (r.reason IS NULL OR {not retry:d}) AND r.fingerprint IN ({marks})) < {len(wanted)}
                OR EXISTS (SELECT 1 FROM suggester_results r WHERE r.document_id = d.id AND r.current
                    AND r.fingerprint NOT IN ({marks}))
            ) ORDER BY place, id""",
            [*wanted, *wanted],
        )
        return [int(row[0]) for row in rows]

    def known(self, document_id: int) -> set[str]:
        """Fingerprints of the suggesters that have read the text of a document, in whatever document it is."""
        rows = self._database.rows(
            "SELECT DISTINCT r.fingerprint FROM documents d JOIN documents same ON same.text_sha = d.text_sha"
            " JOIN suggester_results r ON r.document_id = same.id WHERE d.id = ? AND r.reason IS NULL",
            (document_id,),
        )
        return {str(row[0]) for row in rows}

    def settle(self, document_id: int, results: Mapping[str, Result]) -> None:
        """Let a document show what the present suggesters say: `results`, by fingerprint, or what is known already."""
        with self._database.transaction():
            shown = {
                str(fingerprint): bool(current)
                for fingerprint, current in self._database.rows(
                    "SELECT fingerprint, current FROM suggester_results WHERE document_id = ?", (document_id,)
                )
            }
            wanted = {one.fingerprint for one in self.present()}
            for fingerprint in shown.keys() - results.keys():
                if shown[fingerprint] != (fingerprint in wanted):
                    self._suggestions.show(document_id, fingerprint, fingerprint in wanted)
                    self._database.execute(
                        "UPDATE suggester_results SET current = ? WHERE document_id = ? AND fingerprint = ?",
                        (fingerprint in wanted, document_id, fingerprint),
                    )
            for fingerprint in wanted - shown.keys() - results.keys():
                self._copy(document_id, fingerprint)
            for fingerprint, result in results.items():
                if fingerprint in shown:
                    self._suggestions.forget(document_id, fingerprint)
                self._suggestions.add(document_id, None, result.suggestions)
                self._database.execute(
                    "INSERT OR REPLACE INTO suggester_results VALUES (?, ?, ?, ?, 1)",
                    (document_id, fingerprint, len(result.suggestions), result.reason),
                )

    def _copy(self, document_id: int, fingerprint: str) -> None:
        """What is known of the text from another document."""
        found = self._database.row(
            "SELECT r.document_id, r.found FROM documents d JOIN documents same ON same.text_sha = d.text_sha"
            " JOIN suggester_results r ON r.document_id = same.id"
            " WHERE d.id = ? AND r.fingerprint = ? AND r.reason IS NULL",
            (document_id, fingerprint),
        )
        if found is not None:
            self._suggestions.copy(int(found[0]), document_id, fingerprint)
            self._database.execute(
                "INSERT INTO suggester_results VALUES (?, ?, ?, NULL, 1)", (document_id, fingerprint, found[1])
            )

    def figures(self) -> list[SuggesterFigures]:
        """How far the present suggesters are, over documents that are not superseded."""
        rows = self._database.rows(
            "SELECT r.fingerprint, r.document_id, r.found, r.reason FROM suggester_results r"
            " JOIN documents d ON d.id = r.document_id WHERE r.current AND NOT d.superseded ORDER BY d.place, d.id"
        )
        told = []
        for one in self.present():
            mine = [row for row in rows if row[0] == one.fingerprint]
            failed = {int(row[1]): str(row[3]) for row in mine if row[3] is not None}
            told.append(SuggesterFigures(one, len(mine), sum(row[2] for row in mine), failed))
        return told
