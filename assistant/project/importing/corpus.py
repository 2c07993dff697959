"""A new project out of annotated files: their documents and schema. Annotations come in as any that return."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from assistant.project.notes.intake import from_project
from assistant.project.store import Project
from bioassist import schema as schemas
from bioassist.documents import Document, TextSource
from bioassist.errors import InputError, SchemaError
from bioassist.reading import DecodedText, newline_kind
from bioassist.schema import NAME, AttributeType, DocumentClass, EntityType, RelationType, Schema
from converters.annotations import targets
from converters.formats import Format
from converters.report import Finding, Report

Key = TypeVar("Key")


def refuse_unless_documents(reader: Format, source: Path) -> None:
    """Raises InputError if there is no document at `source`."""
    if next(reader.read(source), None) is None:
        raise InputError("holds no documents.", where=str(source))


def fill(project: Project, reader: Format, source: Path, schema: Schema | None, report: Report) -> None:
    """Give an empty project the documents at `source`, without their annotations, and a schema: `schema`, or that which
    comes with the files, or one of the labels that are used.

    All or nothing, so that a project with documents has them all. Raises InputError if no schema comes of it.
    """
    observed = Labels()
    with project.transaction():
        # What is wrong with the files is told when their annotations are read.
        for document in reader.read(source):
            observed.see(document)
            _add(project, source, document)
        project.set_schema(schema or _of_configuration(reader, source, report) or observed.schema(source, report))


def _add(project: Project, source: Path, document: Document) -> None:
    said = document.source
    file = source / said.path if said is not None and (source / said.path).is_file() else source
    newline = said.newline if said is not None else newline_kind(document.text)
    kept = TextSource(
        from_project(project, file), said.encoding if said else "utf-8", said.bom if said else False, newline
    )
    try:
        document.name.encode(), document.text.encode()
    except UnicodeEncodeError:
        # Told, and left out, when its annotations are read.
        return
    present = project.document_named(document.name)
    if present is None and document.text:
        project.add_document(document.name, DecodedText(document.text, kept))


def _of_configuration(reader: Format, source: Path, report: Report) -> Schema | None:
    if reader.name != "brat" or not source.is_dir():
        return None
    from converters.brat.schema_conf import schema_of

    return schema_of(source, report)


class Labels:
    """The labels that documents use, and what they use them for."""

    def __init__(self) -> None:
        self._entities: Counter[str] = Counter()
        self._relations: defaultdict[str, Counter[tuple[str, str, str, str]]] = defaultdict(Counter)
        self._attributes: defaultdict[str, Counter[tuple[str, str | None]]] = defaultdict(Counter)
        self._classes: Counter[str] = Counter()

    def see(self, document: Document) -> None:
        types = {one.id: one.type for one in document.entities}
        types |= {one.id: one.type for one in document.events}
        self._entities.update(entity.type for entity in document.entities)
        for relation in document.relations:
            first, second = (types.get(target, "") for target in targets(relation))
            roles = [argument.role for argument in relation.arguments]
            self._relations[relation.type][(first, second, roles[0], roles[1])] += 1
        for attribute in document.attributes:
            self._attributes[attribute.type][(types.get(attribute.target, ""), attribute.value)] += 1
        self._classes.update(document.classes)

    def schema(self, source: Path, report: Report) -> Schema:
        """A schema of these labels, the most frequent first. Raises InputError if there are none for it."""

        def usable(labels: Iterable[str]) -> list[str]:
            found = [label for label in labels if NAME.match(label)]
            for label in sorted({*labels} - {*found}):
                message = f"{label!r} cannot be a label of a schema; it is not in it."
                report.add(Finding("", "schema", message, kind="change"))
            return found

        entities = usable(_frequent(self._entities))
        made = Schema(
            name=source.resolve().stem or "imported",
            description="made of the labels that were imported",
            entities=tuple(map(EntityType, entities)),
            relations=tuple(
                one for name in usable(self._relations) if (one := self._relation(name, set(entities))) is not None
            ),
            attributes=tuple(self._attribute(name, set(entities)) for name in usable(self._attributes)),
            classes=tuple(map(DocumentClass, usable(_frequent(self._classes)))),
        )
        try:
            return schemas.loads(made.dumps(), f"labels of {source}")
        except SchemaError as error:
            raise InputError(
                f"no schema can be made of its labels: {error.what}",
                where=str(source),
                next_step="Name one with --schema.",
            ) from None

    def _relation(self, name: str, known: set[str]) -> RelationType | None:
        uses = self._relations[name]
        heads = tuple(dict.fromkeys(head for head, *_ in uses if head in known))
        tails = tuple(dict.fromkeys(tail for _, tail, *_ in uses if tail in known))
        if not heads or not tails:
            return None
        roles = Counter[tuple[str, str]]()
        for (_, _, first, second), number in uses.items():
            roles[first, second] += number
        usual = next((pair for pair in _frequent(roles) if pair[0] != pair[1]), ("Arg1", "Arg2"))
        return RelationType(name, heads, tails, roles=usual)

    def _attribute(self, name: str, known: set[str]) -> AttributeType:
        uses = self._attributes[name]
        values = tuple(dict.fromkeys(value for _, value in uses if value and "\n" not in value))
        made = AttributeType(name, tuple(dict.fromkeys(on for on, _ in uses if on in known)), values)
        # What stands for "not written" must not be a value that is.
        return replace(made, default="not said") if made.unwritten in values else made


def _frequent(counts: Counter[Key]) -> list[Key]:
    return [key for key, _ in counts.most_common()]
