"""What of a document a format carries: the rest taken out or made simpler, and each such thing told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from types import MappingProxyType

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
    Span,
    class_key,
)
from bioassist.schema import Schema
from converters.annotations import name, row, targets, with_row
from converters.formats import Feature
from converters.report import Finding, Kind
from converters.tokens import longest_first

_FEATURES: dict[type, Feature] = {
    Relation: "relations",
    Event: "events",
    Attribute: "attributes",
    Normalization: "normalizations",
    Note: "notes",
    Equivalence: "equivalences",
}


@dataclass(frozen=True, slots=True)
class Carried:
    """`document` with what the format carries alone, and a finding for everything that is not as it was."""

    document: Document
    findings: list[Finding]


def carried(document: Document, features: frozenset[Feature], title: str, schema: Schema | None = None) -> Carried:
    """`document` without what a format of these `features`, called `title` in messages, has no place for.

    Of entities that overlap the longest stays; one of several fragments becomes the stretch that they cover.
    Annotations on anything but entities go as well. Roles that cannot be written are those that `roles` gives. "text",
    "names" and "inside words" are not looked at; they are the format's own to tell.
    """
    findings: list[Finding] = []

    def tell(code: str, message: str, kind: Kind = "loss", offset: int | None = None) -> None:
        findings.append(Finding(document.name, code, message, offset, kind=kind))

    left = list(_entities(document, features, title, tell))
    annotations: list[Annotation | Equivalence] = list(left)
    known = {entity.id for entity in left}
    for one in row(document):
        if isinstance(one, Entity):
            continue
        feature = _FEATURES[type(one)]
        if feature not in features:
            tell(feature, f"{title} has no {feature}; {name(one)} was left out.")
        elif any(target not in known for target in targets(one)):
            tell(
                "target",
                f"{name(one)} refers to {', '.join(targets(one))}; in {title} that may be entities alone.",
            )
        else:
            annotations.append(one if "roles" in features else _with_roles(one, title, schema, tell))
    if document.classes and "classes" not in features:
        tell("classes", f"{title} has no document classes; left out: {', '.join(document.classes)}.")
    kept = {one.id for one in annotations if isinstance(one, Annotation)}
    if "classes" in features:
        kept |= {class_key(one) for one in document.classes}
    provenance = {key: said for key, said in document.provenance.items() if key in kept}
    waiting = sum(1 for said in provenance.values() if said.status == "unreviewed")
    if waiting and "unreviewed" not in features:
        tell("unreviewed", f"suggestions that nobody decided on look decided in {title}: {waiting}.", "change")
    wanted = {"unreviewed": "unreviewed" in features}
    provenance = {key: said for key, said in provenance.items() if wanted.get(said.status, "provenance" in features)}
    bare = replace(
        document,
        classes=document.classes if "classes" in features else (),
        provenance=MappingProxyType(provenance),
    )
    return Carried(with_row(bare, annotations), findings)


def roles(relation: str, schema: Schema | None) -> tuple[str, str]:
    """The roles that the arguments of a relation of this type have where a format does not say: the schema's."""
    found = next((one.roles for one in schema.relations if one.name == relation), ()) if schema else ()
    return (found[0], found[1]) if len(found) == 2 else ("Arg1", "Arg2")


def _entities(document: Document, features: frozenset[Feature], title: str, tell: Callable[..., None]) -> list[Entity]:
    found: list[Entity] = []
    for entity in document.entities:
        one = entity
        if len(one.spans) > 1 and "discontinuous" not in features:
            one = replace(one, spans=(Span(one.start, one.end),))
            message = f"{title} has no discontinuous entities; {one.id} became the stretch that it covers."
            tell("discontinuous", message, "change", one.start)
        if one.start == one.end:
            tell("no text", f"{one.id} marks no text; it was left out.", offset=one.start)
            continue
        found.append(one)
    if "overlapping" in features:
        return found
    kept = {*longest_first([(entity.start, entity.end - 1) for entity in found])}
    for number, entity in enumerate(found):
        if number not in kept:
            message = f"{entity.id} overlaps a longer one; {title} has no overlapping entities; it was left out."
            tell("overlapping", message, offset=entity.start)
    return [entity for number, entity in enumerate(found) if number in kept]


def _with_roles(
    one: Annotation | Equivalence, title: str, schema: Schema | None, tell: Callable[..., None]
) -> Annotation | Equivalence:
    if not isinstance(one, Relation):
        return one
    wanted = roles(one.type, schema)
    first, second = one.arguments
    if (first.role, second.role) == wanted:
        return one
    tell("roles", f"{title} has no names of roles; those of {one.id} were left out.", "change")
    return replace(one, arguments=(Argument(wanted[0], first.target), Argument(wanted[1], second.target)))
