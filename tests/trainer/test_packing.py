"""Which samples are learned together: every one once an epoch, in packs that are never too long."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioassist.errors import InputError
from trainer.packing import packed, plan, rows

lengths_of = st.lists(st.integers(1, 60), min_size=1, max_size=60)


@given(lengths_of, st.integers(20, 80), st.integers(20, 200), st.integers(1, 3), st.integers(0, 3))
def test_each_epoch_has_each_sample_that_fits_once(
    lengths: list[int], pack: int, step: int, epochs: int, seed: int
) -> None:
    fitting = Counter(row for row, length in enumerate(lengths) if length <= pack)
    if not fitting:
        with pytest.raises(InputError, match="fits into a pack"):
            plan(lengths, pack_tokens=pack, step_tokens=step, epochs=epochs, seed=seed)
        return
    made = plan(lengths, pack_tokens=pack, step_tokens=step, epochs=epochs, seed=seed)
    assert made.too_long == len(lengths) - sum(fitting.values())
    assert made == plan(lengths, pack_tokens=pack, step_tokens=step, epochs=epochs, seed=seed)
    for epoch in range(epochs):
        steps = [one for one in made.steps if one.epoch == epoch]
        assert Counter(row for one in steps for each in one.packs for row in each) == fitting
    for one in made.steps:
        assert all(sum(lengths[row] for row in each) <= pack for each in one.packs)
        assert one.tokens == sum(lengths[row] for each in one.packs for row in each)


@given(lengths_of, st.integers(10, 500))
def test_a_budget_is_overshot_by_less_than_a_sample(lengths: list[int], budget: int) -> None:
    made = plan(lengths, pack_tokens=60, step_tokens=64, epochs=1, budget_tokens=budget)
    assert made.tokens == sum(lengths) if sum(lengths) <= budget else budget <= made.tokens < budget + max(lengths)


def test_a_budget_of_half_the_data_is_half_an_epoch() -> None:
    assert plan([10] * 20, pack_tokens=50, step_tokens=50, epochs=0.5).tokens == 100


def test_epochs_come_in_different_orders() -> None:
    made = plan(list(range(1, 30)), pack_tokens=30, step_tokens=30, epochs=2)
    first, second = ([one.packs for one in made.steps if one.epoch == epoch] for epoch in (0, 1))
    assert first != second


@given(lengths_of)
def test_packs_are_filled(lengths: list[int]) -> None:
    packs = packed(range(len(lengths)), lengths, 60)
    assert len(packs) <= 2 * -(-sum(lengths) // 60), "first fit leaves no two packs half empty"


def test_places_of_decisions_are_before_the_decided_tokens() -> None:
    made = rows([([5, 6, 7], [False, False, True]), ([8, 9], [True, True])])
    assert made.ids.tolist() == [[5, 6, 7, 8, 9]]
    assert made.positions.tolist() == [[0, 1, 2, 0, 1]]
    assert made.ends == (3, 5)
    # Nothing is before 8, the first of its sample, so nothing decides it.
    assert made.keep.tolist() == [1, 3]
    assert made.labels.tolist() == [7, 9]
