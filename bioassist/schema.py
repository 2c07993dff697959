"""A project's labels: what may be annotated, how it is shown, and which model label serves each type.

A schema is a TOML file:

    name = "clinical"

    [[entities]]
    name = "Medication"                  # letters, digits, "_" and "-", as brat takes them
    description = "drugs by any name"    # goes into the model's instruction
    colour = "#7aa2f7"
    key = "m"                            # the key that relabels to it; digits go by position
    model_label = "Medication"           # the label of the model that serves it, if it is called otherwise there

    [[relations]]
    name = "Treats"
    head = ["Medication", "Procedure"]
    tail = ["Disease"]

    [[attributes]]
    name = "Assertion"
    on = ["Disease"]
    values = ["negated", "possible"]     # none: the attribute holds by being there
    default = "present"                  # what holds where the attribute is not written

    [[classes]]
    name = "radiology_report"
    description = "an imaging report"

`load` and `loads` check it and raise SchemaError with the file and the entry.
"""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from bioassist.errors import SchemaError

NAME = re.compile(r"[A-Za-z0-9_-]+\Z")
COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")

# Twelve hues that stay apart on light and on dark ground and for the common kinds of colour blindness.
PALETTE = (
    "#e69f00",
    "#56b4e9",
    "#009e73",
    "#f0e442",
    "#cc79a7",
    "#d55e00",
    "#8da0cb",
    "#66c2a5",
    "#b3b3b3",
    "#a6d854",
    "#e78ac3",
    "#0072b2",
)


@dataclass(frozen=True, slots=True)
class EntityType:
    """A type of mention. `model_label` is the model's name for it where that differs."""

    name: str
    description: str = ""
    colour: str = ""
    key: str = ""
    model_label: str = ""

    @property
    def served_by(self) -> str:
        return self.model_label or self.name


@dataclass(frozen=True, slots=True)
class RelationType:
    """A type of relation between an entity whose type is in `head` and one whose type is in `tail`."""

    name: str
    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    description: str = ""
    roles: tuple[str, ...] = ("Arg1", "Arg2")
    symmetric: bool = False
    colour: str = ""
    model_label: str = ""

    @property
    def served_by(self) -> str:
        return self.model_label or self.name


@dataclass(frozen=True, slots=True)
class AttributeType:
    """A property of entities (or events) of the types in `on`; binary if it has no `values`.

    `default` is what holds where nothing is written, in a word for the model.
    """

    name: str
    on: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    default: str = ""
    description: str = ""
    key: str = ""
    model_label: str = ""

    @property
    def served_by(self) -> str:
        return self.model_label or self.name

    @property
    def unwritten(self) -> str:
        return self.default or ("none" if self.values else "no")


@dataclass(frozen=True, slots=True)
class DocumentClass:
    """A class of a whole document or a section."""

    name: str
    description: str = ""
    key: str = ""
    model_label: str = ""

    @property
    def served_by(self) -> str:
        return self.model_label or self.name


@dataclass(frozen=True, slots=True)
class Schema:
    """All labels of a project. Made by `load`, `loads` or `built_in`, which check it."""

    name: str
    description: str = ""
    entities: tuple[EntityType, ...] = ()
    relations: tuple[RelationType, ...] = ()
    attributes: tuple[AttributeType, ...] = ()
    classes: tuple[DocumentClass, ...] = ()

    def entity(self, name: str) -> EntityType | None:
        return next((entity for entity in self.entities if entity.name == name), None)

    def colour(self, name: str) -> str:
        """The colour of an entity type: its own, or one from the palette by its place in the schema."""
        for place, entity in enumerate(self.entities):
            if entity.name == name:
                return entity.colour or PALETTE[place % len(PALETTE)]
        return "#b3b3b3"

    @property
    def fingerprint(self) -> str:
        """Twelve hex digits that change when anything but the colours and keys does."""
        plain = asdict(self)
        for kind in ("entities", "relations", "attributes", "classes"):
            for entry in plain[kind]:
                entry.pop("colour", None)
                entry.pop("key", None)
            # What is not said does not count, so that a field which is new to this version changes nothing.
            plain[kind] = [{name: value for name, value in entry.items() if value} for entry in plain[kind]]
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:12]

    def dumps(self) -> str:
        """The schema as TOML that `loads` reads back to an equal schema."""
        lines = [f"name = {_toml(self.name)}"]
        if self.description:
            lines.append(f"description = {_toml(self.description)}")
        for kind in ("entities", "relations", "attributes", "classes"):
            for entry in getattr(self, kind):
                lines += ["", f"[[{kind}]]"]
                lines += [f"{key} = {_toml(value)}" for key, value in asdict(entry).items() if value not in ("", ())]
        return "\n".join(lines) + "\n"


def built_in(name: str = "clinical") -> Schema:
    """A schema that comes with bioassist. Raises SchemaError for a name it does not have."""
    folder = resources.files("bioassist") / "schemas"
    path = folder / f"{name}.toml"
    if not path.is_file():
        known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
        raise SchemaError(f"there is no schema called {name!r}.", next_step=f"Built in: {', '.join(known)}.")
    return loads(path.read_text("utf-8"), f"schema {name}")


def load(path: Path | str) -> Schema:
    """Read a schema file, or a built-in schema by its name."""
    file = Path(path)
    if not file.exists() and NAME.match(str(path)):
        return built_in(str(path))
    try:
        text = file.read_text("utf-8")
    except UnicodeDecodeError:
        raise SchemaError("the schema is not UTF-8 text.", where=str(path)) from None
    except OSError as error:
        raise SchemaError(f"cannot be read: {error.strerror}.", where=str(path)) from None
    return loads(text, str(path))


def loads(text: str, where: str = "schema") -> Schema:
    """Parse and check a schema. Raises SchemaError that names `where` and the entry at fault."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemaError(f"not valid TOML: {error}.", where=where) from None
    _refuse_unknown(data, {"name", "description", "entities", "relations", "attributes", "classes"}, where)
    schema = Schema(
        name=_text(data, "name", where) or "unnamed",
        description=_text(data, "description", where),
        entities=_entries(EntityType, data, "entities", where),
        relations=_entries(RelationType, data, "relations", where),
        attributes=_entries(AttributeType, data, "attributes", where),
        classes=_entries(DocumentClass, data, "classes", where),
    )
    _check(schema, where)
    return schema


Entry = TypeVar("Entry", EntityType, RelationType, AttributeType, DocumentClass)


def _entries(kind: Callable[..., Entry], data: Mapping[str, Any], key: str, where: str) -> tuple[Entry, ...]:
    tables = data.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise SchemaError(f"{key} must be tables: [[{key}]].", where=where)
    defaults = {field.name: field.default for field in fields(kind)}  # type: ignore[arg-type]
    entries = []
    for number, table in enumerate(tables, 1):
        place = f"{where}, [[{key}]] number {number}"
        _refuse_unknown(table, set(defaults), place)
        values: dict[str, Any] = {}
        for name, default in defaults.items():
            if name not in table:
                continue
            if isinstance(default, tuple):
                values[name] = _texts(table, name, place)
            elif isinstance(default, bool):
                values[name] = bool(table[name])
            else:
                values[name] = _text(table, name, place)
        if "name" not in values:
            raise SchemaError("an entry needs a name.", where=place)
        if not NAME.match(values["name"]):
            raise SchemaError(
                f"{values['name']!r} is not a label: use letters, digits, '_' and '-', as brat does.", where=place
            )
        entries.append(kind(**values))
    return tuple(entries)


def _check(schema: Schema, where: str) -> None:
    if not (schema.entities or schema.classes):
        raise SchemaError("the schema has neither entities nor classes.", where=where)
    for kind in ("entities", "relations", "attributes", "classes"):
        _unique((entry.name for entry in getattr(schema, kind)), f"{where}, {kind}")
    _unique((entry.key for entry in schema.entities if entry.key), f"{where}, keys of entities")
    known = {entity.name for entity in schema.entities}
    for entity in schema.entities:
        if entity.colour and not COLOUR.match(entity.colour):
            raise SchemaError(f"{entity.colour!r} is not a colour like #7aa2f7.", where=f"{where}, {entity.name}")
        if len(entity.key) > 1:
            raise SchemaError(f"key {entity.key!r} must be one character.", where=f"{where}, {entity.name}")
        if entity.model_label and not NAME.match(entity.model_label):
            raise SchemaError(f"{entity.model_label!r} is not a label.", where=f"{where}, {entity.name}")
    _unique((entity.served_by for entity in schema.entities), f"{where}, model labels of entities")
    for relation in schema.relations:
        _known((*relation.head, *relation.tail), known, f"{where}, relation {relation.name}")
        if not relation.head or not relation.tail:
            raise SchemaError("a relation needs head and tail types.", where=f"{where}, relation {relation.name}")
        if len(relation.roles) != 2 or relation.roles[0] == relation.roles[1]:
            raise SchemaError("a relation needs two different roles.", where=f"{where}, relation {relation.name}")
    for attribute in schema.attributes:
        _known(attribute.on, known, f"{where}, attribute {attribute.name}")
        if attribute.unwritten in attribute.values:
            raise SchemaError(
                f"{attribute.unwritten!r} is what holds where nothing is written, and a value too.",
                where=f"{where}, attribute {attribute.name}",
                next_step="Name another default.",
            )


def _unique(names: Iterable[str], where: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise SchemaError(f"{name!r} is there twice.", where=where)
        seen.add(name)


def _known(names: Iterable[str], known: set[str], where: str) -> None:
    for name in names:
        if name not in known:
            raise SchemaError(f"{name!r} is not an entity type of this schema.", where=where)


def _refuse_unknown(table: Mapping[str, Any], allowed: set[str], where: str) -> None:
    for key in table:
        if key not in allowed:
            raise SchemaError(
                f"{key!r} is not known here.", where=where, next_step=f"Known: {', '.join(sorted(allowed))}."
            )


def _text(table: Mapping[str, Any], key: str, where: str) -> str:
    value = table.get(key, "")
    if not isinstance(value, str) or "\n" in value:
        raise SchemaError(f"{key} must be one line of text.", where=where)
    return value


def _texts(table: Mapping[str, Any], key: str, where: str) -> tuple[str, ...]:
    value = table[key]
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise SchemaError(f"{key} must be a list of texts.", where=where)
    return tuple(value)


def _toml(value: str | bool | tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
