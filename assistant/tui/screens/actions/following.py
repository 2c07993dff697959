"""What the engine tells while the person works: the open document grows in place, focus and scroll position stay.

What has come is stored and can be decided on at once; nothing that comes later changes what was decided.
"""

from __future__ import annotations

from assistant.engine.events import (
    DocumentDone,
    DocumentFailed,
    DocumentStarted,
    EngineFailed,
    Event,
    Finished,
    Progress,
    Suggested,
    WindowDone,
    WorkerLost,
)
from assistant.project.facts import aims
from assistant.tui.screens.workbench import Workbench


class Following(Workbench):
    """Takes in what the engine did."""

    def engine(self, event: Event) -> None:
        match event:
            case Progress():
                self.status.progress(event)
            case Finished():
                self.status.finished(event.stopped)
                self.reload_list_soon()
            case WorkerLost():
                again = "It is started again." if event.will_retry else "It is not started again; review goes on."
                self.banner.say(f"The model's process stopped: {event.reason.rstrip('.')}. {again}")
            case EngineFailed():
                ended = f"The reading has ended: {event.reason.rstrip('.')}."
                self.banner.say(f"{ended} Review goes on with what there is.")
            case WindowDone():
                self.banner.reading_goes_on()
                self.title_line.read(event.document_id, event.done_windows, event.all_windows)
                self._read(event.document_id)
            case DocumentStarted():
                self.title_line.begun(event.document_id)
                self._read(event.document_id)
            case DocumentDone():
                self._read(event.document_id)
                self._say_whole(event.document_id)
            case DocumentFailed() | Suggested():
                self._read(event.document_id)

    def _read(self, document_id: int) -> None:
        """There is something new in a document."""
        if self.busy is None:
            view = self.session.current
            if view is None:
                self.reload_list()
                self.open_first()
            elif view.row.id == document_id and self.attempt(self.session.refresh) is True:
                self._stay(view.focus)
                self.banner.say_gap(self.session.current.row if self.session.current is not None else None)
                self.show_change()
        self.reload_list_soon()

    def _stay(self, before: str | None) -> None:
        """Where nothing was in focus, what has come out of view is not in focus either: the person reads elsewhere."""
        view = self.session.current
        item = view.focused if view is not None else None
        if before is None and item is not None and not self.note.in_view(item.start):
            self.session.focus(None)

    def _say_whole(self, document_id: int) -> None:
        """The open note is whole. What was said late of a span that was kept is pointed out: nothing leads there."""
        view = self.session.current
        if view is None or view.row.id != document_id or self.busy is not None:
            return
        kept = {item.id for item in view.items if item.kept}
        waiting = [one for one in self.session.facts() if one.status == "pending"]
        spans = {place for one in waiting for place in aims(one.value) if place in kept}
        if not spans:
            self.status.say("this note is read to its end")
        elif len(spans) == 1:
            self.status.say("this note is read to its end; something waits on a span that you kept")
        else:
            self.status.say(f"this note is read to its end; something waits on {len(spans)} spans that you kept")
