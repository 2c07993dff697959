"""What `convert` and `export` ask about formats that have tokens, and about what is trained from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from bioassist.errors import UsageError

if TYPE_CHECKING:
    from converters.formats import WriteOptions

_OPTIONS = (
    click.option("--misaligned", type=click.Choice(["snap", "split", "leave-out"]), default="snap", show_default=True,
                 help="Spans whose edges are not edges of tokens, in formats that have tokens: grow them to whole "
                 "tokens, cut the tokens, or leave them out."),
    click.option("--language", metavar="CODE", default="en", show_default=True,
                 help="Language of the notes, for formats that want one."),
    click.option("--dev-share", type=click.FloatRange(0, 1), metavar="SHARE", default=0.2, show_default=True,
                 help="Share of the documents that becomes development data, in a folder for spaCy."),
    click.option("--test-share", type=click.FloatRange(0, 1), metavar="SHARE", default=0.0, show_default=True,
                 help="Share that becomes test data there."),
)  # fmt: skip


def token_options(command: Callable[..., int]) -> Callable[..., int]:
    """The options of formats that have tokens; `write_options` makes WriteOptions of them."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def write_options(
    options: WriteOptions, *, misaligned: str, language: str, dev_share: float, test_share: float
) -> WriteOptions:
    """`options` with what `token_options` gave. Raises UsageError if the shares are more than there is."""
    from converters.formats import MISALIGNED

    if dev_share + test_share > 1:
        raise UsageError("--dev-share and --test-share are more than all documents together.")
    chosen = next(one for one in MISALIGNED if one.replace(" ", "-") == misaligned)
    return replace(options, misaligned=chosen, language=language, dev_share=dev_share, test_share=test_share)
