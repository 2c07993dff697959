"""Entries of terminologies for the focused span, searched as one types."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.project.records import Reference
from assistant.review.saying.normalizing import Meaning, typed_reference
from assistant.suggesters.term_index import TermIndex, search
from assistant.tui.glyphs import visible
from assistant.tui.marks import SIGNS
from bioassist.errors import BioassistError

MATCHES = 50


class NormalizationDialog(ModalScreen[Reference | None]):
    """What the span stands for now comes first: choosing that takes it out. Files are read by `read` on a thread of its
    own, once; what is written as DATABASE:IDENTIFIER can be chosen without any."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("down", "move(1)", "Down"),
        Binding("up", "move(-1)", "Up"),
    ]

    @dataclass
    class Read(Message):
        """A terminology was read, or could not be: then `problem` says why."""

        path: Path
        index: TermIndex | None
        problem: str = ""

    def __init__(
        self, words: str, meanings: Sequence[Meaning], files: Sequence[Path], read: Callable[[Path], TermIndex]
    ) -> None:
        super().__init__()
        self._words, self._meanings, self._files, self._read = words, meanings, files, read
        self._indexes: dict[Path, TermIndex] = {}
        self._problems: list[str] = []
        self._offered: list[Reference] = []

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall") as box:
            box.border_title = "What it stands for"
            box.border_subtitle = "enter chooses or takes out · ↑↓ · esc leaves"
            yield Input(self._words, placeholder="a term, or DATABASE:IDENTIFIER", compact=True)
            yield OptionList()
            yield Static("", id="count")

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self.query_one(OptionList).can_focus = False
        self._find()
        self._fetch()

    @work(thread=True, exit_on_error=False)
    def _fetch(self) -> None:
        """Read what is not read yet: a hundred thousand names take a second."""
        for path in self._files:
            try:
                self.post_message(self.Read(path, self._read(path)))
            except BioassistError as error:
                self.post_message(self.Read(path, None, str(error)))

    @on(Read)
    def _arrived(self, message: Read) -> None:
        if message.index is None:
            self._problems.append(message.problem)
        else:
            self._indexes[message.path] = message.index
        self._find()

    @on(Input.Changed)
    def _find(self) -> None:
        """List what stands, what was typed as an entry, and what is found for the words."""
        typed = self.query_one(Input).value
        options = self.query_one(OptionList)
        options.clear_options()
        self._offered = []
        for meaning in self._meanings:
            self._offer(options, "✓" if meaning.fact is None else SIGNS[meaning.fact.status], meaning.reference)
        written = typed_reference(typed)
        if written is not None:
            self._offer(options, " ", written, "as it is typed")
        matches = search(self._indexes.values(), typed, MATCHES)
        for match in matches:
            self._offer(options, " ", match.reference, "" if match.name == match.reference.term else match.name)
        # Enter alone takes nothing out: what the span stands for is chosen with the arrows.
        new = len(self._meanings)
        options.highlighted = new if new < len(self._offered) else None
        self.query_one("#count", Static).update(Text(self._state(len(matches))))

    def _offer(self, options: OptionList, sign: str, reference: Reference, by: str = "") -> None:
        known = {(one.database, one.identifier) for one in self._offered}
        if (reference.database, reference.identifier) in known:
            return
        self._offered.append(reference)
        parts = (
            f"{sign} ",
            (visible(reference.term or reference.identifier, 60), Style(bold=True)),
            f"  {visible(reference.database)}:{visible(reference.identifier)}",
            f"  {visible(by, 40)}" if by else "",
        )
        options.add_option(Option(Text.assemble(*parts, no_wrap=True, overflow="ellipsis")))

    def _state(self, found: int) -> str:
        names = sum(len(index) for index in self._indexes.values())
        left = len(self._files) - len(self._indexes) - len(self._problems)
        said = [f"{found}{' or more' if found >= MATCHES else ''} found among {names:,} names"] if names else []
        if left:
            said.append(f"reading {left} of {len(self._files)} terminologies")
        elif not names:
            none = "The terminologies have no identifiers" if self._indexes else "No terminology is named for it"
            said.append(f"{none}: write DATABASE:IDENTIFIER.")
        return "\n".join([*said, *(f"! {visible(one)}" for one in self._problems)])

    def action_move(self, by: int) -> None:
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    @on(Input.Submitted)
    def _entered(self) -> None:
        highlighted = self.query_one(OptionList).highlighted
        if highlighted is not None:
            self.dismiss(self._offered[highlighted])

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(self._offered[event.option_index])

    def action_cancel(self) -> None:
        self.dismiss(None)
