"""A caret in the note and the words selected with it, in code-point offsets."""

from __future__ import annotations

import re

from assistant.tui.layout import NoteLayout
from bioassist.documents import Span

# Moving by word must not wait for the whole note to be tokenized; edges are trimmed and can be moved afterwards.
WORD = re.compile(r"\w+(?:[^\w\s]\w+)*|[^\w\s]+")
REACH = 4096


class Selecting:
    """The caret stands on a code point. Without an anchor the selection is the word under the caret."""

    def __init__(self, layout: NoteLayout, caret: int, anchor: int | None = None) -> None:
        self._layout = layout
        self.caret = max(0, min(caret, max(0, len(layout.text) - 1)))
        self.anchor = anchor

    @property
    def span(self) -> Span:
        """The half-open extent that a label would be put on."""
        if self.anchor is None:
            return self._word_at(self.caret)
        first, last = sorted((self.anchor, self.caret))
        return Span(first, min(last + 1, len(self._layout.text)))

    def drop_anchor(self) -> None:
        """Start the selection at the caret; at the first letter of its word if it stands in one."""
        self.anchor = self.caret if self.anchor is None else None

    def move(self, step: str, extend: bool) -> None:
        """Move the caret: left, right, up, down, word_left, word_right, home, end. `extend` drops an anchor first."""
        if extend and self.anchor is None:
            self.anchor = self.caret
        target = getattr(self, f"_{step}")()
        self.caret = max(0, min(target, max(0, len(self._layout.text) - 1)))

    def at_line_end(self, block: int) -> bool:
        """Whether the caret stands on the line end of `block`, which has no glyph of its own."""
        blocks = self._layout.blocks
        return blocks.at(self.caret) == block and self.caret >= blocks.content_end(block)

    def _left(self) -> int:
        return self._base(self.caret - 1, -1)

    def _right(self) -> int:
        return self._base(self.caret + 1, 1)

    def _base(self, offset: int, step: int) -> int:
        """Skip code points that share a cell with the one before, and the second half of a line end."""
        text = self._layout.text
        while 0 < offset < len(text):
            place = self._layout.locate(offset)
            hit = self._layout.hit(place.row, place.column)
            inside_line_end = text[offset - 1 : offset + 1] == "\r\n"
            if not inside_line_end and (
                hit.offset == offset or offset >= self._layout.blocks.content_end(self._layout.blocks.at(offset))
            ):
                break
            offset += step
        return offset

    def _up(self) -> int:
        return self._vertical(-1)

    def _down(self) -> int:
        return self._vertical(1)

    def _vertical(self, rows: int) -> int:
        place = self._layout.locate(self.caret)
        if not 0 <= place.row + rows < self._layout.height:
            return self.caret
        return self._layout.hit(place.row + rows, place.column).offset

    def _home(self) -> int:
        return self._layout.hit(self._layout.locate(self.caret).row, 0).offset

    def _end(self) -> int:
        return self._layout.hit(self._layout.locate(self.caret).row, 10**6).offset

    def _word_right(self) -> int:
        """The start of the next word; with an anchor before the caret, the end of this or the next word."""
        text = self._layout.text
        ahead = self.anchor is not None and self.anchor <= self.caret
        for match in WORD.finditer(text, max(0, self.caret - REACH), min(len(text), self.caret + REACH)):
            if ahead and match.end() - 1 > self.caret:
                return match.end() - 1
            if not ahead and match.start() > self.caret:
                return match.start()
        return self.caret + 1

    def _word_left(self) -> int:
        """The start of this or the word before; with an anchor before the caret, the end of the word before."""
        text = self._layout.text
        found = self.caret - 1
        for match in WORD.finditer(text, max(0, self.caret - REACH), min(len(text), self.caret + REACH)):
            if match.start() >= self.caret:
                break
            last = match.end() - 1
            if self.anchor is None or last < self.anchor or self.anchor >= self.caret:
                found = match.start()
            elif last < self.caret:
                found = last
        return found

    def _word_at(self, offset: int) -> Span:
        text = self._layout.text
        low, high = max(0, offset - 256), min(len(text), offset + 256)
        for match in WORD.finditer(text, low, high):
            if match.end() > offset:
                if match.start() <= offset:
                    return Span(match.start(), match.end())
                break
        return Span(offset, min(offset + 1, len(text)))
