"""Where the entities of a document go in a text of tokens, and what has to be said about it.

spaCy's `doc.ents` takes spans of whole tokens that do not overlap, and refuses white space at their edges. An entity
whose edges are not edges of tokens is, by choice,

    "snap"       grown to whole tokens, unless that more than doubles it and adds over 16 characters (a word of a
                 200,000 character line is not an entity): then it is left out;
    "split"      kept as it is, with the tokens cut at its edges;
    "leave out"  left out.

Snapping is the default, since a model trained on the export can only ever find whole tokens of its tokenizer: a cut
token teaches it something that it will never see.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bioassist.documents import Document, Entity, Span
from converters.formats import Misaligned
from converters.report import Finding, Kind
from converters.tokens import Tokens, align, longest_first, tokens

Words = Callable[[str], Iterable[Span]]

_MOST_GROWN = 16


@dataclass(frozen=True, slots=True)
class Placed:
    """`entity` as the tokens `first` to `last` (included), which cover `extent`."""

    entity: Entity
    first: int
    last: int
    extent: Span


@dataclass(frozen=True, slots=True)
class Placing:
    """`spans` are all entities but discontinuous ones; `ents` those of them that do not overlap.

    `discontinuous` are entities of several fragments, as one span from the first to the last.
    """

    tokens: Tokens
    spans: list[Placed]
    ents: list[Placed]
    discontinuous: list[Placed]
    findings: list[Finding]


def place(document: Document, words: Words, misaligned: Misaligned = "snap") -> Placing:
    """Tokenize `document` and place its entities; every one that could not be placed as it is has a finding."""
    text, findings = document.text, list[Finding]()

    def tell(code: str, entity: Entity, what: str, kind: Kind = "change") -> None:
        findings.append(Finding(document.name, code, f"{entity.id} ({entity.type}) {what}", entity.start, kind=kind))

    wanted: list[tuple[Entity, Span, bool]] = []
    for entity in document.entities:
        pieces = _pieces(entity, text)
        if not pieces:
            tell("no text", entity, "marks nothing but white space; it was left out.", "loss")
            continue
        extent = Span(pieces[0].start, pieces[-1].end)
        if (extent.start, extent.end) != (entity.start, entity.end):
            tell("trimmed", entity, "loses the white space at its edges.")
        if len(pieces) > 1:
            tell("discontinuous", entity, 'has fragments; it is in doc.spans["discontinuous"] as one span.')
        elif len(entity.spans) > 1:
            tell("joined", entity, "has fragments with nothing but white space between; they are one span.", "remark")
        wanted.append((entity, extent, len(pieces) > 1))
    cuts = {edge for _, extent, _ in wanted for edge in (extent.start, extent.end)} if misaligned == "split" else set()
    whole = tokens(text, words(text))
    among = tokens(text, words(text), cuts) if cuts - {*whole.starts} else whole
    spans: list[Placed] = []
    discontinuous: list[Placed] = []
    for entity, extent, fragmented in wanted:
        if align(extent, whole).grown and misaligned == "split":
            tell("split token", entity, "does not end where tokens do; the tokens were cut there.")
        aligned = align(extent, among)
        if aligned.grown and (misaligned == "leave out" or aligned.grown > max(_MOST_GROWN, len(extent))):
            tell("left out", entity, f"does not end where tokens do, by {aligned.grown} characters; left out.", "loss")
            continue
        if aligned.grown:
            tell("snapped", entity, f"does not end where tokens do; it grew by {aligned.grown} characters.")
        placed = Placed(entity, aligned.first, aligned.last, among.extent(aligned.first, aligned.last))
        (discontinuous if fragmented else spans).append(placed)
    kept = set(longest_first([(placed.first, placed.last) for placed in spans]))
    for number, placed in enumerate(spans):
        if number not in kept:
            tell("overlap", placed.entity, 'overlaps a longer one; it is in doc.spans["sc"], not in doc.ents.')
    return Placing(among, spans, [spans[number] for number in sorted(kept)], discontinuous, findings)


def _pieces(entity: Entity, text: str) -> list[Span]:
    """The fragments of `entity` in order, without white space at their edges; united where only that lies between."""
    united: list[Span] = []
    for span in sorted(entity.spans):
        inner = span.of(text)
        start = span.start + len(inner) - len(inner.lstrip())
        end = span.start + len(inner.rstrip())
        if start >= end:
            continue
        if united and not text[united[-1].end : start].strip():
            united[-1] = Span(united[-1].start, max(united[-1].end, end))
        else:
            united.append(Span(start, end))
    return united
