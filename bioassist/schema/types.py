"""The parts of a schema, and its form as a TOML file."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from typing import Any

# The tables of a schema, in the order in which it is written.
KINDS = ("entities", "relations", "attributes", "classes", "statements", "questions", "terminologies")
# How classes may be suggested, as in `[suggest] classes = "one"`, and what statements may be held against.
CLASS_TASKS = ("one", "many")
PREMISES = ("sentence", "window")
# How far apart the entities may be that a relation is asked of.
REACHES = ("sentence", "window")
# What a type of spans is of: what is mentioned in the text, or the sections of the note.
MENTION, SECTION = OF = ("mention", "section")

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
    """A type of mention, or of section where `of` is "section". `model_label` is the model's name for it where that
    differs, `examples` are for people. The model is asked for it unless `suggest` is False.

    Of a section its heading is marked, so that its class is a span like any other.
    """

    name: str
    description: str = ""
    colour: str = ""
    key: str = ""
    model_label: str = ""
    examples: tuple[str, ...] = ()
    of: str = ""
    suggest: bool | None = None

    @property
    def served_by(self) -> str:
        return self.model_label or self.name

    @property
    def is_section(self) -> bool:
        return self.of == SECTION


@dataclass(frozen=True, slots=True)
class RelationType:
    """A type of relation between an entity whose type is in `head` and one whose type is in `tail`.

    `reach` is "sentence" where the model is asked about two entities of one sentence alone, else "window" or "".
    `suggest`, here and below, says whether the model is asked; None: if it was trained for the label.
    """

    name: str
    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    description: str = ""
    roles: tuple[str, ...] = ("Arg1", "Arg2")
    symmetric: bool = False
    colour: str = ""
    model_label: str = ""
    reach: str = ""
    suggest: bool | None = None

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
    suggest: bool | None = None

    @property
    def served_by(self) -> str:
        return self.model_label or self.name

    @property
    def unwritten(self) -> str:
        return self.default or ("none" if self.values else "no")


@dataclass(frozen=True, slots=True)
class DocumentClass:
    """A class of a whole document, told from its beginning. Those of sections are entity types."""

    name: str
    description: str = ""
    key: str = ""
    model_label: str = ""
    suggest: bool | None = None

    @property
    def served_by(self) -> str:
        return self.model_label or self.name


@dataclass(frozen=True, slots=True)
class Statement:
    """What may be true of a patient or a note: it is held against each sentence, or each window, of the note."""

    name: str
    statement: str = ""
    against: str = "sentence"
    suggest: bool | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What the model answers in its own words, and then by sentences of the note."""

    name: str
    question: str = ""
    suggest: bool | None = None


@dataclass(frozen=True, slots=True)
class Terminology:
    """A file of entries (CSV, TSV or OBO) that mentions of the types in `on` are looked up in by hand; of all types if
    `on` is empty."""

    name: str
    file: str = ""
    on: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Guard:
    """What shows how far people lean on the model: the share (0 to 1) of each annotator's documents that they see
    `blind` at first, without suggestions, and the share of the others with `planted` suggestions, which are wrong."""

    blind: float = 0.0
    planted: float = 0.0


@dataclass(frozen=True, slots=True)
class Schema:
    """All labels of a project. Made by `load`, `loads` or `built_in`, which check it.

    `class_task` is "one" or "many": how many classes may hold of a note, and `section_task` the same of its sections;
    "" where the schema does not say.
    """

    name: str
    description: str = ""
    entities: tuple[EntityType, ...] = ()
    relations: tuple[RelationType, ...] = ()
    attributes: tuple[AttributeType, ...] = ()
    classes: tuple[DocumentClass, ...] = ()
    statements: tuple[Statement, ...] = ()
    questions: tuple[Question, ...] = ()
    terminologies: tuple[Terminology, ...] = ()
    class_task: str = ""
    section_task: str = ""
    guard: Guard = Guard()

    @property
    def asked_mentions(self) -> tuple[EntityType, ...]:
        """The types whose mentions the model is asked to mark."""
        return tuple(one for one in self.entities if not one.is_section and one.suggest is not False)

    @property
    def sections(self) -> frozenset[str]:
        """The names of the types that are of sections."""
        return frozenset(one.name for one in self.entities if one.is_section)

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
        """Twelve hex digits that change when anything does that suggestions depend on: not colours, keys, examples,
        files to look things up in, nor the guard."""
        plain = asdict(self)
        del plain["guard"]
        plain["terminologies"] = []
        for kind in KINDS:
            for entry in plain[kind]:
                entry.pop("colour", None)
                entry.pop("key", None)
                entry.pop("examples", None)
            # What is not said does not count, so that a field which is new to this version changes nothing.
            plain[kind] = [
                {name: value for name, value in entry.items() if _said(name, value)} for entry in plain[kind]
            ]
        for new in ("statements", "questions", "terminologies", "class_task", "section_task"):
            if not plain[new]:
                del plain[new]
        return hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()[:12]

    def dumps(self) -> str:
        """The schema as TOML that `loads` reads back to an equal schema."""
        lines = [f"name = {_toml(self.name)}"]
        if self.description:
            lines.append(f"description = {_toml(self.description)}")
        asked = {"classes": self.class_task, "sections": self.section_task}
        said = [f"{key} = {_toml(value)}" for key, value in asked.items() if value]
        lines += ["", "[suggest]", *said] if said else []
        shares = [f"{name} = {share!r}" for name, share in asdict(self.guard).items() if share]
        lines += ["", "[guard]", *shares] if shares else []
        for kind in KINDS:
            for entry in getattr(self, kind):
                lines += ["", f"[[{kind}]]"]
                told = {key: value for key, value in asdict(entry).items() if value not in ("", (), None)}
                lines += [f"{key} = {_toml(value)}" for key, value in told.items()]
        return "\n".join(lines) + "\n"


def _said(name: str, value: Any) -> bool:
    return bool(value) or (name == "suggest" and value is False)


def _toml(value: str | bool | tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return json.dumps(value, ensure_ascii=False)
