"""What is read besides entities: over a window (statements), its entities (relations, attributes), or a document.

Each becomes units of the same kind as the windows of entities, which share the scheduler with those. A program that
does not fit the model is cut: fewer pairs or mentions a program, or less text around them. What cannot be cut short
enough is a gap of that task alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import astuple
from functools import partial
from typing import Any

from assistant.engine.asking import Asking
from assistant.engine.compile import Compiled, Compiler
from assistant.engine.fitting import Fitting, or_gap
from assistant.engine.units import FollowUp, Gap, Keys, Result
from assistant.engine.windows import Window, windows
from bioassist.documents import Entity, Span
from bioassist.schema import AttributeType, Question, Statement
from bioassist.sections import sections, title
from bioassist.tasks.assertion import Assertion
from bioassist.tasks.classification import Classification, opening
from bioassist.tasks.nli import NEUTRAL, Inference
from bioassist.tasks.program import Answer
from bioassist.tasks.qa import CONTEXT, SUPPORT, Choosing, Writing, support
from bioassist.tasks.relations import Pairs
from bioassist.words import sentences


class FollowUps:
    """Makes the units for what `asking` asks; `longest` is the most cells that a program may fill."""

    def __init__(self, asking: Asking, compiler: Compiler, keys: Keys, *, longest: int) -> None:
        schema = asking.schema
        self.asking = asking
        self._fitting = Fitting(compiler, longest)
        self._keys = keys
        self._pairs = Pairs(schema.relations) if schema.relations else None
        self._assertions = [Assertion(attribute) for attribute in schema.attributes]
        self._classes = (
            Classification(schema.classes, many=asking.class_task == "class.many") if schema.classes else None
        )
        self._sections = (
            Classification(asking.sections, many=asking.section_task == "class.many") if asking.sections else None
        )
        self._inference = Inference()

    def of_entities(self, text: str, window: Window, entities: Sequence[Entity]) -> Iterator[FollowUp | Gap]:
        """What is asked about the mentions that lie in a window."""
        entities = [entity for entity in entities if entity.type not in self.asking.of_sections]
        if self._pairs is not None:
            starts = [sentence.start for sentence in _sentences(text, window)]
            inside: dict[int, list[Entity]] = {}
            for entity in entities:
                inside.setdefault(bisect_right(starts, entity.start), []).append(entity)
            pairs = self._pairs.candidates(inside[place] for place in sorted(inside))
            if pairs:
                yield from or_gap(self._relations(self._pairs, text, window, pairs), self._pairs.task, window)
        for task in self._assertions:
            mentions = task.mentions(entities)
            if mentions:
                yield from or_gap(self._attributes(task, text, window, mentions), task.task, window)

    def of_window(self, text: str, window: Window) -> Iterator[FollowUp | Gap]:
        """What is held against a window, or against each of its sentences."""
        if statements := self.asking.schema.statements:
            yield from or_gap(self._inferred(statements, text, window), self._inference.task, window)

    def _inferred(self, statements: Sequence[Statement], text: str, window: Window) -> Iterator[FollowUp]:
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
                for part, compiled in self._fitting.of_text(text, premise, make):
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

    def of_document(self, text: str) -> Iterator[FollowUp | Gap]:
        """What is asked of the whole of a text: its classes and those of its sections by the beginning of each,
        questions stretch by stretch."""
        if self._classes is not None and (words := opening(text)):
            window = _window_of(words)
            yield from or_gap(self._classified(self._classes, text, window), self._classes.task, window)
        if self._sections is not None:
            for section in sections(text):
                inside = opening(text[section.start : section.end])
                if words := [word.shifted(section.start) for word in inside]:
                    window, marked = _window_of(words), title(text, section, words)
                    yield from or_gap(
                        self._classified(self._sections, text, window, marked), self._sections.task, window
                    )
        for question in self.asking.schema.questions:
            for window in windows(text, CONTEXT):
                if window.words:
                    yield from or_gap(self._answered(question, text, window), Writing.task, window)

    def _relations(
        self, task: Pairs, text: str, window: Window, pairs: Sequence[tuple[Entity, Entity]]
    ) -> Iterator[FollowUp]:
        about = _in_order(entity for pair in pairs for entity in pair)
        programs: list[Compiled] = []
        for part in task.parts(pairs):
            programs += self._fitting.of_items(
                text, window, part, task.program, lambda pair: [*pair[0].spans, *pair[1].spans]
            )

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
        yield FollowUp(key, window.start, window.end, tuple(programs), task.fingerprint, read, tuple(about))

    def _attributes(self, task: Assertion, text: str, window: Window, mentions: Sequence[Entity]) -> Iterator[FollowUp]:
        about = _in_order(mentions)
        programs = list(self._fitting.of_items(text, window, mentions, task.program, lambda mention: mention.spans))

        def read(answers: Sequence[Answer]) -> Result:
            found = [
                [one.type, about[one.entity.id], one.value, round(one.confidence, 6)]
                for one in task.attributes(mentions, answers)
            ]
            return {"attributes": found, "asked": len(mentions)}

        told = [_attribute(task.attribute), _extents(mentions, window)]
        key = self._keys.of(task.fingerprint, task.instruction, text, window, *told)
        yield FollowUp(key, window.start, window.end, tuple(programs), task.fingerprint, read, tuple(about))

    def _classified(
        self, task: Classification, text: str, window: Window, marked: Span | None = None
    ) -> Iterator[FollowUp]:
        """Classes of a text that begins with a window; where something is `marked`, they are types of that."""
        number, compiled = self._fitting.of_beginning(window.words, lambda words: task.program(text, words))
        window = _window_of(window.words[:number])
        extent = [] if marked is None else [marked.start - window.start, marked.end - window.start]

        def read(answers: Sequence[Answer]) -> Result:
            found = [[name, *extent, round(probability, 6)] for name, probability in task.found(answers)]
            return {"mentions" if extent else "classes": found}

        told = [[[one.name, one.served_by] for one in task.classes], *([extent] if extent else [])]
        key = self._keys.of(task.fingerprint, task.instruction, text, window, *told)
        yield FollowUp(key, window.start, window.end, (compiled,), task.fingerprint, read)

    def _answered(self, question: Question, text: str, window: Window) -> Iterator[FollowUp]:
        writing = Writing()
        for part, compiled in self._fitting.of_text(
            text, window, lambda said: writing.program(question.question, said)
        ):
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
                for part, one in self._fitting.of_text(text, sentence, lambda said: resting.program(supports, said)):
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


def _window_of(words: Sequence[Span]) -> Window:
    return Window(words[0].start, words[-1].end, tuple(words))


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
