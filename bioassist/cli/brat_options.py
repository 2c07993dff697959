"""What `convert` and `export` ask about brat files: for which tool they are, and which files they change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bioassist.errors import UsageError

if TYPE_CHECKING:
    from converters.formats import Profile, Uncarried, WriteOptions

_OPTIONS = (
    click.option("--profile", type=click.Choice(["brat", "inception", "plain"]), default="brat", show_default=True,
                 help="Tool that brat files are for: brat itself, INCEpTION (a zip for each document, no N and * "
                 "lines), or plain readers (T lines of one fragment alone)."),
    click.option("--uncarried", type=click.Choice(["list", "note"]), default="list", show_default=True,
                 help="What a profile has no place for: listed in the report alone, or also written as notes."),
    click.option("--original", type=click.Path(path_type=Path), metavar="DIR",
                 help="A brat folder that the documents came from: written again with the changes alone, every other "
                 "line, text and configuration as it is there."),
)  # fmt: skip


def brat_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options of brat files; `with_brat_options` puts them into WriteOptions."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def with_brat_options(
    options: WriteOptions, format_name: str, profile: Profile, uncarried: Uncarried, original: Path | None
) -> WriteOptions:
    """`options` with what `brat_options` gave. Raises UsageError if that is not for `format_name`."""
    if format_name != "brat" and (profile != "brat" or original is not None):
        raise UsageError("--profile and --original are for brat files.", next_step="Use --to brat, or leave them out.")
    return replace(options, profile=profile, uncarried=uncarried, original=original)
