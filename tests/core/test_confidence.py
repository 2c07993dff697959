"""Definitions of a mention's confidence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bioassist.tasks.confidence import DEFINITIONS, IN_USE, Said

probability = st.floats(0.01, 1.0)
said = st.builds(
    lambda labels, rival, ends, alone: Said(tuple(labels), rival * (1 - labels[0]), ends, alone),
    st.lists(probability, min_size=1, max_size=6),
    probability,
    probability,
    probability,
)
CHEST_PAIN = Said((0.8, 0.5), 0.15, 0.9, 0.75)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("span", 0.36),
        ("product", 0.4),
        ("weakest", 0.5),
        ("mean", 0.36 ** (1 / 3)),
        ("first", 0.8),
        ("bounds", 0.72),
        ("alone", 0.27),
        ("ahead", 0.8 / 0.95 * 0.5 * 0.9),
    ],
)
def test_what_each_makes_of_a_mention(name: str, value: float) -> None:
    assert DEFINITIONS[name](CHEST_PAIN) == pytest.approx(value)


def test_the_one_in_use_is_among_them() -> None:
    assert IN_USE in DEFINITIONS and len(DEFINITIONS) == 8


@given(said)
def test_each_is_a_probability_and_certainty_is_certain(one: Said) -> None:
    assert all(0 <= sure(one) <= 1 for sure in DEFINITIONS.values())
    certain = Said((1.0,) * len(one.labels), 0.0, 1.0, 1.0)
    assert all(sure(certain) == 1 for sure in DEFINITIONS.values())


@given(said)
def test_the_chain_is_no_surer_than_its_weakest_link(one: Said) -> None:
    assert DEFINITIONS["span"](one) <= DEFINITIONS["weakest"](one) + 1e-12
    assert DEFINITIONS["weakest"](one) <= DEFINITIONS["mean"](one) + 1e-12
