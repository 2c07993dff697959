"""How far and how fast the work is: functions of what was done when.

A rate is per hour of active time: the time between two actions counts unless it is a pause. What was accepted in bulk
takes no time, so it counts for the work done and not for the rate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from assistant.project.calibration.samples import SampleFigures
from assistant.project.guard.figures import Guarded
from assistant.project.journal.deeds import Deed
from assistant.project.records import Tally
from assistant.review.work import Work

PAUSE = 300.0  # seconds
# Of less time than this no rate is told: one quick decision would make it thousands an hour.
LEAST = 60.0


@dataclass(frozen=True, slots=True)
class Pace:
    """`decisions` made one by one in `seconds` of active time."""

    decisions: int
    seconds: float

    @property
    def per_hour(self) -> float | None:
        return self.decisions * 3600 / self.seconds if self.seconds >= LEAST else None

    def seconds_for(self, decisions: int) -> float | None:
        """How long so many more take at this pace."""
        rate = self.per_hour
        return decisions * 3600 / rate if rate else None


def pace(deeds: Sequence[Deed], pause: float = PAUSE) -> Pace:
    """Over actions in order. A decision counts with the time that led up to it, so the first after a pause does not."""
    made, seconds = 0, 0.0
    for before, deed in pairwise(deeds):
        gap = (deed.at - before.at).total_seconds()
        if 0 <= gap <= pause:
            seconds += gap
            made += deed.decisions if _looked_at(deed) else 0
    return Pace(made, seconds)


@dataclass(frozen=True, slots=True)
class Kept:
    """What became of a label's suggestions: accepted as they were, edited, rejected."""

    accepted: int = 0
    edited: int = 0
    rejected: int = 0

    @property
    def share(self) -> float | None:
        """Of what was suggested and decided, how much was accepted as it was; None without any."""
        decided = self.accepted + self.edited + self.rejected
        return self.accepted / decided if decided else None


@dataclass(frozen=True, slots=True)
class Done:
    """What stands of what was done: `documents` worked on, `finished` of them marked done; items by status, those that
    were accepted in `bulk` apart, and `facts` about them. `labels` has what was looked at alone."""

    documents: int
    finished: int
    accepted: int
    edited: int
    rejected: int
    added: int
    facts: int
    bulk: int
    labels: Mapping[str, Kept]

    @property
    def decisions(self) -> int:
        return self.accepted + self.edited + self.rejected + self.added + self.facts + self.bulk

    @property
    def unseen(self) -> float | None:
        """Of all that was kept of what was suggested, the share that was accepted in bulk; None without any."""
        kept = self.accepted + self.edited + self.bulk
        return self.bulk / kept if kept else None


def done(deeds: Iterable[Deed]) -> Done:
    """What was taken back, and what came with files, is left out."""
    standing = [deed for deed in deeds if deed.standing and not deed.imported]
    by_label: Counter[tuple[str, str]] = Counter()
    for deed in standing:
        if not deed.bulk:
            by_label.update(deed.decided)
    status: Counter[str] = Counter()
    for (_, said), count in by_label.items():
        status[said] += count
    marks = {deed.document: deed.action for deed in standing if deed.action in ("done", "reopen")}
    return Done(
        documents=len({deed.document for deed in standing if deed.action not in ("undo", "redo")}),
        finished=sum(mark == "done" for mark in marks.values()),
        accepted=status["accepted"],
        edited=status["edited"],
        rejected=status["rejected"],
        added=status["added"],
        facts=sum(deed.facts for deed in standing if not deed.bulk),
        bulk=sum(deed.decisions for deed in standing if deed.bulk),
        labels={
            label: Kept(by_label[label, "accepted"], by_label[label, "edited"], by_label[label, "rejected"])
            for label in dict.fromkeys(label for label, said in by_label if said != "added")
        },
    )


@dataclass(frozen=True, slots=True)
class Progress:
    """Of all `documents` how many are marked `finished`, of all items of suggesters how many are `decided` and `left`;
    `labels` over the whole project, `today` and `pace` since the day began, what samples came to, and how far the
    person leans on the model."""

    documents: int
    finished: int
    decided: int
    left: int
    labels: Mapping[str, Kept]
    today: Done
    pace: Pace
    samples: tuple[SampleFigures, ...]
    guarded: Guarded


@dataclass(frozen=True, slots=True)
class Sitting:
    """One session: what was done in it and how fast, and what of the project is left."""

    done: Done
    pace: Pace
    left: int
    documents_left: int


class Progressing(Work):
    """All methods may be called in another thread."""

    _since = 0

    def progress(self, today: datetime) -> Progress:
        """How far the project is, and how the day goes that began at `today`."""
        rows = self.project.documents()
        labels = self.project.counted().counts()
        deeds = self.project.deeds.of(self.actor, since=today)
        return Progress(
            documents=len(rows),
            finished=sum(row.done for row in rows),
            decided=sum(tally.suggested - tally.pending for tally in labels.values()),
            left=sum(tally.pending for tally in labels.values()),
            labels={label: _kept(tally) for label, tally in labels.items()},
            today=done(deeds),
            pace=pace(deeds),
            samples=tuple(self.project.samples.figures(one) for one in self.project.samples.all(self.actor)),
            guarded=self.project.guard_figures(self.actor)[0],
        )

    def rate(self, today: datetime) -> tuple[Pace, int]:
        """How fast the day goes that began at `today`, and how many suggestions are left: what is asked for often."""
        return pace(self.project.deeds.of(self.actor, since=today)), self._left()

    def sitting(self) -> Sitting:
        """What was done since the session began."""
        deeds = self.project.deeds.of(self.actor, after=self._since)
        rows = self.project.documents()
        return Sitting(done(deeds), pace(deeds), self._left(), sum(not row.done for row in rows))

    def _left(self) -> int:
        return sum(tally.pending for tally in self.project.counted().counts().values())


def _kept(tally: Tally) -> Kept:
    return Kept(tally.accepted, tally.edited, tally.rejected)


def _looked_at(deed: Deed) -> bool:
    return deed.standing and not deed.bulk and not deed.imported
