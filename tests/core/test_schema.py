from __future__ import annotations

from dataclasses import replace

import pytest

from bioassist.errors import SchemaError
from bioassist.schema import Guard, built_in, load, loads


def test_the_built_in_schema_survives_being_written() -> None:
    schema = built_in()
    assert loads(schema.dumps()) == schema
    assert load("clinical") == schema


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not valid TOML"),
        ("name = 'x'", "nothing to mark or to ask"),
        ("[[entities]]\ndescription = 'x'", "needs a name"),
        ("[[entities]]\nname = 'a b'", "not a label"),
        ("[[entities]]\nname = 'A'\n[[entities]]\nname = 'A'", "there twice"),
        ("[[entities]]\nname = 'A'\ncolor = '#ffffff'", "'color' is not known"),
        ("[[entities]]\nname = 'A'\ncolour = 'red'", "not a colour"),
        ("[[entities]]\nname = 'A'\nkey = 'xy'", "one character"),
        ("[[entities]]\nname = 'A'\n[[relations]]\nname = 'R'\nhead = ['A']\ntail = ['B']", "not an entity type"),
        ("[[entities]]\nname = 'A'\n[[relations]]\nname = 'R'\nhead = ['A']", "needs head and tail"),
        ("[[entities]]\nname = 'A'\n[[entities]]\nname = 'B'\nmodel_label = 'A'", "there twice"),
        ("[[entities]]\nname = 'A'\ndescription = \"two\\nlines\"", "one line"),
        ("entities = 3", "must be tables"),
        ("[[classes]]\nname = 'A'\nsuggest = 'no'", "must be true or false"),
        (
            "[[entities]]\nname = 'A'\n[[relations]]\nname = 'R'\nhead = ['A']\ntail = ['A']\nreach = 'note'",
            "'sentence' or 'window'",
        ),
        ("[[classes]]\nname = 'A'\n[suggest]\nclasses = 'some'", "'one' or 'many'"),
        ("[[classes]]\nname = 'A'\n[suggest]\nrelations = true", "'relations' is not known"),
        ("[[classes]]\nname = 'A'\n[guard]\nblind = 1.5", "a share of the documents, from 0 to 1"),
        ("[[classes]]\nname = 'A'\n[guard]\nblind = nan", "a share of the documents, from 0 to 1"),
        ("[[classes]]\nname = 'A'\n[guard]\nblind = true", "a share of the documents, from 0 to 1"),
        ("[[classes]]\nname = 'A'\n[guard]\nplanted = -0.1", "planted must be a share of the documents"),
        ("[[classes]]\nname = 'A'\n[guard]\nblinded = 0.1", "'blinded' is not known"),
        ("[[guard]]\nblind = 0.1\n[[classes]]\nname = 'A'", "one table: \\[guard\\]"),
        ("suggest = true\n[[classes]]\nname = 'A'", "one table"),
        ("[[classes]]\nname = 'A'\n[[statements]]\nname = 'S'", "needs its sentence"),
        (
            "[[classes]]\nname = 'A'\n[[statements]]\nname = 'S'\nstatement = 'x'\nagainst = 'note'",
            "'sentence' or 'window'",
        ),
        ("[[classes]]\nname = 'A'\n[[questions]]\nname = 'Q'\nquestion = ' '", "needs its words"),
        ("[[entities]]\nname = 'A'\n[[questions]]\nname = 'A'\nquestion = 'x'", "an entity type too"),
        ("[[entities]]\nname = 'A'\nof = 'note'", "'mention' or 'section'"),
        ("[[entities]]\nname = 'A'\nmodel_label = 'a b'", "'a b' is not a label"),
        (
            "[[entities]]\nname = 'A'\nof = 'section'\n[[entities]]\nname = 'B'\nof = 'section'\nmodel_label = 'A'",
            "model labels of sections: 'A' is there twice",
        ),
        ("[[classes]]\nname = 'A'\n[suggest]\nsections = 'some'", "'one' or 'many'"),
        ("[[terminologies]]\nname = 'A'\nfile = 'a.csv'", "nothing to mark or to ask"),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, said: str) -> None:
    with pytest.raises(SchemaError, match=said) as error:
        loads(text, "mine.toml")
    assert "mine.toml" in str(error.value)


def test_the_guard_is_kept_and_changes_nothing_that_is_suggested() -> None:
    plain = "[[entities]]\nname = 'A'\n"
    guarded = loads(f"{plain}[guard]\nblind = 0.1\nplanted = 0.25")
    assert guarded.guard == Guard(blind=0.1, planted=0.25)
    assert loads(guarded.dumps()) == guarded
    assert loads(plain).guard == Guard() and "guard" not in loads(plain).dumps()
    assert guarded.fingerprint == loads(plain).fingerprint


ASKING = """
name = "ward"

[suggest]
classes = "many"

[[entities]]
name = "Disease"

[[relations]]
name = "Causes"
head = ["Disease"]
tail = ["Disease"]
symmetric = true
suggest = false

[[attributes]]
name = "Negated"
on = ["Disease"]
suggest = true

[[classes]]
name = "letter"
suggest = true

[[statements]]
name = "diabetic"
statement = "The patient's \\"sugar\\" is diabetes."
against = "window"

[[questions]]
name = "smoking"
question = "Does the patient smoke?"
suggest = false
"""


def test_what_the_model_is_asked_survives_being_written() -> None:
    schema = loads(ASKING)
    assert loads(schema.dumps()) == schema
    assert schema.class_task == "many"
    assert [one.suggest for one in (*schema.relations, *schema.attributes, *schema.classes)] == [False, True, True]
    assert (schema.statements[0].against, schema.statements[0].suggest) == ("window", None)
    assert schema.questions[0].question == "Does the patient smoke?"


def test_the_fingerprint_tells_what_is_asked_from_what_is_not_said() -> None:
    said = ["suggest = true", "suggest = false", ""]
    schemas = [loads(f"[[classes]]\nname = 'A'\n{one}") for one in said]
    assert len({schema.fingerprint for schema in schemas}) == 3
    clinical = built_in()
    before = replace(clinical, relations=tuple(replace(one, reach="") for one in clinical.relations))
    assert before.fingerprint == "54de38269f9e", "projects of earlier versions are not read again for nothing"


SECTIONS = """
[suggest]
sections = "many"

[[entities]]
name = "Disease"

[[entities]]
name = "Allergies"
of = "section"
model_label = "allergies and reactions"

[[entities]]
name = "Plan"
of = "section"
suggest = false

[[entities]]
name = "Handwritten"
suggest = false
"""


def test_types_may_be_of_sections_or_left_to_people() -> None:
    schema = loads(SECTIONS)
    assert loads(schema.dumps()) == schema
    assert (schema.section_task, schema.class_task) == ("many", "")
    assert schema.sections == {"Allergies", "Plan"}
    assert [one.name for one in schema.asked_mentions] == ["Disease"]
    allergies = schema.entity("Allergies")
    assert allergies is not None and allergies.served_by == "allergies and reactions"
    for said, instead in (
        ("suggest = false", ""),
        ('"section"\nsuggest', '"mention"\nsuggest'),
        ('= "many"', '= "one"'),
    ):
        assert loads(SECTIONS.replace(said, instead)).fingerprint != schema.fingerprint
    assert loads("[[questions]]\nname = 'smoking'\nquestion = 'Does she smoke?'").entities == ()


def test_an_unknown_built_in_lists_those_there_are() -> None:
    with pytest.raises(SchemaError, match="clinical"):
        load("klinical")


def test_fingerprint_changes_with_labels_but_not_with_colours() -> None:
    plain = loads("[[entities]]\nname = 'A'")
    assert plain.fingerprint == loads("[[entities]]\nname = 'A'\ncolour = '#112233'\nkey = 'k'").fingerprint
    assert plain.fingerprint != loads("[[entities]]\nname = 'B'").fingerprint
