"""The note's text with its spans, drawn row by row: what is not on the screen is neither laid out nor styled."""

from __future__ import annotations

from assistant.tui.widgets.note.lettering import Lettering
from assistant.tui.widgets.note.pointing import Pointing


class NoteView(Lettering, Pointing):
    """A scrolling, read-only text. The review screen tells it what to show and listens to its messages."""
