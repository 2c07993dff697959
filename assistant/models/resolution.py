"""From what a person named, a catalog's model or a file, to what the engine loads."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from assistant.engine.machine import Tuning
from assistant.models import cache, calibrations, sums
from assistant.models.calibrations import Calibrations
from assistant.models.catalog import Catalog, Entry, load_catalog
from assistant.models.fetch import by_hand
from assistant.models.fitting import adapter_contents, check_fit
from assistant.models.gguf_file import Contents
from assistant.models.progress import Progress
from assistant.models.pulling import pull
from assistant.models.tuned import read_tuned
from bioassist.errors import ModelError
from bioassist.metrics.calibration import Calibration
from bioassist.tasks.ner import FINGERPRINTS


@dataclass(frozen=True, slots=True)
class ResolvedModel:
    """A model that is on this machine, checked, ready to be loaded.

    `adapter` is given to llama.cpp beside `path`. `identity` is a sha256 over base, adapter and file type: the same
    wherever the same model is prepared as the same type. `trained_labels` and `programs` say, per task, what the
    adapter (or a merged model) was trained on; a base alone has none. `tuning` is what `models tune` found.
    `calibrations` say what its probabilities are worth, by program; `adapter_sha256` is that of the adapter beside
    it or merged into it.
    """

    name: str
    path: Path
    adapter: Path | None
    identity: str
    trained_labels: Mapping[str, list[str]]
    programs: Mapping[str, str]
    file_type: str
    licence: str
    tuning: Tuning | None = None
    calibrations: Calibrations = field(default_factory=lambda: MappingProxyType({}))
    adapter_sha256: str | None = None

    @property
    def task(self) -> str:
        """The rendering of entities that it was trained for, the first if there are several; else `ner.typed`."""
        return next((name for name in self.trained_labels if name in FINGERPRINTS), "ner.typed")

    def runs_as(self, calibration: Calibration) -> str | None:
        """Its file type, if the calibration was fitted to one that says otherwise: then it does not apply."""
        return None if calibrations.same_type(calibration.model, self.file_type) else self.file_type

    def calibration_of(self, program: str) -> Calibration | None:
        """The calibration that applies to what it says in a program, named by its fingerprint."""
        found = self.calibrations.get(program)
        return found if found is not None and self.runs_as(found) is None else None

    @property
    def trained(self) -> bool:
        """Whether it was trained for any task; if not, its suggestions are marked as untrained."""
        return bool(self.trained_labels)


def resolve(
    name_or_path: str | None,
    adapter: str | Path | None = None,
    *,
    offline: bool = False,
    allow_pull: bool = False,
    ask: Callable[[Entry], bool] | None = None,
    progress: Progress | None = None,
    catalog: Catalog | None = None,
) -> ResolvedModel:
    """The model of that name (None: the default) or GGUF file, with `adapter` in place of the catalog's.

    A catalog's model that is not here is pulled if `allow_pull`, or if `ask` says yes; never if `offline`. A catalog's
    name goes before a file of the same name. Raises ModelError with the command that helps.
    """
    known = catalog or load_catalog()
    own = _checked_adapter(Path(adapter)) if adapter is not None else None
    if name_or_path is not None and name_or_path not in known.entries and _like_a_path(name_or_path):
        return _file(Path(name_or_path), own)
    entry = known.entry(name_or_path)
    prepared = cache.read_prepared(entry)
    if prepared is None:
        if offline or not (allow_pull or (ask is not None and ask(entry))):
            raise _missing(entry, offline)
        prepared = pull(entry, progress=progress)
    path = cache.prepared_path(prepared)
    if path.stat().st_size != prepared.size:
        raise ModelError(
            "the file is not as it was prepared.",
            where=str(path),
            next_step=f"Run `bioassist models remove {entry.name}`, then `bioassist models pull {entry.name}`.",
        )
    if own is None:
        tuned = read_tuned(prepared)
        # The catalog's own adapter is in the prepared file.
        return ResolvedModel(
            name=entry.name,
            path=path,
            adapter=None,
            identity=_identity(entry.base.sha256, entry.adapter.sha256 if entry.adapter else None, prepared.file_type),
            trained_labels={task: list(labels) for task, labels in entry.labels.items()},
            programs=dict(entry.programs),
            file_type=prepared.file_type,
            licence=entry.licence,
            tuning=tuned.tuning if tuned else None,
            calibrations=calibrations.of_entry(entry),
            adapter_sha256=entry.adapter.sha256 if entry.adapter else None,
        )
    _same_architecture(own, entry.architecture)
    check_fit(cache.base_path(entry), entry.base.sha256, own.path)
    # An adapter of the person's is for the base alone, not for one that has the catalog's adapter in it.
    bare = entry.adapter is not None
    return ResolvedModel(
        name=f"{entry.name}+{own.path.stem}",
        path=cache.base_path(entry) if bare else path,
        adapter=own.path,
        identity=_identity(entry.base.sha256, own.sha256, "base" if bare else prepared.file_type),
        trained_labels=dict(own.contents.labels),
        programs=dict(own.contents.programs),
        file_type=sums.known_contents(cache.base_path(entry)).file_type if bare else prepared.file_type,
        licence=entry.licence,
        adapter_sha256=own.sha256,
    )


@dataclass(frozen=True, slots=True)
class _Adapter:
    path: Path
    contents: Contents
    sha256: str


def _file(path: Path, adapter: _Adapter | None) -> ResolvedModel:
    if not path.is_file():
        raise ModelError("there is no such model file.", where=str(path))
    contents = sums.known_contents(path)
    if contents.kind != "model":
        raise ModelError(
            "this is an adapter, not a model.", where=str(path), next_step="Give it with --adapter, beside its base."
        )
    if adapter is not None:
        _same_architecture(adapter, contents.architecture)
        check_fit(path, sums.known_sha256(path), adapter.path)
    told = adapter.contents if adapter else contents
    return ResolvedModel(
        name=path.stem if adapter is None else f"{path.stem}+{adapter.path.stem}",
        path=path,
        adapter=adapter.path if adapter else None,
        identity=_identity(sums.known_sha256(path), adapter.sha256 if adapter else None, contents.file_type),
        trained_labels=dict(told.labels),
        programs=dict(told.programs),
        file_type=contents.file_type,
        licence=contents.licence or "unknown",
        adapter_sha256=adapter.sha256 if adapter else None,
    )


def _checked_adapter(path: Path) -> _Adapter:
    return _Adapter(path, adapter_contents(path), sums.known_sha256(path))


def _same_architecture(adapter: _Adapter, architecture: str) -> None:
    if adapter.contents.architecture != architecture:
        raise ModelError(
            f"the adapter is for {adapter.contents.architecture!r}, the model is {architecture!r}.",
            where=str(adapter.path),
        )


def _identity(base: str, adapter: str | None, file_type: str) -> str:
    return hashlib.sha256(f"base {base}\nadapter {adapter or '-'}\ntype {file_type}\n".encode()).hexdigest()


def _like_a_path(name: str) -> bool:
    separators = [os.sep, *([os.altsep] if os.altsep else [])]
    return name.endswith(".gguf") or any(separator in name for separator in separators) or Path(name).exists()


def _missing(entry: Entry, offline: bool) -> ModelError:
    if offline:
        return ModelError(
            f"the model {entry.name} is not on this machine, and --offline forbids to fetch it.",
            next_step=f"Run `bioassist models pull {entry.name}` once. {by_hand(entry)}",
        )
    return ModelError(
        f"the model {entry.name} is not on this machine yet.",
        next_step=f"Run `bioassist models pull {entry.name}` ({cache.megabytes(entry.base.size)}).",
    )
