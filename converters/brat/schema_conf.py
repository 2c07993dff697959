"""A project's schema out of brat's configuration.

What a schema has no place for (hierarchies, events' arguments, how often a role may be filled, terminologies, overlaps)
is left out, and named in the report with file and line; the documents themselves lose nothing by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from bioassist import schema as schemas
from bioassist.errors import InputError
from bioassist.schema import NAME, AttributeType, EntityType, RelationType, Schema
from converters.brat.conf_lines import Definition
from converters.brat.configuration import ANNOTATION, BratConfiguration, Configurations, Place, nearest
from converters.report import Finding, Kind, Report

_GENERIC = ("<ANY>", "<ENTITY>", "<EVENT>", "<RELATION>", "<EMPTY>", "<NONE>")
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})\Z")


def schema_of(folder: Path, report: Report) -> Schema | None:
    """The schema that the configuration of the brat folder `folder` amounts to; None if it has none.

    The files are looked for in `folder`, then in all folders below it (their types are united, the first that names
    one counts), then upward as brat does. What is wrong in them, and what the schema cannot hold, goes to `report`.
    """
    configurations = Configurations(folder, report)
    read = [configuration for place in _folders(folder) if (configuration := configurations.of(place)) is not None]
    made = [_Making(configuration, report).schema() for configuration in read]
    if not made:
        return None
    united = _united(folder.resolve().name, made)
    if not united.entities:
        report.add(Finding("", "schema", "its configuration has no types to annotate.", file=str(folder), kind="loss"))
        return None
    try:
        # As strict as with a schema file that a person wrote.
        return schemas.loads(united.dumps(), f"the configuration of {folder}")
    except InputError as error:
        report.add(Finding("", "schema", f"no schema came of it: {error.what}", file=str(folder), kind="loss"))
        return None


def _folders(folder: Path) -> list[Path]:
    if (folder / ANNOTATION).is_file():
        return [folder]
    below = sorted(path.parent for path in folder.rglob(ANNOTATION) if path.is_file() and not path.is_symlink())
    above = nearest(folder, ANNOTATION)
    return below or ([above.parent] if above else [])


def _united(name: str, made: list[Schema]) -> Schema:
    def first_of_each(entries: Iterable[tuple[str, object]]) -> tuple[object, ...]:
        found: dict[str, object] = {}
        for key, entry in entries:
            found.setdefault(key, entry)
        return tuple(found.values())

    kinds = {
        kind: first_of_each((entry.name, entry) for one in made for entry in getattr(one, kind))
        for kind in ("entities", "relations", "attributes")
    }
    keys: set[str] = set()
    entities = []
    for entity in kinds["entities"]:
        assert isinstance(entity, EntityType)
        entities.append(replace(entity, key="") if entity.key in keys else entity)
        keys.add(entity.key)
    return Schema(name, "", tuple(entities), kinds["relations"], kinds["attributes"])  # type: ignore[arg-type]


class _Making:
    """One configuration on its way to a schema."""

    def __init__(self, configuration: BratConfiguration, report: Report) -> None:
        self._configuration = configuration
        self._report = report
        usable = [*configuration.entities.values(), *configuration.events.values()]
        self._types = list(dict.fromkeys(one.name for one in usable if not one.unused and NAME.match(one.name)))

    def schema(self) -> Schema:
        return Schema(
            "brat",
            entities=tuple(self._entities()),
            relations=tuple(self._relations()),
            attributes=tuple(self._attributes()),
        )

    def _tell(self, section: str, name: str, message: str, kind: Kind = "change") -> None:
        place = self._configuration.places.get((section, name), Place("", 0))
        self._report.add(
            Finding("", "schema", f"{name}: {message}", file=place.file or None, line=place.line or None, kind=kind)
        )

    def _entities(self) -> Iterable[EntityType]:
        keys = self._keys()
        for name in self._types:
            section = "entities" if name in self._configuration.entities else "events"
            definition = (self._configuration.entities | self._configuration.events)[name]
            if section == "events":
                self._tell(section, name, "a schema has no events; it is a type of mention there, without arguments.")
            if definition.said("<NORM>"):
                databases = ", ".join(definition.said("<NORM>"))
                self._tell(section, name, f"a schema does not say that it is normalized to {databases}.")
            yield EntityType(name, self._description(name), self._colour(name, section), keys.get(name, ""))

    def _description(self, name: str) -> str:
        """The long form of its name, where that says more than the name itself."""
        long = next(iter(self._configuration.labels.get(name, ())), "")
        return "" if long.replace("_", " ") == name.replace("_", " ") else long

    def _colour(self, name: str, section: str) -> str:
        colour = next(iter(self._configuration.drawing.get(name, {}).get("bgColor", ())), "")
        if _HEX.match(colour):
            return colour if len(colour) == 7 else "#" + "".join(2 * digit for digit in colour[1:])
        if colour:
            self._tell(section, name, f"its colour {colour!r} is not #rrggbb; it gets one of the palette.", "remark")
        return ""

    def _keys(self) -> dict[str, str]:
        """Type -> the key that chooses it: brat writes letters as capitals and "S-" for shift."""
        found: dict[str, str] = {}
        for key, type_ in self._configuration.shortcuts.items():
            bare = key[2:] if key.startswith("S-") else key.lower()
            if len(bare) == 1 and type_ in self._types and bare not in found.values():
                found.setdefault(type_, bare)
        return found

    def _relations(self) -> Iterable[RelationType]:
        for name, definitions in self._configuration.relations.items():
            usable = [one for one in definitions if not one.unused]
            if not usable or not NAME.match(name):
                continue
            if self._configuration.is_equivalence(name):
                message = "a schema has no equivalences; documents keep theirs."
                self._tell("relations", name, message)
                continue
            made = self._relation(name, usable)
            if made:
                yield made

    def _relation(self, name: str, definitions: list[Definition]) -> RelationType | None:
        sides: tuple[dict[str, None], dict[str, None]] = ({}, {})
        roles: tuple[str, ...] = ()
        for one in definitions:
            names = tuple(role.name for role in one.roles)
            if len(names) != 2 or (roles and names != roles):
                self._tell("relations", name, "only definitions with the same two arguments were taken.")
                continue
            roles = names
            for side, role in zip(sides, one.roles, strict=True):
                side.update(dict.fromkeys(self._expanded(role.types, "relations", name)))
        if not roles or not all(sides):
            self._tell("relations", name, "it goes between no types that are there; it was left out.", "loss")
            return None
        if len(definitions) > 1 and len(sides[0]) > 1 and len(sides[1]) > 1:
            self._tell("relations", name, "its definitions were united, so that it goes between more pairs of types.")
        symmetric = any("symmetric" in one.said("<REL-TYPE>") for one in definitions)
        return RelationType(name, tuple(sides[0]), tuple(sides[1]), roles=roles, symmetric=symmetric)

    def _attributes(self) -> Iterable[AttributeType]:
        for name, definition in self._configuration.attributes.items():
            role, values = definition.role("Arg"), definition.role("Value")
            if definition.unused or role is None or not NAME.match(name):
                continue
            everywhere = "<ANY>" in role.types or ("<ENTITY>" in role.types and not self._configuration.events)
            on = () if everywhere else self._expanded(role.types, "attributes", name)
            if not everywhere and not on:
                self._tell("attributes", name, "it is on no type that is there; it was left out.", "loss")
                continue
            if definition.said("<DEFAULT>"):
                self._tell("attributes", name, "a schema has no value that is chosen beforehand.")
            options = tuple(dict.fromkeys(values.types)) if values else ()
            # What holds where nothing is written must not be one of the values; "none" is, unless another is named.
            unwritten = "not said" if "none" in options else ""
            yield AttributeType(name, on, options, unwritten)

    def _expanded(self, types: Iterable[str], section: str, name: str) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for type_ in types:
            if type_ in _GENERIC:
                found |= dict.fromkeys(self._generic(type_, section, name))
            elif type_ in self._types:
                found[type_] = None
            else:
                self._tell(section, name, f"{type_} is no type that can be annotated; left out there.")
        return tuple(found)

    def _generic(self, type_: str, section: str, name: str) -> list[str]:
        if type_ == "<RELATION>":
            self._tell(section, name, "attributes and relations on relations are not in a schema.")
        events = self._configuration.events
        return [
            one
            for one in self._types
            if type_ == "<ANY>" or (type_ == "<ENTITY>" and one not in events) or (type_ == "<EVENT>" and one in events)
        ]
