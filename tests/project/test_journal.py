"""The journal: a chain for each actor that shows every alteration."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project_setup import Ward

from assistant.project.journal.entries import CHAIN_START, UNDOABLE, Action, canonical, chained_hash
from assistant.project.journal.history import History, Step
from assistant.project.store import Project
from bioassist.errors import ProjectError

NOTE = "<Symptom 0.9>cough</Symptom>, <Symptom 0.8>fever</Symptom> and <Disease 0.7>asthma</Disease>"


@pytest.fixture
def reviewed(ward: Ward) -> Ward:
    """Two actors' decisions on two notes."""
    first, second = ward.note(NOTE, "a"), ward.note(NOTE, "b")
    ann, bob = ward.review(first, "ann"), ward.review(second, "bob")
    ann.accept()
    bob.reject()
    ann.grow_left()
    ann.shrink_left()
    bob.accept_over(0.1)
    ann.add(0, 9, "Disease")
    ann.undo()
    bob.mark_done()
    assert ward.project.verify() == []
    return ward


def test_each_actor_has_a_chain(reviewed: Ward) -> None:
    for actor, length in (("ann", 3), ("bob", 3)):
        entries = reviewed.project.journal.entries(actor=actor)
        assert [entry.actor_seq for entry in entries] == list(range(1, len(entries) + 1)) and len(entries) >= length
        assert [entry.previous for entry in entries] == [CHAIN_START] + [entry.hash for entry in entries[:-1]]
        assert all(entry.hash == chained_hash(entry) for entry in entries)
        assert all(len(entry.hash) == 64 for entry in entries)


def test_an_entry_tells_alone_what_was_decided_on(reviewed: Ward) -> None:
    first = reviewed.project.journal.entries()[0]
    (item_id,) = first.payload["ids"]
    assert first.payload["on"][item_id] == {
        "type": "Symptom",
        "spans": [[0, 5]],
        "confidence": 0.9,
        "source": "model",
        "model": "small-1",
        "program": "f1",
        "trained": True,
        "run": reviewed.run,
    }
    assert (first.actor, first.action, first.document, first.at[-6:]) == ("ann", "accept", "a", "+00:00")
    assert first.text_sha == reviewed.project.documents()[0].text_sha


def test_a_chain_does_not_depend_on_the_file_it_lies_in(reviewed: Ward) -> None:
    for entry in reviewed.project.journal.entries():
        assert chained_hash(replace(entry, seq=entry.seq + 50, document_id=99)) == entry.hash


class TestAlterations:
    """Someone with the file and an SQLite shell."""

    def altered(self, ward: Ward, *statements: str) -> list[str]:
        ward.project.close()
        connection = sqlite3.connect(ward.path / "project.sqlite")
        connection.execute("DROP TRIGGER journal_is_never_changed")
        connection.execute("DROP TRIGGER journal_is_never_shortened")
        for statement in statements:
            assert connection.execute(statement).rowcount > 0, "nothing was altered"
        connection.commit()
        connection.close()
        with Project.open(ward.path) as project:
            return project.verify()

    @pytest.mark.parametrize("seq", [1, 2, 5, 8])
    @pytest.mark.parametrize(
        "change",
        [
            "actor = 'eve'",
            "actor_seq = actor_seq + 10",
            "at = '2020-01-01T00:00:00.000+00:00'",
            "document_id = 3 - document_id",
            "document = 'other'",
            "text_sha = 'x' || text_sha",
            "action = 'delete'",
            "payload = '{}'",
            "payload = replace(payload, ':', ': ')",
            "target = 77",
            "previous = 'x' || previous",
            "hash = 'x' || hash",
            "seq = seq + 100",
        ],
    )
    def test_every_field_of_every_entry_is_covered(self, reviewed: Ward, seq: int, change: str) -> None:
        if change.startswith("payload = ") and reviewed.project.journal.entries()[seq - 1].payload == {}:
            change = "payload = '{\"a\":1}'"
        assert self.altered(reviewed, f"UPDATE journal SET {change} WHERE seq = {seq}") != []

    @pytest.mark.parametrize("seq", [1, 4, 8])
    def test_a_deleted_entry_is_missed(self, reviewed: Ward, seq: int) -> None:
        assert self.altered(reviewed, f"DELETE FROM journal WHERE seq = {seq}") != []

    def test_a_shortened_journal_does_not_end_where_it_did(self, reviewed: Ward) -> None:
        last = reviewed.project.journal.length()
        assert self.altered(reviewed, f"DELETE FROM journal WHERE seq = {last}") == [
            "the journal of bob does not end where it did"
        ]

    def test_exchanged_entries_are_noticed(self, reviewed: Ward) -> None:
        found = self.altered(
            reviewed,
            "UPDATE journal SET seq = -1 WHERE seq = 1",
            "UPDATE journal SET seq = 1 WHERE seq = 3",
            "UPDATE journal SET seq = 3 WHERE seq = -1",
        )
        assert any("does not follow" in problem for problem in found)

    def test_a_payload_that_is_no_json_is_named_not_raised(self, reviewed: Ward) -> None:
        assert self.altered(reviewed, "UPDATE journal SET payload = '{' WHERE seq = 2") == [
            "the journal holds entries that cannot be read"
        ]

    @pytest.mark.parametrize(
        "statement",
        [
            "UPDATE decisions SET status = 'rejected' WHERE status = 'accepted'",
            "UPDATE decisions SET latest = 0",
            "UPDATE decisions SET spans = '0-1'",
            "DELETE FROM done",
            "DELETE FROM decisions",
        ],
    )
    def test_what_is_derived_is_compared_with_the_journal(self, reviewed: Ward, statement: str) -> None:
        found = self.altered(reviewed, statement)
        assert found and all("is not what its journal says" in problem for problem in found)

    def test_an_altered_text_is_not_shown(self, reviewed: Ward) -> None:
        document = reviewed.project.documents()[0].id
        self.altered(reviewed, "UPDATE texts SET text = replace(text, 'fever', 'chill')")
        with Project.open(reviewed.path) as project, pytest.raises(ProjectError, match="not what was stored"):
            project.text(document)


def test_the_file_itself_refuses_to_change_or_drop_entries(reviewed: Ward) -> None:
    for statement in ("UPDATE journal SET actor = 'eve'", "DELETE FROM journal"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            reviewed.project._database.execute(statement)
    assert reviewed.project.verify() == []


def test_an_unknown_action_is_refused(ward: Ward) -> None:
    document = ward.note(NOTE)
    with pytest.raises(ValueError, match="not an action"):
        ward.project.journal.append("ann", document, "burn", {})  # type: ignore[arg-type]
    assert ward.project.journal.length() == 0


def test_a_note_without_text_takes_no_decision(ward: Ward) -> None:
    failed = ward.project.add_failed("c", "c.txt", "binary")
    with pytest.raises(ProjectError, match="has no text to decide on"):
        ward.project.journal.append("ann", failed.id, "done", {})


def test_a_transaction_that_fails_takes_its_decisions_back(ward: Ward) -> None:
    document = ward.note(NOTE)
    session = ward.review(document)
    before = session.documents()
    with pytest.raises(RuntimeError), ward.project.transaction():
        ward.project.journal.append("ann", document, "done", {})
        raise RuntimeError
    assert ward.project.journal.length() == 0
    assert session.documents() == before and session.undo() is None
    assert ward.project.verify() == []


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(json_values)
def test_canonical_json_has_one_form_for_a_value(value: Any) -> None:
    written = canonical(value)
    assert json.loads(written) == value
    assert canonical(json.loads(written)) == written
    assert written.isascii()


class TestHistory:
    @given(st.lists(st.sampled_from(["act", "undo", "redo"]), max_size=40))
    def test_undo_and_redo_are_those_of_two_stacks(self, wishes: list[str]) -> None:
        history = History()
        done: list[int] = []
        undone: list[int] = []
        for number, wish in enumerate(wishes, 1):
            if wish == "act":
                history.take(Step(number, "accept", 1), None)
                done.append(number)
                undone = []
                continue
            action: Action = "undo" if wish == "undo" else "redo"
            step = (history.next_undo if action == "undo" else history.next_redo)(lambda _: True)
            here, there = (done, undone) if action == "undo" else (undone, done)
            assert (step.actor_seq if step else None) == (here[-1] if here else None)
            if step is not None:
                history.take(Step(number, action, 1), step.actor_seq)
                there.append(here.pop())

    def test_documents_out_of_reach_are_passed_over(self) -> None:
        history = History()
        for number, document in enumerate((1, 2, 2), 1):
            history.take(Step(number, "accept", document), None)
        step = history.next_undo(lambda document: document == 1)
        assert step is not None and step.actor_seq == 1
        assert history.next_undo(lambda document: False) is None

    def test_what_a_machine_did_is_not_undone(self) -> None:
        assert "carry" not in UNDOABLE and "undo" not in UNDOABLE
