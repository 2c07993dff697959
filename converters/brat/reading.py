"""A text and its `.ann` records to a `Document`, whatever its offsets count.

Corpora disagree on what an offset counts where a text has a byte order mark or CRLF line ends: both or neither. The
quotes in the T lines tell, so each way of counting is tried against them. The document's text keeps its line ends and
loses its byte order mark, as notes do everywhere in bioassist.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType

from bioassist.documents import Annotation, Document, Entity, Equivalence, Event, Note, Provenance, TextSource
from bioassist.errors import InputError
from bioassist.reading import newline_kind
from converters.annotations import name, targets, with_row
from converters.brat.codec import Record, read_records
from converters.brat.lines import Problem
from converters.brat.provenance import UNCONFIRMED, provenance_of
from converters.brat.text import OffsetMap, brat_text

_MISPLACED = ("text differs", "offset past end")


@dataclass(frozen=True, slots=True)
class View:
    """A text as the offsets of an `.ann` file count it, and the map to the document's text."""

    text: str
    offsets: OffsetMap
    counts: str


def decoded(data: bytes, path: str) -> tuple[str, bool]:
    """The text of a `.txt` file and whether a byte order mark was taken off. Raises InputError if it is not UTF-8."""
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InputError(
            f"not UTF-8: byte {error.start} is {data[error.start]:#04x}.",
            where=path,
            next_step="brat texts are UTF-8; convert the file first.",
        ) from None
    return text.removeprefix("\ufeff"), text.startswith("\ufeff")


def views(text: str, bom: bool) -> list[View]:
    """The ways to count `text` (given without its byte order mark), the likeliest first."""
    folded, offsets = brat_text(text)
    found = [View(text, OffsetMap(), "each character")]
    if offsets.crlf:
        found.append(View(folded, offsets, "CRLF as one character"))
    # brat itself counts the mark: it reads "utf8", not "utf-8-sig".
    return [*map(_with_mark, found), *found] if bom else found


def _with_mark(view: View) -> View:
    # The mark is in the view and not in the document: one mark less than none.
    offsets = OffsetMap(-1, tuple(offset + 1 for offset in view.offsets.crlf))
    return View("\ufeff" + view.text, offsets, f"{view.counts} and the byte order mark")


def best_view(data: bytes, text: str, bom: bool) -> tuple[View, list[Record]]:
    """The view of `text` in which most T lines of the `.ann` file `data` quote what they mark, and its records."""
    tried: list[tuple[int, View, list[Record]]] = []
    for view in views(text, bom):
        records = list(read_records(data, view.text))
        misplaced = sum(1 for record in records for problem in record.problems if problem.code in _MISPLACED)
        if not misplaced:
            return view, records
        tried.append((misplaced, view, records))
    _, view, records = min(tried, key=lambda one: one[0])
    return view, records


def assemble(
    title: str, text: str, records: Iterable[Record], offsets: OffsetMap, source: TextSource | None
) -> tuple[Document, list[tuple[int, Problem]]]:
    """The document `title` in `records`, with what is wrong with it as (line, problem) and offsets in `text`.

    `offsets` maps the offsets of the records to those of `text`.
    """
    problems: list[tuple[int, Problem]] = []
    annotations: list[Annotation | Equivalence] = []
    lines: list[int] = []
    for record in records:
        for problem in record.problems:
            offset = None if problem.offset is None else min(offsets.to_document(problem.offset), len(text))
            problems.append((record.line, replace(problem, offset=offset)))
        if record.annotation is not None:
            annotations.append(_mapped(record.annotation, offsets))
            lines.append(record.line)
    problems.extend(_dangling(annotations, lines))
    notes, provenance = _provenance(annotations)
    bare = Document(title, text, source=source, provenance=MappingProxyType(provenance))
    document = with_row(bare, [*(one for one in annotations if not isinstance(one, Note)), *notes])
    return document, sorted(problems, key=lambda problem: problem[0])


def text_source(path: str, text: str, bom: bool) -> TextSource:
    return TextSource(path, "utf-8", bom, newline_kind(text))


def _mapped(annotation: Annotation | Equivalence, offsets: OffsetMap) -> Annotation | Equivalence:
    if not isinstance(annotation, Entity):
        return annotation
    return replace(annotation, spans=tuple(offsets.span_to_document(span) for span in annotation.spans))


def _dangling(annotations: list[Annotation | Equivalence], lines: list[int]) -> list[tuple[int, Problem]]:
    types = {one.id: one.type for one in annotations if isinstance(one, Entity)}
    known = {one.id for one in annotations if isinstance(one, Annotation)}
    found: list[tuple[int, Problem]] = []
    for annotation, line in zip(annotations, lines, strict=True):
        found.extend(
            (line, Problem("unknown target", f"{name(annotation)} refers to {target}, which is not there."))
            for target in targets(annotation)
            if target not in known
        )
        if isinstance(annotation, Event) and types.get(annotation.trigger, annotation.type) != annotation.type:
            message = f"{name(annotation)} is not of the type of its trigger {annotation.trigger}; brat refuses this."
            found.append((line, Problem("trigger type", message)))
    return found


def _provenance(annotations: list[Annotation | Equivalence]) -> tuple[list[Note], dict[str, Provenance]]:
    notes: list[Note] = []
    provenance: dict[str, Provenance] = {}
    for annotation in annotations:
        if not isinstance(annotation, Note):
            continue
        said = provenance_of(annotation)
        if said is not None and annotation.target not in provenance:
            provenance[annotation.target] = said
            continue
        notes.append(annotation)
    for note in notes:
        # Someone wrote over our note, or another tool made it: the target is still unconfirmed.
        if note.type == UNCONFIRMED and note.target not in provenance:
            provenance[note.target] = Provenance("unreviewed", "brat")
    return notes, provenance
