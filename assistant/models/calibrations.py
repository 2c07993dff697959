"""Calibration files: what the probabilities of a model are worth, shipped beside its card.

A file has one calibration, or a list of them: one for each program that the model was trained for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from assistant.models import cache, sums
from assistant.models.catalog import Entry
from bioassist.errors import ModelError
from bioassist.metrics.calibration import Calibration
from bioassist.tasks import confidence

# By program.
Calibrations = Mapping[str, Calibration]

# Models of these file types say the same but for noise; in fewer bits a model says otherwise (docs/experiments.md).
ALIKE = frozenset({"F32", "F16", "BF16", "Q8_0"})
# In what a calibration says of its model: an adapter that was applied over the base as it comes, see `same_type`.
AT_LOAD = "applied at load"

_AGAIN = "Fit it again with `bioassist train calibrate`."


def read(path: Path) -> Calibrations:
    """Raises ModelError for what is no calibration, or one of a confidence that this version does not give."""
    with cache.disk_errors(path):
        content = path.read_bytes()
    try:
        plain = json.loads(content)
        found = [Calibration.from_json(one) for one in (plain if isinstance(plain, list) else [plain])]
    except ValueError as error:
        raise ModelError(f"this is no calibration file: {error}.", where=str(path), next_step=_AGAIN) from None
    for one in found:
        wanted = confidence.definition_of(one.program)
        if one.definition != wanted:
            raise ModelError(
                f"it calibrates the confidence {one.definition!r}; this version gives {wanted!r}.",
                where=str(path),
                next_step=_AGAIN,
            )
    return {one.program: one for one in found}


def put(path: Path, calibration: Calibration) -> None:
    """Write a calibration to a file, in place of one of the same program; what the file has of others stays.

    Raises ModelError as `check_model` does.
    """
    kept = {**check_model(path, calibration.model), calibration.program: calibration}
    plain = [one.to_json() for _, one in sorted(kept.items())]
    with cache.disk_errors(path):
        written = path.with_name(f"{path.name}.part")
        written.write_text(f"{json.dumps(plain, indent=1, ensure_ascii=False)}\n", "utf-8")
        written.replace(path)


def check_model(path: Path, model: Mapping[str, str]) -> Calibrations:
    """What a file has, if it is there. Raises ModelError unless all of it is of `model`."""
    known = read(path) if path.exists() else {}
    if any(one.model != model for one in known.values()):
        raise ModelError(
            "the file has calibrations of another model.", where=str(path), next_step="Give another file to write to."
        )
    return known


def of_entry(entry: Entry) -> Calibrations:
    """The calibrations of a catalog's model, if it has any. Raises ModelError if the file is not the catalog's."""
    if entry.calibration is None:
        return {}
    path = entry.calibration.path
    if sums.sha256(path) != entry.calibration.sha256:
        raise ModelError(
            "the calibration is not the one that the catalog names.", where=str(path), next_step=_reinstall(entry)
        )
    return read(path)


def check_fit(path: Path, adapter_sha256: str, programs: frozenset[str]) -> None:
    """Raise ModelError unless all in a file were fitted on the answers of this adapter, to some of these programs."""
    for one in read(path).values():
        if one.model.get("adapter") != adapter_sha256:
            raise ModelError("the calibration was fitted for another adapter.", where=str(path), next_step=_AGAIN)
        if one.program not in programs:
            raise ModelError(
                f"the calibration is of the program {one.program}, which the adapter was not trained for.",
                where=str(path),
                next_step=_AGAIN,
            )


def same_type(model: Mapping[str, str], file_type: str) -> bool:
    """Whether what a calibration says of its model goes for one of this file type too.

    A base as it comes with the adapter beside it says what both say merged, which is made from that base in 16 bits.
    """
    fitted = model.get("file_type", file_type)
    alike = fitted in ALIKE or model.get("merged") == AT_LOAD
    return fitted == file_type or (alike and file_type in ALIKE)


def _reinstall(entry: Entry) -> str:
    return f"Install bioassist again, or add the model again: {entry.name}."
