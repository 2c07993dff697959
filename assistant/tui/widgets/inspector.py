"""What is known about the suggestion in focus, and the numbers that label it."""

from __future__ import annotations

from typing import ClassVar

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.app import RenderResult
from textual.color import Color
from textual.widget import Widget

from assistant.project.facts import SPAN_NOTES, Value, label_of
from assistant.project.state import Item
from assistant.project.suggestions import agreeing
from assistant.project.suggestions.facts import FactItem
from assistant.project.team.questions import QUESTION, Question
from assistant.review.view import DocumentView
from assistant.tui.glyphs import visible
from assistant.tui.marks import SIGNS, WORDS, abbreviations, state_of
from assistant.tui.palette import SHAPE_CONTRAST, legible
from bioassist.documents import Attribute, Normalization, Note, Relation
from bioassist.schema import Schema

FULL, EMPTY = "█", "░"
QUOTE = 400  # code points of a mention that are shown at most
QUOTE_OF_OTHER = 60  # of what is said of it


class Inspector(Widget):
    """Two forms: a panel beside the text, and on a narrow screen a strip of three lines below it."""

    ALLOW_SELECT = False
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "inspector--faint",
        "inspector--strong",
        "inspector--warning",
        "inspector--bar",
    }

    def __init__(self, schema: Schema) -> None:
        super().__init__(id="inspector")
        self.schema = schema
        self._short = abbreviations(entity.name for entity in schema.entities)
        self._view: DocumentView | None = None
        self._item: Item | None = None
        self._chosen: str | None = None
        self._calibrated: str | None = None

    def show(self, view: DocumentView | None, chosen: str | None = None, calibrated: str | None = None) -> None:
        """Show the focus of `view`; or `chosen`, words that are being selected. `calibrated` says where the calibration
        of its confidence comes from."""
        self._calibrated = calibrated
        self._view = view
        self._item = view.focused if view is not None else None
        self._chosen = chosen
        self.refresh()

    @property
    def is_strip(self) -> bool:
        return self.size.height <= 4

    def render(self) -> RenderResult:
        if self._chosen is not None:
            return self._strip_of_choice() if self.is_strip else self._panel_of_choice()
        if self._view is None or self._item is None:
            return self._nothing()
        return self._strip(self._view, self._item) if self.is_strip else self._panel(self._view, self._item)

    # parts

    def _style(self, name: str) -> Style:
        return self.get_component_rich_style(f"inspector--{name}", partial=True)

    def _line(self, *parts: str | tuple[str, Style]) -> Text:
        return Text.assemble(*parts, no_wrap=True, overflow="ellipsis")

    def _label(self, name: str) -> list[str | tuple[str, Style]]:
        return [("▌", self._ink(name)), (name, self._style("strong"))]

    def _ink(self, name: str) -> Style:
        if self.app.no_color:
            return Style()
        return Style(
            color=legible(Color.parse(self.schema.colour(name)), self.background_colors[1], SHAPE_CONTRAST).rich_color
        )

    def _bar(self, confidence: float, cells: int) -> list[str | tuple[str, Style]]:
        full = round(confidence * cells)
        return [
            (FULL * full, self._style("bar")),
            (EMPTY * (cells - full), self._style("faint")),
            f" {confidence:.2f}",
        ]

    def _number(self, view: DocumentView, item: Item) -> str:
        place = next((number for number, other in enumerate(view.items, 1) if other.id == item.id), 0)
        return f"{place} of {len(view.items)}"

    def _warnings(self, item: Item) -> list[str]:
        warnings = []
        if item.disagreement:
            warnings.append(item.disagreement[0].upper() + item.disagreement[1:])
        before = item.suggestion
        if before is not None and (before.type != item.type or before.spans != item.spans):
            where = ", ".join(f"{span.start}–{span.end}" for span in before.spans)
            warnings.append(f"It was suggested as {before.type} {where}")
        if not item.trained:
            warnings.append("Untrained: the model never learned this label")
        return warnings

    # forms

    def _panel(self, view: DocumentView, item: Item) -> Text:
        faint = self._style("faint")
        width = max(10, self.size.width)
        kind = "Span" if item.suggestion is None else "Suggestion"
        lines = [
            self._line((f"{kind} {self._number(view, item)}", faint)),
            Text(),
            self._line(*self._label(item.type)),
            Text.assemble((f"{SIGNS[state_of(item)]} {WORDS[state_of(item)]}", self._style("strong"))),
            Text(),
            Text(f"“{visible(item.of(view.text), QUOTE)}”", style=self._style("strong")),
            self._line((" + ".join(f"{span.start}–{span.end}" for span in item.spans), faint)),
            Text(),
        ]
        if item.confidence is not None:
            lines.append(self._line(*self._bar(item.confidence, min(20, width - 6))))
            if self._calibrated is not None:
                lines.append(Text(f"calibrated {self._calibrated}", style=faint))
            lines.append(Text())
        lines.append(self._line(("source  ", faint), visible(item.source)))
        if item.model:
            lines.append(self._line(("model   ", faint), visible(item.model)))
        if item.program:
            lines.append(self._line(("program ", faint), visible(item.program)))
        for other in item.suggestion.also if item.suggestion is not None else ():
            lines.append(self._line(("also    ", faint), visible(agreeing.name(other)), f" {other.confidence:.2f}"))
        for means in view.means:
            entry = f"{means.database}:{means.identifier} {means.term}"
            lines.append(self._line(("means   ", faint), visible(entry)))
        if item.actor:
            lines.append(self._line(("by      ", faint), visible(item.actor)))
        if said := told(view, item):
            lines += [Text(), *(self._line(one) for one in said)]
        for warning in self._warnings(item):
            lines += [Text(), Text(f"! {warning}.", style=self._style("warning"))]
        return Text("\n").join([*lines, *self._of_document(view), Text(), *self._legend(item.type)])

    def _of_document(self, view: DocumentView) -> list[Text]:
        """What is said of the note itself, below a heading; nothing where nothing is."""
        said = [self._line(one) for one in (*classes_of(view), *_remarks_on(view))]
        return [Text(), self._line(("This note", self._style("faint"))), *said] if said else []

    def _legend(self, current: str | None) -> list[Text]:
        faint = self._style("faint")
        rows = [self._line(("Label", faint))]
        longest = max((len(entity.name) for entity in self.schema.entities), default=0)
        for number, entity in enumerate(self.schema.entities, 1):
            digit = str(number) if number < 10 else " "
            mark = "•" if entity.name == current else " "
            name = (entity.name.ljust(longest), self._style("strong") if entity.name == current else Style())
            tag = (f"  {self._short[entity.name]} {mark}", faint)
            rows.append(self._line(f"{digit} ", ("▌", self._ink(entity.name)), name, tag))
        if len(self.schema.entities) > 9:
            rows.append(self._line(("l lists them all", faint)))
        return rows

    def _strip(self, view: DocumentView, item: Item) -> Text:
        faint, warning = self._style("faint"), self._style("warning")
        parts = [
            *self._label(item.type),
            "  ",
            (f"{SIGNS[state_of(item)]} {WORDS[state_of(item)]}", self._style("strong")),
            "  ",
        ]
        if item.confidence is not None:
            parts += [*self._bar(item.confidence, 8), "  "]
        others = len(item.suggestion.also) if item.suggestion is not None else 0
        source = visible(item.model or item.source) + (f" +{others}" if others else "")
        parts.append((f"{source}  {self._number(view, item)}", faint))
        notes = self._warnings(item)
        second: list[str | tuple[str, Style]] = []
        if notes:
            second.append((f"! {notes[0]}{f' (+{len(notes) - 1})' if len(notes) > 1 else ''}. ", warning))
        second.append((f"“{visible(item.of(view.text), 200)}”", self._style("strong")))
        middle, last = self._line(*second), self._legend_line(item.type)
        room = self.size.width
        left = told(view, item)
        while left and middle.cell_len + cell_len(left[0]) + 3 <= room:
            middle.append(f"  {left.pop(0)}")
        if left:
            # What is said of it comes before the labels, which `l` lists.
            last = self._line("  ".join(left))
        lines = [self._line(*parts), middle, last]
        for line in lines:
            # What does not fit would push the next line out of sight.
            line.truncate(room, overflow="ellipsis")
        return Text("\n").join(lines)

    def _legend_line(self, current: str | None) -> Text:
        parts: list[str | tuple[str, Style]] = []
        # Full names if they fit, else the short ones that the tags show.
        entities = self.schema.entities[:9]
        names = [entity.name for entity in entities]
        if sum(len(name) + 4 for name in names) > self.size.width:
            names = [self._short[name] for name in names]
        for number, (entity, name) in enumerate(zip(entities, names, strict=True), 1):
            parts += [(f"{number}", self._style("strong")), ("▌", self._ink(entity.name))]
            parts += [(name, self._style("strong") if entity.name == current else Style()), "  "]
        if len(self.schema.entities) > 9:
            parts.append(("l all", self._style("faint")))
        return self._line(*parts)

    def _panel_of_choice(self) -> Text:
        faint = self._style("faint")
        return Text("\n").join(
            [
                self._line(("New span", faint)),
                Text(),
                Text(f"“{visible(self._chosen or '', QUOTE)}”", style=self._style("strong")),
                Text(),
                Text("A digit labels it, enter lists the labels, esc leaves.", style=faint),
                Text(),
                *self._legend(None),
            ]
        )

    def _strip_of_choice(self) -> Text:
        return Text("\n").join(
            [
                self._line(("New span: a digit labels it, enter lists the labels, esc leaves", self._style("faint"))),
                self._line((f"“{visible(self._chosen or '', 200)}”", self._style("strong"))),
                self._legend_line(None),
            ]
        )

    def _nothing(self) -> Text:
        faint = self._style("faint")
        if self._view is None:
            return Text("")
        state = self._view.row.state
        if self._view.items:
            said = "Nothing in focus: n goes to the next suggestion."
        elif state in ("pending", "reading"):
            said = "No suggestions yet: the model has not come to this place."
        else:
            said = "The model suggests nothing here. v selects words to add a span."
        if self.is_strip:
            return Text("\n").join([Text(said, style=faint), Text(), self._legend_line(None)])
        return Text("\n").join([Text(said, style=faint), *self._of_document(self._view), Text(), *self._legend(None)])


def told(view: DocumentView, item: Item) -> list[str]:
    """What is said of the item in focus, each with the sign of what a person decided: `? Assertion negated 0.97`."""
    said = [
        f"{SIGNS[one.status]} {_said(view, item, one.value)}{_sure(one)}"
        for one in view.facts
        if not (isinstance(one.value, Note) and one.value.type == QUESTION and one.kept)
    ]
    return said + [one for question in view.questions for one in _asked(question)]


def _asked(question: Question) -> list[str]:
    """A question and what was answered, each with who said it."""
    state = "open question" if question.open else "question"
    lines = [f"Q {state}, {visible(question.actor)}: “{visible(question.text, QUOTE_OF_OTHER)}”"]
    for answer in question.answers:
        text = f"“{visible(answer.text, QUOTE_OF_OTHER)}”" if answer.text else "closed"
        lines.append(f"  {visible(answer.actor)}: {text}")
    return lines


def classes_of(view: DocumentView) -> list[str]:
    """The note's classes, each with its sign: `? letter 0.60`."""
    return [
        f"{SIGNS[one.status]} {visible(one.value)}{_sure(one)}"
        for one in view.of_document
        if isinstance(one.value, str)
    ]


def _remarks_on(view: DocumentView) -> list[str]:
    """What is noted on the note as a whole."""
    return [
        f"{SIGNS[one.status]} “{visible(one.value.text, QUOTE_OF_OTHER)}”"
        for one in view.of_document
        if isinstance(one.value, Note)
    ]


def _said(view: DocumentView, item: Item, value: Value) -> str:
    match value:
        case Relation(type=type_, arguments=(first, second)):
            other = view.item(second.target if first.target == item.id else first.target)
            arrow = "→" if first.target == item.id else "←"
            return f"{type_} {arrow} “{visible(other.of(view.text), QUOTE_OF_OTHER) if other else '?'}”"
        case Attribute(type=type_, value=said):
            return type_ if said is None else f"{type_} {visible(said)}"
        case Note(type=type_, text=text):
            return f"{'note' if type_ == SPAN_NOTES else type_}: {visible(text, QUOTE_OF_OTHER)}"
        case Normalization(database=database, identifier=identifier, label=label):
            return f"= {visible(f'{database}:{identifier} {label}'.rstrip())}"
    return label_of(value)


def _sure(fact: FactItem) -> str:
    return "" if fact.suggestion is None else f" {fact.suggestion.confidence:.2f}"
