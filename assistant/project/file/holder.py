"""Who has a project open: one process at a time writes, and says who it is to the others."""

from __future__ import annotations

import json
import os
import socket
import sys
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import psutil
from filelock import FileLock, Timeout

from bioassist.errors import ProjectError

LOCK = "lock"
OWNER = "owner.json"

_NETWORK = (
    "nfs", "cifs", "smb", "sshfs", "fuse.sshfs", "afpfs", "afs", "9p", "ncp", "davfs", "webdav", "fuse.davfs", "lustre",
    "ceph", "fuse.ceph", "gpfs", "beegfs", "glusterfs", "fuse.glusterfs", "fuse.rclone", "fuse.gvfsd-fuse", "fuse.s3fs",
)  # fmt: skip


class Holder:
    """The hold of this process on a project folder; released by `release`, or by the system when the process dies."""

    def __init__(self, folder: Path) -> None:
        """Take hold. Raises ProjectError if another process has it, OSError if the folder cannot be written."""
        self._folder = folder
        # A lock that outlives its process would need a person to remove it, so there is no soft one.
        self._lock: FileLock | None = FileLock(
            folder / LOCK, timeout=0, mode=0o600, thread_local=False, fallback_to_soft=False
        )
        try:
            self._lock.acquire()
        except Timeout:
            raise held(folder) from None
        except NotImplementedError:
            # A network file system without such locks: there SQLite's own exclusive lock stands in.
            self._lock = None
        try:
            self._sign()
        except OSError:
            self.release()
            raise

    def release(self) -> None:
        with suppress(OSError):
            (self._folder / OWNER).unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.release()

    def _sign(self) -> None:
        owner = {
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "since": datetime.now(UTC).isoformat(timespec="seconds"),
            "command": Path(sys.argv[0]).name if sys.argv else "",
        }
        beside = self._folder / f"{OWNER}.new"
        beside.unlink(missing_ok=True)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            json.dump(owner, file)
        beside.replace(self._folder / OWNER)


def held(folder: Path) -> ProjectError:
    """The refusal that names who has the project, as far as that is known."""
    try:
        owner = json.loads((folder / OWNER).read_text("utf-8"))
        who = f" (pid {owner['pid']} on {owner['host']} since {owner['since']})"
    except (OSError, ValueError, KeyError, TypeError):
        who = ""
    return ProjectError(f"is open in another process{who}.", where=str(folder), next_step="Close it there first.")


def network_file_system(folder: Path) -> str | None:
    """The type of the network file system that `folder` lies on, or None if it is on a local disk."""
    place = folder.resolve()
    if str(place).startswith("\\\\"):
        return "network share"
    best: tuple[int, str | None] = (-1, None)
    for partition in psutil.disk_partitions(all=True):
        mount = Path(partition.mountpoint)
        if place == mount or mount in place.parents:
            remote = partition.fstype.lower().startswith(_NETWORK) or "remote" in partition.opts.split(",")
            # Of several file systems at one place the last that was mounted is the one that is seen.
            if len(mount.parts) >= best[0]:
                best = (len(mount.parts), partition.fstype if remote else None)
    return best[1]
