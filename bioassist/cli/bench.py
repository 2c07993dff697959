"""`bioassist bench`: how fast this engine is on one's own notes, beside other ways to get the same labels."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioassist.cli.diagnostics import Exit, say, visible
from bioassist.cli.engine import check_gpu_layers
from bioassist.cli.texts import texts
from bioassist.errors import InputError, ModelError, UsageError

if TYPE_CHECKING:
    from assistant.models import ResolvedModel

# The engine and the floor read this many times what the others do: they are as much faster, or nearly so.
_LONGER = 10
CONTENDERS = ("reference", "grammar", "server", "langextract", "engine", "floor")
SHAPES = ("360M", "1B")


@click.command("bench")
@click.argument("notes", nargs=-1, required=True)
@click.option("--model", metavar="NAME|GGUF", help="A model of the catalog, or a GGUF file.")
@click.option("--schema", "schema_file", metavar="FILE", help="Labels: a TOML file, or a built-in schema's name.")
@click.option("--task", type=click.Choice(["ner.inline", "ner.typed"]),
              help="The rendering that all of them read.  [default: the model's]")  # fmt: skip
@click.option("--threads", type=click.IntRange(1), metavar="N", help="Threads of all of them.  [default: by load]")
@click.option("--gpu-layers", default="auto", show_default=True, metavar="N|all|auto", help="Layers to put on the GPU.")
@click.option("--words", type=click.IntRange(1), default=200, show_default=True, metavar="N",
              help=f"Words that each slow contender reads; engine and floor read {_LONGER} times that.")  # fmt: skip
@click.option("--only", multiple=True, type=click.Choice(CONTENDERS), help="Run this contender; may be repeated.")
@click.option("--random", "shape", type=click.Choice(SHAPES),
              help="Read with random weights of this size instead, in the model's vocabulary.")  # fmt: skip
@click.option("--encoding", metavar="NAME", help="Encoding of notes that are not UTF-8.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def command(notes: tuple[str, ...], **options: Any) -> int:
    """Measure on NOTES (files, folders, globs) how fast labels come, by this engine and otherwise.

    Everything runs on the same model, threads and text, each contender in a process of its own, with the best of its
    batch settings: `reference`, one token at a time; `grammar`, generation by llama-cpp-python under a grammar that
    fixes the words, a sentence at a time; `server`, the same through llama-cpp-python's server; `langextract` on that
    server; `engine`; and `floor`, the model reading as many tokens as the engine does and nothing else. `grammar` and
    `engine` also read the rendering that is not the model's own. Nothing leaves this machine.

    Exit code 1 if one of them failed.

    \b
    Examples:
      bioassist bench notes/
      bioassist bench notes/ --only engine --only reference --json
      bioassist bench notes/ --random 1B --words 40
    """
    from assistant.bench.fitting import fitting
    from assistant.bench.material import stretches, words_of
    from assistant.bench.race import RENDERINGS, race
    from assistant.bench.report import Report
    from assistant.bench.trial import Setup
    from assistant.engine.machine import SLOTS, WINDOW_WORDS, choose_threads, is_busy
    from assistant.models import resolve
    from bioassist import schema as schemas

    check_gpu_layers(options["gpu_layers"])
    schema = schemas.load(options["schema_file"]) if options["schema_file"] else schemas.built_in()
    if not schema.asked_mentions:
        raise UsageError("this schema has no entity types to annotate.", where=options["schema_file"])
    model = resolve(options["model"])
    only = options["only"] or CONTENDERS
    with fitting(model.path, schema.asked_mentions, RENDERINGS) as fits:
        given = stretches(texts(notes, options["encoding"]), WINDOW_WORDS, options["words"] * _LONGER, fits)
    if not given:
        raise InputError("there is no word in these notes.", where=", ".join(notes))
    busy = is_busy()
    if busy:
        say("bioassist: other programs are busy: what is measured now may not hold on a quiet machine.")
    tuning = model.tuning
    threads = choose_threads(options["threads"], tuned=tuning.threads if tuning else None)
    say(f"bioassist: {words_of(given):,} words. This takes minutes; leave the machine to it.")
    with _weights(model, options["shape"]) as (path, name, file_type):
        setup = Setup(
            str(path), schema.dumps(), options["task"] or model.task, threads.count, threads.wait, options["gpu_layers"]
        )
        results = race(
            setup,
            given,
            words=options["words"],
            slots=tuning.slots if tuning else SLOTS,
            only=only,
            say=lambda line: say(f"bioassist: {line}"),
        )
    report = Report(name, file_type, setup, results, busy)
    if options["as_json"]:
        click.echo(json.dumps(report.to_json(), indent=2))
    else:
        for line in report.lines():
            click.echo(visible(line))
    return Exit.FINDINGS if report.failed else Exit.DONE


@contextmanager
def _weights(model: ResolvedModel, shape: str | None) -> Iterator[tuple[Path, str, str]]:
    """The GGUF to read with, its name and file type: the model's own, or random ones while they are needed."""
    if shape is None:
        yield model.path, model.name, model.file_type
        return
    from assistant.bench import random_model
    from assistant.models.cache import free_bytes, megabytes

    kind = random_model.file_type(model.file_type)
    with tempfile.TemporaryDirectory() as folder:
        needed = random_model.size(random_model.SHAPES[shape], random_model.vocabulary_size(model.path), kind)
        if free_bytes(Path(folder)) < needed:
            raise ModelError(f"{megabytes(needed)} are needed for the random weights.", where=folder)
        say(f"bioassist: drawing random weights, {megabytes(needed)}")
        path = random_model.write(Path(folder) / "random.gguf", random_model.SHAPES[shape], model.path, kind)
        yield path, f"random {shape}", kind
