"""Teams that begin with annotated files: a new project out of them, the same annotations out of that."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from import_setup import export, import_, told

from assistant.project.exporting.documents import documents_for_export
from assistant.project.importing.arriving import take_beside
from assistant.project.importing.corpus import fill
from assistant.project.importing.returning import Returning
from assistant.project.notes.intake import gather, take_in
from assistant.project.store import Project
from bioassist.documents import Document
from bioassist.errors import InputError
from bioassist.schema import loads
from converters.annotations import row
from converters.brat import BratFormat
from converters.brat.folder import as_exported
from converters.docbin import DocBinFormat
from converters.formats import Format
from converters.jsonl import JsonLinesFormat
from converters.report import Report

LETTER = "Ms. Berg has no chest pain, but asthma since May.\n"
LETTER_ANN = """\
T1	Symptom 16 26	chest pain
T2a	Disease 32 38	asthma
T4	Symptom 16 26	chest pain
T5	Sign.v2 42 45	Sin
E3	Symptom:T4 Theme:T2a
R7	Causes Cause:T2a Effect:T1
A1	Negated T1
A9	Certainty E3 high
N2	Reference T2a UMLS:C:0004096	Asthma
#4	AnnotatorNotes R7	says who?
*	Equiv T1 E3
"""


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    (folder / "ward").mkdir(parents=True)
    for name, text, lines in (
        ("ward/a", LETTER, LETTER_ANN.replace("Sin", "sin")),
        ("b", "no findings", ""),
        ("c", "nobody annotated this", None),
        ("d", "\ufeffgout\r\nand asthma\r\n", "T1\tDisease 10 16\tasthma\n"),
    ):
        (folder / f"{name}.txt").write_bytes(text.encode())
        if lines is not None:
            (folder / f"{name}.ann").write_bytes(lines.encode())
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with Project.open(tmp_path / "new.bioassist", create=True, actor="ann") as opened:
        yield opened


def new(project: Project, source: Path, reader: Format) -> Returning:
    fill(project, reader, source, None, Report())
    returning = Returning(project, reader)
    returning.read(source)
    return returning


def contents(document: Document) -> list[str]:
    return sorted(repr(one) for one in row(document))


def test_what_comes_in_goes_out_with_the_same_ids(project: Project, corpus: Path) -> None:
    account = new(project, corpus, BratFormat()).account
    assert account.decisions == {"added": 5}
    exported = {one.name: one for one in documents_for_export(project)[0]}
    read = {one.name: one for one in BratFormat().read(corpus)}
    assert exported.keys() == {"ward/a", "b", "d"}
    for name, document in exported.items():
        assert contents(document) == contents(read[name])
        assert document.text == read[name].text
    said = exported["ward/a"].provenance["T1"]
    assert (said.status, said.source, said.actor) == ("added", "import", "ann")
    assert project.verify() == []


def test_annotated_documents_are_done_and_those_without_a_file_for_it_are_not(project: Project, corpus: Path) -> None:
    new(project, corpus, BratFormat())
    assert {row.name: row.done for row in project.documents()} == {"b": True, "c": False, "d": True, "ward/a": True}


def test_the_schema_is_made_of_the_labels_that_are_used(project: Project, corpus: Path) -> None:
    report = Report()
    fill(project, BratFormat(), corpus, None, report)
    schema = project.schema
    assert [entity.name for entity in schema.entities] == ["Disease", "Symptom"]
    assert [(one.name, one.head, one.tail, one.roles) for one in schema.relations] == [
        ("Causes", ("Disease",), ("Symptom",), ("Cause", "Effect"))
    ]
    assert [(one.name, one.on, one.values) for one in schema.attributes] == [
        ("Negated", ("Symptom",), ()),
        ("Certainty", ("Symptom",), ("high",)),
    ]
    assert [one.message for one in report.findings] == ["'Sign.v2' cannot be a label of a schema; it is not in it."]


def test_the_schema_of_the_configuration_comes_first_and_that_which_is_given_before_it(
    project: Project, corpus: Path, tmp_path: Path
) -> None:
    (corpus / "annotation.conf").write_text("[entities]\nDisease\nDrug\n[relations]\n[events]\n[attributes]\n", "utf-8")
    given = loads("[[entities]]\nname = 'Anything'\n")
    with Project.open(tmp_path / "given.bioassist", create=True) as other:
        fill(other, BratFormat(), corpus, given, Report())
        assert other.schema == given
    fill(project, BratFormat(), corpus, None, Report())
    assert [entity.name for entity in project.schema.entities] == ["Disease", "Drug"]


def test_files_without_labels_need_a_schema(project: Project, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "a.txt").write_text("no findings", "utf-8")
    with pytest.raises(InputError, match=r"no schema can be made.*--schema"):
        fill(project, BratFormat(), tmp_path / "bare", None, Report())
    assert project.documents() == []


@pytest.mark.parametrize("form", [JsonLinesFormat(), DocBinFormat()], ids=lambda form: form.name)
def test_other_formats_make_a_project_too(project: Project, corpus: Path, tmp_path: Path, form: Format) -> None:
    documents = list(BratFormat().read(corpus))
    place = tmp_path / f"gold.{form.name}"
    form.write(documents, place)
    new(project, place, form)
    assert all(row.done for row in project.documents())
    exported = {one.name: one for one in documents_for_export(project)[0]}
    assert {name: contents(one) for name, one in exported.items()} == {one.name: contents(one) for one in documents}


def test_what_was_imported_is_exported_corrected_and_imported_again(
    project: Project, corpus: Path, tmp_path: Path
) -> None:
    new(project, corpus, BratFormat())
    entries = project.journal.length()
    import_(project, corpus)
    out = tmp_path / "out"
    export(project, out)
    import_(project, out)
    assert project.journal.length() == entries
    ann = out / "ward" / "a.ann"
    ann.write_text(ann.read_text("utf-8").replace("T2a\tDisease", "T2a\tFinding"), "utf-8")
    assert import_(project, out).decisions == {"relabelled": 1}
    (document,) = (one for one in documents_for_export(project)[0] if one.name == "ward/a")
    assert "T2a added Finding: asthma" in told(document) and "R7 Causes Cause:T2a Effect:T1" in told(document)


CORPORA = Path(os.environ.get("BIOASSIST_CORPORA", Path(__file__).parents[3] / "shared" / "corpora"))


@pytest.mark.skipif(not (CORPORA / "brat").is_dir(), reason=f"needs the corpora in {CORPORA}")
@pytest.mark.parametrize("name", ["maccrobat2020", "ncbi-disease/devel", "ddi-2013/train/MedLine"])
def test_a_published_corpus_goes_out_as_it_came_in(project: Project, tmp_path: Path, name: str) -> None:
    """Thirty documents of each; white space at the edges of mentions, which brat takes off, aside."""
    folder = tmp_path / "sample"
    folder.mkdir()
    for text in sorted((CORPORA / "brat" / name).glob("*.txt"))[:30]:
        for path in (text, text.with_suffix(".ann")):
            (folder / path.name).write_bytes(path.read_bytes())
    new(project, folder, BratFormat())
    exported = {one.name: as_exported(one) for one in documents_for_export(project)[0]}
    for document in BratFormat().read(folder):
        assert contents(exported[document.name]) == contents(as_exported(document)), document.name
    entries = project.journal.length()
    import_(project, folder)
    assert project.journal.length() == entries


# Annotations beside notes


def test_what_lies_beside_notes_comes_in_once_and_nothing_is_done(project: Project, corpus: Path) -> None:
    files, _ = gather([str(corpus)])
    take_in(project, files)
    account = take_beside(project, files)
    assert (account.read, account.changed, account.decisions) == (3, 2, {"added": 5})
    assert not any(row.done for row in project.documents())
    project.journal.undo("ann")
    entries = project.journal.length()
    assert take_beside(project, files).changed == 0 and project.journal.length() == entries, "not even what was undone"


def test_beside_notes_what_is_marked_as_unreviewed_is_left_to_the_model(project: Project, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("cough and gout", "utf-8")
    lines = "T1\tSymptom 0 5\tcough\nT2\tDisease 10 14\tgout\n#1\tAnnotationUnconfirmed T2\tmodel=x p=0.5\n"
    (tmp_path / "a.ann").write_text(lines, "utf-8")
    files, _ = gather([str(tmp_path / "a.txt")])
    take_in(project, files)
    assert take_beside(project, files).decisions == {"added": 1}


def test_annotations_of_a_note_in_another_encoding_are_told(project: Project, tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes("möglich: gout".encode("latin-1"))
    (tmp_path / "a.ann").write_text("T1\tDisease 9 13\tgout\n", "utf-8")
    files, _ = gather([str(tmp_path / "a.txt")])
    take_in(project, files, encoding="latin-1")
    account = take_beside(project, files)
    assert account.read == 0 and [one.code for one in account.report.findings] == ["unreadable"]
