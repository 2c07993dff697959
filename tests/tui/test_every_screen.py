"""Every screen and dialog, opened by its keys, at three sizes, as text: `--snapshot-update` takes new ones; read them.

What differs by colour is in pictures, in the themes that no other test takes pictures in.
"""

from __future__ import annotations

import io
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from rich.console import Console
from syrupy.assertion import SnapshotAssertion
from textual.app import App
from textual.widgets import OptionList

from assistant.engine.events import WorkerLost
from assistant.project.store import Project
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.keymap.configuring import KeyMap
from assistant.tui.look import Look
from assistant.tui.refusal import RefusalApp
from assistant.tui.screens.agreement import AgreementScreen, Compared, compare
from assistant.tui.themes import HIGH_CONTRAST, LIGHT
from bioassist.documents import Argument, Attribute, Relation, Span
from bioassist.errors import ProjectError
from bioassist.schema import built_in, load
from bioassist.tasks.confidence import IN_USE

from .conftest import NOTICE, FakeProject
from .notes import DISCHARGE, RADIOLOGY, parse
from .test_confidence import BROUGHT, PROGRAM
from .test_facts import say
from .test_review_keys import until
from .test_saying_keys import DRUGS, focus
from .test_saying_snapshots import perform
from .test_team_screens import review

SIZES = {"60x24": (60, 24), "80x24": (80, 24), "140x44": (140, 44)}


@dataclass(frozen=True)
class Visit:
    """How a screen is opened, and left again: keys, `@words` for the letters over a span, `@@words` for the focus.

    `told` is a word of what a thread brings.
    """

    keys: list[str] = field(default_factory=list)
    leave: list[str] = field(default_factory=lambda: ["escape"])
    told: str = ""


VISITS = {
    "opened": Visit(leave=[]),
    "help": Visit(["question_mark"]),
    "palette": Visit(["ctrl+p"]),
    "labels": Visit(["l"]),
    "letters": Visit(["f"]),
    "search": Visit(["slash", *"co-amox", "enter"], ["escape", "escape"]),
    "list_of_notes": Visit(["o", "down", "down"]),
    "unreadable": Visit(["o", "down", "down", "down", "enter"], ["escape", "escape"]),
    "selecting": Visit(["v", "W", "W"]),
    "label_of_the_new": Visit(["v", "W", "l"], ["escape", "escape"]),
    "near_misses": Visit(["m"], ["m"]),
    "held_edge": Visit(["right_parenthesis"]),
    "said_of_it": Visit(["@@co-amoxiclav"], []),
    "relation_letters": Visit(["@@co-amoxiclav", "r"]),
    "relation_type": Visit(["@@co-amoxiclav", "r", "@community-acquired pneumonia"]),
    "attributes": Visit(["@@community-acquired pneumonia", "t"]),
    "classes": Visit(["C"]),
    "note_on_the_span": Visit(["semicolon"]),
    "note_on_the_note": Visit(["quotation_mark"]),
    "terminology": Visit(["@@metformin", "equals_sign"], told="RXNORM"),
    "guideline": Visit(["@@CRP", "G"], told="Kept in this project"),
    "everywhere": Visit(["@@CRP", "E"], told="nowhere else"),
    "accept_over": Visit(["A"]),
    "accept_everywhere": Visit(["A", "tab"], told="in all notes"),
    "queues": Visit(["O"]),
    "sample": Visit(["O", "s"]),
    "filter": Visit(["F"]),
    "filter_refused": Visit(["F", *"colour:red", "enter"]),
    "confidence": Visit(["c"]),
    "progress": Visit(["percent_sign"], told="notes done"),
    "skip": Visit(["z"]),
    "question": Visit(["Q"]),
    "answer": Visit(["Q", *"is it one?", "enter", "Q"]),
    "agreement": Visit(["K"], told="disagreements"),
    "gold": Visit(["J"]),
    "gold_labels": Visit(["J", "1", "p", "l"], ["escape", "u", "escape"]),
}


def near(word: str) -> Span:
    text = parse(DISCHARGE)[0]
    return Span(text.index(word), text.index(word) + len(word))


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a project of everything: facts, near misses, a terminology, two annotators who differ."""
    folder = tmp_path_factory.mktemp("everything")
    (folder / "drugs.csv").write_text(DRUGS, encoding="utf-8")
    terms = '\n[[terminologies]]\nname = "drugs"\nfile = "drugs.csv"\non = ["Medication"]\n'
    (folder / "schema.toml").write_text(built_in().dumps() + terms, encoding="utf-8")
    fake = FakeProject(folder, load(folder / "schema.toml"))
    fake.run = fake.project.begin_run(
        "small", "0" * 64, None, {"ner.inline": PROGRAM}, "f", ["Disease"], {"confidence": IN_USE}
    )
    fake.project.calibrations.put("0" * 64, "model", BROUGHT)
    first = fake.note("discharge_summary_01", DISCHARGE)
    second = fake.note("radiology/ct_chest_2025", RADIOLOGY)
    fake.note("gp_shorthand", "c/o <Symptom 0.71>cough</Symptom> 3/7, o/e chest clear\n", state="reading")
    fake.project.add_failed(
        "scan_0012", "scan_0012.txt", "not UTF-8: it looks like UTF-16. Read it with --encoding utf-16."
    )
    fake.note("nursing/night_shift_with_a_long_name", "Slept well. Obs stable.\n", state="pending")
    for annotator in ("ben", "cara"):
        review(fake, annotator, second, "accept", "reject", "mark_done")
    review(fake, "ben", first, "accept", "accept", "reject", "accept", "grow_right", "mark_done")
    review(fake, "cara", first, "accept", "reject", "accept", "accept", "mark_done")
    fake.project.near_misses.add(first, fake.run, [(near(word), None, 0.41) for word in ("ambulance", "second dose")])
    session = ReviewSession(fake.project, "ana")
    session.open(first)
    drug, pneumonia = focus(session, "co-amoxiclav"), focus(session, "community-acquired pneumonia")
    say(
        fake,
        (Relation("", "Treats", (Argument("Arg1", drug), Argument("Arg2", pneumonia))), 0.91),
        (Attribute("", "Assertion", pneumonia, "possible"), 0.64),
        ("discharge_summary", 0.93),
    )
    fake.project.close()
    return folder


@pytest.fixture
def opened(furnished: Path, tmp_path: Path) -> Iterator[Project]:
    """A copy of it, as Ana opens it."""
    shutil.copytree(furnished, tmp_path / "copy")
    with Project.open(tmp_path / "copy" / "notes.bioassist", actor="ana") as project:
        yield project


def drawn(app: App[None]) -> str:
    """The characters on the screen."""
    size = app.size
    console = Console(width=size.width, height=size.height, file=io.StringIO(), record=True, legacy_windows=False)
    whole = app.screen._compositor.render_update(full=True, screen_stack=app._background_screens, simplify=False)
    console.print(whole)
    return "\n".join(line.rstrip() for line in console.export_text().splitlines())


async def visited(app: ReviewApp, size: tuple[int, int], compared: threading.Event) -> dict[str, str]:
    """Each screen as it is drawn, one after the other; each is left by its keys. `compared` holds back a worker."""
    pictures = {}
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: "n Next" in drawn(app))
        for name, visit in VISITS.items():
            await perform(pilot, app, visit.keys)
            await until(pilot, lambda told=visit.told: told in drawn(app))  # type: ignore[misc]
            pictures[name] = drawn(app)
            await perform(pilot, app, visit.leave)
            assert app.screen is app.review, f"{name} is not left by {visit.leave}"
        compared.clear()
        await perform(pilot, app, ["K"])
        pictures["busy"] = drawn(app)
        compared.set()
        await until(pilot, lambda: isinstance(app.screen, AgreementScreen))
        await perform(pilot, app, ["escape"])
        app.report(WorkerLost("it was killed (signal 9)", will_retry=False))
        await perform(pilot, app, ["a", "x"])
        pictures["worker_lost"] = drawn(app)
        await perform(pilot, app, ["q"])
        pictures["end"] = drawn(app)
    return pictures


@pytest.mark.parametrize("size", SIZES)
async def test_every_screen(
    opened: Project, snapshot: SnapshotAssertion, monkeypatch: pytest.MonkeyPatch, size: str
) -> None:
    monkeypatch.setattr("assistant.review.order.progress.LEAST", float("inf"))  # of no sitting a rate is told
    compared = threading.Event()
    compared.set()

    def held_back(project: Project) -> Compared:
        compared.wait()
        return compare(project)

    monkeypatch.setattr("assistant.tui.screens.actions.team.compare", held_back)
    app = ReviewApp(ReviewSession(opened, "ana"), None, NOTICE)
    pictures = await visited(app, SIZES[size], compared)
    assert [name for name, picture in pictures.items() if snapshot(name=name) != picture] == []


@pytest.mark.parametrize("size", SIZES)
async def test_what_is_wrong_at_the_start(opened: Project, snapshot: SnapshotAssertion, size: str) -> None:
    keys = KeyMap(problems=("review.toml: accept: x would be for accept (Accept) and reject (Reject).",))
    look = Look(
        problems=("themes/paper.toml: primary on panel has a contrast of 2.1 to 1; 4.5 is the least to be read.",)
    )
    app = ReviewApp(ReviewSession(opened, "ana"), keys=keys, look=look)
    async with app.run_test(size=SIZES[size]) as pilot:
        for name in ("theme", "keys"):
            await until(pilot, lambda name=name: f"{name} could" in drawn(app))  # type: ignore[misc]
            assert drawn(app).rpartition("\n")[0] == snapshot(name=name), "the keys below are drawn when they are used"
            await pilot.press("escape")


@pytest.mark.parametrize("size", SIZES)
async def test_a_refusal_in_the_browser(snapshot: SnapshotAssertion, size: str) -> None:
    error = ProjectError("another process reviews this project.", where="notes.bioassist", next_step="Close that one.")
    app = RefusalApp(error)
    async with app.run_test(size=SIZES[size]) as pilot:
        await pilot.pause()
        assert drawn(app) == snapshot


async def test_too_small(opened: Project, snapshot: SnapshotAssertion) -> None:
    app = ReviewApp(ReviewSession(opened, "ana"))
    async with app.run_test(size=(36, 10)) as pilot:
        await pilot.pause()
        assert drawn(app) == snapshot


async def test_figures_that_are_wider_than_the_screen_are_scrolled(opened: Project) -> None:
    app = ReviewApp(ReviewSession(opened, "ana"))
    async with app.run_test(size=SIZES["60x24"]) as pilot:
        await pilot.press("K")
        await until(pilot, lambda: "disagreements" in drawn(app))
        assert "relaxed" not in drawn(app).splitlines()[3]
        await pilot.press("right", "right")
        await until(pilot, lambda: "relaxed" in drawn(app).splitlines()[3])
        await pilot.press("left", "left")
        await until(pilot, lambda: drawn(app).splitlines()[3].startswith("  entities"))


async def test_what_is_chosen_in_a_list_is_seen_without_colour(
    opened: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    app = ReviewApp(ReviewSession(opened, "ana"))
    async with app.run_test(size=SIZES["80x24"]) as pilot:
        await pilot.press("l", "down", "down")
        await pilot.pause()
        options = app.screen.query_one(OptionList)
        underlined = [
            y
            for y in range(options.size.height)
            if any(one.style is not None and one.style.underline for one in options.render_line(y))
        ]
        assert underlined == [options.highlighted]
        await pilot.press("escape", "o", "down")
        await pilot.pause()
        assert [row[0] for row in (app.review.documents.render_line(y).text for y in range(3))] == ["▸", "›", " "]


COLOURED = {
    "every_status": ["a", "a", "x", "left_square_bracket", "n", "2", "n", "v", "b", "1", "n"],
    "gold": ["J", "1", "n"],
}


@pytest.mark.parametrize(
    ("screen", "theme"),
    [("every_status", HIGH_CONTRAST.name), ("gold", LIGHT.name), ("gold", HIGH_CONTRAST.name)],
)
def test_colours(snap_compare: Callable[..., bool], opened: Project, screen: str, theme: str) -> None:
    app = ReviewApp(ReviewSession(opened, "ana"), None, NOTICE, look=Look(chosen=theme))
    assert snap_compare(app, terminal_size=(140, 44), press=COLOURED[screen])
