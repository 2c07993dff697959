"""Which file a base model is, by what a person calls it."""

from __future__ import annotations

from pathlib import Path

from bioassist.errors import ModelError


def base_of(named: str | None) -> str:
    """A catalog's model gives its base's GGUF (None: the default's); a file, a folder or a hub's name is as it is.

    Raises ModelError for a catalog's model whose base is not on this machine.
    """
    from assistant.models import cache, load_catalog

    catalog = load_catalog()
    if named is not None and (Path(named).exists() or named not in catalog.entries):
        return named
    entry = catalog.entry(named)
    path = cache.base_path(entry)
    if not path.is_file():
        raise ModelError(
            f"the base of {entry.name} is not here.", next_step=f"Run `bioassist models pull {entry.name}`."
        )
    return str(path)
