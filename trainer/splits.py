"""Annotated documents to learn from, and those to judge by: what every peer of the instruction models is given."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bioassist.errors import InputError
from bioassist.schema import EntityType
from trainer import gold
from trainer.corpora import Split
from trainer.corpora.shelf import Shelf
from trainer.duplicates import Leakage
from trainer.evaluate import some
from trainer.gold import Named
from trainer.windowing import Windowed


@dataclass(frozen=True, slots=True)
class EntitySplits:
    """`tokens` says where words come from: "given" or "own". `leaked` counts training documents that were left out."""

    train: list[Windowed]
    dev: list[Windowed]
    types: tuple[EntityType, ...]
    tokens: str
    leaked: int


def entity_splits(
    data: Named,
    shelf: Shelf,
    *,
    wanted: Sequence[str] = (),
    window_words: int = 60,
    limit: int | None = None,
    limit_dev: int | None = None,
) -> EntitySplits:
    """Both splits of a corpus, or of a folder that `bioassist export --to spacy` wrote (`spacy:FOLDER`).

    Development documents, types and words are those of `bioassist evaluate`. Training documents that stand in a
    development text are left out, as from instruction data. `limit` and `limit_dev` are drawn with a fixed seed.
    Raises InputError where nothing is left, and what reading raises.
    """
    given = data.format == "corpus" and gold.has_words(data.path)

    def read(split: Split) -> tuple[list[Windowed], list[EntityType]]:
        named = data if data.format == "corpus" else replace(data, path=str(Path(data.path) / f"{split}.spacy"))
        return gold.documents(
            named,
            shelf,
            renamed={},
            wanted=wanted,
            given_words=given,
            window_words=window_words,
            split=split,
        )

    dev, _ = read("dev")
    train, types = read("train")
    leakage = Leakage(document.text for document in dev)
    kept = [document for document in train if not leakage.holds(document.text)]
    if not kept or not dev:
        raise InputError("nothing is left to train or to judge on.", where=data.path)
    return EntitySplits(
        some(kept, limit), some(dev, limit_dev), tuple(types), "given" if given else "own", len(train) - len(kept)
    )
