"""Labels, roles, names and values as they fit into a line of brat."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import lru_cache

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
    if _fits(one, is_trigger=is_trigger):
        return one, []
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
        case Attribute(value=str() as value) if not _holds(value):
            changed.append("value")
            one = replace(one, value=value.strip() or None)
    return one, changed


def _fits(one: Annotation | Equivalence, *, is_trigger: bool) -> bool:
    """True if nothing in `one` has to change."""
    if not (_is_word(one.type) if is_trigger or isinstance(one, Event) else _is_label(one.type)):
        return False
    match one:
        case Event(arguments=arguments):
            return all(_is_word(argument.role) for argument in arguments)
        case Relation(arguments=(first, second)):
            return first.role != second.role and _is_word(first.role) and _is_word(second.role)
        case Normalization(database=database, identifier=identifier):
            return _is_word(database) and bool(identifier) and not _SPACE.search(identifier)
        case Attribute(value=value):
            return value is None or _holds(value)
        case _:
            return True


def _holds(value: str) -> bool:
    return bool(value) and value == value.strip()


# A corpus has few labels and names them often.
@lru_cache(1024)
def _is_label(text: str) -> bool:
    return bool(text) and not _SPACE.search(text)


@lru_cache(1024)
def _is_word(text: str) -> bool:
    return bool(text) and not _SPACE_OR_COLON.search(text)
