"""Scores of single decisions against scikit-learn's, and probabilities against what they should be."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score, roc_auc_score

from bioassist.metrics import calibration, labels

LABELS = ["a", "b", "none"]
decided = st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=60)


@settings(deadline=None)
@given(decided)
def test_they_are_scikit_learns(pairs: list[tuple[str, str]]) -> None:
    gold, found = zip(*pairs, strict=True)
    mine = labels.score(pairs, nothing={"none"}, resamples=0)
    assert mine.accuracy == pytest.approx(accuracy_score(gold, found))
    counted = sorted({*gold, *found} - {"none"})
    if counted:
        theirs = [f1_score(gold, found, labels=counted, average=kind, zero_division=0) for kind in ("micro", "macro")]
        assert [mine.micro, mine.macro] == pytest.approx(theirs)
    assert labels.score(pairs, resamples=0).micro == pytest.approx(mine.accuracy)


def test_intervals_hold_the_figure_and_groups_make_them_wider() -> None:
    chance = random.Random(0)
    pairs, groups = [], []
    for group in range(30):
        right = chance.random() < 0.7
        pairs += [("a", "a" if right else "b")] * 10
        groups += [group] * 10
    apart, together = labels.score(pairs), labels.score(pairs, groups=groups)
    for one in (apart, together):
        assert one.accuracy_interval is not None
        assert one.accuracy_interval.low <= one.accuracy <= one.accuracy_interval.high
    assert apart.accuracy_interval is not None and together.accuracy_interval is not None
    assert (
        together.accuracy_interval.high - together.accuracy_interval.low
        > apart.accuracy_interval.high - apart.accuracy_interval.low
    )
    assert labels.score(pairs, groups=["one"] * len(pairs)).accuracy_interval is None


probabilities = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80)


@settings(deadline=None)
@given(probabilities)
def test_auroc_is_scikit_learns(predicted: list[tuple[float, bool]]) -> None:
    mine = calibration.auroc(predicted)
    if mine is None:
        assert len({right for _, right in predicted}) == 1
    else:
        assert mine == pytest.approx(roc_auc_score([right for _, right in predicted], [p for p, _ in predicted]))


@settings(deadline=None)
@given(probabilities)
def test_every_prediction_is_in_one_bin(predicted: list[tuple[float, bool]]) -> None:
    bins = calibration.reliability(predicted)
    assert sum(one.count for one in bins) == len(predicted)
    assert all(one.low - 1e-9 <= one.confidence <= one.high + 1e-9 for one in bins)
    assert 0 <= calibration.ece(predicted) <= 1


def test_calibration_error_is_the_gap_between_what_is_said_and_what_is_so() -> None:
    sure = [(0.9, True)] * 9 + [(0.9, False)]
    assert calibration.ece(sure) == pytest.approx(0)
    assert calibration.ece([(0.9, True)] * 5 + [(0.9, False)] * 5) == pytest.approx(0.4)
    assert calibration.auroc([(0.9, True), (0.1, False)]) == 1


def test_a_probability_that_is_no_number_does_not_stop_the_count() -> None:
    assert calibration.auroc([(float("nan"), True), (0.2, False), (float("nan"), False)]) is not None
