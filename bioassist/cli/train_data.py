"""`bioassist train data`: instruction data from corpora, from a project's decisions, or from both."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioassist.cli.bases import base_of
from bioassist.cli.diagnostics import Exit, say
from bioassist.errors import InputError, UsageError

if TYPE_CHECKING:
    from trainer.corpora.shelf import Shelf
    from trainer.corrections import Corrected, Corrections
    from trainer.replay import Replay
    from trainer.writing import DatasetReport

# The share of replay unless another is asked for.
REPLAY = 0.3


@click.command("data")
@click.option("--mixture", metavar="NAME|FILE", help="What to make: clinical, clinical-cpu, open, paper or a TOML "
              "file. With --project, what to replay.")  # fmt: skip
@click.option("--project", "projects", multiple=True, type=click.Path(path_type=Path), help="A project whose decisions "
              "to learn from; several may be named.")  # fmt: skip
@click.option("--replay", type=click.FloatRange(0, 1, max_open=True), metavar="SHARE", help="How much of all training "
              f"tokens is the mixture's, with --project.  [default: {REPLAY}]")  # fmt: skip
@click.option("--bulk", is_flag=True, help="Take annotations that were accepted in bulk for decided.")
@click.option("--program", type=click.Choice(["ner.inline", "ner.typed", "ner.paper"]), help="How decisions are "
              "rendered.  [default: as the default model's]")  # fmt: skip
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder to write to.")
@click.option("--corpora", type=click.Path(path_type=Path), help="Folder of corpora.  [default: BIOASSIST_CORPORA]")
@click.option("--base", metavar="NAME|GGUF", help="Whose vocabulary it is made for.  [default: the default model's]")
@click.option("--context", type=click.IntRange(64), default=1024, show_default=True, help="Tokens that a sample may "
              "have; longer ones are left out and counted.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="What chance decides by.")
@click.option("--skip-missing", is_flag=True, help="Go on without corpora that are not there.")
@click.option("--online", is_flag=True, help="Fetch corpora that live on a hub.")
@click.option("--force", is_flag=True, help="Write over data that are there.")
@click.option("--json", "as_json", is_flag=True, help="Print the counts as JSON.")
def command(**options: Any) -> int:
    """Render corpora or decisions to instruction samples, as token ids with the loss on the model's decisions alone.

    Duplicates, and whatever stands in a development split, are left out of the training split and counted. Of a
    project the notes marked done are taken, and of those what a person looked at; the data hold the notes' text.

    \b
    Examples:
      bioassist train data --mixture clinical-cpu --corpora corpora/ --out data/
      bioassist train data --project notes.bioassist --mixture clinical-cpu --replay 0.3 --out data/
    """
    from trainer.corpora import default_root
    from trainer.corpora.shelf import Shelf

    out: Path = options["out"]
    _check(options)
    if (out / "dataset.json").exists() and not options["force"]:
        raise UsageError("there are data already.", where=str(out), next_step="Name another folder, or add --force.")
    base = Path(base_of(options["base"]))
    if not base.is_file():
        raise UsageError("--base must be a GGUF file, whose vocabulary counts.", where=str(base))
    shelf = Shelf(options["corpora"] or default_root(), online=options["online"])
    findings: list[str] = []

    def told(line: str) -> None:
        findings.append(line)
        say(f"bioassist: {line}")

    report = (_of_projects if options["projects"] else _of_corpora)(options, shelf, base, told)
    # The first line counts what was read, which the table does better.
    for line in list(shelf.report.lines())[1:]:
        say(f"bioassist: {line}")
    if options["as_json"]:
        click.echo((out / "dataset.json").read_text("utf-8"), nl=False)
    else:
        click.echo("\n".join(report.lines()))
    return Exit.FINDINGS if findings else Exit.DONE


def _check(options: dict[str, Any]) -> None:
    if not options["mixture"] and not options["projects"]:
        raise UsageError("there is nothing to make data of.", next_step="Name --mixture, --project, or both.")
    if options["replay"] is not None and not (options["mixture"] and options["projects"]):
        raise UsageError("--replay is for --project with --mixture, which is replayed.")
    for name in ("bulk", "program"):
        if options[name] and not options["projects"]:
            raise UsageError(f"--{name} is for --project.")


def _of_corpora(options: dict[str, Any], shelf: Shelf, base: Path, told: Callable[[str], None]) -> DatasetReport:
    from trainer.dataset import write
    from trainer.mixture import load

    return write(
        load(options["mixture"]),
        shelf,
        base,
        options["out"],
        seed=options["seed"],
        context=options["context"],
        skip_missing=options["skip_missing"],
        say=told,
    )


def _of_projects(options: dict[str, Any], shelf: Shelf, base: Path, told: Callable[[str], None]) -> DatasetReport:
    from trainer.replay import write

    corrections = _corrections(options["projects"], options["program"] or _program(), options["bulk"])
    try:
        written = write(
            corrections,
            base,
            options["out"],
            replay=_replay(options, shelf),
            facts={"projects": [str(path) for path in options["projects"]]},
            seed=options["seed"],
            context=options["context"],
            say=told,
        )
    finally:
        # Also if nothing is left: it says why.
        for line in corrections.lines():
            say(f"bioassist: left out: {line}")
    if written.short:
        told(f"the mixture has too little: {written.share:.1%} of the tokens are replay, not {written.wanted:.1%}.")
    return written.report


def _corrections(paths: Sequence[Path], program: str, bulk: bool) -> Corrections:
    """Raises ProjectError for what is no project, and InputError if no note is done."""
    from trainer.corrections import Corrections

    one = len(paths) == 1
    projects = [
        _corrected(path, "corrections" if one else f"corrections-{number}") for number, path in enumerate(paths, 1)
    ]
    corrections = Corrections(projects, program, bulk=bulk)
    if not len(corrections):
        raise InputError(
            "no note is marked done, so there is nothing to learn from.",
            where=", ".join(str(path) for path in paths),
            next_step="Review a note with `bioassist review` and mark it done.",
        )
    return corrections


def _corrected(path: Path, source: str) -> Corrected:
    from assistant.project.exporting.documents import documents_for_export
    from assistant.project.store import Project
    from assistant.project.team.annotators import whose
    from trainer.corrections import Corrected

    with Project.open(path, read_only=True) as project:
        # With what is undecided, to know which windows it stands in.
        decided = project.seen_by(whose(project, None))
        documents, withheld = documents_for_export(decided, include="all", documents="done")
        schema = project.schema
    # What is taught is mentions. The heading of a section is none, and no reason to leave its window out.
    types = tuple(one for one in schema.entities if not one.is_section)
    if not types:
        raise InputError("its schema has no types of mentions, so there is nothing to learn from.", where=str(path))
    taught = tuple(
        replace(one, entities=tuple(entity for entity in one.entities if entity.type not in schema.sections))
        for one in documents
    )
    return Corrected(source, types, taught, withheld.not_done, withheld.failed)


def _replay(options: dict[str, Any], shelf: Shelf) -> Replay | None:
    from trainer.mixture import load
    from trainer.replay import Replay

    if not options["mixture"]:
        return None
    share = REPLAY if options["replay"] is None else options["replay"]
    return Replay(load(options["mixture"]), shelf, share, options["skip_missing"])


def _program() -> str:
    """The NER program that the default model serves."""
    from assistant.models import load_catalog
    from bioassist.tasks.ner import FINGERPRINTS

    return next((task for task in load_catalog().entry(None).tasks if task in FINGERPRINTS), "ner.inline")
