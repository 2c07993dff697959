"""Named entity recognition as a program: one line a word, `word : label`, the label chosen by the model.

`ner.typed`, the default, decides all types in one pass with B-Type, I-Type and O. `ner.paper` is the paper's: one type
a pass, labels B, I and O, for models that were tuned on its data. Both write the same lines.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bioassist.documents import Entity, Span
from bioassist.schema import EntityType
from bioassist.tasks.program import Answer, Choice, Piece, Program, Text, fingerprint
from bioassist.tasks.render import FRAME, framed

OUTSIDE = " O"
_LINE = (" :", "\n")

_TYPED = (
    "Mark every mention of these types in the text, word by word. Begin a mention with B- and its type, go on with I- "
    "and its type, and write O for a word outside all mentions.\nTypes: {types}"
)
_PAPER = (
    "Your task is to find every mention of {types} in the text and to label it in the BIO scheme. Label the first word "
    "of a mention B (Begin), its other words I (Inside), and every word outside mentions O."
)

TYPED = fingerprint("ner.typed", 1, *FRAME, *_LINE, _TYPED)
PAPER = fingerprint("ner.paper", 1, *FRAME, *_LINE, _PAPER)


@dataclass(frozen=True, slots=True)
class Mention:
    """What was read from a program: entity type, extent in the text given, and probability (0 to 1)."""

    type: str
    span: Span
    confidence: float


class _Tagging:
    """What both programs share: the lines, legality, and the way from labels to mentions and back."""

    task: str
    fingerprint: str

    def __init__(self, types: Sequence[EntityType], instruction: str, tags: Mapping[str, str]) -> None:
        self.types = tuple(types)
        self.instruction = instruction
        self._begin = {name: f" B{tag}" for name, tag in tags.items()}
        self._inside = {name: f" I{tag}" for name, tag in tags.items()}
        self._type_of = {label: name for name, label in [*self._begin.items(), *self._inside.items()]}
        self._options = (OUTSIDE, *self._begin.values(), *self._inside.values())
        after = {label: frozenset((self._begin[name], label)) for name, label in self._inside.items()}
        self._only_after = MappingProxyType(after)
        self._choice = Choice("label", self._options, self._only_after)

    def program(self, text: str, words: Sequence[Span]) -> Program:
        """The program over `words` (offsets in `text`); white space between them is one space, as in the corpora."""
        shown = [span.of(text) for span in words]
        pieces: list[Piece] = [*framed(self.instruction, " ".join(shown))]
        for number, word in enumerate(shown):
            pieces.append(Text(f"{word} :" if number == 0 else f"\n{word} :"))
            pieces.append(self._choice)
        # The last label ends like the others, so that "Test" is told from "Test_result" there too.
        pieces.append(Text("\n"))
        return Program(self.task, self.fingerprint, tuple(pieces))

    def answers(self, words: Sequence[Span], gold: Iterable[Entity]) -> tuple[list[str], list[Entity]]:
        """The right labels for `words`, and the gold entities that one label a word cannot say.

        Left out are discontinuous entities, those of other types, those whose edges are not word edges, and of two
        that overlap the shorter one.
        """
        starts = {span.start: place for place, span in enumerate(words)}
        ends = {span.end: place for place, span in enumerate(words)}
        labels = [OUTSIDE] * len(words)
        left_out: list[Entity] = []
        for entity in sorted(gold, key=lambda entity: (entity.start - entity.end, entity.start, entity.id)):
            first, last = starts.get(entity.start), ends.get(entity.end)
            representable = len(entity.spans) == 1 and entity.type in self._begin and entity.start < entity.end
            if (
                not representable
                or first is None
                or last is None
                or labels[first : last + 1] != [OUTSIDE] * (last + 1 - first)
            ):
                left_out.append(entity)
                continue
            labels[first] = self._begin[entity.type]
            labels[first + 1 : last + 1] = [self._inside[entity.type]] * (last - first)
        return labels, left_out

    def mentions(self, words: Sequence[Span], answers: Sequence[Answer]) -> list[Mention]:
        """Read the answers, one a word, back as mentions.

        A mention's confidence is the least probability among its labels, and that it ends where it does: a chain is
        as sure as its weakest link.
        """
        labels = [answer.option for answer in answers]
        found: list[Mention] = []
        begin: int | None = None
        for place in range(len(labels) + 1):
            goes_on = place < len(labels) and labels[place] in self._only_after
            if begin is not None and not goes_on:
                sure = [answers[index].probability for index in range(begin, place)]
                if place < len(labels):
                    sure.append(1.0 - answers[place].probability_of(self._inside[self._type_of[labels[begin]]]))
                span = Span(words[begin].start, words[place - 1].end)
                found.append(Mention(self._type_of[labels[begin]], span, min(sure)))
                begin = None
            if place < len(labels) and labels[place] != OUTSIDE and not goes_on:
                begin = place
        return found


class TypedNer(_Tagging):
    """`ner.typed`: all `types` in one pass. The labels are the model's (`EntityType.served_by`)."""

    task = "ner.typed"
    fingerprint = TYPED

    def __init__(self, types: Sequence[EntityType]) -> None:
        listed = "; ".join(
            f"{entity.served_by} ({entity.description})" if entity.description else entity.served_by for entity in types
        )
        tags = {entity.name: f"-{entity.served_by}" for entity in types}
        super().__init__(types, _TYPED.format(types=listed), tags)


class PaperNer(_Tagging):
    """`ner.paper`: one type a pass, bare B, I and O."""

    task = "ner.paper"
    fingerprint = PAPER

    def __init__(self, type_: EntityType) -> None:
        said = type_.description or re.sub(r"[_-]+", " ", type_.served_by).lower()
        super().__init__((type_,), _PAPER.format(types=said), {type_.name: ""})
