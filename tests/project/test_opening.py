"""Opening a project: who may, what is refused, and that nothing is touched then."""

from __future__ import annotations

import errno
import os
import random
import sqlite3
import stat
import subprocess
import sys
from collections import namedtuple
from pathlib import Path

import pytest
from project_setup import Ward, decoded, seen

from assistant.project import store
from assistant.project.file import database, holder
from assistant.project.file.holder import network_file_system
from assistant.project.store import Project
from bioassist.errors import ProjectError

NOTE = "<Symptom>cough</Symptom> and <Disease>asthma</Disease>"
posix_only = pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
bound_by_permissions = pytest.mark.skipif(
    os.name != "posix" or os.geteuid() == 0, reason="permissions do not bind this user"
)

HOLD = """
import sys
from pathlib import Path
from assistant.project.store import Project
with Project.open(Path(sys.argv[1]), actor="other"):
    print("open", flush=True)
    sys.stdin.read()
"""


class OtherProcess:
    """Another process that has the project open until it is killed."""

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "open\n"
        self.pid = self._process.pid

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()

    def __enter__(self) -> OtherProcess:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()


def closed_project(folder: Path) -> Path:
    ward = Ward(folder)
    session = ward.review(ward.note(NOTE))
    session.accept()
    ward.project.close()
    return ward.path


def test_no_project_here(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="there is no project here"):
        Project.open(tmp_path / "none.bioassist")
    assert not (tmp_path / "none.bioassist").exists()


def test_a_file_is_no_project(tmp_path: Path) -> None:
    (tmp_path / "notes.bioassist").write_text("x", "utf-8")
    with pytest.raises(ProjectError, match="a project is a folder"):
        Project.open(tmp_path / "notes.bioassist", create=True)


def test_a_folder_that_holds_other_things_is_never_made_a_project(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("cough", "utf-8")
    mode = tmp_path.stat().st_mode
    with pytest.raises(ProjectError, match=r"holds other things \(note.txt\)"):
        Project.open(tmp_path, create=True)
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"] and tmp_path.stat().st_mode == mode


def test_what_a_stopped_creation_left_is_no_hindrance(tmp_path: Path) -> None:
    path = tmp_path / "notes.bioassist"
    path.mkdir()
    for name in ("lock", "owner.json", "project.sqlite.new"):
        (path / name).write_text("half", "utf-8")
    with Project.open(path, create=True) as project:
        assert project.documents() == []


def test_creating_where_a_project_is_opens_it(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    with Project.open(path, create=True) as project:
        assert [row.name for row in project.documents()] == ["note"]


@posix_only
def test_a_project_is_private_to_the_person(ward: Ward) -> None:
    before = os.umask(0)
    try:
        path = ward.path.with_name("open.bioassist")
        with Project.open(path, create=True) as project:
            project.add_document("n", decoded("cough"))
            modes = {entry.name: stat.S_IMODE(entry.stat().st_mode) for entry in path.iterdir()}
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
            assert {"project.sqlite", "project.sqlite-wal", "lock", "owner.json"} <= modes.keys()
            assert set(modes.values()) == {0o600}
    finally:
        os.umask(before)


def test_a_closed_project_is_one_file(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    assert sorted(entry.name for entry in path.iterdir() if entry.name != "lock") == ["project.sqlite"]


def test_what_is_saved_is_on_the_disk(ward: Ward) -> None:
    database = ward.project._database
    assert database.row("PRAGMA journal_mode") == ("wal",)
    assert database.row("PRAGMA synchronous") == (2,), "FULL"
    assert database.row("PRAGMA temp_store") == (2,), "no words of notes in a shared temporary folder"


def test_a_second_process_is_told_who_has_it(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    with OtherProcess(path) as other:
        with pytest.raises(ProjectError, match=rf"is open in another process \(pid {other.pid} on .* since 20"):
            Project.open(path)
        with pytest.raises(ProjectError, match="is open in another process"):
            Project.open(path, create=True)


def test_a_second_process_can_read(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    with OtherProcess(path), Project.open(path, read_only=True) as reader:
        assert reader.counts()["Symptom"].accepted == 1
        with pytest.raises(ProjectError, match="open for reading only"):
            reader.add_document("n", decoded("cough"))


def test_a_reader_sees_what_the_writer_saves(ward: Ward) -> None:
    session = ward.review(ward.note(NOTE))
    with Project.open(ward.path, read_only=True) as reader:
        assert reader.counts()["Symptom"].pending == 1
        session.accept()
        assert (reader.counts()["Symptom"].pending, reader.counts()["Symptom"].accepted) == (0, 1)


def test_a_killed_process_leaves_no_lock(tmp_path: Path) -> None:
    path = closed_project(tmp_path)
    with OtherProcess(path) as other:
        other.kill()
        with Project.open(path) as project:
            assert project.counts()["Symptom"].accepted == 1


def test_a_failed_opening_lets_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = closed_project(tmp_path)

    def broken(*_: object) -> None:
        raise ProjectError("cannot")

    with monkeypatch.context() as patched:
        patched.setattr(store, "migrate", broken)
        with pytest.raises(ProjectError, match="cannot"):
            Project.open(path)
    Project.open(path).close()


def test_what_was_being_read_waits_again_after_a_stop(ward: Ward) -> None:
    document = ward.note(NOTE)
    ward.project.set_state(document, "reading")
    assert ward.reopen().document(document).state == "pending"


def test_a_closed_project_says_so(ward: Ward) -> None:
    ward.project.close()
    ward.project.close()
    with pytest.raises(ProjectError, match="the project is closed"):
        ward.project.documents()


class TestDamaged:
    def refused(self, path: Path) -> str:
        """The message; the file must be as it was, and the folder free again."""
        before = (path / "project.sqlite").read_bytes()
        for create in (False, True):
            with pytest.raises(ProjectError) as caught, Project.open(path, create=create) as project:
                # Damage inside is met where it is read.
                project.documents()
                project.counts()
                for row in project.documents():
                    project.text(row.id)
                assert project.verify() == []
                raise AssertionError("damage was not seen")
        assert (path / "project.sqlite").read_bytes() == before
        return str(caught.value)

    def test_garbage(self, tmp_path: Path) -> None:
        path = closed_project(tmp_path)
        (path / "project.sqlite").write_bytes(random.Random(1).randbytes(40_000))
        message = self.refused(path)
        assert "project.sqlite" in message and "damaged" in message and "backup" in message

    def test_empty(self, tmp_path: Path) -> None:
        path = closed_project(tmp_path)
        (path / "project.sqlite").write_bytes(b"")
        assert "it is empty" in self.refused(path)

    @pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.95])
    def test_truncated(self, tmp_path: Path, part: float) -> None:
        path = closed_project(tmp_path)
        file = path / "project.sqlite"
        whole = file.read_bytes()
        file.write_bytes(whole[: int(len(whole) * part)])
        assert "damaged" in self.refused(path)

    def test_pages_overwritten_inside(self, tmp_path: Path) -> None:
        path = closed_project(tmp_path)
        file = path / "project.sqlite"
        whole = bytearray(file.read_bytes())
        for start in range(4096, len(whole), 4096):
            whole[start : start + 2048] = bytes(2048)
        file.write_bytes(whole)
        assert "damaged" in self.refused(path)

    def test_another_sqlite_file(self, tmp_path: Path) -> None:
        path = closed_project(tmp_path)
        (path / "project.sqlite").unlink()
        with sqlite3.connect(path / "project.sqlite") as other:
            other.execute("CREATE TABLE t (x)")
        other.close()
        assert "not a bioassist project" in self.refused(path)

    def test_verify_reports_damage_in_an_open_project(self, ward: Ward) -> None:
        for number in range(30):
            ward.note(NOTE + f" {number} " * 200, f"n{number}")
        ward.project.close()
        file = ward.path / "project.sqlite"
        whole = bytearray(file.read_bytes())
        place = whole.rindex(b"cough and asthma 7")
        page = place - place % 4096
        whole[page : page + 100] = bytes(100)
        file.write_bytes(whole)
        with Project.open(ward.path) as project:
            assert any("the file" in problem for problem in project.verify())


class TestUnwritable:
    @bound_by_permissions
    def test_a_read_only_folder(self, tmp_path: Path) -> None:
        path = closed_project(tmp_path)
        (path / "lock").unlink(missing_ok=True)
        path.chmod(0o500)
        try:
            with pytest.raises(ProjectError, match="cannot be written"):
                Project.open(path)
            with Project.open(path, read_only=True) as reader:
                assert reader.counts()["Symptom"].accepted == 1
        finally:
            path.chmod(0o700)

    @bound_by_permissions
    def test_no_place_for_a_new_project(self, tmp_path: Path) -> None:
        tmp_path.chmod(0o500)
        try:
            with pytest.raises(ProjectError, match=r"cannot be written.*--project"):
                Project.open(tmp_path / "n.bioassist", create=True)
        finally:
            tmp_path.chmod(0o700)

    @pytest.mark.parametrize("code", [errno.EACCES, errno.EROFS])
    def test_a_folder_that_refuses_the_lock(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
        path = closed_project(tmp_path)

        def refuse(*_: object, **__: object) -> None:
            raise OSError(code, os.strerror(code))

        monkeypatch.setattr(holder.FileLock, "acquire", refuse)
        with pytest.raises(ProjectError, match="cannot be written") as caught:
            Project.open(path)
        assert "--project" in str(caught.value)

    def test_a_folder_that_refuses_to_be_made(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refuse(*_: object, **__: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr(Path, "mkdir", refuse)
        with pytest.raises(ProjectError, match="cannot be written"):
            Project.open(tmp_path / "n.bioassist", create=True)

    def test_reading_where_nothing_can_be_written_beside_the_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = closed_project(tmp_path)
        monkeypatch.setattr(database, "_writable", lambda folder: False)
        with Project.open(path, read_only=True) as reader:
            assert reader.counts()["Symptom"].accepted == 1
            assert not (path / "project.sqlite-shm").exists()


class TestFullDisk:
    def fill(self, project: Project) -> None:
        (pages,) = project._database.rows("PRAGMA page_count")[0]
        project._database.rows(f"PRAGMA max_page_count = {pages}")

    def test_what_cannot_be_saved_is_not_shown_as_saved(self, ward: Ward) -> None:
        document = ward.note(" ".join(f"<Symptom 0.9>pain{number}</Symptom>" for number in range(400)))
        session = ward.review(document)
        session.accept()
        before, counts = session.current, session.documents()
        self.fill(ward.project)
        with pytest.raises(ProjectError, match="the disk is full"):
            session.accept_over(0.5)
        assert session.current == before and session.documents() == counts
        assert ward.project.verify() == []
        ward.project._database.rows("PRAGMA max_page_count = 1000000")
        assert session.accept_over(0.5) == 399
        assert ward.project.verify() == []

    def test_undo_on_a_full_disk_can_be_repeated(self, ward: Ward) -> None:
        document = ward.note(" ".join(f"<Symptom 0.9>pain{number}</Symptom>" for number in range(400)))
        session = ward.review(document)
        session.accept_over(0.5)
        self.fill(ward.project)
        failed = 0
        for _ in range(300):
            try:
                session.undo()
                session.redo()
            except ProjectError:
                failed += 1
                break
        assert failed, "the disk was not full"
        ward.project._database.rows("PRAGMA max_page_count = 1000000")
        assert ward.project.verify() == []
        last = ward.project.journal.entries()[-1].action
        assert (session.undo() if last in ("redo", "accept") else session.redo()) is not None
        assert ward.project.verify() == []

    def test_a_note_that_does_not_fit_leaves_the_project_as_it_was(self, ward: Ward) -> None:
        self.fill(ward.project)
        with pytest.raises(ProjectError, match="the disk is full") as caught:
            ward.project.add_document("long", decoded("cough " * 50_000))
        assert "Free some space" in str(caught.value)
        assert ward.project.documents() == []

    def test_at_opening(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(holder.Holder, "_sign", full)
        with pytest.raises(ProjectError, match="the disk is full"):
            Project.open(tmp_path / "n.bioassist", create=True)
        monkeypatch.undo()
        Project.open(tmp_path / "n.bioassist", create=True).close()


Partition = namedtuple("Partition", "device mountpoint fstype opts")


class TestNetworkFileSystem:
    @pytest.mark.parametrize("kind", ["nfs4", "cifs", "smb3", "fuse.sshfs", "9p"])
    def test_it_is_known_by_its_type(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
        mounted = [
            Partition("/dev/sda", tmp_path.anchor, "ext4", "rw"),
            Partition("host:/x", str(tmp_path), kind, "rw"),
            Partition("/dev/sdb", str(tmp_path / "local"), "ext4", "rw"),
        ]
        monkeypatch.setattr(holder.psutil, "disk_partitions", lambda **_: mounted)
        assert network_file_system(tmp_path / "notes.bioassist") == kind
        assert network_file_system(tmp_path / "local" / "notes.bioassist") is None
        assert network_file_system(tmp_path.parent) is None

    def test_a_remote_drive_of_windows(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        mounted = [Partition("Z:", tmp_path.anchor, "NTFS", "rw,remote")]
        monkeypatch.setattr(holder.psutil, "disk_partitions", lambda **_: mounted)
        assert network_file_system(tmp_path) == "NTFS"

    def test_this_disk_is_local(self, tmp_path: Path) -> None:
        assert network_file_system(tmp_path) is None

    def test_there_it_is_locked_exclusively_and_shares_no_memory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(store, "network_file_system", lambda path: "nfs4")
        ward = Ward(tmp_path)
        session = ward.review(ward.note(NOTE))
        session.accept()
        assert ward.project._database.row("PRAGMA locking_mode") == ("exclusive",)
        assert ward.project._database.row("PRAGMA journal_mode") == ("wal",)
        assert not (ward.path / "project.sqlite-shm").exists()
        monkeypatch.setattr(database, "_BUSY_SECONDS", 0.1)
        with pytest.raises(ProjectError, match=rf"is open in another process \(pid {os.getpid()}"):
            Project.open(ward.path, read_only=True)
        ward.project.close()
        with Project.open(ward.path, read_only=True) as reader:
            assert reader.counts()["Symptom"].accepted == 1
        with Project.open(ward.path) as project:
            assert project.counts()["Symptom"].accepted == 1

    def test_its_missing_locks_are_made_up_for_by_those_of_the_file(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def no_locks(*_: object, **__: object) -> None:
            raise NotImplementedError

        path = closed_project(tmp_path)
        monkeypatch.setattr(store, "network_file_system", lambda path: "nfs")
        monkeypatch.setattr(holder.FileLock, "acquire", no_locks)
        monkeypatch.setattr(database, "_BUSY_SECONDS", 0.1)
        with Project.open(path) as project:
            with pytest.raises(ProjectError, match="is open in another process"):
                Project.open(path)
            project.add_document("n", decoded("cough"))

    def test_where_memory_cannot_be_shared_the_file_is_locked(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = closed_project(tmp_path)
        monkeypatch.setattr(database, "_use_write_ahead_log", lambda connection, exclusive: exclusive)
        with Project.open(path) as project:
            assert project._database.row("PRAGMA locking_mode") == ("exclusive",)

    def test_where_that_does_not_work_either_it_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = closed_project(tmp_path)
        monkeypatch.setattr(database, "_use_write_ahead_log", lambda connection, exclusive: False)
        with pytest.raises(ProjectError, match=r"does not support.*local disk"):
            Project.open(path)


def test_the_person_is_the_user_unless_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = closed_project(tmp_path)
    for error in (KeyError("no such user"), OSError("no user"), ImportError("no pwd")):

        def unknown(error: Exception = error) -> str:
            raise error

        monkeypatch.setattr(store.getpass, "getuser", unknown)
        with Project.open(path) as project:
            assert project.actor == "person"
    with Project.open(path, actor="ann") as project:
        assert project.actor == "ann"


def test_two_threads_share_one_project(ward: Ward) -> None:
    from concurrent.futures import ThreadPoolExecutor

    document = ward.note(NOTE)
    session = ward.review(document)

    def engine() -> None:
        for number in range(60):
            with ward.project.transaction():
                ward.project.put_window(f"w{number}", {"labels": [number]}, document)
                ward.project.set_state(document, "ready", words=number)

    with ThreadPoolExecutor(1) as pool:
        writing = pool.submit(engine)
        for _ in range(30):
            session.accept()
            session.undo()
        writing.result()
    assert len(ward.project.cached_windows(f"w{number}" for number in range(60))) == 60
    assert ward.project.verify() == []
    assert seen(session)[0] == "*pending Symptom: cough"
