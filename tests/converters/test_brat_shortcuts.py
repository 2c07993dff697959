"""The keys that labels have on the review screen, for brat."""

from __future__ import annotations

from bioassist.schema import loads
from converters.brat.conf import Configuration
from converters.brat.conf_lines import read_conf


def shortcuts(entities: str) -> dict[str, str]:
    configuration = Configuration(loads(f'name = "w"\n{entities}'))
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
