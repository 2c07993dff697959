"""What models are trained on is what `annotate` asks: the same programs for the same windows of the same documents."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from assistant.engine.asking import Asking
from assistant.engine.compile import Compiler
from assistant.engine.followups import FollowUps
from assistant.engine.machine import WINDOW_WORDS
from assistant.engine.units import FollowUp, Keys
from assistant.engine.windows import windows
from bioassist.documents import Document, Entity
from bioassist.schema import EntityType, Schema
from trainer.corpora import by_name
from trainer.corpora.samples import AnnotatedDocument
from trainer.corpora.shelf import Shelf
from trainer.mixture import MixtureSource, load
from trainer.rendering import Drawing, Rendered, render_source
from trainer.rendering.assertions import by_document

CORPUS = "maccrobat-clinical"


def source_of(task: str) -> MixtureSource:
    (found,) = (one for one in load("clinical").sources if (one.corpus, one.task) == (CORPUS, task))
    return found


def rendered(source: MixtureSource, shelf: Shelf) -> list[Rendered]:
    return list(render_source(source, shelf, "dev", Drawing(load("clinical"), "dev", random.Random(0))))


def asked(schema: Schema, document: Document, entities: list[Entity]) -> Iterator[FollowUp]:
    compiler = Compiler(lambda text: tuple(text.encode()), None)
    followups = FollowUps(Asking.of(schema, {}), compiler, Keys("m"), longest=10**6)
    for window in windows(document.text, WINDOW_WORDS):
        inside = [one for one in entities if window.start <= one.start and one.end <= window.end]
        if window.words:
            found = followups.of_entities(document.text, window, inside)
            yield from (unit for unit in found if isinstance(unit, FollowUp))


def texts(units: Iterator[FollowUp]) -> list[str]:
    """The programs as they stand before the model, with each first option for an answer."""
    programs = [one.program for unit in units for one in unit.programs]
    return [program.filled([choice.options[0] for choice in program.choices]) for program in programs]


def test_assertions(corpora: Path) -> None:
    shelf, source = Shelf(corpora), source_of("assertion")
    assert source.attribute is not None
    trained = rendered(source, shelf)
    found: list[str] = []
    for samples in by_document(CORPUS, shelf, "dev"):
        types = tuple(dict.fromkeys(one.target.type for one in samples))
        attribute = replace(source.attribute, on=types, suggest=True)
        schema = Schema("gold", entities=tuple(EntityType(name) for name in types), attributes=(attribute,))
        found += texts(asked(schema, samples[0].document, [one.target for one in samples]))
    expected = [one.program.filled([choice.options[0] for choice in one.program.choices]) for one in trained]
    assert len(expected) > 100 and found == expected


def test_pairs_within_sentences(corpora: Path) -> None:
    shelf, source = Shelf(corpora), source_of("re.pairs")
    relations = tuple(replace(one, reach="sentence", suggest=True) for one in source.relations)
    trained = rendered(source, shelf)
    expected: dict[str, list[str]] = {}
    for one in trained:
        text = one.program.filled([choice.options[0] for choice in one.program.choices])
        expected.setdefault(one.document, []).append(text)
    same = number = 0
    for sample in shelf.open(by_name(CORPUS), "dev"):
        assert isinstance(sample, AnnotatedDocument)
        document = sample.document
        schema = Schema("gold", entities=tuple(map(EntityType, by_name(CORPUS).types)), relations=relations)
        found = texts(asked(schema, document, list(document.entities)))
        number += len(found)
        same += len(set(found) & set(expected.get(document.name, ())))
    # Sentences that the corpus ends elsewhere make other lines; what they join over windows training shows by itself.
    assert number > 300 and same > 0.9 * number, (same, number)
