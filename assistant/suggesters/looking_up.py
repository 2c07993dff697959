"""Which terminologies a mention is looked up in by hand: those that the schema names for its type, and those that
suggest in the project."""

from __future__ import annotations

from pathlib import Path

from assistant.project.store import Project
from assistant.suggesters.specification import parse


def terminologies(project: Project, type_: str) -> list[Path]:
    """The files for a mention of this type, each once, whether they are there or not.

    One that is not where it was is looked for beside the project, with which it may have been moved.
    """
    named = [one.file for one in project.schema.terminologies if not one.on or type_ in one.on]
    suggesting = [parse(one.specification).path for one in project.suggesters.present() if one.source == "terms"]
    return list(dict.fromkeys(_place(project, Path(file)) for file in (*named, *suggesting)))


def _place(project: Project, path: Path) -> Path:
    beside = project.path.parent / path.name
    return beside if not path.exists() and beside.exists() else path
