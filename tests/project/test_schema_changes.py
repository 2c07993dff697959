"""A schema that changes under a project: labels renamed, removed, added, and all of it taken back."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from facts_setup import FULL, suggest, with_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from project_setup import Ward, decoded, told

from assistant.project.facts import label_of
from assistant.project.journal.bulk import accepted_in_bulk
from assistant.project.schema.changes import change, orphans, undo
from assistant.project.schema.renaming import rename
from assistant.project.state import Fold, reading_order
from assistant.project.store import Project
from bioassist.documents import Argument, Attribute, Relation
from bioassist.errors import ProjectError
from bioassist.schema import loads

NOTE = (
    "Pt denies <Symptom 0.9>chest pain</Symptom>; <Disease 0.7>angina</Disease> since 2019, "
    "on <Medication 0.8>GTN</Medication>."
)
LATER = "<Symptom 0.6>Dyspnoea</Symptom> on exertion, <Disease 0.4>CCF</Disease>."
# Symptom is called Finding now, Device is new, Person is no longer wanted.
FINDING = FULL.replace('"Symptom"', '"Finding"').replace('name = "Person"', 'name = "Device"')
RENAMED = {"entities": {"Symptom": "Finding"}}
# Disease is called Symptom too.
MERGED = FULL.replace('[[entities]]\nname = "Disease"\n', "").replace('"Disease", ', "").replace(', "Disease"', "")
INTO_ONE = {"entities": {"Disease": "Symptom"}}


def items(project: Project, document_id: int, annotator: str) -> list[str]:
    seen = project.seen_by(annotator)
    folded = Fold(seen.suggestions(document_id), seen.decisions(document_id).values())
    return [told(item, project.text(document_id)) for item in sorted(folded.items(), key=reading_order)]


def facts(project: Project, document_id: int, annotator: str) -> list[str]:
    seen = project.seen_by(annotator)
    folded = Fold(seen.suggestions(document_id), seen.decisions(document_id).values())
    found = seen.fact_items(document_id, folded.hidden(), folded.rejected())
    return sorted(f"{one.status} {label_of(one.value)}" for one in found)


def state(project: Project) -> list[Any]:
    """All there is to see of a project, by anybody."""
    found: list[Any] = [project.schema]
    for annotator in ("ann", "ben"):
        seen = project.seen_by(annotator)
        for row in seen.documents():
            decisions = {key: (one.status, one.extent) for key, one in seen.decisions(row.id).items()}
            found += [items(project, row.id, annotator), facts(project, row.id, annotator), decisions, row.done]
            found.append(accepted_in_bulk(seen, row))
        found += [seen.tallies(), seen.fact_tallies()]
    return found


@pytest.fixture
def team(ward: Ward) -> Ward:
    """Ann and Ben have both decided on the first note, and nobody on the second."""
    with_schema(ward)
    first = ward.note(NOTE, "clinic")
    ward.note(LATER, "ward")
    ann = ward.review(first)
    ann.accept()
    ann.accept()
    ben = ward.review(first, "ben")
    ben.reject()
    return ward


class TestRenaming:
    def test_decisions_of_everybody_have_the_new_name_and_stay_what_they_were(self, team: Ward) -> None:
        project, first = team.project, 1
        assert items(project, first, "ann")[:2] == ["accepted Symptom: chest pain", "accepted Disease: angina"]
        change(project, loads(FINDING), RENAMED)
        assert items(project, first, "ann") == [
            "accepted Finding: chest pain",
            "accepted Disease: angina",
            "pending Medication: GTN",
        ]
        assert items(project, 2, "ann") == ["pending Finding: Dyspnoea", "pending Disease: CCF"]
        assert project.verify() == []

    def test_it_is_one_action_of_each_annotator_in_their_own_chain(self, team: Ward) -> None:
        session = team.review(2)
        session.accept()
        made = change(team.project, loads(FINDING), RENAMED)
        assert set(made.groups) == {"ann", "ben"}
        for annotator, group in made.groups.items():
            entries = [e for e in team.project.journal.entries(actor=annotator) if e.payload.get("how") == "rename"]
            assert entries and {entry.payload["group"] for entry in entries} == {group}
        assert len({entry.document_id for entry in team.project.journal.entries(actor="ann")[-2:]}) == 2

    def test_what_is_said_of_an_item_stays_with_it(self, ward: Ward) -> None:
        with_schema(ward)
        first = ward.note(NOTE, "clinic")
        session = ward.review(first)
        assert session.current is not None
        pain, _, gtn = session.current.items
        treats = Relation("", "Treats", (Argument("Drug", gtn.id), Argument("Problem", pain.id)))
        suggest(ward, first, (treats, 0.9), (Attribute("", "Assertion", pain.id, "negated"), 0.8))
        session.refresh()
        session.accept()
        session.focus(pain.id)
        session.accept_fact()
        session.accept_fact()
        session.note_span("query reflux")
        before = facts(ward.project, first, "ann")
        assert len(before) == 3 and {"accepted Assertion=negated", "accepted Treats"} < set(before)
        change(ward.project, loads(FINDING), RENAMED)
        assert facts(ward.project, first, "ann") == before
        assert items(ward.project, first, "ann")[0] == "accepted Finding: chest pain"

    def test_relations_attributes_and_classes_are_renamed_too(self, ward: Ward) -> None:
        with_schema(ward)
        first = ward.note(NOTE, "clinic")
        session = ward.review(first)
        assert session.current is not None
        pain, _, gtn = session.current.items
        treats = Relation("", "Treats", (Argument("Drug", gtn.id), Argument("Problem", pain.id)))
        negated = Attribute("", "Assertion", pain.id, "negated")
        suggest(ward, first, (treats, 0.9), (negated, 0.8), ("letter", 0.9))
        session.refresh()
        for one in session.facts():
            (session.reject_fact if label_of(one.value) == "Treats" else session.accept_fact)(one.id)
        wanted = loads(
            FULL.replace('"Treats"', '"Given_for"')
            .replace('"Assertion"', '"Status"')
            .replace('"letter"', '"clinic_letter"')
        )
        assert [(one.kind, one.label) for one in orphans(ward.project, wanted)] == [
            ("attributes", "Assertion"),
            ("classes", "letter"),
        ]
        renamed = {
            "relations": {"Treats": "Given_for"},
            "attributes": {"Assertion": "Status"},
            "classes": {"letter": "clinic_letter"},
        }
        before = state(ward.project)
        change(ward.project, wanted, renamed)
        # The reading that suggests them by their new names finds them decided.
        given = Relation("", "Given_for", treats.arguments)
        suggest(ward, first, (given, 0.9), (Attribute("", "Status", pain.id, "negated"), 0.8), ("clinic_letter", 0.7))
        assert {one for one in facts(ward.project, first, "ann") if not one.startswith("pending")} == {
            "accepted Status=negated",
            "accepted clinic_letter",
            "rejected Given_for",
        }
        assert not [one for one in facts(ward.project, first, "ann") if "clinic" in one and "pending" in one]
        undo(ward.project)
        assert state(ward.project)[0] == before[0]
        decided = [one for one in facts(ward.project, first, "ann") if not one.startswith("pending")]
        assert decided == ["accepted Assertion=negated", "accepted letter", "rejected Treats"]

    def test_what_was_rejected_or_moved_is_not_asked_again(self, ward: Ward) -> None:
        with_schema(ward)
        first = ward.note("No <Symptom 0.9>severe chest pain</Symptom> or <Symptom 0.6>ankle swelling</Symptom>.")
        session = ward.review(first)
        session.shrink_left()
        session.focus_next()
        session.reject()
        assert items(ward.project, first, "ann") == ["edited Symptom: chest pain", "rejected Symptom: ankle swelling"]
        change(ward.project, loads(FINDING), RENAMED)
        ward.read_again(
            first, "No <Finding 0.9>severe chest pain</Finding> or <Finding 0.6>ankle swelling</Finding>.", "small-2"
        )
        found = items(ward.project, first, "ann")
        assert "edited Finding: chest pain" in found
        assert not [one for one in found if one.startswith("pending")]
        assert ward.project.tallies()[first]["Finding"].pending == 0

    def test_a_reading_by_the_new_name_finds_what_was_accepted(self, team: Ward) -> None:
        change(team.project, loads(FINDING), RENAMED)
        team.read_again(1, NOTE.replace("Symptom", "Finding"), "small-2")
        assert items(team.project, 1, "ann")[0] == "accepted Finding: chest pain"
        assert team.project.tallies()[1]["Finding"].pending == 0

    def test_bulk_and_import_stay_what_they_were(self, ward: Ward) -> None:
        with_schema(ward)
        first = ward.note(NOTE, "clinic")
        session = ward.review(first)
        session.accept_over(0.85)
        text = ward.project.text(first)
        start = text.index("since")
        imported = {"type": "Symptom", "spans": [[start, start + 5]]}
        ward.project.journal.append(
            "ann", first, "set", {"items": {"a-1": imported}, "facts": {}, "source": "import", "format": "brat"}
        )
        bulk = accepted_in_bulk(ward.project, ward.project.document(first))
        assert len(bulk) == 1
        change(ward.project, loads(FINDING), RENAMED)
        assert accepted_in_bulk(ward.project, ward.project.document(first)) == bulk
        assert {one.type: one.source for one in ward.project.decisions(first).values() if one.item_id == "a-1"} == {
            "Finding": "import"
        }

    def test_it_is_nobodys_work_of_today(self, team: Ward) -> None:
        before = team.project.deeds.of("ann")
        change(team.project, loads(FINDING), RENAMED)
        assert team.project.deeds.of("ann") == before

    def test_two_labels_become_one(self, team: Ward) -> None:
        change(team.project, loads(MERGED), INTO_ONE)
        assert items(team.project, 1, "ann")[:2] == ["accepted Symptom: chest pain", "accepted Symptom: angina"]
        # What waits under the name that went waits for the next reading.
        assert items(team.project, 2, "ann") == ["pending Symptom: Dyspnoea", "pending Disease: CCF"]

    def test_all_or_nothing(self, team: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
        before, length = state(team.project), team.project.journal.length()
        monkeypatch.setattr(type(team.project), "set_schema", lambda *_: (_ for _ in ()).throw(ProjectError("full")))
        with pytest.raises(ProjectError):
            change(team.project, loads(FINDING), RENAMED)
        assert (state(team.project), team.project.journal.length()) == (before, length)
        assert team.project.schema_history.all() == []


class TestUndo:
    def test_it_gives_back_schema_labels_and_suggestions(self, team: Ward) -> None:
        before = state(team.project)
        change(team.project, loads(FINDING), RENAMED)
        assert state(team.project) != before
        done = undo(team.project)
        assert state(team.project) == before
        assert done.schema == before[0] and done.entries == 1 + 1
        assert team.project.verify() == []
        assert team.project.schema_history.all()[0].undone is not None

    def test_what_was_decided_since_has_the_earlier_label_too(self, team: Ward) -> None:
        change(team.project, loads(FINDING), RENAMED)
        session = team.review(2)
        session.accept()
        assert items(team.project, 2, "ann")[0] == "accepted Finding: Dyspnoea"
        done = undo(team.project)
        assert items(team.project, 2, "ann")[0] == "accepted Symptom: Dyspnoea"
        assert done.renamed == {"entities": {"Finding": "Symptom"}} and not done.kept

    def test_after_another_reading_its_suggestions_have_the_earlier_label(self, team: Ward) -> None:
        change(team.project, loads(FINDING), RENAMED)
        team.read_again(2, "<Finding 0.8>Dyspnoea on exertion</Finding>, CCF.", "small-2")
        undo(team.project)
        assert items(team.project, 2, "ann") == ["pending Symptom: Dyspnoea on exertion"]

    def test_what_was_decided_under_a_label_that_came_with_it_is_kept(self, team: Ward) -> None:
        change(team.project, loads(FINDING), RENAMED)
        session = team.review(2)
        session.relabel("Device")
        done = undo(team.project)
        assert [(one.kind, one.label, one.decisions) for one in done.kept] == [("entities", "Device", {"ann": 1})]
        assert items(team.project, 2, "ann")[0] == "edited Device: Dyspnoea"

    def test_one_change_after_the_other(self, team: Ward) -> None:
        first = state(team.project)
        change(team.project, loads(FINDING), RENAMED)
        second = state(team.project)
        again = loads(FINDING.replace('"Finding"', '"Sign"'))
        change(team.project, again, {"entities": {"Finding": "Sign"}})
        assert items(team.project, 1, "ann")[0] == "accepted Sign: chest pain"
        undo(team.project)
        assert state(team.project) == second
        undo(team.project)
        assert state(team.project) == first
        with pytest.raises(ProjectError, match="never changed"):
            undo(team.project)

    def test_the_reviews_undo_stops_there_and_goes_on_after(self, team: Ward) -> None:
        change(team.project, loads(FINDING), RENAMED)
        session = team.review(2)
        session.accept()
        assert session.undo() is not None
        with pytest.raises(ProjectError, match="renamed after that"):
            session.undo()
        project = team.reopen()
        undo(project)
        session = team.review(1)
        assert session.redo() is None
        assert session.undo() is not None
        assert items(project, 1, "ann")[1] == "pending Disease: angina"

    def test_a_note_that_changed_since(self, team: Ward) -> None:
        change(team.project, loads(FINDING), RENAMED)
        text = team.project.text(1)
        version = team.project.new_version("clinic", decoded(text + " Home today.", "clinic"))
        undo(team.project)
        assert items(team.project, version.row.id, "ann")[0] == "accepted Symptom: chest pain"
        assert items(team.project, 1, "ann")[0] == "accepted Symptom: chest pain"
        assert team.project.verify() == []


def acts(*names: str) -> st.SearchStrategy[list[tuple[str, int, int, str]]]:
    """Who does what, on which note and which item of it."""
    common = ("accept", "reject", "delete", "shrink_left", "Disease", "mark_done", "over", "undo")
    one = st.tuples(
        st.sampled_from(["ann", "ben"]), st.integers(0, 1), st.integers(0, 5), st.sampled_from([*names, *common])
    )
    return st.lists(one, max_size=12)


laws = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def work(ward: Ward, done: list[tuple[str, int, int, str]]) -> None:
    ids = [row.id for row in ward.project.documents()]
    for actor, note, place, act in done:
        session = ward.review(ids[note], actor)
        assert session.current is not None
        session.focus(session.current.items[place % len(session.current.items)].id)
        if act[0].isupper():
            session.relabel(act)
        elif act == "over":
            session.accept_over(0.5)
        else:
            # The review's own undo stops at a change of the schema.
            with suppress(ProjectError):
                getattr(session, act)()


@laws
@given(done=acts("Symptom"), merge=st.booleans())
def test_change_and_undo_give_the_same_state(done: list[tuple[str, int, int, str]], merge: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        with_schema(ward)
        ward.note(NOTE, "clinic")
        ward.note(LATER, "ward")
        work(ward, done)
        before = state(ward.project)
        kept = ward.project.annotator_figures()
        if merge:
            change(ward.project, loads(MERGED), INTO_ONE)
        else:
            change(ward.project, loads(FINDING), RENAMED)
        assert ward.project.verify() == []
        # Nobody's work is lost or added to: what is kept is kept.
        assert [(one.name, one.kept, one.done) for one in ward.project.annotator_figures()] == [
            (one.name, one.kept, one.done) for one in kept
        ]
        undo(ward.project)
        assert state(ward.project) == before
        assert ward.project.verify() == []
        ward.project.close()


@laws
@given(done=acts("Symptom"), since=acts("Finding"))
def test_undo_loses_nothing_that_was_decided_since(
    done: list[tuple[str, int, int, str]], since: list[tuple[str, int, int, str]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        with_schema(ward)
        ward.note(NOTE, "clinic")
        ward.note(LATER, "ward")
        work(ward, done)
        change(ward.project, loads(FINDING), RENAMED)
        work(ward, since)
        kept = {
            (one, row.id): {(d.type.replace("Finding", "Symptom"), d.spans) for d in said.values() if d.kept}
            for one in ("ann", "ben")
            for row in ward.project.documents()
            if (said := ward.project.seen_by(one).decisions(row.id))
        }
        undo(ward.project)
        for (one, document_id), before in kept.items():
            now = {d.extent for d in ward.project.seen_by(one).decisions(document_id).values() if d.kept}
            assert now == before
        assert not [
            label
            for of in ward.project.tallies().values()
            for label, t in of.items()
            if label == "Finding" and t.pending
        ]
        assert ward.project.verify() == []
        ward.project.close()


def test_nothing_to_rename_writes_nothing(team: Ward) -> None:
    length = team.project.journal.length()
    assert rename(team.project, {"entities": {"Person": "Device"}}) == {}
    assert team.project.journal.length() == length
