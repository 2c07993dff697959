"""A text and its `.ann` records to a `Document`, whatever its offsets count.

Corpora disagree on what an offset counts where a text has a byte order mark or CRLF line ends: both or neither. The
quotes in the T lines tell, so each way of counting is tried against them. The document's text keeps its line ends and
loses its byte order mark, as notes do everywhere in bioassist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from types import MappingProxyType

from bioassist.documents import Annotation, Document, Entity, Equivalence, Note, Provenance, TextSource
from bioassist.errors import InputError
from bioassist.reading import newline_kind
from converters.annotations import with_row
from converters.brat.checking import Checker
from converters.brat.codec import Record
from converters.brat.configuration import BratConfiguration
from converters.brat.lines import Problem
from converters.brat.provenance import UNCONFIRMED, provenance_of
from converters.brat.text import OffsetMap, brat_text
from converters.report import Kind

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


def best_view(read: Callable[[str], Iterable[Record]], text: str, bom: bool) -> View:
    """The view of `text` in which most T lines quote what they mark. `read` gives the records, checked against a view;
    it is called for none but texts that can be counted in several ways."""
    possible = views(text, bom)
    if len(possible) == 1:
        return possible[0]
    least: tuple[int, View] | None = None
    for view in possible:
        misplaced = sum(problem.code in _MISPLACED for record in read(view.text) for problem in record.problems)
        if least is None or misplaced < least[0]:
            least = (misplaced, view)
        if not misplaced:
            break
    assert least is not None
    return least[1]


class Problems:
    """What is wrong with a document, by line. Of one kind no more than a person would look at is kept, the rest
    counted, so that a large file that is all wrong does not fill the memory."""

    MOST_OF_A_KIND = 1000

    def __init__(self) -> None:
        self._kept: dict[tuple[str, Kind], list[tuple[int, Problem]]] = {}
        self._more: dict[tuple[str, Kind], tuple[int, int]] = {}

    def add(self, line: int, problems: Iterable[Problem]) -> None:
        for problem in problems:
            key = (problem.code, problem.kind)
            kept = self._kept.setdefault(key, [])
            if len(kept) < self.MOST_OF_A_KIND:
                kept.append((line, problem))
            else:
                first, number = self._more.get(key, (line, 0))
                self._more[key] = (first, number + 1)

    def found(self) -> list[tuple[int, Problem]]:
        """(line, problem), by line."""
        found = [one for kept in self._kept.values() for one in kept]
        for (code, kind), (line, number) in self._more.items():
            found.append((line, Problem(code, f"the same from here on, in {number} lines more.", kind=kind)))
        return sorted(found, key=lambda one: one[0])


def assemble(
    title: str,
    text: str,
    records: Iterable[Record],
    offsets: OffsetMap,
    source: TextSource | None,
    configuration: BratConfiguration | None = None,
) -> tuple[Document, list[tuple[int, Problem]]]:
    """The document `title` in `records`, with what is wrong with it as (line, problem) and offsets in `text`.

    `offsets` maps the offsets of the records to those of `text`; `configuration` is what its types are checked against.
    """
    problems = Problems()
    checker = Checker(configuration)
    annotations: list[Annotation | Equivalence] = []
    lines: list[int] = []
    for record in records:
        if record.problems:
            problems.add(record.line, record.problems)
        if record.annotation is not None:
            annotations.append(record.annotation)
            lines.append(record.line)
    checker.learn(zip(lines, annotations, strict=True))
    for line, problem in checker.problems(zip(lines, annotations, strict=True)):
        problems.add(line, (problem,))
    if offsets.changes:
        annotations = [_mapped(annotation, offsets) for annotation in annotations]
    rest, provenance = _provenance(annotations)
    bare = Document(title, text, source=source, provenance=MappingProxyType(provenance))
    return with_row(bare, rest), [(line, _placed(problem, offsets, text)) for line, problem in problems.found()]


def _placed(problem: Problem, offsets: OffsetMap, text: str) -> Problem:
    if problem.offset is None:
        return problem
    return replace(problem, offset=min(offsets.to_document(problem.offset), len(text)))


def text_source(path: str, text: str, bom: bool) -> TextSource:
    newline = newline_kind(text) if "\r" in text else "lf" if "\n" in text else "none"
    return TextSource(path, "utf-8", bom, newline)


def _mapped(annotation: Annotation | Equivalence, offsets: OffsetMap) -> Annotation | Equivalence:
    if not isinstance(annotation, Entity):
        return annotation
    return replace(annotation, spans=tuple(offsets.span_to_document(span) for span in annotation.spans))


def _provenance(
    annotations: Iterable[Annotation | Equivalence],
) -> tuple[list[Annotation | Equivalence], dict[str, Provenance]]:
    """`annotations` without the notes that say where one comes from, and what those say."""
    rest: list[Annotation | Equivalence] = []
    provenance: dict[str, Provenance] = {}
    for annotation in annotations:
        said = provenance_of(annotation) if isinstance(annotation, Note) else None
        if said is not None and isinstance(annotation, Note) and annotation.target not in provenance:
            provenance[annotation.target] = said
            continue
        rest.append(annotation)
    for note in rest:
        # Someone wrote over our note, or another tool made it: the target is still unconfirmed.
        if isinstance(note, Note) and note.type == UNCONFIRMED and note.target not in provenance:
            provenance[note.target] = Provenance("unreviewed", "brat")
    return rest, provenance
