"""The score interval of a share, against scipy's."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from bioassist.metrics.proportion import wilson


@given(trials=st.integers(1, 500), data=st.data())
def test_it_is_that_of_wilson(trials: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, trials))
    known = binomtest(successes, trials).proportion_ci(0.95, method="wilson")
    assert wilson(successes, trials) == pytest.approx((known.low, known.high), abs=1e-9)


def test_without_trials_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
