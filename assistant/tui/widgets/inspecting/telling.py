"""What is known of an item, of its note, and of what is said of them, in words without style."""

from __future__ import annotations

from assistant.project.facts import SPAN_NOTES, Value, label_of
from assistant.project.state import Item
from assistant.project.suggestions.facts import FactItem
from assistant.project.team.questions import QUESTION, Question
from assistant.review.view import DocumentView
from assistant.tui.glyphs import visible
from assistant.tui.marks import SIGNS
from bioassist.documents import Attribute, Normalization, Note, Relation

QUOTE = 400  # code points of a mention that are shown at most
QUOTE_OF_OTHER = 60  # of what is said of it
QUOTE_OF_PLACE = 160  # of the sentence that shows what is said of the note


def warnings(item: Item) -> list[str]:
    """What a person should know before deciding: sources that disagree, a changed suggestion, an unlearned label."""
    found = []
    if item.disagreement:
        found.append(item.disagreement[0].upper() + item.disagreement[1:])
    before = item.suggestion
    if before is not None and (before.type != item.type or before.spans != item.spans):
        where = ", ".join(f"{span.start}–{span.end}" for span in before.spans)
        found.append(f"It was suggested as {before.type} {where}")
    if not item.trained:
        found.append("Untrained: the model never learned this label")
    return found


def number_of(view: DocumentView, item: Item) -> str:
    """The place of an item in its note: `3 of 12`."""
    place = next((number for number, other in enumerate(view.items, 1) if other.id == item.id), 0)
    return f"{place} of {len(view.items)}"


def nothing(view: DocumentView) -> str:
    """What to say while nothing is in focus."""
    if view.row.blind:
        return (
            "A blind note: mark what you find yourself, v selects words. D keeps that as your first answer and shows "
            "what was suggested."
        )
    if view.items:
        return "Nothing in focus: n goes to the next suggestion."
    if view.row.state in ("pending", "reading"):
        return "No suggestions yet: the model has not come to this place."
    return "The model suggests nothing here. v selects words to add a span."


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


def places_of(view: DocumentView) -> list[str]:
    """The words of the note that show each of `classes_of`; "" where that is not known, or where it was rejected."""
    return [
        "" if one.status == "rejected" else quoted(one, view.text)
        for one in view.of_document
        if isinstance(one.value, str)
    ]


def quoted(fact: FactItem, text: str) -> str:
    """The words of `text` that show what a suggester said, in quotation marks; "" where that is not known."""
    spans = fact.suggestion.spans if fact.suggestion is not None else ()
    words = " … ".join(" ".join(span.of(text).split()) for span in spans)
    return f"“{visible(words, QUOTE_OF_PLACE)}”" if words else ""


def remarks_on(view: DocumentView) -> list[str]:
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
    return "" if fact.confidence is None else f" {fact.confidence:.2f}"
