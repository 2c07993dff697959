"""Small dialogs over the review screen: a message, a threshold, a label."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from rich.style import Style
from rich.text import Text
from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.color import Color
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from assistant.tui.glyphs import visible
from assistant.tui.palette import SHAPE_CONTRAST, legible
from bioassist.errors import BioassistError, ProjectError
from bioassist.schema import Schema

UNCHANGED = "Nothing was changed: what was saved before is as it was."


class MessageDialog(ModalScreen[None]):
    """Says one thing and waits for a key."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,enter,space,q", "dismiss", "Close")]

    def __init__(self, title: str, body: str, *, error: bool = False) -> None:
        super().__init__()
        self._title, self._body, self._error = title, body, error

    @classmethod
    def of(cls, error: BioassistError) -> MessageDialog:
        """What a failed action says: what, where, what next; and that a failed write changed nothing."""
        parts = [error.what if error.where is None else f"{error.where}: {error.what}"]
        if isinstance(error, ProjectError):
            parts.append(UNCHANGED)
        if error.next_step:
            parts.append(error.next_step)
        title = "Not saved" if isinstance(error, ProjectError) else "That did not work"
        return cls(title, "\n\n".join(parts), error=True)

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -error" if self._error else "dialog") as box:
            box.border_title = self._title
            box.border_subtitle = "esc closes"
            body = "\n".join(visible(line) for line in self._body.split("\n"))
            yield Static(Text(body), classes="dialog--body")

    async def action_dismiss(self, result: None = None) -> None:
        self.dismiss()


class ThresholdDialog(ModalScreen[float | None]):
    """Asks for the confidence over which all open suggestions are accepted; `count` tells how many that would be."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "cancel", "Cancel"),
        Binding("up", "step(0.05)", "Higher"),
        Binding("down", "step(-0.05)", "Lower"),
    ]

    def __init__(self, count: Callable[[float], int], pending: int, start: float = 0.9) -> None:
        super().__init__()
        self._count, self._pending, self._start = count, pending, start

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = "Accept everything over"
            box.border_subtitle = "enter accepts · ↑↓ step · esc cancels"
            yield Input(f"{self._start:.2f}", placeholder="0.00 to 1.00", max_length=6, compact=True)
            yield Static("", id="count")

    def on_mount(self) -> None:
        self.query_one(Input).cursor_blink = False
        self._tell()

    def value(self) -> float | None:
        """The threshold in the field, or None while it is none."""
        try:
            number = float(self.query_one(Input).value.replace(",", "."))
        except ValueError:
            return None
        return number if 0 <= number <= 1 else None

    @on(Input.Changed)
    def _tell(self) -> None:
        value = self.value()
        if value is None:
            said = "A number from 0 to 1."
        else:
            said = f"{self._count(value)} of {self._pending} open suggestions in this note. One undo takes all back."
        self.query_one("#count", Static).update(Text(said))

    @on(Input.Submitted)
    def _submit(self) -> None:
        if (value := self.value()) is not None:
            self.dismiss(value)

    def action_step(self, by: float) -> None:
        value = self.value()
        self.query_one(Input).value = f"{max(0.0, min(1.0, (self._start if value is None else value) + by)):.2f}"

    def action_cancel(self) -> None:
        self.dismiss(None)


class LabelDialog(ModalScreen[str | None]):
    """All entity types of the schema: by arrow, by number, or by the key that the schema gives them."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(self, schema: Schema, current: str | None, title: str = "Label") -> None:
        super().__init__()
        self._schema, self._current, self._title = schema, current, title

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall") as box:
            box.border_title = self._title
            box.border_subtitle = "enter chooses · esc cancels"
            yield OptionList()

    def on_mount(self) -> None:
        options = self.query_one(OptionList)
        ground = options.background_colors[1]
        for number, entity in enumerate(self._schema.entities, 1):
            key = str(number) if number < 10 else " "
            ink = Style()
            if not self.app.no_color:
                ink = Style(
                    color=legible(Color.parse(self._schema.colour(entity.name)), ground, SHAPE_CONTRAST).rich_color
                )
            prompt = Text.assemble(
                f"{key} {entity.key or ' '} ", ("▌", ink), (entity.name, Style(bold=True)), "  ",
                entity.description, no_wrap=True, overflow="ellipsis",
            )  # fmt: skip
            options.add_option(Option(prompt, id=entity.name))
        names = [entity.name for entity in self._schema.entities]
        options.highlighted = names.index(self._current) if self._current in names else 0

    @on(OptionList.OptionSelected)
    def _chosen(self, event: OptionList.OptionSelected) -> None:
        self.dismiss(event.option_id)

    def on_key(self, event: events.Key) -> None:
        for number, entity in enumerate(self._schema.entities, 1):
            if event.character and event.character in (entity.key, str(number) if number < 10 else ""):
                event.stop()
                self.dismiss(entity.name)
                return

    def action_cancel(self) -> None:
        self.dismiss(None)
