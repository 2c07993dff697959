"""What the worker finds in documents, on its way into the project: results of units, and suggestions out of them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Any

from assistant.engine.asking import is_trained_value
from assistant.engine.progress import Reading, Verdict
from assistant.engine.settings import EngineSettings
from assistant.engine.units import Result
from assistant.project.facts import SuggestedFact, Value, fact_id, with_id
from assistant.project.journal.decisions import Decision
from assistant.project.records import Suggestion, suggestion_id
from assistant.project.state import Fold, reading_order
from assistant.project.store import Project
from assistant.project.suggestions import agreeing
from bioassist.documents import Argument, Attribute, Note, Relation, Span
from bioassist.tasks.fingerprints import FINGERPRINTS

# How units are announced: name, key, place in the text, words, and ids of the entities that it is about.
Announced = tuple[str, str, int, int, Sequence[str]]


class Results:
    """Stores what one run finds. `run_id` is the run's in the project."""

    def __init__(self, project: Project, settings: EngineSettings, run_id: int) -> None:
        self._project = project
        self._settings = settings
        self._run_id = run_id
        self._schema = project.schema
        self._asking = settings.asking(self._schema)
        self._trained = frozenset(settings.trained_types(self._schema))

    def known(self, reading: Reading, listed: Sequence[Announced]) -> set[str]:
        """The names of the units that the project has results for; what they hold is suggested."""
        keys = {key for _, key, *_ in listed}
        known: dict[str, Result] = {}
        if not self._settings.fresh:
            known = self._project.cached_windows(keys)
        if self._settings.deterministic and len(known) < len(keys):
            # What is evaluated depends a little on what shares its batch, so all of it is evaluated again.
            known = {}
        have = [one for one in listed if one[1] in known]
        self._suggest(reading, [(start, about, known[key]) for _, key, start, _, about in have])
        return {name for name, *_ in have}

    def store(self, reading: Reading, key: str, start: int, about: Sequence[str], result: Result) -> None:
        """Keep the result of a unit that was read, and suggest what it holds."""
        self._project.put_window(key, result, reading.row.id)
        self._suggest(reading, [(start, about, result)])

    def standing(self, reading: Reading, start: int, end: int) -> list[list[Any]]:
        """The entities that stand in a window whose suggestions are all there, as id, type and spans.

        Those that other suggesters found are among them: they have read the document before. What people rejected is
        left out, what they added or changed is in; of several annotators, what stands for one.
        """
        inside = [one for one in reading.found if start <= one.spans[0].start < end]
        reading.found = [one for one in reading.found if not start <= one.spans[0].start < end]
        inside += self._beside(reading, start, end)
        length = self._project.journal.length()
        if reading.decided is None or reading.decided[0] != length:
            reading.decided = (length, self._decided(reading.row.id))
        ids = {one.id for one in inside}
        items = []
        for of_one in reading.decided[1]:
            decided = [one for one in of_one if one.item_id in ids or any(start <= s.start < end for s in one.spans)]
            items += [
                item
                for item in Fold(inside, decided).items()
                if item.status != "rejected" and start <= item.start and item.end <= end
            ]
        extents = {(item.type, item.spans): item for item in sorted(items, key=reading_order, reverse=True)}
        return [
            [item.id, item.type, [[span.start, span.end] for span in item.spans]]
            for item in sorted(extents.values(), key=reading_order)
        ]

    def _beside(self, reading: Reading, start: int, end: int) -> list[Suggestion]:
        """What other suggesters than the model suggest in a window."""
        if reading.beside is None:
            stored = self._project.suggestions_in_store(reading.row.id)
            others = (said for one in stored for said in agreeing.said_by(one) if said.source != agreeing.MODEL)
            reading.beside = sorted(others, key=_begins)
        first, after = (bisect_left(reading.beside, place, key=_begins) for place in (start, end))
        return reading.beside[first:after]

    def _decided(self, document_id: int) -> list[list[Decision]]:
        """What each annotator of the project decided on a document; nothing, once, where there is none."""
        journal = self._project.journal
        found = [list(journal.decisions(document_id, one).values()) for one in journal.annotators()]
        return found or [[]]

    def _suggest(self, reading: Reading, results: Iterable[tuple[int, Sequence[str], Result]]) -> None:
        found: list[Suggestion] = []
        facts: list[SuggestedFact] = []
        near: list[tuple[Span, str | None, float]] = []
        for start, about, result in results:
            for name, begin, end, probability in result.get("near", ()):
                near.append((Span(start + begin, start + end), name, probability))
            mentions = list(self._mentions(reading, start, result))
            reading.found += mentions if self._asking.about_entities else []
            found += mentions
            facts += self._facts(reading, about, result)
            self._weigh(reading, start, result)
            if result.get("rests"):
                evidence = self._evidence(reading, start, result)
                found.append(evidence)
                answer = Note("", result["question"], evidence.id, result["answer"])
                facts.append(
                    self._fact(reading, answer, result["confidence"], "qa.free", "qa.free" in self._asking.trained)
                )
        if found:
            self._project.add_suggestions(reading.row.id, self._run_id, found)
        if near:
            self._project.near_misses.add(reading.row.id, self._run_id, near)
        if facts:
            self._project.add_suggested_facts(reading.row.id, self._run_id, facts)

    def _mentions(self, reading: Reading, start: int, result: Result) -> Iterable[Suggestion]:
        for name, begin, end, confidence in result.get("mentions", ()):
            spans = (Span(start + begin, start + end),)
            yield self._suggestion(reading, name, spans, confidence, result["program"], name in self._trained)

    def _evidence(self, reading: Reading, start: int, result: Result) -> Suggestion:
        """The sentences that an answer rests on, marked with the question's name; neighbours as one stretch."""
        spans: list[Span] = []
        for begin, end, _ in result["rests"]:
            if spans and not reading.text[spans[-1].end : start + begin].strip():
                spans[-1] = Span(spans[-1].start, start + end)
            else:
                spans.append(Span(start + begin, start + end))
        sure = min(confidence for _, _, confidence in result["rests"])
        trained = "qa.choice" in self._asking.trained
        return self._suggestion(reading, result["question"], tuple(spans), sure, FINGERPRINTS["qa.choice"], trained)

    def _suggestion(
        self, reading: Reading, name: str, spans: tuple[Span, ...], confidence: float, program: str, trained: bool
    ) -> Suggestion:
        return Suggestion(
            id=suggestion_id(reading.row.text_sha, name, spans),
            type=name,
            spans=spans,
            confidence=confidence,
            source="model",
            model=self._settings.name,
            program=program,
            trained=trained,
        )

    def _facts(self, reading: Reading, about: Sequence[str], result: Result) -> Iterable[SuggestedFact]:
        schema, asking = self._schema, self._asking
        roles = {relation.name: relation.roles for relation in schema.relations}
        for name, head, tail, confidence in result.get("relations", ()):
            first, second = (
                Argument(role, about[place]) for role, place in zip(roles[name], (head, tail), strict=True)
            )
            trained = asking.is_trained("re.pairs", name)
            yield self._fact(reading, Relation("", name, (first, second)), confidence, "re.pairs", trained)
        attributes = {attribute.name: attribute for attribute in schema.attributes}
        for name, place, value, confidence in result.get("attributes", ()):
            trained = is_trained_value(attributes[name], value, asking.trained)
            yield self._fact(reading, Attribute("", name, about[place], value), confidence, "assertion", trained)
        for name, confidence in result.get("classes", ()):
            task = asking.class_task
            yield self._fact(reading, name, confidence, task, asking.is_trained(task, name))

    def _weigh(self, reading: Reading, start: int, result: Result) -> None:
        """Keep the surest that was said of each statement."""
        for name, label, begin, end, confidence in result.get("statements", ()):
            verdict, known = Verdict(label, Span(start + begin, start + end), confidence), reading.verdicts.get(name)
            if known is None or verdict.is_surer(known):
                reading.verdicts[name] = verdict

    def conclude(self, reading: Reading) -> None:
        """Suggest what is known once the whole is read: what each statement turned out to be, and by which sentence or
        window."""
        trained = "nli" in self._asking.trained
        facts = [
            self._fact(reading, f"{name}={one.label}", one.confidence, "nli", trained, (one.span,))
            for name, one in reading.verdicts.items()
        ]
        if facts:
            self._project.add_suggested_facts(reading.row.id, self._run_id, facts)

    def _fact(
        self,
        reading: Reading,
        value: Value,
        confidence: float,
        task: str,
        trained: bool,
        spans: tuple[Span, ...] = (),
    ) -> SuggestedFact:
        item_id = fact_id(reading.row.text_sha, value)
        return SuggestedFact(
            id=item_id,
            value=with_id(value, item_id),
            confidence=confidence,
            source="model",
            model=self._settings.name,
            program=FINGERPRINTS[task],
            trained=trained,
            spans=spans,
        )


def _begins(one: Suggestion) -> int:
    return one.spans[0].start
