"""What is read besides entities: over a window (statements), its entities (relations, attributes), or a document.

Each becomes units of the same kind as the windows of entities, which share the scheduler with those. A program that
does not fit the model is cut: fewer pairs or mentions a program, or less text around them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import astuple
from functools import partial
from typing import Any, TypeVar

from assistant.engine.asking import Asking
from assistant.engine.compile import Compiled, Compiler
from assistant.engine.units import FollowUp, Keys, Result
from assistant.engine.windows import Window, halves, windows
from bioassist.documents import Entity, Span
from bioassist.errors import EngineError
from bioassist.schema import AttributeType, Question
from bioassist.tasks.assertion import Assertion
from bioassist.tasks.classification import Classification, opening
from bioassist.tasks.nli import NEUTRAL, Inference
from bioassist.tasks.program import Answer, Program
from bioassist.tasks.qa import CONTEXT, SUPPORT, Choosing, Writing, support
from bioassist.tasks.relations import Pairs
from bioassist.words import sentences

T = TypeVar("T")


class FollowUps:
    """Makes the units for what `asking` asks; `longest` is the most cells that a program may fill."""

    def __init__(self, asking: Asking, compiler: Compiler, keys: Keys, *, longest: int) -> None:
        schema = asking.schema
        self.asking = asking
        self._compiler = compiler
        self._keys = keys
        self._longest = longest
        self._pairs = Pairs(schema.relations) if schema.relations else None
        self._assertions = [Assertion(attribute) for attribute in schema.attributes]
        self._classes = (
            Classification(schema.classes, many=asking.class_task == "class.many") if schema.classes else None
        )
        self._inference = Inference()

    def of_entities(self, text: str, window: Window, entities: Sequence[Entity]) -> Iterator[FollowUp]:
        """What is asked about the entities that lie in a window. Raises EngineError where the model is too small."""
        if self._pairs is not None:
            starts = [sentence.start for sentence in _sentences(text, window)]
            inside: dict[int, list[Entity]] = {}
            for entity in entities:
                inside.setdefault(bisect_right(starts, entity.start), []).append(entity)
            pairs = self._pairs.candidates(inside[place] for place in sorted(inside))
            if pairs:
                yield self._relations(self._pairs, text, window, pairs)
        for task in self._assertions:
            mentions = task.mentions(entities)
            if mentions:
                yield self._attributes(task, text, window, mentions)

    def of_window(self, text: str, window: Window) -> Iterator[FollowUp]:
        """What is held against a window, or against each of its sentences."""
        statements = self.asking.schema.statements
        if not statements:
            return
        task = self._inference
        asked: list[tuple[str, Window]] = []
        programs: list[Compiled] = []
        premises = [("window", window), *(("sentence", sentence) for sentence in _sentences(text, window))]
        # One premise after the other: what is read of it serves all statements.
        for against, premise in premises:
            for statement in statements:
                if statement.against != against:
                    continue
                make = partial(task.program, statement=statement.statement)
                for part, compiled in self._of_text(text, premise, make):
                    asked.append((statement.name, part))
                    programs.append(compiled)

        def read(answers: Sequence[Answer]) -> Result:
            found = [
                [name, answer.option, *_extent(part, window.start), round(answer.probability, 6)]
                for (name, part), answer in zip(asked, answers, strict=True)
                if answer.option != NEUTRAL
            ]
            return {"statements": found}

        told = [astuple(statement) for statement in statements]
        key = self._keys.of(task.fingerprint, task.instruction, text, window, told)
        yield FollowUp(key, window.start, window.end, tuple(programs), task.fingerprint, read)

    def of_document(self, text: str) -> Iterator[FollowUp]:
        """What is asked of the whole of a text: its classes by its beginning, questions stretch by stretch."""
        if self._classes is not None and (words := opening(text)):
            yield self._classified(self._classes, text, Window(words[0].start, words[-1].end, tuple(words)))
        for question in self.asking.schema.questions:
            for window in windows(text, CONTEXT):
                if window.words:
                    yield from self._answered(question, text, window)

    def _relations(self, task: Pairs, text: str, window: Window, pairs: Sequence[tuple[Entity, Entity]]) -> FollowUp:
        about = _in_order(entity for pair in pairs for entity in pair)
        programs: list[Compiled] = []
        for part in task.parts(pairs):
            programs += self._of_items(text, window, part, task.program, lambda pair: [*pair[0].spans, *pair[1].spans])

        def read(answers: Sequence[Answer]) -> Result:
            found = [
                [one.type, about[one.head.id], about[one.tail.id], round(one.confidence, 6)]
                for one in task.relations(pairs, answers)
            ]
            return {"relations": found, "asked": len(pairs)}

        told = [
            [[one.name, one.served_by, one.head, one.tail, one.symmetric] for one in task.types],
            _extents((entity for pair in pairs for entity in pair), window),
        ]
        key = self._keys.of(task.fingerprint, task.instruction, text, window, *told)
        return FollowUp(key, window.start, window.end, tuple(programs), task.fingerprint, read, tuple(about))

    def _attributes(self, task: Assertion, text: str, window: Window, mentions: Sequence[Entity]) -> FollowUp:
        about = _in_order(mentions)
        programs = list(self._of_items(text, window, mentions, task.program, lambda mention: mention.spans))

        def read(answers: Sequence[Answer]) -> Result:
            found = [
                [one.type, about[one.entity.id], one.value, round(one.confidence, 6)]
                for one in task.attributes(mentions, answers)
            ]
            return {"attributes": found, "asked": len(mentions)}

        told = [_attribute(task.attribute), _extents(mentions, window)]
        key = self._keys.of(task.fingerprint, task.instruction, text, window, *told)
        return FollowUp(key, window.start, window.end, tuple(programs), task.fingerprint, read, tuple(about))

    def _classified(self, task: Classification, text: str, window: Window) -> FollowUp:
        compiled = self._compiler.compile(task.program(text, window.words))
        if compiled.cells > self._longest:
            if len(window.words) == 1:
                raise _too_long(compiled)
            words = window.words[: len(window.words) // 2]
            return self._classified(task, text, Window(window.start, words[-1].end, words))

        def read(answers: Sequence[Answer]) -> Result:
            return {"classes": [[name, round(probability, 6)] for name, probability in task.found(answers)]}

        told = [[one.name, one.served_by] for one in task.classes]
        key = self._keys.of(task.fingerprint, task.instruction, text, window, told)
        return FollowUp(key, window.start, window.end, (compiled,), task.fingerprint, read)

    def _answered(self, question: Question, text: str, window: Window) -> Iterator[FollowUp]:
        writing = Writing()
        for part, compiled in self._of_text(text, window, lambda said: writing.program(question.question, said)):
            yield self._answer(question, text, part, compiled)

    def _answer(self, question: Question, text: str, window: Window, compiled: Compiled) -> FollowUp:
        resting, writing = Choosing(SUPPORT), Writing()
        asked: list[Window] = []

        def then(answers: Sequence[Answer]) -> tuple[Compiled, ...]:
            if not answers[0].option or len(answers) > 1:
                return ()
            supports = support(question.question, answers[0].option)
            programs: list[Compiled] = []
            asked.clear()
            for sentence in _sentences(text, window):
                for part, one in self._of_text(text, sentence, lambda said: resting.program(supports, said)):
                    asked.append(part)
                    programs.append(one)
            return tuple(programs)

        def read(answers: Sequence[Answer]) -> Result:
            rests = [
                [*_extent(part, window.start), round(answer.probability, 6)]
                for part, answer in zip(asked, answers[1:], strict=True)
                if answer.option == SUPPORT[0]
            ]
            written = answers[0]
            return {
                "question": question.name,
                "answer": written.option,
                "confidence": round(written.probability, 6),
                "rests": rests,
            }

        told = [question.name, question.question, resting.fingerprint, resting.instruction]
        key = self._keys.of(writing.fingerprint, writing.instruction, text, window, *told)
        return FollowUp(key, window.start, window.end, (compiled,), writing.fingerprint, read, then=then)

    def _of_text(self, text: str, window: Window, make: Callable[[str], Program]) -> Iterator[tuple[Window, Compiled]]:
        """Programs over the text of a window: one, or one for each part of it where that does not fit."""
        compiled = self._compiler.compile(make(text[window.words[0].start : window.words[-1].end]))
        if compiled.cells <= self._longest:
            yield window, compiled
            return
        if len(window.words) == 1:
            raise _too_long(compiled)
        for half in halves(text, window):
            yield from self._of_text(text, half, make)

    def _of_items(
        self,
        text: str,
        window: Window,
        items: Sequence[T],
        make: Callable[[str, Sequence[Span], Sequence[T]], Program],
        spans_of: Callable[[T], Sequence[Span]],
    ) -> Iterator[Compiled]:
        """Programs that ask about items of a window in their order: one, or several where that does not fit."""
        compiled = self._compiler.compile(make(text, window.words, items))
        if compiled.cells <= self._longest:
            yield compiled
        elif len(items) > 1:
            middle = len(items) // 2
            for part in (items[:middle], items[middle:]):
                yield from self._of_items(text, window, part, make, spans_of)
        else:
            closer = _closer(window, spans_of(items[0]))
            if closer == window:
                raise _too_long(compiled)
            yield from self._of_items(text, closer, items, make, spans_of)


def _closer(window: Window, spans: Sequence[Span]) -> Window:
    """Less of the window around `spans`: half of the words on either side."""
    touched = [place for place, word in enumerate(window.words) if any(word.overlaps(span) for span in spans)]
    first, last = (touched[0] + 1) // 2, (touched[-1] + len(window.words)) // 2
    words = window.words[first : last + 1]
    return Window(words[0].start, words[-1].end, words) if len(words) < len(window.words) else window


def _sentences(text: str, window: Window) -> list[Window]:
    """The sentences of a window that have words."""
    inside = [word.shifted(-window.start) for word in window.words]
    cut = sentences(text[window.start : window.end], inside)
    found = []
    for sentence in cut:
        words = tuple(word.shifted(window.start) for word in inside if sentence.start <= word.start < sentence.end)
        if words:
            found.append(Window(words[0].start, words[-1].end, words))
    return found


def _in_order(entities: Iterable[Entity]) -> dict[str, int]:
    """Each entity once, by its id, with its place among them."""
    ids = dict.fromkeys(entity.id for entity in entities)
    return {item_id: place for place, item_id in enumerate(ids)}


def _extents(entities: Iterable[Entity], window: Window) -> list[Any]:
    """Types and places of entities, wherever the window lies."""
    return [
        [one.type, [[span.start - window.start, span.end - window.start] for span in one.spans]] for one in entities
    ]


def _extent(window: Window, start: int) -> tuple[int, int]:
    return window.words[0].start - start, window.words[-1].end - start


def _attribute(attribute: AttributeType) -> list[Any]:
    return [attribute.name, attribute.on, attribute.values, attribute.unwritten]


def _too_long(compiled: Compiled) -> EngineError:
    return EngineError(
        f"a program of {compiled.cells} tokens, {len(compiled.shared)} of them its instruction, is more than the model "
        "takes.",
        next_step="Use a schema with fewer or shorter descriptions, or turn this off with suggest = false.",
    )
