"""Suggestions of one type and extent from several sources: one item for the person, with all its sources.

A source is the language model, whatever run or program of it spoke last, or one file or pipeline of another kind. What
speaks for all is the language model's suggestion if there is one, else the surest; the others are its `also`.

An item is as sure as its surest source. Sources that agree are no independent witnesses (a pipeline was trained on what
a model suggested, a terminology on the same guideline), so nothing is multiplied.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from assistant.project.records import Reference, Suggestion
from bioassist.documents import overlapping

MODEL = "model"


def agreed(one: Suggestion | None, other: Suggestion) -> Suggestion:
    """Both as one; what `other` says replaces what the same source said in `one`."""
    if one is None:
        return other
    by_source = {_source(said): said for said in (*said_by(one), *said_by(other))}
    first, *others = sorted(by_source.values(), key=_rank)
    return replace(first, also=tuple(others))


def merged(suggestions: Iterable[Suggestion]) -> dict[str, Suggestion]:
    """Suggestions, oldest first, by id, each once with all its sources."""
    found: dict[str, Suggestion] = {}
    for one in suggestions:
        found[one.id] = agreed(found.get(one.id), one)
    return found


def said_by(suggestion: Suggestion) -> tuple[Suggestion, ...]:
    """What each source said, apart."""
    return (replace(suggestion, also=()), *suggestion.also) if suggestion.also else (suggestion,)


def given(said: Suggestion) -> float:
    """What a source says itself."""
    return said.confidence


def confidence(suggestion: Suggestion, sure: Callable[[Suggestion], float] = given) -> float:
    """The highest that a source gives; `sure` says what that is worth."""
    return max(sure(one) for one in said_by(suggestion))


def references(suggestion: Suggestion) -> tuple[Reference, ...]:
    """What any source says that it means, each once."""
    return tuple(dict.fromkeys(said for one in said_by(suggestion) for said in one.references))


def name(suggestion: Suggestion) -> str:
    """What to call the source that speaks for it: "terms:drugs.csv", or the language model by its name."""
    return suggestion.model if suggestion.source == MODEL else f"{suggestion.source}:{suggestion.model}"


def disagree(one: Suggestion, other: Suggestion) -> bool:
    """Whether two suggestions, of other type or extent, cannot both be meant: they have the same extent, or overlap
    and no source suggests both."""
    if one.id == other.id or not overlapping(one.spans, other.spans):
        return False
    return one.spans == other.spans or {*map(_source, said_by(one))}.isdisjoint(map(_source, said_by(other)))


def news(one: Suggestion, before: Suggestion) -> Suggestion | None:
    """A source of `one` that was not among those of `before`: another model or program, another file. None if there is
    none."""
    known = {_witness(said) for said in said_by(before)}
    return next((said for said in said_by(one) if _witness(said) not in known), None)


def _source(one: Suggestion) -> tuple[str, str]:
    return (one.source, "" if one.source == MODEL else one.program)


def _witness(one: Suggestion) -> tuple[str, ...]:
    # That a file changed is no news of what it said before and says still.
    return (one.source, one.model, one.program if one.source == MODEL else "")


def _rank(one: Suggestion) -> tuple[bool, float, str, str]:
    return (one.source != MODEL, -one.confidence, one.source, one.model)
