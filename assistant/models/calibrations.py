"""Calibration files: what the probabilities of a model's entities are worth, shipped beside its card."""

from __future__ import annotations

import json
from pathlib import Path

from assistant.models import cache, sums
from assistant.models.catalog import Entry
from bioassist.errors import ModelError
from bioassist.metrics.calibration import Calibration
from bioassist.tasks import confidence

_AGAIN = "Fit it again with `bioassist train calibrate`."


def read(path: Path) -> Calibration:
    """Raises ModelError for what is no calibration, or one of a confidence that this version does not give."""
    with cache.disk_errors(path):
        content = path.read_bytes()
    try:
        found = Calibration.from_json(json.loads(content))
    except ValueError as error:
        raise ModelError(f"this is no calibration file: {error}.", where=str(path), next_step=_AGAIN) from None
    if found.definition != confidence.IN_USE:
        raise ModelError(
            f"it calibrates the confidence {found.definition!r}; this version gives {confidence.IN_USE!r}.",
            where=str(path),
            next_step=_AGAIN,
        )
    return found


def of_entry(entry: Entry) -> Calibration | None:
    """The calibration of a catalog's model, if it has one. Raises ModelError if the file is not the catalog's."""
    if entry.calibration is None:
        return None
    path = entry.calibration.path
    if sums.sha256(path) != entry.calibration.sha256:
        raise ModelError(
            "the calibration is not the one that the catalog names.", where=str(path), next_step=_reinstall(entry)
        )
    return read(path)


def check_fit(calibration: Calibration, path: Path, adapter_sha256: str, programs: frozenset[str]) -> None:
    """Raise ModelError unless it was fitted on the answers of this adapter, to one of these programs."""
    if calibration.model.get("adapter") != adapter_sha256:
        raise ModelError("the calibration was fitted for another adapter.", where=str(path), next_step=_AGAIN)
    if calibration.program not in programs:
        raise ModelError(
            f"the calibration is of the program {calibration.program}, which the adapter was not trained for.",
            where=str(path),
            next_step=_AGAIN,
        )


def _reinstall(entry: Entry) -> str:
    return f"Install bioassist again, or add the model again: {entry.name}."
