"""`models add`: an adapter of the user's own as a model of the catalog, and out of it again.

The adapter, its card and its calibration are copied beside the user's catalog, under names that carry the adapter's
sum; the catalog is written last. So whatever goes wrong on the way, the catalog names what is there.
"""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from pathlib import Path
from types import MappingProxyType

from assistant.models import cache, calibrations, catalog, fitting, own_catalog, sums
from assistant.models.catalog import Entry, OwnFile, load_catalog
from assistant.models.gguf_file import Contents
from bioassist.errors import InputError, ModelError, UsageError

# Two at once would each write the catalog without the other's entry.
_LOCK = ".catalog"


def add(
    adapter: Path,
    card: Path,
    *,
    name: str | None = None,
    base: str | None = None,
    description: str | None = None,
    calibration: Path | None = None,
    force: bool = False,
) -> Entry:
    """Put the adapter GGUF into the user's catalog, for the base of the catalog's model `base` (None: the default).

    It is called `name`, or what it calls itself. `calibration` is a file of `train calibrate` for it. `force` replaces
    an entry of the user's own with that name. Raises ModelError for what is no adapter for this base, or one for
    programs that this version does not run, and for a calibration of another one; UsageError for a name that cannot be
    had; InputError for a card that cannot be read.
    """
    _check_card(card)
    known = load_catalog()
    on = known.entry(base)
    contents, sum_ = fitting.adapter_contents(adapter), sums.known_sha256(adapter)
    called = _name(name, contents, adapter)
    _check_free(called, known.entries.get(called), force)
    _check_programs(contents, adapter)
    fitting.check_fit(_base_file(on), on.base.sha256, adapter)
    if calibration is not None:
        calibrations.check_fit(calibration, sum_, frozenset(contents.programs.values()))
    folder = catalog.user_catalog().parent
    stem = _stem(called, sum_)
    beside = folder / f"{stem}.json"
    entry = Entry(
        name=called,
        description=description or f"{contents.name}: an adapter of your own on the base of {on.name}.",
        architecture=on.architecture,
        blocks=on.blocks,
        base=on.base,
        adapter=OwnFile(folder / f"{stem}.gguf", sum_),
        licences=MappingProxyType(
            {"base": on.licences.get("base", "unknown"), "adapter": contents.licence or "unknown"}
        ),
        tasks=tuple(contents.programs),
        labels=MappingProxyType({task: tuple(labels) for task, labels in contents.labels.items()}),
        programs=MappingProxyType(dict(contents.programs)),
        card=folder / f"{stem}.md",
        catalog=catalog.user_catalog(),
        calibration=OwnFile(beside, sums.sha256(calibration)) if calibration is not None else None,
    )
    with cache.locked(_LOCK, lambda: None), cache.disk_errors(folder):
        before = load_catalog().entries.get(called)
        _check_free(called, before, force)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy(adapter, folder / f"{stem}.gguf")
        _copy(card, folder / f"{stem}.md")
        if calibration is not None:
            _copy(calibration, beside)
        own_catalog.put(entry)
        if calibration is None:
            beside.unlink(missing_ok=True)
        if before is not None and before.adapter is not None and before.adapter.sha256 != sum_:
            _remove_files(before)
    return entry


def check_own(entry: Entry) -> None:
    """Raise ModelError unless the entry is in the user's catalog."""
    if entry.catalog != catalog.user_catalog():
        raise ModelError(f"{entry.name} is shipped with bioassist; it cannot be taken out of the catalog.")


def take_out(entry: Entry) -> None:
    """Take an entry out of the user's catalog, and delete the files that `add` put beside it. Raises ModelError."""
    check_own(entry)
    with cache.locked(_LOCK, lambda: None):
        own_catalog.take_out(entry.name)
        _remove_files(entry)


def _check_card(path: Path) -> None:
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        raise InputError("the card is not UTF-8 text.", where=str(path)) from None
    except OSError as error:
        raise InputError(
            f"the card cannot be read: {error.strerror}.",
            where=str(path),
            next_step="Write one: what the model was trained on, under what licences, how good it is.",
        ) from None
    if not text.strip() or "\0" in text:
        raise InputError("the card is empty." if not text.strip() else "the card is not text.", where=str(path))


def _name(asked: str | None, contents: Contents, adapter: Path) -> str:
    name = asked if asked is not None else re.sub(r"[^a-z0-9._-]+", "-", contents.name.lower()).strip("-._")[:64]
    if not catalog.NAME.fullmatch(name):
        raise UsageError(
            f"{name!r} cannot be a model's name: lower case letters, digits, '.', '_' and '-', at most 64.",
            where=str(adapter),
            next_step="Give one with --name.",
        )
    return name


def _check_free(name: str, there: Entry | None, force: bool) -> None:
    if there is None:
        return
    if there.catalog != catalog.user_catalog():
        raise UsageError(f"{name} is a model that is shipped already.", next_step="Give another name with --name.")
    if not force:
        raise UsageError(
            f"{name} is in your catalog already.",
            where=str(there.catalog),
            next_step="Give another name with --name, or add --force to replace it.",
        )


def _check_programs(contents: Contents, adapter: Path) -> None:
    """Raises ModelError unless this version runs what the adapter was trained for."""
    from bioassist.tasks.fingerprints import FINGERPRINTS

    if not contents.programs:
        raise ModelError(
            "this adapter does not say what programs it was trained for.",
            where=str(adapter),
            next_step="Make it with `bioassist train export`.",
        )
    for task, trained in contents.programs.items():
        runs = FINGERPRINTS.get(task)
        if runs is None:
            raise ModelError(f"this version of bioassist has no task {task}.", where=str(adapter))
        if runs != trained:
            raise ModelError(
                f"the adapter was trained with the program {trained}, this version of bioassist runs {runs}.",
                where=str(adapter),
                next_step="Train it with this version.",
            )


def _base_file(entry: Entry) -> Path:
    path = cache.base_path(entry)
    if not path.is_file():
        raise ModelError(
            f"the base of {entry.name} is not here to compare with.",
            next_step=f"Run `bioassist models pull {entry.name}`, or name the adapter's base with --base.",
        )
    return path


def _stem(name: str, sum_: str) -> str:
    return f"{name}-{sum_[:12]}"


def _copy(source: Path, target: Path) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
    os.close(handle)
    made = Path(name)
    try:
        shutil.copyfile(source, made)
        made.replace(target)
    finally:
        made.unlink(missing_ok=True)


def _remove_files(entry: Entry) -> None:
    """Delete the files of an entry that have the names that `add` gives; others are the user's own."""
    if entry.adapter is None:
        return
    stem = _stem(entry.name, entry.adapter.sha256)
    for path in (entry.adapter.path, entry.card, entry.calibration.path if entry.calibration else None):
        if path is not None and path.parent == entry.catalog.parent and path.stem == stem:
            path.unlink(missing_ok=True)
