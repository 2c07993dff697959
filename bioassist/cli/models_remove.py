"""`bioassist models remove`: what is kept of a model goes, and with --entry the model from the user's catalog."""

from __future__ import annotations

import sys

import click

from bioassist.cli.diagnostics import say
from bioassist.errors import UsageError


@click.command("remove")
@click.argument("name")
@click.option("--entry", "with_entry", is_flag=True, help="Take it out of your catalog too, with its adapter and card.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def command(name: str, with_entry: bool, yes: bool) -> None:
    """Delete what is kept of the model NAME. Projects and their decisions are not touched.

    \b
    Examples:
      bioassist models remove smollm2-135m --yes
      bioassist models remove ward-notes --entry
    """
    from assistant.models import cache, load_catalog
    from assistant.models.adding import check_own, take_out

    entry = load_catalog().entry(name)
    place = cache.folder(entry.name)
    if with_entry:
        check_own(entry)
    elif not place.is_dir():
        say(f"bioassist: {entry.name} is not on this machine.")
        return
    if not yes:
        if not sys.stdin.isatty():
            raise UsageError("nobody is here to ask.", next_step="Say --yes to delete without a question.")
        what = f"{entry.name} and its entry in {entry.catalog}" if with_entry else str(place)
        click.confirm(f"Delete {what}?", abort=True, err=True)
    if with_entry:
        take_out(entry)
        say(f"bioassist: took {entry.name} out of {entry.catalog}.")
    if place.is_dir():
        say(f"bioassist: removed {entry.name}, {cache.megabytes(cache.remove(entry))} are free again.")
