"""Runs of the engine, and the window results that let a stopped one go on where it was."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from assistant.project.file.database import Database
from assistant.project.journal.entries import canonical
from assistant.project.records import RunRow

_COLUMNS = (
    "id, started, ended, model, model_sha, adapter, programs, schema_fingerprint, trained, settings, words, seconds,"
    " tokens"
)


class RunTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(
        self,
        model: str,
        model_sha: str,
        adapter: str | None,
        programs: Mapping[str, str],
        schema_fingerprint: str,
        trained: Sequence[str],
        settings: Mapping[str, Any],
    ) -> int:
        return self._database.execute(
            "INSERT INTO runs (started, model, model_sha, adapter, programs, schema_fingerprint, trained, settings)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                _now(),
                model,
                model_sha,
                adapter,
                canonical(dict(programs)),
                schema_fingerprint,
                canonical(list(trained)),
                canonical(dict(settings)),
            ),
        )

    def end(self, run_id: int, words: int, seconds: float, tokens: int) -> None:
        self._database.execute(
            "UPDATE runs SET ended = ?, words = ?, seconds = ?, tokens = ? WHERE id = ?",
            (_now(), words, seconds, tokens, run_id),
        )

    def all(self) -> list[RunRow]:
        """Oldest first."""
        return [_run(row) for row in self._database.rows(f"SELECT {_COLUMNS} FROM runs ORDER BY id")]

    def latest(self) -> RunRow | None:
        row = self._database.row(f"SELECT {_COLUMNS} FROM runs ORDER BY id DESC")
        return _run(row) if row is not None else None

    def windows(self, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
        rows = self._database.rows_in("SELECT key, result FROM windows WHERE key IN", dict.fromkeys(keys))
        return {key: json.loads(result) for key, result in rows}

    def put_window(self, key: str, result: Mapping[str, Any], document_id: int) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO windows VALUES (?, ?, ?)", (key, document_id, canonical(dict(result)))
        )


def _run(row: tuple[Any, ...]) -> RunRow:
    return RunRow(
        id=row[0],
        started=row[1],
        ended=row[2],
        model=row[3],
        model_sha=row[4],
        adapter=row[5],
        programs=json.loads(row[6]),
        schema_fingerprint=row[7],
        trained=tuple(json.loads(row[8])),
        settings=json.loads(row[9]),
        words=row[10],
        seconds=row[11],
        tokens=row[12],
    )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
