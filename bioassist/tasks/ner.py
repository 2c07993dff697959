"""Named entity recognition as a program: one label a word, chosen by the model.

Three renderings of the same decisions:

- `ner.typed` decides all types in one pass, in the paper's lines: `word : B-Type`, `I-Type` or `O`.
- `ner.inline` says the same in fewer tokens: the words once more, with a mark behind those of a mention alone. A word
  outside all mentions costs no token of its own, and a run of such words is decided in one evaluation.
- `ner.paper` is the paper's: one type a pass, labels B, I and O, for models that were tuned on its data.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from bioassist.documents import Entity, Span
from bioassist.schema import EntityType
from bioassist.tasks import confidence
from bioassist.tasks.confidence import Said
from bioassist.tasks.lines import described, shown
from bioassist.tasks.program import Answer, Choice, Piece, Program, Text, fingerprint
from bioassist.tasks.render import FRAME, framed


@dataclass(frozen=True, slots=True)
class Layout:
    """How a program writes words and labels.

    `before` and `after` stand around every word but the first, which has no `before`; `begin` and `inside` make the
    label of a model label; `end` closes the output and tells the last label from longer ones.
    """

    before: str
    after: str
    outside: str
    begin: Callable[[str], str]
    inside: Callable[[str], str]
    end: str

    @property
    def template(self) -> tuple[str, ...]:
        """What of it goes into the fingerprint."""
        return (self.before, self.after, self.outside, self.begin("T"), self.inside("T"), self.end)


TYPED_LINES = Layout("\n", " :", " O", lambda label: f" B-{label}", lambda label: f" I-{label}", "\n")
PAPER_LINES = Layout("\n", " :", " O", lambda label: " B", lambda label: " I", "\n")
# No word holds white space, so a newline or a tab behind a word can only be a mark.
INLINE = Layout(" ", "", "", lambda label: f"\n{label}", lambda label: "\t", " ###")

_TYPED = (
    "Mark every mention of these types in the text, word by word. Begin a mention with B- and its type, go on with I- "
    "and its type, and write O for a word outside all mentions.\nTypes: {types}",
    "Label each word of the text: B- and the type where a mention of one of these types begins, I- and the type where "
    "it goes on, O elsewhere.\nTypes: {types}",
    "Go through the text word by word and find what is of these types. B- begins a mention, I- continues it, O is for "
    "all other words.\nTypes: {types}",
)
_INLINE = (
    "Copy the text and mark every mention of these types in it. Behind the first word of a mention write its type on a "
    "new line, behind each further word of it a tab.\nTypes: {types}",
    "Write the text once more. Where a mention of one of these types begins, put its type on a new line behind its "
    "first word, and a tab behind each of its other words.\nTypes: {types}",
    "Repeat the text with its mentions marked: a new line and the type behind the first word, a tab behind every "
    "further word.\nTypes: {types}",
)
_PAPER = (
    "Your task is to find every mention of {types} in the text and to label it in the BIO scheme. Label the first word "
    "of a mention B (Begin), its other words I (Inside), and every word outside mentions O.",
    "Find the mentions of {types} in the text. Write B behind the word that begins one, I behind the words that it "
    "goes on with, and O behind all others.",
    "Label the words of the text for {types} in BIO form: B for the first word of a mention, I for the rest of it, O "
    "for what is outside.",
)

TYPED_FINGERPRINT = fingerprint("ner.typed", 1, *FRAME, *TYPED_LINES.template, _TYPED[0])
INLINE_FINGERPRINT = fingerprint("ner.inline", 1, *FRAME, *INLINE.template, _INLINE[0])
PAPER_FINGERPRINT = fingerprint("ner.paper", 1, *FRAME, *PAPER_LINES.template, _PAPER[0])


@dataclass(frozen=True, slots=True)
class Mention:
    """What was read from a program: entity type, extent in the text given, and probability (0 to 1).

    `said` is what the model said of its words, where a language model was asked.
    """

    type: str
    span: Span
    confidence: float
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class NearMiss:
    """Words that were all decided to be outside, where the model nearly began a mention: with which probability.

    `type` is None where the model was not asked for it: labels that share their beginning are told apart only once
    that is chosen.
    """

    type: str | None
    span: Span
    probability: float


class Ner:
    """One pass over a text for `types`. Made by `typed`, `inline` or `paper`.

    The labels are the model's (`EntityType.served_by`), the mentions the schema's.
    """

    def __init__(
        self, task: str, fingerprint: str, layout: Layout, types: Sequence[EntityType], instruction: str
    ) -> None:
        self.task = task
        self.fingerprint = fingerprint
        self.types = tuple(types)
        self.instruction = instruction
        self._layout = layout
        self._begin = {entity.name: layout.begin(entity.served_by) for entity in types}
        self._inside = {entity.name: layout.inside(entity.served_by) for entity in types}
        self._type_of = {label: name for name, label in self._begin.items()}
        after: dict[str, frozenset[str]] = {}
        for name, label in self._inside.items():
            after[label] = after.get(label, frozenset()) | {self._begin[name], label}
        self._only_after = MappingProxyType(after)
        options = (layout.outside, *self._begin.values(), *after)
        self._choice = Choice("label", options, self._only_after)

    @property
    def outside(self) -> str:
        """The label of a word outside all mentions."""
        return self._layout.outside

    def program(self, text: str, words: Sequence[Span]) -> Program:
        """The program over `words` (offsets in `text`); white space between them is one space, as in the corpora."""
        layout = self._layout
        pieces: list[Piece] = [*framed(self.instruction, shown(text, words))]
        for number, word in enumerate(words):
            pieces.append(Text(f"{layout.before if number else ''}{word.of(text)}{layout.after}"))
            pieces.append(self._choice)
        pieces.append(Text(layout.end))
        return Program(self.task, self.fingerprint, tuple(pieces))

    def answers(self, words: Sequence[Span], gold: Iterable[Entity]) -> tuple[list[str], list[Entity]]:
        """The right labels for `words`, and the gold entities that one label a word cannot say.

        Left out are discontinuous entities, those of other types, those whose edges are not word edges, and of two
        that overlap the shorter one.
        """
        starts = {span.start: place for place, span in enumerate(words)}
        ends = {span.end: place for place, span in enumerate(words)}
        labels = [self.outside] * len(words)
        left_out: list[Entity] = []
        for entity in sorted(gold, key=lambda entity: (entity.start - entity.end, entity.start, entity.id)):
            first, last = starts.get(entity.start), ends.get(entity.end)
            sayable = len(entity.spans) == 1 and entity.type in self._begin and entity.start < entity.end
            if not sayable or first is None or last is None or not self._free(labels, first, last):
                left_out.append(entity)
                continue
            labels[first] = self._begin[entity.type]
            labels[first + 1 : last + 1] = [self._inside[entity.type]] * (last - first)
        return labels, left_out

    def _free(self, labels: Sequence[str], first: int, last: int) -> bool:
        return all(label == self.outside for label in labels[first : last + 1])

    def mentions(self, words: Sequence[Span], answers: Sequence[Answer]) -> list[Mention]:
        """Read the answers, one a word, back as mentions; `bioassist.tasks.confidence` says how sure they are."""
        found: list[Mention] = []
        for begin, end in self._runs(answers):
            name = self._type_of[answers[begin].option]
            going_on = answers[end].probability_of(self._inside[name]) if end < len(answers) else 0.0
            said = Said(
                tuple(answer.probability for answer in answers[begin:end]),
                max(answers[begin].rivals.values(), default=0.0),
                1.0 - going_on,
                1.0 - (self._beginning(answers[begin - 1]) if begin else 0.0),
            )
            sure = confidence.DEFINITIONS[confidence.IN_USE](said)
            found.append(Mention(name, Span(words[begin].start, words[end - 1].end), sure, said))
        return found

    def near_misses(self, words: Sequence[Span], answers: Sequence[Answer], least: float) -> list[NearMiss]:
        """Where the model nearly began a mention: runs of words outside with a probability of `least` for that each.

        The probability of a run is that a mention begins at one of its words. Left out is what lies directly in front
        of a mention that was found: whether that begins earlier is a question of its edge.
        """
        weights = [self._beginning(answer) for answer in answers]
        begun = {begin for begin, _ in self._runs(answers)}
        found: list[NearMiss] = []
        place = 0
        while place < len(answers):
            end = place
            while end < len(answers) and weights[end] >= least:
                end += 1
            if end > place and end not in begun:
                none = math.prod(1.0 - weight for weight in weights[place:end])
                best = max(range(place, end), key=weights.__getitem__)
                span = Span(words[place].start, words[end - 1].end)
                found.append(NearMiss(self._nearest(answers[best]), span, 1.0 - none))
            place = end + 1
        return found

    def _runs(self, answers: Sequence[Answer]) -> Iterator[tuple[int, int]]:
        """The words of each mention, as half-open places."""
        begin: int | None = None
        for place in range(len(answers) + 1):
            goes_on = place < len(answers) and answers[place].option in self._only_after
            if begin is not None and not goes_on:
                yield begin, place
                begin = None
            if place < len(answers) and answers[place].option in self._type_of:
                begin = place

    def _beginning(self, answer: Answer) -> float:
        """The probability that a mention begins at a word that was decided to be outside; 0 at any other word."""
        if answer.option != self.outside:
            return 0.0
        return sum(value for branch, value in answer.rivals.items() if self._begun_by(branch))

    def _begun_by(self, branch: str) -> list[str]:
        """The types of the labels in a branch; none if it holds others as well."""
        labels = [label for label in self._choice.options if label.startswith(branch)]
        return [self._type_of[label] for label in labels] if all(label in self._type_of for label in labels) else []

    def _nearest(self, answer: Answer) -> str | None:
        branch = max((one for one in answer.rivals if self._begun_by(one)), key=answer.rivals.__getitem__)
        types = self._begun_by(branch)
        return types[0] if len(types) == 1 else None


def typed(types: Sequence[EntityType], wording: int = 0) -> Ner:
    """`ner.typed`: all types in one pass, in lines."""
    instruction = _TYPED[wording].format(types=_listed(types))
    return Ner("ner.typed", TYPED_FINGERPRINT, TYPED_LINES, types, instruction)


def inline(types: Sequence[EntityType], wording: int = 0) -> Ner:
    """`ner.inline`: all types in one pass, marks between the words."""
    instruction = _INLINE[wording].format(types=_listed(types))
    return Ner("ner.inline", INLINE_FINGERPRINT, INLINE, types, instruction)


def paper(type_: EntityType, wording: int = 0) -> Ner:
    """`ner.paper`: one type a pass, bare labels."""
    said = type_.description or re.sub(r"[_-]+", " ", type_.served_by).lower()
    return Ner("ner.paper", PAPER_FINGERPRINT, PAPER_LINES, (type_,), _PAPER[wording].format(types=said))


FINGERPRINTS = MappingProxyType(
    {"ner.typed": TYPED_FINGERPRINT, "ner.inline": INLINE_FINGERPRINT, "ner.paper": PAPER_FINGERPRINT}
)


def passes(task: str, types: Sequence[EntityType], wording: int = 0) -> list[Ner]:
    """The passes that a task makes over a text, none for no types. Raises KeyError for a task that is none of
    `FINGERPRINTS`."""
    if task == "ner.paper":
        return [paper(type_, wording) for type_ in types]
    make = {"ner.typed": typed, "ner.inline": inline}[task]
    return [make(types, wording)] if types else []


def _listed(types: Sequence[EntityType]) -> str:
    return described([(entity.served_by, entity.description) for entity in types])
