"""Accepting everything over a confidence: how much that takes, and how much of it is to be expected right."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from rich.table import Table
from rich.text import Text
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from assistant.review.order.expected import Estimates, Expected
from assistant.tui.glyphs import visible

LABELS = 8  # rows of labels; a schema may have a hundred


class Chosen(NamedTuple):
    threshold: float
    everywhere: bool
    suggestions: int


class AcceptOverDialog(ModalScreen[Chosen | None]):
    """Asks for the threshold, in the open note or `everywhere`; `wanted` is the filter that is on.

    `ask` is called for what is to be expected, of the note or of all of them; `take` brings it.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("up", "step(0.05)", "Higher"),
        Binding("down", "step(-0.05)", "Lower"),
        Binding("tab,shift+tab", "everywhere", "This note or all", priority=True),
    ]

    def __init__(self, wanted: str, ask: Callable[[bool], None], *, everywhere: bool, start: float = 0.9) -> None:
        super().__init__()
        self._wanted, self._ask, self._start = wanted, ask, start
        self._everywhere = everywhere
        self._estimates: dict[bool, Estimates] = {}

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall") as box:
            box.border_title = "Accept everything over"
            box.border_subtitle = "enter accepts · ↑↓ step · tab where · esc leaves"
            yield Input(f"{self._start:.2f}", placeholder="0.00 to 1.00", max_length=6, compact=True)
            yield Static("", id="count")

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self._ask(self._everywhere)
        self._tell()

    def take(self, everywhere: bool, estimates: Estimates) -> None:
        self._estimates[everywhere] = estimates
        self._tell()

    def value(self) -> float | None:
        """The threshold in the field, or None while it is none."""
        try:
            number = float(self.query_one(Input).value.replace(",", "."))
        except ValueError:
            return None
        return number if 0 <= number <= 1 else None

    @on(Input.Changed)
    def _tell(self) -> None:
        self.query_one("#count", Static).update(self._told())

    def _told(self) -> Text | Table:
        value, estimates = self.value(), self._estimates.get(self._everywhere)
        if value is None:
            return Text("A number from 0 to 1.")
        if estimates is None:
            return Text("counting…")
        expected = estimates.over(value)
        where = "in all notes" if self._everywhere else "in this note"
        shown = f" that {self._wanted} shows" if self._wanted else ""
        rows = Table.grid(padding=(0, 2))
        rows.add_column(overflow="fold")
        rows.add_row(Text(f"{expected.count:,} of {estimates.total:,} open suggestions {where}{visible(shown)}."))
        rows.add_row(_by_label(expected))
        rows.add_row(Text("\n".join(promised(expected))))
        rows.add_row(Text("Nobody has looked at these. One undo takes all back."))
        return rows

    @on(Input.Submitted)
    def _submit(self) -> None:
        value, estimates = self.value(), self._estimates.get(self._everywhere)
        if value is not None and estimates is not None:
            self.dismiss(Chosen(value, self._everywhere, estimates.over(value).count))

    def action_step(self, by: float) -> None:
        value = self.value()
        self.query_one(Input).value = f"{max(0.0, min(1.0, (self._start if value is None else value) + by)):.2f}"

    def action_everywhere(self) -> None:
        self._everywhere = not self._everywhere
        if self._everywhere not in self._estimates:
            self._ask(self._everywhere)
        self._tell()

    def action_cancel(self) -> None:
        self.dismiss(None)


def promised(expected: Expected) -> list[str]:
    """What can be said of how many are right."""
    told = []
    if expected.precision is not None:
        of = "" if expected.calibrated == expected.count else f" of {expected.calibrated:,}"
        told.append(f"Expected precision{of}: {expected.precision:.1%}, calibrated {' and '.join(expected.origins)}.")
    if expected.given is not None:
        rest = (
            "Not calibrated"
            if expected.precision is None
            else f"{expected.count - expected.calibrated:,} not calibrated"
        )
        told.append(f"{rest}: the sources give {expected.given:.1%} on average, which promises nothing.")
    return told


def _by_label(expected: Expected) -> Table:
    rows = Table.grid(padding=(0, 2))
    for justify in ("left", "right", "right"):
        rows.add_column(justify=justify)
    labels = list(expected.labels().items())
    for label, (count, mean) in labels[:LABELS]:
        rows.add_row(Text(visible(label), "bold"), Text(f"{count:,}"), Text(f"{mean:.1%}"))
    if len(labels) > LABELS:
        rows.add_row(Text(f"and {len(labels) - LABELS} more labels"))
    return rows
