"""brat folders as teams publish them: hazards in texts and offsets, missing halves, links, parts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bioassist.documents import Document, Entity, Span
from bioassist.errors import InputError
from converters.brat import BratFormat
from converters.report import Report


def corpus(folder: Path, files: dict[str, str | bytes]) -> Path:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return folder


def read(source: Path) -> tuple[list[Document], Report]:
    report = Report()
    return list(BratFormat().read(source, None, report)), report


def quotes(document: Document) -> list[str]:
    return [entity.of(document.text) for entity in document.entities]


def codes(report: Report) -> list[str]:
    return [finding.code for finding in report.findings]


class TestOffsets:
    """The document's text is the file's, but for a byte order mark, whatever the offsets count."""

    @pytest.mark.parametrize(
        ("ann", "counts"),
        [
            ("T1\tDrug 8 15\taspirin\nT2\tPain 20 24\tpain\n", "each character"),
            ("T1\tDrug 7 14\taspirin\nT2\tPain 18 22\tpain\n", "CRLF as one character"),
        ],
    )
    def test_crlf(self, tmp_path: Path, ann: str, counts: str) -> None:
        text = "Drugs:\r\naspirin\r\nno\npain"
        corpus(tmp_path, {"a.txt": text, "a.ann": ann})
        (document,), report = read(tmp_path)
        assert document.text == text
        assert quotes(document) == ["aspirin", "pain"]
        assert [finding.message for finding in report.findings] == [f"its offsets count {counts}."]
        assert document.source is not None
        assert document.source.newline == "mixed"

    @pytest.mark.parametrize("shift", [0, 1])
    @pytest.mark.parametrize("newline", ["\n", "\r\n"])
    def test_a_byte_order_mark_counts_or_does_not(self, tmp_path: Path, shift: int, newline: str) -> None:
        ann = f"T1\tDrug {shift} {7 + shift}\taspirin\n"
        corpus(tmp_path, {"a.txt": f"\ufeffaspirin{newline}now", "a.ann": ann})
        (document,), _ = read(tmp_path)
        assert document.text == f"aspirin{newline}now"
        assert document.entities[0].spans == (Span(0, 7),)
        assert document.source is not None
        assert document.source.bom

    def test_a_byte_order_mark_and_crlf_that_count_as_one_each(self, tmp_path: Path) -> None:
        corpus(tmp_path, {"a.txt": "\ufeffDrugs:\r\naspirin", "a.ann": "T1\tDrug 8 15\taspirin\n"})
        (document,), report = read(tmp_path)
        assert quotes(document) == ["aspirin"]
        assert "CRLF as one character and the byte order mark" in report.findings[0].message

    def test_the_most_quotes_decide(self, tmp_path: Path) -> None:
        ann = "T1\tDrug 0 2\tXX\nT2\tDrug 7 14\taspirin\nT3\tPain 19 23\tpain\n"
        corpus(tmp_path, {"a.txt": "Drugs:\r\naspirin\r\nfor pain", "a.ann": ann})
        (document,), _ = read(tmp_path)
        assert quotes(document) == ["Dr", "aspirin", "pain"]

    def test_a_span_over_crlf_and_its_broken_line(self, tmp_path: Path) -> None:
        corpus(tmp_path, {"a.txt": "chest\r\npain", "a.ann": "T1\tPain 0 11\tchest\r\npain\r\n"})
        (document,), report = read(tmp_path)
        assert quotes(document) == ["chest\r\npain"]
        assert codes(report) == ["counting", "broken line"]

    @pytest.mark.parametrize("inside", ["\xa0", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "e\u0301", "𝔸😀"])
    def test_characters_that_other_readers_trip_over(self, tmp_path: Path, inside: str) -> None:
        text = f"so{inside}it is aspirin"
        start = text.index("aspirin")
        ann = f"T1\tDrug {start} {start + 7}\taspirin\nT2\tOdd 0 {4 + len(inside)}\tso{inside}it\n"
        corpus(tmp_path, {"a.txt": text, "a.ann": ann})
        (document,), report = read(tmp_path)
        assert quotes(document) == ["aspirin", f"so{inside}it"]
        assert report.findings == []


class TestFindings:
    def test_a_finding_says_where(self, tmp_path: Path) -> None:
        ann = "T1\tDrug 0 7\taspirin\n\nT2\tDrug 0 99\tx\nnonsense\nT3\tDrug 4 7\trim\nR1\tA Arg1:T1 Arg2:T9\n"
        corpus(tmp_path, {"ward/a.txt": "aspirin", "ward/a.ann": ann})
        (document,), report = read(tmp_path)
        assert [entity.id for entity in document.entities] == ["T1", "T3"]
        assert [(str(one.where), one.code, one.kind, one.offset) for one in report.findings] == [
            ("ward/a.ann:2", "blank line", "remark", None),
            ("ward/a.ann:3", "offset past end", "loss", None),
            ("ward/a.ann:4", "unknown line", "loss", None),
            ("ward/a.ann:5", "text differs", "remark", 4),
            ("ward/a.ann:6", "unknown target", "remark", None),
        ]
        assert {finding.document for finding in report.findings} == {"ward/a"}

    def test_an_event_of_another_type_than_its_trigger(self, tmp_path: Path) -> None:
        corpus(tmp_path, {"a.txt": "binds", "a.ann": "T1\tBinding 0 5\tbinds\nE1\tGluing:T1\n"})
        assert codes(read(tmp_path)[1]) == ["trigger type"]

    def test_no_finding_quotes_a_note(self, tmp_path: Path) -> None:
        ann = "T1\tDrug 0 6\tsecret\nsecret\n#1\tsecret\nT1\tDrug 0 6\tother\nT2\tX 0 7\tsecret\nT3\tX 1 3\tsecret\n"
        corpus(tmp_path, {"a.txt": "secret.\xa0", "a.ann": ann})
        _, report = read(tmp_path)
        assert len(report.findings) > 4
        assert "secret" not in "\n".join(report.lines(None))

    def test_missing_halves(self, tmp_path: Path) -> None:
        corpus(tmp_path, {"a.txt": "aspirin", "b.ann": "T1\tDrug 0 7\taspirin\n", "c.txt": "", "c.ann": ""})
        documents, report = read(tmp_path)
        assert [(document.name, document.text) for document in documents] == [("a", "aspirin"), ("c", "")]
        assert [(one.where, one.code, one.kind) for one in report.findings] == [
            ("a.txt", "no annotations", "remark"),
            ("b.ann", "no text", "loss"),
        ]

    def test_a_text_that_is_not_utf8_does_not_stop_the_others(self, tmp_path: Path) -> None:
        corpus(tmp_path, {"a.txt": b"caf\xe9", "a.ann": "", "b.txt": "b", "b.ann": ""})
        documents, report = read(tmp_path)
        assert [document.name for document in documents] == ["b"]
        assert [(one.where, one.code, one.kind) for one in report.findings] == [("a.txt", "unreadable", "loss")]


class TestSources:
    def test_folders_are_in_names(self, tmp_path: Path) -> None:
        corpus(
            tmp_path, {"b/x.txt": "1", "b/x.ann": "", "a.b.txt": "2", "a.b.ann": "", "b/c/y z.txt": "3", "notes.md": ""}
        )
        assert [document.name for document in read(tmp_path)[0]] == ["a.b", "b/c/y z", "b/x"]

    @pytest.mark.parametrize("name", ["a.ann", "a.txt"])
    def test_one_document(self, tmp_path: Path, name: str) -> None:
        corpus(tmp_path, {"a.txt": "aspirin", "a.ann": "T1\tDrug 0 7\taspirin\n", "b.txt": "b"})
        documents, report = read(tmp_path / name)
        assert [(document.name, quotes(document)) for document in documents] == [("a", ["aspirin"])]
        assert report.findings == []

    def test_annotations_in_parts(self, tmp_path: Path) -> None:
        parts = {"a.a1": "T1\tDrug 0 7\taspirin", "a.a2": "T2\tDrug 0 3\tasp\n*\tEquiv T1 T2\nbad\n", "a.rel": "bad\n"}
        corpus(tmp_path, {"a.txt": "aspirin"} | parts)
        (document,), report = read(tmp_path)
        assert quotes(document) == ["aspirin", "asp"]
        assert len(document.equivalences) == 1
        assert [finding.where for finding in report.findings] == ["a.a2:3", "a.rel:1"]

    @pytest.mark.parametrize("name", ["nothing", "empty", "a.ann"])
    def test_nothing_to_read(self, tmp_path: Path, name: str) -> None:
        corpus(tmp_path, {"empty/readme.md": "", "a.ann": ""})
        with pytest.raises(InputError) as raised:
            read(tmp_path / name)
        assert name.removesuffix(".ann") in str(raised.value)

    @pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
    def test_links_are_not_followed_out_of_the_folder(self, tmp_path: Path) -> None:
        corpus(tmp_path, {"out/secret.txt": "secret", "in/a.txt": "a", "in/a.ann": ""})
        (tmp_path / "in" / "b.txt").symlink_to(tmp_path / "out" / "secret.txt")
        (tmp_path / "in" / "c").symlink_to(tmp_path / "out")
        (tmp_path / "in" / "d.txt").symlink_to(tmp_path / "nowhere")
        (tmp_path / "in" / "round").symlink_to(tmp_path / "in")
        documents, report = read(tmp_path / "in")
        assert [document.name for document in documents] == ["a"]
        assert codes(report) == ["link"] * 4


class TestOffsetMaps:
    """An export of a text with other line ends is read back as the text that it was."""

    text = "\ufeffDrugs:\r\naspirin\rfor pain\n"

    def exported(self, tmp_path: Path) -> Path:
        start = self.text.index("pain")
        document = Document("ward/a", self.text, (Entity("T1", "Pain", (Span(start, start + 4),)),))
        report = BratFormat().write([document], tmp_path / "out")
        assert report.offsets_mapped == 1
        assert (tmp_path / "out/ward/a.txt").read_bytes() == b"Drugs:\naspirin\nfor pain\n"
        assert (tmp_path / "out/ward/a.ann").read_bytes() == b"T1\tPain 19 23\tpain\n"
        return tmp_path / "out"

    def test_the_original_comes_back(self, tmp_path: Path) -> None:
        (document,), report = read(self.exported(tmp_path))
        assert document.text == self.text
        assert quotes(document) == ["pain"]
        assert report.findings == []

    def test_a_correction_lands_where_it_was_made(self, tmp_path: Path) -> None:
        folder = self.exported(tmp_path)
        (folder / "ward/a.ann").write_bytes(b"T1\tPain 15 23\tfor pain\nT2\tDrug 7 14\taspirin\n")
        assert quotes(read(folder)[0][0]) == ["for pain", "aspirin"]

    def test_a_text_that_was_edited_is_read_as_it_is(self, tmp_path: Path) -> None:
        folder = self.exported(tmp_path)
        (folder / "ward/a.txt").write_bytes(b"Drugs:\naspirin\nfor PAIN\n")
        (document,), report = read(folder)
        assert document.text == "Drugs:\naspirin\nfor PAIN\n"
        assert codes(report)[0] == "offset map"

    def test_no_map_where_nothing_changed(self, tmp_path: Path) -> None:
        BratFormat().write([Document("a", "aspirin\n")], tmp_path / "out")
        assert not list((tmp_path / "out").glob("*.json"))
