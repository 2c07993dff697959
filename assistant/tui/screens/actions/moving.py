"""Moving: to the next suggestion, and to what is searched."""

from __future__ import annotations

from collections.abc import Callable

from textual import on

from assistant.tui.screens.workbench import Workbench
from assistant.tui.widgets.search_bar import SearchBar


class Moving(Workbench):
    """From place to place in the open document; nothing is decided."""

    def action_next(self) -> None:
        self._move(self.session.focus_next, "that was the last suggestion; N goes to the next note")

    def action_previous(self) -> None:
        self._move(self.session.focus_previous, "that is the first suggestion")

    def action_next_pending(self) -> None:
        self._move(
            lambda: self.session.focus_next(pending_only=True), f"nothing left to decide after this; {self._left()}"
        )

    def _left(self) -> str:
        """What is to be done in a note that has nothing to decide on behind the focus."""
        view = self.session.current
        before = sum(one.status == "pending" and one.id != view.focus for one in view.items) if view is not None else 0
        if before:
            return f"{before} before it"  # passed over, or read since
        return "more may come, it is being read" if self.being_read else "D marks it done"

    def action_previous_pending(self) -> None:
        self._move(lambda: self.session.focus_previous(pending_only=True), "nothing left to decide before this")

    def _move(self, move: Callable[[], object | None], at_end: str) -> object | None:
        """Move, perhaps into another note; returns what is in focus then, None where there is nothing that way."""
        self.note.set_found(None)
        before = self.open_id
        moved = self.attempt(move)
        if moved is None:
            self.status.say(at_end)
        self.arrived(before)
        return moved

    def action_search(self) -> None:
        self.search_bar.open()

    def action_search_next(self) -> None:
        query = self.search_bar.query_text
        if query:
            self._search(query, again=True)

    @on(SearchBar.Wanted)
    def _wanted(self, event: SearchBar.Wanted) -> None:
        self._search(event.query, event.again)

    def _search(self, query: str, again: bool) -> None:
        start = 0
        if self.found is not None:
            start = self.found.end if again else self.found.start
        found = self.session.find(query, start) if query else None
        self.found = found
        self.note.set_found(found)
        self.search_bar.say("" if found or not query else "not found")

    @on(SearchBar.Closed)
    def _search_closed(self) -> None:
        self.note.focus()
