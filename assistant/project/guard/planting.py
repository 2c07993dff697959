"""Suggestions that are wrong, made of a note's own material: to see whether somebody accepts them.

Each is one of three kinds: a suggestion of the model under another label, or with a word more or less, both in the
place of the right one; or words that nothing touches. It has a probability between two of the note's own ones, and the
model's name, so that it looks like the others.

Wrong is what differs from what the model is surer of than of half of the note's suggestions, or what neither the model
nor anybody else marked. The model errs: that one is right after all is told apart in the figures.
"""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from assistant.project.records import Suggestion, suggestion_id
from assistant.project.suggestions.agreeing import MODEL
from bioassist.documents import Span

# One for a note, and one more for so many suggestions of the model.
EACH = 8
MOST = 3

_WORD = re.compile(r"\w+")
_LETTERS = re.compile(r"(?<!\w)[^\W\d_]{5,}(?!\w)")
# A sentence begins with any word. What ends a phrase has mostly a noun in front of it.
_BEGINS = re.compile(r"(?:^|[.!?:]\s+|\n\s*)$")
_BEHIND = re.compile(r"\s*(?:$|[.,;:)\n]|(?:and|or|of|with|in|on|at|for|to|from|by|is|was)\b)", re.IGNORECASE)
_NO_NOUN = re.compile(r".*(?:ed|ing|ly|ous|ive|able)", re.IGNORECASE)
# Nobody would suggest a span that ends or begins with these.
_FUNCTION = re.compile(
    r"(?:about|above|after|again|all|also|an?|and|any|are|as|at|be|been|before|below|both|but|by|can|could|did|do|does"
    r"|for|from|further|had|has|have|here?|her|him|his|how|if|in|into|is|it|its|more|most|no|nor|not|now|of|off|on|once"
    r"|only|or|other|our|out|over|own|per|she|should|since|so|some|such|than|that|the|their|them|then|there|these|they"
    r"|this|those|through|to|too|under|until|up|very|was|we|were|what|when|where|which|while|who|with|without|would"
    r"|you|your)",
    re.IGNORECASE,
)
_BEFORE, _AFTER = re.compile(r"(?<!\w)(\w{3,}) $"), re.compile(r" (\w{3,})(?!\w)")
_LONGEST = 40  # characters of a word that an edge is moved over


@dataclass(frozen=True, slots=True)
class Plant:
    """A planted suggestion, and the id of the one in whose place it is, if any."""

    suggestion: Suggestion
    hides: str | None


@dataclass(frozen=True, slots=True)
class Material:
    """What there is in a note: its `text`, what was suggested, `near` what was nearly found. Nothing is put in the
    place of suggestions whose ids are `bound`. `labels` are those that the model suggests in the project, with whether
    it learned them."""

    text: str
    text_sha: str
    suggestions: Sequence[Suggestion]
    near: Sequence[Span]
    bound: Collection[str]
    labels: Mapping[str, bool]


# A type and an extent, and the suggestion in whose place that is.
_Draft = tuple[str, Span, Suggestion | None]


def planted(material: Material, seed: int) -> list[Plant]:
    """Up to three, the same each time for the same material and seed; none where the model suggests nothing."""
    own = sorted((one for one in material.suggestions if one.source == MODEL), key=lambda one: (one.spans, one.id))
    if not own:
        return []
    chance = random.Random(seed)
    ground = _Ground(material)
    hosts = _hosts(material, own)
    found: list[Plant] = []
    for _ in range(min(MOST, 1 + len(own) // EACH)):
        apart = [one for one in hosts if ground.holds_alone(one.spans[0])]
        kinds = chance.sample([_relabelled, _misplaced, _words], 3)
        drafts = next((drafts for kind in kinds if (drafts := list(kind(material, ground, apart)))), None)
        if drafts is None:
            break
        label, span, host = chance.choice(drafts)
        low, high = chance.choice(own).confidence, chance.choice(own).confidence
        like = host or own[0]
        one = replace(
            like,
            id=suggestion_id(f"{material.text_sha} {seed}", label, [span]),
            type=label,
            spans=(span,),
            confidence=low + (high - low) * chance.random(),
            trained=material.labels.get(label, like.trained),
            references=(),
            also=(),
            planted=True,
        )
        found.append(Plant(one, host.id if host is not None else None))
        for taken in (span, *(host.spans if host is not None else ())):
            ground.take(taken)
    return found


class _Ground:
    """What touches each character of a note: nothing, one suggestion, or more than that."""

    def __init__(self, material: Material) -> None:
        self._over = bytearray(len(material.text))
        for one in material.suggestions:
            for span in one.spans:
                for place in range(span.start, span.end):
                    self._over[place] = min(self._over[place] + 1, 2)
        for span in material.near:
            self.take(span)

    def take(self, span: Span) -> None:
        """Nothing more is to be planted there."""
        self._over[span.start : span.end] = b"\2" * (span.end - span.start)

    def holds_alone(self, span: Span) -> bool:
        """Whether nothing but the suggestion of these words touches them."""
        return max(self._over[span.start : span.end]) == 1

    def free(self, span: Span, but: Span | None = None) -> bool:
        """Whether nothing touches the words; `but` some, where that is not asked."""
        if but is None:
            return not any(self._over[span.start : span.end])
        return not any(self._over[span.start : but.start]) and not any(self._over[but.end : span.end])


def _hosts(material: Material, own: Sequence[Suggestion]) -> list[Suggestion]:
    """Suggestions of the model alone, of those that it is surest of, about which no fact is."""
    middle = sorted(one.confidence for one in own)[len(own) // 2]
    return [
        one
        for one in own
        if one.confidence >= middle and len(one.spans) == 1 and not one.also and one.id not in material.bound
    ]


def _relabelled(material: Material, ground: _Ground, hosts: Sequence[Suggestion]) -> Iterator[_Draft]:
    for host in hosts:
        yield from ((label, host.spans[0], host) for label in sorted(material.labels) if label != host.type)


def _misplaced(material: Material, ground: _Ground, hosts: Sequence[Suggestion]) -> Iterator[_Draft]:
    for host in hosts:
        (span,) = host.spans
        for other in _edges(material.text, span):
            if ground.free(other, but=span):
                yield host.type, other, host


def _edges(text: str, span: Span) -> Iterator[Span]:
    """The words of a span with one less or more at either edge."""
    words = [match.span() for match in _WORD.finditer(text, span.start, span.end)]
    if len(words) > 1:
        yield Span(words[1][0], span.end)
        yield Span(span.start, words[-2][1])
    before = _BEFORE.search(text, max(0, span.start - _LONGEST), span.start)
    behind = _AFTER.match(text, span.end, span.end + _LONGEST)
    if before is not None and not _FUNCTION.fullmatch(before[1]):
        yield Span(span.start - len(before[0]), span.end)
    if behind is not None and not _FUNCTION.fullmatch(behind[1]):
        yield Span(span.start, span.end + len(behind[0]))


def _words(material: Material, ground: _Ground, hosts: Sequence[Suggestion]) -> Iterator[_Draft]:
    """Words at the end of a phrase that nothing touches, and that are suggested nowhere in the note."""
    text = material.text
    suggested = [part for one in material.suggestions for part in one.spans]
    known = {word.lower() for span in suggested for word in _WORD.findall(span.of(text))}
    labels = sorted({one.type for one in material.suggestions if one.source == MODEL})
    for match in _LETTERS.finditer(text):
        word, span = match[0].lower(), Span(*match.span())
        if not ground.free(span) or word in known or _FUNCTION.fullmatch(word) or _NO_NOUN.fullmatch(word):
            continue
        begins = _BEGINS.search(text, max(0, span.start - 8), span.start)
        if begins is None and _BEHIND.match(text, span.end):
            yield from ((label, span, None) for label in labels)
