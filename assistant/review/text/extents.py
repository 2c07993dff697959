"""Extents as people mean them: no white space at an edge, fragments in order, none that touches another."""

from __future__ import annotations

from collections.abc import Iterable

from bioassist.documents import Span


def trimmed(text: str, span: Span) -> Span | None:
    """`span` without the white space at its edges; None if it is nothing else."""
    chosen = span.of(text)
    if not chosen.strip():
        return None
    return Span(span.end - len(chosen.lstrip()), span.start + len(chosen.rstrip()))


def united(spans: Iterable[Span]) -> tuple[Span, ...]:
    """The fragments in order; those that overlap or touch are one."""
    found: list[Span] = []
    for span in sorted(spans):
        if found and span.start <= found[-1].end:
            found[-1] = Span(found[-1].start, max(found[-1].end, span.end))
        else:
            found.append(span)
    return tuple(found)


def without(text: str, spans: Iterable[Span], taken: Span) -> tuple[Span, ...]:
    """What is left of the fragments when `taken` is taken out of them."""
    pieces = []
    for span in united(spans):
        pieces.append(Span(span.start, max(span.start, min(span.end, taken.start))))
        pieces.append(Span(min(span.end, max(span.start, taken.end)), span.end))
    left = (trimmed(text, piece) for piece in pieces)
    return united(piece for piece in left if piece is not None)
