"""The order of work: queues over all notes, and filters."""

from __future__ import annotations

from collections.abc import Callable

from assistant.review.order.filtering import Filtered
from assistant.review.order.ordering import Followed
from assistant.review.order.progress import Progress, Sitting
from assistant.tui.clock import midnight
from assistant.tui.screens.actions.moving import Moving
from assistant.tui.screens.behind import Behind
from assistant.tui.screens.filter_dialog import FilterDialog
from assistant.tui.screens.progress import ProgressDialog, SittingScreen, in_short
from assistant.tui.screens.queue_menu import NONE, QueueDialog, SampleDialog

PACE = 20.0  # seconds between two looks at how fast the work goes


class Order(Moving, Behind):
    """Moving by a queue, where one is followed. With `summary` a session ends with what was done in it."""

    summary = True
    _first: tuple[str, int | None, int | None] | None = None

    def begin_with(self, kind: str, size: int | None = None, seed: int | None = None) -> None:
        """Open on a queue. Raises UsageError for a name that is none."""
        self.session.check_queue(kind)
        self._first = (kind, size, seed)

    def on_mount(self) -> None:
        if self._first is not None:
            self.follow(*self._first)
        self.set_interval(PACE, self._tell_pace)

    def action_queue(self) -> None:
        labels = [entity.name for entity in self.session.schema.entities]
        kind = self.session.queue.kind if self.session.queue is not None else None
        self.app.push_screen(QueueDialog(labels, kind), self._queue_chosen)

    def _queue_chosen(self, kind: str | None) -> None:
        if kind == NONE:
            self.session.take_queue(None)
            self.status.say("note by note")
            self.show()
        elif kind == "sample" and self.attempt(self.session.sample_in_work) is None:
            self.app.push_screen(SampleDialog(), lambda size: self.follow(kind, size) if size is not None else None)
        elif kind is not None:
            self.follow(kind)

    def follow(self, kind: str, size: int | None = None, seed: int | None = None) -> None:
        """Make a queue behind the screen, and go to its first entry once it is there."""
        self.status.say("looking through all notes…")
        self.behind("queue", lambda: self.session.queue_of(kind, size, seed), self._follow)

    def _follow(self, followed: Followed) -> None:
        self.session.take_queue(followed)
        self.status.say(f"{followed.queue.view.left:,} wait in this queue")
        self._move(self.session.next_in_queue, "nothing waits in this queue")

    def action_next_pending(self) -> None:
        queue = self.session.queue
        if queue is None:
            super().action_next_pending()
        elif self._move(self.session.next_in_queue, "the queue is at its end") is None:
            left = self.session.queue.left if self.session.queue is not None else 0
            self.session.begin_again()
            passed = f"; tab begins again with {left:,} that were passed over" if left else ": nothing is left in it"
            self.status.say(f"the queue is at its end{passed}")

    def action_previous_pending(self) -> None:
        if self.session.queue is None:
            super().action_previous_pending()
        else:
            self._move(self.session.previous_in_queue, "nothing left to decide before this in the queue")

    def action_filter(self) -> None:
        wanted = self.session.filter
        self.app.push_screen(
            FilterDialog(str(wanted) if wanted else "", self.session.parse_filter), self._filter_chosen
        )

    def _filter_chosen(self, line: str | None) -> None:
        if line is None:
            return
        wanted = self.session.parse_filter(line)
        if wanted is None:
            self._take_filter(None)
        else:
            self.status.say("looking through all notes…")
            self.behind("filter", lambda: self.session.filtered(wanted), self._take_filter)

    def _take_filter(self, filtered: Filtered | None) -> None:
        self.session.take_filter(filtered)
        self.status.say("everything is shown" if filtered is None else "")
        self.reload_list()
        before = self.open_id
        self.attempt(self.session.focus_shown)
        self.arrived(before)
        queue = self.session.queue
        if queue is not None and queue.kind != "sample":
            self.follow(queue.kind)

    def action_progress(self) -> None:
        dialog = ProgressDialog(lambda: self._figures(lambda told: dialog.take(told) if dialog.is_attached else None))
        self.app.push_screen(dialog)

    def _figures(self, then: Callable[[Progress], None]) -> None:
        today = midnight()
        self.behind("figures", lambda: self.session.progress(today), then)

    def _tell_pace(self) -> None:
        if self.busy is None:
            today = midnight()
            self.behind("pace", lambda: self.session.rate(today), lambda told: self.status.pace(in_short(*told)))

    def action_quit(self) -> None:
        sitting = self.attempt(self.session.sitting) if self.summary and self.busy is None else None
        if isinstance(sitting, Sitting) and sitting.done.decisions:
            self.app.push_screen(SittingScreen(sitting), lambda _: self.app.exit())
        else:
            self.app.exit()
