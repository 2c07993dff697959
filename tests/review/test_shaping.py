"""What a mention covers: by character, by sentence, in fragments, merged and split."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project_setup import Ward, plain_words, seen

from assistant.project.facts import Value, facts_to_json, kind_of, with_id
from assistant.review.session import ReviewSession
from assistant.review.text.extents import trimmed, united, without
from assistant.review.text.word_edges import WordEdges
from bioassist.documents import Argument, Attribute, Note, Relation, Span
from bioassist.errors import UsageError

NOTE = (
    "Pt denies <Symptom 0.9>chest pain</Symptom> but has <Disease 0.6>type 2</Disease> "
    "<Disease 0.7>diabetes</Disease>. Known <Disease 0.8>COPD</Disease>, takes "
    "<Medication 0.8>metformin</Medication> 500 mg."
)
TEXTS = st.text(alphabet="ab. \n\u0301é日\r", max_size=60)


def say(session: ReviewSession, **values: Value) -> None:
    """What a person says of items, under the names given."""
    facts = {name: (kind_of(value), with_id(value, name)) for name, value in values.items()}
    session._append("set", {"items": {}, "facts": facts_to_json(facts)})


def holding(session: ReviewSession) -> list[Value]:
    return [fact.value for fact in session.facts() if fact.kept]


def ids(session: ReviewSession) -> list[str]:
    assert session.current is not None
    return [item.id for item in session.current.items]


def spans(session: ReviewSession) -> tuple[Span, ...]:
    assert session.current is not None and session.current.focused is not None
    return session.current.focused.spans


class TestCharacters:
    @pytest.mark.parametrize(
        ("text", "moves", "words"),
        [
            ("the <Symptom>coughing</Symptom>s", [("nudge_right", 1)], "coughings"),
            ("the <Symptom>coughs</Symptom>", [("nudge_right", -1)], "cough"),
            ("hyper<Disease>tension</Disease>", [("nudge_left", -1)] * 5, "hypertension"),
            ("<Disease>hypertension</Disease>", [("nudge_left", 1)] * 5, "tension"),
            ("no \n<Symptom>pain</Symptom>", [("nudge_left", -1)], "o \npain"),
            ("<Symptom>chest p</Symptom>ain", [("nudge_right", -1)], "chest"),
            ("<Symptom>naus</Symptom>e\u0301e", [("nudge_right", 1)], "nause\u0301"),
            ("<Symptom>nause\u0301</Symptom>e", [("nudge_right", -1)], "naus"),
        ],
    )
    def test_an_edge_moves_by_a_character(
        self, ward: Ward, text: str, moves: list[tuple[str, int]], words: str
    ) -> None:
        session = ward.review(ward.note(text))
        for name, by in moves:
            assert getattr(session, name)(by) is not None
        assert seen(session)[0].endswith(f": {words}")

    def test_the_last_character_and_the_ends_of_the_text_stay(self, ward: Ward) -> None:
        session = ward.review(ward.note("<Symptom>a</Symptom>"))
        assert [session.nudge_left(1), session.nudge_right(-1), session.nudge_left(-1), session.nudge_right(1)] == [
            None
        ] * 4

    def test_an_edge_at_white_space_alone_goes_no_further(self, ward: Ward) -> None:
        session = ward.review(ward.note("  \n<Symptom>cough</Symptom> \n"))
        assert session.nudge_left(-1) is None and session.nudge_right(1) is None

    @given(TEXTS, st.data())
    def test_edges_never_lie_in_white_space_nor_in_a_character(self, text: str, data: st.DataObject) -> None:
        from assistant.review.mentions.shaping import _next_end, _next_place

        offset, by = data.draw(st.integers(0, len(text))), data.draw(st.sampled_from([-1, 1]))
        start, end = _next_place(text, offset, by), _next_end(text, offset, by)
        if start is not None:
            assert not text[start].isspace() and (start < offset if by < 0 else start > offset)
            assert text[start] != "\u0301"
        if end is not None:
            assert not text[end - 1].isspace() and (end < offset if by < 0 else end > offset)
            assert text[end : end + 1] != "\u0301"


class TestSentence:
    def test_a_mention_grows_to_its_sentence(self, ward: Ward) -> None:
        session = ward.review(ward.note("Seen today. No <Symptom>chest pain</Symptom> since.\n\nPlan: home.\n"))
        assert session.grow_to_sentence() is not None
        assert seen(session) == ["*edited Symptom: No chest pain since."]
        assert session.grow_to_sentence() is None

    def test_one_over_two_sentences_grows_to_both(self, ward: Ward) -> None:
        session = ward.review(ward.note("Now <Symptom>well. No pain</Symptom> since. Home."))
        session.grow_to_sentence()
        assert seen(session) == ["*edited Symptom: Now well. No pain since."]

    def test_a_discontinuous_one_becomes_continuous(self, ward: Ward) -> None:
        document = ward.note("Left and right leg are weak. Home.")
        ward.suggest(document, [("Symptom", (Span(0, 4), Span(15, 18)), 0.5)])
        session = ward.review(document)
        session.grow_to_sentence()
        assert seen(session) == ["*edited Symptom: Left and right leg are weak."]

    @pytest.mark.parametrize("length", [10, 300, 5000])
    def test_a_long_sentence_is_found_whole(self, length: int) -> None:
        words = " ".join(["pain"] * length)
        text = f"Before that. It was {words} all over. After that."
        place = text.index("pain") + len(words) // 2
        found = WordEdges(text, plain_words).sentence(Span(place, place + 3))
        assert found.of(text) == f"It was {words} all over."

    def test_near_its_place_a_sentence_is_that_of_the_whole_text(self) -> None:
        from bioassist.words import sentences

        text = "He is well. No pain, no fever 38.2 C. Takes asp. 75 mg.\n- home\n\nPLAN\nSee GP. " * 40
        whole = [trimmed(text, one) for one in sentences(text, plain_words(text))]
        edges = WordEdges(text, plain_words)
        for word in plain_words(text)[::37]:
            assert edges.sentence(word) in whole


class TestFragments:
    def test_words_are_added_as_a_fragment(self, ward: Ward) -> None:
        session = ward.review(ward.note("<Symptom>left</Symptom> and right leg weak"))
        assert session.fragment(15, 19) is not None
        assert seen(session) == ["*edited Symptom: left leg"]
        assert spans(session) == (Span(0, 4), Span(15, 18))

    def test_fragments_stay_in_order_and_those_that_touch_become_one(self, ward: Ward) -> None:
        session = ward.review(ward.note("a <Symptom>swollen</Symptom>, red ankle"))
        session.fragment(15, 20)
        session.fragment(0, 1)
        assert spans(session) == (Span(0, 1), Span(2, 9), Span(15, 20))
        session.fragment(9, 10)
        assert spans(session) == (Span(0, 1), Span(2, 10), Span(15, 20))
        session.fragment(5, 18)
        assert spans(session) == (Span(0, 1), Span(2, 20))

    def test_words_that_are_in_it_are_taken_out(self, ward: Ward) -> None:
        session = ward.review(ward.note("<Symptom>left and right leg</Symptom> weak"))
        session.fragment(5, 14)
        assert seen(session) == ["*edited Symptom: left leg"]
        session.fragment(0, 4)
        assert seen(session) == ["*edited Symptom: leg"]
        assert session.fragment(15, 18) is None, "nothing would be left"

    def test_nothing_but_white_space_is_refused(self, ward: Ward) -> None:
        session = ward.review(ward.note("<Symptom>left</Symptom>   leg"))
        with pytest.raises(UsageError, match="nothing is selected"):
            session.fragment(5, 6)
        with pytest.raises(UsageError, match="outside the text"):
            session.fragment(5, 60)

    def test_it_is_undone_as_one(self, ward: Ward) -> None:
        session = ward.review(ward.note("<Symptom>left</Symptom> and right leg"))
        session.fragment(15, 18)
        session.undo()
        assert seen(session) == ["*pending Symptom: left"]

    @given(TEXTS, st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=5), st.data())
    def test_adding_and_taking_out_are_sets_of_characters(
        self, text: str, edges: list[tuple[int, int]], data: st.DataObject
    ) -> None:
        inside = [Span(min(pair), max(pair)) for pair in edges if max(pair) <= len(text) and pair[0] != pair[1]]
        joined = united(inside)
        assert {at for span in joined for at in range(span.start, span.end)} == {
            at for span in inside for at in range(span.start, span.end)
        }
        assert all(one.end < other.start for one, other in pairwise(joined))
        if inside:
            taken = data.draw(st.sampled_from(inside))
            left = without(text, joined, taken)
            black = {at for span in joined for at in range(span.start, span.end) if not text[at].isspace()}
            assert black - set(range(taken.start, taken.end)) == {
                at for span in left for at in range(span.start, span.end) if not text[at].isspace()
            }
            assert all(span.of(text).strip() == span.of(text) for span in left)


class TestNested:
    def test_the_focus_goes_round_the_mentions_over_a_place(self, ward: Ward) -> None:
        document = ward.note("severe <Symptom>chest <Disease>pain</Disease></Symptom> today")
        session = ward.review(document)
        session.add(0, 17, "Symptom")
        found = [session.focus_at(14) for _ in range(4)]
        assert [item.of("severe chest pain today") for item in found if item] == [
            "pain", "chest pain", "severe chest pain", "pain",
        ]  # fmt: skip
        assert session.focus_at(20) is None

    def test_one_inside_another_of_its_type_is_an_item_of_its_own(self, ward: Ward) -> None:
        session = ward.review(ward.note("<Symptom>severe chest pain</Symptom>"))
        session.accept()
        session.add(13, 17, "Symptom")
        assert seen(session) == ["accepted Symptom: severe chest pain", "*added Symptom: pain"]
        session.fragment(0, 6)
        assert "*added Symptom: severe pain" in seen(session)

    def test_the_gap_of_a_discontinuous_mention_is_not_it(self, ward: Ward) -> None:
        document = ward.note("left and right leg")
        ward.suggest(document, [("Symptom", (Span(0, 4), Span(15, 18)), 0.5)])
        session = ward.review(document)
        assert session.focus_at(6) is None and session.focus_at(16) is not None


class TestMerge:
    def test_two_of_a_type_become_one_with_all_between(self, ward: Ward) -> None:
        session = ward.review(ward.note(NOTE))
        session.focus_next()
        saved = session.merge()
        assert saved is not None and saved.text == "merged: Disease [29, 44)"
        assert seen(session)[1:3] == ["*edited Disease: type 2 diabetes", "rejected Disease: diabetes"]
        session.undo()
        assert seen(session)[1:3] == ["*pending Disease: type 2", "pending Disease: diabetes"]
        session.redo()
        assert seen(session)[1:3] == ["*edited Disease: type 2 diabetes", "rejected Disease: diabetes"]

    def test_one_of_another_sentence_or_none_is_refused(self, ward: Ward) -> None:
        session = ward.review(ward.note(NOTE))
        with pytest.raises(UsageError, match="no other Symptom"):
            session.merge()
        session.focus_next()
        session.focus_next()
        with pytest.raises(UsageError, match="no other Disease follows in this sentence"):
            session.merge()

    def test_what_was_rejected_is_passed_over(self, ward: Ward) -> None:
        session = ward.review(ward.note("<Symptom>arm</Symptom> <Symptom>or</Symptom> <Symptom>leg</Symptom> pain"))
        session.focus_next()
        session.reject()
        session.focus_previous()
        session.focus_previous()
        session.merge()
        assert seen(session)[0] == "*edited Symptom: arm or leg"

    def test_fragments_stay_fragments(self, ward: Ward) -> None:
        document = ward.note("left and right leg weak")
        ward.suggest(document, [("Symptom", (Span(0, 4), Span(15, 18)), 0.5), ("Symptom", Span(9, 14), 0.5)])
        session = ward.review(document)
        session.merge()
        assert spans(session) == (Span(0, 4), Span(9, 14), Span(15, 18))

    def test_what_is_said_of_the_second_is_said_of_the_whole(self, ward: Ward) -> None:
        session = ward.review(ward.note(NOTE))
        pain, first, second, _, drug = ids(session)
        say(
            session,
            f1=Attribute("", "Assertion", first, "past"),
            f2=Attribute("", "Assertion", second, "past"),
            f3=Relation("", "Treats", (Argument("Arg1", drug), Argument("Arg2", second))),
            f4=Note("", "AnnotatorNotes", second, "since 2019"),
            f5=Attribute("", "Assertion", pain, "negated"),
        )
        before = holding(session)
        session.focus(first)
        session.merge()
        assert {str(value).replace("f1", "") for value in holding(session)} == {
            str(Attribute("", "Assertion", first, "past")),
            str(Relation("f3", "Treats", (Argument("Arg1", drug), Argument("Arg2", first)))),
            str(Note("f4", "AnnotatorNotes", first, "since 2019")),
            str(Attribute("f5", "Assertion", pain, "negated")),
        }
        session.undo()
        assert holding(session) == before
        assert ward.project.verify() == []

    def test_what_does_not_go_together_is_told_and_nothing_is_merged(self, ward: Ward) -> None:
        session = ward.review(ward.note(NOTE))
        _, first, second, *_ = ids(session)
        say(session, f1=Attribute("", "Assertion", first, "past"), f2=Attribute("", "Assertion", second, "negated"))
        session.focus(first)
        with pytest.raises(UsageError, match="Assertion=past and Assertion=negated"):
            session.merge()
        assert seen(session)[1] == "*pending Disease: type 2"

    def test_a_relation_between_the_two_is_told(self, ward: Ward) -> None:
        session = ward.review(ward.note(NOTE))
        _, first, second, *_ = ids(session)
        say(session, f1=Relation("", "Causes", (Argument("Arg1", first), Argument("Arg2", second))))
        session.focus(first)
        with pytest.raises(UsageError, match="Causes is said of the two of them"):
            session.merge()


class TestSplit:
    def test_behind_its_first_word(self, ward: Ward) -> None:
        session = ward.review(ward.note("has <Symptom 0.9>cough fever</Symptom> today"))
        saved = session.split()
        assert saved is not None and saved.text == "split: Symptom [4, 9), Symptom [10, 15)"
        assert seen(session) == ["*edited Symptom: cough", "added Symptom: fever"]
        session.undo()
        assert seen(session) == ["*pending Symptom: cough fever"]

    @pytest.mark.parametrize("offset", [9, 10, 11])
    def test_at_a_caret_without_the_white_space_there(self, ward: Ward, offset: int) -> None:
        session = ward.review(ward.note("has <Symptom 0.9>cough fever</Symptom> today"))
        session.split(offset)
        parts = [re.sub(r"^\W*\w+ Symptom: ", "", one) for one in seen(session)]
        assert parts == (["cough", "fever"] if offset < 11 else ["cough f", "ever"])

    @pytest.mark.parametrize("offset", [0, 4, 15, 20])
    def test_outside_of_it_nothing_is_split(self, ward: Ward, offset: int) -> None:
        session = ward.review(ward.note("has <Symptom 0.9>cough fever</Symptom> today"))
        assert session.split(offset) is None

    def test_one_word_stays_one(self, ward: Ward) -> None:
        session = ward.review(ward.note("<Symptom>cough</Symptom>"))
        assert session.split() is None

    def test_a_discontinuous_one_between_its_fragments(self, ward: Ward) -> None:
        document = ward.note("left and right leg")
        ward.suggest(document, [("Symptom", (Span(0, 4), Span(15, 18)), 0.5)])
        session = ward.review(document)
        session.split()
        assert seen(session) == ["*edited Symptom: left", "added Symptom: leg"]

    def test_a_suggestion_of_the_second_part_is_accepted_with_it(self, ward: Ward) -> None:
        session = ward.review(ward.note("<Symptom>cough <Symptom>fever</Symptom></Symptom>"))
        session.split()
        assert seen(session) == ["*edited Symptom: cough", "accepted Symptom: fever"]

    def test_both_parts_have_the_attributes_and_the_first_the_rest(self, ward: Ward) -> None:
        session = ward.review(ward.note("no <Symptom 0.9>cough fever</Symptom>, <Disease>flu</Disease>"))
        whole, flu = ids(session)
        say(
            session,
            f1=Attribute("", "Assertion", whole, "negated"),
            f2=Relation("", "Causes", (Argument("Arg1", flu), Argument("Arg2", whole))),
        )
        session.split()
        first, second = ids(session)[:2]
        said = sorted((type(value).__name__, *str(value).split("target=")[1:]) for value in holding(session))
        assert [one[0] for one in said] == ["Attribute", "Attribute", "Relation"]
        assert {first, second} == {value.target for value in holding(session) if isinstance(value, Attribute)}
        session.undo()
        assert len(holding(session)) == 2
