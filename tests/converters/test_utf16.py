"""Offsets as JavaScript counts them are those of UTF-16."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from converters.utf16 import Utf16

texts = st.text(st.sampled_from("aé\u0301م\ufffd😀𝔸\U0010ffff"), max_size=20)


@given(texts)
def test_every_offset_has_its_units_and_back(text: str) -> None:
    counted = Utf16(text)
    for offset in range(len(text) + 1):
        units = len(text[:offset].encode("utf-16-le")) // 2
        assert counted.units(offset) == units
        assert counted.code_points(units) == offset
    assert bool(counted) == (counted.units(len(text)) != len(text))


@given(texts)
def test_between_the_two_units_of_a_character_is_nowhere(text: str) -> None:
    counted = Utf16(text)
    whole = {counted.units(offset) for offset in range(len(text) + 1)}
    for inside in set(range(counted.units(len(text)))) - whole:
        with pytest.raises(ValueError, match="inside a character"):
            counted.code_points(inside)


def test_past_the_end_stays_past_the_end() -> None:
    assert Utf16("a😀").code_points(5) == 4
