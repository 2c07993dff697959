"""Large and hostile files: read a piece at a time, bounded findings, and what is no file left alone."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.brat import BratFormat, codec, copying
from converters.brat.codec import read_records, write_records
from converters.brat.reading import Problems
from converters.report import Report

TEXT = "aspirin 75mg\nfor pain"

SCRAPS = st.sampled_from(
    ["T1\tDrug 0 7\taspirin\n", "T2\tDose 8 16\t75mg\nfor\r\n", "T3\tX 8 12\t75mg", "R1\tA B:T1 C:T2\n",
     "E1\tDose:T2 W:T1\n", "A1\tN T1\n", "A2\tN T1 a\\nb\n", "M3\tN T1 x y\n", "E2\tA:T1 :T2\n", "R2\tA B:T1 B:T2\n",
     "T4\tX 9 8\t\n", "#1\tX T1\t", "T5\tDrüg 0 7\taspirin\r\n", "R3\tA B:T1:x C:T2\t\n", "\r", "\n", "\r\n", "T", "\t",
     " ", "é", "😀", "\u2028", "\ufeff"]
)  # fmt: skip
FILES = st.binary(max_size=80) | st.lists(SCRAPS, max_size=24).map(lambda scraps: "".join(scraps).encode())


@given(FILES, st.integers(1, 9), st.booleans())
def test_a_file_gives_the_same_records_piece_by_piece(data: bytes, chunk: int, with_text: bool) -> None:
    text = TEXT if with_text else None
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codec, "_CHUNK", chunk)
        streamed = list(read_records(io.BytesIO(data), text))
    assert streamed == list(read_records(data, text))
    assert write_records(streamed) == data


@given(FILES, st.booleans())
def test_plain_lines_are_read_as_all_others_are(data: bytes, with_text: bool) -> None:
    text = TEXT if with_text else None
    for line in data.decode("utf-8", "surrogateescape").splitlines(keepends=True):
        if line.rstrip("\r\n") == line.rstrip("\r\n\u2028\x85\x0b\x0c\x1c\x1d\x1e\u2029"):
            quick = codec._plain(line, 3, text)
            assert quick is None or quick == codec._record(line, 3, text)


def corpus(folder: Path, files: dict[str, bytes]) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


MEASURED = """
import resource, sys
from pathlib import Path
from converters.brat import BratFormat
report = BratFormat().copy(Path(sys.argv[1]), Path(sys.argv[2]))
unit = 1 if sys.platform == "darwin" else 1024
print(report.annotations, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no resource module")
def test_a_copy_takes_memory_by_ids_and_not_by_lines(tmp_path: Path) -> None:
    lines = (f"T{number}\tDrug 0 7\taspirin\n".encode() for number in range(1, 250_001))
    large = corpus(tmp_path / "large", {"a.txt": TEXT.encode(), "a.ann": b"".join(lines)})
    small = corpus(tmp_path / "small", {"a.txt": TEXT.encode(), "a.ann": b"T1\tDrug 0 7\taspirin\n"})
    taken = []
    for source in (small, large):
        command = [sys.executable, "-c", MEASURED, str(source), f"{source}-copy"]
        number, peak = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
        taken.append((int(number), int(peak)))
    assert [number for number, _ in taken] == [1, 250_000]
    size = (large / "a.ann").stat().st_size
    assert size > 6_000_000
    # Far less than a list of the lines, let alone of annotations, would take.
    assert taken[1][1] - taken[0][1] < 3 * size
    assert (tmp_path / "large-copy/a.ann").read_bytes() == (large / "a.ann").read_bytes()


class TestFindings:
    @pytest.mark.parametrize("copied", [False, True])
    def test_of_a_kind_are_counted_past_what_anyone_reads(self, tmp_path: Path, copied: bool) -> None:
        number = Problems.MOST_OF_A_KIND + 500
        bad = b"T1\tDrug 0 7\taspirin\n" + b"rubbish\n" * number + b"R1\tA B:T1 C:T9\n"
        source = corpus(tmp_path / "in", {"a.txt": TEXT.encode(), "a.ann": bad})
        if copied:
            report = BratFormat().copy(source, tmp_path / "out")
        else:
            report = Report()
            list(BratFormat().read(source, None, report))
        unknown = [one for one in report.findings if one.code == "unknown line"]
        assert len(unknown) == Problems.MOST_OF_A_KIND + 1
        last = max(unknown, key=lambda one: one.line or 0)
        assert (last.line, last.message) == (Problems.MOST_OF_A_KIND + 2, "the same from here on, in 500 lines more.")
        assert [(one.code, one.line) for one in report.findings][-1] == ("unknown target", number + 2)
        assert {one.kind for one in unknown} == {"remark" if copied else "loss"}

    def test_of_parts_name_the_part(self, tmp_path: Path) -> None:
        parts = {
            "a.a1": b"T1\tDrug 0 7\taspirin\nT2\tDose 8 16\t75mg\nfor\n",
            "a.a2": b"T1\tDrug 0 7\taspirin\nT9\tX 0 99\tx\n",
            "a.rel": b"\nR1\tA B:T1 C:T7\n",
        }
        source = corpus(tmp_path / "in", {"a.txt": TEXT.encode()} | parts)
        report = Report()
        list(BratFormat().read(source, None, report))
        expected = [
            ("a.a1:2", "broken line"), ("a.a2:1", "duplicate id"), ("a.a2:2", "offset past end"),
            ("a.rel:1", "blank line"), ("a.rel:2", "unknown target"),
        ]  # fmt: skip
        assert [(one.where, one.code) for one in report.findings] == expected
        copy = BratFormat().copy(source, tmp_path / "out")
        assert [(one.where, one.code) for one in copy.findings] == expected
        assert copy.lossless

    def test_a_line_that_quotes_little_of_a_book_is_told_apart(self) -> None:
        book = "aspirin " * 50_000
        lines = "".join(f"T{number}\tAll 0 {len(book)}\taspirin x\nwords\n" for number in range(1, 200))
        codes = [problem.code for one in read_records(lines.encode(), book) for problem in one.problems]
        assert codes == ["text differs", "unknown line"] * 199


class TestWhatIsNoFile:
    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="the system has no named pipes")
    def test_is_told_and_not_opened(self, tmp_path: Path) -> None:
        source = corpus(tmp_path / "in", {"a.txt": b"aspirin", "a.ann": b""})
        os.mkfifo(source / "b.txt")
        os.mkfifo(source / "c.conf")
        report = BratFormat().copy(source, tmp_path / "out")
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.ann", "a.txt"]
        assert [(one.code, one.kind) for one in report.findings] == [("no file", "loss")] * 2
        told = Report()
        assert [one.name for one in BratFormat().read(source, None, told)] == ["a"]
        assert [one.code for one in told.findings] == ["no file"] * 2

    def test_one_that_cannot_be_read_does_not_stop_the_others(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        source = corpus(
            tmp_path / "in", {"a.txt": b"aspirin", "a.ann": b"", "secret.md": b"x", "z.txt": b"", "z.ann": b""}
        )
        copy = copying.shutil.copyfile

        def refusing(path: Path, target: Path) -> None:
            if path.name == "secret.md":
                raise PermissionError(13, "Permission denied")
            copy(path, target)

        monkeypatch.setattr(copying.shutil, "copyfile", refusing)
        report = BratFormat().copy(source, tmp_path / "out")
        assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a.ann", "a.txt", "z.ann", "z.txt"]
        assert [(one.where, one.code, one.kind) for one in report.findings] == [("secret.md", "unreadable", "loss")]

    @pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
    def test_links_within_the_folder_are_followed(self, tmp_path: Path) -> None:
        source = corpus(tmp_path / "in", {"texts/a.txt": b"aspirin", "b/a.ann": b"T1\tDrug 0 7\taspirin\n"})
        (source / "b" / "a.txt").symlink_to(source / "texts" / "a.txt")
        found = {one.name: len(one.entities) for one in BratFormat().read(source)}
        assert found == {"b/a": 1, "texts/a": 0}
