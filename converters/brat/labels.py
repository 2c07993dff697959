"""Labels, roles, names and values as they fit into a line of brat."""

from __future__ import annotations

import re
from dataclasses import replace

from bioassist.documents import (
    Annotation,
    Argument,
    Attribute,
    Equivalence,
    Event,
    Normalization,
    Relation,
)

_SPACE = re.compile(r"\s")
_SPACE_OR_COLON = re.compile(r"[\s:]")


def relabelled(
    one: Annotation | Equivalence, *, is_trigger: bool = False
) -> tuple[Annotation | Equivalence, list[str]]:
    """`one` with labels that brat can hold ("_" in place of white space, and of ":" where it ends a field).

    Returns it with the names of what was changed. The type of a trigger is written before a colon.
    """
    changed: list[str] = []

    def fit(text: str, what: str, breaks: re.Pattern[str] = _SPACE) -> str:
        fitting = breaks.sub("_", text) or "_"
        if fitting != text:
            changed.append(what)
        return fitting

    def role(argument: Argument) -> Argument:
        return replace(argument, role=fit(argument.role, "role", _SPACE_OR_COLON))

    with_colon = isinstance(one, Event) or is_trigger
    one = replace(one, type=fit(one.type, "type", _SPACE_OR_COLON if with_colon else _SPACE))
    match one:
        case Event():
            one = replace(one, arguments=tuple(role(argument) for argument in one.arguments))
        case Relation():
            first, second = role(one.arguments[0]), role(one.arguments[1])
            if first.role == second.role:
                changed.append("pair of equal roles")
                second = replace(second, role=f"{second.role}2")
            one = replace(one, arguments=(first, second))
        case Normalization():
            database = fit(one.database, "database", _SPACE_OR_COLON)
            one = replace(one, database=database, identifier=fit(one.identifier, "identifier"))
        case Attribute(value=str() as value) if value != value.strip() or not value:
            changed.append("value")
            one = replace(one, value=value.strip() or None)
    return one, changed
