"""How far people lean on the model, by annotator and label: what they miss without it, what they accept unseen, and
what they accept that is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import reduce
from typing import TYPE_CHECKING

from assistant.project.file.database import Database
from assistant.project.guard.first_answers import Blindly, FirstAnswer, compared, first_answers
from assistant.project.guard.taken import Disclosed, Planted, disclosed
from assistant.project.guard.taken import counted as counted_of
from assistant.project.team.annotators import GOLD

if TYPE_CHECKING:
    from assistant.project.store import Project


@dataclass(frozen=True, slots=True)
class Unfocused:
    """Of the suggestions that were `kept`, as they were or edited, those that were accepted in `bulk`: nobody had
    them in focus."""

    kept: int = 0
    bulk: int = 0

    @property
    def share(self) -> float | None:
        return self.bulk / self.kept if self.kept else None

    def plus(self, other: Unfocused) -> Unfocused:
        return Unfocused(self.kept + other.kept, self.bulk + other.bulk)


@dataclass(frozen=True, slots=True)
class Guarded:
    """One annotator's figures, by label in the order of names. Of the documents that began blind, `done` ones are in
    `blind`, and `open` ones show their suggestions but are not done. `to_come` are blind still.

    Of the documents in which something was planted, `disclosed` ones are in `planted`; `undisclosed` are not yet."""

    annotator: str
    done: int
    open: int
    to_come: int
    blind: dict[str, Blindly]
    unfocused: dict[str, Unfocused]
    disclosed: int = 0
    undisclosed: int = 0
    planted: dict[str, Planted] = field(default_factory=dict)

    @property
    def plants(self) -> Planted:
        """Over all labels."""
        return reduce(Planted.plus, self.planted.values(), Planted())

    @property
    def blindly(self) -> Blindly:
        """Over all labels."""
        return reduce(Blindly.plus, self.blind.values(), Blindly())

    @property
    def bulk(self) -> Unfocused:
        """Over all labels."""
        return reduce(Unfocused.plus, self.unfocused.values(), Unfocused())


def figures(project: Project, database: Database, of: str | None = None) -> list[Guarded]:
    """Of all annotators in the order of names, but of gold, which is made of what they said; or `of` one alone."""
    answers, unfocused, told = first_answers(database, of), _unfocused(database, of), disclosed(database, of)
    names = {*project.annotators(), *answers, *told} - {GOLD} if of is None else {of}
    return [
        _guarded(project.seen_by(name), answers.get(name, []), unfocused.get(name, {}), told.get(name, []))
        for name in sorted(names)
    ]


def _guarded(
    seen: Project, answers: Sequence[FirstAnswer], unfocused: dict[str, Unfocused], told: Sequence[Disclosed]
) -> Guarded:
    blind: dict[str, Blindly] = {}
    planted: dict[str, Planted] = {}
    for one in told:
        kept = {decision.extent for decision in seen.decisions(one.document).values() if decision.kept}
        for label, shown in counted_of(one, kept).items():
            planted[label] = planted.get(label, Planted()).plus(shown)
    done = [one for one in answers if seen.document(one.document).done]
    for first in done:
        final = {one.extent for one in seen.decisions(first.document).values() if one.kept}
        for label, counts in compared(first, final).items():
            blind[label] = blind.get(label, Blindly()).plus(counts)
    to_come = sum(row.blind for row in seen.documents())
    known = {one.document for one in told}
    undisclosed = sum(row.planted and row.id not in known for row in seen.documents())
    return Guarded(
        seen.actor,
        len(done),
        len(answers) - len(done),
        to_come,
        dict(sorted(blind.items())),
        unfocused,
        len(told),
        undisclosed,
        dict(sorted(planted.items())),
    )


def _unfocused(database: Database, of: str | None) -> dict[str, dict[str, Unfocused]]:
    """By annotator and label. What came with files, or was carried over from an older version, is left out: whether
    somebody looked at it is not known here."""
    found: dict[str, dict[str, Unfocused]] = {}
    for actor, label, kept, bulk in database.rows(_UNFOCUSED, (of,)):
        found.setdefault(actor, {})[label] = Unfocused(kept, bulk)
    return found


# An entry may hold thousands of decisions: each is looked into once.
_UNFOCUSED = """
    WITH bulk AS MATERIALIZED (
        SELECT seq FROM journal WHERE action IN ('accept', 'set') AND json_extract(payload, '$.bulk')
    )
    SELECT said.actor, said.type, count(*), sum(said.seq IN bulk) FROM decisions said
    JOIN journal made ON made.seq = said.seq JOIN documents d ON d.id = said.document_id
    WHERE said.latest = 1 AND said.suggestion IS NOT NULL AND said.status IN ('accepted', 'edited')
    AND said.source = 'person' AND made.action <> 'carry' AND NOT d.superseded AND said.actor = coalesce(?, said.actor)
    GROUP BY said.actor, said.type ORDER BY said.actor, said.type"""
