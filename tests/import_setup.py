"""Files that are exported, corrected as a person with brat does, and imported again."""

from __future__ import annotations

from pathlib import Path

from project_setup import Ward

from assistant.project.exporting.documents import Include, documents_for_export
from assistant.project.exporting.sent import Sending
from assistant.project.importing.account import Account
from assistant.project.importing.returning import Returning
from assistant.project.store import Project
from bioassist.documents import Document, Entity, Equivalence
from converters.annotations import row
from converters.brat import BratFormat
from converters.formats import Format, WriteOptions


def export(project: Project, place: Path, to: Format | None = None, include: Include = "all") -> None:
    """As `bioassist export` does."""
    writer = to or BratFormat()
    sending = Sending(writer.name)
    documents, _ = documents_for_export(project, include, sending=sending)
    writer.write(documents, place, project.schema, WriteOptions(force=True))
    if writer.name == "brat":
        sending.mark(place)


def import_(project: Project, place: Path, reader: Format | None = None, *reviewed: str) -> Account:
    return Returning(project, reader or BratFormat(), vouched=reviewed).read(place)


def now(project: Project, name: str = "note") -> Document:
    """A document as it would be exported."""
    return next(one for one in documents_for_export(project, "all")[0] if one.name == name)


def told(document: Document) -> list[str]:
    """Everything in it, one line each: `T1 accepted Symptom: chest pain`, `R1 Causes Arg1:T1 Arg2:T2`."""
    lines = []
    for one in row(document):
        said = "" if isinstance(one, Equivalence) else f"{one.id} "
        match one:
            case Entity():
                lines.append(f"{said}{document.provenance[one.id].status} {one.type}: {one.of(document.text)}")
            case Equivalence():
                lines.append(f"{one.type} {' '.join(sorted(one.members))}")
            case _:
                lines.append(_other(one))
    return lines


def _other(one: object) -> str:
    from converters.brat.lines import render

    return render(one, "").replace("\t", " ").rstrip()  # type: ignore[arg-type]


class Annotations:
    """The `.ann` file of an exported document, edited line by line."""

    def __init__(self, folder: Path, name: str = "note") -> None:
        self.path = folder / f"{name}.ann"

    @property
    def lines(self) -> list[str]:
        return self.path.read_text("utf-8").splitlines()

    def write(self, lines: list[str]) -> None:
        self.path.write_bytes("".join(f"{line}\n" for line in lines).encode())

    def confirm(self, *ids: str) -> Annotations:
        """Take off the marks of some suggestions, or of all."""
        kept = [one for one in self.lines if not (_is_mark(one) and (not ids or one.split()[2] in ids))]
        self.write(kept)
        return self

    def replace(self, old: str, new: str) -> Annotations:
        assert any(old in one for one in self.lines), (old, self.lines)
        self.write([one.replace(old, new) for one in self.lines])
        return self

    def delete(self, *ids: str) -> Annotations:
        """As brat does: with the attributes, normalizations and notes on them, and the relations of them."""
        gone = set(ids)
        self.write(
            [
                one
                for one in self.lines
                if one.split("\t")[0] not in gone and not any(of in gone for of in _referred(one))
            ]
        )
        return self

    def add(self, *lines: str) -> Annotations:
        self.write([*self.lines, *lines])
        return self


def _is_mark(line: str) -> bool:
    return line.startswith("#") and "\tAnnotationUnconfirmed " in line


def _referred(line: str) -> list[str]:
    if line[0] not in "RAN#":
        return []
    return [one.split(":")[-1] for one in line.split("\t")[1].split()[1:]]


def seen_by(ward: Ward) -> dict[str, int]:
    """How many journal entries there are of each actor."""
    entries = ward.project.journal.entries()
    return {actor: sum(one.actor == actor for one in entries) for actor in {one.actor for one in entries}}
