"""How far the probabilities on the screen can be trusted, as a picture of characters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from assistant.project.calibration.refitting import Standing
from bioassist.metrics.calibration import Bin

FULL, EMPTY, GIVEN = "█", "░", "◆"
CELLS = 30
NARROW, FEWER = 70, 22  # in a screen of fewer columns the bars are shorter


class ReliabilityDialog(ModalScreen[None]):
    """Which calibration applies, and how often the model was right by how sure it was."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,space,q,c", "close", "Close")]

    def __init__(self, standing: Standing) -> None:
        super().__init__()
        self._standing = standing

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall") as box:
            box.border_title = "How often the model is right"
            box.border_subtitle = "esc closes"
            cells = FEWER if self.app.size.width < NARROW else CELLS
            yield Static(Text("\n".join(told(self._standing, cells))), classes="dialog--body")

    def action_close(self) -> None:
        self.dismiss()


def told(standing: Standing, cells: int = CELLS) -> list[str]:
    """What the dialog says, in lines, with bars of so many cells."""
    applied = standing.applied
    if applied is None:
        lines = ["This model has no calibration: its probabilities are shown as it gives them."]
    else:
        found = applied.calibration
        measured = found.measured
        lines = [
            f"Calibrated {applied}: {found.decisions:,} mentions in {found.documents:,} documents.",
            f"Calibration error {measured.ece_after:.3f}; {measured.ece_before:.3f} without.",
            "",
            *picture(measured.bins_after, cells),
            "",
            f"{FULL} how many were right, {GIVEN} how many should have been",
        ]
    if applied is None or applied.origin == "model":
        lines += [
            "",
            f"{standing.wanted:,} decisions on single suggestions, on {standing.wanted_documents} notes, make a "
            f"calibration of your own. So far: {standing.decisions:,} on {standing.documents}.",
        ]
    if standing.others:
        lines += ["", "That is of entities. Calibrated too:"]
        lines += [
            f"{task}, {one}: error {one.calibration.measured.ece_after:.3f}" for task, one in standing.others.items()
        ]
    return lines


def picture(bins: Sequence[Bin], cells: int = CELLS) -> list[str]:
    """A row for each bin that has mentions, the surest first: the share that was right, and the mean probability."""
    return [
        f"{one.low:.1f}–{one.high:.1f}  {_bar(one, cells)}  {one.accuracy:4.0%} of {one.count:,}"
        for one in sorted(bins, key=lambda one: -one.low)
    ]


def _bar(one: Bin, cells: int) -> str:
    full = round(one.accuracy * cells)
    place = min(round(one.confidence * cells), cells - 1)
    return "".join(GIVEN if cell == place else FULL if cell < full else EMPTY for cell in range(cells))
