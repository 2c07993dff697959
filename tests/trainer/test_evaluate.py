"""Evaluation: a model that knows the gold scores one, and what a person names is what is scored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from corpus_setup import Lay

from bioassist.documents import Span
from bioassist.errors import InputError, UsageError
from bioassist.schema import DocumentClass, EntityType
from bioassist.tasks import ner
from bioassist.tasks.classification import Classification
from bioassist.tasks.program import Answer, Program
from bioassist.tasks.qa import Writing
from trainer import evaluate, gold
from trainer.corpora.shelf import Shelf
from trainer.engine import Engine, engine
from trainer.rendering import Rendered

TYPES = [EntityType("Chemical"), EntityType("Disease")]
DEV = (
    "Naloxone\tB-Chemical\nreverses\tO\nheart\tB-Disease\nfailure\tI-Disease\n.\tO\n\n"
    "Type\tB-Disease\nII\tI-Disease\n-\tO\nno\tO\n\n"
)


class Oracle(Engine):
    """Answers by a text's words: what `labels` says of them, else the outside label."""

    def __init__(self, labels: dict[str, str]) -> None:
        self.labels = labels
        self.seconds, self.tokens, self.too_long = 0.0, 0, 0

    def run(self, programs: Iterable[Program]) -> Iterator[tuple[int, tuple[Answer, ...]]]:
        for number, program in enumerate(programs):
            self.seconds += 1.0
            self.tokens += 10
            answers = []
            previous = ""
            for piece in program.pieces:
                if hasattr(piece, "text"):
                    previous = piece.text.strip().removesuffix(" :")
                elif hasattr(piece, "options"):
                    answers.append(Answer(self.labels.get(previous, piece.options[0]), 0.75))
            yield number, tuple(answers)


def dev(lay: Lay, **more: object) -> tuple[list[gold.Windowed], list[EntityType]]:
    path = lay("dev.tsv", DEV) / "dev.tsv"
    return gold.documents(gold.named(f"iob:{path}"), Shelf(path.parent), renamed={}, **more)  # type: ignore[arg-type]


RIGHT = {"Naloxone": "\nChemical", "heart": "\nDisease", "failure": "\t", "Type": "\nDisease", "II": "\t"}


def test_who_knows_the_gold_scores_one(lay: Lay) -> None:
    documents, types = dev(lay)
    assert {entity.name for entity in types} == {"Chemical", "Disease"}
    found = evaluate.entities(Oracle(RIGHT), documents, types, "ner.inline")
    assert found.exact.micro.f1 == found.relaxed.micro.f1 == 1
    assert (found.documents, found.words, found.words_per_s) == (1, 9, 9.0)
    assert all(right for _, right in found.sure) and len(found.sure) == 3


def test_a_wrong_edge_is_half_right(lay: Lay) -> None:
    documents, types = dev(lay)
    found = evaluate.entities(Oracle({**RIGHT, "failure": ""}), documents, types, "ner.inline")
    assert (found.exact.micro.counts.hits, found.relaxed.micro.counts.hits) == (2, 3)
    assert found.exact.by_type["Disease"].f1 == 0.5 and found.exact.by_type["Chemical"].f1 == 1


def test_own_words_are_cut_by_us(lay: Lay) -> None:
    documents, _ = dev(lay, given_words=False)
    assert [len(window.words) for one in documents for window in one.windows] == [5, 4]
    with pytest.raises(UsageError, match="do not say what their words are"):
        path = lay("notes/a.txt", "No pain.\n") / "notes"
        lay("notes/a.ann", "T1\tSymptom 3 7\tpain\n")
        gold.documents(gold.named(f"brat:{path}"), Shelf(path), renamed={})


def test_types_are_renamed_chosen_and_described_as_they_were_learnt(lay: Lay) -> None:
    path = lay("dev.tsv", DEV) / "dev.tsv"
    data, shelf = gold.named(f"iob:{path}"), Shelf(path.parent)
    documents, types = gold.documents(data, shelf, renamed={"Disease": "Symptom"}, wanted=["Symptom"])
    assert [entity.name for entity in types] == ["Symptom"] and types[0].description
    assert {entity.type for one in documents for entity in one.entities} == {"Symptom"}
    _, types = gold.documents(data, shelf, renamed={"Disease": "Something", "Chemical": "Other"})
    assert {(entity.name, entity.description) for entity in types} == {("Something", ""), ("Other", "")}
    with pytest.raises(UsageError, match="no Gene"):
        gold.documents(data, shelf, renamed={}, wanted=["Gene"])


def test_a_corpus_by_its_name(lay: Lay) -> None:
    root = lay("ner/bc5cdr-both/devel.tsv", DEV)
    lay("ner/bc5cdr-both/train.tsv", DEV)
    documents, types = gold.documents(gold.named("corpus:bc5cdr-both"), Shelf(root, whole=False), renamed={})
    assert [entity.description[:5] for entity in types] == ["drugs", "disea"]
    assert len(documents[0].entities) == 3


@pytest.mark.parametrize(
    ("text", "said"),
    [("notes/", "FORMAT:PATH"), ("word:notes/", "FORMAT:PATH"), ("brat:", "FORMAT:PATH")],
)
def test_what_is_not_gold_data_is_said(text: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        gold.named(text)


def test_a_missing_file_and_a_corpus_without_entities_are_said(lay: Lay) -> None:
    root = lay(
        "notes/mts-dialog/MTS-Dialog-ValidationSet.csv", "ID,section_header,section_text,dialogue\n0,CC,Pain,D\n"
    )
    lay("notes/mts-dialog/MTS-Dialog-TrainingSet.csv", "ID,section_header,section_text,dialogue\n0,CC,Pain,D\n")
    with pytest.raises(InputError, match="no such file"):
        gold.documents(gold.named("iob:nowhere.tsv"), Shelf(root), renamed={})
    with pytest.raises(InputError, match="no entities"):
        gold.documents(gold.named("corpus:mts-dialog"), Shelf(root, whole=False), renamed={})


def samples(answers: list[tuple[str, ...]]) -> list[Rendered]:
    (one,) = ner.passes("ner.typed", TYPES)
    words = [Span(0, 1), Span(2, 3)]
    program = one.program("a b", words)
    return [Rendered(program, given, "corpus", f"d{n}", f"g{n}", "a b") for n, given in enumerate(answers)]


def test_decisions_are_compared_one_by_one() -> None:
    found = evaluate.decisions(Oracle({}), samples([(" O", " O"), (" B-Disease", " I-Disease")]))
    assert (found.scores.decisions, found.scores.accuracy, found.samples) == (4, 0.5, 2)
    assert [right for _, right in found.sure] == [True, True, False, False]


def test_a_random_choice_of_documents_is_the_same_every_time() -> None:
    every = list(range(100))
    assert evaluate.some(every, 10) == evaluate.some(every, 10) == sorted(evaluate.some(every, 10))
    assert evaluate.some(every, None) == every and evaluate.some(every, 200) == every


def test_the_real_engine_answers_every_program_and_counts_what_does_not_fit(tiny_model: Path) -> None:
    (one,) = ner.passes("ner.inline", TYPES)
    words = [Span(number * 2, number * 2 + 1) for number in range(3000)]
    text = "a " * 3000
    programs = [one.program(text, words[:count]) for count in (1, 5, 3000, 2)]
    with engine(tiny_model, threads=1) as running:
        found = dict(running.run(iter(programs)))
        assert {number: len(answers) for number, answers in found.items()} == {0: 1, 1: 5, 3: 2}
        assert running.too_long == 1 and running.tokens > 0 and running.seconds > 0


def test_classes_of_a_sample_are_compared_as_sets() -> None:
    task = Classification((DocumentClass("a"), DocumentClass("b")), many=True)
    program = task.program("x", [Span(0, 1)])
    answers = [(" yes", " no"), (" no", " no"), (" yes", " yes")]
    given = [Rendered(program, one, "corpus", f"d{n}", f"g{n}", "x") for n, one in enumerate(answers)]
    found = evaluate.decisions(Oracle({"a": " yes"}), given)
    # Found is {a} each time: right, wrong, and one of two.
    assert found.sample_f1 == pytest.approx((1 + 0 + 2 / 3) / 3)
    assert evaluate.decisions(Oracle({}), samples([(" O", " O")])).sample_f1 is None


def test_written_answers_are_compared_by_rouge(tiny_model: Path) -> None:
    task = Writing(8)
    given = [Rendered(task.program(f"What {n}?"), ("x",), "corpus", f"d{n}", f"g{n}", "x") for n in range(3)]
    with engine(tiny_model, threads=1) as running:
        written = dict(running.run(one.program for one in given))
        same = [replace(one, answers=(written[n][0].option,)) for n, one in enumerate(given)]
        right = evaluate.texts(running, same)
        wrong = evaluate.texts(running, given)
    assert right.rouge_l == 1 and right.samples == 3 and right.interval is not None and right.interval.low == 1
    assert wrong.rouge_l < 1 and wrong.tokens_per_s > 0
