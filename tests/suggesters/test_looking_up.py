"""Where a mention is looked up: what the schema names for its type, and what suggests in the project."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from facts_setup import FULL
from project_setup import Ward

from assistant.project.suggestions.suggesters import SuggesterRow
from assistant.suggesters.looking_up import terminologies
from bioassist.errors import SchemaError
from bioassist.schema import Terminology, load, loads

TERMINOLOGIES = """
[[terminologies]]
name = "drugs"
file = "terms/drugs.csv"
on = ["Medication"]
[[terminologies]]
name = "all"
file = "all.obo"
"""


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    made = Ward(tmp_path)
    yield made
    made.project.close()


def written(folder: Path) -> Path:
    file = folder / "schema.toml"
    file.write_text(FULL + TERMINOLOGIES, encoding="utf-8")
    return file


def test_files_are_seen_from_the_schema_and_kept_by_a_project(ward: Ward, tmp_path: Path) -> None:
    schema = load(written(tmp_path))
    assert [Path(one.file) for one in schema.terminologies] == [tmp_path / "terms" / "drugs.csv", tmp_path / "all.obo"]
    ward.project.set_schema(schema)
    assert ward.project.schema == schema
    drugs = SuggesterRow(f"terms:{tmp_path / 'more.csv'}=Medication", "terms", "more.csv", "terms/1/0f3a52c81e77")
    rules = SuggesterRow("rules:/rules.toml", "rules", "rules.toml", "rules/1/9d41b6e0c25a")
    ward.project.suggesters.choose([drugs, rules])
    drugs_too = [tmp_path / "terms" / "drugs.csv", tmp_path / "all.obo", tmp_path / "more.csv"]
    assert terminologies(ward.project, "Medication") == drugs_too
    assert terminologies(ward.project, "Disease") == drugs_too[1:]


def test_what_was_moved_with_the_project_is_found_beside_it(ward: Ward, tmp_path: Path) -> None:
    ward.project.set_schema(loads(FULL + TERMINOLOGIES.replace("all.obo", "/nowhere/all.obo")))
    (ward.path.parent / "all.obo").write_text("format-version: 1.4\n", encoding="utf-8")
    assert terminologies(ward.project, "Disease") == [ward.path.parent / "all.obo"]


def test_a_terminology_changes_nothing_that_is_suggested(tmp_path: Path) -> None:
    assert load(written(tmp_path)).fingerprint == loads(FULL).fingerprint


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ('name = "drugs"', "a terminology needs its file"),
        ('name = "drugs"\nfile = "d.csv"\non = ["Drug"]', "'Drug' is not an entity type"),
        ('name = "drugs"\nfile = "d.csv"\ntype = "Drug"', "'type' is not known here"),
    ],
)
def test_mistakes_are_told(entry: str, wrong: str) -> None:
    with pytest.raises(SchemaError, match=wrong):
        loads(f"{FULL}\n[[terminologies]]\n{entry}\n")


def test_a_schema_with_terminologies_is_written_and_read() -> None:
    schema = loads(FULL + TERMINOLOGIES)
    assert schema.terminologies[0] == Terminology("drugs", "terms/drugs.csv", ("Medication",))
    assert loads(schema.dumps()) == schema
