"""What the model says of the span in focus: shown beside it, accepted and rejected by a key each."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.widgets import OptionList

from assistant.project.facts import SuggestedFact, Value, fact_id, with_id
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from bioassist.documents import Argument, Attribute, Note, Relation, Span

from .conftest import MODEL, FakeProject
from .test_review_keys import press, status_text


def say(ward: FakeProject, *said: tuple[Value, float], spans: tuple[Span, ...] = ()) -> None:
    sha = ward.project.document(1).text_sha
    found = []
    for value, confidence in said:
        item_id = fact_id(sha, value)
        bare = SuggestedFact(item_id, with_id(value, item_id), confidence, "model", MODEL, "assertion/1", True)
        found.append(replace(bare, spans=spans))
    ward.project.add_suggested_facts(1, ward.run, found)


@pytest.fixture
def talkative(ward: FakeProject) -> FakeProject:
    breath, cough, *_ = sorted(ward.project.suggestions(1), key=lambda one: one.spans)
    relation = Relation("", "Causes", (Argument("Arg1", cough.id), Argument("Arg2", breath.id)))
    say(ward, (Attribute("", "Assertion", breath.id, "negated"), 0.97), (relation, 0.61))
    say(ward, (Note("", "smoking", breath.id, "never \x1b[31msmoked"), 0.4))
    return ward


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_what_is_said_of_the_focus_is_shown(
    talkative: FakeProject, session: ReviewSession, app: ReviewApp, size: tuple[int, int]
) -> None:
    async with app.run_test(size=size) as pilot:
        shown = str(app.review.inspector.render())
        assert "? Assertion negated 0.97" in shown
        assert "? Causes ← “productive cough” 0.61" in shown
        assert "\x1b" not in shown
        await press(pilot, "n")
        shown = str(app.review.inspector.render())
        assert "negated" not in shown and "? Causes → “shortness of breath” 0.61" in shown


async def test_plus_accepts_and_minus_rejects_what_is_said(
    talkative: FakeProject, session: ReviewSession, app: ReviewApp
) -> None:
    async with app.run_test(size=(120, 36)) as pilot:
        await press(pilot, "plus")
        assert "accepted Assertion=negated" in status_text(app)
        await press(pilot, "minus", "plus", "plus")
        assert "nothing waits that is said of it" in status_text(app)
        shown = str(app.review.inspector.render())
        assert "✓ Assertion negated" in shown and "✗ Causes" in shown and "✓ smoking" in shown
        await press(pilot, "u")
        assert "undid: accepted smoking" in status_text(app)
        assert "? smoking" in str(app.review.inspector.render())


async def test_what_the_model_says_later_is_shown_when_it_comes(
    ward: FakeProject, session: ReviewSession, app: ReviewApp
) -> None:
    async with app.run_test(size=(120, 36)):
        assert session.current is not None and not session.current.facts
        assert not session.refresh()
        assert session.current.focus is not None
        say(ward, (Attribute("", "Assertion", session.current.focus, "possible"), 0.8))
        assert session.refresh()
        assert [one.status for one in session.current.facts] == ["pending"]
        assert not session.refresh()


async def test_what_a_statement_turned_out_to_be_is_shown_with_what_shows_it(
    ward: FakeProject, session: ReviewSession, app: ReviewApp
) -> None:
    text = ward.project.text(1)
    place = Span(text.index("shortness"), text.index("cough") + 5)
    words = " ".join(place.of(text).split())
    say(ward, ("breathless=entailment", 0.83), spans=(place,))
    async with app.run_test(size=(120, 36)) as pilot:
        assert f"? breathless=entailment 0.83\n“{words}”" in str(app.review.inspector.render())
        await press(pilot, "C")
        options = [str(one.prompt) for one in app.screen.query_one(OptionList).options]
        assert any("breathless=entailment" in one and f"0.83 “{words}”" in one for one in options)
        await press(pilot, "escape", "minus")
        shown = str(app.review.inspector.render())
        assert "✗ breathless=entailment 0.83" in shown and f"“{words}”" not in shown
        (decided,) = ward.project.facts(1).values()
        assert decided.suggestion is not None and decided.suggestion.spans == (place,), "the journal keeps it"
