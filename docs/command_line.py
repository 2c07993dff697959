"""Writes `docs/command-line.md` from the commands' own help; with --check says whether it is in step."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from bioassist.cli import group

PAGE = Path(__file__).parent / "command-line.md"
HEAD = """# The command line

Every command's own `--help`, written by `python -m docs.command_line`.

stdout carries data, stderr everything that is said to a person. Exit codes: 0 done, 1 done with findings, 2 usage,
3 input, 4 model, 5 project, 130 interrupted.
"""


def page() -> str:
    parts = [HEAD]
    _describe(group, "bioassist", parts)
    return "\n".join(parts)


def _describe(command: click.Command, name: str, parts: list[str]) -> None:
    context = click.Context(command, info_name=name, terminal_width=100, max_content_width=100)
    parts.append(f"## {name}\n\n```\n{command.get_help(context)}\n```\n")
    if isinstance(command, click.Group):
        for child in command.list_commands(context):
            found = command.get_command(context, child)
            if found is not None:
                _describe(found, f"{name} {child}", parts)


def main() -> int:
    written = page()
    if "--check" in sys.argv:
        if not PAGE.exists() or PAGE.read_text("utf-8") != written:
            print(f"{PAGE} is not what --help says: run `python -m docs.command_line`.", file=sys.stderr)
            return 1
        return 0
    PAGE.write_text(written, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
