"""A real project and session under the screens; only the engine and the clock are fake."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from pytest_textual_snapshot import SVGImageExtension

from assistant.project.records import Suggestion, suggestion_id
from assistant.project.store import Project
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from bioassist.documents import Span, TextSource
from bioassist.reading import DecodedText
from bioassist.schema import Schema, built_in

from .notes import DISCHARGE, RADIOLOGY, parse

# The plugin sets the name that older syrupy versions read; without this the pictures are called `.raw`.
SVGImageExtension.file_extension = "svg"

MODEL, PROGRAM = "smollm2-135m", "ner.typed/3f2a9c"
NOTICE = "suggestions are untrained"


class FakeProject:
    """Puts notes and suggestions into a project as the engine would."""

    def __init__(self, folder: Path, schema: Schema | None = None) -> None:
        self.project = Project.open(folder / "notes.bioassist", create=True, actor="ana")
        self.project.set_schema(schema or built_in())
        self.run = self.new_run(MODEL)

    def new_run(self, model: str) -> int:
        self.model = model
        return self.project.begin_run(model, "0" * 64, None, {"ner": PROGRAM}, "f" * 12, ["Disease"], {})

    def note(self, name: str, markup: str, state: str = "ready") -> int:
        text, suggested = parse(markup)
        row = self.project.add_document(name, DecodedText(text, TextSource(f"{name}.txt")))
        self.suggest(row.id, [(one.type, one.span, one.confidence) for one in suggested])
        self.project.set_state(row.id, state, words=len(text.split()))  # type: ignore[arg-type]
        return row.id

    def suggest(
        self, document_id: int, found: Iterable[tuple[str, Span | tuple[Span, ...], float]], trained: bool = True
    ) -> None:
        sha = self.project.document(document_id).text_sha
        whole = [
            (type_, spans if isinstance(spans, tuple) else (spans,), confidence) for type_, spans, confidence in found
        ]
        self.project.add_suggestions(
            document_id,
            self.run,
            [
                Suggestion(
                    suggestion_id(sha, type_, spans), type_, spans, confidence, "model", self.model, PROGRAM, trained
                )
                for type_, spans, confidence in whole
            ],
        )


class FakeAnnotator:
    """Remembers what it was asked for; `work` runs in a thread of its own as the pipeline does."""

    def __init__(self) -> None:
        self.wanted: list[int] = []
        self.over = False
        self._thread: threading.Thread | None = None

    def prioritise(self, document_id: int) -> None:
        self.wanted.append(document_id)

    def join(self, timeout: float) -> bool:
        return self.over

    def start(self, work: Callable[[], None]) -> None:
        self._thread = threading.Thread(target=work)
        self._thread.start()

    def stop(self) -> None:
        if self._thread is not None:
            self._thread.join(10)


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeProject]:
    made = FakeProject(tmp_path)
    yield made
    made.project.close()


@pytest.fixture
def ward(fake: FakeProject) -> FakeProject:
    """Five notes in every state that the list shows."""
    fake.note("discharge_summary_01", DISCHARGE)
    fake.note("radiology/ct_chest_2025", RADIOLOGY)
    fake.note("gp_shorthand", "c/o <Symptom 0.71>cough</Symptom> 3/7, o/e chest clear\n", state="reading")
    fake.project.add_failed(
        "scan_0012", "scan_0012.txt", "not UTF-8: it looks like UTF-16. Read it with --encoding utf-16."
    )
    fake.note("nursing/night_shift_with_a_long_name", "Slept well. Obs stable.\n", state="pending")
    return fake


@pytest.fixture
def session(ward: FakeProject) -> ReviewSession:
    return ReviewSession(ward.project, "ana")


@pytest.fixture
def annotator() -> FakeAnnotator:
    return FakeAnnotator()


@pytest.fixture
def app(session: ReviewSession, annotator: FakeAnnotator) -> ReviewApp:
    return ReviewApp(session, annotator, NOTICE)


@pytest.fixture(autouse=True)
def frozen_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("assistant.tui.widgets.status_line.time_of_day", lambda at: "14:03:22")
