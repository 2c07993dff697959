"""What stands above the text until it is over: a gap in what was read, an engine that stopped, a long notice."""

from __future__ import annotations

from rich.text import Text
from textual.widgets import Static

from assistant.project.records import DocumentRow
from assistant.tui.glyphs import visible

# How the banner begins over a note that is ready with a gap.
NOT_ALL = "Not all of this note is read:"


class Banner(Static):
    """One text at a time. `text` is what it says, None while it is not to be seen."""

    def __init__(self, notice: str | None) -> None:
        super().__init__(id="banner")
        self._notice = notice
        self._gap: str | None = None
        self.text: str | None = None

    def say(self, text: str | None) -> None:
        """Say something until it is over; None takes it away."""
        self.text = text
        self.display = text is not None
        if text is not None:
            self.update(Text(visible(text)))

    def say_gap(self, row: DocumentRow | None) -> None:
        """Say of the open note if a stretch of it could not be read; of another note it is over."""
        self._gap = f"{NOT_ALL} {row.reason}" if row is not None and row.state == "ready" and row.reason else None
        if self._gap is not None or (self.text or "").startswith(NOT_ALL):
            self.say(self._gap)

    def say_until_read(self, text: str) -> None:
        """Say something until the person goes on."""
        self._notice = text
        self.say(text)

    def notice_read(self) -> None:
        """The person went on: the notice is over."""
        if self.text is not None and self.text == self._notice:
            self.say(None)

    def reading_goes_on(self) -> None:
        """The model reads again: what was said of its process is over, the notice and a gap are not."""
        if self.text not in (self._notice, self._gap):
            self.say(None)
