"""The inspector beside the text: everything that is known, a line each."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text

from assistant.project.state import Item
from assistant.project.suggestions import agreeing
from assistant.review.view import DocumentView
from assistant.tui.glyphs import visible
from assistant.tui.widgets.inspecting.ink import Ink, line
from assistant.tui.widgets.inspecting.telling import (
    QUOTE,
    classes_of,
    nothing,
    number_of,
    places_of,
    remarks_on,
    told,
    warnings,
)


def panel(view: DocumentView, item: Item, calibrated: str | None, ink: Ink, width: int) -> Text:
    """The item in focus, `width` cells wide. `calibrated` says where the calibration of its confidence comes from."""
    kind = "Span" if item.suggestion is None else "Suggestion"
    lines = [
        line((f"{kind} {number_of(view, item)}", ink.faint)),
        Text(),
        line(*ink.label(item.type)),
        Text.assemble(ink.state(item)),
        Text(),
        Text(f"“{visible(item.of(view.text), QUOTE)}”", style=ink.strong),
        line((" + ".join(f"{span.start}–{span.end}" for span in item.spans), ink.faint)),
        Text(),
    ]
    if item.confidence is not None:
        lines.append(line(*ink.bar(item.confidence, min(20, max(10, width) - 6))))
        if calibrated is not None:
            lines.append(Text(f"calibrated {calibrated}", style=ink.faint))
        lines.append(Text())
    lines += _origin(view, item, ink)
    if said := told(view, item):
        lines += [Text(), *(line(one) for one in said)]
    for warning in warnings(item):
        lines += [Text(), Text(f"! {warning}.", style=ink.warning)]
    return Text("\n").join([*lines, *_of_document(view, ink), Text(), *_legend(item.type, ink)])


def panel_of_choice(chosen: str, ink: Ink) -> Text:
    """Words that are being selected for a new span."""
    return Text("\n").join(
        [
            line(("New span", ink.faint)),
            Text(),
            Text(f"“{visible(chosen, QUOTE)}”", style=ink.strong),
            Text(),
            Text("A digit labels it, enter lists the labels, esc leaves.", style=ink.faint),
            Text(),
            *_legend(None, ink),
        ]
    )


def panel_of_nothing(view: DocumentView, ink: Ink) -> Text:
    """What to do while nothing is in focus."""
    said = Text(nothing(view), style=ink.faint)
    return Text("\n").join([said, *_of_document(view, ink), Text(), *_legend(None, ink)])


def _origin(view: DocumentView, item: Item, ink: Ink) -> list[Text]:
    """Where a span comes from, what else says so, what it means, who decided."""
    lines = [line(("source  ", ink.faint), visible(item.source))]
    if item.model:
        lines.append(line(("model   ", ink.faint), visible(item.model)))
    if item.program:
        lines.append(line(("program ", ink.faint), visible(item.program)))
    for other in item.suggestion.also if item.suggestion is not None else ():
        lines.append(line(("also    ", ink.faint), visible(agreeing.name(other)), f" {other.confidence:.2f}"))
    for means in view.means:
        entry = f"{means.database}:{means.identifier} {means.term}"
        lines.append(line(("means   ", ink.faint), visible(entry)))
    if item.actor:
        lines.append(line(("by      ", ink.faint), visible(item.actor)))
    return lines


def _of_document(view: DocumentView, ink: Ink) -> list[Text]:
    """What is said of the note itself, below a heading; nothing where nothing is."""
    said: list[Text] = []
    for name, place in zip(classes_of(view), places_of(view), strict=True):
        said += [line(name), *([Text(place, style=ink.faint)] if place else [])]
    said += [line(one) for one in remarks_on(view)]
    return [Text(), line(("This note", ink.faint)), *said] if said else []


def _legend(current: str | None, ink: Ink) -> list[Text]:
    """The labels with their digits and the letters they have in the text; a dot at the one in focus."""
    rows = [line(("Label", ink.faint))]
    entities = ink.schema.entities
    longest = max((len(entity.name) for entity in entities), default=0)
    for number, entity in enumerate(entities, 1):
        digit = str(number) if number < 10 else " "
        mark = "•" if entity.name == current else " "
        name = (entity.name.ljust(longest), ink.strong if entity.name == current else Style())
        tag = (f"  {ink.short[entity.name]} {mark}", ink.faint)
        rows.append(line(f"{digit} ", ("▌", ink.of(entity.name)), name, tag))
    if len(entities) > 9:
        rows.append(line(("l lists them all", ink.faint)))
    return rows
