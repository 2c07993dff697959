"""What items mean, as a terminology says that suggested them: normalizations that go with them.

They are not decided on apart: who accepts a mention accepts what it stands for, and an item that waits is exported with
them. Where one came back changed from a file, or was taken out there, that is a fact like any other and counts instead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from assistant.project.facts import fact_id
from assistant.project.records import Reference
from assistant.project.state import Item
from bioassist.documents import Normalization


def meanings(text_sha: str, items: Iterable[Item], said: Collection[str]) -> list[Normalization]:
    """The normalizations of `items` that were not rejected, but for those with an id in `said`: people said something
    of those facts."""
    found: dict[str, Normalization] = {}
    for item in items:
        if item.status != "rejected":
            for one in item.references:
                meaning = meaning_of(text_sha, item, one)
                if meaning.id not in said:
                    found[meaning.id] = meaning
    return list(found.values())


def meaning_of(text_sha: str, item: Item, reference: Reference) -> Normalization:
    """That `item` stands for `reference`, under the id of what it says."""
    bare = Normalization("", item.id, reference.database, reference.identifier, reference.term)
    return replace(bare, id=fact_id(text_sha, bare))
