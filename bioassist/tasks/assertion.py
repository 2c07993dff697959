"""What a text asserts of its mentions (present, negated, possible, somebody else's), one line a mention.

One pass serves one attribute of the schema: `chest pain : negated`. The attribute's default, which annotations leave
unwritten, is an answer like the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bioassist.documents import Entity, Span
from bioassist.schema import AttributeType
from bioassist.tasks.lines import Naming, lines, shown
from bioassist.tasks.program import Answer, Choice, Program, fingerprint
from bioassist.tasks.render import FRAME

_ASSERTION = (
    "Say of each mention what the text asserts of it.\n{name}{description}: {values}",
    "Each line names a mention of the text. Write what holds for it there.\n{name}{description}: {values}",
    "Judge each mention by the text around it.\n{name}{description}: {values}",
)

# What is said of a mention that bears an attribute without values.
BINARY = "yes"

FINGERPRINT = fingerprint("assertion", 1, *FRAME, _ASSERTION[0])


@dataclass(frozen=True, slots=True)
class Asserted:
    """An attribute that was read from a program: `value` None for a binary one; probability from 0 to 1."""

    type: str
    entity: Entity
    value: str | None
    confidence: float


class Assertion:
    """One attribute over the mentions of a text; labels are the model's (`AttributeType.served_by`)."""

    task = "assertion"
    fingerprint = FINGERPRINT

    def __init__(self, attribute: AttributeType, wording: int = 0) -> None:
        self.attribute = attribute
        self._values = attribute.values or (BINARY,)
        self._options = tuple(f" {value}" for value in (attribute.unwritten, *self._values))
        self.instruction = _ASSERTION[wording].format(
            name=attribute.served_by,
            description=f" ({attribute.description})" if attribute.description else "",
            values=", ".join((attribute.unwritten, *self._values)),
        )

    def mentions(self, entities: Iterable[Entity]) -> list[Entity]:
        """Those of `entities` that can bear the attribute, in the order of the text."""
        return sorted(
            (entity for entity in entities if entity.type in self.attribute.on),
            key=lambda entity: (entity.start, entity.end, entity.id),
        )

    def program(self, text: str, words: Sequence[Span], mentions: Sequence[Entity]) -> Program:
        """The program over `words` (offsets in `text`), a line a mention; ValueError for a mention outside them."""
        naming = Naming(text, words)
        choice = Choice("value", self._options)
        asked = [(naming.name(entity.spans), choice) for entity in mentions]
        return lines(self.task, self.fingerprint, self.instruction, shown(text, words), asked)

    def answers(self, gold: Sequence[str | None]) -> list[str]:
        """The right answers; `gold` is each mention's value, None where the attribute is unwritten."""
        return [f" {self.attribute.unwritten if value is None else value}" for value in gold]

    def attributes(self, mentions: Sequence[Entity], answers: Sequence[Answer]) -> list[Asserted]:
        """Read the answers, one a mention, back as attributes; those that say the default give none."""
        found = []
        for entity, answer in zip(mentions, answers, strict=True):
            value = answer.option[1:]
            if value != self.attribute.unwritten:
                written = value if self.attribute.values else None
                found.append(Asserted(self.attribute.name, entity, written, answer.probability))
        return found
