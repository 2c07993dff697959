"""What the screens look like: one picture a screen and a key flow. `--snapshot-update` takes new ones; look at them."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from textual.pilot import Pilot

from assistant.engine.events import Progress, WorkerLost
from assistant.project.records import Reference, Suggestion, suggestion_id
from assistant.project.suggestions.suggesters import Result, SuggesterRow
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.look import Look
from assistant.tui.themes import DARK, LIGHT
from bioassist.documents import Span
from bioassist.errors import ProjectError

from .conftest import NOTICE, FakeProject
from .notes import HOSTILE
from .test_mouse import at

Compare = Callable[..., bool]
NARROW, WIDE = (80, 24), (120, 36)


SCREENS = {
    "opened": [],
    "every_status": ["a", "a", "x", "[", "n", "2", "n", "v", "b", "1", "n"],
    "selecting": ["n", "n", "v", "W", "W", "W"],
    "help": ["question_mark"],
    "labels": ["l"],
    "accept_over": ["A"],
    "search": ["slash", *"co-amox", "enter"],
    "list_of_notes": ["D", "o", "down", "down"],
}
LOOKS = {
    "80x24-dark": (NARROW, True),
    "80x24-light": (NARROW, False),
    "120x36-dark": (WIDE, True),
    "120x36-light": (WIDE, False),
}
CORNERS = ("80x24-light", "120x36-dark")


@pytest.mark.parametrize(
    ("screen", "look"),
    [(screen, look) for screen in SCREENS for look in (LOOKS if screen in ("opened", "every_status") else CORNERS)],
)
def test_screen(snap_compare: Compare, session: ReviewSession, screen: str, look: str) -> None:
    size, dark = LOOKS[look]
    app = ReviewApp(session, None, NOTICE, look=Look(chosen=DARK.name if dark else LIGHT.name))

    async def run(pilot: Pilot[None]) -> None:
        app.report(Progress(3, 12, 5000, 74.2, 130.0, "c/o cough 3/7"))
        await pilot.pause()
        await pilot.press(*SCREENS[screen])
        await pilot.pause()

    assert snap_compare(app, terminal_size=size, run_before=run)


FLOWS = {
    "accept": ["a"],
    "reject": ["x"],
    "delete": ["d"],
    "relabel": ["3"],
    "grow_left": ["["],
    "shrink_right": ["}"],
    "undo": ["a", "u"],
    "redo": ["a", "u", "U"],
    "accept_over": ["A", "enter"],
    "done": ["D"],
    "next_note": ["N"],
    "undo_elsewhere": ["a", "N", "u"],
    "hide_rejected": ["x", "h"],
    "leave_selecting": ["v", "escape"],
    "add": ["v", "b", "4"],
    "search_nothing": ["slash", "x", "q"],
    "theme": ["T"],
}


@pytest.mark.parametrize("flow", FLOWS)
def test_key_flow(snap_compare: Compare, app: ReviewApp, flow: str) -> None:
    assert snap_compare(app, press=FLOWS[flow], terminal_size=WIDE)


def test_nested_crossing_and_discontinuous_spans(snap_compare: Compare, fake: FakeProject) -> None:
    text = "Acute on chronic kidney injury, left and right kidney pain.\n"
    note = fake.note("overlaps", text)

    def span(words: str) -> Span:
        return Span(text.index(words), text.index(words) + len(words))

    fake.suggest(
        note,
        [
            ("Disease", span("Acute on chronic kidney injury"), 0.9),
            ("Disease", span("chronic kidney injury"), 0.8),
            ("Anatomy", span("kidney"), 0.7),
            ("Symptom", span("injury, left"), 0.2),
            ("Symptom", (span("left"), span("kidney pain")), 0.6),
            ("Symptom", span("right kidney pain"), 0.7),
        ],
    )
    assert snap_compare(ReviewApp(ReviewSession(fake.project, "ana")), press=["tab"] * 4, terminal_size=NARROW)


def test_hostile_text_is_shown_literally(snap_compare: Compare, fake: FakeProject) -> None:
    fake.note("host[bold]ile\x1b[31m", HOSTILE)
    assert snap_compare(ReviewApp(ReviewSession(fake.project, "ana")), terminal_size=WIDE)


def test_without_colour(snap_compare: Compare, session: ReviewSession, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = ReviewApp(session, None, NOTICE)
    assert app.no_color
    assert snap_compare(app, press=["a", "a", "x", "2", "n"], terminal_size=NARROW)


def test_untrained_label_and_disagreement_with_the_new_model(snap_compare: Compare, fake: FakeProject) -> None:
    note = fake.note("gp", "Known <Disease 0.95>COPD</Disease> and <Symptom 0.6>wheeze</Symptom>.\n")
    session = ReviewSession(fake.project, "ana")
    session.open(note)
    session.accept()
    fake.run = fake.new_run("smollm2-360m")
    fake.suggest(note, [("Symptom", Span(6, 10), 0.55), ("Symptom", Span(15, 21), 0.9)], trained=False)
    fake.project.supersede_suggestions(note, fake.run)
    session.open(note)
    assert session.current is not None
    decided = next(item for item in session.current.items if item.status == "accepted")
    assert decided.disagreement
    session.focus(decided.id)
    assert snap_compare(ReviewApp(session), terminal_size=WIDE)


def test_sources_that_agree_and_disagree(snap_compare: Compare, fake: FakeProject) -> None:
    note = fake.note("gp", "Given <Medication 0.62>aspirin</Medication> for <Symptom 0.8>chest pain</Symptom>.\n")
    drugs = SuggesterRow("terms:/drugs.csv", "terms", "drugs.csv", "terms/1/0f3a52c81e77")
    rules = SuggesterRow("rules:/rules.toml", "rules", "rules.toml", "rules/1/9d41b6e0c25a")
    fake.project.suggesters.choose([drugs, rules])
    sha = fake.project.document(note).text_sha

    def said(by: SuggesterRow, label: str, span: Span, *means: Reference) -> Suggestion:
        identity = suggestion_id(sha, label, (span,))
        return Suggestion(identity, label, (span,), 0.9, by.source, by.name, by.fingerprint, True, None, means)

    aspirin = said(drugs, "Medication", Span(6, 13), Reference("RXNORM", "1191", "aspirin"))
    results = {drugs: [aspirin], rules: [said(rules, "Anatomy", Span(18, 23))]}
    fake.project.suggesters.settle(note, {by.fingerprint: Result(found) for by, found in results.items()})
    assert snap_compare(ReviewApp(ReviewSession(fake.project, "ana")), terminal_size=WIDE)


def test_a_lost_worker(snap_compare: Compare, app: ReviewApp) -> None:
    async def run(pilot: Pilot[None]) -> None:
        await pilot.pause()
        app.report(WorkerLost("llama.cpp ended with signal 6", True))
        await pilot.pause()

    assert snap_compare(app, terminal_size=NARROW, run_before=run)


def test_a_full_disk(snap_compare: Compare, app: ReviewApp, ward: FakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **kwargs: object) -> None:
        raise ProjectError("the disk is full.", where="notes.bioassist", next_step="Free some space, then try again.")

    monkeypatch.setattr(ward.project.journal, "append", refuse)
    assert snap_compare(app, press=["a"], terminal_size=NARROW)


def test_a_note_that_could_not_be_read(snap_compare: Compare, app: ReviewApp) -> None:
    assert snap_compare(app, press=["o", "down", "down", "down", "enter"], terminal_size=NARROW)


def test_no_note_is_ready(snap_compare: Compare, fake: FakeProject) -> None:
    assert snap_compare(ReviewApp(ReviewSession(fake.project, "ana"), None, NOTICE), terminal_size=NARROW)


def test_mouse_selection(snap_compare: Compare, app: ReviewApp) -> None:
    async def run(pilot: Pilot[None]) -> None:
        await pilot.pause()
        start = app.review.note.text.index("productive")
        await pilot.mouse_down("#note", offset=at(app, start))
        await pilot.hover("#note", offset=at(app, start + 25))
        await pilot.mouse_up("#note", offset=at(app, start + 25))
        await pilot.pause()

    assert snap_compare(app, terminal_size=WIDE, run_before=run)
