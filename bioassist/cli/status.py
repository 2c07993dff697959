"""`bioassist status`: where a project stands."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioassist.cli import guarding
from bioassist.cli.diagnostics import visible

if TYPE_CHECKING:
    from assistant.project.records import Tally
    from assistant.project.status import CalibrationStatus
    from assistant.project.store import Project
    from assistant.project.team.annotators import AnnotatorFigures


@click.command("status")
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--of", metavar="NAME", help="As this annotator has it.  [default: the only one, or gold]")
@click.option("--guard", is_flag=True, help="Say how far each annotator, or --of NAME, leans on the model.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(project: Path, of: str | None, guard: bool, as_json: bool) -> None:
    """Say what is done, pending and failed in PROJECT, how fast it went, and what was found by label.

    \b
    Example:
      bioassist status notes.bioassist
    """
    from assistant.project.store import Project
    from assistant.project.team.annotators import whose

    with Project.open(project, read_only=True) as opened:
        seen = opened if of is None else opened.seen_by(whose(opened, of))
        figures = opened.guard_figures(None if of is None else seen.actor) if guard else []
        if as_json:
            told = {"project": str(opened.path), "guard": guarding.as_dicts(figures)} if guard else as_dict(seen)
            click.echo(json.dumps(told, indent=2))
            return
        for line in guarding.lines(figures) if guard else lines(seen):
            click.echo(visible(line))


def as_dict(project: Project) -> dict[str, Any]:
    """The figures as JSON can hold them."""
    return {"project": str(project.path), **asdict(project.status())}


def lines(project: Project) -> list[str]:
    status = project.status()
    skipped = f"{len(status.skipped)} skipped, " if status.skipped else ""
    told = [
        f"{status.documents} documents: {status.done} done, {skipped}{status.to_review} ready for review, "
        f"{status.waiting} pending, {len(status.failed)} failed",
        f"{status.words:,} words read, {status.decisions:,} decisions in the journal",
    ]
    if status.model:
        speed = f", {status.words_per_second:.1f} words/s" if status.words_per_second else ""
        told.append(f"model {status.model}{f' with {status.adapter}' if status.adapter else ''}{speed}")
    if status.calibration:
        told += _calibrations(status.calibration)
    for one in status.suggesters:
        told.append(f"{one.source}:{one.name} ({one.fingerprint}): {one.found:,} found in {one.documents} documents")
        told += [f"  not all: {project.path.parent / failure.path}: {failure.reason}" for failure in one.failed]
    if status.questions:
        told.append(f"{status.questions} open question{'s' if status.questions > 1 else ''}")
    told += [f"skipped: {project.path.parent / one.path}: {one.reason}" for one in status.skipped]
    told += [f"failed: {project.path.parent / failure.path}: {failure.reason}" for failure in status.failed]
    told += [f"not all read: {project.path.parent / gap.path}: {gap.reason}" for gap in status.gaps]
    several = len(status.annotators) > 1
    if several:
        told += ["", *_annotators(status.annotators), ""]
        if status.of not in (one.name for one in status.annotators):
            return [*told, "by label: name one of them with --of"]
        told.append(f"as {status.of} has it:")
    for tallies in (status.labels, status.facts):
        if tallies:
            told += ["", *_table(tallies)][several and tallies is status.labels :]
    return told


def _annotators(figures: Sequence[AnnotatorFigures]) -> list[str]:
    """What each of several annotators did, a line each."""
    width = max(len("annotator"), *(len(one.name) for one in figures))
    columns: tuple[str, ...] = ("documents", "done", "kept", "edited", "added", "rejected", "facts")
    if any(one.assigned for one in figures):
        columns = ("assigned", *columns)
    rows = [f"{'annotator':<{width}}" + "".join(f"{column:>10}" for column in columns)]
    for one in figures:
        rows.append(f"{one.name:<{width}}" + "".join(f"{getattr(one, column):>10,}" for column in columns))
    return rows


def _calibrations(found: CalibrationStatus) -> list[str]:
    """A line for entities and for each other task, and what is not as it should be."""
    told = [_calibration(found, "probabilities")]
    told += [_calibration(one, f"probabilities of {task}") for task, one in found.others.items()]
    warnings = (warning for one in (found, *found.others.values()) for warning in one.warnings)
    return told + [f"  {warning}" for warning in dict.fromkeys(warnings)]


def _calibration(found: CalibrationStatus, what: str) -> str:
    if found.said is None:
        told = f"{what} as the model gives them: no calibration applies"
    else:
        told = f"{what} calibrated {found.said} (error {found.error:.3f}, {found.fingerprint})"
    if found.origin != "project":
        told += (
            f"; {found.decisions:,} of {found.wanted:,} single decisions, on {found.documents} of "
            f"{found.wanted_documents} notes, for one of your own"
        )
    return told


def _table(tallies: Mapping[str, Tally]) -> list[str]:
    width = max(len(label) for label in tallies)
    columns = ("pending", "accepted", "edited", "rejected", "added")
    rows = [" " * width + "".join(f"{column:>10}" for column in columns)]
    for label, tally in tallies.items():
        rows.append(f"{label:<{width}}" + "".join(f"{getattr(tally, column):>10,}" for column in columns))
    return rows
