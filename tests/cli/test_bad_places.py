"""Folders and disks that refuse: no permission, no room, no lock, another's project."""

from __future__ import annotations

import errno
import os
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import pytest
from cli_setup import NOTE, Desk, long_note

from assistant.project import store
from assistant.project.file import holder
from assistant.project.file.database import Database
from converters import destination

bound_by_permissions = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="permissions do not bind this user"
)


@pytest.fixture
def locked(tmp_path: Path) -> Iterator[Callable[[Path, int], None]]:
    changed: list[Path] = []

    def lock(path: Path, mode: int) -> None:
        changed.append(path)
        path.chmod(mode)

    yield lock
    for path in changed:
        path.chmod(0o700)


class TestNoPermission:
    @bound_by_permissions
    def test_really(self, desk: Desk, locked: Callable[[Path, int], None]) -> None:
        desk.write({"a.txt": NOTE, "b.txt": NOTE, "sub/c.txt": NOTE})
        locked(desk.notes / "b.txt", 0)
        locked(desk.notes / "sub", 0)
        told = desk.annotate()
        assert told.code == 1
        assert "b.txt: cannot be read: permission denied" in told.said
        assert "sub: cannot be read: permission denied" in told.said

    def test_a_note(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        desk.write({"a.txt": NOTE, "b.txt": NOTE})
        really = Path.read_bytes

        def refuse(path: Path) -> bytes:
            if path.name == "b.txt":
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return really(path)

        monkeypatch.setattr(Path, "read_bytes", refuse)
        told = desk.annotate()
        assert told.code == 1 and "b.txt: cannot be read: permission denied." in told.said
        assert desk.states() == {"a": "ready", "b": "failed"}

    def test_a_folder_of_notes(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        desk.write({"a.txt": NOTE, "sub/b.txt": NOTE})
        really = os.scandir

        def refuse(path: Any) -> Any:
            if Path(path).name == "sub":
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return really(path)

        monkeypatch.setattr(os, "scandir", refuse)
        told = desk.annotate()
        assert told.code == 1 and f"{Path('notes', 'sub')}: cannot be read: permission denied." in told.said
        assert desk.states() == {"a": "ready"}

    def test_the_only_folder(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        desk.write({"a.txt": NOTE})

        def refuse(path: Any) -> Any:
            raise PermissionError(errno.EACCES, "Permission denied", str(path))

        with monkeypatch.context() as patched:
            patched.setattr(os, "scandir", refuse)
            told = desk.annotate()
        assert told.code == 3 and "notes: no notes could be read: cannot be read: permission denied." in told.said

    def test_no_place_for_a_project(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        desk.write({"a.txt": NOTE})

        def refuse(path: Path, *_: object, **__: object) -> None:
            raise OSError(errno.EROFS, "Read-only file system", str(path))

        with monkeypatch.context() as patched:
            patched.setattr(Path, "mkdir", refuse)
            told = desk.annotate()
        assert told.code == 5
        assert f"{desk.project}: the project's folder or file cannot be written." in told.said
        assert "--project" in told.said

    def test_an_export_is_refused_before_the_work(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        desk.write({"a.txt": NOTE})
        monkeypatch.setattr(os, "access", lambda path, mode: False)
        told = desk.annotate("--output", "brat:out")
        assert told.code == 2 and "out: the folder . cannot be written" in told.said
        assert not desk.project.exists()

    def test_a_project_that_cannot_be_written_is_exported(
        self, annotated: Desk, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def allowed(path: Path, mode: int) -> bool:
            return Path(path).absolute() != annotated.project or not mode & os.W_OK

        monkeypatch.setattr(os, "access", allowed)
        told = annotated.run("export", "notes.bioassist", "--to", "jsonl", "out.jsonl", "--include", "all")
        assert "ids that may change" in told.said
        assert len(Path("out.jsonl").read_text("utf-8").splitlines()) == 2


def full() -> NoReturn:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class TestFullDisk:
    @contextmanager
    def pages(self, number: int) -> Iterator[None]:
        """Project files can grow to `number` pages of 4 KiB, as if the disk were full then."""
        really = store.connect

        def connect(path: Path, **how: Any) -> Database:
            database = really(path, **how)
            database.rows(f"PRAGMA max_page_count = {number}")
            return database

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(store, "connect", connect)
            yield

    def test_no_room_for_the_notes(self, desk: Desk) -> None:
        desk.write({"a.txt": NOTE, "b.txt": long_note(3000)})
        with self.pages(40):
            told = desk.annotate()
        assert told.code == 5 and "the disk is full" in told.said and "Free some space and repeat it" in told.said
        # Notes come in together or not at all; with room, the same command takes them.
        assert desk.states() == {}
        assert desk.annotate("--limit", "1").code == 0
        assert desk.states() == {"a": "ready", "b": "pending"}

    def test_room_runs_out_while_notes_are_read(self, desk: Desk) -> None:
        desk.write({f"{name}.txt": long_note(40, name) for name in "abc"})
        with self.pages(60):
            told = desk.annotate()
        assert told.code == 5 and "the disk is full" in told.said
        before = desk.found()
        with sqlite3.connect(desk.project / "project.sqlite") as file:
            assert file.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            known = file.execute("SELECT count(*) FROM windows").fetchone()[0]
        file.close()
        assert known > 0
        assert desk.annotate().code == 0
        assert set(desk.states().values()) == {"ready"}
        # What was found before the disk was full is still there.
        assert all(set(before[name]) <= set(found) for name, found in desk.found().items())
        with desk.opened() as project:
            assert project.verify() == []

    def test_an_export_leaves_nothing_half_written(self, annotated: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        def full_outside(path: Path, target: Path, really: Callable[[Path, Path], Path] = Path.rename) -> Path:
            return really(path, target) if annotated.project in target.absolute().parents else full()

        with monkeypatch.context() as patched:
            patched.setattr(Path, "rename", full_outside)
            patched.setattr(Path, "replace", full_outside)
            for name, place in (("brat", "out"), ("jsonl", "out.jsonl"), ("spacy", "out.spacy")):
                told = annotated.run("export", annotated.project, "--to", name, place, "--include", "all")
                assert told.code == 2, name
                assert "cannot be written: No space left on device" in told.said
        assert sorted(path.name for path in annotated.folder.iterdir()) == ["notes", "notes.bioassist", "schema.toml"]

    def test_an_export_written_over_another_is_put_back(self, annotated: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        arguments = ("export", annotated.project, "--to", "brat", "out", "--include", "all")
        assert annotated.run(*arguments).code == 0
        before = {path: path.read_bytes() for path in Path("out").rglob("*") if path.is_file()}
        really, left = Path.rename, [3]

        def rename(path: Path, target: Path) -> Path:
            left[0] -= 1
            if left[0] == 0:
                full()
            return really(path, target)

        with monkeypatch.context() as patched:
            patched.setattr(destination.Path, "rename", rename)
            assert annotated.run(*arguments, "--force").code == 2
        assert left[0] <= 0
        assert {path: path.read_bytes() for path in Path("out").rglob("*") if path.is_file()} == before


Partition = namedtuple("Partition", "device mountpoint fstype opts")


class TestNetworkFileSystem:
    @pytest.fixture(autouse=True)
    def mounted(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        there = Partition("server:/home", str(desk.folder.resolve()), "nfs4", "rw")
        monkeypatch.setattr(holder.psutil, "disk_partitions", lambda **_: [there])

    def test_the_whole_job_works_there(self, desk: Desk) -> None:
        desk.write({"a.txt": NOTE})
        assert desk.annotate().code == 0
        with desk.opened() as project:
            assert project._database.row("PRAGMA locking_mode") == ("exclusive",)
        assert desk.run("status", desk.project).out.startswith("1 documents: 0 done, 1 ready")
        assert desk.run("export", desk.project, "--to", "brat", "out", "--include", "all").code == 0

    def test_where_it_cannot_be_safe_it_is_refused(self, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
        from assistant.project.file import database

        desk.write({"a.txt": NOTE})
        monkeypatch.setattr(database, "_use_write_ahead_log", lambda connection, exclusive: False)
        told = desk.annotate()
        assert told.code == 5 and "does not support" in told.said and "local disk" in told.said
