"""The tasks beside entities: gold rendered and read back is the gold, and nothing outside the schema can come out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioassist.documents import Entity, Span
from bioassist.schema import AttributeType, DocumentClass, RelationType, built_in
from bioassist.tasks.assertion import Assertion
from bioassist.tasks.classification import Classification
from bioassist.tasks.fingerprints import FINGERPRINTS
from bioassist.tasks.lines import Naming
from bioassist.tasks.nli import Inference
from bioassist.tasks.program import Answer, Free
from bioassist.tasks.qa import Choosing, Writing
from bioassist.tasks.relations import Marked, Pairs
from bioassist.tasks.render import WORDINGS
from bioassist.tasks.renderings import RENDERINGS
from bioassist.words import words

TEXT = "Aspirin caused bleeding.\nNo rash on aspirin; aspirin was stopped for the bleeding."
CAUSES = RelationType("Causes", ("Drug",), ("Problem",), "brings about", model_label="Causing")
TREATS = RelationType("Treats", ("Drug",), ("Problem",))
WITH = RelationType("Given_with", ("Drug",), ("Drug",), symmetric=True)
RELATIONS = Pairs((CAUSES, TREATS, WITH))
ENTITIES = (
    Entity("T1", "Drug", (Span(0, 7),)),
    Entity("T2", "Problem", (Span(15, 23),)),
    Entity("T3", "Problem", (Span(28, 32),)),
    Entity("T4", "Drug", (Span(44, 51),)),
)


def test_legal_pairs_are_those_of_the_schema_and_symmetric_ones_come_once() -> None:
    pairs = [(head.id, tail.id) for head, tail in RELATIONS.pairs(ENTITIES)]
    assert pairs == [("T1", "T2"), ("T1", "T3"), ("T4", "T2"), ("T4", "T3"), ("T1", "T4")]


def test_pairs_of_a_sentence_are_asked_first_and_a_relation_may_reach_no_further() -> None:
    sentences = [ENTITIES[:2], ENTITIES[2:]]
    every = [(head.id, tail.id) for head, tail in RELATIONS.candidates(sentences)]
    assert every == [("T1", "T2"), ("T4", "T3"), ("T1", "T3"), ("T4", "T2"), ("T1", "T4")]
    near = Pairs([replace(relation, reach="sentence") for relation in (CAUSES, TREATS)] + [WITH])
    pairs = [(head.id, tail.id) for head, tail in near.candidates(sentences)]
    assert pairs == [("T1", "T2"), ("T4", "T3"), ("T1", "T4")], "WITH alone reaches over the sentence"


@settings(deadline=None)
@given(st.data())
def test_relations_rendered_and_read_back_are_the_gold(data: st.DataObject) -> None:
    pairs = list(RELATIONS.pairs(ENTITIES))
    gold: list[str | None] = []
    for head, tail in pairs:
        names = [relation.name for relation in RELATIONS.legal(head.type, tail.type)]
        gold.append(data.draw(st.sampled_from([None, *names])))
    program = RELATIONS.program(TEXT, words(TEXT), pairs)
    program.check()
    answers = RELATIONS.answers(pairs, gold)
    program.filled(answers)
    read = RELATIONS.relations(pairs, [Answer(answer, 0.9) for answer in answers])
    wanted = [(name, head, tail) for (head, tail), name in zip(pairs, gold, strict=True) if name]
    assert [(one.type, one.head, one.tail) for one in read] == wanted


def test_pairs_are_named_by_their_words_and_by_which_of_the_like_ones_they_are() -> None:
    pairs = [(ENTITIES[3], ENTITIES[1])]
    filled = RELATIONS.program(TEXT, words(TEXT), pairs).filled([" none"])
    assert filled.endswith("### Output:\naspirin (2) > bleeding (1) : none\n")
    assert "Causing (brings about); Treats" in filled


def test_a_mention_in_fragments_is_named_by_its_own_words() -> None:
    text = "left and right arm"
    assert Naming(text, words(text)).name((Span(0, 4), Span(15, 18))) == "left arm"
    with pytest.raises(ValueError, match="no word"):
        Naming(text, words(text)).name((Span(30, 34),))


def test_the_papers_form_marks_the_two_mentions_and_leaves_the_rest() -> None:
    task = Marked("gene", "disease", [("Positive", "they are related"), ("Negative", "")])
    program = task.program("BRCA1 and cancer", Span(0, 5), Span(10, 16))
    program.check()
    assert program.filled(["Positive"]).endswith("@GENE$ and @DISEASE$\n\n### Output:\nPositive\n")
    with pytest.raises(ValueError, match="overlap"):
        task.program("BRCA1 and cancer", Span(0, 5), Span(4, 16))


@settings(deadline=None)
@given(st.data())
def test_assertions_rendered_and_read_back_are_the_gold(data: st.DataObject) -> None:
    task = Assertion(AttributeType("Assertion", ("Problem",), ("negated", "possible"), "present"))
    mentions = task.mentions(ENTITIES)
    assert [mention.id for mention in mentions] == ["T2", "T3"]
    gold = [data.draw(st.sampled_from([None, "negated", "possible"])) for _ in mentions]
    program = task.program(TEXT, words(TEXT), mentions)
    program.check()
    answers = task.answers(gold)
    program.filled(answers)
    read = task.attributes(mentions, [Answer(answer, 0.8) for answer in answers])
    expected = [(mention, value) for mention, value in zip(mentions, gold, strict=True) if value]
    assert [(one.entity, one.value) for one in read] == expected


def test_a_binary_attribute_is_yes_or_no_and_has_no_value() -> None:
    task = Assertion(AttributeType("Chronic", ("Problem",)))
    (read,) = task.attributes([ENTITIES[1]], [Answer(" yes", 0.7)])
    assert (read.type, read.value) == ("Chronic", None)
    assert not task.attributes([ENTITIES[1]], [Answer(" no", 0.7)])


CLASSES = (DocumentClass("letter", "between clinicians"), DocumentClass("note", model_label="progress_note"))


def test_one_class_is_chosen() -> None:
    task = Classification(CLASSES)
    program = task.program("Dear colleague", words("Dear colleague"))
    program.check()
    assert program.choices[0].options == ("letter", "progress_note")
    assert program.filled(task.answers(["note"])).endswith("### Output:\nprogress_note\n")
    assert task.found([Answer("progress_note", 0.6)]) == [("note", 0.6)]
    with pytest.raises(ValueError, match="unpack"):
        task.answers(["letter", "note"])


def test_of_many_classes_any_number_may_hold() -> None:
    task = Classification(CLASSES, many=True)
    program = task.program("Dear colleague", words("Dear colleague"))
    program.check()
    answers = task.answers(["note"])
    assert program.filled(answers).endswith("letter : no\nprogress_note : yes\n")
    assert task.found([Answer(answer, 0.9) for answer in answers]) == [("note", 0.9)]
    assert task.answers([]) == [" no", " no"]


def test_inference_offers_the_labels_that_a_corpus_uses() -> None:
    task = Inference(("contradiction", "entailment"))
    program = task.program("No fever.", "The patient\nhas a fever.")
    program.check()
    assert program.choices[0].options == ("entailment", "contradiction")
    assert "neutral" not in program.filled(["entailment"])
    assert "Statement: The patient has a fever." in program.filled(["entailment"])


def test_questions_are_chosen_or_written() -> None:
    program = Choosing(("yes", "no", "maybe")).program("Does it help?", "It helped.")
    program.check()
    assert program.filled(["maybe"]).endswith("Question: Does it help?\nText: It helped.\n\n### Output:\nmaybe\n")
    written = Writing(64).program("What is asthma?")
    written.check()
    assert written.pieces[-1] == Free("answer", 64)
    assert "Text:" not in written.filled(["A disease."])


@pytest.mark.parametrize("wording", range(WORDINGS))
def test_every_wording_lists_the_labels_and_has_the_same_fingerprint(wording: int) -> None:
    tasks = [
        (Pairs((CAUSES, TREATS), wording), ("Causing", "Treats")),
        (Assertion(built_in().attributes[0], wording), ("present", "negated", "historical")),
        (Classification(CLASSES, wording=wording), ("letter", "progress_note")),
        (Classification(CLASSES, many=True, wording=wording), ("letter", "progress_note")),
        (Inference(wording=wording), ("entailment", "neutral", "contradiction")),
        (Choosing(("yes", "no"), wording), ("yes", "no")),
    ]
    for task, labels in tasks:
        assert all(label in task.instruction for label in labels)
        assert FINGERPRINTS[task.task] == task.fingerprint


def test_every_program_is_a_rendering_of_one_task() -> None:
    assert sorted(program for programs in RENDERINGS.values() for program in programs) == sorted(FINGERPRINTS)
    assert all(program.split(".")[0] == task for task, programs in RENDERINGS.items() for program in programs)
