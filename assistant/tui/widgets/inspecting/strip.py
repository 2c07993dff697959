"""The inspector below the text, in a narrow terminal: three lines, none longer than the screen is wide."""

from __future__ import annotations

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from assistant.project.state import Item
from assistant.review.view import DocumentView
from assistant.tui.glyphs import visible
from assistant.tui.widgets.inspecting.ink import Ink, Part, line
from assistant.tui.widgets.inspecting.telling import nothing, number_of, told, warnings

CHOICE = "New span: a digit labels it, enter lists the labels, esc leaves"
CHOICE_IN_SHORT = "New span: a digit or enter labels it, esc leaves"
MENTION = 200  # code points of a mention that are shown at most


def strip(view: DocumentView, item: Item, ink: Ink, room: int) -> Text:
    """The item in focus in `room` cells: what it is, its words, and what is said of it or the labels."""
    parts = [*ink.label(item.type), "  ", ink.state(item), "  "]
    if item.confidence is not None:
        parts += [*ink.bar(item.confidence, 8), "  "]
    others = len(item.suggestion.also) if item.suggestion is not None else 0
    source = visible(item.model or item.source) + (f" +{others}" if others else "")
    number = number_of(view, item)
    first = line(*parts, (f"{source}  {number}", ink.faint))
    if first.cell_len > room:
        # Of the two the source is what can be cut off and is still known.
        first = line(*parts, (f"{number}  {source}", ink.faint))
    notes = warnings(item)
    second: list[Part] = []
    if notes:
        second.append((f"! {notes[0]}{f' (+{len(notes) - 1})' if len(notes) > 1 else ''}. ", ink.warning))
    second.append((f"“{visible(item.of(view.text), MENTION)}”", ink.strong))
    middle, last = line(*second), _legend(item.type, ink, room)
    left = told(view, item)
    while left and middle.cell_len + cell_len(left[0]) + 3 <= room:
        middle.append(f"  {left.pop(0)}")
    if left:
        # What is said of it comes before the labels, which `l` lists.
        last = line("  ".join(left))
    lines = [first, middle, last]
    for one in lines:
        # What does not fit would push the next line out of sight.
        one.truncate(room, overflow="ellipsis")
    return Text("\n").join(lines)


def strip_of_choice(chosen: str, ink: Ink, room: int) -> Text:
    """Words that are being selected for a new span."""
    return Text("\n").join(
        [
            line((CHOICE if len(CHOICE) <= room else CHOICE_IN_SHORT, ink.faint)),
            line((f"“{visible(chosen, MENTION)}”", ink.strong)),
            _legend(None, ink, room),
        ]
    )


def strip_of_nothing(view: DocumentView, ink: Ink, room: int) -> Text:
    """What to do while nothing is in focus."""
    said = nothing(view)
    gap = [Text()] if cell_len(said) <= room else []  # else it needs two lines
    return Text("\n").join([Text(said, style=ink.faint), *gap, _legend(None, ink, room)])


def _legend(current: str | None, ink: Ink, room: int) -> Text:
    """The labels that have a digit, in one line."""
    parts: list[Part] = []
    # Full names if they fit, else the short ones that the tags show.
    entities = ink.schema.entities[:9]
    names = [entity.name for entity in entities]
    if sum(len(name) + 4 for name in names) > room:
        names = [ink.short[name] for name in names]
    for number, (entity, name) in enumerate(zip(entities, names, strict=True), 1):
        parts += [(f"{number}", ink.strong), ("▌", ink.of(entity.name))]
        parts += [(name, ink.strong if entity.name == current else Style()), "  "]
    if len(ink.schema.entities) > 9:
        parts.append(("l all", ink.faint))
    return line(*parts)
