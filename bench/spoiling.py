"""Gold made wrong on purpose, as suggestions of a known F1."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from bioassist.documents import Entity, Span

# Of the mentions that are wrong: left out, of another label, with another edge; as many are made up as are left out.
_LEFT_OUT, _OTHER_LABEL = 0.4, 0.6

Found = list[tuple[str, Span, float]]


def spoiled(gold: Sequence[Entity], text: str, labels: Sequence[str], f1: float, draw: random.Random) -> Found:
    """Suggestions with this exact F1: gold with some left out, mislabelled, moved by a word, and some made up.

    As many are wrong as bring it to `f1`, one more or less by chance where that is no whole number.
    """
    wrong = set(draw.sample(range(len(gold)), int((1 - f1) * len(gold) + draw.random())))
    found: Found = []
    taken = [(one.start, one.end) for one in gold]
    words = [
        Span(*match) for match in _words(text) if not any(start < match[1] and match[0] < end for start, end in taken)
    ]
    for number, one in enumerate(gold):
        span = Span(one.start, one.end)
        if number not in wrong:
            found.append((one.type, span, draw.uniform(0.6, 1.0)))
            continue
        fault = draw.random()
        if fault < _LEFT_OUT:
            if words:
                found.append((draw.choice(labels), draw.choice(words), draw.uniform(0.2, 0.8)))
        elif fault < _OTHER_LABEL and len(labels) > 1:
            others = [label for label in labels if label != one.type]
            found.append((draw.choice(others), span, draw.uniform(0.2, 0.8)))
        else:
            found.append((one.type, _moved(span, text, draw), draw.uniform(0.2, 0.8)))
    return found


def _moved(span: Span, text: str, draw: random.Random) -> Span:
    """With one word more or less."""
    words = [Span(*match) for match in _words(text)]
    inside = [word for word in words if span.start <= word.start and word.end <= span.end]
    after = next((word for word in words if word.start >= span.end), None)
    before = next((word for word in reversed(words) if word.end <= span.start), None)
    choices = [Span(span.start, after.end)] if after else []
    choices += [Span(before.start, span.end)] if before else []
    choices += [Span(inside[1].start, span.end), Span(span.start, inside[-2].end)] if len(inside) > 1 else []
    return draw.choice(choices) if choices else span


def _words(text: str) -> list[tuple[int, int]]:
    from bioassist.words import words

    return [(word.start, word.end) for word in words(text)]


def nonoverlapping(entities: Sequence[Entity]) -> Iterator[Entity]:
    """Entities of one piece, each extent and type once."""
    seen: set[tuple[str, int, int]] = set()
    for one in entities:
        extent = (one.type, one.start, one.end)
        if len(one.spans) == 1 and extent not in seen:
            seen.add(extent)
            yield one
