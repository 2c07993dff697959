"""One annotator's part of a project as a file: their journal, to be brought together with the parts of others.

JSON lines. The first says whose it is, how many entries follow and the hash of the last; each of the others is an entry
as the journal has it, with the hash of the one before. Documents are there by name and by the hash of their text. There
is no text in it, but what annotators wrote themselves in notes, and the terms that they chose.

A part is checked before anything of it is taken in. An actor's entries form one chain, so parts of several people never
conflict, a part that comes again changes nothing, a longer one goes on where the last ended, and only a chain that went
two ways from one entry is refused: then two people, or one in two copies, worked under one name.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from assistant.project.journal.decisions import counted, decisions_of
from assistant.project.journal.entries import ACTIONS, CHAIN_START, Entry, canonical, chained_hash
from assistant.project.store import Project
from bioassist.errors import InputError, ProjectError

FORMAT = 1
_ENTRY = ("actor", "actor_seq", "at", "document", "text_sha", "action", "payload", "previous", "hash")


@dataclass(frozen=True, slots=True)
class Part:
    """The whole journal of `annotator`, oldest entry first; `file` is where it was read."""

    annotator: str
    entries: Sequence[Entry]
    file: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """What became of a part: of its `entries`, `taken` were new. `missing` are documents that the project has not,
    `otherwise` those that it has with another text, with the number of new entries on each: those wait until the very
    text comes. `labels` are types that the project's schema has not."""

    annotator: str
    file: str
    entries: int
    taken: int
    missing: dict[str, int]
    otherwise: dict[str, int]
    labels: tuple[str, ...]


def part_of(project: Project, annotator: str) -> Part:
    """Raises ProjectError if there are no entries of that annotator."""
    entries = project.journal.entries(actor=annotator)
    if not entries:
        known = ", ".join(project.annotators())
        raise ProjectError(
            f"there are no entries of {annotator!r}.",
            where=str(project.path),
            next_step=f"Its annotators: {known}." if known else "Nobody decided anything in it yet.",
        )
    return Part(annotator, entries)


def lines(part: Part) -> Iterator[str]:
    """The file's lines, without line ends."""
    head = {
        "bioassist": "part",
        "format": FORMAT,
        "annotator": part.annotator,
        "entries": len(part.entries),
        "head": part.entries[-1].hash,
    }
    yield json.dumps(head)
    for entry in part.entries:
        yield canonical({name: getattr(entry, name) for name in _ENTRY})


def read(path: Path) -> Part:
    """Read and check a part. Raises InputError for what is none, is cut off or was altered."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            records = [_record(line, path, number) for number, line in enumerate(file, 1) if line.strip()]
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror.lower() if isinstance(error, OSError) and error.strerror else "it is no text"
        raise InputError(f"cannot be read: {reason}.", where=str(path)) from error
    head = records[0] if records else {}
    if head.get("bioassist") != "part":
        raise InputError(
            "this is no part of a project.",
            where=str(path),
            next_step="`bioassist project export-part` writes one.",
        )
    if head.get("format") != FORMAT:
        raise InputError("this part was written by a newer bioassist.", where=str(path), next_step="Update bioassist.")
    entries = [_entry(record, path, number) for number, record in enumerate(records[1:], 1)]
    if head.get("entries") != len(entries) or not entries:
        raise InputError(
            f"the part is cut off: {len(entries):,} of {head.get('entries')} entries are there.",
            where=str(path),
            next_step="Copy it again.",
        )
    _check_chain(str(head.get("annotator")), entries, path)
    if head.get("head") != entries[-1].hash:
        raise _altered(path, len(entries))
    return Part(str(head["annotator"]), entries, str(path))


def merge(project: Project, parts: Iterable[Part]) -> list[Merged]:
    """Take in what is new in `parts`: of all of them, or nothing.

    Raises ProjectError if a chain went another way here.
    """
    listed = list(parts)
    with project.transaction():
        return [_merge(project, part) for part in listed]


def _merge(project: Project, part: Part) -> Merged:
    here = project.journal.entries(actor=part.annotator)
    for mine, theirs in zip(here, part.entries, strict=False):
        if mine.hash != theirs.hash:
            raise _forked(project, part, mine, theirs)
    fresh = part.entries[len(here) :]
    missing: dict[str, int] = {}
    otherwise: dict[str, int] = {}
    labels: set[str] = set()
    for entry in fresh:
        row = project.awaited(entry.document, entry.text_sha)
        if not row.has_text:
            there = project.document_named(entry.document)
            waiting = otherwise if there is not None and there.has_text else missing
            waiting[entry.document] = waiting.get(entry.document, 0) + 1
        project.journal.take(replace(entry, seq=project.journal.length() + 1, document_id=row.id))
        labels |= _labels(entry)
    unknown = labels - {one.name for one in project.schema.entities}
    return Merged(part.annotator, part.file, len(part.entries), len(fresh), missing, otherwise, tuple(sorted(unknown)))


def _labels(entry: Entry) -> set[str]:
    return {one.type for one in decisions_of(entry) if one.kept and counted(one) is not None}


def _record(line: str, path: Path, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    if not isinstance(record, dict):
        raise InputError("this line is no JSON record; the part is cut off or was altered.", where=f"{path}:{number}")
    return record


def _entry(record: dict[str, Any], path: Path, number: int) -> Entry:
    if record.keys() != set(_ENTRY) or not isinstance(record["payload"], dict):
        raise _altered(path, number)
    if record["action"] not in ACTIONS:
        raise InputError(
            f"entry {number} is of a kind that this version does not know ({record['action']!r}).",
            where=str(path),
            next_step="Update bioassist.",
        )
    return Entry(seq=0, document_id=0, **record)


def _check_chain(annotator: str, entries: Sequence[Entry], path: Path) -> None:
    previous = CHAIN_START
    for number, entry in enumerate(entries, 1):
        follows = (entry.actor, entry.actor_seq, entry.previous) == (annotator, number, previous)
        if not follows or chained_hash(entry) != entry.hash:
            raise _altered(path, number)
        previous = entry.hash


def _altered(path: Path, number: int) -> InputError:
    return InputError(
        f"entry {number} is not as its author's program wrote it; nothing was taken in.",
        where=str(path),
        next_step="Ask for the part again.",
    )


def _forked(project: Project, part: Part, mine: Entry, theirs: Entry) -> ProjectError:
    return ProjectError(
        f"the journal of {part.annotator} went two ways: entry {mine.actor_seq} was made here {_moment(mine)} on "
        f"{mine.document}, and in {part.file} {_moment(theirs)} on {theirs.document}. Nothing was taken in.",
        where=str(project.path),
        next_step=(
            f"Somebody worked as {part.annotator} in two copies. Take one of them in, and let the other be done again "
            "under a name of its own (--as)."
        ),
    )


def _moment(entry: Entry) -> str:
    return f"at {entry.at[:16].replace('T', ' ')} UTC"
