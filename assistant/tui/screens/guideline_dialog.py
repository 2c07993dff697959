"""What a label is for: its description, examples of the schema, and what was kept under it here."""

from __future__ import annotations

import re
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from assistant.review.guidelines import Example, Guideline
from assistant.tui.glyphs import visible

_WHITE = re.compile(r"\s+")


class GuidelineDialog(ModalScreen[None]):
    """Scrolls where it is long."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,q,G,question_mark", "close", "Close")]

    def __init__(self, guideline: Guideline) -> None:
        super().__init__()
        self._guideline = guideline

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall") as box:
            box.border_title = self._guideline.label
            box.border_subtitle = "esc closes"
            with VerticalScroll():
                yield Static(_told(self._guideline), classes="dialog--body")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_close(self) -> None:
        self.dismiss()


def _told(guideline: Guideline) -> Text:
    lines = [Text(visible(guideline.description or "The schema does not describe this label."))]
    if guideline.examples:
        lines += [Text(), Text("Examples", "bold"), *(Text(f"“{visible(one)}”") for one in guideline.examples)]
    lines += [Text(), Text("Kept in this project", "bold")]
    lines += [_kept(one) for one in guideline.kept] or [Text("nothing yet")]
    return Text("\n").join(lines)


def _kept(example: Example) -> Text:
    """On one line: how often, and the words in one of their places."""
    before, after = (_WHITE.sub(" ", part) for part in (example.before, example.after))
    return Text.assemble(
        f"{example.times:>3} × ", (f"…{visible(before)}", "dim"), (visible(example.words), "bold"),
        (f"{visible(after)}…", "dim"), no_wrap=True, overflow="ellipsis",
    )  # fmt: skip
