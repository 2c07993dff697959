"""The scripted annotator: it reaches the gold with real keys, and counts them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.course import Effort
from bench.effort import ORDERS, Begun, Near, Row, measure, told
from bench.spoiling import Found, spoiled
from bioassist.documents import Entity, Span
from bioassist.schema import EntityType
from trainer.windowing import Windowed

TEXT = (
    "Mrs Brown was admitted with severe chest pain.\nShe was given aspirin and clopidogrel, and had no fever.\n"
    "On day two the chest pain had gone; clopidogrel was stopped for a rash.\n"
)
TYPES = [EntityType("Medication"), EntityType("Symptom")]


def gold(*mentions: tuple[str, str, int]) -> list[Entity]:
    """Mentions by label, words, and which of their occurrences."""
    found = []
    for number, (label, words, occurrence) in enumerate(mentions):
        start = -1
        for _ in range(occurrence):
            start = TEXT.index(words, start + 1)
        found.append(Entity(f"T{number}", label, (Span(start, start + len(words)),)))
    return found


GOLD = gold(
    ("Symptom", "chest pain", 1),
    ("Medication", "aspirin", 1),
    ("Medication", "clopidogrel", 1),
    ("Symptom", "chest pain", 2),
    ("Symptom", "rash", 1),
)


def begun(
    folder: Path, *found: Found, bulk: float | None = None, order: str = "note by note", near: Sequence[Near] = ()
) -> Row:
    """As many letters as there are lists of what was suggested."""
    letters = [Windowed(f"letter {number}", TEXT, "letter", tuple(GOLD), ()) for number in range(len(found))]
    return measure(Begun("begun", found, near, bulk), folder / "effort.bioassist", letters, TYPES, order)


def right(sure: float = 0.95) -> Found:
    return [(one.type, one.spans[0], sure) for one in GOLD]


def faulty() -> Found:
    """One of another label, one a word too long, one too many, and the rash left out."""
    found = right()[:4]
    found[1] = ("Symptom", found[1][1], 0.5)
    found[3] = ("Symptom", Span(GOLD[3].start - 4, GOLD[3].end), 0.6)
    fever = TEXT.index("fever")
    return [*found, ("Symptom", Span(fever, fever + 5), 0.4)]


def test_what_is_right_takes_a_key_each(tmp_path: Path) -> None:
    row = begun(tmp_path, right())
    assert row.f1 == 1.0
    assert dict(row.effort.kinds) == {"accept": 5}
    assert dict(row.effort.labels) == {"Symptom": 3, "Medication": 2}


def test_a_label_an_edge_and_one_too_many_are_mended(tmp_path: Path) -> None:
    effort = begun(tmp_path, [*faulty(), right()[4]]).effort
    assert (effort.kinds["accept"], effort.kinds["reject"]) == (3, 1)
    assert effort.kinds["mend"] == 2, "a digit, and the left edge in by a word"
    assert effort.kinds["add"] == 0


def test_from_nothing_each_is_selected_and_the_same_words_come_with_it(tmp_path: Path) -> None:
    effort = begun(tmp_path, []).effort
    assert set(effort.kinds) <= {"add", "move", "repeat"}
    # clopidogrel is there once more, and that is not in the gold.
    assert effort.kinds["repeat"] == 1
    assert effort.kinds["add"] >= 3 * (len(GOLD) - 1), "v, a move or a label at the least"


def test_each_is_selected_where_that_is_wanted(tmp_path: Path) -> None:
    letter = Windowed("letter", TEXT, "letter", tuple(GOLD), ())
    effort = measure(Begun("begun", [[]], repeat=False), tmp_path / "effort.bioassist", [letter], TYPES).effort
    assert "repeat" not in effort.kinds and effort.kinds["add"] >= 3 * len(GOLD)


def test_many_at_once_takes_the_keys_of_the_dialog(tmp_path: Path) -> None:
    effort = begun(tmp_path, right(), bulk=0.9).effort
    assert effort.kinds == {"bulk": 2}, "A and enter: 0.90 is there already"
    assert effort.screens >= 3, "the note, the dialog, the note"


def test_many_at_once_in_all_letters(tmp_path: Path) -> None:
    effort = begun(tmp_path, right(), right(0.7), right(), bulk=0.8).effort
    assert effort.kinds == {"bulk": len("A") + 1 + len("0.80") + 1, "note": 2, "accept": 5}


@pytest.mark.parametrize("order", ORDERS)
def test_every_order_leads_to_the_gold_of_all_letters(order: str, tmp_path: Path) -> None:
    rash = GOLD[4]
    near: list[Near] = [[(Span(rash.start, rash.end), "Symptom", 0.4)], [], []]
    row = begun(tmp_path, faulty(), right(0.8), faulty(), order=order, near=near)
    effort = row.effort
    assert (row.gold, row.hits, row.suggested) == (15, 9, 15)
    assert effort.kinds["accept"] == 9 and effort.kinds["reject"] == 2 and effort.kinds["mend"] == 4
    assert effort.after(1.0) == (1.0, 1.0)
    assert effort.after(0.0) == (0.0, pytest.approx(2 * 9 / 30))
    chosen = {"note by note": 0, "label by label": 4, "near-misses": 4}
    assert effort.kinds["queue"] == chosen.get(order, 2), "O and what it is chosen by"
    # A queue in the order of reading opens the notes by itself.
    assert effort.kinds["note"] <= 4 and (order == "note by note") <= (effort.kinds["note"] == 2)
    assert f"| begun | {order} | 0.600 | {effort.keys} |" in told([row])


def test_the_least_certain_first_mends_more_with_the_first_half_of_the_keys(tmp_path: Path) -> None:
    letters = [right(), right(), right(), faulty()]
    by_file = begun(tmp_path / "file", *letters, order="file").effort
    uncertain = begun(tmp_path / "uncertain", *letters, order="uncertain").effort
    assert uncertain.after(0.4)[1] > by_file.after(0.4)[1]


def test_the_course_counts_what_stands_over_all_documents() -> None:
    effort = Effort()
    aspirin, rash, fever = ("Medication", 0, 7), ("Symptom", 9, 13), ("Symptom", 20, 25)
    effort.stands(1, {aspirin, rash}, set(), {aspirin, fever})
    effort.stands(2, {fever}, set(), set())
    for key in ("accept", "reject"):
        effort.press(key, "Symptom", screen=False)
        effort.stands(1, {aspirin, rash}, {aspirin}, {fever} if key == "accept" else set())
    assert effort.after(0.0) == (0.0, 2 * 1 / (3 + 2))
    assert effort.after(0.5) == (1 / 3, 2 * 1 / (3 + 2))
    assert effort.after(1.0) == (1 / 3, 2 * 1 / (3 + 1))


def test_spoiled_gold_has_the_f1_that_was_asked_for() -> None:
    hits = suggested = wanted = 0
    for seed in range(200):
        found = set(spoiled(GOLD, TEXT, ["Medication", "Symptom"], 0.85, random.Random(seed)))
        right_ones = {(label, span) for label, span, _ in found} & {(one.type, one.spans[0]) for one in GOLD}
        assert len(right_ones) >= len(GOLD) - 1, "three quarters of a mention of five are wrong"
        hits += len(right_ones)
        suggested += len(found)
        wanted += len(GOLD)
    assert 0.82 < 2 * hits / (suggested + wanted) < 0.88
