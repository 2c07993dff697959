"""Reading corpora written by hand, whose counts are not those of the real ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from bioassist.errors import InputError
from converters.report import Report
from trainer.corpora import SPLITS, Split, by_name

# Writes a file below the folder of all corpora, which it gives.
Lay = Callable[[str, str | bytes], Path]
S = TypeVar("S")


def samples(kind: type[S], name: str, root: Path, split: Split, report: Report | None = None) -> list[S]:
    """The samples of one split."""
    found = list(by_name(name).open(root, split, report, whole=False))
    assert all(isinstance(one, kind) for one in found)
    return [one for one in found if isinstance(one, kind)]


def of_all_splits(kind: type[S], name: str, root: Path, report: Report | None = None) -> list[S]:
    """The samples of both splits of a corpus that is split by hash, so that one of them may be empty."""
    found: list[S] = []
    for split in SPLITS:
        try:
            found += samples(kind, name, root, split, report)
        except InputError as error:
            if f"the {split} split of" not in error.what:
                raise
    return found
