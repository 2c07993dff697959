"""What a person said on the review screen, in files: brat's rules, the way back, and other formats."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from brat_oracle import as_brat_sees
from facts_setup import focus, item_of, told, with_schema
from import_setup import Annotations, export, import_
from project_setup import Ward

from assistant.project.exporting.documents import documents_for_export
from assistant.project.records import Reference
from assistant.review.session import ReviewSession
from bioassist.documents import Document, Normalization, Note
from converters.annotations import row
from converters.brat import survey
from converters.formats import WriteOptions, by_name

NOTE = (
    "No <Symptom 0.9>chest pain</Symptom>. Takes <Medication 0.8>aspirin</Medication> for "
    "<Disease 0.7>angina\npectoris</Disease>."
)


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    made = Ward(tmp_path)
    with_schema(made)
    yield made
    made.project.close()


@pytest.fixture
def session(ward: Ward) -> ReviewSession:
    """A note on which everything was said that there is."""
    session = ward.review(ward.note(NOTE))
    for words in ("chest pain", "aspirin", "angina\npectoris"):
        focus(session, words)
        session.accept()
    focus(session, "aspirin")
    session.relate(item_of(session, "angina\npectoris"), "Treats")
    session.normalize(Reference("RXNORM", "1191", "aspirin"))
    focus(session, "angina\npectoris")
    session.relate(item_of(session, "chest pain"), "Same_as")
    session.normalize(Reference("HP", "HP:0001681", ""))
    session.note_span("tab\there, and a backslash \\ too")
    focus(session, "chest pain")
    session.set_attribute("Assertion", "negated")
    session.toggle_attribute("Severe")
    session.note_document("page 2 is missing")
    session.toggle_class("letter")
    return session


def exported(ward: Ward) -> Document:
    (document,), _ = documents_for_export(ward.project)
    return document


def test_brat_reads_it_as_it_was_said_and_has_nothing_to_say_against_it(
    ward: Ward, session: ReviewSession, tmp_path: Path
) -> None:
    export(ward.project, tmp_path / "brat")
    document = exported(ward)
    assert [len(getattr(document, kind)) for kind in ("relations", "attributes", "normalizations", "notes")] == [2] * 4
    seen = as_brat_sees(tmp_path / "brat" / "note")
    assert not seen.failed and not seen.messages
    said = [one for one in seen.annotations if not hasattr(one, "spans")]
    assert said == [one for one in row(document) if not hasattr(one, "spans")]
    assert Normalization("N1", "T2", "RXNORM", "1191", "aspirin") in said
    assert Normalization("N2", "T3", "HP", "HP:0001681") in said
    assert Note("#2", "DocumentNotes", "T1", "page 2 is missing") in said
    assert [one for one in survey(tmp_path / "brat").findings if one.kind == "loss"] == []


def test_what_comes_back_unchanged_says_nothing_new(ward: Ward, session: ReviewSession, tmp_path: Path) -> None:
    export(ward.project, tmp_path / "brat")
    entries = len(ward.project.journal.entries())
    account = import_(ward.project, tmp_path / "brat")
    assert not account.facts and not account.decisions
    assert len(ward.project.journal.entries()) == entries


def test_corrections_in_brat_are_corrections_of_what_was_said(
    ward: Ward, session: ReviewSession, tmp_path: Path
) -> None:
    export(ward.project, tmp_path / "brat")
    Annotations(tmp_path / "brat").replace("page 2 is missing", "page 2 is there").replace(
        "negated", "possible"
    ).delete("R1", "N2")
    account = import_(ward.project, tmp_path / "brat")
    assert account.facts == {
        ("notes", "changed"): 1,
        ("attributes", "changed"): 1,
        ("relations", "removed"): 1,
        ("normalizations", "removed"): 1,
    }
    again = ward.review(1)
    assert again.document_note() == "page 2 is there"
    assert again.current is not None and len(again.current.of_document) == 2, "a class, and still one note"
    focus(again, "chest pain")
    assert again.set_attribute("Assertion", "negated") is not None
    again.note_document("page 2 came by post")
    assert [one.text for one in exported(ward).notes if one.type == "DocumentNotes"] == ["page 2 came by post"]
    assert not any("Treats" in one for one in told(again))


@pytest.mark.parametrize("name", ["jsonl", "bioc-xml", "bioc-json", "spacy"])
def test_other_formats_give_it_back(ward: Ward, session: ReviewSession, tmp_path: Path, name: str) -> None:
    document = exported(ward)
    form = by_name(name)
    place = tmp_path / f"out.{'spacy' if name == 'spacy' else 'xml' if name == 'bioc-xml' else 'json'}"
    form.write([document], place, ward.project.schema, WriteOptions())
    (back,) = form.read(place, ward.project.schema)
    assert sorted(row(back), key=str) == sorted(row(document), key=str)
    assert back.classes == document.classes == ("letter",)
