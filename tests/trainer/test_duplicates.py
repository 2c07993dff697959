from __future__ import annotations

import random

from trainer.duplicates import Leakage, NearDuplicates

WORDS = [f"w{number}" for number in range(5000)]


def text(chance: random.Random, length: int = 60) -> str:
    return " ".join(chance.choices(WORDS, k=length))


def test_a_stretch_of_a_development_text_is_leaked_however_it_is_cut() -> None:
    chance = random.Random(0)
    first, second = text(chance), text(chance)
    leakage = Leakage([f"{first} {second}"])
    middle = " ".join(first.split()[40:] + second.split()[:20])
    assert leakage.holds(middle) and leakage.holds(first.upper())
    assert leakage.holds(middle + " and a few more words behind it")
    assert not leakage.holds(text(chance))
    assert not leakage.holds(" ".join(middle.split()[:12]) + " " + text(chance, 30))


def test_short_texts_leak_only_as_a_whole() -> None:
    leakage = Leakage(["No known drug allergies."])
    assert leakage.holds("no known drug allergies") and not leakage.holds("No known allergies.")


def test_near_duplicates_are_found_among_many_and_others_are_not() -> None:
    chance = random.Random(1)
    near = NearDuplicates()
    texts = [text(chance) for _ in range(300)]
    assert not any(near.seen(one, f"g{number}") for number, one in enumerate(texts))
    for number, one in enumerate(texts):
        changed = one.split()
        changed[chance.randrange(5, 55)] = "other"
        assert near.seen(" ".join(changed), "new"), number
        assert near.seen(one, "new")


def test_a_group_is_not_its_own_duplicate() -> None:
    near = NearDuplicates()
    assert not near.seen("the same sentence of one note", "a")
    assert not near.seen("the same sentence of one note", "a")
    assert near.seen("the same sentence of one note", "b")


def test_half_alike_is_not_a_duplicate() -> None:
    chance = random.Random(2)
    near = NearDuplicates()
    for number in range(200):
        one, other = text(chance, 30), text(chance, 30)
        near.seen(f"{one} {other}", f"a{number}")
        assert not near.seen(f"{one} {text(chance, 30)}", f"b{number}")
