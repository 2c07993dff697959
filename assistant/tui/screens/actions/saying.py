"""What is said of the span in focus and of the note: relations, attributes, classes, terminologies, remarks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from assistant.project.records import Reference
from assistant.review.saying.classes import ClassChoice
from assistant.review.saying.relations import RelationChoice
from assistant.suggesters.looking_up import terminologies
from assistant.suggesters.term_index import TermIndex, read_index
from assistant.tui.glyphs import visible
from assistant.tui.screens.actions.deciding import Deciding
from assistant.tui.screens.menu import Chosen, Entry, Menu, sign_of, sure_of
from assistant.tui.screens.normalization_dialog import NormalizationDialog
from assistant.tui.screens.remark_dialog import RemarkDialog
from assistant.tui.screens.workbench import Refusal
from assistant.tui.widgets.inspecting.telling import quoted

T = TypeVar("T")

WORDS = 24  # code points of a mention in a menu
QUERY = 80  # of a mention that is looked up


class Saying(Deciding):
    """Menus are made anew each time; what is chosen in them is one action."""

    def action_accept_fact(self) -> None:
        self._decide(self.session.accept_fact, "nothing waits that is said of it, or of the note")

    def action_reject_fact(self) -> None:
        self._decide(self.session.reject_fact, "nothing waits that is said of it, or of the note")

    def _about(self, ask: Callable[[], T]) -> T | None:
        """What the session answers about the focus; None, and it is told, without a focus or where it refuses."""
        view = self.session.current
        if view is None or view.focused is None:
            self.status.say("nothing in focus to say this of")
            return None
        answer = self.attempt(ask)
        return None if isinstance(answer, Refusal) else answer

    # relations

    def action_relation(self) -> None:
        found = self._about(self.session.partners)
        if found is None:
            return
        partners = {item.id for item in found}
        if not partners:
            self.status.say("there is no span here that it can be related to")
        elif self.note.ask_hint(partners, self._related):
            self.status.say("relate it to: type the letters of a span; esc leaves")
        else:
            self.status.say("no span in view that it can be related to")

    def _related(self, other_id: str) -> None:
        self.status.say("")
        choices = self.attempt(lambda: self.session.relation_choices(other_id))
        if isinstance(choices, Refusal):
            return
        if len(choices) == 1 and (choices[0].held is None or not choices[0].held.kept):
            self._relate(other_id, choices, choices[0], beside=True)
            return

        def chosen(answer: Chosen | None) -> None:
            if answer is not None:
                self._relate(other_id, choices, choices[answer.place], beside=answer.capital)

        hint = "a letter relates them"
        if any(one.held is not None and one.held.kept for one in choices):
            hint = "changes it, takes out ✓ and +; a capital adds"
        self.app.push_screen(Menu("Relation", [self._told(one) for one in choices], hint), chosen)

    def _told(self, choice: RelationChoice) -> Entry:
        view = self.session.current
        text = view.text if view is not None else ""
        first, second = (f"“{visible(item.of(text), WORDS)}”" for item in (choice.first, choice.second))
        return Entry(choice.type, sign_of(choice.held), f"{first} → {second} {sure_of(choice.held)}".rstrip())

    def _relate(
        self, other_id: str, choices: Sequence[RelationChoice], choice: RelationChoice, *, beside: bool
    ) -> None:
        """Take out what holds; change the one that holds to what was chosen, unless that is to stand `beside` it."""
        kept = [one.held for one in choices if one.held is not None and one.held.kept]
        held = choice.held
        to_focus = choice.first.id == other_id
        if held is not None and held.kept:
            self._decide(lambda: self.session.reject_fact(held.id))
        elif len(kept) == 1 and not beside:
            self._decide(lambda: self.session.retype_relation(kept[0].id, other_id, choice.type, to_focus=to_focus))
        else:
            self._decide(lambda: self.session.relate(other_id, choice.type, to_focus=to_focus))

    # attributes and classes

    def action_attributes(self) -> None:
        choices = self._about(self.session.attribute_choices)
        if choices is None:
            return
        if not choices:
            self.status.say("the schema has no attribute for this type")
            return

        def chosen(answer: Chosen | None) -> None:
            if answer is not None:
                one = choices[answer.place]
                self._decide(lambda: self.session.toggle_attribute(one.type, one.value))

        entries = [
            Entry(
                one.type if one.value is None else one.value,
                sign_of(one.held),
                f"{'' if one.value is None else one.type} {sure_of(one.held)}".strip(),
                one.key if one.value is None else "",
            )
            for one in choices
        ]
        self.app.push_screen(Menu("Attributes", entries, "a letter sets it, or takes it away"), chosen)

    def action_classes(self) -> None:
        view = self.session.current
        choices = self.session.class_choices() if view is not None else []
        if view is None or not choices:
            self.status.say("the schema has no classes of notes")
            return

        def chosen(answer: Chosen | None) -> None:
            if answer is not None:
                self._decide(lambda: self.session.toggle_class(choices[answer.place].name))

        entries = [Entry(one.name, sign_of(one.held), _class(one, view.text), one.key) for one in choices]
        self.app.push_screen(Menu("Classes of this note", entries, "a letter sets it, or takes it away"), chosen)

    # terminologies

    def action_normalize(self) -> None:
        meanings = self._about(self.session.meanings)
        view = self.session.current
        if meanings is None or view is None or view.focused is None:
            return
        words = " ".join(view.focused.of(view.text).split())[:QUERY]
        files = terminologies(self.session.project, view.focused.type)
        dialog = NormalizationDialog(words, meanings, files, self._read_terms)

        def chosen(reference: Reference | None) -> None:
            if reference is not None:
                self._decide(lambda: self.session.toggle_meaning(reference))

        self.app.push_screen(dialog, chosen)

    def _read_terms(self, path: Path) -> TermIndex:
        """Called on the dialog's thread; a file that was read is kept as long as the screen."""
        if path not in self._terms:
            self._terms[path] = read_index(path)
        return self._terms[path]

    @cached_property
    def _terms(self) -> dict[Path, TermIndex]:
        return {}

    # remarks

    def action_span_note(self) -> None:
        text = self._about(self.session.span_note)
        if text is not None:
            self._remark("Note on the span", text, document=False)

    def action_document_note(self) -> None:
        if self.session.current is not None:
            self._remark("Note on the whole note", self.session.document_note(), document=True)

    def _remark(self, title: str, text: str, *, document: bool) -> None:
        def written(answer: str | None) -> None:
            if answer is not None:
                write = self.session.note_document if document else self.session.note_span
                self._decide(lambda: write(answer), "nothing was changed")

        self.app.push_screen(RemarkDialog(title, text), written)


def _class(choice: ClassChoice, text: str) -> str:
    place = quoted(choice.held, text) if choice.held is not None else ""
    return " ".join(filter(None, (sure_of(choice.held), choice.description, place)))
