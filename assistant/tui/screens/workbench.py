"""The parts of the review screen, and how they follow the session."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual import work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from assistant.review.view import DocumentSummary
from assistant.tui.keymap import DIGITS, KEYS, bindings
from assistant.tui.links import links_of
from assistant.tui.messages import Prioritiser
from assistant.tui.screens.busy import BusyDialog
from assistant.tui.screens.dialogs import MessageDialog
from assistant.tui.widgets.banner import Banner
from assistant.tui.widgets.document_list import DocumentList
from assistant.tui.widgets.inspector import Inspector
from assistant.tui.widgets.key_line import KeyLine
from assistant.tui.widgets.note_view import NoteView
from assistant.tui.widgets.order_line import OrderLine
from assistant.tui.widgets.search_bar import SearchBar
from assistant.tui.widgets.status_line import NOTICE, StatusLine
from assistant.tui.widgets.title_line import TitleLine
from bioassist.documents import Span
from bioassist.errors import BioassistError

if TYPE_CHECKING:
    from assistant.review.session import ReviewSession

T = TypeVar("T")

NARROW = 110  # columns under which the inspector lies below the text
PLANTING = "wrong suggestions are planted"
QUIET = 1.5  # seconds after which the person is reading and a library can be loaded
SETTLE, SETTLE_AT_MOST = 0.25, 3.0  # seconds in which changes of the document list are gathered


class Refusal:
    """What a call of the session comes to when it fails: a dialog is telling about it."""


class Workbench(Screen[None]):
    """One open document, its neighbours at the left, the focus at the right; nothing here decides anything."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings(KEYS, DIGITS)]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (NARROW, "-wide")]  # noqa: RUF012 (typed by Textual)
    AUTO_FOCUS = "#note"

    def __init__(self, session: ReviewSession, annotator: Prioritiser | None, notice: str | None) -> None:
        super().__init__()
        if session.planting:
            notice = f"{notice}; {PLANTING}" if notice else PLANTING
        self.session = session
        self._annotator = annotator
        self._notice = notice
        self._list_is_stale = False
        self._settle = SETTLE
        self.found: Span | None = None
        self.busy: BusyDialog | None = None
        self.near = False
        self.documents = DocumentList()
        self.title_line = TitleLine()
        self.order_line = OrderLine()
        self.banner = Banner(notice)
        self.note = NoteView(session.schema)
        self.search_bar = SearchBar(id="search")
        self.inspector = Inspector(session.schema)
        self.status = StatusLine(notice)

    def compose(self) -> ComposeResult:
        with Horizontal(id="body"):
            yield self.documents
            with Vertical(id="centre"):
                yield self.title_line
                yield self.order_line
                yield self.banner
                yield self.note
                yield self.search_bar
            yield self.inspector
        yield self.status
        yield KeyLine()

    def on_mount(self) -> None:
        self.reload_list()
        if self.session.current is None:
            self.open_first()
        else:
            self.show()
        if self._notice and len(self._notice) > NOTICE:
            self.banner.say(self._notice)
        self.set_timer(QUIET, self._prepare)

    def _prepare(self) -> None:
        """Fetch words while the person reads; where the first suggestion is awaited, the model has the processor."""
        view = self.session.current
        if view is not None and not view.items and self.being_read:
            self.set_timer(QUIET, self._prepare)
        else:
            self._fetch_words()

    @work(thread=True, exit_on_error=False)
    def _fetch_words(self) -> None:
        """Load what boundaries are moved by: the first `[` would wait a second or two for spaCy otherwise."""
        from bioassist.words import words

        words("ready")

    # showing what the session says

    def show(self) -> None:
        """Bring all parts in step with the session's view of the open document."""
        view = self.session.current
        chosen = None
        if view is not None:
            near = [one.span for one in self.session.near_misses()] if self.near else []
            links = links_of(view, self.session.schema)
            self.note.show((view.row.id, view.row.text_sha), view.text, view.items, view.focus, near, links)
            if self.note.selecting is not None:
                chosen = self.note.selecting.span.of(view.text)
        self.inspector.show(view, chosen, self.session.calibrated())
        self.title_line.show(view)
        self._show_order()

    def _show_order(self) -> None:
        self.order_line.show(self.session.queue, str(self.session.filter), self.session.shown())

    def show_decision(self) -> None:
        """The same after a decision."""
        self.banner.notice_read()  # its beginning stays in the status line
        self.show_change()

    def show_change(self) -> None:
        """The same after a change. The list's row is counted here: the project need not be asked for all of them."""
        self.show()
        view = self.session.current
        row = self.documents.row(view.row.id) if view is not None else None
        if view is None or row is None:
            return
        count = Counter[str](item.status for item in view.items)
        changed = replace(
            row,
            state=view.row.state,
            done=view.row.done,
            skipped=view.row.skipped,
            blind=view.row.blind,
            questions=self.session.open_questions(),
            pending=count["pending"],
            accepted=count["accepted"] + count["edited"],
            edited=count["edited"],
            rejected=count["rejected"],
            added=count["added"],
        )
        self.documents.change(changed)

    def reload_list(self) -> None:
        self._list_is_stale = False
        if self.busy is not None:
            self.reload_list_soon()
            return
        view = self.session.current
        before = time.perf_counter()
        rows = self.attempt(self._listed)
        # A project of many notes takes longer to list: it is listed less often, so that keys do not wait for it.
        self._settle = min(max(SETTLE, 10 * (time.perf_counter() - before)), SETTLE_AT_MOST)
        if not isinstance(rows, Refusal):
            self.documents.show(rows, view.row.id if view is not None else None)
            self._show_order()

    def _listed(self) -> list[DocumentSummary]:
        self.session.refresh_queue()
        self.session.refresh_filter()
        return self.session.shown_documents()

    def reload_list_soon(self) -> None:
        if not self._list_is_stale:
            self._list_is_stale = True
            self.set_timer(self._settle, self.reload_list)

    # calling the session

    def attempt(self, call: Callable[[], T]) -> T | Refusal:
        """Call the session; a problem becomes a dialog."""
        try:
            return call()
        except BioassistError as error:
            self.app.push_screen(MessageDialog.of(error))
            return Refusal()

    def open(self, document_id: int) -> bool:
        """Open a document; False if it cannot be, and a dialog says why."""
        row = self.documents.row(document_id)
        if row is not None and not row.has_text:
            self.app.push_screen(MessageDialog(f"{row.name} could not be read", row.reason or "No reason is known."))
            return False
        if isinstance(self.attempt(lambda: self.session.open(document_id)), Refusal):
            return False
        self.opened()
        return True

    def opened(self) -> None:
        """The session has another document open: show it, and have it read first, by whatever has not read it yet."""
        view = self.session.current
        if view is None:
            return
        self.found = None
        if self._annotator is not None:
            # A note that the model has read may be unread by the other suggesters.
            self._annotator.prioritise(view.row.id)
        self.documents.show(self.documents.rows, view.row.id)
        self.banner.say_gap(view.row)
        self.show()

    def arrived(self, before: int | None, *, decided: bool = False) -> None:
        """The session has moved on, perhaps from document `before` to another: show where it is."""
        view, near = self.session.current, self.session.near_in_turn
        self.near = self.near or near is not None
        if view is not None and view.row.id != before:
            self.opened()
            self.reload_list_soon()
        elif decided:
            self.show_decision()
        else:
            self.show()
        if near is not None:
            self.note.focus()
            self.note.select(near.span)
            self.status.say(f"nearly found{f' as {near.type}' if near.type else ''}, with {near.probability:.2f}")

    @property
    def being_read(self) -> bool:
        """Whether more is to come to the open note: the model has not read it to its end, and reads on."""
        view = self.session.current
        if view is None or self._annotator is None or view.row.state not in ("pending", "reading"):
            return False
        return not self._annotator.join(0)

    @property
    def open_id(self) -> int | None:
        view = self.session.current
        return view.row.id if view is not None else None

    def open_first(self) -> None:
        """The first note that is read and not done; else the first that is not done; else the first with a text."""
        rows = [row for row in self.documents.rows if row.has_text]
        wanted: tuple[Callable[[DocumentSummary], bool], ...] = (
            lambda row: row.state == "ready" and not row.done and row.skipped is None,
            lambda row: not row.done and row.skipped is None,
            lambda row: True,
        )
        first = next((row for fits in wanted for row in rows if fits(row)), None)
        if first is None:
            self.show()
        else:
            self.open(first.id)
