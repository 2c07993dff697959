"""How far the annotators of a project agree, and the places where they do not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.screen import Screen
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from assistant.project.store import Project
from assistant.project.team.compared import compared
from assistant.tui.glyphs import shortened, visible
from assistant.tui.widgets.key_line import KeyLine
from bioassist import agreement
from bioassist.agreement import Agreement, Annotator, Disagreement
from bioassist.agreement_table import table
from bioassist.documents import Entity, Span

SHOWN = 2000  # places that are listed; more would be read by nobody
NARROW = 100  # columns under which a place takes two lines


@dataclass(frozen=True, slots=True)
class Compared:
    """The agreement of each group of annotators, and where each differs."""

    groups: Sequence[tuple[Agreement, Sequence[Disagreement]]]
    texts: dict[str, str]


@dataclass(frozen=True, slots=True)
class Place:
    """Where to go: the name of a document and a stretch of it; `adjudicate` to make gold of it."""

    document: str
    span: Span
    adjudicate: bool = False


def compare(project: Project) -> Compared:
    """What the screen shows; takes long, so not on its thread. Raises UsageError if there is nothing to compare."""
    groups: list[list[Annotator]] = compared(project)
    found = [(agreement.compare(group), agreement.disagreements(group)) for group in groups]
    texts = {name: one.text for group in groups for name, one in group[0].documents.items()}
    return Compared(found, texts)


class AgreementScreen(Screen[Place | None]):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q,K", "leave", "Leave", key_display="esc"),
        Binding("J", "adjudicate", "Adjudicate"),
        Binding("n,j", "step(1)", "Next", show=False),
        Binding("p,k", "step(-1)", "Previous", show=False),
        Binding("left", "sideways(-8)", "Left", show=False),
        Binding("right", "sideways(8)", "Right", show=False),
    ]
    AUTO_FOCUS = "OptionList"

    def __init__(self, found: Compared) -> None:
        super().__init__()
        self._found = found
        self._every = [(found_, place) for found_, places in found.groups for place in places]
        self.places = [place for _, place in self._every]

    def compose(self) -> ComposeResult:
        figures = "\n\n".join(table(found) for found, _ in self._found.groups)
        with VerticalScroll(id="figures"):
            yield Static(Text("\n".join(visible(line) for line in figures.split("\n")), no_wrap=True))
        more = f" (the first {SHOWN:,})" if len(self.places) > SHOWN else ""
        yield Static(Text(f"{len(self.places):,} disagreements{more}; enter opens the place"), id="differing")
        yield OptionList(*(Option(self._row(of, place)) for of, place in self._every[:SHOWN]))
        yield KeyLine()

    def _row(self, of: Agreement, place: Disagreement) -> Text:
        words = " ".join(place.span.of(self._found.texts[place.document]).split())
        said = "  ".join(
            f"{visible(name)}: {_types(every)}" for name, every in zip(of.annotators, place.said, strict=True)
        )
        name = shortened(visible(place.document), 24)
        where = f"{name:<24} {place.kind:<8}"
        width = self.app.size.width
        if width < NARROW:
            row = f"{where} {visible(words, width - len(where) - 6)}\n    {said}"
        else:
            row = f"{where} {visible(words, 32):<32}  {said}"
        return Text(row, no_wrap=True, overflow="ellipsis")

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self._leave_for(event.option_index, adjudicate=False)

    def action_adjudicate(self) -> None:
        self._leave_for(self.query_one(OptionList).highlighted, adjudicate=True)

    def action_step(self, by: int) -> None:
        options = self.query_one(OptionList)
        if by > 0:
            options.action_cursor_down()
        else:
            options.action_cursor_up()

    def action_sideways(self, by: int) -> None:
        """Scroll the figures where they are wider than the screen."""
        self.query_one("#figures").scroll_relative(x=by, animate=False)

    def action_leave(self) -> None:
        self.dismiss(None)

    def _leave_for(self, number: int | None, *, adjudicate: bool) -> None:
        if number is not None:
            place = self.places[number]
            self.dismiss(Place(place.document, place.span, adjudicate))


def _types(said: Sequence[Entity]) -> str:
    return ", ".join(entity.type for entity in said) or "—"
