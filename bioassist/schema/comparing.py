"""Two schemas of one project: which labels came, which went, and what a label that went is probably called now."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from bioassist.schema.types import AttributeType, DocumentClass, EntityType, RelationType, Schema

# The tables of a schema whose names decisions bear.
LABELLED = ("entities", "relations", "attributes", "classes")
# In words, for one label of each.
KIND_WORDS = {"entities": "type", "relations": "relation", "attributes": "attribute", "classes": "class"}
# Names that have so much in common (0 to 1) are probably of one thing; "Symptom" and "Symptoms" have 0.93.
_ALIKE = 0.6

Label = EntityType | RelationType | AttributeType | DocumentClass


@dataclass(frozen=True, slots=True)
class Difference:
    """The labels of one table (`kind`) that only the later schema has, or only the earlier, each in its order."""

    kind: str
    added: tuple[str, ...]
    removed: tuple[str, ...]


def labels(schema: Schema, kind: str) -> tuple[Label, ...]:
    """The entries of one of the tables `LABELLED`."""
    found: tuple[Label, ...] = getattr(schema, kind)
    return found


def names(schema: Schema, kind: str) -> tuple[str, ...]:
    return tuple(label.name for label in labels(schema, kind))


def differences(before: Schema, after: Schema) -> list[Difference]:
    """Those tables whose labels are not the same, in the order of `LABELLED`."""
    found = []
    for kind in LABELLED:
        earlier, later = names(before, kind), names(after, kind)
        added = tuple(name for name in later if name not in earlier)
        removed = tuple(name for name in earlier if name not in later)
        if added or removed:
            found.append(Difference(kind, added, removed))
    return found


def likely(before: Schema, after: Schema, kind: str, name: str) -> str | None:
    """What label `name` of `before`, which `after` has not, is probably called there; None if nothing is like it.

    Only labels that are new in `after` come into question: first one that the model serves by the same label, then one
    of the same description, then the one whose name is most alike.
    """
    gone = next(label for label in labels(before, kind) if label.name == name)
    earlier = names(before, kind)
    new = [label for label in labels(after, kind) if label.name not in earlier]
    return (
        _first(label.name for label in new if label.served_by == gone.served_by)
        or _first(label.name for label in new if gone.description and label.description == gone.description)
        or _most_alike(name, [label.name for label in new])
    )


def _first(found: Iterable[str]) -> str | None:
    return next(iter(found), None)


def _most_alike(name: str, others: list[str]) -> str | None:
    def alike(other: str) -> float:
        return SequenceMatcher(None, name.casefold(), other.casefold(), autojunk=False).ratio()

    best = max(others, key=alike, default=None)
    return best if best is not None and alike(best) >= _ALIKE else None
