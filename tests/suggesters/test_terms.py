"""A terminology list in a note: which words are its terms, and what is wrong with a file."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.project.records import Reference
from assistant.suggesters.longest import longest
from assistant.suggesters.protocol import Suggester
from assistant.suggesters.specification import parse, read
from bioassist.documents import Span
from bioassist.errors import InputError, UsageError
from bioassist.schema import loads

SCHEMA = loads("\n".join(f"[[entities]]\nname = '{name}'" for name in ("Medication", "Disease", "Symptom")))
DRUGS = """\
term,type,id,synonyms,case,confidence
aspirin,Medication,RXNORM:1191,acetylsalicylic acid|ASA,,
beta-blocker,Medication,ATC:C07,,,0.7
multiple sclerosis,Disease,MESH:D009103|DOID:2377,MS,,
heart attack,Disease,,,,
heart attack clinic,Symptom,,,,
headache,Symptom,HP:0002315,cephalgia,,
IRON,Medication,,,any,
lead,Medication,,,exact,
biopsy,Disease,,,,
Crohn's disease,Disease,,,,
COVID-19,Disease,,,,
Sjögren´s syndrome,Disease,,,,
"""
OBO = """\
format-version: 1.2
ontology: hp
default-namespace: human_phenotype

[Term]
id: HP:0000822
name: Hypertension
synonym: "High blood pressure" EXACT layperson []
synonym: "Vascular strain" RELATED []

[Term]
id: HP:0000001
name: Dropsy
is_obsolete: true

[Typedef]
id: part_of
name: part of
"""


def opened(path: Path, types: str = "") -> Suggester:
    specification = parse(f"terms:{path}{types}")
    return read(specification).for_schema(SCHEMA, specification.renamed)


def saved(folder: Path, content: str, name: str = "drugs.csv") -> Path:
    path = folder / name
    path.write_text(content, "utf-8")
    return path


def found(suggester: Suggester, text: str) -> list[str]:
    """What is found, by place, such as "Medication: aspirin"."""
    mentions = sorted(chain(*suggester.suggest(text, pytest.fail)), key=lambda one: (one.span, one.type))
    return [f"{one.type}: {one.span.of(text)}" for one in mentions]


@pytest.fixture
def drugs(tmp_path: Path) -> Suggester:
    return opened(saved(tmp_path, DRUGS))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Pt on Aspirin 81 mg.", ["Medication: Aspirin"]),
        ("ASPIRIN stopped; ASA too", ["Medication: ASPIRIN", "Medication: ASA"]),
        ("asa is no abbreviation here, nor is ms", []),
        ("AspirinX and aspirins'", ["Medication: aspirins"]),
        ("aspirin-induced", ["Medication: aspirin"]),
        ("on beta blockers", ["Medication: beta blockers"]),
        ("on beta-blocker", ["Medication: beta-blocker"]),
        ("on beta - blocker", []),
        ("acetylsalicylic\nacid", ["Medication: acetylsalicylic\nacid"]),
        ("acetylsalicylic\n\nacid", []),
        ("acetylsalicylic\r\n \r\nacid", []),
        ("Heart attacks x2, headaches", ["Disease: Heart attacks", "Symptom: headaches"]),
        ("heart attack clinic", ["Symptom: heart attack clinic"]),
        ("iron deficiency, leads, lead, Lead", ["Medication: iron", "Medication: leads", "Medication: lead"]),
        ("two biopsies", ["Disease: biopsies"]),
        ("RRMS, MS", ["Disease: MS"]),
        ("head ache", []),
        ("Crohn’s disease, known", ["Disease: Crohn’s disease"]),
        ("crohnʼs disease; Crohn´s disease", ["Disease: crohnʼs disease", "Disease: Crohn´s disease"]),
        ("Crohn‘s disease or Crohn`s disease", ["Disease: Crohn‘s disease", "Disease: Crohn`s disease"]),
        ("CROHNˊS DISEASE but no Crohns disease", ["Disease: CROHNˊS DISEASE"]),
        ("Sjögren's syndrome, Sjögren’s syndrome", ["Disease: Sjögren's syndrome", "Disease: Sjögren’s syndrome"]),
        ("‘aspirin’ he said", ["Medication: aspirin"]),
        ("COVID‑19, COVID−19, COVID 19", ["Disease: COVID‑19", "Disease: COVID−19", "Disease: COVID 19"]),
        ("beta‐blocker and beta–blocker", ["Medication: beta‐blocker", "Medication: beta–blocker"]),
        ("beta—blocker", []),
        ("signs ¨ of … ﷺ", []),
        ("", []),
        ("😀 aspirin 😀", ["Medication: aspirin"]),
    ],
)
def test_which_words_are_a_term(drugs: Suggester, text: str, expected: list[str]) -> None:
    assert found(drugs, text) == expected


def test_a_term_brings_its_entries_along(drugs: Suggester) -> None:
    ((sclerosis,),) = drugs.suggest("Known MS", pytest.fail)
    assert sclerosis.references == (
        Reference("MESH", "D009103", "multiple sclerosis"),
        Reference("DOID", "2377", "multiple sclerosis"),
    )
    ((blocker,),) = drugs.suggest("beta blocker", pytest.fail)
    assert (sclerosis.confidence, blocker.confidence) == (0.9, 0.7)


def test_a_name_of_several_entries_is_one_mention_a_type(tmp_path: Path) -> None:
    listed = "term,type,id\ncold,Disease,1\ncold,Disease,ICD:J00\ncold,Symptom,3\n"
    suggester = opened(saved(tmp_path, listed, "colds.csv"))
    mentions = {one.type: one.references for one in chain(*suggester.suggest("a cold", pytest.fail))}
    assert mentions == {
        "Disease": (Reference("colds", "1", "cold"), Reference("ICD", "J00", "cold")),
        "Symptom": (Reference("colds", "3", "cold"),),
    }


def test_a_long_note_has_terms_to_its_end(drugs: Suggester) -> None:
    text = "The patient was seen. " * 3000 + "Given aspirin."
    assert found(drugs, text) == ["Medication: aspirin"]


def test_an_ontology(tmp_path: Path) -> None:
    path = saved(tmp_path, OBO, "hp.obo")
    for types in ("=Disease", "=human_phenotype:Disease"):
        suggester = opened(path, types)
        assert found(suggester, "Hypertension, high blood pressure, vascular strain, dropsy") == [
            "Disease: Hypertension",
            "Disease: high blood pressure",
        ]
    ((one,),) = suggester.suggest("hypertension", pytest.fail)
    assert one.references == (Reference("HP", "0000822", "Hypertension"),)


def test_labels_can_be_other_names_of_types(tmp_path: Path) -> None:
    path = saved(tmp_path, "term,type\naspirin,DRUG\ncough,finding\n")
    assert found(opened(path, "=DRUG:Medication,finding:Symptom"), "aspirin, cough") == [
        "Medication: aspirin",
        "Symptom: cough",
    ]
    assert found(opened(saved(tmp_path, "Term\naspirin\n"), "=Medication"), "aspirin") == ["Medication: aspirin"]


def test_the_rest_can_be_of_one_type_and_what_that_is_is_told(tmp_path: Path) -> None:
    path = saved(tmp_path, "term,type\naspirin,Medication\ncough,\ngout,Diseaze\n")
    suggester = opened(path, "=Disease")
    assert found(suggester, "aspirin, cough, gout") == ["Medication: aspirin", "Disease: cough", "Disease: gout"]
    assert suggester.remarks == ("these labels are no types of the schema, and count as Disease: Diseaze.",)
    with pytest.raises(InputError, match=r"drugs\.csv:4: 'Diseaze' is not a type"):
        opened(saved(tmp_path, "term,type\naspirin,Medication\ncough,Symptom\ngout,Diseaze\n"))


def test_renaming_that_does_nothing_is_told(tmp_path: Path) -> None:
    path = saved(tmp_path, "term,type\naspirin,Medication\ncough,Symptom\n")
    assert opened(path).remarks == () == opened(path, "=Medication:Disease").remarks
    assert opened(path, "=DRGU:Medication").remarks == (
        "it has no label 'DRGU', which was to be Medication; its labels: Medication, Symptom.",
    )
    assert opened(path, "=Disease").remarks == ("nothing in it counts as Disease: all of it has a type of its own.",)


def test_characters_that_become_several_are_still_one_word(tmp_path: Path) -> None:
    """NFKC makes a space and a combining mark of a lone diaeresis."""
    suggester = opened(saved(tmp_path, "term,type\na¨ b,Disease\nsign …,Symptom\n"))
    assert found(suggester, "a¨ b, then a sign … here") == ["Disease: a¨ b", "Symptom: sign …"]


def test_the_fingerprint_follows_content_and_types(tmp_path: Path) -> None:
    path = saved(tmp_path, "term,type\naspirin,Medication\n")
    first = opened(path).fingerprint
    assert opened(path).fingerprint == first
    assert opened(path, "=Medication:Disease").fingerprint != first
    assert opened(saved(tmp_path, "term,type\naspirin,Medication\ncough,Symptom\n")).fingerprint != first


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"drugs\.csv:1: its first row names no column 'term'"),
        ("term,type\n", r"drugs\.csv: it has no terms"),
        ("term,term\na,b\n", r"drugs\.csv:1: several columns are called 'term'"),
        ("term,type\naspirin,Medication,x\n", r"drugs\.csv:2: this row has 3 cells, the first 2"),
        ("term,type\n\naspirin,Medication\n,Disease\n", r"drugs\.csv:4: this row has no term"),
        ('term,type\n"a\nb",Medication\ncough,Zymptom\n', r"drugs\.csv:4: 'Zymptom' is not a type .* Medication, Dis"),
        ("term\naspirin\n", r"drugs\.csv:2: it does not say of which type.*terms:drugs\.csv=TYPE"),
        ("term,type,case\na,Disease,upper\n", r"drugs\.csv:2: case is 'exact', 'any' or nothing, not 'upper'"),
        ("term,type,confidence\na,Disease,2\n", r"drugs\.csv:2: confidence is a number from 0 to 1, not '2'"),
        ("term,type,confidence\na,Disease,nan\n", r"drugs\.csv:2: confidence is a number"),
        ("term,type,id\na,Disease,X 1\n", r"drugs\.csv:2: an id holds no white space"),
        ('term,type\n"a"b,Disease\n', r"drugs\.csv:2: not CSV"),
    ],
)
def test_what_is_wrong_with_a_table_is_told_with_its_line(tmp_path: Path, content: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        opened(saved(tmp_path, content))


def test_what_is_wrong_with_an_ontology(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"hp\.obo:8: not OBO: expected QuotedString"):
        opened(saved(tmp_path, OBO.replace('synonym: "High', "synonym: High"), "hp.obo"), "=Disease")
    with pytest.raises(InputError, match=r"hp\.obo: 'human_phenotype' is not a type"):
        opened(saved(tmp_path, OBO, "hp.obo"))
    bad = tmp_path / "bad.obo"
    bad.write_bytes(b"format-version: 1.2\n\n[Term]\nid: X:1\nname: caf\xe9\n")
    with pytest.raises(InputError, match=r"bad\.obo: cannot be read: .*UTF-8"):
        opened(bad, "=Disease")


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv: cannot be read: No such file"):
        opened(tmp_path / "none.csv")
    latin = tmp_path / "latin.csv"
    latin.write_bytes("term,type\ncaf\xe9,Disease\n".encode("latin-1"))
    with pytest.raises(InputError, match="not UTF-8"):
        opened(latin)


@pytest.mark.parametrize(
    "wrong", ["drugs.csv", "list:drugs.csv", "terms:", "terms:drugs.csv=", "terms:x=A:B,A:C", "terms:=A"]
)
def test_what_names_no_suggester(wrong: str) -> None:
    with pytest.raises(UsageError):
        parse(wrong)


def test_a_type_that_the_schema_does_not_have(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="'Drug' is not a type of the schema"):
        opened(saved(tmp_path, DRUGS), "=Drug")


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 9)), max_size=12))
def test_of_what_overlaps_the_longest_is_kept(pairs: list[tuple[int, int]]) -> None:
    spans = {Span(start, start + length) for start, length in pairs}
    kept = longest(spans)
    assert kept == sorted(kept) and not any(a.overlaps(b) for a in kept for b in kept if a != b)
    for span in spans - set(kept):
        assert any(span.overlaps(other) and len(other) >= len(span) for other in kept)
