"""Queues: every suggestion of a project that waits, in some order, each once."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from project_setup import Ward, plain_words

from assistant.project.listing import Listed
from assistant.project.records import Suggestion, suggestion_id
from assistant.project.state import Item
from assistant.project.suggestions.near_misses import NearMiss
from assistant.review.order.orders import least_certain, most_informative, uncertainty
from assistant.review.session import ReviewSession
from bioassist.documents import Span
from bioassist.errors import UsageError

ADMISSION = (
    "Pt has <Symptom 0.9>chest pain</Symptom>, no <Symptom 0.55>fever</Symptom>. "
    "Takes <Medication 0.8>aspirin</Medication>."
)
WARD_ROUND = (
    "Known <Disease 0.45>COPD</Disease>, <Symptom 0.97>cough</Symptom>; start <Medication 0.6>doxycycline</Medication>."
)
SHORT = "c/o <Symptom 0.2>tiredness</Symptom>"


@pytest.fixture
def session(ward: Ward) -> ReviewSession:
    for name, markup in (("admission", ADMISSION), ("ward_round", WARD_ROUND), ("short", SHORT)):
        ward.note(markup, name)
    return ReviewSession(ward.project, words=plain_words)


def words(session: ReviewSession) -> str:
    view = session.current
    assert view is not None
    if session.near_in_turn is not None:
        return f"{view.row.name}: {session.near_in_turn.span.of(view.text)}"
    assert view.focused is not None
    return f"{view.row.name}: {view.focused.of(view.text)}"


def walk(session: ReviewSession, kind: str) -> list[str]:
    """What a person sees who goes through a queue and decides nothing."""
    session.take_queue(session.queue_of(kind))
    found = []
    while session.next_in_queue() is not None:
        found.append(words(session))
    return found


def test_file_order_goes_on_from_note_to_note(session: ReviewSession) -> None:
    assert walk(session, "file") == [
        "admission: chest pain", "admission: fever", "admission: aspirin",
        "ward_round: COPD", "ward_round: cough", "ward_round: doxycycline",
        "short: tiredness",
    ]  # fmt: skip


def test_least_certain_is_what_is_nearest_to_one_half(session: ReviewSession) -> None:
    assert walk(session, "uncertain") == [
        "admission: fever", "ward_round: COPD",  # 0.55 and 0.45 are as uncertain as each other: in file order
        "ward_round: doxycycline", "admission: aspirin", "short: tiredness",
        "admission: chest pain", "ward_round: cough",
    ]  # fmt: skip


def test_the_most_informative_are_spread_over_labels_and_notes(session: ReviewSession) -> None:
    seen = walk(session, "informative")
    assert seen[:3] == ["admission: fever", "ward_round: COPD", "ward_round: doxycycline"]
    assert sorted(seen) == sorted(walk(session, "file"))


def test_what_was_decided_counts_as_seen(session: ReviewSession) -> None:
    session.open(session.documents()[0].id)
    for _ in range(2):
        session.accept()  # two symptoms of the first note
    seen = walk(session, "informative")
    assert seen[0] == "ward_round: COPD", "a label and a note that nobody has looked at"


def test_one_label_only(session: ReviewSession) -> None:
    assert walk(session, "label:Medication") == ["admission: aspirin", "ward_round: doxycycline"]


@pytest.mark.parametrize("name", ["label:Gene", "random", ""])
def test_a_name_that_is_no_queue_is_refused(session: ReviewSession, name: str) -> None:
    with pytest.raises(UsageError, match=r"not a label|is no queue"):
        session.queue_of(name)


def test_a_decision_goes_on_to_the_next_of_the_queue_and_opens_its_note(session: ReviewSession) -> None:
    session.take_queue(session.queue_of("uncertain"))
    session.next_in_queue()
    session.accept()
    assert words(session) == "ward_round: COPD"
    session.reject()
    assert words(session) == "ward_round: doxycycline"
    assert session.queue is not None
    assert (session.queue.place, session.queue.total, session.queue.left) == (3, 7, 5)


def test_at_the_end_it_stays_and_begins_again_with_what_was_passed_over(session: ReviewSession) -> None:
    session.take_queue(session.queue_of("label:Medication"))
    session.next_in_queue()
    session.next_in_queue()
    session.accept()
    assert words(session) == "ward_round: doxycycline" and session.next_in_queue() is None
    session.begin_again()
    session.next_in_queue()
    assert words(session) == "admission: aspirin"
    session.accept()
    assert session.next_in_queue() is None and session.queue is not None and session.queue.left == 0


def test_back_to_the_last_one_that_waits(session: ReviewSession) -> None:
    session.take_queue(session.queue_of("file"))
    session.next_in_queue()
    session.next_in_queue()
    session.accept()
    assert words(session) == "admission: aspirin"
    session.previous_in_queue()
    assert words(session) == "admission: chest pain", "fever is decided"
    assert session.previous_in_queue() is None and words(session) == "admission: chest pain"


def test_undo_goes_back_to_where_the_action_was(session: ReviewSession) -> None:
    session.take_queue(session.queue_of("uncertain"))
    session.next_in_queue()
    session.accept()
    undone = session.undo()
    assert undone is not None and undone.item_id is not None and session.queue is not None
    assert session.queue.place == 1
    session.open(undone.document_id)
    session.focus(undone.item_id)
    session.accept()
    assert words(session) == "ward_round: COPD" and session.queue.place == 2


def test_what_the_engine_finds_meanwhile_joins_ahead_and_the_place_stays(ward: Ward, session: ReviewSession) -> None:
    session.take_queue(session.queue_of("uncertain"))
    for _ in range(3):
        session.next_in_queue()
    assert words(session) == "ward_round: doxycycline"
    ward.note("Denies <Symptom 0.5>syncope</Symptom>; <Test 0.75>ECG</Test> normal.", "late")
    session.refresh_queue()
    assert session.queue is not None and (session.queue.place, session.queue.total) == (3, 9)
    session.next_in_queue()
    assert words(session) == "late: syncope", "the most uncertain of all, but not behind the person"
    session.next_in_queue()
    assert words(session) == "late: ECG"


def test_new_suggestions_of_the_open_note_can_be_gone_to(ward: Ward, session: ReviewSession) -> None:
    session.take_queue(session.queue_of("file"))
    session.next_in_queue()
    note = session.documents()[0].id
    text = ward.project.text(note)
    start = text.index("Takes")
    ward.suggest(note, [("Disease", Span(start, start + 5), 0.5)])
    session.refresh_queue()
    for _ in range(2):
        session.next_in_queue()
    assert words(session) == "admission: Takes"


def test_what_a_new_run_does_not_suggest_any_more_is_passed_by(ward: Ward, session: ReviewSession) -> None:
    session.take_queue(session.queue_of("file"))
    session.next_in_queue()
    ward.read_again(session.documents()[0].id, ADMISSION.replace("<Symptom 0.55>fever</Symptom>", "fever"), "small-2")
    session.next_in_queue()
    assert words(session) == "admission: aspirin"


def test_near_misses_the_most_probable_first(ward: Ward, session: ReviewSession) -> None:
    first, second, *_ = session.documents()
    text = ward.project.text(first.id)
    pain, takes = (Span(text.index(one), text.index(one) + len(one)) for one in ("chest pain", "Takes"))
    ward.project.near_misses.add(first.id, ward.run, [(pain, None, 0.49), (takes, "Symptom", 0.31)])
    known = Span(0, 5)
    ward.project.near_misses.add(second.id, ward.run, [(known, "Disease", 0.42)])
    assert walk(session, "near-misses") == ["ward_round: Known", "admission: Takes"], "chest pain waits as it is"
    assert isinstance(session.near_in_turn, NearMiss | None) and session.queue is not None
    assert session.queue.left == 2
    session.add_near_miss(takes, "Symptom")
    session.refresh_queue()
    assert session.queue.left == 1


def test_disagreements_of_two_sources(ward: Ward, session: ReviewSession) -> None:
    row = ward.project.document(session.documents()[1].id)
    spans = (Span(0, len("Known COPD")),)
    other = Suggestion(
        suggestion_id(row.text_sha, "Symptom", spans), "Symptom", spans, 0.9, "terms", "ours.csv", "p", True
    )
    ward.project.add_suggestions(row.id, ward.run, [])
    ward.project._suggestions.add(row.id, None, [other])
    assert walk(session, "disagreements") == ["ward_round: COPD", "ward_round: Known COPD"]
    session.take_queue(session.queue_of("disagreements"))
    session.next_in_queue()
    session.next_in_queue()
    session.reject()
    assert session.next_in_queue() is None, "what was rejected disagrees no more"
    assert session.queue is not None and session.queue.left == 0


class TestSamples:
    def test_a_sample_is_the_same_for_the_same_seed(self, session: ReviewSession) -> None:
        one, other = session.draw(4, seed=7), session.draw(4, seed=7)
        assert one.items == other.items and len(one.items) == 4 and one.of == 7
        assert {session.draw(4, seed=seed).items for seed in range(5)} != {one.items}

    def test_all_is_taken_where_less_waits_than_is_asked(self, session: ReviewSession) -> None:
        assert len(session.draw(1000).items) == 7

    def test_it_goes_on_after_a_restart(self, ward: Ward, session: ReviewSession) -> None:
        session.take_queue(session.queue_of("sample", size=4))
        sample = session.sample_in_work()
        assert sample is not None
        session.next_in_queue()
        session.accept()
        later = ReviewSession(ward.project, words=plain_words)
        later.take_queue(later.queue_of("sample"))
        assert later.queue is not None and later.queue.left == 3
        found = later.next_in_queue()
        assert isinstance(found, Item) and later.current is not None
        assert (later.current.row.id, found.id) == sample.items[1]

    def test_nothing_joins_it(self, ward: Ward, session: ReviewSession) -> None:
        session.take_queue(session.queue_of("sample", size=4))
        ward.note("Denies <Symptom 0.5>syncope</Symptom>.", "late")
        session.refresh_queue()
        assert session.queue is not None and session.queue.total == 4

    def test_what_came_of_it_and_what_says_nothing(self, session: ReviewSession) -> None:
        session.take_queue(session.queue_of("sample", size=6, seed=1))
        sample = session.sample_in_work()
        assert sample is not None
        session.next_in_queue()
        session.accept()
        session.reject()
        session.relabel(
            "Disease"
            if session.current and session.current.focused and session.current.focused.type != "Disease"
            else "Symptom"
        )
        figures = session.project.samples.figures(sample)
        assert (figures.right, figures.edited, figures.rejected, figures.left) == (1, 1, 1, 3)
        assert figures.precision == pytest.approx(1 / 3)
        for one in session.documents():
            session.open(one.id)
            session.accept_over(0)
        figures = session.project.samples.figures(sample)
        assert (figures.decided, figures.unseen, figures.left) == (3, 3, 0)
        assert session.sample_in_work() is None

    def test_nothing_to_draw_from(self, ward: Ward) -> None:
        ward.note("Slept well.")
        with pytest.raises(UsageError, match="nothing waits"):
            ReviewSession(ward.project).draw()


# Laws

columns = st.builds(
    Listed,
    document=st.integers(1, 4),
    id=st.uuids().map(str),
    type=st.sampled_from(["Symptom", "Disease", "Medication"]),
    where=st.integers(0, 50).map(lambda start: f"{start}-{start + 5}"),
    status=st.just("pending"),
    confidence=st.floats(0, 1),
    origin=st.none(),
)
many = st.lists(columns, max_size=25, unique_by=lambda one: one.id)
PLACES = {1: 0, 2: 1, 3: 2, 4: 3}


@given(items=many, labels=st.dictionaries(st.sampled_from(["Symptom", "Disease"]), st.integers(0, 9)))
def test_most_informative_is_the_greedy_choice_by_its_formula(items: list[Listed], labels: dict[str, int]) -> None:
    found = most_informative(PLACES, Counter(labels), Counter())(items)
    assert sorted(one.item for one in found) == sorted(one.id for one in items)
    by_id = {one.id: one for one in items}
    seen, documents, left = Counter(labels), Counter[int](), dict(by_id)
    for entry in found:
        worth = {
            one.id: uncertainty(one.confidence) / (1 + documents[one.document]) / (1 + seen[one.type])
            for one in left.values()
        }
        assert worth[entry.item] == pytest.approx(max(worth.values()))
        assert entry.value == pytest.approx(-worth[entry.item])
        chosen = left.pop(entry.item)
        seen[chosen.type] += 1
        documents[chosen.document] += 1
    assert found == sorted(found, key=lambda entry: entry.value), "what joins later finds its place by its value"


@given(items=many)
def test_least_certain_is_sorted_and_whole(items: list[Listed]) -> None:
    found = least_certain(PLACES)(items)
    by_id = {one.id: uncertainty(one.confidence) for one in items}
    values = [by_id[entry.item] for entry in found]
    assert values == sorted(values, reverse=True) and len(found) == len(items)


steps = st.lists(st.sampled_from(["next", "accept", "reject", "previous", "undo", "engine"]), max_size=25)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(kind=st.sampled_from(["file", "uncertain", "informative", "label:Symptom"]), done=steps)
def test_a_queue_comes_to_each_pending_item_once_whatever_was_done_before(kind: str, done: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        try:
            for name, markup in (("admission", ADMISSION), ("ward_round", WARD_ROUND), ("short", SHORT)):
                ward.note(markup, name)
            session = ReviewSession(ward.project, words=plain_words)
            session.take_queue(session.queue_of(kind))
            late = 0
            for step in done:
                if step == "next":
                    session.next_in_queue()
                elif step == "previous":
                    session.previous_in_queue()
                elif step == "undo":
                    session.undo()
                elif step == "engine":
                    late += 1
                    ward.note(f"Note {late}: <Symptom 0.{late % 9 + 1}>vertigo</Symptom>", f"late_{late}")
                elif session.current is not None and session.current.focused is not None:
                    getattr(session, step)()
            session.refresh_queue()
            session.begin_again()
            seen = []
            while session.next_in_queue() is not None:
                view = session.current
                assert view is not None and view.focused is not None
                assert view.focused.status == "pending"
                seen.append((view.row.id, view.focus))
            waiting = [
                (document, one.id)
                for document, items in ward.project.listing.pending(
                    [row.id for row in ward.project.documents()], ward.project.view
                )
                for one in items
                if not kind.startswith("label:") or one.type == "Symptom"
            ]
            assert sorted(seen) == sorted(waiting)
            assert session.queue is not None and session.queue.left == len(waiting)
        finally:
            ward.project.close()


def test_what_was_skipped_is_in_no_queue_and_what_is_over_is_not_accepted_from_elsewhere(
    ward: Ward, session: ReviewSession
) -> None:
    first, second, _ = session.documents()
    session.open(first.id)
    session.skip("illegible")
    session.open(second.id)
    session.mark_done()
    assert walk(session, "file") == [
        "ward_round: COPD", "ward_round: cough", "ward_round: doxycycline", "short: tiredness",
    ]  # fmt: skip
    assert session.estimates(everywhere=True).total == 1
    assert session.accept_over(0.0, everywhere=True) == 1
    assert [row.pending for row in session.documents()] == [3, 3, 0]
    assert session.undo() is not None and [row.pending for row in session.documents()] == [3, 3, 1]
    assert ward.project.verify() == []
