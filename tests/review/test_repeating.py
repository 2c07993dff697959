"""One decision for all places of the same words."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project_setup import Ward, seen

from assistant.project.journal.bulk import accepted_in_bulk
from assistant.review.text.same_words import SameWords
from bioassist.documents import Span
from bioassist.errors import ProjectError, UsageError


def places(mention: str, text: str) -> list[str]:
    return [span.of(text) for span in SameWords(mention).places(text)]


class TestSameWords:
    @pytest.mark.parametrize(
        ("mention", "text", "expected"),
        [
            ("pain", "Pain, painful, PAIN. pain-free; pains", ["Pain", "PAIN", "pain"]),
            (
                "chest pain",
                "chest  pain; chest\npain; chest \r\n pain; chestpain",
                ["chest  pain", "chest\npain", "chest \r\n pain"],
            ),
            ("chest pain", "chest\n\npain", []),
            ("MS", "MS, ms, Ms", ["MS"]),
            ("mRNA test", "mRNA Test, mrna test", ["mRNA Test"]),
            ("COPD", "copd COPD", ["COPD"]),
            ("Asthma", "asthma ASTHMA", ["asthma", "ASTHMA"]),
            ("U&E", "U&E, u&e", ["U&E"]),
            ("+ve", "+ve and -ve", ["+ve"]),
            ("5 mg", "25 mg, 5 mg, 5 mgs", ["5 mg"]),
            ("cafe", "cafe\u0301 cafe", ["cafe"]),
            ("a.b", "a.b axb", ["a.b"]),
            ("Straße", "STRASSE straße", ["straße"]),
        ],
    )
    def test_whole_words_whatever_their_case_but_abbreviations(
        self, mention: str, text: str, expected: list[str]
    ) -> None:
        assert places(mention, text) == expected

    @given(st.text(max_size=40), st.data())
    def test_a_mention_is_found_where_it_is(self, text: str, data: st.DataObject) -> None:
        words = [Span(*match.span()) for match in re.finditer(r"\w+", text)]
        if words:
            word = data.draw(st.sampled_from(words))
            found = list(SameWords(word.of(text)).places(text))
            mark = text[word.end : word.end + 1]
            assert word in found or not mark.isascii()
            assert all(one.end <= other.start for one, other in pairwise(found))


class TestInTheNote:
    def test_the_label_goes_to_every_place_as_one_action(self, ward: Ward) -> None:
        session = ward.review(
            ward.note(
                "<Symptom 0.9>Cough</Symptom> today. <Symptom 0.3>cough</Symptom> <Disease 0.4>cough</Disease>; cough, "
                "coughing"
            )
        )
        session.accept()
        session.focus_previous()
        session.focus_previous()
        done = session.repeat_in_note()
        assert done is not None and done.saved is not None
        assert (done.places, done.left, done.saved.text) == (3, 0, "Symptom at 3 places")
        assert seen(session) == [
            "*accepted Symptom: Cough",
            "accepted Symptom: cough",
            "edited Symptom: cough",
            "added Symptom: cough",
        ]
        session.undo()
        assert [one.lstrip("*") for one in seen(session)] == [
            "accepted Symptom: Cough",
            "pending Symptom: cough",
            "pending Disease: cough",
        ]

    def test_a_focus_that_waits_is_accepted_with_them(self, ward: Ward) -> None:
        session = ward.review(ward.note("<Symptom>rash</Symptom>, rash"))
        done = session.repeat_in_note()
        assert done is not None and done.places == 1
        assert seen(session) == ["*accepted Symptom: rash", "added Symptom: rash"]

    def test_a_rejected_focus_rejects_what_waits_under_its_label(self, ward: Ward) -> None:
        session = ward.review(
            ward.note(
                "<Symptom>rash</Symptom> <Symptom>rash</Symptom> <Disease>rash</Disease> rash <Symptom>rash</Symptom>"
            )
        )
        session.focus_previous()
        assert session.current is not None
        session.focus(session.current.items[-1].id)
        session.accept()
        session.focus(session.current.items[0].id)
        session.delete()
        done = session.repeat_in_note()
        assert done is not None and (done.places, done.left) == (1, 1)
        assert [one.lstrip("*") for one in seen(session)] == [
            "rejected Symptom: rash",
            "rejected Symptom: rash",
            "pending Disease: rash",
            "accepted Symptom: rash",
        ]

    def test_where_something_over_a_place_was_decided_it_stays_and_is_counted(self, ward: Ward) -> None:
        session = ward.review(
            ward.note(
                "<Symptom>pain</Symptom>; <Symptom>chest pain</Symptom>; <Disease>pain</Disease>; "
                "<Symptom>arm pain</Symptom>"
            )
        )
        assert session.current is not None
        first, chest, disease, _ = [item.id for item in session.current.items]
        session.focus(chest)
        session.accept()
        session.focus(disease)
        session.delete()
        session.focus(first)
        done = session.repeat_in_note()
        assert done is not None and (done.places, done.left) == (1, 2)
        assert seen(session) == [
            "*accepted Symptom: pain",
            "accepted Symptom: chest pain",
            "rejected Disease: pain",
            "pending Symptom: arm pain",
            "added Symptom: pain",
        ]

    def test_with_nothing_to_do_nothing_is_saved(self, ward: Ward) -> None:
        document = ward.note("<Symptom>rash</Symptom> today")
        session = ward.review(document)
        session.accept()
        done = session.repeat_in_note()
        assert done is not None and done.saved is None
        assert len(ward.project.journal.entries(document)) == 1

    def test_a_discontinuous_mention_is_refused_and_no_focus_does_nothing(self, ward: Ward) -> None:
        document = ward.note("left and right leg")
        session = ward.review(document)
        assert session.repeat_in_note() is None
        ward.suggest(document, [("Symptom", (Span(0, 4), Span(15, 18)), 0.5)])
        session.refresh()
        with pytest.raises(UsageError, match="several fragments"):
            session.repeat_in_note()

    def test_it_counts_as_done_in_bulk(self, ward: Ward) -> None:
        document = ward.note("<Symptom>rash</Symptom>, rash")
        session = ward.review(document)
        session.repeat_in_note()
        assert session.current is not None
        assert accepted_in_bulk(ward.project, session.current.row) == {item.id for item in session.current.items}
        assert ward.project.verify() == []


class TestInTheProject:
    NOTES = (
        "<Symptom 0.9>rash</Symptom> today",
        "a <Disease 0.4>rash</Disease> and a Rash",
        "no skin signs",
        "rash again",
    )

    def everything(self, ward: Ward) -> list[list[str]]:
        found = []
        for row in ward.project.documents():
            found.append([one.lstrip("*") for one in seen(ward.review(row.id))])
        return found

    def test_one_action_over_all_notes_and_one_undo(self, ward: Ward) -> None:
        ids = [ward.note(markup, f"n{number}") for number, markup in enumerate(self.NOTES)]
        before = self.everything(ward)
        session = ward.review(ids[0])
        wanted = session.repeated()
        assert wanted is not None
        plan = session.plan_repeating(wanted)
        assert plan is not None and (plan.places, plan.notes, plan.left, plan.closed) == (3, 3, 0, 0)
        saved = session.take_repeated(session.write_repeated(plan))
        assert saved.text == "Symptom at 4 places in 3 documents"
        after = self.everything(ward)
        assert after == [
            ["accepted Symptom: rash"],
            ["edited Symptom: rash", "added Symptom: Rash"],
            [],
            ["added Symptom: rash"],
        ]
        assert seen(session) == ["*accepted Symptom: rash"], "the open note shows it"
        assert ward.project.verify() == []
        undone = session.undo()
        assert undone is not None and undone.text == "undid: Symptom at 4 places in 3 documents"
        assert undone.document_id == ids[0]
        assert self.everything(ward) == before and session.undo() is None
        assert seen(session) == ["*pending Symptom: rash"]
        assert session.redo() is not None and session.redo() is None
        assert self.everything(ward) == after
        assert ward.project.verify() == []

    def test_the_group_outlives_a_restart(self, ward: Ward) -> None:
        ids = [ward.note(markup, f"n{number}") for number, markup in enumerate(self.NOTES)]
        before = self.everything(ward)
        session = ward.review(ids[0])
        session.grow_right()
        session.shrink_right()
        wanted = session.repeated()
        assert wanted is not None
        plan = session.plan_repeating(wanted)
        assert plan is not None
        session.write_repeated(plan)
        ward.reopen()
        session = ward.review(ids[2])
        assert session.undo() is not None
        ward.reopen()
        session = ward.review(ids[2])
        assert session.redo() is not None and session.redo() is None
        session.undo()
        session.undo()
        session.undo()
        assert session.undo() is None
        assert self.everything(ward) == before

    def test_done_notes_and_other_decisions_stay_and_are_counted(self, ward: Ward) -> None:
        ids = [ward.note(markup, f"n{number}") for number, markup in enumerate(self.NOTES)]
        done = ward.review(ids[3])
        done.mark_done()
        other = ward.review(ids[1])
        other.reject()
        session = ward.review(ids[0])
        wanted = session.repeated()
        assert wanted is not None
        plan = session.plan_repeating(wanted)
        assert plan is not None and (plan.places, plan.left, plan.closed) == (1, 1, 1)

    def test_another_person_undoes_their_own_alone(self, ward: Ward) -> None:
        ids = [ward.note(markup, f"n{number}") for number, markup in enumerate(self.NOTES)]
        ann, bob = ward.review(ids[0]), ward.review(ids[0], "bob")
        for session in (ann, bob):
            wanted = session.repeated()
            assert wanted is not None
            plan = session.plan_repeating(wanted)
            assert plan is not None and plan.places == 3
            session.write_repeated(plan)
        bob.undo()
        assert bob.undo() is None
        assert self.everything(ward)[3] == ["added Symptom: rash"]

    def test_it_can_be_left(self, ward: Ward) -> None:
        document = ward.note(self.NOTES[0])
        session = ward.review(document)
        wanted = session.repeated()
        assert wanted is not None and session.plan_repeating(wanted, lambda read, all_: False) is None
        assert ward.project.journal.length() == 0

    def test_what_cannot_be_saved_whole_is_not_saved(self, ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
        ids = [ward.note(markup, f"n{number}") for number, markup in enumerate(self.NOTES)]
        before = self.everything(ward)
        session = ward.review(ids[0])
        wanted = session.repeated()
        assert wanted is not None
        plan = session.plan_repeating(wanted)
        assert plan is not None
        append, calls = ward.project.journal.append, 0

        def failing(*said: Any) -> Any:
            nonlocal calls
            calls += 1
            if calls == 3:
                raise ProjectError("the disk is full.")
            return append(*said)

        monkeypatch.setattr(ward.project.journal, "append", failing)
        with pytest.raises(ProjectError):
            session.write_repeated(plan)
        monkeypatch.undo()
        assert ward.project.journal.length() == 0
        assert self.everything(ward) == before and ward.project.verify() == []
        assert session.undo() is None
