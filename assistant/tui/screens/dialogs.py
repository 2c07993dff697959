"""Small dialogs over the review screen: a message, a label."""

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
from textual.widgets import OptionList, Static
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


class LabelDialog(ModalScreen[str | None]):
    """All entity types of the schema: by arrow, by number, or by the key that the schema gives them.

    `guideline` is called with the highlighted one for `?`.
    """

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape", "cancel", "Cancel")]

    def __init__(
        self,
        schema: Schema,
        current: str | None,
        title: str = "Label",
        guideline: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self._schema, self._current, self._title = schema, current, title
        self._guideline = guideline

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -tall") as box:
            box.border_title = self._title
            asked = " · ? what it is for" if self._guideline is not None else ""
            box.border_subtitle = f"enter chooses{asked} · esc cancels"
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
        highlighted = self.query_one(OptionList).highlighted
        if event.key == "question_mark" and self._guideline is not None and highlighted is not None:
            event.stop()
            self._guideline(self._schema.entities[highlighted].name)
            return
        for number, entity in enumerate(self._schema.entities, 1):
            if event.character and event.character in (entity.key, str(number) if number < 10 else ""):
                event.stop()
                self.dismiss(entity.name)
                return

    def action_cancel(self) -> None:
        self.dismiss(None)
