"""`bioassist annotate`: notes in, suggestions out, the review screen in between."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from bioassist.cli.changing import set_schema
from bioassist.cli.diagnostics import Exit, report, say
from bioassist.cli.engine import annotator_of, check_gpu_layers, model_of
from bioassist.cli.exporting import Output, as_decided, outputs, refuse_over_notes, write
from bioassist.cli.formats import listed
from bioassist.cli.progress import Display
from bioassist.cli.review import leave
from bioassist.cli.suggesting import asked_for, suggesters_of
from bioassist.cli.terminal import has_terminal
from bioassist.cli.untrained import SHORT
from bioassist.errors import BioassistError, InputError, UsageError
from bioassist.reading import check_encoding

if TYPE_CHECKING:
    from assistant.engine.pipeline import Annotator
    from assistant.models import ResolvedModel
    from assistant.project.notes.intake import Finding, NoteFile
    from assistant.project.store import Project
    from assistant.suggesters.protocol import Suggester
    from assistant.suggesters.running import SuggesterRun
    from bioassist.schema import Schema


@click.command("annotate")
@click.argument("notes", nargs=-1, required=True)
@click.option(
    "--project", "project_path", type=click.Path(path_type=Path), help="Project folder.  [default: NOTES.bioassist]"
)
@click.option(
    "--schema", "schema_file", metavar="FILE", help="Labels to use: a TOML file, or a built-in schema's name."
)
@click.option("--rename-label", "renamed", multiple=True, metavar="OLD=NEW",
              help="What a label that --schema has no more is called now; decisions get the new name.")  # fmt: skip
@click.option("--keep-old-labels", is_flag=True, help="Leave decisions under labels that --schema has no more.")
@click.option("--model", metavar="NAME|GGUF", help="A model of the catalog, or a GGUF file.")
@click.option("--adapter", type=click.Path(path_type=Path), metavar="GGUF", help="A LoRA adapter for the model.")
@click.option("--task", type=click.Choice(["ner.typed", "ner.inline", "ner.paper"]),
              help="All types in one pass, in lines or inline, or the paper's.  [default: the model's]")  # fmt: skip
@click.option("--suggester", "suggesters", multiple=True, metavar="KIND:PATH",
              help="Suggest by terms:FILE (CSV, OBO), rules:FILE (TOML) or spacy:PIPELINE too, from now on; none: "
              "no more.")  # fmt: skip
@click.option("--no-model", is_flag=True, help="Run the suggesters alone, without the language model.")
@click.option("--threads", type=click.IntRange(1), metavar="N", help="Threads for llama.cpp.  [default: by load]")
@click.option("--gpu-layers", default="auto", show_default=True, metavar="N|all|auto", help="Layers to put on the GPU.")
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Read at most N notes this time.")
@click.option("--fresh", is_flag=True, help="Compute all suggestions again; decisions stay.")
@click.option("--encoding", metavar="NAME", help="Encoding of notes that are not UTF-8.")
@click.option("--text-column", metavar="NAME",
              help="Column, or key, of the notes in a table: CSV, TSV, JSON lines or parquet.")  # fmt: skip
@click.option("--id-column", metavar="NAME", help="Column that names the notes of a table.  [default: their row]")
@click.option("--new-versions", is_flag=True, help="Take in notes that changed on the disk, as new versions.")
@click.option("--no-review", is_flag=True, help="Do not open the review screen.")
@click.option("--as", "actor", metavar="NAME", help="Whose decisions these are.  [default: the user of this machine]")
@click.option("--output", "destinations", multiple=True, metavar="FORMAT:DEST", help=f"Export when done: {listed()}.")
@click.option("--include", type=click.Choice(["accepted", "all"]), default="all", show_default=True,
              help="What --output writes: decisions alone, or unreviewed suggestions too.")  # fmt: skip
@click.option("--of", metavar="NAME",
              help="Whose decisions --output writes.  [default: as in export; of several your own]")  # fmt: skip
@click.option("--force", is_flag=True, help="Let --output write over what is there.")
@click.option("--pull", "fetch", flag_value="pull", help="Fetch the model without asking if it is missing.")
@click.option("--offline", "fetch", flag_value="offline", help="Never go to the network.")
@click.option("--deterministic", is_flag=True, help="Same answers in every run, a little slower.")
@click.option("--json", "as_json", is_flag=True, help="Print the outcome as JSON.")
def command(notes: tuple[str, ...], **options: Any) -> int:
    """Pre-annotate NOTES (files, folders, globs, tables) and review them.

    Nothing leaves this machine. Interrupted at any moment, the same command goes on where it was.

    \b
    Examples:
      bioassist annotate notes/
      bioassist annotate notes/ --no-review --output brat:out/brat --output spacy:out/spacy
      bioassist annotate notes.csv --text-column report --id-column visit
      bioassist annotate notes/ --suggester terms:drugs.csv --suggester rules:rules.toml --no-model
    """
    from assistant.project.notes.intake import default_project, gather, take_in
    from assistant.project.notes.tables import tables_among, take_in_tables
    from assistant.project.store import Project
    from assistant.project.team.annotators import checked, whose

    # What can be refused is refused before a model is fetched and hours are spent.
    planned = outputs(options["destinations"], force=options["force"])
    check_gpu_layers(options["gpu_layers"])
    actor = None if options["actor"] is None else checked(options["actor"])
    if options["encoding"]:
        check_encoding(options["encoding"])
    schema = _schema(options["schema_file"])
    asked = asked_for(options["suggesters"])
    found, findings = gather(notes)
    columns = options["text_column"], options["id_column"]
    files, tables = tables_among(found, *columns, options["encoding"])
    refuse_over_notes(planned, [file.path for file in found], [Path(name) for name in notes if Path(name).is_dir()])
    path = options["project_path"] or default_project(notes)
    _check_no_model(options, nothing_else=not asked and not path.exists())
    model = None if options["no_model"] else model_of(options)
    with Project.open(path, create=True, actor=actor) as project:
        if planned:
            whose(project, options["of"], project.actor)
        set_schema(project, schema, options["renamed"], keep=options["keep_old_labels"])
        suggesters = suggesters_of(project, asked)
        _check_no_model(options, nothing_else=not suggesters)
        # One transaction: a commit a note would wait for the disk ten thousand times.
        with project.transaction():
            findings += take_in(project, files, encoding=options["encoding"], new_versions=options["new_versions"])
            findings += take_in_tables(project, tables, new_versions=options["new_versions"])
        for finding in findings:
            say(f"bioassist: {finding}")
        if not any(row.text_sha for row in project.documents()):
            raise InputError("none of these notes could be read.", where=", ".join(notes))
        _take_beside(project, files)
        failed = _annotate(project, model, suggesters, options)
        incomplete, refused = _export(project, planned, options["include"], options["of"])
        code = _outcome(project, findings, failed, incomplete, options["as_json"])
        return refused or code


def _take_beside(project: Project, files: Sequence[NoteFile]) -> None:
    """Annotations that lie beside the notes come before the model's."""
    from assistant.project.importing.arriving import take_beside

    with project.transaction():
        account = take_beside(project, files)
    if not account.read:
        return
    decided = account.decisions.total() + account.facts.total()
    say(f"bioassist: {decided:,} annotations of {account.changed:,} notes lay beside them; they are decisions now.")
    for line in islice(account.report.lines(), 1, None):
        say(f"  {line}")


def _check_no_model(options: dict[str, Any], nothing_else: bool) -> None:
    if not options["no_model"]:
        return
    if options["model"] or options["adapter"] or options["task"]:
        raise UsageError("--no-model goes with neither --model, --adapter nor --task.")
    if nothing_else:
        raise UsageError(
            "without a model and without suggesters there is nothing to annotate with.",
            next_step="Name one, such as --suggester terms:drugs.csv.",
        )


def _schema(wanted: str | None) -> Schema | None:
    from bioassist import schema as schemas

    return None if wanted is None else schemas.load(wanted)


def _annotate(
    project: Project, model: ResolvedModel | None, suggesters: Sequence[Suggester], options: dict[str, Any]
) -> int:
    """Run the engine, with the screen if there is one to show; on how many notes something failed."""
    from assistant.suggesters.running import SuggesterRun

    display = Display()
    beside = SuggesterRun(
        project,
        suggesters,
        display.take,
        alone=model is None,
        fresh=options["fresh"],
        limit=options["limit"] if model is None else None,
    )
    if model is None:
        annotator: Annotator | SuggesterRun = beside
        notice = None
    else:
        annotator, notice = annotator_of(project, model, beside, display, options)
    review = has_terminal() and not options["no_review"]
    with display:
        annotator.start()
        try:
            if review:
                # It takes a second to load, in which the model is loaded too.
                import assistant.tui.app  # noqa: F401
            # What keeps the model from loading is said in the terminal; once it can read, the screen shows how it does.
            while not annotator.join(0.1):
                if review and (display.can_show or _any_ready(project)):
                    break
        except KeyboardInterrupt:
            annotator.stop()
            raise
    if review and annotator.error is None:
        try:
            _review(project, annotator, notice)
        finally:
            annotator.stop()
    if annotator.error is not None:
        raise annotator.error
    incomplete = {number for one in project.suggesters.figures() for number in one.failed}
    # A note that is ready with a reason has a stretch that could not be read.
    with_reason = {row.id for row in project.documents() if row.text_sha and (row.state == "failed" or row.reason)}
    return len(incomplete | with_reason)


def _any_ready(project: Project) -> bool:
    return any(row.state == "ready" for row in project.documents())


def _review(project: Project, annotator: Any, notice: str | None) -> None:
    from assistant.review.session import ReviewSession
    from assistant.tui.app import ReviewApp
    from assistant.tui.keymap.configuring import keys_of
    from assistant.tui.look import look_of

    session, keys = ReviewSession(project.mine(), project.actor), keys_of(project.path)
    app = ReviewApp(session, annotator, SHORT if notice else None, look=look_of(), keys=keys)
    annotator.on_event = app.report
    app.collect_in_pauses()
    app.run()
    leave(app)


def _export(
    project: Project, planned: Sequence[Output], include: Literal["accepted", "all"], of: str | None
) -> tuple[bool, int | None]:
    """Whether one of them lacks something, and the code of the first that could not be written; the others are."""
    incomplete, refused = False, None
    seen = as_decided(project, of, project.actor) if planned else project
    for output in planned:
        try:
            incomplete |= write(seen, output, include)
        except BioassistError as error:
            report(error)
            refused = refused or error.exit_code
    return incomplete, refused


def _outcome(project: Project, findings: list[Finding], failed: int, withheld: bool, as_json: bool) -> int:
    status = project.status()
    for failure in status.failed:
        if not any(finding.document == failure.document for finding in findings):
            say(f"bioassist: {project.path.parent / failure.path}: {failure.reason}")
    for gap in status.gaps:
        say(f"bioassist: {project.path.parent / gap.path}: {gap.reason}")
    left = status.pending + status.reading
    say(
        f"bioassist: {status.ready} of {status.documents} notes ready"
        + (f", {left} to go: the same command goes on" if left else "")
        + (f", {len(status.failed)} could not be read" if status.failed else "")
        + (f", of {len(status.gaps)} not all could be read" if status.gaps else "")
        + f". Project: {project.path}"
    )
    if as_json:
        from bioassist.cli.status import as_dict

        click.echo(json.dumps({**as_dict(project), "findings": [str(finding) for finding in findings]}, indent=2))
    return Exit.FINDINGS if findings or failed or withheld else Exit.DONE
