"""The scripted annotator: it reaches the gold with real keys, and counts them."""

from __future__ import annotations

import random
from pathlib import Path

from bench.effort import Found, Row, measure, spoiled
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


def begun(folder: Path, found: Found, bulk: float | None = None) -> Row:
    document = Windowed("letter", TEXT, "letter", tuple(GOLD), ())
    return measure("begun", folder / "effort.bioassist", [document], TYPES, [found], bulk)


def right() -> Found:
    return [(one.type, one.spans[0], 0.95) for one in GOLD]


def test_what_is_right_takes_a_key_each(tmp_path: Path) -> None:
    row = begun(tmp_path, right())
    assert row.f1 == 1.0
    assert dict(row.effort.kinds) == {"accept": 5}
    assert dict(row.effort.labels) == {"Symptom": 3, "Medication": 2}


def test_a_label_an_edge_and_one_too_many_are_mended(tmp_path: Path) -> None:
    found = right()
    found[1] = ("Symptom", found[1][1], 0.5)
    found[3] = ("Symptom", Span(GOLD[3].start - 4, GOLD[3].end), 0.5)
    fever = TEXT.index("fever")
    found.append(("Symptom", Span(fever, fever + 5), 0.4))
    effort = begun(tmp_path, found).effort
    assert (effort.kinds["accept"], effort.kinds["reject"]) == (3, 1)
    assert effort.kinds["mend"] == 2, "a digit, and the left edge in by a word"
    assert effort.kinds["add"] == 0


def test_from_nothing_each_is_selected(tmp_path: Path) -> None:
    effort = begun(tmp_path, []).effort
    assert effort.kinds["add"] >= 3 * len(GOLD), "v, a move or a label at the least"
    assert set(effort.kinds) <= {"add", "move"}


def test_many_at_once_takes_the_keys_of_the_dialog(tmp_path: Path) -> None:
    effort = begun(tmp_path, right(), bulk=0.9).effort
    assert effort.kinds["accept"] == 0 and effort.kinds["bulk"] == len("A0.90") + 1
    assert effort.screens >= 3, "the note, the dialog, the note"


def test_spoiled_gold_has_about_the_f1_that_was_asked_for() -> None:
    hits = suggested = wanted = 0
    for seed in range(200):
        found = set(spoiled(GOLD, TEXT, ["Medication", "Symptom"], 0.85, random.Random(seed)))
        hits += len({(label, span) for label, span, _ in found} & {(one.type, one.spans[0]) for one in GOLD})
        suggested += len(found)
        wanted += len(GOLD)
    assert 0.82 < 2 * hits / (suggested + wanted) < 0.88
