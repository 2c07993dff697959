"""All annotations of a document in one row, whatever their kind, and what they refer to."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from bioassist.documents import (
    Annotation,
    Argument,
    Attribute,
    Document,
    Entity,
    Equivalence,
    Event,
    Normalization,
    Note,
    Relation,
)


def row(document: Document) -> list[Annotation | Equivalence]:
    """Everything in `document`, kind by kind, equivalences last."""
    return [*document.annotations(), *document.equivalences]


def with_row(document: Document, annotations: Iterable[Annotation | Equivalence]) -> Document:
    """`document` with `annotations` in place of what it has; the order within each kind is theirs."""
    kinds: dict[type, list[Annotation | Equivalence]] = {}
    for annotation in annotations:
        kinds.setdefault(type(annotation), []).append(annotation)
    found: dict[str, object] = {
        "entities": tuple(kinds.get(Entity, ())),
        "relations": tuple(kinds.get(Relation, ())),
        "events": tuple(kinds.get(Event, ())),
        "attributes": tuple(kinds.get(Attribute, ())),
        "normalizations": tuple(kinds.get(Normalization, ())),
        "notes": tuple(kinds.get(Note, ())),
        "equivalences": tuple(kinds.get(Equivalence, ())),
    }
    return replace(document, **found)  # type: ignore[arg-type]


def name(annotation: Annotation | Equivalence) -> str:
    """What a message calls it: its id, or the members of an equivalence."""
    return f"* {' '.join(annotation.members)}" if isinstance(annotation, Equivalence) else annotation.id


def targets(annotation: Annotation | Equivalence) -> tuple[str, ...]:
    """The ids that `annotation` refers to."""
    match annotation:
        case Entity():
            return ()
        case Relation(arguments=arguments):
            return tuple(argument.target for argument in arguments)
        case Event(trigger=trigger, arguments=arguments):
            return (trigger, *(argument.target for argument in arguments))
        case Equivalence(members=members):
            return members
        case _:
            return (annotation.target,)


def retargeted(annotation: Annotation | Equivalence, new: Callable[[str], str]) -> Annotation | Equivalence:
    """`annotation` with every id that it refers to replaced by `new` of it; its own id stays."""
    match annotation:
        case Entity():
            return annotation
        case Relation(arguments=(first, second)):
            return replace(annotation, arguments=(_aimed(first, new), _aimed(second, new)))
        case Event(trigger=trigger, arguments=arguments):
            aimed = tuple(_aimed(argument, new) for argument in arguments)
            return replace(annotation, trigger=new(trigger), arguments=aimed)
        case Equivalence(members=members):
            return replace(annotation, members=tuple(map(new, members)))
        case _:
            return replace(annotation, target=new(annotation.target))


def _aimed(argument: Argument, new: Callable[[str], str]) -> Argument:
    return replace(argument, target=new(argument.target))


@dataclass(frozen=True, slots=True)
class Dangling:
    """`annotation` refers to `missing`: it was `left_out`, or lost the arguments or members that do."""

    annotation: Annotation | Equivalence
    missing: tuple[str, ...]
    left_out: bool


def without_dangling(
    annotations: list[Annotation | Equivalence],
) -> tuple[list[Annotation | Equivalence], list[Dangling]]:
    """`annotations` without references to what is not among them, and what that took away.

    Events lose arguments and equivalences members, down to two; everything else goes, and what refers to it with it.
    """
    told: list[Dangling] = []
    while True:
        known = {one.id for one in annotations if isinstance(one, Annotation)}
        kept: list[Annotation | Equivalence] = []
        before = len(told)
        for one in annotations:
            missing = tuple(target for target in targets(one) if target not in known)
            left = _without(one, known) if missing else one
            if missing:
                told.append(Dangling(one, missing, left is None))
            if left is not None:
                kept.append(left)
        annotations = kept
        if len(told) == before:
            return annotations, told


def _without(one: Annotation | Equivalence, known: set[str]) -> Annotation | Equivalence | None:
    if isinstance(one, Event) and one.trigger in known:
        return replace(one, arguments=tuple(argument for argument in one.arguments if argument.target in known))
    if isinstance(one, Equivalence):
        members = tuple(member for member in one.members if member in known)
        return replace(one, members=members) if len(members) > 1 else None
    return None
