"""The `bioassist` command. Each subcommand is a module of this package, imported when it is asked for."""

from __future__ import annotations

from importlib import import_module
from keyword import iskeyword

import click

from bioassist import __version__
from bioassist.cli.diagnostics import Guard

# Name of the command -> the sentence in the list of commands. The module is called like the command, with "_" behind
# what is a word of Python.
COMMANDS = {
    "annotate": "Pre-annotate notes on this machine, and review them in the terminal.",
    "review": "Review a project's suggestions in the terminal.",
    "status": "Say what is done, pending and failed in a project.",
    "import": "Take in annotations that were corrected or made elsewhere.",
    "export": "Write a project's annotations as brat, spaCy and in other formats.",
    "convert": "Convert annotated documents from one format to another.",
    "project": "Share a project out, bring parts together, verify it, back it up.",
    "agree": "Say how far annotators of the same documents agree, and where they differ.",
    "train": "Make instruction data, train an adapter, export it as GGUF.",
    "evaluate": "Judge a model on gold data, by the engine that annotates.",
    "bench": "Measure on your notes how fast this engine is, beside others.",
    "models": "List, fetch, check, tune, add and remove models.",
    "doctor": "Say what works on this machine.",
}


class Commands(click.Group):
    """A group that knows its commands by name and imports the one that runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = f"{cmd_name}_" if iskeyword(cmd_name) else cmd_name
        command: click.Command = import_module(f"bioassist.cli.{module}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        # click would import every command for its sentence.
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="bioassist")
def group() -> None:
    """Pre-annotate clinical notes with a small language model on this machine, review them with single keys,
    and take the result to brat and spaCy. No note leaves the machine.

    \b
    Example:
      bioassist annotate notes/ --output brat:brat/
    """


def main() -> None:
    """Run the command line and exit with its code (see `bioassist.cli.diagnostics`)."""
    Guard(group).run()
