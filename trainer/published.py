"""Figures that others published for a corpus, each with its source (see `published.toml`)."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Published:
    """`value` of `measure` (0 to 1) of a model on a corpus's test split, and where it was published."""

    model: str
    measure: str
    value: float
    source: str


@cache
def figures(corpus: str) -> tuple[Published, ...]:
    """What was published for a corpus by its name; none if nothing that could be checked was."""
    known = tomllib.loads((resources.files("trainer") / "published.toml").read_text("utf-8"))
    sources = known.pop("sources")
    table = known.get(corpus, {})
    return tuple(
        Published(model, table["measure"], value / 100, sources[name]["source"])
        for name in sources
        for model, value in table.get(name, {}).items()
    )
