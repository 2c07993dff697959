"""`bioassist status --guard`: how far annotators lean on the model, as lines and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, TypeVar

from bioassist.metrics.proportion import wilson

if TYPE_CHECKING:
    from assistant.project.guard.figures import Guarded, Unfocused
    from assistant.project.guard.first_answers import Blindly
    from assistant.project.guard.taken import Planted

Counts = TypeVar("Counts", "Blindly", "Unfocused", "Planted")
_BLIND = ("final", "found", "changed", "missed", "dropped", "suggested", "right", "own")
_PLANTED = ("shown", "accepted", "corrected", "rejected", "left", "right")
ALL = "all"


def lines(figures: Sequence[Guarded]) -> list[str]:
    """A paragraph an annotator."""
    if not figures:
        return ["nobody decided anything yet"]
    told: list[str] = []
    for one in figures:
        told += ["", f"{one.annotator}: {_blind_documents(one)}"]
        told += [f"  {row}" for row in (*_blind(one), *_planted(one), *_unfocused(one))]
    return told[1:]


def as_dicts(figures: Sequence[Guarded]) -> list[dict[str, Any]]:
    """The same with the shares and their 95% intervals, for each annotator and label."""
    return [
        {
            "annotator": one.annotator,
            "blind_documents": {"done": one.done, "open": one.open, "to_come": one.to_come},
            "blind": {
                label: asdict(counts) | {"missed_share": _known(counts.missed, counts.final)}
                for label, counts in _with_all(one.blind, one.blindly).items()
            },
            "planted_documents": {"disclosed": one.disclosed, "undisclosed": one.undisclosed},
            "planted": {
                label: asdict(counts) | {"accepted_share": _known(counts.accepted, counts.shown)}
                for label, counts in _with_all(one.planted, one.plants).items()
            },
            "accepted_without_focus": {
                label: asdict(counts) | {"share": _known(counts.bulk, counts.kept)}
                for label, counts in _with_all(one.unfocused, one.bulk).items()
            },
        }
        for one in figures
    ]


def _blind_documents(one: Guarded) -> str:
    if not (one.done or one.open or one.to_come):
        return "no blind documents"
    return f"blind documents: {one.done} done, {one.open} with suggestions now, {one.to_come} to come"


def _blind(one: Guarded) -> list[str]:
    """What was found before the suggestions came, and after them."""
    if not one.blind:
        return []
    width = max(len(label) for label in (*one.blind, "without suggestions"))
    heads = "".join(f"{name:>10}" for name in _BLIND)
    rows = [f"{'without suggestions':<{width}}{heads}   missed (95%)"]
    for label, counts in _with_all(one.blind, one.blindly).items():
        numbers = "".join(f"{getattr(counts, name):>10,}" for name in _BLIND)
        rows.append(f"{label:<{width}}{numbers}   {_share(counts.missed, counts.final)}")
    return rows


def _planted(one: Guarded) -> list[str]:
    """What became of suggestions that were wrong on purpose."""
    if not (one.disclosed or one.undisclosed):
        return []
    told = [f"documents with planted suggestions: {one.disclosed} disclosed, {one.undisclosed} not yet"]
    if not one.planted:
        return told
    width = max(len(label) for label in (*one.planted, "planted"))
    heads = "".join(f"{name:>10}" for name in _PLANTED)
    rows = [f"{'planted':<{width}}{heads}   accepted (95%)"]
    for label, counts in _with_all(one.planted, one.plants).items():
        numbers = "".join(f"{getattr(counts, name):>10,}" for name in _PLANTED)
        rows.append(f"{label:<{width}}{numbers}   {_share(counts.accepted, counts.shown)}")
    return told + rows


def _unfocused(one: Guarded) -> list[str]:
    """What was accepted in bulk of the suggestions that were kept."""
    if not one.unfocused:
        return []
    width = max(len(label) for label in (*one.unfocused, "accepted without focus"))
    rows = [f"{'accepted without focus':<{width}}{'kept':>10}{'bulk':>10}   share (95%)"]
    for label, counts in _with_all(one.unfocused, one.bulk).items():
        rows.append(f"{label:<{width}}{counts.kept:>10,}{counts.bulk:>10,}   {_share(counts.bulk, counts.kept)}")
    return rows


def _with_all(labels: Mapping[str, Counts], total: Counts) -> dict[str, Counts]:
    return {**labels, ALL: total}


def _known(part: int, of: int) -> dict[str, float | list[float]] | None:
    """A share with its interval; None of nothing."""
    return {"value": part / of, "interval": list(wilson(part, of))} if of else None


def _share(part: int, of: int) -> str:
    if not of:
        return "-"
    low, high = wilson(part, of)
    return f"{part / of:.0%} ({low:.0%} to {high:.0%})"
