"""Giving a project its schema: what becomes of labels that the new one has no more, asked where somebody can answer."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from bioassist.cli.diagnostics import say
from bioassist.errors import ProjectError, UsageError
from bioassist.schema.comparing import KIND_WORDS, LABELLED, differences, likely, names

if TYPE_CHECKING:
    from assistant.project.schema.changes import Orphan
    from assistant.project.store import Project
    from bioassist.schema import Schema

# What a person answers where decisions stay as they are; no label can be called so.
_AS_THEY_ARE = "."
# What that means for a decision whose label the schema has not.
KEPT = "review shows them in grey, exports have them, nothing is suggested for them"
Named = dict[str, dict[str, str]]


def set_schema(project: Project, wanted: Schema | None, renamed: Sequence[str], *, keep: bool) -> None:
    """Give `project` the schema `wanted`; None: its own, or the built-in one if it has none.

    `renamed` are "OLD=NEW" as a person gives them. Raises UsageError, with nothing changed, if decisions bear labels
    that are neither renamed nor to be kept, and nobody can be asked.
    """
    from bioassist.schema import built_in

    present = _present(project)
    pairs = [_pair(one) for one in renamed]
    if present is None:
        if pairs:
            raise UsageError("--rename-label is for a project whose schema changes; this one is new.")
        project.set_schema(wanted or built_in())
        return
    wanted = wanted or present
    named = _named(project, present, wanted, pairs)
    if wanted.dumps() == present.dumps() and not any(named.values()):
        return
    _change(project, present, wanted, named, keep=keep)


def _change(project: Project, present: Schema, wanted: Schema, named: Named, *, keep: bool) -> None:
    from assistant.project.schema.changes import change, orphans

    left = [one for one in orphans(project, wanted) if one.label not in named[one.kind]]
    if left and not keep:
        if not sys.stdin.isatty():
            raise _refusal(project, present, wanted, left)
        for one in left:
            if (name := _ask(one, present, wanted)) is not None:
                named[one.kind][one.label] = name
        left = [one for one in left if one.label not in named[one.kind]]
    if present.fingerprint == wanted.fingerprint and not any(named.values()):
        # Colours, keys, files to look things up in, or the guard.
        project.set_schema(wanted)
        return
    counts = project.schema_history.borne()
    change(project, wanted, named, [(one.kind, one.label) for one in left])
    say("bioassist: the schema changed. Suggestions are computed anew, decisions stay.")
    for difference in differences(present, wanted):
        new = [label for label in difference.added if label not in named[difference.kind].values()]
        gone = [label for label in difference.removed if label not in named[difference.kind]]
        told = [f"{what}: {', '.join(those)}" for what, those in (("new", new), ("gone", gone)) if those]
        if told:
            say(f"  {difference.kind}, {'; '.join(told)}")
    for kind in LABELLED:
        for old, now in named[kind].items():
            say(f"  {old} is {now} now, in {_of(counts.get((kind, old), {}))}")
    for one in left:
        say(f"  {one.label} stays in {_of(one.decisions)}; {KEPT}")
    if any(named.values()) and len(project.annotators()) > 1:
        say("  Whoever works on a copy of this project goes on with a new copy: parts of old ones go another way now.")
    say(f"  `bioassist project schema {project.path} --undo` takes the change back.")


def _present(project: Project) -> Schema | None:
    try:
        return project.schema
    except ProjectError:
        return None


def _pair(given: str) -> tuple[str, str]:
    old, equals, new = given.partition("=")
    if not (old and equals and new):
        raise UsageError(f"--rename-label takes OLD=NEW, as in Symptom=Finding, not {given!r}.")
    return old, new


def _named(project: Project, present: Schema, wanted: Schema, pairs: Sequence[tuple[str, str]]) -> Named:
    """The pairs by the tables of the schema that they are of: where the old name is gone, and the new one there."""
    borne = project.schema_history.borne()
    named: Named = {kind: {} for kind in LABELLED}
    for old, new in pairs:
        known = [kind for kind in LABELLED if old in names(present, kind) or (kind, old) in borne]
        if not known:
            raise UsageError(f"--rename-label: the project has no label {old!r}.", where=str(project.path))
        gone = [kind for kind in known if old not in names(wanted, kind)]
        if not gone:
            raise UsageError(
                f"--rename-label: the schema still has {old!r}.", next_step="Only what it has no more is renamed."
            )
        kinds = [kind for kind in gone if new in names(wanted, kind)]
        if not kinds:
            there = ", ".join(names(wanted, gone[0])) or "none"
            raise UsageError(
                f"--rename-label: the schema has no {KIND_WORDS[gone[0]]} {new!r}.", next_step=f"It has: {there}."
            )
        for kind in kinds:
            if named[kind].setdefault(old, new) != new:
                raise UsageError(f"--rename-label gives {old!r} two names: {named[kind][old]!r} and {new!r}.")
    return named


def _refusal(project: Project, present: Schema, wanted: Schema, left: Sequence[Orphan]) -> UsageError:
    borne = "; ".join(f"{one.label} ({_of(one.decisions)})" for one in left)
    first = left[0]
    guess = likely(present, wanted, first.kind, first.label)
    proposed = f"{first.label}={guess}" if guess else f"{first.label}=NEW"
    return UsageError(
        f"the new schema has no more what decisions bear: {borne}.",
        where=str(project.path),
        next_step=f"Say what a label is called now, as in --rename-label {proposed}, "
        "or leave the decisions as they are with --keep-old-labels. Nothing was changed.",
    )


def _ask(one: Orphan, present: Schema, wanted: Schema) -> str | None:
    """What a label is called in the wanted schema; None: what bears it stays as it is."""
    there = names(wanted, one.kind)
    say(f"bioassist: the schema has no {KIND_WORDS[one.kind]} {one.label} any more, which is in {_of(one.decisions)}.")
    say(f"  Its name now, of: {', '.join(there) or 'none'}")
    say(f"  or {_AS_THEY_ARE} if it is no longer wanted: the decisions stay as they are; {KEPT}")
    answer: str = click.prompt(
        f"What is {one.label} now?",
        type=click.Choice([*there, _AS_THEY_ARE]),
        default=likely(present, wanted, one.kind, one.label),
        show_choices=False,
        err=True,
    )
    return None if answer == _AS_THEY_ARE else answer


def _of(decisions: Mapping[str, int]) -> str:
    """Such as "12 decisions of anna, 3 of ben"."""
    if not decisions:
        return "no decisions"
    first, *others = decisions.items()
    told = f"{first[1]:,} decision{'s' if first[1] != 1 else ''} of {first[0]}"
    return ", ".join([told, *(f"{count:,} of {name}" for name, count in others)])
