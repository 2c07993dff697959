"""The keys that labels have on the review screen, for brat."""

from __future__ import annotations

from bioassist.schema import loads
from converters.brat.conf import Configuration
from converters.brat.conf_lines import read_conf
from converters.formats import LABEL_KEYS


def shortcuts(entities: str, *label_keys: str) -> dict[str, str]:
    configuration = Configuration(loads(f'name = "w"\n{entities}'), label_keys or LABEL_KEYS)
    content = configuration.files()["kb_shortcuts.conf"]
    assert not configuration.findings
    return {
        line.content.key: line.content.type  # type: ignore[union-attr]
        for line in read_conf(content.encode(), "kb_shortcuts.conf")
        if line.content is not None
    }


def test_a_label_has_its_letter_else_its_number() -> None:
    entities = (
        '[[entities]]\nname = "Drug"\nkey = "d"\n[[entities]]\nname = "Dose"\n[[entities]]\nname = "Test"\nkey = "T"\n'
    )
    assert shortcuts(entities) == {"D": "Drug", "2": "Dose", "S-T": "Test"}


def test_a_number_that_another_label_has_for_a_key_stays_with_that() -> None:
    assert shortcuts('[[entities]]\nname = "Drug"\n[[entities]]\nname = "Dose"\nkey = "1"\n') == {"1": "Dose"}


def test_from_the_tenth_on_there_are_no_numbers() -> None:
    entities = "".join(f'[[entities]]\nname = "T{number}"\n' for number in range(12))
    assert shortcuts(entities) == {str(number): f"T{number - 1}" for number in range(1, 10)}


def test_keys_that_a_person_chose_take_the_place_of_numbers() -> None:
    entities = "".join(f'[[entities]]\nname = "{name}"\n' for name in ("Drug", "Dose", "Test"))
    assert shortcuts(entities, "y", "f8,W", "3") == {"Y": "Drug", "S-W": "Dose", "3": "Test"}


def test_a_key_that_brat_does_not_know_is_told() -> None:
    configuration = Configuration(loads('name = "w"\n[[entities]]\nname = "Drug"\n'), ("f8",))
    assert "Drug" not in configuration.files()["kb_shortcuts.conf"]
    assert [one.message for one in configuration.findings] == [
        "brat has no shortcut for the key 'f8' of Drug; it was left out."
    ]
