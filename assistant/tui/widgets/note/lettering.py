"""Choosing a span by letters that are drawn over those in view."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from textual import events
from textual.message import Message

from assistant.tui.hints import Hints, Target
from assistant.tui.widgets.note.marked import MarkedPage


class Lettering(MarkedPage):
    """While letters are asked for, no key does anything else; but escape leaves."""

    @dataclass
    class HintsChanged(Message):
        """Letters came up, were typed or went away, `left` without an answer; `hints` of the view are what there is."""

        left: bool = False

    def ask_hint(self, candidates: Collection[str], chosen: Callable[[str], None]) -> int:
        """Draw letters over those of the items with ids `candidates` that are in view; call `chosen` with the id of the
        one whose letters are typed. Escape leaves without a call. Returns how many are in view: none, nothing is asked.
        """
        targets = [target for target in self._in_view() if target.item_id in candidates]
        if targets:
            self.focus()
            self.hints = Hints(targets, chosen)
            self._hints_changed()
        return len(targets)

    def _in_view(self) -> list[Target]:
        """The items that can be seen, by where they begin on the screen."""
        height = self.scrollable_content_region.height or self.size.height
        first = self._layout.hit(self.top, 0).offset
        last = self._layout.hit(self.top + max(height, 1) - 1, 10**6).offset
        found = []
        for number, item in enumerate(self._items):
            seen = [span for span in item.spans if span.start <= last and span.end > first]
            if seen and (self.show_rejected or item.status != "rejected"):
                found.append(Target(item.id, number, max(first, min(span.start for span in seen))))
        return sorted(found, key=lambda target: (target.offset, target.number))

    def on_key(self, event: events.Key) -> None:
        if self.hints is None:
            return
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.hints = None
            self._hints_changed(left=True)
            return
        if event.key == "backspace":
            self.hints.typed = self.hints.typed[:-1]
        elif event.character and event.character.isprintable():
            item_id = self.hints.type(event.character)
            if item_id is not None:
                chosen, self.hints = self.hints.chosen, None
                chosen(item_id)
        self._hints_changed()

    def _hints_changed(self, *, left: bool = False) -> None:
        self.redraw()
        self.post_message(self.HintsChanged(left))
