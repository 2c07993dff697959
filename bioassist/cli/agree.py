"""`bioassist agree`: how far annotators of the same documents agree, and where they do not."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioassist.cli.diagnostics import Exit, say, visible
from bioassist.cli.formats import listed
from bioassist.errors import InputError, UsageError

if TYPE_CHECKING:
    from bioassist.agreement import Agreement, Annotator, Disagreement
    from bioassist.documents import Document, Entity

_COLUMNS = ("document", "start", "end", "kind")
_SHOWN = 60


@click.command("agree")
@click.argument("sources", nargs=-1, required=True, metavar="A B [C...]")
@click.option("--of", "chosen", multiple=True, metavar="NAME",
              help="Of a project with several annotators, these.")  # fmt: skip
@click.option("--types", metavar="A,B", help="Count these entity types alone.")
@click.option("--map", "renamed", multiple=True, metavar="THEIRS=OURS", help="Count a type as another.")
@click.option("--disagreements", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE.csv",
              help="Write where they differ, with the words of the notes, to a file; - shows them here.")  # fmt: skip
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def command(
    sources: tuple[str, ...],
    chosen: tuple[str, ...],
    types: str | None,
    renamed: tuple[str, ...],
    disagreements: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Compare two or more annotators of the same documents.

    Each is a project, a folder of brat files, or FORMAT:PATH; NAME= in front names it. Documents are matched by
    name. Of a project, what a person decided counts. One project alone: its annotators, in the documents that each
    marked done. Figures are over all documents together, with 95% intervals by document; nobody is taken for right.

    \b
    Examples:
      bioassist agree notes.bioassist
      bioassist agree anna/ ben/
      bioassist agree anna=a.bioassist ben=b.bioassist gold=brat:gold/ --disagreements -
    """
    from bioassist import agreement
    from bioassist.agreement_table import table

    if str(disagreements) == "-" and as_json:
        raise UsageError("--json and --disagreements - would be mixed.", next_step="Name a file for one of them.")
    if disagreements is not None and str(disagreements) != "-" and disagreements.exists() and not force:
        raise UsageError("this file is there already.", where=str(disagreements), next_step="Add --force to replace.")
    names = _renamed(renamed)
    wanted = None if types is None else [name.strip() for name in types.split(",") if name.strip()]
    groups = _groups(sources, chosen, names)
    every = [agreement.compare(group, types=wanted) for group in groups]
    for found in every:
        for name, reason in found.left_out.items():
            say(f"bioassist: {name}: {reason}; it was left out.")
    if as_json:
        plain = [_as_dict(found) for found in every]
        click.echo(json.dumps(plain[0] if len(plain) == 1 else plain, indent=2))
    else:
        click.echo("\n\n".join(map(table, every)))
    if disagreements is not None:
        longest = None if str(disagreements) != "-" else _SHOWN
        places = [agreement.disagreements(group, types=wanted) for group in groups]
        written = [
            _rows([one.name for one in group], found_, group[0].documents, longest)
            for group, found_ in zip(groups, places, strict=True)
        ]
        if str(disagreements) == "-":
            for listed_ in written:
                click.echo()
                for line in listed_.splitlines():
                    click.echo(visible(line))
        else:
            _write(disagreements, "".join(written))
            number = sum(map(len, places))
            say(f"bioassist: wrote {number:,} disagreements to {disagreements}. It holds words of the notes.")
    return Exit.FINDINGS if any(found.left_out for found in every) else Exit.DONE


def _groups(sources: Sequence[str], chosen: Sequence[str], names: Mapping[str, str]) -> list[list[Annotator]]:
    """Those that are compared with each other: the sources, or the annotators of one project."""
    from dataclasses import replace

    from assistant.project.file import creation
    from assistant.project.store import Project
    from assistant.project.team.compared import compared

    if len(sources) == 1 and (Path(sources[0]) / creation.FILE).exists():
        with Project.open(Path(sources[0]), read_only=True) as project:
            groups = compared(project, chosen)
        return [
            [
                replace(one, documents={name: _with_types(found, names) for name, found in one.documents.items()})
                for one in group
            ]
            for group in groups
        ]
    if chosen:
        raise UsageError("--of is for the annotators of one project.", next_step="Name that project alone.")
    return [[_annotator(source, names) for source in sources]]


def _renamed(given: Sequence[str]) -> dict[str, str]:
    names = {}
    for one in given:
        theirs, equals, ours = one.partition("=")
        if not (theirs and equals and ours):
            raise UsageError(f"--map takes THEIRS=OURS, not {one!r}.")
        names[theirs] = ours
    return names


def _annotator(source: str, names: Mapping[str, str]) -> Annotator:
    from bioassist.agreement import Annotator

    named, equals, rest = source.partition("=")
    # A name is a word; a path that has an equals sign in it is a path.
    own = equals and named and rest and not Path(source).exists()
    where = rest if own else source
    documents = {one.name: _with_types(one, names) for one in _documents(where)}
    if not documents:
        raise InputError("there are no documents.", where=where)
    return Annotator(named if own else Path(where.rpartition(":")[2]).stem or where, documents)


def _documents(source: str) -> list[Document]:
    from assistant.project.exporting.documents import documents_for_export
    from assistant.project.file import creation
    from assistant.project.store import Project
    from assistant.project.team.annotators import whose
    from converters.formats import available, by_name
    from converters.report import Report

    format_, colon, path = source.partition(":")
    if colon and format_ in available():
        reader, place = by_name(format_), Path(path)
    elif (Path(source) / creation.FILE).exists():
        with Project.open(Path(source), read_only=True) as project:
            return documents_for_export(project.seen_by(whose(project, None)), "accepted")[0]
    else:
        reader, place = by_name("brat"), Path(source)
        if not place.is_dir():
            raise UsageError(
                "this is no project and no folder of brat files.",
                where=source,
                next_step=f"Name another format as FORMAT:PATH: {listed()}.",
            )
    report = Report()
    documents = list(reader.read(place, None, report))
    for finding in report.findings:
        say(f"bioassist: {finding}")
    return documents


def _with_types(document: Document, names: Mapping[str, str]) -> Document:
    from dataclasses import replace

    entities = tuple(replace(entity, type=names.get(entity.type, entity.type)) for entity in document.entities)
    return replace(document, entities=entities)


def _as_dict(found: Agreement) -> dict[str, Any]:
    return {
        "annotators": found.annotators,
        "documents": found.documents,
        "left_out": dict(found.left_out),
        "all": asdict(found.together),
        "by_type": {type_: asdict(figures) for type_, figures in found.by_type.items()},
        "pairs": [{"annotators": [one, other], **asdict(figures)} for (one, other), figures in found.pairs.items()],
    }


def _rows(
    annotators: Sequence[str], places: Sequence[Disagreement], texts: Mapping[str, Document], longest: int | None
) -> str:
    """A line a place: where, what kind, what each annotator has there, and the words."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*_COLUMNS, *annotators, "text"])
    for place in places:
        text = texts[place.document].text
        said = ["; ".join(f"{one.type} {_extent(one)}" for one in every) for every in place.said]
        words = " ".join(place.span.of(text).split())
        if longest is not None and len(words) > longest:
            words = words[: longest - 1] + "\u2026"
        writer.writerow([place.document, place.span.start, place.span.end, place.kind, *said, words])
    return stream.getvalue()


def _extent(entity: Entity) -> str:
    return ";".join(f"{span.start}-{span.end}" for span in entity.spans)


def _write(path: Path, text: str) -> None:
    try:
        path.touch(mode=0o600, exist_ok=True)
        path.write_text(text, "utf-8", newline="")
    except OSError as error:
        raise UsageError(f"this file cannot be written: {error.strerror}.", where=str(path)) from error
