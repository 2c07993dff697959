"""What the engine tells while the person works: the open document grows in place, focus and scroll position stay."""

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
                self._read(event.document_id)
            case DocumentStarted() | DocumentDone() | DocumentFailed() | Suggested():
                self._read(event.document_id)

    def _read(self, document_id: int) -> None:
        """There is something new in a document."""
        if self.busy is None:
            view = self.session.current
            if view is None:
                self.reload_list()
                self.open_first()
            elif view.row.id == document_id and self.attempt(self.session.refresh) is True:
                self.banner.say_gap(self.session.current.row if self.session.current is not None else None)
                self.show_decision()
        self.reload_list_soon()
