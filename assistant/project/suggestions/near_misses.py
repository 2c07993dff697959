"""What a model nearly found: stretches where it decided that there is no mention, and which way it leaned.

They are no suggestions: nobody has to decide on them, and no count or export has them. A person may look at them to
find what the model left out.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from assistant.project.file.database import Database
from bioassist.documents import Span


@dataclass(frozen=True, slots=True)
class NearMiss:
    """`span` of a document, and the probability (0 to 1) that a mention begins in it, as the model of a run gave it.

    `type` is None where the model was not asked which type it would be.
    """

    span: Span
    type: str | None
    probability: float
    run: int


class NearMissTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, document_id: int, run_id: int, found: Iterable[tuple[Span, str | None, float]]) -> None:
        """Add what a run nearly found; what is there is left as it is."""
        self._database.execute_many(
            "INSERT INTO near_misses VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            ((document_id, run_id, span.start, span.end, type_, probability) for span, type_, probability in found),
        )

    def supersede(self, document_id: int, keep_run: int) -> None:
        """Forget those of other runs."""
        self._database.execute("DELETE FROM near_misses WHERE document_id = ? AND run_id <> ?", (document_id, keep_run))

    def of(self, document_id: int) -> list[NearMiss]:
        """Those of the last run that read the document, by place; while it is read anew, those that it has so far."""
        rows = self._database.rows(
            "SELECT begin, end, type, probability, run_id FROM near_misses WHERE document_id = ?1 AND run_id = ("
            " SELECT max(run_id) FROM near_misses WHERE document_id = ?1) ORDER BY begin, end",
            (document_id,),
        )
        return [NearMiss(Span(begin, end), type_, probability, run) for begin, end, type_, probability, run in rows]
