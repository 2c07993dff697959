"""brat exports as folders: where files lie, what they are called, and corpora copied to the byte."""

from __future__ import annotations

import os
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioassist.documents import Document, Entity, Span
from bioassist.errors import UsageError
from bioassist.schema import built_in
from converters.brat import BratFormat
from converters.brat.names import safe_path
from converters.formats import WriteOptions, convert


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def note(name: str, text: str = "aspirin") -> Document:
    return Document(name, text, (Entity("T1", "Medication", (Span(0, 7),)),))


def test_an_export(tmp_path: Path) -> None:
    report = BratFormat().write([note("ward/a"), note("ward/b"), note("c")], tmp_path / "out", built_in())
    assert names(tmp_path / "out") == [
        "annotation.conf",
        "c.ann",
        "c.txt",
        "kb_shortcuts.conf",
        "tools.conf",
        "visual.conf",
        "ward/a.ann",
        "ward/a.txt",
        "ward/b.ann",
        "ward/b.txt",
    ]
    assert (tmp_path / "out/ward/a.ann").read_bytes() == b"T1\tMedication 0 7\taspirin\n"
    assert (report.documents, report.annotations, report.findings) == (3, 3, [])
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("../../etc/passwd", "_/_/etc/passwd"),
        ("/root/a", "root/a"),
        ("C:\\notes\\a", "C__notes_a"),
        ("a/../b", "a/_/b"),
        ("", "_"),
        (".", "_"),
        ("..", "_"),
        (".hidden", "_hidden"),
        ("a\0b\nc", "a_b_c"),
        ("con", "_con"),
        ("Nul.x", "_Nul.x"),
        ("trailing. ", "trailing_"),
        ("a.txt/b", "a.txt_/b"),
        ("ward 3/Müller, J. – ü", "ward 3/Müller, J. – ü"),
    ],
)
def test_names_stay_below_the_folder(tmp_path: Path, name: str, path: str) -> None:
    assert safe_path(name).as_posix() == path
    report = BratFormat().write([note(name)], tmp_path / "out")
    assert (tmp_path / "out" / f"{safe_path(name)}.ann").is_file()
    assert len(list(tmp_path.rglob("*.txt"))) == 1
    assert [finding.code for finding in report.findings] == (["name"] if str(safe_path(name)) != name else [])


@given(st.text(max_size=40) | st.lists(st.sampled_from(["..", ".", "/", "\\", "a", " ", "con", ".txt"])).map("".join))
def test_any_name_is_a_safe_path(name: str) -> None:
    path = safe_path(name)
    assert not path.is_absolute()
    for part in path.parts:
        assert part == part.rstrip(". ") and not part.startswith(".") and len(part.encode()) <= 255
        assert not set(part) & set('\0\n\\:*?"<>|')


def test_long_names_are_cut_and_stay_apart(tmp_path: Path) -> None:
    BratFormat().write([note("ü" * 300 + "1"), note("ü" * 300 + "2")], tmp_path / "out")
    assert len(list((tmp_path / "out").glob("*.ann"))) == 2


def test_two_documents_of_one_name_are_both_there(tmp_path: Path) -> None:
    report = BratFormat().write([note("a"), note("a", "aspirin again"), note("a:"), note("a_")], tmp_path / "out")
    assert names(tmp_path / "out")[:8] == [
        "a-2.ann", "a-2.txt", "a.ann", "a.txt", "a_-2.ann", "a_-2.txt", "a_.ann", "a_.txt",
    ]  # fmt: skip
    assert (tmp_path / "out/a-2.txt").read_text() == "aspirin again"
    assert [finding.code for finding in report.findings] == ["name"] * 3


def test_a_text_that_is_none_is_left_out_and_the_rest_written(tmp_path: Path) -> None:
    report = BratFormat().write([note("a", "aspirin \ud800"), note("b")], tmp_path / "out")
    assert (report.documents, [(one.document, one.code, one.kind) for one in report.findings]) == (
        1,
        [("a", "not text", "loss")],
    )
    assert not (tmp_path / "out/a.txt").exists()


class TestForce:
    def test_an_existing_destination_is_refused(self, tmp_path: Path) -> None:
        BratFormat().write([note("a")], tmp_path / "out")
        with pytest.raises(UsageError, match="--force"):
            BratFormat().write([note("a", "aspirin x")], tmp_path / "out")
        assert (tmp_path / "out/a.txt").read_text() == "aspirin"

    def test_files_of_others_stay_and_a_stale_offset_map_goes(self, tmp_path: Path) -> None:
        out = tmp_path / "out"
        BratFormat().write([note("w/a", "aspirin\r\n"), note("b")], out)
        (out / "guideline.pdf").write_text("mine")
        BratFormat().write([note("w/a", "aspirin\n"), note("w/new/c")], out, options=WriteOptions(force=True))
        assert not (out / "w/a.offsets.json").exists()
        assert (out / "guideline.pdf").read_text() == "mine"
        assert (out / "w/new/c.txt").is_file()
        assert (out / "b.txt").is_file()
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    def test_reexport_gives_the_same_bytes(self, tmp_path: Path) -> None:
        for folder in ("one", "two"):
            BratFormat().write([note("w/a"), note("b")], tmp_path / folder, built_in())
        assert names(tmp_path / "one") == names(tmp_path / "two")
        for name in names(tmp_path / "one"):
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


class TestCopy:
    """brat to brat changes no byte."""

    @staticmethod
    def assert_same(one: Path, other: Path) -> None:
        assert names(one) == names(other)
        for name in names(one):
            assert (one / name).read_bytes() == (other / name).read_bytes(), name

    def test_good_and_bad_files(self, tmp_path: Path) -> None:
        source = tmp_path / "in"
        for name, data in {
            "a.txt": b"\xef\xbb\xbfaspirin\r\n",
            "a.ann": b"T1\tDrug 1 8\taspirin\r\n\r\nrubbish\nA1\tN T1 \nT1\tx",
            "w/latin.txt": b"caf\xe9",
            "w/latin.ann": b"T1\tX 0 4\tcaf\xe9\n",
            "w/annotation.conf": b"[entities]\nDrug",
            "w/.stats_cache": b"\x00\x01",
            "alone.ann": b"",
        }.items():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            (source / name).write_bytes(data)
        (source / "empty").mkdir()
        report = convert(source, tmp_path / "out", BratFormat(), BratFormat())
        self.assert_same(source, tmp_path / "out")
        assert (tmp_path / "out/empty").is_dir()
        assert {finding.code for finding in report.findings} >= {"unreadable", "no text", "unknown line", "spacing"}
        assert report.documents == 1

    def test_the_corpora(self, corpora: Path, tmp_path: Path) -> None:
        archive = corpora / "brat" / "brat-example-data" / "brat-example-data.tar.xz"
        with tarfile.open(archive) as members:
            members.extractall(tmp_path / "in", filter="data")
        for source in (tmp_path / "in", corpora / "brat"):
            report = BratFormat().copy(source, tmp_path / "out", WriteOptions(force=True))
            assert report.documents > 150
            assert report.count("loss") == 0
        for source in (tmp_path / "in", corpora / "brat"):
            for name in names(source):
                assert (source / name).read_bytes() == (tmp_path / "out" / name).read_bytes(), name

    def test_into_itself_is_refused(self, tmp_path: Path) -> None:
        BratFormat().write([note("a")], tmp_path / "in")
        with pytest.raises(UsageError, match="inside"):
            BratFormat().copy(tmp_path / "in", tmp_path / "in" / "copy")
        with pytest.raises(UsageError, match="not a folder"):
            BratFormat().copy(tmp_path / "in" / "a.ann", tmp_path / "copy")

    @pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
    def test_links_out_are_not_copied(self, tmp_path: Path) -> None:
        BratFormat().write([note("a")], tmp_path / "in")
        (tmp_path / "secret").write_text("secret")
        (tmp_path / "in" / "b.txt").symlink_to(tmp_path / "secret")
        report = BratFormat().copy(tmp_path / "in", tmp_path / "out")
        assert not (tmp_path / "out/b.txt").exists()
        assert [finding.code for finding in report.findings] == ["link"]
