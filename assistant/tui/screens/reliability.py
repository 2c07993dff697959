"""How far the probabilities on the screen can be trusted, as pictures of characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from assistant.project.calibration.refitting import Standing
from assistant.tui.glyphs import visible
from bioassist.metrics.calibration import Bin

FULL, EMPTY, GIVEN = "█", "░", "◆"
CELLS = 30
NARROW, FEWER = 70, 22  # in a screen of fewer columns the bars are shorter
LEGEND = f"{FULL} how many were right, {GIVEN} how many should have been"


class ReliabilityDialog(ModalScreen[None]):
    """Which calibrations apply, and how often the model was right by how sure it was. Scrolls where it is long."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,space,q,c", "close", "Close")]

    def __init__(self, standing: Standing) -> None:
        super().__init__()
        self._standing = standing

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall") as box:
            box.border_title = "How often the model is right"
            box.border_subtitle = "esc closes"
            cells = FEWER if self.app.size.width < NARROW else CELLS
            with VerticalScroll():
                yield Static(_page(self._standing, cells), classes="dialog--body")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_close(self) -> None:
        self.dismiss()


def _page(standing: Standing, cells: int) -> Text:
    """Entities, and below them each other task of the model."""
    lines = [Text(line) for line in told(standing, cells)]
    if standing.others:
        lines.insert(0, Text("entities", "bold"))
    for task, other in standing.others.items():
        lines += [Text(), Text(task, "bold"), *(Text(line) for line in told(other, cells))]
    if any(one.applied is not None for one in (standing, *standing.others.values())):
        lines += [Text(), Text(LEGEND)]
    return Text("\n").join(lines)


def told(standing: Standing, cells: int = CELLS) -> list[str]:
    """What the dialog says of one task, in lines, with bars of so many cells."""
    applied = standing.applied
    warnings = [line for warning in standing.warnings for line in ("", visible(warning))]
    if applied is None:
        lines = ["No calibration applies: probabilities are shown as the model gives them.", *warnings]
    else:
        found = applied.calibration
        measured = found.measured
        there = f" of {visible(', '.join(found.source))}" if applied.origin == "model" else ""
        elsewhere = " On other notes it may be more." if applied.origin == "model" else ""
        lines = [
            f"Calibrated {applied}: {found.decisions:,} suggestions in {found.documents:,} documents{there}.",
            f"Calibration error {measured.ece_after:.3f}; {measured.ece_before:.3f} without.{elsewhere}",
            *warnings,
            "",
            *picture(measured.bins_after, cells),
        ]
    if applied is None or applied.origin == "model":
        lines += [
            "",
            f"So far {standing.decisions:,} of {standing.wanted:,} decisions on single suggestions, on "
            f"{standing.documents:,} of {standing.wanted_documents} notes, for a calibration of your own.",
        ]
    return lines


def picture(bins: Sequence[Bin], cells: int = CELLS) -> list[str]:
    """A row for each bin that has suggestions, the surest first: the share that was right, and the mean probability."""
    return [
        f"{one.low:.1f}–{one.high:.1f}  {_bar(one, cells)}  {one.accuracy:4.0%} of {one.count:,}"
        for one in sorted(bins, key=lambda one: -one.low)
    ]


def _bar(one: Bin, cells: int) -> str:
    full = round(one.accuracy * cells)
    place = min(round(one.confidence * cells), cells - 1)
    return "".join(GIVEN if cell == place else FULL if cell < full else EMPTY for cell in range(cells))
