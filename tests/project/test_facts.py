"""Relations, attributes and the rest in the journal: undone, carried over, exported without what hangs loose."""

from __future__ import annotations

from typing import Any

import pytest
from import_setup import now, told
from project_setup import Ward, decoded

from assistant.project.exporting.documents import documents_for_export
from assistant.project.facts import Value, facts_to_json, kind_of, latest_facts, value_from_json, value_to_json
from assistant.project.state import Item
from bioassist.documents import Argument, Attribute, Entity, Equivalence, Event, Normalization, Note, Relation
from bioassist.errors import ProjectError

NOTE = "HPI: <Symptom 0.9>chest pain</Symptom>.\nPMH: <Disease 0.8>asthma</Disease>, <Disease 0.7>gout</Disease>.\n"


def set_(ward: Ward, facts: dict[str, Value | None], kind: str = "relations") -> None:
    said = {one: (kind if value is None else kind_of(value), value) for one, value in facts.items()}
    payload: dict[str, Any] = {"items": {}, "facts": facts_to_json(said)}
    ward.project.journal.append("ann", 1, "set", payload)


@pytest.fixture
def items(ward: Ward) -> list[Item]:
    session = ward.review(ward.note(NOTE))
    session.accept_over(0)
    assert session.current is not None
    return list(session.current.items)


def facts_on(items: list[Item]) -> dict[str, Value]:
    pain, asthma, gout = (item.id for item in items)
    return {
        "f-1": Relation("f-1", "Causes", (Argument("Arg1", asthma), Argument("Arg2", pain))),
        "f-2": Event("f-2", "Symptom", pain, (Argument("Theme", gout), Argument("Site", asthma))),
        "f-3": Attribute("f-3", "Certainty", "f-2", "low"),
        "f-4": Normalization("f-4", asthma, "UMLS", "C:0004096", "Asthma"),
        "f-5": Note("f-5", "AnnotatorNotes", "f-1", "sure?"),
        "f-6": Equivalence((asthma, gout)),
        "f-7": "letter",
    }


WHOLE = [
    "T1 accepted Symptom: chest pain",
    "T2 accepted Disease: asthma",
    "T3 accepted Disease: gout",
    "R1 Causes Arg1:T2 Arg2:T1",
    "E1 Symptom:T1 Theme:T3 Site:T2",
    "A1 Certainty E1 low",
    "N1 Reference T2 UMLS:C:0004096 Asthma",
    "#1 AnnotatorNotes R1 sure?",
    "Equiv T2 T3",
]


def test_every_kind_is_kept_and_exported(ward: Ward, items: list[Item]) -> None:
    set_(ward, dict(facts_on(items)))
    ward.reopen()
    assert {one: fact.value for one, fact in ward.project.facts(1).items()} == facts_on(items)
    assert told(now(ward.project)) == WHOLE and now(ward.project).classes == ("letter",)
    assert now(ward.project).provenance["R1"].status == "added"
    assert ward.project.verify() == []
    assert latest_facts(ward.project.journal.entries(1)) == ward.project.facts(1)


def test_json_of_each_kind_comes_back(items: list[Item]) -> None:
    for item_id, value in facts_on(items).items():
        assert value_from_json(item_id, kind_of(value), value_to_json(value)) == value
    with pytest.raises(ValueError, match="not a fact"):
        value_from_json("T1", "entities", value_to_json(Entity("T1", "X", items[0].spans)))


def test_undo_and_redo_by_actor(ward: Ward, items: list[Item]) -> None:
    facts = facts_on(items)
    set_(ward, {"f-1": facts["f-1"]})
    set_(ward, {"f-1": Relation("f-1", "Worsens", facts["f-1"].arguments)})  # type: ignore[union-attr]
    set_(ward, {"f-1": None})
    journal = ward.project.journal

    def types() -> list[str]:
        return [relation.type for relation in now(ward.project).relations]

    assert types() == []
    assert journal.undo("bob") is None
    journal.undo("ann")
    assert types() == ["Worsens"]
    journal.undo("ann")
    assert types() == ["Causes"]
    journal.redo("ann")
    assert types() == ["Worsens"]
    journal.undo("ann")
    journal.undo("ann")
    assert types() == [] and ward.project.verify() == []


def test_what_hangs_loose_is_left_out_counted_and_comes_back(ward: Ward, items: list[Item]) -> None:
    set_(ward, dict(facts_on(items)))
    assert told(now(ward.project)) == WHOLE
    session = ward.review(1)
    session.focus(items[1].id)
    session.delete()
    (document,), withheld = documents_for_export(ward.project)
    assert told(document) == [WHOLE[0], WHOLE[2], "E1 Symptom:T1 Theme:T3", "A1 Certainty E1 low"]
    assert withheld.dangling == 5, "relation, its note, normalization, equivalence; and the event lost an argument"
    session.undo()
    assert told(now(ward.project)) == WHOLE


def test_ids_are_not_given_again(ward: Ward, items: list[Item]) -> None:
    facts = facts_on(items)
    set_(ward, {"f-1": facts["f-1"]})
    now(ward.project)
    set_(ward, {"f-1": None})
    set_(ward, {"f-8": facts["f-1"]})
    assert [relation.id for relation in now(ward.project).relations] == ["R2"]


def test_facts_go_with_their_entities_to_a_new_version(ward: Ward, items: list[Item]) -> None:
    set_(ward, dict(facts_on(items)))
    assert told(now(ward.project)) == WHOLE
    taken = ward.project.new_version("note", decoded("Seen.\nHPI: chest pain.\nPMH: asthma, eczema.\n"))
    assert (taken.carried, taken.left) == (6, 4), "the event, what is said of it and the equivalence are of gout"
    assert told(now(ward.project)) == [*WHOLE[:2], WHOLE[3], WHOLE[6], WHOLE[7]]
    assert now(ward.project).classes == ("letter",)
    assert {entry.action for entry in ward.project.journal.entries(taken.row.id)} == {"carry"}
    assert {fact.actor for fact in ward.project.facts(taken.row.id).values()} == {"ann"}
    assert ward.project.verify() == []


def test_a_fact_that_was_removed_meanwhile_does_not_come_back_with_an_older_text(ward: Ward, items: list[Item]) -> None:
    text = ward.project.text(1)
    set_(ward, dict(facts_on(items)))
    row = ward.project.new_version("note", decoded(f"Seen.\n{text}")).row
    removed = facts_to_json({"f-1": ("relations", None)})
    ward.project.journal.append("ann", row.id, "set", {"items": {}, "facts": removed})
    ward.project.new_version("note", decoded(text))
    assert now(ward.project).relations == () and len(now(ward.project).events) == 1
    assert ward.project.verify() == []


def test_a_fact_that_was_altered_is_noticed(ward: Ward, items: list[Item]) -> None:
    set_(ward, dict(facts_on(items)))
    ward.project._database.execute("UPDATE facts SET value = '{}' WHERE item_id = 'f-6'")
    ward.project._database.execute("UPDATE facts SET latest = 0 WHERE item_id = 'f-1'")
    with pytest.raises((ValueError, ProjectError)):
        ward.project.facts(1)
    ward.project._database.execute('UPDATE facts SET value = \'{"members":["a","b"]}\' WHERE item_id = \'f-6\'')
    assert ward.project.verify() == ["what is shown of note is not what its journal says"]


def test_a_suggestion_that_hides_behind_an_item_lends_it_what_is_said_of_it(ward: Ward) -> None:
    session = ward.review(ward.note("<Symptom><Symptom>chest</Symptom> pain</Symptom>"))
    assert session.current is not None
    long, short = session.current.items
    set_(ward, {"f-1": Attribute("f-1", "Negated", short.id)})
    session.focus(long.id)
    session.shrink_right()
    assert told(now(ward.project)) == ["T1 edited Symptom: chest", "A1 Negated T1"]
