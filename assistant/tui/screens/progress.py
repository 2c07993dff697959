"""How far the work is: a page that is kept up to date, and one at the end of a session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from assistant.project.calibration.samples import SampleFigures
from assistant.project.guard.figures import Guarded
from assistant.review.order.progress import Done, Kept, Pace, Progress, Sitting
from assistant.tui.clock import duration
from assistant.tui.glyphs import visible
from bioassist.metrics.proportion import wilson

AGAIN = 2.0  # seconds until the page asks again
BAR = 30


class ProgressDialog(ModalScreen[None]):
    """`ask` is called for new figures, which `take` brings."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,space,q,percent_sign", "close", "Close")]

    def __init__(self, ask: Callable[[], None]) -> None:
        super().__init__()
        self._ask = ask

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall") as box:
            box.border_title = "Progress"
            box.border_subtitle = "esc closes"
            with VerticalScroll():
                yield Static("counting…", id="told")

    def on_mount(self) -> None:
        self._ask()
        self.set_interval(AGAIN, self._ask)

    def take(self, progress: Progress) -> None:
        self.query_one("#told", Static).update(_page(progress))

    def action_close(self) -> None:
        self.dismiss()


class SittingScreen(ModalScreen[None]):
    """What was done in this session; any key leaves."""

    def __init__(self, sitting: Sitting) -> None:
        super().__init__()
        self._sitting = sitting

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall") as box:
            box.border_title = "This session"
            box.border_subtitle = "any key leaves"
            yield Static(_ended(self._sitting), classes="dialog--body")

    def on_key(self, event: events.Key) -> None:
        event.stop()
        self.dismiss()

    def on_click(self) -> None:
        self.dismiss()


def _page(progress: Progress) -> Table:
    page = Table.grid()
    page.add_column(ratio=1)
    total = progress.decided + progress.left
    page.add_row(Text(f"{progress.finished:,} of {progress.documents:,} notes done"))
    page.add_row(Text(f"{progress.decided:,} of {total:,} suggestions decided  {bar(progress.decided, total)}"))
    page.add_row(Text("\n".join(["", "Today", *told(progress.today), *paced(progress.pace, progress.left), ""])))
    page.add_row(_labels(progress.labels, "Accepted as they were"))
    for figures in progress.samples:
        page.add_row(Text(f"\n{sampled(figures)}"))
    for line in leaning(progress.guarded):
        page.add_row(Text(f"\n{line}"))
    return page


def _ended(sitting: Sitting) -> Table:
    page = Table.grid()
    page.add_column(ratio=1)
    page.add_row(Text("\n".join([*told(sitting.done), *paced(sitting.pace, sitting.left), ""])))
    page.add_row(_labels(sitting.done.labels, "Accepted as they were, of what you looked at"))
    page.add_row(
        Text(
            f"\nLeft: {_number(sitting.left, 'suggestion')}, {_number(sitting.documents_left, 'note')} not marked done."
        )
    )
    return page


def told(done: Done) -> list[str]:
    """What was done, in lines."""
    notes = f"{_number(done.documents, 'note')} worked on, {done.finished:,} marked done"
    if not done.decisions:
        return [notes]
    counts = {
        "accepted": done.accepted,
        "edited": done.edited,
        "rejected": done.rejected,
        "added": done.added,
        "on relations, attributes and the rest": done.facts,
        "accepted in bulk": done.bulk,
    }
    parts = ", ".join(f"{count:,} {what}" for what, count in counts.items() if count)
    lines = [notes, f"{_number(done.decisions, 'decision')}: {parts}"]
    if done.bulk and done.unseen is not None:
        lines.append(f"{done.unseen:.0%} of what was kept was accepted without a look")
    return lines


def paced(pace: Pace, left: int) -> list[str]:
    rate, seconds = pace.per_hour, pace.seconds_for(left)
    if rate is None or seconds is None:
        return []
    rest = f"; {duration(seconds)} for the {left:,} that are left" if left else ""
    return [f"{rate:,.0f} decisions an hour over {duration(pace.seconds)} of work{rest}"]


def in_short(pace: Pace, left: int) -> str:
    """For the status line: the rate, and the time that is left by it. Nothing while there is none."""
    rate, seconds = pace.per_hour, pace.seconds_for(left)
    if rate is None or seconds is None:
        return ""
    return f"{rate:,.0f}/h · {duration(seconds)} to go" if left else f"{rate:,.0f}/h"


def sampled(figures: SampleFigures) -> str:
    """What a random sample tells of all that it was drawn from."""
    sample = figures.sample
    of = f" that {visible(sample.wanted)} shows" if sample.wanted else ""
    name = f"Sample of {len(sample.items):,} from {sample.of:,} suggestions{of} (seed {sample.seed})"
    if figures.precision is None:
        return f"{name}: nothing decided yet."
    low, high = wilson(figures.right, figures.decided)
    rest = f", {figures.left:,} left" if figures.left else ""
    unseen = f", {figures.unseen:,} accepted without a look and not counted" if figures.unseen else ""
    return (
        f"{name}: {figures.precision:.1%} right as they were (95% {low:.1%} to {high:.1%}), "
        f"{figures.right:,} of {figures.decided:,} decided{rest}{unseen}."
    )


def leaning(figures: Guarded) -> list[str]:
    """How far the person leans on the model, as far as that is known."""
    lines, bulk, blind, planted = [], figures.bulk, figures.blindly, figures.plants
    if bulk.bulk:
        lines.append(
            f"Accepted in bulk, without a look: {bulk.bulk:,} of {_number(bulk.kept, 'suggestion')} that you kept "
            f"({bulk.share:.0%})."
        )
    if figures.done or figures.open or figures.to_come:
        lines.append(
            f"Blind notes: {figures.done:,} done, {figures.open:,} with suggestions now, {figures.to_come:,} left."
        )
    if blind.final:
        low, high = wilson(blind.missed, blind.final)
        lines.append(
            f"Of {_number(blind.final, 'span')} in those done you had {blind.found:,} before the suggestions came and "
            f"{blind.changed:,} otherwise; {blind.missed:,} came after them "
            f"({blind.missed / blind.final:.0%}, 95% {low:.0%} to {high:.0%})."
        )
    if planted.shown:
        low, high = wilson(planted.accepted, planted.shown)
        lines.append(
            f"Of {_number(planted.shown, 'planted suggestion')} in {_number(figures.disclosed, 'note')} you accepted "
            f"{planted.accepted:,} ({planted.accepted / planted.shown:.0%}, 95% {low:.0%} to {high:.0%}), corrected "
            f"{planted.corrected:,} and rejected {planted.rejected:,}."
        )
    if figures.undisclosed:
        lines.append(
            f"{_number(figures.undisclosed, 'note')} that you are not done with "
            f"{'has' if figures.undisclosed == 1 else 'have'} wrong suggestions planted; D tells."
        )
    return lines


def bar(part: int, total: int) -> str:
    full = round(BAR * part / total) if total else 0
    return "█" * full + "░" * (BAR - full)


def _number(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"


def _labels(labels: Mapping[str, Kept], title: str) -> Table:
    rows = Table.grid(padding=(0, 2))
    for justify in ("left", "right", "right"):
        rows.add_column(justify=justify)
    decided = [(label, kept, kept.share) for label, kept in labels.items() if kept.share is not None]
    for label, kept, share in decided:
        count = kept.accepted + kept.edited + kept.rejected
        rows.add_row(Text(visible(label), "bold"), Text(f"{share:.0%}"), Text(f"of {count:,}"))
    page = Table.grid()
    if decided:
        page.add_row(Text(title))
        page.add_row(rows)
    return page
