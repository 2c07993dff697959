from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioassist.documents import Entity, Span
from bioassist.schema import EntityType, built_in
from bioassist.tasks.confidence import Said
from bioassist.tasks.ner import FINGERPRINTS, Ner, inline, paper, typed
from bioassist.tasks.program import Answer, Choice, Program, Text, fingerprint

TYPES = (EntityType("Test"), EntityType("Test_result"), EntityType("Drug", "drugs by any name", model_label="Chemical"))
TYPED_NER = typed(TYPES)
INLINE_NER = inline(TYPES)
both = pytest.mark.parametrize("task", [TYPED_NER, INLINE_NER], ids=["typed", "inline"])
PAPER_NER = paper(EntityType("Disease", "diseases"))


def spans_of(text: str) -> list[Span]:
    found, start = [], 0
    for word in text.split(" "):
        found.append(Span(start, start + len(word)))
        start += len(word) + 1
    return found


words_of_text = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"]), min_size=1, max_size=6), min_size=1, max_size=12
)


@st.composite
def annotated(draw: st.DrawFn) -> tuple[str, list[Span], list[Entity]]:
    """A text, its words, and gold entities on word edges that do not overlap."""
    text = " ".join(draw(words_of_text))
    spans = spans_of(text)
    entities, place = [], 0
    while place < len(spans):
        length = draw(st.integers(0, min(3, len(spans) - place)))
        if length:
            kind = draw(st.sampled_from([entity.name for entity in TYPES]))
            entities.append(Entity(f"T{place}", kind, (Span(spans[place].start, spans[place + length - 1].end),)))
        place += max(length, 1)
    return text, spans, entities


@both
@settings(deadline=None)
@given(annotated())
def test_gold_rendered_and_read_back_is_the_gold(task: Ner, case: tuple[str, list[Span], list[Entity]]) -> None:
    text, spans, gold = case
    labels, left_out = task.answers(spans, gold)
    assert left_out == []
    program = task.program(text, spans)
    program.check()
    program.filled(labels)
    read = task.mentions(spans, [Answer(label, 1.0) for label in labels])
    assert [(m.type, m.span) for m in read] == [(entity.type, entity.spans[0]) for entity in gold]


@both
@settings(deadline=None)
@given(annotated(), st.data())
def test_nothing_outside_the_schema_can_come_out(
    task: Ner, case: tuple[str, list[Span], list[Entity]], data: st.DataObject
) -> None:
    """Whatever legal option is drawn at each choice, mentions are of the schema's types and lie on words."""
    text, spans, _ = case
    previous: str | None = None
    answers = []
    for choice in task.program(text, spans).choices:
        previous = data.draw(st.sampled_from(choice.legal(previous)))
        answers.append(Answer(previous, 0.5, {"other": 0.5}))
    starts, ends = {span.start for span in spans}, {span.end for span in spans}
    for mention in task.mentions(spans, answers):
        assert mention.type in {entity.name for entity in TYPES}
        assert mention.span.start in starts and mention.span.end in ends
        assert 0 <= mention.confidence <= 1
    begun = sum(answer.option.startswith((" B", "\n")) for answer in answers)
    assert len(task.mentions(spans, answers)) == begun


def test_inside_is_legal_only_behind_its_own_type() -> None:
    (first, second) = TYPED_NER.program("a b", spans_of("a b")).choices
    assert first.legal(None) == (" O", " B-Test", " B-Test_result", " B-Chemical")
    assert second.legal(" B-Test") == (*first.legal(None), " I-Test")
    assert second.legal(" I-Test_result") == (*first.legal(None), " I-Test_result")


def test_the_program_shows_words_and_labels_as_the_model_knows_them() -> None:
    text = "Take aspirin\n\n  daily"
    spans = [Span(0, 4), Span(5, 12), Span(16, 21)]
    labels, _ = TYPED_NER.answers(spans, [Entity("T1", "Drug", (Span(5, 12),))])
    filled = TYPED_NER.program(text, spans).filled(labels)
    assert filled.endswith("### Input:\nTake aspirin daily\n\n### Output:\nTake : O\naspirin : B-Chemical\ndaily : O\n")
    assert "Chemical (drugs by any name)" in filled


def test_inline_marks_stand_behind_the_words_of_mentions_alone() -> None:
    spans = spans_of("Take low dose aspirin daily")
    labels, _ = INLINE_NER.answers(spans, [Entity("T1", "Drug", (Span(5, 21),))])
    filled = INLINE_NER.program("Take low dose aspirin daily", spans).filled(labels)
    assert filled.endswith("### Output:\nTake low\nChemical dose\t aspirin\t daily ###")
    (first, second, *_) = INLINE_NER.program("Take low dose aspirin daily", spans).choices
    assert "\t" not in first.legal(None) and "\t" not in second.legal("")
    assert "\t" in second.legal("\nChemical") and "\t" in second.legal("\t")


def test_the_papers_program_asks_for_one_type_with_bare_labels() -> None:
    spans = spans_of("no diabetes mellitus")
    labels, _ = PAPER_NER.answers(spans, [Entity("T1", "Disease", (Span(3, 20),))])
    assert labels == [" O", " B", " I"]
    assert "diseases" in PAPER_NER.program("no diabetes mellitus", spans).filled(labels)


@pytest.mark.parametrize(
    "entity",
    [
        Entity("T1", "Test", (Span(0, 2), Span(6, 8))),
        Entity("T1", "Gene", (Span(0, 5),)),
        Entity("T1", "Test", (Span(1, 5),)),
        Entity("T1", "Test", (Span(0, 4),)),
    ],
    ids=["discontinuous", "unknown type", "starts inside a word", "ends inside a word"],
)
def test_gold_that_one_label_a_word_cannot_say_is_named(entity: Entity) -> None:
    labels, left_out = TYPED_NER.answers(spans_of("fever cough"), [entity])
    assert labels == [" O", " O"]
    assert left_out == [entity]


def test_of_two_that_overlap_the_longer_stays() -> None:
    spans = spans_of("chest pain today")
    short, long = Entity("T1", "Test", (Span(6, 10),)), Entity("T2", "Drug", (Span(0, 10),))
    labels, left_out = TYPED_NER.answers(spans, [short, long])
    assert labels == [" B-Chemical", " I-Chemical", " O"]
    assert left_out == [short]


def test_a_mention_is_as_sure_as_its_labels_and_its_edges_together() -> None:
    spans = spans_of("mild chest pain today")
    answers = [
        Answer(" O", 0.8, {" B-Test": 0.2}),
        Answer(" B-Test", 0.9, {" O": 0.1}),
        Answer(" I-Test", 0.7, {" O": 0.3}),
        Answer(" O", 0.5, {" B-": 0.1, " I-Test": 0.4}),
    ]
    (mention,) = TYPED_NER.mentions(spans, answers)
    assert mention.span == Span(5, 15) and mention.confidence == pytest.approx(0.9 * 0.7 * 0.6 * 0.8)
    assert mention.said == Said((0.9, 0.7), 0.1, 1 - 0.4, 1 - 0.2)


def test_a_mention_at_the_end_of_a_window_ends_there() -> None:
    (mention,) = INLINE_NER.mentions(spans_of("fever"), [Answer("\nChemical", 0.8, {"": 0.2})])
    assert mention.confidence == 0.8 and mention.said == Said((0.8,), 0.2, 1.0, 1.0)


def test_where_the_model_nearly_began_a_mention() -> None:
    spans = spans_of("had mild fever and a rash today")
    answers = [
        Answer("", 0.99, {"\n": 0.01}),
        Answer("", 0.7, {"\n": 0.3}),
        Answer("", 0.6, {"\n": 0.4}),
        Answer("", 0.95, {"\n": 0.05}),
        # In front of a mention that was found: a question of its edge.
        Answer("", 0.6, {"\n": 0.4}),
        Answer("\nTest", 0.6, {"": 0.4}),
        # Behind it: going on is no beginning.
        Answer("", 0.5, {"\n": 0.1, "\t": 0.4}),
    ]
    (near,) = INLINE_NER.near_misses(spans, answers, 0.2)
    assert (near.type, near.span) == (None, Span(4, 14)) and near.probability == pytest.approx(1 - 0.7 * 0.6)
    assert [one.span for one in INLINE_NER.near_misses(spans, answers, 0.35)] == [Span(9, 14)]
    assert INLINE_NER.near_misses(spans, answers, 0.45) == []


@pytest.mark.parametrize(
    ("task", "rivals", "type_"),
    [
        (PAPER_NER, {" B": 0.4}, "Disease"),
        (TYPED_NER, {" B-Chemical": 0.4, " B-Test": 0.1}, "Drug"),
        (TYPED_NER, {" B-": 0.5}, None),
        (TYPED_NER, {" B-Test": 0.5}, None),
    ],
    ids=["one type", "the likelier of two", "not told apart", "one that begins a longer one"],
)
def test_a_near_miss_has_a_type_where_the_model_said_one(
    task: Ner, rivals: dict[str, float], type_: str | None
) -> None:
    (near,) = task.near_misses([Span(0, 5)], [Answer(" O", 1 - sum(rivals.values()), rivals)], 0.3)
    assert near.type == type_


@both
@settings(deadline=None)
@given(annotated(), st.data())
def test_near_misses_are_outside_all_mentions(
    task: Ner, case: tuple[str, list[Span], list[Entity]], data: st.DataObject
) -> None:
    _, spans, gold = case
    labels, _ = task.answers(spans, gold)
    branch = "\n" if task is INLINE_NER else " B-"
    answers = [
        Answer(label, 1 - weight, {branch: weight} if label == task.outside else {task.outside: weight})
        for label in labels
        for weight in [data.draw(st.sampled_from([0.0, 0.1, 0.3, 0.45]))]
    ]
    near = task.near_misses(spans, answers, 0.2)
    taken = [mention.span for mention in task.mentions(spans, answers)]
    assert not any(one.span.overlaps(other) for one in near for other in taken)
    assert all(0.2 <= one.probability <= 1 for one in near)
    assert all(one.span.end < other.span.start for one, other in pairwise(near))


def test_fingerprints_name_task_and_template() -> None:
    assert all(value.startswith(f"{task}/1:") for task, value in FINGERPRINTS.items())
    assert len({value.split(":")[1] for value in FINGERPRINTS.values()}) == len(FINGERPRINTS) == 3
    assert fingerprint("t", 1, "a", "b") != fingerprint("t", 1, "ab")


def test_pieces_that_meet_inside_a_word_are_refused() -> None:
    with pytest.raises(ValueError, match="inside a word"):
        Program("t", "t/1", (Text("a"), Text("b"))).check()
    with pytest.raises(ValueError, match="no legal option"):
        Program("t", "t/1", (Text("a"), Choice("c", (" I",), {" I": frozenset([" B"])}))).check()


def test_an_illegal_answer_is_refused() -> None:
    program = TYPED_NER.program("a b", spans_of("a b"))
    with pytest.raises(ValueError, match="not legal"):
        program.filled([" O", " I-Test"])
    with pytest.raises(ValueError, match="fewer"):
        program.filled([" O"])


def test_the_built_in_schema_makes_a_program() -> None:
    typed(built_in().entities).program("a b", spans_of("a b")).check()
