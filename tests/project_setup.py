"""Projects for tests: notes written with their suggestions marked in them, and what a person then sees.

`The patient denies <Symptom 0.9>chest pain</Symptom>.` is a note with one suggestion of probability 0.9.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from assistant.project.records import Suggestion, suggestion_id
from assistant.project.state import Item
from assistant.project.store import Project
from assistant.review.session import ReviewSession
from bioassist.documents import Span, TextSource
from bioassist.reading import DecodedText
from bioassist.schema import loads

SCHEMA = loads(
    """
    name = "ward"
    [[entities]]
    name = "Symptom"
    [[entities]]
    name = "Disease"
    [[entities]]
    name = "Medication"
    """
)

_TAG = re.compile(r"<(/?)([A-Z]\w*)(?: ([0-9.]+))?>")


def marked(markup: str) -> tuple[str, list[tuple[str, Span, float]]]:
    """The text, and (label, span, probability) of each mark in it."""
    text, last = "", 0
    found: list[tuple[str, Span, float]] = []
    opened: list[tuple[str, int, float]] = []
    for tag in _TAG.finditer(markup):
        text += markup[last : tag.start()]
        last = tag.end()
        if tag.group(1):
            label, start, probability = opened.pop()
            assert label == tag.group(2)
            found.append((label, Span(start, len(text)), probability))
        else:
            opened.append((tag.group(2), len(text), float(tag.group(3) or 0.5)))
    assert not opened
    return text + markup[last:], found


def plain_words(text: str) -> list[Span]:
    return [Span(*match.span()) for match in re.finditer(r"\w+|[^\w\s]", text)]


def decoded(text: str, name: str = "note") -> DecodedText:
    return DecodedText(text, TextSource(f"{name}.txt"))


class Ward:
    """A project and what an engine would do to it."""

    def __init__(self, folder: Path, actor: str = "ann") -> None:
        self.path = folder / "notes.bioassist"
        self.project = Project.open(self.path, create=True, actor=actor)
        self.project.set_schema(SCHEMA)
        self.begin("small-1")

    def begin(self, model: str) -> None:
        self.model = model
        self.run = self.project.begin_run(model, "0" * 64, None, {"ner": "f1"}, SCHEMA.fingerprint, ["Symptom"], {})

    def note(self, markup: str, name: str = "note") -> int:
        text, marks = marked(markup)
        row = self.project.add_document(name, decoded(text, name))
        self.suggest(row.id, marks)
        self.project.set_state(row.id, "ready", words=len(plain_words(text)))
        return row.id

    def suggest(self, document_id: int, marks: Iterable[tuple[str, Span | tuple[Span, ...], float]]) -> None:
        self.project.add_suggestions(document_id, self.run, list(self.suggestions(document_id, marks)))

    def suggestions(
        self, document_id: int, marks: Iterable[tuple[str, Span | tuple[Span, ...], float]]
    ) -> Iterable[Suggestion]:
        sha = self.project.document(document_id).text_sha
        for label, where, probability in marks:
            spans = (where,) if isinstance(where, Span) else where
            yield Suggestion(
                suggestion_id(sha, label, spans),
                label,
                spans,
                probability,
                "model",
                self.model,
                "f1",
                label != "Disease",
            )

    def read_again(self, document_id: int, markup: str, model: str) -> None:
        """Another model goes over the note and suggests what is marked."""
        text, marks = marked(markup)
        assert text == self.project.text(document_id)
        self.begin(model)
        self.suggest(document_id, marks)
        self.project.supersede_suggestions(document_id, keep_run=self.run)

    def review(self, document_id: int, actor: str | None = None) -> ReviewSession:
        session = ReviewSession(self.project, actor, words=plain_words)
        session.open(document_id)
        return session

    def reopen(self) -> Project:
        self.project.close()
        self.project = Project.open(self.path, actor="ann")
        return self.project


def seen(session: ReviewSession) -> list[str]:
    """What a person sees, such as "accepted Symptom: chest pain"; the item in focus with a star."""
    view = session.current
    assert view is not None
    return [("*" if item.id == view.focus else "") + told(item, view.text) for item in view.items]


def told(item: Item, text: str) -> str:
    return f"{item.status} {item.type}: {item.of(text)}"
