"""`bioassist doctor`: what works on this machine, and what to do about what does not."""

from __future__ import annotations

import json
import locale
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import click

from bioassist import __version__
from bioassist.cli import gpu_builds
from bioassist.cli.diagnostics import Exit, say, visible
from bioassist.errors import BioassistError

# A pull needs about this much beside what the model takes up in the end; a project little.
_ROOM_FOR_PROJECT = 200_000_000
_MEMORY = 1 << 30
_SCREEN = (80, 24)
# What the screens draw with; a terminal of another encoding shows question marks.
_GLYPHS = "●▌─│✓…"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at. `note` is worth knowing, `problem` stands in the way of something."""

    name: str
    status: Literal["ok", "note", "problem"]
    found: str
    advice: str | None = None


@click.command("doctor")
@click.argument("project", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(project: Path | None, as_json: bool) -> int:
    """Say what works on this machine, and whether PROJECT opens. Exit code 1 if something does not.

    Nothing is changed, and the network is not touched.

    \b
    Examples:
      bioassist doctor
      bioassist doctor notes.bioassist --json
    """
    checks = []
    for check in examine(project):
        checks.append(check)
        if not as_json:
            # Each as it is known: some take a second.
            click.echo(visible(f"{check.status:<8} {check.name:<12} {check.found}"))
            if check.advice:
                click.echo(visible(f"{'':<21} {check.advice}"))
    problems = sum(check.status == "problem" for check in checks)
    if as_json:
        click.echo(json.dumps({"problems": problems, "checks": [asdict(check) for check in checks]}, indent=2))
    else:
        say(f"bioassist: {problems} problems found." if problems else "bioassist: everything needed works.")
    return Exit.FINDINGS if problems else Exit.DONE


def examine(project: Path | None = None) -> Iterator[Check]:
    """All checks, one after the other; none of them raises."""
    yield Check("bioassist", "ok", __version__)
    yield Check("python", "ok", f"{platform.python_version()}, {platform.platform()}, {platform.machine()}")
    yield from _machine()
    yield from _engine()
    yield _spacy()
    yield from _models()
    yield from _terminal()
    yield _room("here", Path.cwd(), _ROOM_FOR_PROJECT)
    if project is not None:
        yield _project(project)


def _machine() -> Iterator[Check]:
    import psutil

    cores = psutil.cpu_count(logical=False) or psutil.cpu_count() or 1
    load = psutil.getloadavg()[0] if hasattr(psutil, "getloadavg") else 0.0
    busy = load > 0.5 * cores
    yield Check(
        "processor",
        "note" if busy else "ok",
        f"{cores} cores, load {load:.1f}",
        "Other programs are busy: reading will be slower, and a pull may choose another file type." if busy else None,
    )
    memory = psutil.virtual_memory()
    enough = memory.available >= _MEMORY
    yield Check(
        "memory",
        "ok" if enough else "problem",
        f"{memory.available / 2**30:.1f} of {memory.total / 2**30:.1f} GiB free",
        None if enough else "The default model wants 1 GiB; close other programs.",
    )


def _engine() -> Iterator[Check]:
    from assistant.models.errands import errand

    try:
        build = errand("build")
    except BioassistError as error:
        advice = "Install it again: `pip install --force-reinstall --no-cache-dir llama-cpp-python`."
        yield Check("llama.cpp", "problem", error.what, advice)
        return
    yield Check("llama.cpp", "ok", f"llama-cpp-python {build['package']}; {build['features']}")
    if build["gpu_offload"]:
        yield Check("gpu", "ok", "this build can put layers on the GPU (--gpu-layers)")
        return
    seen = "; there is an NVIDIA card here" if shutil.which("nvidia-smi") else ""
    yield Check("gpu", "note", f"this build computes on the processor alone{seen}", gpu_builds.advice(build["package"]))


def _spacy() -> Check:
    """In a process of its own: importing it takes a second, and what is broken can break anything."""
    from assistant.children import environment

    done = subprocess.run(
        [sys.executable, "-P", "-c", "import spacy; print(spacy.__version__)"],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment(),
        check=False,
    )
    said = (done.stdout if done.returncode == 0 else done.stderr).decode("utf-8", "replace").strip().splitlines()
    last = said[-1] if said else f"exit code {done.returncode}"
    if done.returncode == 0:
        return Check("spacy", "ok", last)
    return Check("spacy", "problem", f"cannot be imported: {last}", "Install it again: `pip install spacy`.")


def _models() -> Iterator[Check]:
    from assistant.models import cache, load_catalog
    from assistant.models.prepare import room_needed
    from assistant.models.tuned import read_tuned
    from assistant.models.verification import quick

    try:
        catalog = load_catalog()
        cache.root().exists()
    except (BioassistError, OSError) as error:
        yield Check("models", "problem", str(error))
        return
    for entry in catalog.entries.values():
        prepared = cache.read_prepared(entry)
        broken = [f"{one.path.name} {one.problem}" for one in quick(entry) if one.problem]
        if prepared is not None and not broken:
            found = f"{entry.name} as {prepared.file_type}, {cache.megabytes(prepared.size)}"
            yield Check("model", "ok", found, "`bioassist models verify` reads the files and compares their sums.")
            tuned = read_tuned(prepared)
            advice = None if tuned else f"`bioassist models tune {entry.name}` finds how it is read fastest here."
            yield Check("tuning", "ok" if tuned else "note", str(tuned) if tuned else f"none of {entry.name}", advice)
        elif broken:
            again = f"`bioassist models remove {entry.name}`, then `bioassist models pull {entry.name}`."
            yield Check("model", "problem", f"{entry.name}: {'; '.join(broken)}", again)
        elif entry.name == catalog.default:
            advice = f"`bioassist models pull {entry.name}` fetches {cache.megabytes(entry.base.size)}."
            yield Check("model", "problem", f"{entry.name}, the default, is not on this machine", advice)
            yield _room("cache", cache.root(), room_needed(entry.base.size, None))
            return
    yield _room("cache", cache.root(), _ROOM_FOR_PROJECT)


def _terminal() -> Iterator[Check]:
    if sys.stdout.isatty():
        size = shutil.get_terminal_size()
        small = size.columns < _SCREEN[0] or size.lines < _SCREEN[1]
        yield Check(
            "screen",
            "problem" if small else "ok",
            f"{size.columns}x{size.lines}, {_colours()}, TERM={os.environ.get('TERM', '')}",
            "The review screen wants 80x24: make the window larger." if small else None,
        )
    else:
        yield Check("screen", "note", "standard output is no terminal", "The review screen needs one.")
    encoding = sys.stdout.encoding or locale.getpreferredencoding(False)
    try:
        _GLYPHS.encode(encoding)
    except (UnicodeError, LookupError):
        advice = "Choose a UTF-8 locale (LANG=C.UTF-8), or set PYTHONUTF8=1."
        yield Check("encoding", "problem", f"{encoding} cannot show what the screens draw", advice)
        return
    yield Check("encoding", "ok", encoding)


def _colours() -> str:
    from rich.console import Console

    names = {"truecolor": "16 million colours", "256": "256 colours", "standard": "16 colours", "windows": "16 colours"}
    found = names.get(Console().color_system or "", "no colours")
    return f"{found} (NO_COLOR is set)" if os.environ.get("NO_COLOR") else found


def _room(name: str, place: Path, needed: int) -> Check:
    from assistant.models.cache import free_bytes, megabytes

    try:
        free = free_bytes(place)
    except OSError as error:
        return Check(f"disk {name}", "problem", f"{place}: {error.strerror}")
    enough = free >= needed
    advice = None if enough else f"{megabytes(needed)} are wanted here for a while."
    return Check(f"disk {name}", "ok" if enough else "problem", f"{megabytes(free)} free at {place}", advice)


def _project(path: Path) -> Check:
    from assistant.project.store import Project

    try:
        with Project.open(path, read_only=True) as opened:
            count = len(opened.documents())
    except BioassistError as error:
        return Check("project", "problem", str(error))
    return Check("project", "ok", f"{path} opens, {count} documents")
