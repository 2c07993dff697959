"""What brat makes of a folder: the parser of its server, as bratiaa carries it, and the messages it would show."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import bratsubset.annotation as brat
import bratsubset.projectconfig as brat_config
from bratsubset.message import Messager

from bioassist.documents import (
    Annotation,
    Argument,
    Attribute,
    Entity,
    Equivalence,
    Event,
    Normalization,
    Note,
    Relation,
    Span,
)
from converters.brat.text import unescaped


@dataclass
class Seen:
    """`annotations` are those that brat made, in our terms; `failed` lines, and the messages for the user."""

    text: str
    annotations: list[Annotation | Equivalence] = field(default_factory=list)
    quotes: dict[str, str] = field(default_factory=dict)
    failed: list[int] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)


def as_brat_sees(stem: Path) -> Seen:
    """Read `stem`.txt and `stem`.ann with brat's parser. Raises what brat raises if it refuses the document."""
    with messages() as shown:
        parsed = brat.TextAnnotations(str(stem))
    seen = Seen(parsed.get_document_text(), failed=list(parsed.failed_lines), messages=shown)
    for line in parsed:
        seen.annotations.append(_annotation(line))
        if isinstance(line, brat.TextBoundAnnotationWithText):
            seen.quotes[line.id] = line.text
    return seen


def _annotation(line: brat.Annotation) -> Annotation | Equivalence:
    tail = line.tail.removesuffix("\n").removeprefix("\t")
    match line:
        case brat.TextBoundAnnotation():
            return Entity(line.id, line.type, tuple(Span(start, end) for start, end in line.spans))
        case brat.BinaryRelationAnnotation():
            arguments = (Argument(line.arg1l, line.arg1), Argument(line.arg2l, line.arg2))
            return Relation(line.id, line.type, arguments)
        case brat.EventAnnotation():
            arguments = tuple(Argument(role, target.rstrip("\n")) for role, target in line.args)
            return Event(line.id, line.type, line.trigger, arguments)
        case brat.AttributeAnnotation():
            value = None if line.value is True else unescaped(line.value, tabs=True)
            return Attribute(line.id, line.type, line.target, value)
        case brat.NormalizationAnnotation():
            return Normalization(line.id, line.target, line.refdb, line.refid, unescaped(tail), line.type)
        case brat.OnelineCommentAnnotation():
            return Note(line.id, line.type, line.target, unescaped(tail))
        case brat.EquivAnnotation():
            return Equivalence(tuple(line.entities), line.type)
    raise AssertionError(f"brat could not read {line!r}")


@dataclass
class SeenConfiguration:
    """Type -> what brat offers for it, and the messages that it shows on the way."""

    entities: list[str]
    events: list[str]
    relations: dict[str, tuple[list[str], list[str]]]
    attributes: dict[str, tuple[list[str], list[str]]]
    labels: dict[str, list[str]]
    drawing: dict[str, dict[str, str]]
    overlaps: set[str]
    shortcuts: dict[str, str]
    options: dict[str, str]
    messages: list[str]


def configuration_as_brat_sees(folder: Path) -> SeenConfiguration:
    """Read the four configuration files of `folder` with brat's parser."""
    at = str(folder)
    with messages() as shown:
        project = brat_config.ProjectConfiguration(at)
        names = [node.storage_form() for node in brat_config.get_entity_type_list(at)]
        relations = {
            node.storage_form(): (node.arguments[node.arg_list[0]], node.arguments[node.arg_list[1]])
            for node in brat_config.get_relation_type_list(at)
        }
        attributes = {
            node.storage_form(): (node.arguments["Arg"], node.arguments.get("Value", []))
            for node in brat_config.get_attribute_type_list(at)
        }
        drawing = {name: brat_config.get_drawing_config_by_storage_form(at, name) for name in names}
        return SeenConfiguration(
            names,
            [node.storage_form() for node in brat_config.get_event_type_list(at)],
            relations,
            attributes,
            brat_config.get_labels(at),
            drawing,
            project.overlap_types(names[0], names[-1]) if names else set(),
            brat_config.get_kb_shortcuts(at),
            {
                "tokens": brat_config.options_get_tokenization(at),
                "sentences": brat_config.options_get_ssplitter(at),
                "validation": brat_config.options_get_validation(at),
            },
            shown,
        )


@contextmanager
def messages() -> Iterator[list[str]]:
    """The errors and warnings that brat would show its user meanwhile."""
    shown: list[str] = []
    kept = Messager.error, Messager.warning, Messager.info
    Messager.error = Messager.warning = Messager.info = lambda text, *_, **__: shown.append(text)
    try:
        yield shown
    finally:
        Messager.error, Messager.warning, Messager.info = kept
