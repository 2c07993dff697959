"""Schemas from TOML: read strictly, with every mistake told by its place."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, replace
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

from bioassist.errors import SchemaError
from bioassist.schema.types import (
    CLASS_TASKS,
    COLOUR,
    KINDS,
    NAME,
    OF,
    PREMISES,
    REACHES,
    AttributeType,
    DocumentClass,
    EntityType,
    Guard,
    Question,
    RelationType,
    Schema,
    Statement,
    Terminology,
)


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
    schema = loads(text, str(path))
    # A terminology lies where the schema says, seen from the schema.
    found = (replace(one, file=str((file.parent / one.file).resolve())) for one in schema.terminologies)
    return replace(schema, terminologies=tuple(found))


def loads(text: str, where: str = "schema") -> Schema:
    """Parse and check a schema. Raises SchemaError that names `where` and the entry at fault."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SchemaError(f"not valid TOML: {error}.", where=where) from None
    _refuse_unknown(data, {"name", "description", "suggest", "guard", *KINDS}, where)
    class_task, section_task = _class_tasks(data, where)
    schema = Schema(
        name=_text(data, "name", where) or "unnamed",
        description=_text(data, "description", where),
        entities=_entries(EntityType, data, "entities", where),
        relations=_entries(RelationType, data, "relations", where),
        attributes=_entries(AttributeType, data, "attributes", where),
        classes=_entries(DocumentClass, data, "classes", where),
        statements=_entries(Statement, data, "statements", where),
        questions=_entries(Question, data, "questions", where),
        terminologies=_entries(Terminology, data, "terminologies", where),
        class_task=class_task,
        section_task=section_task,
        guard=_guard(data, where),
    )
    _check(schema, where)
    return schema


def _class_tasks(data: Mapping[str, Any], where: str) -> tuple[str, str]:
    """How many classes may hold of a note, and of a section."""
    table, place = _one_table(data, "suggest", {"classes", "sections"}, where)
    of_notes, of_sections = (_text(table, key, place) for key in ("classes", "sections"))
    for key, said in (("classes", of_notes), ("sections", of_sections)):
        if said:
            _one_of(said, CLASS_TASKS, key, place)
    return of_notes, of_sections


def _guard(data: Mapping[str, Any], where: str) -> Guard:
    table, place = _one_table(data, "guard", {"blind", "planted"}, where)
    return Guard(_share_of_documents(table, "blind", place), _share_of_documents(table, "planted", place))


def _share_of_documents(table: Mapping[str, Any], key: str, place: str) -> float:
    share = table.get(key, 0.0)
    # true is a number for Python; nan is in no range.
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share <= 1:
        raise SchemaError(f"{key} must be a share of the documents, from 0 to 1.", where=place)
    return float(share)


def _one_table(data: Mapping[str, Any], key: str, known: set[str], where: str) -> tuple[Mapping[str, Any], str]:
    """A table that is there once or not at all, and its place."""
    table = data.get(key, {})
    if not isinstance(table, dict):
        raise SchemaError(f"{key} must be one table: [{key}].", where=where)
    place = f"{where}, [{key}]"
    _refuse_unknown(table, known, place)
    return table, place


Entry = TypeVar("Entry", EntityType, RelationType, AttributeType, DocumentClass, Statement, Question, Terminology)


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
            elif default is None or isinstance(default, bool):
                values[name] = _flag(table, name, place)
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
    if not (schema.entities or schema.classes or schema.statements or schema.questions):
        raise SchemaError(
            "there is nothing to mark or to ask in the schema.",
            where=where,
            next_step="Give it [[entities]], [[classes]], [[statements]] or [[questions]].",
        )
    for kind in KINDS:
        _unique((entry.name for entry in getattr(schema, kind)), f"{where}, {kind}")
    _unique((entry.key for entry in schema.entities if entry.key), f"{where}, keys of entities")
    known = {entity.name for entity in schema.entities}
    for entity in schema.entities:
        if entity.colour and not COLOUR.match(entity.colour):
            raise SchemaError(f"{entity.colour!r} is not a colour like #7aa2f7.", where=f"{where}, {entity.name}")
        if len(entity.key) > 1:
            raise SchemaError(f"key {entity.key!r} must be one character.", where=f"{where}, {entity.name}")
        if entity.of:
            _one_of(entity.of, OF, "of", f"{where}, {entity.name}")
        # A program writes labels of mentions among the words of a text, those of sections on a line of their own.
        if entity.model_label and not entity.is_section and not NAME.match(entity.model_label):
            raise SchemaError(f"{entity.model_label!r} is not a label.", where=f"{where}, {entity.name}")
    for are_sections, what in ((False, "entities"), (True, "sections")):
        served_by = (entity.served_by for entity in schema.entities if entity.is_section == are_sections)
        _unique(served_by, f"{where}, model labels of {what}")
    for relation in schema.relations:
        _known((*relation.head, *relation.tail), known, f"{where}, relation {relation.name}")
        if not relation.head or not relation.tail:
            raise SchemaError("a relation needs head and tail types.", where=f"{where}, relation {relation.name}")
        if relation.reach:
            _one_of(relation.reach, REACHES, "reach", f"{where}, relation {relation.name}")
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

    for terminology in schema.terminologies:
        _known(terminology.on, known, f"{where}, terminology {terminology.name}")
        if not terminology.file.strip():
            raise SchemaError("a terminology needs its file.", where=f"{where}, terminology {terminology.name}")
    for statement in schema.statements:
        if not statement.statement.strip():
            raise SchemaError("a statement needs its sentence.", where=f"{where}, statement {statement.name}")
        _one_of(statement.against, PREMISES, "against", f"{where}, statement {statement.name}")
    for question in schema.questions:
        if not question.question.strip():
            raise SchemaError("a question needs its words.", where=f"{where}, question {question.name}")
        if question.name in known:
            raise SchemaError(
                f"{question.name!r} is an entity type too.",
                where=f"{where}, question {question.name}",
                next_step="The sentences that an answer rests on are marked with the question's name: take another.",
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


def _one_of(value: str, allowed: Iterable[str], key: str, where: str) -> None:
    if value not in allowed:
        raise SchemaError(f"{key} must be {' or '.join(map(repr, allowed))}, not {value!r}.", where=where)


def _flag(table: Mapping[str, Any], key: str, where: str) -> bool:
    value = table[key]
    if not isinstance(value, bool):
        raise SchemaError(f"{key} must be true or false.", where=where)
    return value


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
