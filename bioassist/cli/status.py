"""`bioassist status`: where a project stands."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioassist.cli.diagnostics import visible

if TYPE_CHECKING:
    from assistant.project.records import Tally
    from assistant.project.status import CalibrationStatus
    from assistant.project.store import Project


@click.command("status")
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def command(project: Path, as_json: bool) -> None:
    """Say what is done, pending and failed in PROJECT, how fast it went, and what was found by label.

    \b
    Example:
      bioassist status notes.bioassist
    """
    from assistant.project.store import Project

    with Project.open(project, read_only=True) as opened:
        if as_json:
            click.echo(json.dumps(as_dict(opened), indent=2))
            return
        for line in lines(opened):
            click.echo(visible(line))


def as_dict(project: Project) -> dict[str, Any]:
    """The figures as JSON can hold them."""
    return {"project": str(project.path), **asdict(project.status())}


def lines(project: Project) -> list[str]:
    status = project.status()
    told = [
        f"{status.documents} documents: {status.done} done, {status.to_review} ready for review, "
        f"{status.waiting} pending, {len(status.failed)} failed",
        f"{status.words:,} words read, {status.decisions:,} decisions in the journal",
    ]
    if status.model:
        speed = f", {status.words_per_second:.1f} words/s" if status.words_per_second else ""
        told.append(f"model {status.model}{f' with {status.adapter}' if status.adapter else ''}{speed}")
    if status.calibration:
        told.append(_calibration(status.calibration))
    for one in status.suggesters:
        told.append(f"{one.source}:{one.name} ({one.fingerprint}): {one.found:,} found in {one.documents} documents")
        told += [f"  not all: {project.path.parent / failure.path}: {failure.reason}" for failure in one.failed]
    told += [f"failed: {project.path.parent / failure.path}: {failure.reason}" for failure in status.failed]
    told += [f"not all read: {project.path.parent / gap.path}: {gap.reason}" for gap in status.gaps]
    for tallies in (status.labels, status.facts):
        if tallies:
            told += ["", *_table(tallies)]
    return told


def _calibration(found: CalibrationStatus) -> str:
    if found.said is None:
        told = "probabilities as the model gives them: it has no calibration"
    else:
        told = f"probabilities calibrated {found.said} (error {found.error:.3f}, {found.fingerprint})"
    if found.origin == "project":
        return told
    return (
        f"{told}; {found.decisions:,} of {found.wanted:,} single decisions, on {found.documents} of "
        f"{found.wanted_documents} notes, for one of your own"
    )


def _table(tallies: Mapping[str, Tally]) -> list[str]:
    width = max(len(label) for label in tallies)
    columns = ("pending", "accepted", "edited", "rejected", "added")
    rows = [" " * width + "".join(f"{column:>10}" for column in columns)]
    for label, tally in tallies.items():
        rows.append(f"{label:<{width}}" + "".join(f"{getattr(tally, column):>10,}" for column in columns))
    return rows
