"""Tokens and tags: what is written has the text in it exactly, and every dialect of the shared tasks is read."""

from __future__ import annotations

from pathlib import Path

import pytest
from document_strategies import any_entities, texts
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics.sequence_labeling import get_entities

from bioassist.documents import Document, Entity, Span
from bioassist.errors import InputError
from converters.conll import ConllFormat
from converters.formats import WriteOptions
from converters.report import Report


def read(path: Path, content: str | None = None) -> tuple[list[Document], Report]:
    report = Report()
    if content is not None:
        path.write_bytes(content.encode())
    return list(ConllFormat().read(path, None, report)), report


def marked(document: Document) -> list[tuple[str, str]]:
    return [(entity.type, entity.of(document.text)) for entity in document.entities]


def test_the_form_of_a_file(tmp_path: Path) -> None:
    text = " No chest pain.\r\n\r\n5mg naloxone"
    spans = [("Symptom", 4, 14), ("Dose", 19, 22), ("Drug", 23, 31)]
    entities = tuple(Entity(f"T{n}", type_, (Span(start, end),)) for n, (type_, start, end) in enumerate(spans, 1))
    report = ConllFormat().write([Document("ward 2/a", text, entities)], tmp_path / "out.conll")
    assert (tmp_path / "out.conll").read_bytes().decode() == (
        "-DOCSTART- (ward 2/a)\t_\tO\n\n"
        "No\t_\tO\nchest\t_\tB-Symptom\npain\tSpaceAfter=No\tI-Symptom\n.\tSpacesAfter=\\r\\n\\r\\n\tO\n\n"
        "5\tSpaceAfter=No\tB-Dose\nmg\t_\tI-Dose\nnaloxone\tSpaceAfter=No\tB-Drug\n\n"
    )
    assert (report.documents, report.annotations, report.lossless) == (1, 3, True)
    assert read(tmp_path / "out.conll")[0] == [Document("ward 2/a", text, entities)]


names = st.sampled_from(["a", "ward/b (2)", "tab\there", "a\\nb", "ü\u2028\xa0x"])


@given(texts, names, st.data())
@settings(deadline=None, max_examples=150)
def test_text_and_names_come_back_and_nothing_is_lost_silently(
    tmp_path_factory: pytest.TempPathFactory, text: str, name: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("conll") / "out.conll"
    document = Document(name, text, data.draw(any_entities(text)))
    report = ConllFormat().write([document, Document("last", "")], path)
    (back, last), told = read(path)
    assert (back.name, back.text, last) == (name, text, Document("last", ""))
    assert not told.findings
    assert report.annotations == len(back.entities)
    assert len(back.entities) == len(document.entities) or not report.lossless
    if report.lossless:
        assert sorted((one.type, *one.spans) for one in back.entities) == sorted(
            (one.type, *one.spans) for one in document.entities
        )


@given(texts, st.data())
@settings(deadline=None, max_examples=150)
def test_apart_and_of_one_piece_they_come_back_if_tokens_may_be_cut(
    tmp_path_factory: pytest.TempPathFactory, text: str, data: st.DataObject
) -> None:
    path = tmp_path_factory.mktemp("conll") / "out.conll"
    edges = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=8)))
    spans = [Span(start, end) for start, end in zip(edges[::2], edges[1::2], strict=False)]
    spans = [span for span in spans if span.of(text) == span.of(text).strip()]
    entities = tuple(Entity(f"T{number}", "Problem", (span,)) for number, span in enumerate(spans, 1))
    ConllFormat().write([Document("a", text, entities)], path, options=WriteOptions(misaligned="split"))
    (back,), told = read(path)
    assert (back, told.findings) == (Document("a", text, entities), [])


def test_first_and_last_column_are_what_other_readers_take(tmp_path: Path) -> None:
    entities = (Entity("T1", "Problem", (Span(3, 22),)), Entity("T2", "Drug", (Span(24, 32),)))
    ConllFormat().write([Document("a", "no shortness of breath; naloxone", entities)], tmp_path / "a.conll")
    rows = [line.split() for line in (tmp_path / "a.conll").read_text().splitlines() if line and "DOCSTART" not in line]
    assert {len(row) for row in rows} == {3}
    assert [type_ for type_, _, _ in get_entities([row[-1] for row in rows])] == ["Problem", "Drug"]


def test_a_mention_over_the_end_of_a_sentence_joins_the_two(tmp_path: Path) -> None:
    text = "Given vit.\nB12 daily. Well."
    entity = Entity("T1", "Drug", (Span(6, 14),))
    ConllFormat().write([Document("a", text, (entity,))], tmp_path / "a.conll")
    (back,), told = read(tmp_path / "a.conll")
    assert (back.entities, told.findings) == ((entity,), [])


def test_what_tags_have_no_place_for_is_told(tmp_path: Path) -> None:
    text = "severe chest pain, thrombocytopenia"
    entities = (
        Entity("T1", "Problem", (Span(0, 17),)),
        Entity("T2", "Body part", (Span(7, 12),)),
        Entity("T3", "Lab test", (Span(19, 25),)),
        Entity("T4", "Root", (Span(25, 29),)),
        Entity("T5", "Space", (Span(6, 7),)),
    )
    report = ConllFormat().write([Document("a", text, entities, classes=("letter",))], tmp_path / "a.conll")
    assert [(one.code, one.kind, one.message.split()[0]) for one in report.findings] == [
        ("overlapping", "loss", "T2"),
        ("overlapping", "loss", "T5"),
        ("classes", "loss", "CoNLL"),
        ("snapped", "change", "T3"),
        ("snapped", "change", "T4"),
        ("overlapping", "loss", "T4"),
        ("label", "change", "the"),
    ]
    (back,), _ = read(tmp_path / "a.conll")
    assert marked(back) == [("Problem", "severe chest pain"), ("Lab_test", "thrombocytopenia")]


CASE = "Naloxone", "reverses", "heart", "failure", "."


@pytest.mark.parametrize(
    "tags",
    [
        "B-Drug O B-Problem I-Problem O",
        "I-Drug O I-Problem I-Problem O",
        "S-Drug O B-Problem E-Problem O",
        "U-Drug O B-Problem L-Problem O",
    ],
)
@pytest.mark.parametrize("form", ["{}\t{}", "{} {}", "{} NN B-NP {}", "{}\tNN\tB-NP\t{}", "{}   {} "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_dialects(tmp_path: Path, tags: str, form: str, end: str) -> None:
    rows = end.join(form.format(word, tag) for word, tag in zip(CASE, tags.split(), strict=True))
    (found,), report = read(tmp_path / "note.conll", f"{rows}{end}{end}{form.format('No', 'O')}{end}")
    assert found.text == "Naloxone reverses heart failure .\nNo"
    assert marked(found) == [("Drug", "Naloxone"), ("Problem", "heart failure")]
    assert (found.name, report.findings) == ("note", [])


@pytest.mark.parametrize(
    ("starts", "expected"),
    [
        (("-DOCSTART- -X- -X- O\n\n",) * 2, ["note-1", "note-2"]),
        (("-DOCSTART- (1 EU) O\n\n", "-DOCSTART- (2 Rare)\n\n"), ["1 EU", "2 Rare"]),
        (("# newdoc id = ward/a\n# sent_id = 1\n", "# newdoc id = ward/b\n"), ["ward/a", "ward/b"]),
        (("#begin document (a); part 000\n", "#end document\n#begin document (b); part 000\n"), ["a", "b"]),
        (("###MEDLINE:95369245\n\n", "###MEDLINE:95333264\n"), ["MEDLINE:95369245", "MEDLINE:95333264"]),
        (("", "-DOCSTART- O\n"), ["note", "note-1"]),
    ],
    ids=str,
)
def test_documents_begin_where_a_dialect_says_so(tmp_path: Path, starts: tuple[str, str], expected: list[str]) -> None:
    first, second = starts
    found, report = read(tmp_path / "note.txt", f"{first}IL NN B-Gene\n-2 NN I-Gene\n\n{second}# NN O\npain NN O\n")
    assert [document.name for document in found] == expected
    assert [document.text for document in found] == ["IL -2", "# pain"]
    assert not report.findings


def test_bare_tags_are_entities(tmp_path: Path) -> None:
    (found,), _ = read(tmp_path / "a.tsv", "IL\tB\n-\tI\n2\tI\ngene\tO\n")
    assert marked(found) == [("Entity", "IL - 2")]


def test_what_is_wrong_is_told_with_file_and_line_and_the_rest_read(tmp_path: Path) -> None:
    path = tmp_path / "note.conll"
    lines = ["chest\tB-Problem", "pain\tI-Problem", "", "rash\tI-Drug", "alone", "\tO", "secret\twords", "B12\tB-Drug"]
    path.write_bytes("\n".join(lines).encode() + b"\n\xff\tO\nend\tO\n")
    (found,), report = read(path)
    assert marked(found) == [("Problem", "chest pain"), ("Drug", "rash"), ("Drug", "B12")]
    assert found.text == "chest pain\nrash secret B12 end"
    assert [(one.line, one.code, one.kind) for one in report.findings] == [
        (5, "bad line", "loss"),
        (6, "bad line", "loss"),
        (7, "tag", "change"),
        (9, "bad line", "loss"),
        (4, "tag sequence", "change"),
    ]
    assert {one.file for one in report.findings} == {str(path)}
    assert "I-Drug after nothing" in report.findings[-1].message
    assert "secret" not in "".join(report.lines(None))


def test_a_file_without_tags_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no tags") as raised:
        read(tmp_path / "a.tsv", "B-Drug\tNaloxone\nO\treverses\n")
    assert raised.value.where == f"{tmp_path / 'a.tsv'}:1"


def test_a_folder_of_files(tmp_path: Path) -> None:
    (tmp_path / "ward").mkdir()
    (tmp_path / "ward/a.conll").write_text("pain\tB-Problem\n")
    (tmp_path / "b.iob").write_text("naloxone\tB-Drug\n")
    (tmp_path / "c.tsv").write_text("just\twords\n")
    found, report = read(tmp_path)
    assert [(document.name, marked(document)) for document in found] == [
        ("b", [("Drug", "naloxone")]),
        ("ward/a", [("Problem", "pain")]),
    ]
    assert [(one.code, one.kind) for one in report.findings if one.code == "unreadable"] == [("unreadable", "loss")]


@pytest.mark.parametrize("name", ["nowhere.conll", "."])
def test_nothing_to_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        read(tmp_path / name)


def test_what_is_no_text_is_left_out_and_told(tmp_path: Path) -> None:
    report = ConllFormat().write([Document("a", "\ud800"), Document("b", "pain")], tmp_path / "out.conll")
    assert (report.documents, [(one.document, one.code) for one in report.findings]) == (1, [("a", "not text")])
    assert [document.name for document in read(tmp_path / "out.conll")[0]] == ["b"]
