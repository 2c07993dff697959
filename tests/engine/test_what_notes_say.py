"""What a note answers and shows: questions with their evidence, statements with the sentence that told. The engine is
the real one; what its model decides is put into its mouth."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_setup import NearWorker
from test_followups import SCHEMA, only
from test_pipeline import Run, add

from assistant.engine import pipeline
from assistant.engine.compile import ways
from assistant.engine.pipeline import EngineSettings
from assistant.engine.sequence import Ask, Running
from assistant.engine.writing import Best, Written
from assistant.project.facts import SuggestedFact, fact_id
from assistant.project.records import Suggestion, suggestion_id
from assistant.project.store import Project
from bioassist.documents import Note, Span
from bioassist.schema import Schema
from bioassist.tasks.fingerprints import FINGERPRINTS
from bioassist.tasks.program import Text

WARD = "The patient was seen on the ward round today.\n"
# What a model decides on a program's text: an option, and by how much its logit is above the others.
Decide = Callable[[str], tuple[str, float]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(pipeline, "Worker", NearWorker)
    return Project.open(tmp_path / "notes.bioassist", create=True)


@pytest.fixture
def settings(tiny_model: Path) -> EngineSettings:
    return EngineSettings(
        model=tiny_model, name="tiny", identity="tiny-1", threads=1, cells=4096, batch=128, slots=4, window_words=40
    )


class Told:
    """A decoder that says what it is told at one decision, or in one text."""

    def __init__(self, decoder: Any, logits: Callable[[Sequence[int]], list[float]], best: Best | None = None) -> None:
        self._decoder, self._logits, self._best = decoder, logits, best

    def logits(self, place: int, of: Sequence[int]) -> list[float]:
        return self._logits(of)

    def best(self, place: int) -> Best:
        assert self._best is not None
        return self._best

    def forget(self, sequence: int, start: int = 0) -> None:
        self._decoder.forget(sequence, start)


def put_words(monkeypatch: pytest.MonkeyPatch, decide: dict[str, Decide], write: Callable[[str], str]) -> None:
    """Let the model decide by task as `decide` says, and write what `write` gives for a text."""
    decided, written = Running._decide, Running._write

    def said(running: Running) -> str:
        """What of the note a program is about; instruction, question and statement stand elsewhere."""
        text = "".join(piece.text for piece in running._program.program.pieces if isinstance(piece, Text))
        return re.split("Text: |Premise: ", text)[1].partition("\nStatement:")[0]

    def _decide(running: Running, decoder: Any, place: int, position: int, ask: Ask, ahead: int) -> bool:
        choose = decide.get(running._program.program.task)
        if choose is None:
            return decided(running, decoder, place, position, ask, ahead)
        option, margin = choose(said(running))
        open_ways = ways(ask.node, ask.after)

        def logits(of: Sequence[int]) -> list[float]:
            leading = [open_ways[token] for token in of]
            return [margin * (option == ask.node.ending if way is None else option in way.options) for way in leading]

        return decided(running, Told(decoder, logits), place, position, ask, ahead)  # type: ignore[arg-type]

    def _write(running: Running, decoder: Any, place: int, text: Written, ahead: int) -> None:
        answer = write(said(running)).encode()
        best = Best(1, 1.0, b"", True) if text.tokens or not answer else Best(1, 0.64, answer, False)
        written(running, Told(decoder, lambda of: [], best), place, text, ahead)  # type: ignore[arg-type]

    monkeypatch.setattr(Running, "_decide", _decide)
    monkeypatch.setattr(Running, "_write", _write)


def read(project: Project, settings: EngineSettings, schema: Schema, text: str) -> int:
    project.set_schema(schema)
    document_id = add(project, "a", text)
    run = Run(project, settings).to_the_end()
    assert run.annotator.error is None and project.document(document_id).state == "ready"
    return document_id


def place(text: str, words: str) -> Span:
    return Span(text.index(words), text.index(words) + len(words))


class TestQuestions:
    NOTE = (
        f"{WARD}He smoked for 20 years.\nHe has not smoked since 2001.\nNo cough.\nHis wife smoked too.\n{WARD * 50}"
        f"Nobody in that family ever did.\n{WARD}"
    )

    def test_an_answer_is_kept_with_the_sentences_that_it_rests_on(
        self, project: Project, settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def supports(sentence: str) -> tuple[str, float]:
            return ("yes", 1.0 if "wife" in sentence else 3.0) if "smoked" in sentence else ("no", 3.0)

        put_words(monkeypatch, {"qa.choice": supports}, lambda text: "for 20 years" if "smoked" in text else "never")
        document_id = read(project, settings, only(questions=True), self.NOTE)
        (evidence,) = self.evidence(project, document_id)
        first, last = place(self.NOTE, "He smoked for 20 years."), place(self.NOTE, "He has not smoked since 2001.")
        spans = (Span(first.start, last.end), place(self.NOTE, "His wife smoked too."))
        assert evidence.spans == spans, "neighbours are one stretch; the later stretch's answer rests on nothing"
        sha = project.document(document_id).text_sha
        assert evidence.id == suggestion_id(sha, "smoking", spans)
        assert evidence.program == FINGERPRINTS["qa.choice"] and 0.7 < evidence.confidence < 0.75, (
            "the least sure of them"
        )
        (answer,) = project.suggested_facts(document_id)
        assert answer.value == Note(answer.id, "smoking", evidence.id, "for 20 years")
        assert answer.id == fact_id(sha, answer.value) and answer.program == FINGERPRINTS["qa.free"]
        assert answer.confidence == pytest.approx(0.8), "the geometric mean of what was written and that it ends"

    @pytest.mark.parametrize(("answer", "supported"), [("", "yes"), ("for 20 years", "no")])
    def test_no_answer_and_one_without_a_sentence_leave_nothing(
        self, project: Project, settings: EngineSettings, monkeypatch: pytest.MonkeyPatch, answer: str, supported: str
    ) -> None:
        put_words(monkeypatch, {"qa.choice": lambda sentence: (supported, 3.0)}, lambda text: answer)
        document_id = read(project, settings, only(questions=True), self.NOTE)
        assert not self.evidence(project, document_id) and not project.suggested_facts(document_id)

    @staticmethod
    def evidence(project: Project, document_id: int) -> list[Suggestion]:
        return [one for one in project.suggestions(document_id) if one.type == "smoking"]


class TestStatements:
    NOTE = f"{WARD}Fever since Monday.\n{WARD * 8}No fever today.\nHot to the touch.\n{WARD}"

    def febrile(
        self, project: Project, settings: EngineSettings, monkeypatch: pytest.MonkeyPatch, **sure: float
    ) -> list[SuggestedFact]:
        """What is suggested where the sentences that begin so show it so surely; but for one, they say it is so."""

        def shows(text: str) -> tuple[str, float]:
            beginning = next((one for one in sure if text.startswith(one)), None)
            if beginning is None:
                return "neutral", 9.0
            return "contradiction" if beginning == "No" else "entailment", sure[beginning]

        put_words(monkeypatch, {"nli": shows}, lambda text: "")
        schema = replace(only(), statements=SCHEMA.statements[:1])
        document_id = read(project, settings, schema, self.NOTE)
        return project.suggested_facts(document_id)

    def test_the_surest_sentence_tells_what_a_statement_is_and_is_kept(
        self, project: Project, settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (fact,) = self.febrile(project, settings, monkeypatch, Fever=2.0, No=4.0, Hot=3.0)
        assert fact.value == "febrile=contradiction" and fact.program == FINGERPRINTS["nli"]
        assert fact.spans == (place(self.NOTE, "No fever today."),)
        (listed,) = project.fact_items(1, {}, ())
        assert listed.suggestion is not None and listed.suggestion.spans == fact.spans

    def test_of_equally_sure_ones_the_first_tells(
        self, project: Project, settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (fact,) = self.febrile(project, settings, monkeypatch, Fever=3.0, Hot=3.0)
        assert fact.value == "febrile=entailment" and fact.spans == (place(self.NOTE, "Fever since Monday."),)

    def test_what_nothing_shows_is_not_suggested(
        self, project: Project, settings: EngineSettings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.febrile(project, settings, monkeypatch) == []
