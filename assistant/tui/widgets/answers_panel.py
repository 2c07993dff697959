"""The answers of annotators to one question, side by side, and what gold has there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.table import Table
from rich.text import Text
from textual.app import RenderResult
from textual.widget import Widget

from assistant.project.facts import aims, label_of
from assistant.project.state import Item
from assistant.review.team.answers import Answers, Question
from assistant.tui.glyphs import visible

KINDS = {
    "missing": "somebody has nothing here",
    "type": "the same words, other labels",
    "extent": "the same label, other edges",
    "both": "other labels and other edges",
    "fact": "said by some of them",
}
NOTHING = "—"
LONGEST = 40  # cells of a mention's words


@dataclass(frozen=True, slots=True)
class Asked:
    """What is on the screen: a question by its place among all (None: there is none), what gold has there, and how much
    waits to be taken over since all agree on it."""

    answers: Answers
    place: int | None
    gold: Sequence[str]
    agreed: int
    text: str


class AnswersPanel(Widget):
    ALLOW_SELECT = False
    COMPONENT_CLASSES = {"answers--faint", "answers--settled"}  # noqa: RUF012 (typed by Textual)

    def __init__(self) -> None:
        super().__init__(id="answers")
        self._asked: Asked | None = None

    def show(self, asked: Asked) -> None:
        self._asked = asked
        self.refresh(layout=True)

    def render(self) -> RenderResult:
        asked = self._asked
        if asked is None or not asked.answers.sides:
            return Text("Nobody but gold has decided anything on this note.")
        faint = self.get_component_rich_style("answers--faint", partial=True)
        settled = self.get_component_rich_style("answers--settled", partial=True)
        questions = asked.answers.questions
        left = sum(not one.settled for one in questions)
        head = Text(f"{left} of {len(questions)} questions left", no_wrap=True, overflow="ellipsis")
        head.append(
            f" · {asked.agreed} agreed to take over (a)" if asked.agreed else " · what all agree on is taken", faint
        )
        whole = Table.grid(expand=True)
        whole.add_row(head)
        if asked.place is None:
            names = ", ".join(visible(name) for name in asked.answers.annotators)
            whole.add_row(Text(f"{names}: no differences", style=faint))
            return whole
        question = questions[asked.place]
        sign = ("✓ settled", settled) if question.settled else ("○ open", faint)
        whole.add_row(Text.assemble(f"{asked.place + 1}. {KINDS[question.kind]}  ", sign))
        columns = Table(expand=True, box=None, padding=(0, 1, 0, 0), pad_edge=False)
        for number, side in enumerate(asked.answers.sides, 1):
            title = Text(f"{number} {visible(side.annotator)}", style=Style(bold=True))
            title.append("" if side.done else " (not done)", faint)
            columns.add_column(title, ratio=1, overflow="fold")
        columns.add_column(Text("gold", style=settled + Style(bold=True)), ratio=1, overflow="fold")
        told = [self._said(question, number, asked) for number in range(len(asked.answers.sides))]
        gold = Text("\n".join(asked.gold) or (NOTHING if question.settled else "?"))
        columns.add_row(*(Text(one) for one in told), gold)
        whole.add_row(columns)
        return whole

    def _said(self, question: Question, number: int, asked: Asked) -> str:
        if question.kind != "fact":
            return "\n".join(item_in_words(item, asked.text) for item in question.said[number]) or NOTHING
        fact = question.facts[number]
        if fact is None:
            return NOTHING
        items = {item.id: item for side in asked.answers.sides for item in side.items.values()}
        about = [items[target].of(asked.text) for target in aims(fact.value) if target in items]
        return " ".join([label_of(fact.value), *(f"({visible(one, LONGEST)})" for one in about)])


def item_in_words(item: Item, text: str) -> str:
    return f"{item.type}: {visible(' '.join(item.of(text).split()), LONGEST)}"
