"""Filters: what a line asks for, and that what is shown is what every single item says of itself."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from project_setup import Ward, plain_words

from assistant.project.state import Item
from assistant.review.order.filters import Filter, parse
from assistant.review.session import ReviewSession
from bioassist.errors import UsageError

LABELS = ("Symptom", "Disease", "Medication")
NOTES = {
    "ed/0312": "Has <Symptom 0.9>severe <Symptom 0.4>chest pain</Symptom></Symptom>, no <Symptom 0.7>fever</Symptom>.",
    "ed/0313": "<Medication 0.8>aspirin</Medication> 75 mg <Disease 0.3>od</Disease>. Chest clear, no pain.",
    "gp letter": "Chronic <Disease 0.95>chest <Symptom 0.5>pain</Symptom></Disease>.",
}


class TestReadingALine:
    @pytest.mark.parametrize("line", ["", "   ", 'label:""', "is:,"])
    def test_nothing_is_no_filter(self, line: str) -> None:
        assert parse(line, LABELS) is None

    def test_conditions_in_any_order_and_case(self) -> None:
        assert parse('Sure:0.4-0.7  label:disease,SYMPTOM "Chest  pain" is:pending note:ED/ fever', LABELS) == Filter(
            'Sure:0.4-0.7  label:disease,SYMPTOM "Chest  pain" is:pending note:ED/ fever',
            labels=("Disease", "Symptom"),
            statuses=("pending",),
            low=0.4,
            high=0.7,
            notes=("ed/",),
            words=("chest  pain", "fever"),
        )

    @pytest.mark.parametrize(
        ("line", "low", "high"),
        [("sure:>0.9", 0.9, 1), ("sure:<0.5", 0, 0.5), ("sure:>=0.2 sure:<=0.3", 0.2, 0.3), ("sure:.4-1", 0.4, 1)],
    )
    def test_how_sure(self, line: str, low: float, high: float) -> None:
        found = parse(line, LABELS)
        assert found is not None and (found.low, found.high) == (low, high)

    @pytest.mark.parametrize(
        ("line", "statuses"),
        [("is:kept", ("accepted", "edited", "added")), ("is:decided", ("accepted", "edited", "rejected", "added"))],
    )
    def test_groups_of_states(self, line: str, statuses: tuple[str, ...]) -> None:
        found = parse(line, LABELS)
        assert found is not None and found.statuses == statuses

    @pytest.mark.parametrize(
        ("line", "said"),
        [
            ("label:Gene", "'Gene' is not a label"),
            ("colour:red", "colour: is no condition"),
            ("sure:high", "sure:high is no range"),
            ("sure:0.1.2-3", "is no range"),
            ("is:lost", "is:lost is no condition"),
        ],
    )
    def test_what_is_no_condition_is_told(self, line: str, said: str) -> None:
        with pytest.raises(UsageError, match=said):
            parse(line, LABELS)


def mentions(session: ReviewSession) -> list[str]:
    """What tab comes to in the open note, from its beginning."""
    session.focus(None)
    found = []
    while (item := session.focus_next(pending_only=True)) is not None:
        assert session.current is not None
        found.append(item.of(session.current.text))
    return found


@pytest.fixture
def session(ward: Ward) -> ReviewSession:
    for name, markup in NOTES.items():
        ward.note(markup, name)
    made = ReviewSession(ward.project, words=plain_words)
    made.open(made.documents()[0].id)
    return made


def show_only(session: ReviewSession, line: str) -> None:
    wanted = session.parse_filter(line)
    session.take_filter(session.filtered(wanted) if wanted is not None else None)


def test_tab_visits_what_is_shown_and_the_counts_say_what_is_hidden(session: ReviewSession) -> None:
    show_only(session, "label:Symptom chest")
    assert mentions(session) == ["severe chest pain", "chest pain"]
    shown = session.shown()
    assert shown is not None and (shown.items, shown.of, shown.notes, shown.of_notes) == (2, 3, 1, 3)
    assert [row.name for row in session.shown_documents()] == ["ed/0312"]


def test_a_filter_that_names_states_goes_before_open_ones(session: ReviewSession) -> None:
    session.accept()
    session.reject()
    show_only(session, "is:accepted")
    assert mentions(session) == ["severe chest pain"]
    show_only(session, "is:decided")
    assert mentions(session) == ["severe chest pain", "chest pain"]


def test_a_decision_goes_on_to_the_next_that_is_shown(session: ReviewSession) -> None:
    show_only(session, "sure:>0.6")
    session.accept()
    assert session.current is not None and session.current.focused is not None
    assert session.current.focused.of(session.current.text) == "fever"


def test_what_is_decided_or_read_meanwhile_is_counted(ward: Ward, session: ReviewSession) -> None:
    show_only(session, "is:pending label:Symptom")
    for _ in range(3):
        session.accept()
    ward.note("Reports <Symptom 0.8>vertigo</Symptom>", "late")
    session.refresh_filter()
    assert [row.name for row in session.shown_documents()] == ["ed/0312", "gp letter", "late"], "the open one stays"


def test_next_note_passes_over_those_without_anything_shown(session: ReviewSession) -> None:
    show_only(session, "pain")
    session.next_document()
    assert session.current is not None and session.current.row.name == "gp letter"
    assert session.next_document() is None


def test_sources_that_disagree(session: ReviewSession, ward: Ward) -> None:
    show_only(session, "is:disputed")
    shown = session.shown()
    assert shown is not None and shown.notes == 0, "one source nests its own suggestions; it does not disagree"


lines = st.lists(
    st.sampled_from(
        ["label:Symptom", "label:Disease,Medication", "is:pending", "is:kept", "is:rejected", "sure:0.35-0.8",
         "sure:>0.5", "note:ed", "pain", '"chest pain"', "is:disputed"]
    ),
    min_size=1, max_size=3,
).map(" ".join)  # fmt: skip
deeds = st.lists(
    st.tuples(st.integers(0, 2), st.sampled_from(["accept", "reject", "delete", "grow_left", "undo", "relabel"])),
    max_size=8,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(line=lines, before=deeds, after=deeds)
def test_filtering_and_deciding_commute_and_columns_say_what_the_fold_says(
    line: str, before: list[tuple[int, str]], after: list[tuple[int, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        try:
            ids = [ward.note(markup, name) for name, markup in NOTES.items()]
            session = ReviewSession(ward.project, words=plain_words)

            def do(chosen: list[tuple[int, str]]) -> None:
                for place, deed in chosen:
                    session.open(ids[place])
                    session.relabel("Disease") if deed == "relabel" else getattr(session, deed)()

            do(before)
            show_only(session, line)
            do(after)
            session.refresh_filter()
            kept = {document: session.shows_document(document) for document in ids}
            first = {document: shown(session, document) for document in ids}

            show_only(session, "")
            wanted = session.parse_filter(line)
            assert wanted is not None
            late = session.filtered(wanted)
            session.take_filter(late)
            assert {document: shown(session, document) for document in ids} == first
            assert kept == {document: bool(items) for document, items in first.items()}
            assert {document: late.counts[document] for document in ids} == {
                document: len(items) for document, items in first.items()
            }
            columns(session, ids)
        finally:
            ward.project.close()


def shown(session: ReviewSession, document: int) -> list[Item]:
    session.open(document)
    assert session.current is not None
    return [item for item in session.current.items if session.shows(item)]


def columns(session: ReviewSession, ids: list[int]) -> None:
    """The tables' columns say of every item what the fold says."""
    listing, view = session.project.listing, session.project.view
    decided = dict(listing.decided(ids, view))
    for document, pending in listing.pending(ids, view):
        session.open(document)
        assert session.current is not None
        folded = {(one.id, one.type, one.spans, one.status, one.confidence) for one in session.current.items}
        listed = [*pending, *decided[document]]
        assert {(one.id, one.type, one.spans, one.status, one.confidence) for one in listed} == folded
        assert len(listed) == len(folded)
