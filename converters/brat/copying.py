"""brat folders copied to the byte, with a report of what is in them; large files are read a piece at a time."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

from bioassist.errors import UsageError
from converters.brat.sources import below, shown
from converters.brat.survey import survey
from converters.destination import new_folder
from converters.report import Finding, Report

# What is told of links and the like by what was not copied, and what is no matter of the files.
_OF_THE_FOLDER = ("link", "no file", "no configuration")


def copied(source: Path, destination: Path, *, force: bool) -> Report:
    """Copy the folder `source` byte for byte. What is wrong in its files is a remark: it is in the copy as it was.

    Raises UsageError if `source` is no folder, or `destination` is within it.
    """
    if not source.is_dir():
        raise UsageError("is not a folder.", where=str(source), next_step="Name the folder of the corpus.")
    if destination.resolve() != source.resolve() and destination.resolve().is_relative_to(source.resolve()):
        raise UsageError("lies inside of what is to be copied.", where=str(destination))
    report = Report()
    seen = survey(source)
    report.documents, report.annotations = seen.documents, seen.annotations
    with new_folder(destination, force=force) as staging:
        # Links and what cannot be read are told here, by what was not copied.
        for path in below(source, report):
            target = staging.path / path.relative_to(source)
            if path.is_dir():
                target.mkdir()
                continue
            try:
                shutil.copyfile(path, target)
            except PermissionError as error:
                message = f"cannot be read: {error.strerror}; it is not in the copy."
                report.add(Finding("", "unreadable", message, file=shown(path, source), kind="loss"))
    report.findings += [replace(one, kind="remark") for one in seen.findings if one.code not in _OF_THE_FOLDER]
    return report
