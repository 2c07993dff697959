"""`bioassist models tune`: how a model is read fastest on this machine."""

from __future__ import annotations

import json

import click

from bioassist.cli.diagnostics import say
from bioassist.cli.fetching import FetchDisplay
from bioassist.cli.texts import examples, texts
from bioassist.errors import InputError, ModelError


@click.command("tune")
@click.argument("name", required=False)
@click.option("--notes", multiple=True, metavar="PATH", help="Notes to read: a file, folder or glob; may be repeated.  "
              "[default: those that come with bioassist]")  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
def command(name: str | None, notes: tuple[str, ...], as_json: bool) -> None:
    """Find the threads, the way they wait, the slots and the batch that read NAME fastest on this machine.

    Without NAME it is the default model. What is found is kept beside the model, and `annotate` uses it while the
    machine is quiet; --threads goes before it. Run it when nothing else runs: it takes some minutes.

    \b
    Examples:
      bioassist models tune
      bioassist models tune smollm2-135m --notes notes/
    """
    from assistant.bench.fitting import fitting
    from assistant.bench.material import stretches
    from assistant.engine.machine import WINDOW_WORDS
    from assistant.models import cache, load_catalog, resolve
    from assistant.models.tuned import write_tuned
    from assistant.models.tuning import WORDS, Work, tune
    from bioassist.schema import built_in

    entry = load_catalog().entry(name)
    model = resolve(entry.name)
    prepared = cache.read_prepared(entry)
    if prepared is None:
        raise ModelError(f"{entry.name} went away while it was looked at.")
    schema = built_in()
    with fitting(model.path, schema.entities, [model.task]) as fits:
        given = tuple(stretches(texts(notes or examples()), WINDOW_WORDS, WORDS, fits))
    if not given:
        raise InputError("there is no word in these notes.", where=", ".join(notes))
    with FetchDisplay() as display:
        tuned = tune(prepared, Work(schema.dumps(), model.task, given), display)
    write_tuned(tuned)
    say(f"bioassist: {entry.name} is read with {tuned}.")
    if as_json:
        click.echo(json.dumps(tuned.to_json(), indent=2, ensure_ascii=False))
