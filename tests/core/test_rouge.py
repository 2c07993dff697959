from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bioassist.metrics.rouge import rouge_l

texts = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=9)


def longest(first: tuple[str, ...], second: tuple[str, ...]) -> int:
    """The definition, by recursion."""

    @cache
    def common(i: int, j: int) -> int:
        if i == len(first) or j == len(second):
            return 0
        if first[i] == second[j]:
            return 1 + common(i + 1, j + 1)
        return max(common(i + 1, j), common(i, j + 1))

    return common(0, 0)


@settings(deadline=None)
@given(texts, texts)
def test_it_is_the_f1_of_the_longest_common_subsequence(gold: list[str], found: list[str]) -> None:
    score = rouge_l(" ".join(gold), " ".join(found))
    if gold and found:
        common = longest(tuple(gold), tuple(found))
        precision, recall = common / len(found), common / len(gold)
        assert score == pytest.approx(2 * precision * recall / (precision + recall) if common else 0.0)
    else:
        assert score == float(gold == found)


def test_case_and_signs_do_not_count() -> None:
    assert rouge_l("Take aspirin, daily.", "take ASPIRIN daily") == 1
    assert rouge_l("Take aspirin daily", "aspirin was taken") == pytest.approx(1 / 3)
