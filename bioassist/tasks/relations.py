"""Relations between mentions, as programs.

- `re.pairs` leaves the text as it is and asks about pairs of mentions, one line a pair: `aspirin > bleeding : Causes`.
  The text is read once for all pairs.
- `re.paper` is the paper's: the two mentions are replaced in the text by marks (`@GENE$`), one pair a program, for
  models that were tuned on its data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bioassist.documents import Entity, Span
from bioassist.schema import RelationType
from bioassist.tasks.lines import Naming, described, lines, shown
from bioassist.tasks.program import Answer, Choice, Program, Text, fingerprint
from bioassist.tasks.render import FRAME, framed

T = TypeVar("T")
Pair = tuple[Entity, Entity]

NONE = " none"
# A line costs some twelve tokens; more of them are another program over the same window.
PAIRS = 16
_ARROW = " > "
_PAIRS = (
    "Say of each pair how the first is related to the second in the text, or none.\nRelations: {relations}",
    "Each line names two things of the text. Write which relation the text states between them, none if it states "
    "none.\nRelations: {relations}",
    "How does the text relate the first mention of each pair to the second? Answer with a relation of the list, or "
    "none.\nRelations: {relations}",
)
_PAPER = (
    "As a medical expert, decide how {head} and {tail} are related in the text. {head} is written as {head_mark} in "
    "it, {tail} as {tail_mark}. Choose one of these:\n{options}"
)

PAIRS_FINGERPRINT = fingerprint("re.pairs", 1, *FRAME, _ARROW, NONE, _PAIRS[0])
PAPER_FINGERPRINT = fingerprint("re.paper", 1, *FRAME, _PAPER)


@dataclass(frozen=True, slots=True)
class Related:
    """A relation that was read from a program, with its probability (0 to 1)."""

    type: str
    head: Entity
    tail: Entity
    confidence: float


class Pairs:
    """`re.pairs` for the relation types of a schema; labels are the model's (`RelationType.served_by`)."""

    task = "re.pairs"
    fingerprint = PAIRS_FINGERPRINT

    def __init__(self, types: Sequence[RelationType], wording: int = 0) -> None:
        self.types = tuple(types)
        listed = described([(relation.served_by, relation.description) for relation in types])
        self.instruction = _PAIRS[wording].format(relations=listed)

    def pairs(self, entities: Iterable[Entity], types: Sequence[RelationType] | None = None) -> Iterator[Pair]:
        """The ordered pairs that a relation could join by its types, relation by relation, in the order of the text.

        `types` are those of the relations that count, all unless they are given. Where all relations of a pair are
        symmetric it comes once, the first in the text before the second.
        """
        ordered = sorted(entities, key=lambda entity: (entity.start, entity.end, entity.id))
        seen: set[tuple[int, int]] = set()
        for relation in self.types if types is None else types:
            for place, head in enumerate(ordered):
                for other, tail in enumerate(ordered):
                    if place == other or (relation.symmetric and place > other) or (place, other) in seen:
                        continue
                    if _joins(relation, head.type, tail.type):
                        seen.add((place, other))
                        yield head, tail

    def candidates(self, sentences: Iterable[Sequence[Entity]]) -> list[Pair]:
        """The pairs to ask about in a window, whose sentences have these entities: first those within a sentence, which
        is what models are trained on, then the others, of relations that reach further."""
        inside = [list(entities) for entities in sentences]
        found = [pair for entities in inside for pair in self.pairs(entities)]
        further = [relation for relation in self.types if relation.reach != "sentence"]
        near = {(head.id, tail.id) for head, tail in found}
        everything = [entity for entities in inside for entity in entities]
        return found + [pair for pair in self.pairs(everything, further) if (pair[0].id, pair[1].id) not in near]

    def legal(self, head: str, tail: str) -> tuple[RelationType, ...]:
        """The relations that may join entities of these types."""
        return tuple(relation for relation in self.types if _joins(relation, head, tail))

    @staticmethod
    def parts(pairs: Sequence[T]) -> Iterator[Sequence[T]]:
        """The pairs of a window, or what stands for them, by programs: as many at once as one asks about."""
        for start in range(0, len(pairs), PAIRS):
            yield pairs[start : start + PAIRS]

    def program(self, text: str, words: Sequence[Span], pairs: Sequence[tuple[Entity, Entity]]) -> Program:
        """The program over `words` (offsets in `text`), a line for each pair; ValueError for a pair outside them."""
        naming = Naming(text, words)
        asked = []
        for head, tail in pairs:
            options = dict.fromkeys(f" {relation.served_by}" for relation in self.legal(head.type, tail.type))
            subject = f"{naming.name(head.spans)}{_ARROW}{naming.name(tail.spans)}"
            asked.append((subject, Choice("relation", (NONE, *options))))
        return lines(self.task, self.fingerprint, self.instruction, shown(text, words), asked)

    def answers(self, pairs: Sequence[tuple[Entity, Entity]], gold: Sequence[str | None]) -> list[str]:
        """The right answers; `gold` names each pair's relation type, None for none."""
        by_name = {relation.name: relation for relation in self.types}
        return [NONE if name is None else f" {by_name[name].served_by}" for name in gold]

    def relations(self, pairs: Sequence[tuple[Entity, Entity]], answers: Sequence[Answer]) -> list[Related]:
        """Read the answers, one a pair, back as relations."""
        found = []
        for (head, tail), answer in zip(pairs, answers, strict=True):
            for relation in self.legal(head.type, tail.type):
                if answer.option == f" {relation.served_by}":
                    found.append(Related(relation.name, head, tail, answer.probability))
                    break
        return found


def _joins(relation: RelationType, head: str, tail: str) -> bool:
    straight = head in relation.head and tail in relation.tail
    return straight or (relation.symmetric and tail in relation.head and head in relation.tail)


class Marked:
    """`re.paper`: one pair a program. `options` are the labels, each with what it means."""

    task = "re.paper"
    fingerprint = PAPER_FINGERPRINT

    def __init__(self, head: str, tail: str, options: Sequence[tuple[str, str]]) -> None:
        self._marks = (f"@{head.upper()}$", f"@{tail.upper()}$")
        self.options = tuple(name for name, _ in options)
        listed = "\n".join(f"{name}: {meaning}" if meaning else name for name, meaning in options)
        self.instruction = _PAPER.format(
            head=head, tail=tail, head_mark=self._marks[0], tail_mark=self._marks[1], options=listed
        )

    def program(self, text: str, head: Span, tail: Span) -> Program:
        """The program over `text` with its two mentions replaced. Raises ValueError for mentions that overlap."""
        if head.overlaps(tail):
            raise ValueError("mentions that overlap cannot be marked apart")
        marked = text
        for span, mark in sorted(zip((head, tail), self._marks, strict=True), reverse=True):
            marked = marked[: span.start] + mark + marked[span.end :]
        return Program(
            self.task,
            self.fingerprint,
            (*framed(self.instruction, marked), Choice("relation", self.options), Text("\n")),
        )
