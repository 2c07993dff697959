from __future__ import annotations

import random
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioassist.documents import Entity, Span
from bioassist.metrics.bootstrap import Interval, draws, interval
from bioassist.metrics.spans import Counts, exact, inclusive, relaxed, score, score_tags, tagged_mentions


def mention(start: int, end: int, type_: str = "Disease", name: str = "T1") -> Entity:
    return Entity(name, type_, (Span(start, end),))


mentions = st.lists(
    st.builds(
        lambda start, length, type_: mention(start, start + length, type_),
        st.integers(0, 12),
        st.integers(1, 5),
        st.sampled_from(["Disease", "Drug"]),
    ),
    max_size=5,
)

CASES = {
    "the same": ([(0, 4)], [(0, 4)], 1, 1),
    "longer": ([(0, 4)], [(0, 6)], 0, 1),
    "adjacent": ([(0, 4)], [(4, 8)], 0, 0),
    "one over two": ([(0, 4), (5, 8)], [(0, 8)], 0, 1),
    "two in one": ([(0, 8)], [(0, 4), (5, 8)], 0, 1),
    "twice the same": ([(0, 4)], [(0, 4), (0, 4)], 1, 1),
    "a chain": ([(0, 4), (3, 8)], [(2, 6), (0, 3)], 0, 2),
}


@pytest.mark.parametrize("case", CASES)
def test_hits(case: str) -> None:
    gold, predicted, same, sharing = CASES[case]
    wanted, found = [mention(*one) for one in gold], [mention(*one) for one in predicted]
    sizes = len(set(predicted)), len(set(gold))
    assert exact(wanted, found) == {"Disease": Counts(same, *sizes)}
    assert relaxed(wanted, found) == {"Disease": Counts(sharing, *sizes)}


def test_types_are_told_apart() -> None:
    gold, predicted = [mention(0, 4, "Disease")], [mention(0, 4, "Drug")]
    apart = {"Disease": Counts(0, 0, 1), "Drug": Counts(0, 1, 0)}
    assert exact(gold, predicted) == apart and relaxed(gold, predicted) == apart


def test_every_fragment_of_a_discontinuous_entity_counts() -> None:
    whole = Entity("T1", "Disease", (Span(0, 4), Span(9, 12)))
    other_order = Entity("T7", "Disease", (Span(9, 12), Span(0, 4)))
    assert exact([whole], [other_order])["Disease"].hits == 1
    assert exact([whole], [mention(0, 12)])["Disease"].hits == 0
    # The gap between the fragments is not part of it.
    assert relaxed([whole], [mention(5, 8)])["Disease"].hits == 0
    assert relaxed([whole], [mention(3, 5)])["Disease"].hits == 1


@settings(deadline=None)
@given(mentions, mentions)
def test_relaxed_finds_as_many_pairs_as_there_can_be(gold: list[Entity], predicted: list[Entity]) -> None:
    counted = relaxed(gold, predicted)
    for type_ in ("Disease", "Drug"):
        wanted = list({one.spans: one for one in gold if one.type == type_}.values())
        found = list({one.spans: one for one in predicted if one.type == type_}.values())
        few, many = sorted((wanted, found), key=len)
        most = max(
            sum(one.overlaps(other) for one, other in zip(few, chosen, strict=True))
            for chosen in permutations(many, len(few))
        )
        assert counted.get(type_, Counts()).hits == most
        assert counted.get(type_, Counts()).hits >= exact(gold, predicted).get(type_, Counts()).hits


@settings(deadline=None)
@given(mentions)
def test_gold_against_itself_is_perfect(gold: list[Entity]) -> None:
    for count in (exact, relaxed):
        scores = score([(gold, gold)], count)
        assert scores.micro.f1 == (1.0 if gold else 0.0) and scores.micro.counts.hits == scores.micro.counts.gold


def test_micro_adds_up_and_macro_weighs_types_alike() -> None:
    gold = [mention(0, 1, "Drug"), *(mention(place, place + 1) for place in range(1, 4))]
    predicted = [mention(0, 1, "Drug"), mention(1, 2), mention(8, 9)]
    scores = score([(gold[:2], predicted[:2]), (gold[2:], predicted[2:])], resamples=0)
    assert scores.micro.counts == Counts(2, 3, 4)
    assert (scores.micro.precision, scores.micro.recall) == (2 / 3, 2 / 4)
    assert scores.micro.f1 == pytest.approx(4 / 7)
    assert scores.by_type["Drug"].f1 == 1.0 and scores.by_type["Disease"].f1 == pytest.approx(2 / 5)
    assert scores.macro_f1 == pytest.approx((1 + 2 / 5) / 2)
    assert scores.micro.f1_interval is None


def found_at(rate: float, documents: int, seed: int) -> list[tuple[list[Entity], list[Entity]]]:
    chance = random.Random(seed)
    return [([mention(0, 4)], [mention(0, 4)] if chance.random() < rate else [mention(0, 3)]) for _ in range(documents)]


def test_intervals_hang_on_the_seed_alone() -> None:
    documents = found_at(0.7, 60, 1)
    assert score(documents, seed=5) == score(documents, seed=5)
    assert score(documents, seed=5).micro.f1_interval != score(documents, seed=6).micro.f1_interval


def test_intervals_hold_the_truth_about_95_times_in_100() -> None:
    held = 0
    for seed in range(100):
        between = score(found_at(0.7, 80, seed), resamples=200, seed=seed).micro.recall_interval
        assert between is not None
        held += between.low <= 0.7 <= between.high
    assert 88 <= held <= 100


def test_sentences_of_one_document_are_drawn_together() -> None:
    sentences = [pair for pair in found_at(0.5, 30, 3) for _ in range(10)]
    alone = score(sentences).micro.f1_interval
    together = score(sentences, groups=[place // 10 for place in range(300)]).micro.f1_interval
    assert alone is not None and together is not None
    assert together.high - together.low > 2 * (alone.high - alone.low)


def test_one_document_has_no_interval() -> None:
    assert score([([mention(0, 4)], [])]).micro.f1_interval is None
    assert score([]).micro.counts == Counts()


def test_a_rare_type_is_judged_by_the_resamples_it_is_in() -> None:
    documents = [([mention(0, 4, "Drug")], [mention(0, 4, "Drug")])] * 2 + [([mention(0, 4)], [mention(0, 4)])] * 40
    assert score(documents).by_type["Drug"].f1_interval == Interval(1.0, 1.0)


def test_percentiles_are_those_of_numpy() -> None:
    numpy = pytest.importorskip("numpy")
    values = [random.Random(7).random() for _ in range(3)] + [0.1, 0.9, 0.5, 0.2]
    between = interval(values)
    assert [between.low, between.high] == pytest.approx(list(numpy.percentile(values, [2.5, 97.5])))


def test_draws_are_as_many_as_there_are_documents() -> None:
    drawn = list(draws(7, 50, seed=1))
    assert len(drawn) == 50 and all(sum(times) == 7 and len(times) == 7 for times in drawn)


TAGGED = {
    "O B-Drug I-Drug O": [("Drug", 1, 3)],
    "B-Drug B-Drug": [("Drug", 0, 1), ("Drug", 1, 2)],
    "O I-Drug I-Drug": [],
    "B-Drug I-Dose I-Drug": [("Drug", 0, 1)],
    "I-Drug B-Drug I-Drug": [("Drug", 1, 3)],
    "B I O B": [("_", 0, 2), ("_", 3, 4)],
    "B-I-Drug I-I-Drug": [("I-Drug", 0, 2)],
    "": [],
}


@pytest.mark.parametrize("tags", TAGGED)
def test_strict_iob2_mentions(tags: str) -> None:
    assert tagged_mentions(tags.split()) == TAGGED[tags]


def test_tags_that_are_none_and_lengths_that_differ_are_refused() -> None:
    for bad in ("E-Drug", "O-Drug", "", "drug"):
        with pytest.raises(ValueError, match="not an IOB2 tag"):
            tagged_mentions(["O", bad])
    with pytest.raises(ValueError, match="2 gold tags and 1 predicted"):
        score_tags([["O", "O"]], [["O"]])


tag = st.sampled_from(["O", "O", "B-Drug", "I-Drug", "B-Dose", "I-Dose"])
sentences = st.lists(st.lists(st.tuples(tag, tag), min_size=1, max_size=9), min_size=1, max_size=4)


@settings(deadline=None, max_examples=40)
@given(sentences)
@pytest.mark.filterwarnings("ignore")
def test_scores_by_tags_are_those_of_seqeval(drawn: list[list[tuple[str, str]]]) -> None:
    metrics = pytest.importorskip("seqeval.metrics")
    scheme = pytest.importorskip("seqeval.scheme")
    gold = [[one for one, _ in sentence] for sentence in drawn]
    predicted = [[other for _, other in sentence] for sentence in drawn]
    ours = score_tags(gold, predicted, resamples=0)
    options = {"mode": "strict", "scheme": scheme.IOB2, "zero_division": 0}
    assert ours.micro.precision == pytest.approx(metrics.precision_score(gold, predicted, **options))
    assert ours.micro.recall == pytest.approx(metrics.recall_score(gold, predicted, **options))
    assert ours.micro.f1 == pytest.approx(metrics.f1_score(gold, predicted, **options))
    if ours.by_type:
        report = metrics.classification_report(gold, predicted, output_dict=True, **options)
        for type_, one in ours.by_type.items():
            assert [one.precision, one.recall, one.f1] == pytest.approx(
                [report[type_]["precision"], report[type_]["recall"], report[type_]["f1-score"]]
            )


def test_ends_for_nervaluate_are_those_of_the_last_character() -> None:
    assert inclusive([mention(0, 4), mention(4, 5, "Drug")]) == [
        {"label": "Disease", "start": 0, "end": 3},
        {"label": "Drug", "start": 4, "end": 4},
    ]
    for entity in (Entity("T1", "Disease", (Span(0, 4), Span(6, 8))), mention(4, 4)):
        with pytest.raises(ValueError, match="T1"):
            inclusive([entity])


def test_adjacent_spans_do_not_overlap_for_nervaluate_either() -> None:
    nervaluate = pytest.importorskip("nervaluate")

    def partial(gold: list[dict[str, str | int]], predicted: list[dict[str, str | int]]) -> tuple[int, int]:
        results = nervaluate.Evaluator([gold], [predicted], tags=["Disease"], loader="dict").evaluate()
        one = results["overall"]["partial"]
        return one.partial, one.missed

    gold, predicted = [mention(0, 4)], [mention(4, 8)]
    assert partial(inclusive(gold), inclusive(predicted)) == (0, 1)
    # With half-open ends it would see an overlap, which is what `inclusive` is for.
    half_open: list[list[dict[str, str | int]]] = [
        [{"label": "Disease", "start": one.start, "end": one.end} for one in side] for side in (gold, predicted)
    ]
    assert partial(*half_open) == (1, 0)


@settings(deadline=None, max_examples=60)
@given(mentions, mentions)
def test_exact_scores_are_nervaluates_strict_ones(gold: list[Entity], predicted: list[Entity]) -> None:
    nervaluate = pytest.importorskip("nervaluate")
    wanted, found = separate(gold), separate(predicted)
    tags = ["Disease", "Drug"]
    results = nervaluate.Evaluator([inclusive(wanted)], [inclusive(found)], tags=tags, loader="dict").evaluate()
    strict = results["overall"]["strict"]
    ours = score([(wanted, found)]).micro
    assert ours.counts.hits == strict.correct
    assert [ours.precision, ours.recall, ours.f1] == pytest.approx([strict.precision, strict.recall, strict.f1])


def separate(entities: list[Entity]) -> list[Entity]:
    """Those that overlap none before them: how nervaluate pairs overlapping ones is its own affair."""
    kept: list[Entity] = []
    for entity in sorted(entities, key=lambda one: (one.start, one.end)):
        if not any(entity.overlaps(other) for other in kept):
            kept.append(entity)
    return kept
