"""What changed between two schemas, and what a label that went is probably called now."""

from __future__ import annotations

import pytest

from bioassist.schema import loads
from bioassist.schema.comparing import differences, likely

BEFORE = loads(
    """
    name = "clinic"
    [[entities]]
    name = "Symptom"
    description = "what the patient complains of"
    [[entities]]
    name = "Drug"
    [[entities]]
    name = "Person"
    [[classes]]
    name = "letter"
    """
)


def after(*entities: str, more: str = "") -> str:
    return "\n".join(f"[[entities]]\n{entity}" for entity in entities) + f"\n{more}"


def test_what_came_and_what_went_table_by_table() -> None:
    wanted = loads(after("name = 'Drug'", "name = 'Person'", "name = 'Finding'", more="[[classes]]\nname = 'note'"))
    assert [(one.kind, one.added, one.removed) for one in differences(BEFORE, wanted)] == [
        ("entities", ("Finding",), ("Symptom",)),
        ("classes", ("note",), ("letter",)),
    ]
    assert differences(BEFORE, BEFORE) == []


@pytest.mark.parametrize(
    ("entities", "name", "expected"),
    [
        # What the model serves says more than a description, and that more than the name.
        (["name = 'Finding'\nmodel_label = 'Symptom'", "name = 'Symptoms'"], "Symptom", "Finding"),
        (
            ["name = 'Finding'\ndescription = 'what the patient complains of'", "name = 'Symptoms'"],
            "Symptom",
            "Finding",
        ),
        (["name = 'Finding'", "name = 'symptoms'"], "Symptom", "symptoms"),
        (["name = 'Medication'", "name = 'Drugs'"], "Drug", "Drugs"),
        (["name = 'Finding'"], "Symptom", None),
        # A label that was there before has decisions of its own.
        (["name = 'Person'"], "Symptom", None),
        (["name = 'Drug'"], "Person", None),
    ],
)
def test_the_likely_name(entities: list[str], name: str, expected: str | None) -> None:
    assert likely(BEFORE, loads(after(*entities)), "entities", name) == expected
