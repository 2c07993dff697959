"""All keys, made from the key map."""

from __future__ import annotations

from typing import ClassVar

from rich.table import Table
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Container, Vertical, VerticalScroll
from textual.screen import ModalScreen
from textual.widgets import Static

from assistant.tui.directions import RTL_SIGN
from assistant.tui.keymap import KEYS, Key
from assistant.tui.keymap.key import ADD, DECIDE, DOCUMENTS, EDGES, MOVE, SAY, SCREEN, TOGETHER
from assistant.tui.marks import CLOSING, NEAR_BAR, NEAR_SIGN, OPENING, SIGNS, WORDS

COLUMNS = ((MOVE, DECIDE, EDGES), (ADD, SAY, DOCUMENTS, TOGETHER, SCREEN))
TITLES = {EDGES: "Boundaries: plain grows, shift shrinks"}
KEY_CELLS = 10
LABEL_ROWS = [("1 … 9", "label by number; in the list also by letter")]
SELECT_ROWS = [
    ("← → ↑ ↓", "move the caret; by word with ctrl, or w and b"),
    ("shift …", "extend the selection; also W and B"),
    ("space", "start the selection here"),
    ("1 … 9", "label what is selected; enter lists the labels"),
    ("esc", "leave"),
]


class HelpScreen(ModalScreen[None]):
    """Two columns of keys, one below the other where the screen is narrow."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("escape,question_mark,q,f1", "close", "Close")]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012 (typed by Textual)

    def __init__(self, keys: tuple[Key, ...] = KEYS) -> None:
        super().__init__()
        self._keys = keys

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog -wide") as box:
            box.border_title = "Keys"
            box.border_subtitle = "↑↓ scroll · esc closes"
            with VerticalScroll(), Container(id="columns"):
                for groups in COLUMNS:
                    yield Static(_column(groups, self._keys), classes="help--column")

    def on_mount(self) -> None:
        self.query_one(VerticalScroll).focus()

    def action_close(self) -> None:
        self.dismiss()


def rows_of(group: str, keys: tuple[Key, ...] = KEYS) -> list[tuple[str, str]]:
    """Keys and what they do, for one heading."""
    rows = [(key.shown, key.help) for key in keys if key.group == group]
    if group == DECIDE:
        rows[2:2] = LABEL_ROWS
    return rows + SELECT_ROWS if group == ADD else rows


def _column(groups: tuple[str, ...], keys: tuple[Key, ...]) -> Table:
    table = Table.grid(padding=(0, 1))
    table.add_column(width=KEY_CELLS, style="bold", no_wrap=True)
    table.add_column(ratio=1)
    for group in groups:
        _heading(table, TITLES.get(group, group))
        for shown, said in rows_of(group, keys):
            table.add_row(Text(shown), Text(said))
        table.add_row("", "")
    if SCREEN in groups:
        _heading(table, "Signs")
        for status, sign in SIGNS.items():
            table.add_row(Text(f"{OPENING}…{CLOSING}Lab{sign}"), Text(WORDS[status]))
        table.add_row(Text(f"{NEAR_BAR}…{NEAR_BAR}{NEAR_SIGN}"), Text("nearly found by the model"))
        table.add_row(Text(RTL_SIGN), Text("right-to-left text, in the order of its letters"))
    return table


def _heading(table: Table, title: str) -> None:
    first, _, rest = title.partition(":")
    # Appended, so that the line under the heading ends with it and not with the column.
    table.add_row(Text().append(first, "underline"), Text(rest.strip(), style="italic"))
