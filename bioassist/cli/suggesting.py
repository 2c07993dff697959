"""The suggesters that `annotate` runs besides the language model: those asked for, or those the project has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bioassist.cli.diagnostics import say
from bioassist.errors import UsageError

if TYPE_CHECKING:
    from assistant.project.store import Project
    from assistant.suggesters.protocol import Suggester
    from assistant.suggesters.specification import Opened, Specification

NONE = "none"


@dataclass(frozen=True, slots=True)
class Asked:
    """A suggester that was named and read, before anything is done with notes."""

    specification: Specification
    opened: Opened


def asked_for(names: Sequence[str]) -> list[Asked] | None:
    """Read what `--suggester` names; None if nothing was said, so that the project's own run.

    Raises UsageError and InputError for what is wrong with them.
    """
    from assistant.suggesters.specification import parse, read

    if not names:
        return None
    if NONE in names:
        if len(names) > 1:
            raise UsageError(f"--suggester {NONE} stands alone.")
        return []
    specifications = [parse(name).absolute() for name in names]
    return [Asked(one, read(one)) for one in specifications]


def suggesters_of(project: Project, asked: list[Asked] | None) -> list[Suggester]:
    """The suggesters for the project's schema, which the project keeps from now on."""
    from assistant.project.suggestions.suggesters import SuggesterRow
    from assistant.suggesters.specification import parse, read

    if asked is None:
        remembered = [parse(row.specification) for row in project.suggesters.present()]
        asked = [Asked(one, read(one)) for one in remembered]
    made = {str(one.specification): one.opened.for_schema(project.schema, one.specification.renamed) for one in asked}
    if len({one.fingerprint for one in made.values()}) < len(asked):
        raise UsageError("the same suggester is named twice.", next_step="Name each --suggester once.")
    project.suggesters.choose(SuggesterRow(named, one.source, one.name, one.fingerprint) for named, one in made.items())
    for one in made.values():
        for remark in one.remarks:
            say(f"bioassist: {one.source}:{one.name}: {remark}")
    return list(made.values())
