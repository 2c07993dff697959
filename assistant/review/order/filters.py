"""Which items a person wants to see: one line of conditions, all of which must hold.

    label:Disease,Symptom is:pending sure:0.4-0.7 note:discharge "chest pain"

Several values of one condition are alternatives. Words without a condition are looked for in the mention, whatever
their case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bioassist.errors import UsageError

CONDITIONS = {
    "label": "a label of the schema",
    "is": "pending, accepted, edited, rejected, added, kept, decided or disputed",
    "sure": "how sure: 0.4-0.7, >0.9 or <0.5",
    "note": "part of a note's name",
}
_STATUSES = ("pending", "accepted", "edited", "rejected", "added")
_GROUPS = {"kept": ("accepted", "edited", "added"), "decided": _STATUSES[1:]}
_PART = re.compile(r'(?:(?P<key>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"|(?P<plain>\S+))')
_RANGE = re.compile(r"(?:(?P<low>[\d.]+)-(?P<high>[\d.]+)|>=?(?P<over>[\d.]+)|<=?(?P<under>[\d.]+))")


@dataclass(frozen=True, slots=True)
class Filter:
    """What is empty is no condition. `low` and `high` are confidences, both included; an item that has none, because a
    person added it, is as sure as can be. `disputed` are those that wait and that another source sees otherwise."""

    written: str
    labels: tuple[str, ...] = ()
    statuses: tuple[str, ...] = ()
    low: float = 0.0
    high: float = 1.0
    notes: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    disputed: bool = False

    def wants(self, label: str, status: str, confidence: float | None) -> bool:
        """Whether an item's columns are as they should be."""
        return (
            (not self.labels or label in self.labels)
            and (not self.statuses or status in self.statuses)
            and self.low <= (1.0 if confidence is None else confidence) <= self.high
        )

    def wants_mention(self, mention: str) -> bool:
        return all(word in mention.casefold() for word in self.words)

    def wants_note(self, name: str) -> bool:
        return not self.notes or any(part in name.casefold() for part in self.notes)

    def __str__(self) -> str:
        return self.written


def parse(line: str, labels: Sequence[str]) -> Filter | None:
    """The filter that a line asks for; None for a line of nothing. Raises UsageError for what is no condition."""
    found: dict[str, list[str]] = {key: [] for key in (*CONDITIONS, "words")}
    for part in _PART.finditer(line):
        key = (part["key"] or "words").lower()
        if key not in found:
            told = "; ".join(f"{known}: {what}" for known, what in CONDITIONS.items())
            raise UsageError(f"{key}: is no condition.", next_step=f"{told}. Words are put in quotation marks.")
        value = part["quoted"] if part["quoted"] is not None else part["plain"]
        values = [value] if part["quoted"] is not None or key == "words" else value.split(",")
        found[key] += [one for one in values if one]
    if not any(found.values()):
        return None
    low, high = _sure(found["sure"])
    statuses, disputed = _statuses(found["is"])
    return Filter(
        line.strip(),
        labels=tuple(_label(one, labels) for one in found["label"]),
        statuses=statuses,
        low=low,
        high=high,
        notes=tuple(one.casefold() for one in found["note"]),
        words=tuple(one.casefold() for one in found["words"]),
        disputed=disputed,
    )


def _label(value: str, labels: Sequence[str]) -> str:
    same = next((label for label in labels if label.casefold() == value.casefold()), None)
    if same is None:
        raise UsageError(f"{value!r} is not a label of this project.", next_step=f"Its labels: {', '.join(labels)}.")
    return same


def _statuses(values: Sequence[str]) -> tuple[tuple[str, ...], bool]:
    found: list[str] = []
    for value in values:
        if value.lower() == "disputed":
            found.append("pending")
        elif value.lower() in _STATUSES:
            found.append(value.lower())
        elif value.lower() in _GROUPS:
            found += _GROUPS[value.lower()]
        else:
            raise UsageError(f"is:{value} is no condition.", next_step=f"One of: {CONDITIONS['is']}.")
    return tuple(dict.fromkeys(found)), "disputed" in (value.lower() for value in values)


def _sure(values: Sequence[str]) -> tuple[float, float]:
    low, high = 0.0, 1.0
    for value in values:
        part = _RANGE.fullmatch(value)
        try:
            if part is None:
                raise ValueError
            low = max(low, float(part["low"] or part["over"] or 0))
            high = min(high, float(part["high"] or part["under"] or 1))
        except ValueError:
            raise UsageError(f"sure:{value} is no range.", next_step=f"{CONDITIONS['sure'].capitalize()}.") from None
    return low, high
