"""A destination is whole or untouched, whatever happens while it is written."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bioassist.documents import Document, Entity, Span
from bioassist.errors import InputError, UsageError
from converters.brat import BratFormat
from converters.destination import new_file, new_folder
from converters.docbin import DocBinFormat
from converters.formats import Format, WriteOptions
from converters.jsonl import JsonLinesFormat

FORMATS = [
    (BratFormat(), "out"),
    (JsonLinesFormat(), "out.jsonl"),
    (DocBinFormat(), "out"),
    (DocBinFormat(), "out.spacy"),
]
each_format = pytest.mark.parametrize(("form", "name"), FORMATS, ids=["brat", "jsonl", "spacy folder", "spacy file"])
FORCE = WriteOptions(force=True)


def notes(*texts: str) -> list[Document]:
    return [
        Document(f"n{number}", text, (Entity("T1", "Drug", (Span(0, 4),)),)) for number, text in enumerate(texts, 1)
    ]


def snapshot(folder: Path) -> dict[str, bytes | None]:
    return {str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None for path in folder.rglob("*")}


@each_format
def test_an_existing_destination_is_not_written_over(tmp_path: Path, form: Format, name: str) -> None:
    form.write(notes("drug one", "drug two"), tmp_path / name)
    before = snapshot(tmp_path)
    with pytest.raises(UsageError, match="--force") as raised:
        form.write(notes("drug three"), tmp_path / name)
    assert raised.value.where == str(tmp_path / name)
    assert snapshot(tmp_path) == before
    form.write(notes("drug three"), tmp_path / name, None, FORCE)
    assert snapshot(tmp_path) != before


@each_format
@pytest.mark.parametrize("existing", [False, True])
def test_a_fault_among_the_documents_leaves_everything_as_it_was(
    tmp_path: Path, form: Format, name: str, existing: bool
) -> None:
    def failing() -> Iterator[Document]:
        yield from notes("drug one", "drug two")
        raise InputError("a bad note")

    if existing:
        form.write(notes("drug 0"), tmp_path / name)
    before = snapshot(tmp_path)
    with pytest.raises(InputError, match="a bad note"):
        form.write(failing(), tmp_path / name, None, FORCE)
    assert snapshot(tmp_path) == before


@each_format
@pytest.mark.parametrize("existing", [False, True])
def test_a_full_disk_leaves_everything_as_it_was(
    tmp_path: Path, form: Format, name: str, existing: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if existing:
        form.write(notes("drug 0"), tmp_path / name)
    before = snapshot(tmp_path)
    write_bytes, opened = Path.write_bytes, Path.open

    class FullDisk:
        def __init__(self, path: Path) -> None:
            self.file = opened(path, "wb")

        def __enter__(self) -> FullDisk:
            return self

        def __exit__(self, *_: object) -> None:
            self.file.close()

        def write(self, data: bytes) -> int:
            self.file.write(data[:10])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    def write(self: Path, data: bytes) -> int:
        write_bytes(self, data[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as disk:
        disk.setattr(Path, "write_bytes", write)
        disk.setattr(Path, "open", lambda self, mode="r", *_: FullDisk(self) if mode == "wb" else opened(self, mode))
        with pytest.raises(UsageError, match="No space left") as raised:
            form.write(notes("drug one"), tmp_path / name, None, FORCE)
    assert raised.value.where == str(tmp_path / name)
    assert snapshot(tmp_path) == before


def test_an_interruption_leaves_everything_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), new_folder(tmp_path / "out", force=False) as staging:
        (staging.path / "a").write_text("a")
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failing", [1, 2, 3, 4, 5, 6])
def test_a_merge_that_fails_halfway_is_taken_back(
    tmp_path: Path, failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    (out / "sub").mkdir(parents=True)
    for name in ("a", "c", "obsolete", "theirs"):
        (out / name).write_text(f"old {name}")
    before = snapshot(tmp_path)
    renamed: list[Path] = []
    rename = Path.rename

    def failing_rename(self: Path, target: Path) -> Path:
        renamed.append(self)
        if len(renamed) == failing:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return rename(self, target)

    with (
        monkeypatch.context() as disk,
        pytest.raises(UsageError, match="Input/output error"),
        new_folder(out, force=True) as staging,
    ):
        disk.setattr(Path, "rename", failing_rename)
        (staging.path / "new").mkdir()
        for name in ("a", "b", "c", "new/d"):
            (staging.path / name).write_text(f"new {name}")
        staging.obsolete.append(Path("obsolete"))
    assert snapshot(tmp_path) == before


def test_a_merge_leaves_what_is_not_its_own(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for name in ("a", "obsolete", "theirs"):
        (out / name).write_text(f"old {name}")
    with new_folder(out, force=True) as staging:
        (staging.path / "new").mkdir()
        for name in ("a", "new/d"):
            (staging.path / name).write_text(f"new {name}")
        staging.obsolete.extend([Path("obsolete"), Path("never there")])
    assert snapshot(tmp_path) == {
        "out": None,
        "out/a": b"new a",
        "out/new": None,
        "out/new/d": b"new new/d",
        "out/theirs": b"old theirs",
    }


def test_a_folder_where_a_file_has_to_go_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out" / "a").mkdir(parents=True)
    with pytest.raises(UsageError, match="is a folder"), new_folder(tmp_path / "out", force=True) as staging:
        (staging.path / "a").write_text("a")
    assert snapshot(tmp_path) == {"out": None, "out/a": None}


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_in_the_destination_is_not_followed_out_of_it(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "ward").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UsageError, match="leads out"), new_folder(tmp_path / "out", force=True) as staging:
        (staging.path / "ward").mkdir()
        (staging.path / "ward" / "a").write_text("a")
    assert list((tmp_path / "elsewhere").iterdir()) == []


@each_format
def test_the_folder_above_has_to_be_there(tmp_path: Path, form: Format, name: str) -> None:
    with pytest.raises(UsageError, match="there is no folder"):
        form.write(notes("drug"), tmp_path / "nowhere" / name)
    assert list(tmp_path.iterdir()) == []


@each_format
def test_a_folder_that_cannot_be_written_is_told(
    tmp_path: Path, form: Format, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Tests may run as root, whom no mode stops.
    def denying(way: str) -> Callable[..., object]:
        real = getattr(Path, way)

        def denied(self: Path, *args: object, **kwargs: object) -> object:
            if self.is_relative_to(tmp_path):
                raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(self))
            return real(self, *args, **kwargs)

        return denied

    for way in ("mkdir", "open", "write_bytes"):
        monkeypatch.setattr(Path, way, denying(way))
    with pytest.raises(UsageError, match="Permission denied"):
        form.write(notes("drug"), tmp_path / name)


def test_a_file_is_no_folder_and_a_folder_no_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match="a folder is needed"):
        BratFormat().write(notes("drug"), tmp_path / "file", None, FORCE)
    with pytest.raises(UsageError, match="a file is needed"):
        JsonLinesFormat().write(notes("drug"), tmp_path / "folder", None, FORCE)
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.name == "nt", reason="no modes on Windows")
@each_format
def test_exports_follow_the_umask(tmp_path: Path, form: Format, name: str) -> None:
    before = os.umask(0o027)
    try:
        form.write(notes("drug one", "drug two"), tmp_path / name)
    finally:
        os.umask(before)
    for path in tmp_path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == (0o750 if path.is_dir() else 0o640), path


def test_a_new_file_is_not_there_before_it_is_whole(tmp_path: Path) -> None:
    with new_file(tmp_path / "out", force=False) as staged:
        staged.write_text("half")
        assert not (tmp_path / "out").exists()
    assert snapshot(tmp_path) == {"out": b"half"}
