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
    from bioassist.agreement import Agreement, Annotator, Disagreement, Figure, Figures
    from bioassist.documents import Document, Entity

_COLUMNS = ("document", "start", "end", "kind")
_SHOWN = 60


@click.command("agree")
@click.argument("sources", nargs=-1, required=True, metavar="A B [C...]")
@click.option("--types", metavar="A,B", help="Count these entity types alone.")
@click.option("--map", "renamed", multiple=True, metavar="THEIRS=OURS", help="Count a type as another.")
@click.option("--disagreements", type=click.Path(path_type=Path, allow_dash=True), metavar="FILE.csv",
              help="Write where they differ, with the words of the notes, to a file; - shows them here.")  # fmt: skip
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def command(
    sources: tuple[str, ...],
    types: str | None,
    renamed: tuple[str, ...],
    disagreements: Path | None,
    force: bool,
    as_json: bool,
) -> int:
    """Compare two or more annotators of the same documents.

    Each is a project, a folder of brat files, or FORMAT:PATH; NAME= in front names it. Documents are matched by
    name. Of a project, what a person decided counts. Figures are over all documents together, with 95% intervals by
    document; nobody is taken for right.

    \b
    Examples:
      bioassist agree anna/ ben/
      bioassist agree anna=a.bioassist ben=b.bioassist gold=brat:gold/ --disagreements -
    """
    from bioassist import agreement

    if str(disagreements) == "-" and as_json:
        raise UsageError("--json and --disagreements - would be mixed.", next_step="Name a file for one of them.")
    if disagreements is not None and str(disagreements) != "-" and disagreements.exists() and not force:
        raise UsageError("this file is there already.", where=str(disagreements), next_step="Add --force to replace.")
    names = _renamed(renamed)
    annotators = [_annotator(source, names) for source in sources]
    wanted = None if types is None else [name.strip() for name in types.split(",") if name.strip()]
    found = agreement.compare(annotators, types=wanted)
    for name, reason in found.left_out.items():
        say(f"bioassist: {name}: {reason}; it was left out.")
    click.echo(json.dumps(_as_dict(found), indent=2) if as_json else _table(found))
    if disagreements is not None:
        places = agreement.disagreements(annotators, types=wanted)
        texts = annotators[0].documents
        written = _rows(found.annotators, places, texts, None if str(disagreements) != "-" else _SHOWN)
        if str(disagreements) == "-":
            click.echo()
            for line in written.splitlines():
                click.echo(visible(line))
        else:
            _write(disagreements, written)
            say(f"bioassist: wrote {len(places):,} disagreements to {disagreements}. It holds words of the notes.")
    return Exit.FINDINGS if found.left_out else Exit.DONE


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
    from assistant.project import creation
    from assistant.project.export import documents_for_export
    from assistant.project.store import Project
    from converters.formats import available, by_name
    from converters.report import Report

    format_, colon, path = source.partition(":")
    if colon and format_ in available():
        reader, place = by_name(format_), Path(path)
    elif (Path(source) / creation.FILE).exists():
        with Project.open(Path(source), read_only=True) as project:
            return documents_for_export(project, "accepted")[0]
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


def _table(found: Agreement) -> str:
    """In lines of at most 80 columns for two annotators; the other intervals are in the JSON."""
    kappa = "Cohen" if len(found.annotators) == 2 else "Fleiss"
    names = "".join(f"{name[:8]:>9}" for name in found.annotators)
    lines = [
        f"{len(found.documents):,} documents",
        "",
        f"{'entities':<14}{names}{'F1':>7}  {'95%':<14}{'relaxed':>8}{kappa:>8}{'alpha':>7}{'unitised':>9}",
    ]
    lines += [_row(type_, figures.entities, figures) for type_, figures in found.by_type.items()]
    lines += ["", _row("all", found.together.entities, found.together)]
    for (one, other), figures in found.pairs.items():
        counts = dict(zip((one, other), figures.entities, strict=True))
        lines.append(_row(f"{one}, {other}", [counts.get(name) for name in found.annotators], figures))
    own = "Cohen's" if kappa == "Cohen" else "Fleiss'"
    lines += ["", f"F1: same type and characters; relaxed: sharing a character. {own} kappa and"]
    lines.append("Krippendorff's alpha over words; unitised alpha by length of the text.")
    return "\n".join(lines)


def _row(name: str, entities: Sequence[int | None], figures: Figures) -> str:
    counts = "".join(f"{'' if number is None else f'{number:,}':>9}" for number in entities)
    strict = figures.strict.interval
    between = f"{strict.low:.3f} to {strict.high:.3f}" if strict else ""
    return (
        f"{name[:14]:<14}{counts}{_shown(figures.strict):>7}  {between:<14}{_shown(figures.relaxed):>8}"
        f"{_shown(figures.kappa):>8}{_shown(figures.alpha):>7}{_shown(figures.unitised):>9}"
    )


def _shown(figure: Figure) -> str:
    return "-" if figure.value is None else f"{figure.value:.3f}"


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
