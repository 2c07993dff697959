"""Relations, attributes, classes, terminologies and remarks, key by key on the real screen."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from assistant.project.records import Reference
from assistant.review.session import ReviewSession
from assistant.suggesters.term_index import TermIndex, read_index
from assistant.tui.app import ReviewApp
from assistant.tui.links import Links
from assistant.tui.screens.dialogs import MessageDialog
from assistant.tui.screens.menu import Entry, Menu, letters_of
from assistant.tui.screens.normalization_dialog import NormalizationDialog
from assistant.tui.screens.remark_dialog import RemarkDialog
from bioassist.documents import Argument, Attribute, Normalization, Note, Relation
from bioassist.schema import built_in, load, loads

from .conftest import FakeProject
from .test_facts import say
from .test_hints import shown_rows
from .test_review_keys import focused, press, status_text

SIZE = (120, 36)
DRUGS = """\
term,type,id,synonyms
co-amoxiclav,Medication,RXNORM:19711,amoxicillin and clavulanate|Augmentin
amoxicillin,Medication,RXNORM:723,
metformin,Medication,RXNORM:6809,
"""


def focus(session: ReviewSession, words: str) -> str:
    view = session.current
    assert view is not None
    item = next(item for item in view.items if item.of(view.text) == words)
    session.focus(item.id)
    return item.id


def facts(session: ReviewSession) -> list[str]:
    """Such as "added Treats"; of the others what they say."""
    found = []
    for one in session.facts():
        value = one.value
        match value:
            case Attribute(type=name, value=said):
                found.append(f"{one.status} {name} {said}")
            case Normalization(database=database, identifier=identifier):
                found.append(f"{one.status} {database}:{identifier}")
            case Note(type=name, text=text):
                found.append(f"{one.status} {name} {text}")
            case _:
                found.append(f"{one.status} {value if isinstance(value, str) else value.type}")
    return found


def of_note(app: ReviewApp) -> str:
    """Where classes are shown: in the title line if there is room, in the panel."""
    return f"{app.review.title_line.render()}\n{app.review.inspector.render()}"


async def relate(pilot: Pilot[None], app: ReviewApp, session: ReviewSession, words: str) -> None:
    """`r`, and the letters over another span."""
    view = session.current
    assert view is not None
    other = next(item.id for item in view.items if item.of(view.text) == words)
    await press(pilot, "r")
    hints = app.review.note.hints
    assert hints is not None, status_text(app)
    await press(pilot, *hints.letters[other])


class TestRelations:
    async def test_one_type_that_fits_takes_one_press(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            focus(session, "1.2 g IV t.d.s.")
            app.review.show()
            await relate(pilot, app, session, "co-amoxiclav")
            assert facts(session) == ["added Dose_of"]
            assert "added Dose_of" in status_text(app)
            assert focused(session).type == "Dosage", "the focus stays"
            await press(pilot, "u")
            assert facts(session) == []

    async def test_letters_stand_over_what_fits_alone(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            focus(session, "1.2 g IV t.d.s.")
            app.review.show()
            await press(pilot, "r")
            hints, view = app.review.note.hints, session.current
            assert hints is not None and view is not None
            items = {item.id: item for item in view.items}
            assert {items[one].type for one in hints.letters} == {"Medication"}
            await press(pilot, "escape")
            assert app.review.note.hints is None and facts(session) == []

    async def test_of_several_types_one_is_chosen_by_its_letter(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            focus(session, "co-amoxiclav")
            app.review.show()
            await relate(pilot, app, session, "community-acquired pneumonia")
            assert isinstance(app.screen, Menu) and app.screen.letters == ["t", "c"]
            await press(pilot, "t")
            assert facts(session) == ["added Treats"]
            await relate(pilot, app, session, "community-acquired pneumonia")
            await press(pilot, "c")
            assert facts(session) == ["added Causes"], "another type takes its place"
            await relate(pilot, app, session, "community-acquired pneumonia")
            await press(pilot, "T")
            assert sorted(facts(session)) == ["added Causes", "added Treats"], "a capital puts it beside"
            await relate(pilot, app, session, "community-acquired pneumonia")
            await press(pilot, "c")
            assert facts(session) == ["added Treats"], "what is there is taken out"
            await relate(pilot, app, session, "community-acquired pneumonia")
            await press(pilot, "escape")
            assert facts(session) == ["added Treats"]

    async def test_one_that_is_there_is_taken_out_in_a_menu(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            focus(session, "1.2 g IV t.d.s.")
            app.review.show()
            await relate(pilot, app, session, "co-amoxiclav")
            await relate(pilot, app, session, "co-amoxiclav")
            assert isinstance(app.screen, Menu)
            await press(pilot, "enter")
            assert facts(session) == [] and "took out Dose_of" in status_text(app)

    async def test_what_cannot_be_related_says_so(self, fake: FakeProject) -> None:
        fake.project.set_schema(loads('[[entities]]\nname = "Symptom"'))
        fake.note("gp", "<Symptom 0.9>cough</Symptom> and <Symptom 0.9>fever</Symptom>\n")
        app = ReviewApp(ReviewSession(fake.project, "ana"))
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "r")
            assert "no span here that it can be related to" in status_text(app)
            await press(pilot, "t")
            assert "no attribute for this type" in status_text(app)
            await press(pilot, "C")
            assert "no classes of notes" in status_text(app)

    async def test_x_rejects_and_r_does_not(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "r", "escape")
            assert focused(session).status == "pending"
            await press(pilot, "p", "x")
            view = session.current
            assert view is not None and view.items[0].status == "rejected"


class TestShowing:
    async def test_the_other_end_is_lit_and_joined_in_the_margin(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=(80, 30)) as pilot:
            pneumonia = focus(session, "community-acquired pneumonia")
            focus(session, "CRP")
            session.relate(pneumonia, "Reveals")
            app.review.show()
            await pilot.pause()
            rows = shown_rows(app)
            top = next(place for place, row in enumerate(rows) if "CRP" in row)
            bottom = next(place for place, row in enumerate(rows) if "→community-acquired" in row)
            assert bottom > top
            assert rows[top].startswith("▸┌") and rows[bottom].startswith("+└")
            assert all(rows[place].startswith(" │") for place in range(top + 1, bottom))
            assert not any(row[1] in "┌│└├" for row in (*rows[:top], *rows[bottom + 1 :]))
            session.focus(pneumonia)
            app.review.show()
            await pilot.pause()
            rows = shown_rows(app)
            assert rows[top].startswith("+┌") and rows[bottom].startswith("▸└") and "←CRP" in rows[top]

    @pytest.mark.parametrize(
        ("low", "high", "margin"),
        [(0, 9, (" ", " ")), (10, 19, ("?", "┌")), (20, 29, (" ", "│")), (30, 39, (" ", "├")), (50, 59, ("+", "└"))],
    )
    def test_the_bracket_row_by_row(self, low: int, high: int, margin: tuple[str, str]) -> None:
        links = Links({}, ((35, " "), (12, "?"), (55, "+")))
        assert links.margin(low, high) == margin

    async def test_on_one_row_there_is_no_bracket(self, fake: FakeProject) -> None:
        fake.note("gp", "<Dosage 0.9>75 mg</Dosage> <Medication 0.9>aspirin</Medication>\n\n")
        session = ReviewSession(fake.project, "ana")
        app = ReviewApp(session)
        async with app.run_test(size=SIZE) as pilot:
            await relate(pilot, app, session, "aspirin")
            assert [row[:2] for row in shown_rows(app)[:3]] == ["▸ ", "  ", "  "]
            assert "→aspirin" in shown_rows(app)[0]

    @pytest.mark.parametrize("size", [(80, 24), (120, 36)])
    async def test_all_that_is_said_is_listed_with_its_status(
        self, ward: FakeProject, session: ReviewSession, app: ReviewApp, size: tuple[int, int]
    ) -> None:
        breath, cough, *_ = sorted(ward.project.suggestions(1), key=lambda one: one.spans)
        causes = Relation("", "Causes", (Argument("Arg1", cough.id), Argument("Arg2", breath.id)))
        say(ward, (causes, 0.61), ("discharge_summary", 0.7))
        async with app.run_test(size=size) as pilot:
            session.set_attribute("Assertion", "historical")
            session.normalize(Reference("HP", "HP:0002094", "Dyspnea"))
            session.note_span("worse at \x1b[31mnight")
            app.review.show()
            await pilot.pause()
            shown = str(app.review.inspector.render())
            for said in ("+ Assertion historical", "+ = HP:HP:0002094 Dyspnea", "? Causes ← “productive cough” 0.61"):
                assert said in shown
            assert "\x1b" not in shown
            assert "? discharge_summary 0.70" in of_note(app)


class TestAttributes:
    async def test_a_letter_sets_and_takes_away_at_once(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "t")
            assert isinstance(app.screen, Menu) and app.screen.letters == ["n", "p", "h", "i", "f", "o"]
            await press(pilot, "n")
            assert facts(session) == ["added Assertion negated"] and app.screen is app.review
            await press(pilot, "t", "p")
            assert facts(session) == ["added Assertion possible"]
            await press(pilot, "t", "f")
            assert facts(session) == ["added Assertion possible", "added Experiencer family"]
            await press(pilot, "t", "p")
            assert facts(session) == ["added Experiencer family"]
            await press(pilot, "t", "escape", "u")
            assert "undid: took out Assertion=possible" in status_text(app)

    async def test_what_is_suggested_is_shown_and_accepted(
        self, ward: FakeProject, session: ReviewSession, app: ReviewApp
    ) -> None:
        assert session.current is None
        breath = min(ward.project.suggestions(1), key=lambda one: one.spans)
        say(ward, (Attribute("", "Assertion", breath.id, "negated"), 0.97))
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "t")
            assert "negated" in app.export_screenshot() and "0.97" in app.export_screenshot()
            await press(pilot, "n")
            assert facts(session) == ["accepted Assertion negated"]

    async def test_a_rejected_span_is_told(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "d", "t")
            assert isinstance(app.screen, MessageDialog)
            await press(pilot, "escape", "semicolon")
            assert isinstance(app.screen, MessageDialog)


class TestClasses:
    async def test_classes_of_the_note_are_toggled_and_shown(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "C", "d")
            assert facts(session) == ["added discharge_summary"]
            assert "+ discharge_summary" in of_note(app)
            await press(pilot, "C", "l", "C", "d")
            assert facts(session) == ["added letter"]

    async def test_plus_and_minus_decide_on_the_note_when_nothing_waits_of_the_focus(
        self, ward: FakeProject, session: ReviewSession, app: ReviewApp
    ) -> None:
        say(ward, ("letter", 0.6), ("discharge_summary", 0.4))
        async with app.run_test(size=SIZE) as pilot:
            assert "? letter 0.60" in of_note(app)
            await press(pilot, "plus", "minus", "plus")
            assert facts(session) == ["accepted letter", "rejected discharge_summary"]
            assert "nothing waits" in status_text(app)
            assert "✓ letter" in of_note(app)


class TestRemarks:
    async def test_a_note_on_the_span_is_written_changed_and_taken_away(
        self, app: ReviewApp, session: ReviewSession
    ) -> None:
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "semicolon", *"ask Dr H", "enter")
            assert facts(session) == ["added AnnotatorNotes ask Dr H"]
            assert "+ note: ask Dr H" in str(app.review.inspector.render())
            assert "ask" not in status_text(app)
            await press(pilot, "semicolon", "backspace", *"B", "enter")
            assert facts(session) == ["added AnnotatorNotes ask Dr B"]
            await press(pilot, "semicolon", *"x", "escape")
            assert facts(session) == ["added AnnotatorNotes ask Dr B"]
            await press(pilot, "semicolon")
            assert isinstance(app.screen, RemarkDialog)
            app.screen.query_one(Input).value = ""
            await press(pilot, "enter")
            assert facts(session) == []

    async def test_a_note_on_the_whole_note(self, app: ReviewApp, session: ReviewSession) -> None:
        async with app.run_test(size=SIZE) as pilot:
            session.focus(None)
            await press(pilot, "quotation_mark", *"page 2 missing", "enter")
            assert facts(session) == ["added DocumentNotes page 2 missing"]
            assert "“page 2 missing”" in str(app.review.inspector.render())


def with_terms(fake: FakeProject, folder: Path) -> ReviewApp:
    (folder / "drugs.csv").write_text(DRUGS, encoding="utf-8")
    terms = '\n[[terminologies]]\nname = "drugs"\nfile = "drugs.csv"\non = ["Medication"]\n'
    (folder / "schema.toml").write_text(built_in().dumps() + terms, encoding="utf-8")
    fake.project.set_schema(load(folder / "schema.toml"))
    fake.note("gp", "Given <Medication 0.9>Augmentin</Medication> for <Disease 0.8>pneumonia</Disease>.\n")
    return ReviewApp(ReviewSession(fake.project, "ana"))


async def listed(pilot: Pilot[None], app: ReviewApp) -> list[str]:
    await app.workers.wait_for_complete()
    await pilot.pause()
    options = app.screen.query_one(OptionList)
    return [str(options.get_option_at_index(place).prompt) for place in range(options.option_count)]


class TestTerminologies:
    async def test_the_mentions_own_words_are_looked_up_at_once(self, fake: FakeProject, tmp_path: Path) -> None:
        app = with_terms(fake, tmp_path)
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "equals_sign")
            assert isinstance(app.screen, NormalizationDialog)
            assert app.screen.query_one(Input).value == "Augmentin"
            assert await listed(pilot, app) == ["  co-amoxiclav  RXNORM:19711  Augmentin"]
            await press(pilot, "enter")
            session = app.review.session
            assert facts(session) == ["added RXNORM:19711"]
            assert "+ = RXNORM:19711 co-amoxiclav" in str(app.review.inspector.render())
            await press(pilot, "equals_sign")
            assert await listed(pilot, app) == ["+ co-amoxiclav  RXNORM:19711"]
            await press(pilot, "enter")
            assert facts(session) == ["added RXNORM:19711"], "enter alone takes nothing out"
            await press(pilot, "down", "enter")
            assert facts(session) == []

    async def test_typing_searches_and_the_arrows_choose(self, fake: FakeProject, tmp_path: Path) -> None:
        app = with_terms(fake, tmp_path)
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "equals_sign")
            await listed(pilot, app)
            await press(pilot, *"amox")
            assert [one.split("  ")[1] for one in await listed(pilot, app)] == ["amoxicillin", "co-amoxiclav"]
            await press(pilot, "down", "enter")
            assert facts(app.review.session) == ["added RXNORM:19711"]

    async def test_an_entry_can_be_typed_without_a_terminology(self, fake: FakeProject, tmp_path: Path) -> None:
        app = with_terms(fake, tmp_path)
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "n", "equals_sign")
            assert "No terminology is named for it" in str(app.screen.query_one("#count", Static).content)
            app.screen.query_one(Input).value = "MESH:D011014 Pneumonia"
            await pilot.pause()
            await press(pilot, "enter")
            assert facts(app.review.session) == ["added MESH:D011014"]
            await press(pilot, "equals_sign", "escape", "u")
            assert facts(app.review.session) == []

    async def test_keys_do_not_wait_for_a_file_that_is_being_read(
        self, fake: FakeProject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        app, go = with_terms(fake, tmp_path), threading.Event()

        def slowly(path: Path) -> TermIndex:
            assert go.wait(30)
            return read_index(path)

        monkeypatch.setattr("assistant.tui.screens.actions.saying.read_index", slowly)
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "equals_sign", *"amox")
            assert app.screen.query_one(Input).value == "amox"
            assert "reading 1 of 1" in str(app.screen.query_one("#count", Static).content)
            await press(pilot, "escape", "a")
            assert app.review.session.current is not None
            go.set()
            await app.workers.wait_for_complete()
            await press(pilot, "p", "equals_sign")
            assert len(await listed(pilot, app)) == 1

    async def test_a_file_that_is_gone_is_told_and_stops_nothing(self, fake: FakeProject, tmp_path: Path) -> None:
        app = with_terms(fake, tmp_path)
        (tmp_path / "drugs.csv").unlink()
        async with app.run_test(size=SIZE) as pilot:
            await press(pilot, "equals_sign")
            assert await listed(pilot, app) == []
            assert "drugs.csv: cannot be read" in str(app.screen.query_one("#count", Static).content)
            app.screen.query_one(Input).value = "RXNORM:19711"
            await pilot.pause()
            await press(pilot, "enter")
            assert facts(app.review.session) == ["added RXNORM:19711"]


def test_letters_of_a_menu_differ_and_are_those_asked_for() -> None:
    entries = [Entry("present"), Entry("possible", key="s"), Entry("past"), Entry("p"), Entry("Pé", key="S")]
    assert letters_of(entries) == ["p", "s", "a", "d", "f"]
    many = letters_of([Entry("x") for _ in range(40)])
    assert len(set(many) - {" "}) == 36 and many[-4:] == [" "] * 4
