"""A project as big as one wants, made without an engine: notes of made-up sentences, suggestions on their words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from assistant.project.records import Suggestion, suggestion_id
from assistant.project.store import Project
from bench.memory import text
from bioassist.documents import Span, TextSource
from bioassist.reading import DecodedText
from bioassist.schema import built_in

LONG = "00000_long"
MODEL, PROGRAM = "bench", "ner.typed/bench"
_WORD = re.compile(r"[A-Za-z]{4,}(?: [a-z]{3,})?")


def make(folder: Path, documents: int, characters: int, suggestions: int) -> Path:
    """A project of one note of `characters` with `suggestions`, and `documents` - 1 short ones of 20 suggestions.

    The second half of the short ones waits to be read.
    """
    path = folder / "bench.bioassist"
    with Project.open(path, create=True, actor="bench") as project:
        project.set_schema(built_in())
        run = begin_run(project)
        with project.transaction():
            _add(project, run, LONG, text(0, characters), suggestions)
            for number in range(1, documents):
                waits = number > documents // 2
                _add(project, run, f"{number:05}_note", text(number, 1200), 0 if waits else 20)
    return path


def begin_run(project: Project) -> int:
    return project.begin_run(MODEL, "0" * 64, None, {"ner": PROGRAM}, project.schema.fingerprint, [], {})


def suggestions_of(text_sha: str, note: str, count: int, skip: int = 0) -> list[Suggestion]:
    """`count` suggestions on the words of a note, spread over all of it, without the first `skip` of them."""
    return list(islice(_suggestions(text_sha, note, count), skip, None))


def _suggestions(text_sha: str, note: str, count: int) -> Iterator[Suggestion]:
    labels = [entity.name for entity in built_in().entities]
    words = list(_WORD.finditer(note))
    for number in range(min(count, len(words))):
        match = words[number * len(words) // count if count < len(words) else number]
        label, spans = labels[number % len(labels)], (Span(*match.span()),)
        sure = 0.3 + (number * 37 % 70) / 100
        yield Suggestion(suggestion_id(text_sha, label, spans), label, spans, sure, "model", MODEL, PROGRAM, True)


def _add(project: Project, run: int, name: str, note: str, suggestions: int) -> None:
    row = project.add_document(name, DecodedText(note, TextSource(f"{name}.txt")))
    if suggestions:
        project.add_suggestions(row.id, run, suggestions_of(row.text_sha, note, suggestions))
        project.set_state(row.id, "ready", words=len(note.split()))
