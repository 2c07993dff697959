"""Confidence on gold data: one reading, every definition, every calibration, every threshold of near misses."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import asdict

import pytest
from corpus_setup import Lay

from bioassist.cli import scores
from bioassist.documents import Entity, Span
from bioassist.metrics.calibrating import Decided, cross_validated
from bioassist.metrics.calibration import ece, reliability
from bioassist.schema import AttributeType, EntityType
from bioassist.tasks.assertion import Assertion
from bioassist.tasks.confidence import DEFINITIONS
from bioassist.tasks.program import Answer, Choice, Program, Text
from trainer import confidence, evaluate, gold
from trainer.corpora.shelf import Shelf
from trainer.engine import Engine
from trainer.rendering import Rendered
from trainer.windowing import Windowed

DEV = (
    "Naloxone\tB-Chemical\nreverses\tO\nheart\tB-Disease\nfailure\tI-Disease\n.\tO\n\n"
    "Mild\tO\nasthma\tB-Disease\nand\tO\nmigraine\tB-Disease\nwas\tO\nfound\tO\n.\tO\n\n"
)
# What the model decides at a word, with what it says of its rivals.
SAID = {
    "Naloxone": Answer("\nChemical", 0.9, {"": 0.1}),
    "heart": Answer("\nDisease", 0.8, {"": 0.2}),
    "failure": Answer("\t", 0.7, {"": 0.3}),
    "found": Answer("\nDisease", 0.6, {"": 0.4}),
    "asthma": Answer("", 0.65, {"\n": 0.35}),
    "migraine": Answer("", 0.9, {"\n": 0.1}),
    "was": Answer("", 0.75, {"\n": 0.25}),
}


class Scripted(Engine):
    """Says what `SAID` has for a word, and nothing of all others."""

    def __init__(self) -> None:
        self.seconds, self.tokens, self.too_long = 1.0, 10, 0

    def run(self, programs: Iterable[Program]) -> Iterator[tuple[int, tuple[Answer, ...]]]:
        for number, program in enumerate(programs):
            answers, before = [], ""
            for piece in program.pieces:
                if isinstance(piece, Text):
                    before = piece.text.strip()
                elif isinstance(piece, Choice):
                    answers.append(SAID.get(before, Answer("", 1.0)))
            yield number, tuple(answers)


@pytest.fixture
def observed(lay: Lay) -> confidence.Observed:
    path = lay("dev.tsv", DEV) / "dev.tsv"
    documents, types = gold.documents(gold.named(f"iob:{path}"), Shelf(path.parent), renamed={}, window_words=6)
    seen = confidence.Observed()
    confidence.observe(Scripted(), documents, renamed(types), "ner.inline", seen)
    return seen


def renamed(types: list[EntityType]) -> list[EntityType]:
    return [EntityType(entity.name, entity.description, model_label=entity.name) for entity in types]


def test_every_mention_is_judged_once_with_what_was_said_of_it(observed: confidence.Observed) -> None:
    told = [(one.label, one.said.labels, one.right) for one in observed.judged]
    assert told == [
        ("Chemical", (0.9,), True),
        ("Disease", (0.8, 0.7), True),
        ("Disease", (0.6,), False),
    ]
    assert (observed.documents, observed.words) == (2, 12)
    assert len({one.group for one in observed.judged}) == 2


def test_all_definitions_are_scored_from_the_same_answers(observed: confidence.Observed) -> None:
    rows = {row.name: row for row in confidence.definitions(observed)}
    assert list(rows) == list(DEFINITIONS)
    # The chain of two is less sure than what is wrong; its first label alone is surer.
    assert (rows["span"].auroc, rows["first"].auroc) == (0.5, 1.0)
    assert [one.probability for one in observed.decided("product")] == [0.9, pytest.approx(0.56), 0.6]
    assert {row.name for row in confidence.methods(observed.decided())} >= {"as given", "Platt by label", "isotonic"}


def test_near_misses_are_compared_with_what_was_missed_altogether(observed: confidence.Observed) -> None:
    assert observed.missed == 2
    rows = {row.threshold: row for row in confidence.near_misses(observed)}
    assert list(rows) == sorted(confidence.THRESHOLDS, reverse=True)
    assert rows[0.4].per_1000_words == 0 and rows[0.4].recall == 0
    assert rows[0.3].per_1000_words == pytest.approx(1000 / 12) and rows[0.3].precision == 1 and rows[0.3].recall == 0.5
    # At 0.2 "was" would be one too, but the mention behind it begins there; at 0.1 it is one with "migraine" before it.
    assert rows[0.2].recall == 0.5 and rows[0.1].recall == 0.5


def test_a_calibration_says_whose_it_is_and_what_it_was_made_of(observed: confidence.Observed) -> None:
    made = confidence.calibration(
        observed.decided(), observed.documents, "ner.inline/1:0", {"name": "m"}, ["corpus:x (dev)"]
    )
    assert (made.definition, made.decisions, made.documents) == ("alone", 3, 2)
    assert {label: curve.decisions for label, curve in made.labels.items()} == {"Chemical": 1, "Disease": 2}
    assert made.source == ("corpus:x (dev)",) and made.fingerprint.startswith("calibration/1:")


def test_documents_of_several_sources_add_up(lay: Lay) -> None:
    path = lay("dev.tsv", DEV) / "dev.tsv"
    documents, types = gold.documents(gold.named(f"iob:{path}"), Shelf(path.parent), renamed={}, window_words=6)
    seen = confidence.Observed()
    for one in (documents, documents[:1]):
        confidence.observe(Scripted(), one, types, "ner.inline", seen)
    assert len(seen.judged) == 5 and seen.documents == 3 and seen.words == 17
    assert seen.near[0.3] == (1, 1, 1)


def test_windowed_documents_need_no_gold(lay: Lay) -> None:
    path = lay("dev.tsv", DEV) / "dev.tsv"
    documents, types = gold.documents(gold.named(f"iob:{path}"), Shelf(path.parent), renamed={}, window_words=6)
    bare = [Windowed(one.name, one.text, one.group, (), one.windows) for one in documents]
    seen = confidence.Observed()
    confidence.observe(Scripted(), bare, types, "ner.inline", seen)
    assert not any(one.right for one in seen.judged) and seen.missed == 0
    assert [row.recall for row in confidence.near_misses(seen)] == [0.0] * len(confidence.THRESHOLDS)


def test_evaluation_says_what_the_probabilities_are_worth_as_they_are_shown(observed: confidence.Observed) -> None:
    made = confidence.calibration(observed.decided(), 2, "ner.inline/1:0", {"name": "m"}, [])
    given = [(one.label, one.probability, one.right) for one in observed.decided()]
    told = scores.calibrated_figures(given, made)["calibrated"]
    assert told["fingerprint"] == made.fingerprint and told["suggestions"] == 3
    sure = [(made.of(label, probability), right) for label, probability, right in given]
    assert told["ece"] == pytest.approx(ece(sure)) and told["ece"] != pytest.approx(ece([one[1:] for one in given]))
    assert scores.calibrated_figures(given, None) == {}


def test_the_picture_is_of_the_probabilities_that_are_shown(observed: confidence.Observed) -> None:
    made = confidence.calibration(observed.decided(), 2, "ner.inline/1:0", {"name": "m"}, [])
    given = [(one.label, one.probability, one.right) for one in observed.decided()]
    as_given = reliability([one[1:] for one in given])
    bare = {"reliability": [asdict(one) for one in as_given]}
    assert scores.shown(bare) == (as_given, "as the model gives it")
    bins, which = scores.shown({**bare, **scores.calibrated_figures(given, made)})
    sure = [(made.of(label, probability), right) for label, probability, right in given]
    assert bins == reliability(sure) != as_given and which == f"calibrated by {made.fingerprint}"


def test_each_source_has_the_error_of_the_fit_to_all() -> None:
    """Reports are half as often right as abstracts at the same probability; apart, each can be fitted well."""
    chance = random.Random(3)

    def found(source: str, share: float) -> list[Decided]:
        sure = [(f"{source}-{number % 30}", chance.uniform(0.2, 1)) for number in range(900)]
        return [Decided("Disease", group, given, chance.random() < given * share) for group, given in sure]

    sources = [("abstracts", found("a", 1.0)), ("reports", found("r", 0.5)), ("one note", found("n", 1.0)[::30])]
    rows = confidence.by_source(sources)
    assert [(row.name, row.suggestions) for row in rows] == [("abstracts", 900), ("reports", 900), ("one note", 30)]
    abstracts, reports, note = rows
    assert abstracts.right == sum(one.right for one in sources[0][1])
    assert abstracts.given < 0.05 < reports.given and min(abstracts.together, reports.together) > 0.08
    assert max(abstracts.alone or 1, reports.alone or 1) < 0.06 and note.alone is None
    # All together they are what the calibration promises.
    everything = [one for _, decided in sources for one in decided]
    pairs = cross_validated(everything)
    assert abstracts.together == pytest.approx(ece(pairs[:900])) and note.together == pytest.approx(ece(pairs[-30:]))
    assert ece(pairs) < 0.06


def asked(answers: list[str]) -> Rendered:
    """Mentions of a note with what holds of each."""
    attribute = AttributeType("Assertion", on=("Disease",), values=("negated", "possible"), default="present")
    task = Assertion(attribute)
    text = "no asthma , perhaps gout , croup"
    words = [Span(start, end) for start, end in ((0, 2), (3, 9), (10, 11), (12, 19), (20, 24), (25, 26), (27, 32))]
    mentions = [Entity(f"T{place}", "Disease", (words[at],)) for place, at in enumerate((1, 4, 6))]
    return Rendered(task.program(text, words, mentions), tuple(answers), "corpus", "d", "g", text)


def test_of_other_tasks_what_would_be_suggested_is_judged() -> None:
    class Saying(Scripted):
        def run(self, programs: Iterable[Program]) -> Iterator[tuple[int, tuple[Answer, ...]]]:
            for number, _ in enumerate(programs):
                yield number, (Answer(" negated", 0.9), Answer(" negated", 0.6), Answer(" present", 0.8))

    found = evaluate.decisions(Saying(), [asked([" negated", " possible", " negated"])])
    # That something is as it is by default is no suggestion.
    assert [(one.label, one.probability, one.right) for one in found.suggested] == [
        ("negated", 0.9, True),
        ("negated", 0.6, False),
    ]
    made = confidence.calibration(found.suggested, 1, "assertion/1:0", {"name": "m"}, [])
    assert made.definition == "answer" and made.labels["negated"].decisions == 2
