"""One document out of its files: text, annotations and how their offsets count, and what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bioassist.documents import Document
from converters.brat.codec import Record
from converters.brat.configuration import BratConfiguration
from converters.brat.reading import View, assemble, best_view, decoded, text_source
from converters.brat.sources import Lines, Sources, content, shown
from converters.brat.text import OffsetMap
from converters.report import Finding, Report


@dataclass(frozen=True, slots=True)
class Opened:
    """A document and the view of its text that the offsets in its files count in."""

    document: Document
    view: View


def opened(files: Sources, source: Path, report: Report, configuration: BratConfiguration | None = None) -> Opened:
    """Read a document. Raises InputError if its files cannot be read or its text is not UTF-8."""
    place = shown(files.text, source)
    text, bom = decoded(content(files.text), place)
    lines = Lines(files.annotations)
    view = best_view(lines.records, text, bom)
    if bom or "\r" in text:
        report.add(Finding(files.name, "counting", f"its offsets count {view.counts}.", file=place))
    else:
        kept = _offsets_beside(files, source, text, report)
        if kept.changes:
            view = View(text, kept, view.counts)
            text = kept.restore(text)
    document, problems = assemble(
        files.name, text, lines.records(view.text), view.offsets, text_source(place, text, bom), configuration
    )
    names = {path: shown(path, source) for path in files.annotations} if problems else {}
    for line, problem in problems:
        path, number = lines.place(line)
        at = names[path]
        report.add(Finding(files.name, problem.code, problem.message, problem.offset, at, number, problem.kind))
    return Opened(document, view)


def records_of(files: Sources, view: View) -> list[Record]:
    """The records of the files that annotate a document."""
    return list(Lines(files.annotations).records(view.text))


def _offsets_beside(files: Sources, source: Path, text: str, report: Report) -> OffsetMap:
    if not files.offsets.is_file():
        return OffsetMap()
    try:
        return OffsetMap.loads(content(files.offsets).decode(), text)
    except ValueError as error:
        message = f"the offset map is not used: {error}."
        report.add(Finding(files.name, "offset map", message, file=shown(files.offsets, source), kind="change"))
        return OffsetMap()
