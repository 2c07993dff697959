"""Documents for property tests: every kind of annotation, and the characters that break readers of brat."""

from __future__ import annotations

import string
from types import MappingProxyType

from hypothesis import strategies as st

from bioassist.documents import (
    Argument,
    Attribute,
    Document,
    Entity,
    Equivalence,
    Event,
    Normalization,
    Note,
    Provenance,
    Relation,
    Span,
)

# Letters, an astral one, a combining mark, NBSP, and all that some reader takes for the end of a line.
PIECES = ("a", "B", "7", ".", "é", "e\u0301", "𝔸", "😀", "م", " ", " ", "\xa0", "\u200b", "\t", "\n", "\r\n", "\r")
ODD_PIECES = ("\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x1f", "\x85", "\u2028", "\u2029", "\ufeff", "\\", "\\n", "\x00")
BREAKS = set("\n\r\t\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")

texts = st.lists(st.sampled_from(PIECES + ODD_PIECES), min_size=1, max_size=60).map("".join)
labels = st.text(string.ascii_letters + string.digits + "_-.", min_size=1, max_size=8)
lines = st.lists(st.sampled_from(PIECES + ODD_PIECES), max_size=12).map("".join)


def sound_spans(text: str) -> list[Span]:
    """Spans that brat holds as they are: no line break or tab in them, no white space at their edges."""
    first = len(text) - len(text.lstrip("\ufeff"))
    return [
        Span(start, end)
        for start in range(first, len(text))
        for end in range(start + 1, min(len(text), start + 12) + 1)
        if not text[start].isspace() and not text[end - 1].isspace() and not BREAKS & set(text[start:end])
    ]


@st.composite
def any_entities(draw: st.DrawFn, text: str) -> tuple[Entity, ...]:
    """Entities with spans that go anywhere in `text`, overlapping, empty, over line ends."""
    entities = []
    for number in range(draw(st.integers(0, 5))):
        spans = []
        for _ in range(draw(st.integers(1, 3))):
            start, end = sorted(draw(st.tuples(st.integers(0, len(text)), st.integers(0, len(text)))))
            spans.append(Span(start, end))
        entities.append(Entity(f"T{number + 1}", draw(labels), tuple(spans)))
    return tuple(entities)


@st.composite
def sound_entities(draw: st.DrawFn, text: str) -> tuple[Entity, ...]:
    """Entities as brat holds them; discontinuous ones with their fragments in any order."""
    possible = sound_spans(text)
    if not possible:
        return ()
    entities = []
    for number in range(draw(st.integers(0, 6))):
        spans = [draw(st.sampled_from(possible))]
        for span in draw(st.lists(st.sampled_from(possible), max_size=2)):
            if all(span.end < other.start or other.end < span.start for other in spans):
                spans.append(span)
        entities.append(Entity(f"T{number * 3 + 1}", draw(labels), tuple(spans)))
    return tuple(entities)


@st.composite
def documents(draw: st.DrawFn, *, sound: bool = True) -> Document:
    """A document with annotations of every kind; a `sound` one goes through brat unchanged."""
    text = draw(texts)
    entities = draw(sound_entities(text) if sound else any_entities(text))
    count = draw(st.integers(0, len(entities)))
    events = tuple(Event(f"E{number}", entity.type, entity.id) for number, entity in enumerate(entities[:count], 1))
    plain = [entity.id for entity in entities[count:]]
    marked = plain + [event.id for event in events]
    events = tuple(draw(_with_arguments(event, marked)) for event in events)
    relations = [
        Relation(f"R{number}", draw(labels), (Argument("Arg1", first), Argument("To", second)))
        for number, (first, second) in enumerate(draw(_pairs(marked)), 1)
    ]
    attributes, normalizations, notes, equivalences = [], [], [], []
    for number in range(draw(st.integers(0, 3)) if marked else 0):
        value = draw(st.none() | lines.map(str.strip).filter(bool))
        identity = f"A{number}" if value is not None else draw(st.sampled_from([f"A{number}", f"M{number}"]))
        attributes.append(Attribute(identity, draw(labels), draw(st.sampled_from(marked)), value))
    for number in range(draw(st.integers(0, 2)) if marked else 0):
        identifier = draw(st.sampled_from(["1191", "HP:0001250", "a:b:c", "ü"]))
        target = draw(st.sampled_from(marked))
        normalizations.append(Normalization(f"N{number}", target, draw(labels), identifier, draw(lines)))
    for number in range(draw(st.integers(0, 3)) if marked else 0):
        targets = marked + [note.id for note in notes] + [relation.id for relation in relations]
        kind = draw(st.sampled_from(["AnnotatorNotes", "STATUS", "AnnotationError"]))
        notes.append(Note(f"#{number + 4}", kind, draw(st.sampled_from(targets)), draw(lines)))
    if len(marked) > 1 and draw(st.booleans()):
        members = draw(st.lists(st.sampled_from(marked), min_size=2, max_size=4, unique=True))
        equivalences.append(Equivalence(tuple(members), draw(st.sampled_from(["Equiv", "OVERLAP"]))))
    return Document(
        draw(st.sampled_from(["a", "ward/b", "x y/ü.1"])),
        text,
        entities,
        tuple(relations),
        events,
        tuple(attributes),
        tuple(normalizations),
        tuple(notes),
        tuple(equivalences),
        provenance=MappingProxyType({identity: draw(unreviewed) for identity in marked if draw(st.booleans())}),
    )


unreviewed = st.builds(
    Provenance,
    st.just("unreviewed"),
    st.sampled_from(["model", "terms list"]),
    st.none() | st.integers(0, 10000).map(lambda part: part / 10000),
    st.none() | st.sampled_from(["SmolLM2-135M.Q4_1", "a model 50% tuned"]),
    st.none() | st.just("ner.typed/1:0f3a"),
    st.booleans(),
    st.none() | st.just("ann\u2028e"),
)


@st.composite
def _with_arguments(draw: st.DrawFn, event: Event, targets: list[str]) -> Event:
    chosen = draw(st.lists(st.sampled_from(targets), max_size=3)) if targets else []
    roles = ["Theme", "Theme2", "Site"]
    return Event(event.id, event.type, event.trigger, tuple(map(Argument, roles, chosen)))


def _pairs(targets: list[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    if not targets:
        return st.just([])
    return st.lists(st.tuples(st.sampled_from(targets), st.sampled_from(targets)), max_size=3)
