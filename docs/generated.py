"""Writes the pages that must not drift from the program: `python -m docs.generated`; --check says whether they did."""

from __future__ import annotations

import re
import sys
from itertools import groupby
from pathlib import Path

import click

from assistant.tui.keymap import ADJUDICATING, DIGITS, KEYS, SELECTING, TAKING, Key
from bioassist.cli import group
from converters.brat.profiles import CARRIES
from converters.formats import Feature, available, by_name

FOLDER = Path(__file__).parent

COMMANDS = """# The command line

Every command's own `--help`. Written by `python -m docs.generated`.

stdout carries data, stderr everything that is said to a person. Exit codes: 0 done, 1 done with findings, 2 usage,
3 input, 4 model, 5 project, 130 interrupted.
"""

KEYBOARD = """# Keys of the review screen

Written by `python -m docs.generated`. The mouse can focus a span and select words; everything works without it.
Every action is saved when it is made.

Each action can have other keys: in `review.toml` in your configuration folder (`~/.config/bioassist` on Linux), for one
project in the project's own folder, by the names in the last column:

```toml
[keys]
accept = "y"
next = "n,f8"
```

Keys are characters, or names such as `enter`, `tab`, `f8`, `ctrl+y`; a comma itself is `comma`. A key is for one
action: where two would have it, both keep their own, and the screen says so when it opens, as it does of names that are
not there and of keys that terminals do not send. Footer, help (`?`) and command palette (`ctrl+p`) show the keys as
they are then.

A label leaves the focus where it is, for edges and attributes. Who gives labels alone can have it lead on as `a` does,
where it decides on what waited or makes a span:

```toml
[review]
go_on = true
```
"""

# What `Format.carries` speaks of, in the words of the page.
FEATURES: dict[Feature, str] = {
    "text": "every character of the text",
    "names": "names of documents",
    "entities": "entities",
    "overlapping": "nested and overlapping ones",
    "discontinuous": "discontinuous ones",
    "inside words": "edges inside words",
    "relations": "relations",
    "roles": "names of their roles",
    "events": "events",
    "attributes": "attributes",
    "normalizations": "normalizations",
    "notes": "notes",
    "equivalences": "equivalences",
    "classes": "document classes",
    "unreviewed": "what nobody has decided on yet",
    "provenance": "where decided annotations come from",
}
TABLE = re.compile(r"(?<=<!-- Written by `python -m docs.generated`. -->\n).*?(?=<!-- As far as this. -->)", re.DOTALL)


def commands() -> str:
    parts = [COMMANDS]
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


def keyboard() -> str:
    parts = [KEYBOARD]
    digits = Key("label_1` … `label_9", "", "", "Label", "give the label with that number", DIGITS[0].group, "1 … 9")
    groups = list(dict.fromkeys(key.group for key in KEYS))
    for name, keys in groupby(sorted([*KEYS, digits], key=lambda key: groups.index(key.group)), lambda key: key.group):
        parts += [f"## {name}\n", *_table(keys)]
    parts += ["## While words are selected\n", *_table(SELECTING)]
    taking = Key("take_1` … `take_9", "", "", "Take", "take what that annotator has", TAKING[0].group, "1 … 9")
    parts += ["## While gold is made\n", "See [Teams](teams.md). These keys cannot be chosen.\n"]
    parts += _table([taking, *ADJUDICATING])
    return "\n".join(parts)


def formats() -> str:
    """The page on formats, with the table of what each carries as they declare it."""
    columns = {name: by_name(name).carries for name in available()}
    columns |= {f"brat, {profile}": carries for profile, carries in CARRIES.items() if profile != "brat"}
    names = sorted(columns)
    lines = [f"| | {' | '.join(names)} |", f"|---|{'---|' * len(names)}"]
    for feature, words in FEATURES.items():
        cells = ("yes" if feature in columns[name] else "" for name in names)
        lines.append(f"| {words} | {' | '.join(cells)} |")
    table = "\n".join(["", *lines, "", ""])
    return TABLE.sub(lambda _: table, (FOLDER / "formats.md").read_text("utf-8"))


def _table(keys: object) -> list[str]:
    rows = ["| keys | what they do | name |", "|---|---|---|"]
    for key in keys:  # type: ignore[attr-defined]
        rows.append(f"| `{key.shown.replace('|', chr(92) + '|')}` | {key.help} | `{key.id}` |")
    return [*rows, ""]


def main() -> int:
    late = []
    for name, written in (("command-line.md", commands()), ("keys.md", keyboard()), ("formats.md", formats())):
        path = FOLDER / name
        if "--check" not in sys.argv:
            path.write_text(written, "utf-8")
        elif not path.exists() or path.read_text("utf-8") != written:
            late.append(name)
    if late:
        print(f"docs/{', docs/'.join(late)}: not as the program is; run `python -m docs.generated`.", file=sys.stderr)
    return 1 if late else 0


if __name__ == "__main__":
    sys.exit(main())
