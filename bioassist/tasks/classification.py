"""Classes of a document or a section: `class.one` chooses one, `class.many` says yes or no to each in a line."""

from __future__ import annotations

from collections.abc import Sequence

from bioassist.documents import Span
from bioassist.schema import DocumentClass, EntityType
from bioassist.tasks.lines import described, lines, shown
from bioassist.tasks.program import Answer, Choice, Program, Text, fingerprint
from bioassist.tasks.render import FRAME, framed
from bioassist.words import first_words

_ONE = (
    "Say which of these classes the text belongs to.\nClasses: {classes}",
    "Read the text and choose its class.\nClasses: {classes}",
    "What kind of text is this? Answer with one class of the list.\nClasses: {classes}",
)
_MANY = (
    "Say of each class whether the text belongs to it. It may belong to several or to none.\nClasses: {classes}",
    "Which of these classes hold for the text? Answer yes or no to each.\nClasses: {classes}",
    "Go through the classes and decide for each whether the text speaks of it.\nClasses: {classes}",
)
NO, YES = " no", " yes"
# What a class shows itself in stands at the beginning; a whole note does not fit every context.
WORDS = 300

ONE_FINGERPRINT = fingerprint("class.one", 1, *FRAME, _ONE[0])
MANY_FINGERPRINT = fingerprint("class.many", 1, *FRAME, _MANY[0], NO, YES)


def opening(text: str) -> list[Span]:
    """The words of `text` that its class is told from."""
    return first_words(text, WORDS)


class Classification:
    """`class.one`, or `class.many` if `many`; labels are the model's (`served_by`).

    Classes of sections are entity types.
    """

    def __init__(self, classes: Sequence[DocumentClass | EntityType], *, many: bool = False, wording: int = 0) -> None:
        self.classes = tuple(classes)
        self.many = many
        self.task = "class.many" if many else "class.one"
        self.fingerprint = MANY_FINGERPRINT if many else ONE_FINGERPRINT
        listed = described([(class_.served_by, class_.description) for class_ in classes])
        self.instruction = (_MANY if many else _ONE)[wording].format(classes=listed)

    def program(self, text: str, words: Sequence[Span]) -> Program:
        given = shown(text, words)
        if self.many:
            asked = [(class_.served_by, Choice(class_.name, (NO, YES))) for class_ in self.classes]
            return lines(self.task, self.fingerprint, self.instruction, given, asked)
        choice = Choice("class", tuple(class_.served_by for class_ in self.classes))
        return Program(self.task, self.fingerprint, (*framed(self.instruction, given), choice, Text("\n")))

    def answers(self, gold: Sequence[str]) -> list[str]:
        """The right answers; `gold` are the names of the classes that hold. Raises ValueError if it must be one."""
        if self.many:
            return [YES if class_.name in gold else NO for class_ in self.classes]
        (name,) = gold
        return [next(class_.served_by for class_ in self.classes if class_.name == name)]

    def found(self, answers: Sequence[Answer]) -> list[tuple[str, float]]:
        """The classes that hold, with their probabilities (0 to 1)."""
        if self.many:
            pairs = zip(self.classes, answers, strict=True)
            return [(class_.name, answer.probability) for class_, answer in pairs if answer.option == YES]
        (answer,) = answers
        return [(c.name, answer.probability) for c in self.classes if c.served_by == answer.option]
