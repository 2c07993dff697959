"""The user's catalog as a file: an entry is put in or taken out, and every other line stays as the user wrote it.

What would be written is read first, and must say what it said before but for that entry; so a catalog is never spoiled,
however it was written by hand.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from assistant.models import cache, catalog
from assistant.models.catalog import Entry, HubSource, PackageSource, Source
from bioassist.errors import ModelError

_HEADER = re.compile(r"\s*\[\[?\s*([^\]]+?)\s*\]\]?\s*(?:#.*)?\Z")
_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")


def put(entry: Entry) -> None:
    """Write `entry` into the user's catalog, in the place of one with its name. Raises ModelError."""
    path = catalog.user_catalog()
    text = _text(path)
    rest = _without(text, entry.name, path) if text else f"format = {catalog.FORMAT}\n"
    _write(path, f"{rest.rstrip()}\n\n{_tables(entry)}", expected=_models(rest) | {entry.name})


def take_out(name: str) -> None:
    """Take the entry `name` out of the user's catalog. Raises ModelError if it is the default, or is not there."""
    path = catalog.user_catalog()
    text = _text(path)
    if name not in _models(text):
        raise ModelError(f"{name} is not in your catalog.", where=str(path))
    if tomllib.loads(text).get("default") == name:
        raise ModelError(
            f"{name} is the default model of your catalog.",
            where=str(path),
            next_step="Name another one in its line `default`, or delete that line, first.",
        )
    _write(path, _without(text, name, path), expected=_models(text) - {name})


def _text(path: Path) -> str:
    """The catalog as it is, checked; nothing if there is none."""
    if not path.is_file():
        return ""
    catalog.load_catalog()
    return path.read_text("utf-8")


def _models(text: str) -> set[str]:
    return set(tomllib.loads(text).get("models", {}))


def _without(text: str, name: str, path: Path) -> str:
    """The text without the tables of `name`. Raises ModelError where they are written as this does not expect."""
    before = tomllib.loads(text)
    if name not in before.get("models", {}):
        return text
    kept: list[str] = []
    dropping = False
    for line in text.splitlines(keepends=True):
        header = _HEADER.match(line.rstrip("\r\n"))
        if header is not None:
            dropping = _keys(header[1])[:2] == ["models", name]
        if not dropping:
            kept.append(line)
    rest = "".join(kept)
    wanted: dict[str, Any] = {**before, "models": {key: of for key, of in before["models"].items() if key != name}}
    try:
        after = tomllib.loads(rest)
    except tomllib.TOMLDecodeError:
        after = {}
    if {"models": {}, **after} != wanted:
        raise ModelError(
            f"the entry {name} is written in a way that cannot be taken out by itself.",
            where=str(path),
            next_step="Delete it by hand.",
        )
    return rest


def _keys(dotted: str) -> list[str]:
    """`models."my.model".base` as its parts; what is no key has none."""
    try:
        found: Any = tomllib.loads(f"{dotted} = 0")
    except tomllib.TOMLDecodeError:
        return []
    keys: list[str] = []
    while isinstance(found, dict):
        key, found = next(iter(found.items()))
        keys.append(key)
    return keys


def _write(path: Path, text: str, *, expected: set[str]) -> None:
    """Write beside and rename, once it is read as a catalog of the `expected` models."""
    with cache.disk_errors(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
        made = Path(name)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            if catalog.names(made) != expected:
                raise ModelError("the catalog cannot be written so.", where=str(path), next_step="Edit it by hand.")
            made.replace(path)
        except BaseException:
            made.unlink(missing_ok=True)
            raise


def _tables(entry: Entry) -> str:
    """An entry as TOML, as models/README.md describes it."""
    own = f"models.{_key(entry.name)}"
    top: dict[str, Any] = {
        "description": entry.description,
        "architecture": entry.architecture,
        "blocks": entry.blocks,
        "tasks": entry.tasks,
    }
    if entry.card is not None:
        top["card"] = entry.card.name
    base = {"file": entry.base.file, "sha256": entry.base.sha256, "size": entry.base.size}
    parts = [_table(f"[{own}]", top), _table(f"[{own}.licences]", entry.licences)]
    if entry.adapter is not None:
        adapter = {"file": entry.adapter.path.name, "sha256": entry.adapter.sha256}
        parts.append(_table(f"[{own}.adapter]", adapter))
    if entry.calibration is not None:
        calibration = {"file": entry.calibration.path.name, "sha256": entry.calibration.sha256}
        parts.append(_table(f"[{own}.calibration]", calibration))
    parts += [_table(f"[{own}.labels]", entry.labels), _table(f"[{own}.programs]", entry.programs)]
    parts.append(_table(f"[{own}.base]", base))
    parts += [_table(f"[[{own}.base.sources]]", _source(source)) for source in entry.base.sources]
    return "\n".join(parts)


def _table(header: str, content: Mapping[str, Any]) -> str:
    return "\n".join([header, *(f"{_key(key)} = {_value(value)}" for key, value in content.items())]) + "\n"


def _key(key: str) -> str:
    return key if _BARE.match(key) else json.dumps(key)


def _value(value: str | int | Sequence[str]) -> str:
    # TOML's basic strings are JSON's, but for one control character that JSON leaves as it is.
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    return str(value) if isinstance(value, int) else f"[{', '.join(_value(one) for one in value)}]"


def _source(source: Source) -> dict[str, str]:
    match source:
        case PackageSource():
            return {
                "kind": "package",
                "distribution": source.distribution,
                "version": source.version,
                "member": source.member,
            }
        case HubSource():
            return {"kind": "hub", "repository": source.repository, "revision": source.revision, "file": source.file}
        case _:
            return {"kind": "path", "path": str(source.path)}
