"""brat's configuration of a folder as one thing: its types, how they are drawn, keys, and what is wrong with it.

As brat does, a file that a folder lacks is taken from the nearest folder above it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from converters.brat.conf_lines import (
    EXPECTED,
    NESTING,
    OVERLAP,
    SECTIONS,
    ConfLine,
    Definition,
    Header,
    Role,
    Shortcut,
    read_conf,
)
from converters.report import Finding, Report

ANNOTATION = "annotation.conf"
# Relations that mean the same thing where they do not say it, as in configurations from before brat 1.3.
_EQUIVALENCE = ("symmetric", "transitive")


@dataclass(frozen=True, slots=True)
class Place:
    """Where something was said: file and line, as findings show them."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Database:
    """A terminology that normalizations refer to. `path` is brat's name for its data, "" if it goes by the name."""

    name: str
    url: str = ""
    url_base: str = ""
    path: str = ""


@dataclass(slots=True)
class BratConfiguration:
    """The types of a folder by name, in the order of the files; a relation can have several definitions.

    `labels` are the forms of names from the longest to the shortest; `drawing` the settings of what is drawn; `places`
    where a definition stands, by section and name (the first of several).
    """

    entities: dict[str, Definition] = field(default_factory=dict)
    events: dict[str, Definition] = field(default_factory=dict)
    relations: dict[str, list[Definition]] = field(default_factory=dict)
    attributes: dict[str, Definition] = field(default_factory=dict)
    overlaps: list[Definition] = field(default_factory=list)
    labels: dict[str, tuple[str, ...]] = field(default_factory=dict)
    drawing: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    options: dict[str, dict[str, str]] = field(default_factory=dict)
    databases: dict[str, Database] = field(default_factory=dict)
    shortcuts: dict[str, str] = field(default_factory=dict)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)

    def is_equivalence(self, relation: str) -> bool:
        """True if `relation` is written as `*` lines: symmetric and transitive."""
        return any(set(_EQUIVALENCE) <= set(one.said("<REL-TYPE>")) for one in self.relations.get(relation, ()))


class Configurations:
    """The configurations of the folders of a corpus, each file read once; what is wrong in one goes to `report`.

    `base` is the folder that findings name files from.
    """

    def __init__(self, base: Path, report: Report) -> None:
        self._base = base.resolve()
        self._report = report
        self._told: set[Path] = set()
        self._made: dict[tuple[Path | None, ...], BratConfiguration] = {}
        self._of: dict[Path, BratConfiguration | None] = {}

    def of(self, folder: Path) -> BratConfiguration | None:
        """What brat would use for the documents in `folder`; None if there is no annotation.conf there or above."""
        if folder not in self._of:
            self._of[folder] = self._read(folder)
        return self._of[folder]

    def _read(self, folder: Path) -> BratConfiguration | None:
        paths = tuple(nearest(folder, file) for file in SECTIONS)
        if nearest(folder, ANNOTATION) is None:
            return None
        if paths not in self._made:
            made = self._made[paths] = BratConfiguration()
            for file, path in zip(SECTIONS, paths, strict=True):
                if path is not None:
                    shown = path.relative_to(self._base).as_posix() if path.is_relative_to(self._base) else str(path)
                    _take_in(made, file, path, shown, Report() if path in self._told else self._report)
                    self._told.add(path)
        return self._made[paths]


def configuration_of(folder: Path, report: Report) -> BratConfiguration | None:
    """The configuration that brat would use for `folder`; None if there is no annotation.conf there or above.

    What is wrong in the files goes to `report`, with file and line.
    """
    return Configurations(folder, report).of(folder)


def nearest(folder: Path, file: str) -> Path | None:
    """`file` in `folder` or the nearest folder above it."""
    here = folder.resolve()
    return next((place / file for place in (here, *here.parents) if (place / file).is_file()), None)


def _take_in(made: BratConfiguration, file: str, path: Path, shown: str, report: Report) -> None:
    try:
        data = path.read_bytes()
    except OSError as error:
        report.add(Finding("", "unreadable", f"cannot be read: {error.strerror}.", file=shown, kind="loss"))
        return
    seen: set[str] = set()
    for line in read_conf(data, file):
        for problem in line.problems:
            report.add(Finding("", problem.code, problem.message, file=shown, line=line.number, kind=problem.kind))
        if isinstance(line.content, Header):
            seen.add(line.section)
        for message in _put(made, file, line, shown):
            report.add(Finding("", "configuration", message, file=shown, line=line.number))
    for section in EXPECTED.get(file, ()):
        if section not in seen:
            report.add(Finding("", "missing section", f"there is no section [{section}]; brat warns.", file=shown))


def _put(made: BratConfiguration, file: str, line: ConfLine, shown: str) -> Iterator[str]:
    """Take in one line; yields what is odd about it."""
    content = line.content
    if isinstance(content, Shortcut):
        if content.key in made.shortcuts:
            yield f"the key {content.key} is given twice; the first counts."
        made.shortcuts.setdefault(content.key, content.type)
    if not isinstance(content, Definition):
        return
    if file == ANNOTATION:
        yield from _put_type(made, line.section, content)
        made.places.setdefault((line.section, content.name), Place(shown, line.number))
    elif line.section == "labels":
        made.labels[content.name] = content.terms[1:]
    elif line.section == "drawing":
        settings = made.drawing.setdefault(content.name, {})
        # brat has "-" where a value needs a comma.
        settings |= {role.name: tuple(value.replace("-", ",") for value in role.types) for role in content.roles}
    elif line.section == "options":
        made.options.setdefault(content.name, {}).update({role.name: role.types[0] for role in content.roles})
    elif line.section == "normalization":
        url, base = (next(iter(content.said(key)), "") for key in ("<URL>", "<URLBASE>"))
        path = content.role("DB")
        made.databases[content.name] = Database(content.name, url, base, path.types[0] if path else "")
        if not url:
            yield f"{content.name} has no <URL>; brat leaves it out."


def _put_type(made: BratConfiguration, section: str, content: Definition) -> Iterator[str]:
    name = content.name
    if section == "relations":
        if name in (OVERLAP, NESTING):
            if name == OVERLAP and not content.said("<OVL-TYPE>"):
                yield "<OVERLAP> says nothing without <OVL-TYPE>."
            made.overlaps.append(content)
            return
        if name == "Equiv" and not content.said("<REL-TYPE>"):
            content = replace(content, special=(*content.special, ("<REL-TYPE>", _EQUIVALENCE)))
        if len(content.roles) != 2 and not content.unused:
            yield f"{name} needs two arguments, as in Arg1:Drug, Arg2:Disease."
        made.relations.setdefault(name, []).append(content)
        return
    kinds = {"entities": made.entities, "events": made.events, "attributes": made.attributes}
    if name in kinds[section] or (section == "events" and name in made.entities):
        yield f"{name} is there already."
    if section == "attributes" and content.role("Arg") is None:
        yield f"{name} does not say with Arg: what it is on; brat offers it nowhere."
    kinds[section].setdefault(name, content)


def filled_by(configuration: BratConfiguration, role: Role, type_: str) -> bool:
    """True if an annotation of `type_` may fill `role`."""
    return (
        type_ in role.types
        or "<ANY>" in role.types
        or ("<ENTITY>" in role.types and type_ in configuration.entities)
        or ("<EVENT>" in role.types and type_ in configuration.events)
        or ("<RELATION>" in role.types and type_ in configuration.relations)
    )
