"""A brat folder looked over as brat's server would: what is wrong with its documents, their layout and configuration.

Nothing is held but types by id and what is told, however large the files are.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bioassist.errors import InputError
from converters.brat.checking import Checker, Numbered
from converters.brat.configuration import ANNOTATION, BratConfiguration, Configurations
from converters.brat.ids import TypesById
from converters.brat.reading import Problems, best_view, decoded
from converters.brat.sources import Lines, Sources, content, find, shown
from converters.report import Finding, Report


def survey(source: Path) -> Report:
    """What is in the folder `source`, and everything that brat's server would refuse, mark or fill in by itself: lines
    and references, types and roles that the configuration does not allow, missing halves, texts, and configuration.

    A "loss" is what brat does not read. Raises InputError if there are no brat files.
    """
    report = Report()
    configurations = Configurations(source, report)
    bare: set[Path] = set()
    for files in find(source, report):
        folder = files.text.parent
        if configurations.of(folder) is None and folder not in bare:
            bare.add(folder)
            message = f"there is no {ANNOTATION} here or above; brat would offer types of its own."
            report.add(Finding("", "no configuration", message, file=shown(folder, source)))
        try:
            report.annotations += _survey(files, source, configurations.of(folder), report)
            report.documents += 1
        except InputError as error:
            report.add(Finding(files.name, "unreadable", error.what, file=error.where, kind="loss"))
    return report


def _survey(files: Sources, source: Path, configuration: BratConfiguration | None, report: Report) -> int:
    """Tell what is wrong with a document without holding it; the number of its annotations."""
    name = shown(files.text, source)
    text, bom = decoded(content(files.text), name)
    lines = Lines(files.annotations)
    view = best_view(lambda one: lines.records(one, TypesById()), text, bom)
    if bom or "\r" in text:
        report.add(Finding(files.name, "counting", f"its offsets count {view.counts}.", file=name))
    problems, checker = Problems(), Checker(configuration, compact=True)
    number = 0

    def first() -> Iterator[Numbered]:
        nonlocal number
        for record in lines.records(view.text, TypesById()):
            problems.add(record.line, record.problems)
            if record.annotation is not None:
                number += 1
                yield record.line, record.annotation

    def again() -> Iterator[Numbered]:
        for record in lines.records(view.text, TypesById()):
            if record.annotation is not None:
                yield record.line, record.annotation

    checker.learn(first())
    for line, problem in checker.problems(again()):
        problems.add(line, (problem,))
    for line, problem in problems.found():
        file, place = lines.place(line)
        at = shown(file, source)
        report.add(Finding(files.name, problem.code, problem.message, None, at, place, problem.kind))
    return number
