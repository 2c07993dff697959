"""`--help` everywhere, with an example, and nothing heavy loaded for it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import click
import pytest
from cli_setup import Desk

from assistant.children import environment
from bioassist import __version__
from bioassist.cli import COMMANDS, group

HEAVY = {"torch", "textual", "llama_cpp", "spacy", "numpy", "gguf", "rich", "sqlite3"}
LOADED = """
import json, sys
from bioassist.cli import group
from bioassist.cli.diagnostics import Guard
code = Guard(group).code(sys.argv[1:])
print("LOADED" + json.dumps([code, sorted({name.split(".")[0] for name in sys.modules})]))
"""


def commands(command: click.Command = group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            child = command.get_command(context, name)
            assert child is not None, name
            yield from commands(child, (*path, name))


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_help_has_an_example_that_runs_this_command(desk: Desk, path: tuple[str, ...]) -> None:
    told = desk.run(*path, "--help")
    assert told.code == 0 and told.said == ""
    examples = told.out.partition("Example")[2]
    assert f"bioassist {' '.join(path)}".strip() in examples
    assert desk.run(*path, "-h").out == told.out


def loaded(*arguments: str) -> tuple[int, set[str]]:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, env=environment(), check=True
    )
    code, names = json.loads(done.stdout.partition("LOADED")[2])
    return code, set(names)


@pytest.mark.parametrize(
    "arguments", [[], ["--help"], ["--version"], ["annotate", "--help"], ["review", "--help"], ["models", "--help"]]
)
def test_nothing_heavy_is_loaded_for_help(arguments: list[str]) -> None:
    code, names = loaded(*arguments)
    assert code == (0 if arguments else 2)
    assert not names & HEAVY


def test_status_does_not_load_the_engine_or_the_screen(annotated: Desk) -> None:
    code, names = loaded("status", str(annotated.project))
    assert code == 0
    assert not names & {"torch", "textual", "llama_cpp", "spacy", "numpy"}


def test_every_command_is_in_the_list(desk: Desk) -> None:
    told = desk.run("--help")
    listed = [line.split()[0] for line in told.out.partition("Commands:\n")[2].splitlines() if line[2:3].strip()]
    assert listed == list(COMMANDS)


def test_version(desk: Desk) -> None:
    told = desk.run("--version")
    assert (told.code, told.out.split()[-1]) == (0, __version__)


@pytest.mark.parametrize(
    "arguments",
    [
        ["anotate"],
        ["annotate"],
        ["annotate", "notes", "--no-such-option"],
        ["annotate", "notes", "--threads", "0"],
        ["annotate", "notes", "--threads", "many"],
        ["annotate", "notes", "--limit", "-1"],
        ["annotate", "notes", "--include", "some"],
        ["annotate", "notes", "--task", "ner.\x1b[31mred"],
        ["annotate", "notes", "--\x1b[31m"],
        ["export", "p.bioassist"],
        ["status"],
    ],
)
def test_what_cannot_be_meant_is_a_usage_error(desk: Desk, arguments: list[str]) -> None:
    desk.write({"a.txt": "Fever."})
    told = desk.run(*arguments)
    assert told.code == 2 and told.out == ""
    assert "Usage: bioassist" in told.said and "Error: " in told.said
    assert not desk.project.exists()
