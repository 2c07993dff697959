"""Whose documents are whose, and which are for two annotators so that agreement can be measured.

Every document is somebody's. Those for two are drawn at random, one of each stretch of the list, so that they are
spread evenly over it and over the pairs of annotators; the same seed draws the same.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import combinations
from random import Random

from assistant.project.file.database import Database
from assistant.project.journal.entries import canonical
from bioassist.errors import UsageError

_SETTING = "assignments"


@dataclass(frozen=True, slots=True)
class Sharing:
    """One time that documents were shared out: by whom and when (ISO 8601, UTC), among whom, how many and how many of
    them for two (the share asked for is `overlap`, 0 to 1)."""

    by: str
    at: str
    annotators: tuple[str, ...]
    overlap: float
    seed: int
    documents: int
    for_two: int


@dataclass(frozen=True, slots=True)
class Assignments:
    """`documents` are the annotators of each assigned document by its id; `sharings` are oldest first."""

    documents: Mapping[int, tuple[str, ...]]
    sharings: tuple[Sharing, ...]

    def of_others(self, annotator: str) -> frozenset[int]:
        """Documents that others have and `annotator` has not; none for somebody who has no documents at all."""
        if not any(annotator in names for names in self.documents.values()):
            return frozenset()
        return frozenset(document for document, names in self.documents.items() if annotator not in names)

    def counts(self) -> Counter[str]:
        """How many documents each annotator has."""
        return Counter(name for names in self.documents.values() for name in names)


class AssignmentTable:
    def __init__(self, database: Database) -> None:
        self._database = database

    def present(self) -> Assignments:
        found = self._database.row("SELECT value FROM settings WHERE key = ?", (_SETTING,))
        record = json.loads(found[0]) if found is not None else {"documents": {}, "sharings": []}
        documents = {int(key): tuple(names) for key, names in record["documents"].items()}
        sharings = (Sharing(**(one | {"annotators": tuple(one["annotators"])})) for one in record["sharings"])
        return Assignments(documents, tuple(sharings))

    def share_out(
        self,
        documents: Sequence[int],
        annotators: Sequence[str],
        by: str,
        *,
        overlap: float = 0.0,
        seed: int = 0,
        anew: bool = False,
    ) -> Sharing:
        """Share out those of `documents`, ids in the order of the list, that are nobody's yet; with `anew` all of them.

        `overlap` is the share of them that two annotators get. Raises UsageError for no annotators, twice one name, an
        overlap that is no share or takes a second annotator, and if nothing is left to share out.
        """
        if not annotators or len(set(annotators)) < len(annotators):
            raise UsageError("name the annotators, each once.", next_step="Such as `anna ben`.")
        if not 0 <= overlap <= 1 or (overlap and len(annotators) < 2):
            raise UsageError("--overlap takes a share from 0% to 100%, and two annotators or more.")
        with self._database.transaction():
            before = self.present()
            kept = {} if anew else {one: names for one, names in before.documents.items() if one in set(documents)}
            left = [one for one in documents if one not in kept]
            if not left:
                raise UsageError("every document is somebody's already.", next_step="--anew shares all out again.")
            shared = share_out(left, annotators, overlap, seed)
            sharing = Sharing(
                by=by,
                at=datetime.now(UTC).isoformat(timespec="seconds"),
                annotators=tuple(annotators),
                overlap=overlap,
                seed=seed,
                documents=len(left),
                for_two=sum(len(names) > 1 for names in shared.values()),
            )
            record = {
                "documents": {str(one): list(names) for one, names in (kept | shared).items()},
                "sharings": [asdict(one) for one in (*before.sharings, sharing)],
            }
            self._database.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (_SETTING, canonical(record)))
        return sharing


def share_out(
    documents: Sequence[int], annotators: Sequence[str], overlap: float, seed: int
) -> dict[int, tuple[str, ...]]:
    """Each document with its annotators. Nobody has more than one more than another, nor any pair."""
    random = Random(seed)
    names, pairs = list(annotators), list(combinations(annotators, 2))
    random.shuffle(names)
    random.shuffle(pairs)
    twice = _spread(documents, round(len(documents) * overlap), random)
    alone = [one for one in documents if one not in set(twice)]
    random.shuffle(twice)
    random.shuffle(alone)
    load, used = Counter(dict.fromkeys(names, 0)), Counter(dict.fromkeys(pairs, 0))
    found: dict[int, tuple[str, ...]] = {}
    for document in twice:
        pair = min(pairs, key=lambda one: (used[one], load[one[0]] + load[one[1]]))
        found[document] = pair
        used[pair] += 1
        load.update(pair)
    # What the pairs left uneven is evened out.
    for document in alone:
        name = min(names, key=lambda one: load[one])
        found[document] = (name,)
        load[name] += 1
    return {document: found[document] for document in documents}


def _spread(documents: Sequence[int], number: int, random: Random) -> list[int]:
    """One document of each of `number` stretches of equal length."""
    count = len(documents)
    return [
        random.choice(documents[place * count // number : (place + 1) * count // number]) for place in range(number)
    ]
