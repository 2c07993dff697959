"""The configuration of a schema, as brat's own reader understands it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from brat_oracle import SeenConfiguration, configuration_as_brat_sees

from bioassist.documents import Argument, Attribute, Document, Entity, Equivalence, Event, Relation, Span
from bioassist.schema import PALETTE, Schema, built_in, loads
from converters.brat import BratFormat
from converters.brat.conf import readable_on
from converters.report import Report


def configured(tmp_path: Path, schema: Schema | None, *documents: Document) -> tuple[SeenConfiguration, Report]:
    report = BratFormat().write(documents, tmp_path / "out", schema)
    return configuration_as_brat_sees(tmp_path / "out"), report


def test_the_clinical_schema(tmp_path: Path) -> None:
    schema = built_in()
    seen, report = configured(tmp_path, schema)
    assert seen.messages == []
    assert report.findings == []
    assert seen.entities == [entity.name for entity in schema.entities]
    assert seen.events == []
    assert seen.relations.pop("<OVERLAP>") == (["<ENTITY>"], ["<ENTITY>"])
    assert seen.relations == {one.name: (list(one.head), list(one.tail)) for one in schema.relations}
    assert seen.attributes == {one.name: (list(one.on), list(one.values)) for one in schema.attributes}
    assert seen.overlaps == {"<ANY>"}
    assert seen.labels["Located_in"] == ["Located in", "Loc"]
    assert {name: drawn["bgColor"] for name, drawn in seen.drawing.items()} == {
        entity.name: schema.colour(entity.name) for entity in schema.entities
    }
    assert seen.shortcuts == {entity.key.upper(): entity.name for entity in schema.entities}
    assert seen.options == {"tokens": "whitespace", "sentences": "newline", "validation": "all"}


def test_all_four_sections_are_there_for_the_smallest_schema(tmp_path: Path) -> None:
    seen, _ = configured(tmp_path, loads('[[entities]]\nname = "Gene"'))
    assert (seen.entities, seen.messages) == (["Gene"], [])
    content = (tmp_path / "out/annotation.conf").read_text()
    assert re.findall(r"^\[(.*)\]$", content, re.MULTILINE) == ["entities", "relations", "events", "attributes"]


def test_relations_attributes_and_keys_of_every_form(tmp_path: Path) -> None:
    schema = loads(
        """
        [[entities]]
        name = "Gene"
        key = "G"
        [[entities]]
        name = "---"
        [[entities]]
        name = "Drug"
        key = "#"
        [[relations]]
        name = "Binds"
        head = ["Gene"]
        tail = ["Gene"]
        symmetric = true
        roles = ["Agent", "Target"]
        colour = "#aa0000"
        [[attributes]]
        name = "Negated"
        [[attributes]]
        name = "Level"
        on = ["Gene"]
        values = ["very low", "low", "high"]
        """
    )
    seen, report = configured(tmp_path, schema)
    assert seen.messages == []
    assert seen.entities == ["Gene", "Drug"]
    assert "Binds\tAgent:Gene, Target:Gene, <REL-TYPE>:symmetric\n" in (tmp_path / "out/annotation.conf").read_text()
    assert seen.attributes == {"Negated": (["<ENTITY>"], []), "Level": (["Gene"], ["low", "high"])}
    assert seen.shortcuts == {"S-G": "Gene"}
    assert sorted(finding.code for finding in report.findings) == ["configuration", "configuration", "key"]


def test_labels_that_only_documents_have_are_taken_in(tmp_path: Path) -> None:
    text = "aspirin binds COX"
    document = Document(
        "a",
        text,
        (
            Entity("T1", "Drug", (Span(0, 7),)),
            Entity("T2", "Binding", (Span(8, 13),)),
            Entity("T3", "Gene", (Span(14, 17),)),
            Entity("T4", "Sign.v2", (Span(14, 17),)),
        ),
        (Relation("R1", "Affects", (Argument("By", "T1"), Argument("What", "E1"))),),
        (Event("E1", "Binding", "T2", (Argument("Theme", "T1"), Argument("Theme2", "T3"), Argument("2", "T3"))),),
        (Attribute("A1", "Negation", "E1"), Attribute("A2", "Level", "T3", "high")),
        equivalences=(Equivalence(("T1", "T3")),),
    )
    seen, report = configured(tmp_path, loads('[[entities]]\nname = "Gene"'), document)
    assert seen.messages == []
    assert seen.entities == ["Gene", "Drug"]
    assert seen.events == ["Binding"]
    assert seen.relations["Affects"] == (["Drug"], ["Binding"])
    assert seen.attributes == {"Negation": (["Binding"], []), "Level": (["Gene"], ["high"])}
    assert seen.labels["Theme"] == ["Theme", "The"]
    assert seen.relations["Equiv"] == (["<ANY>"], ["<ANY>"])
    assert [finding.code for finding in report.findings] == ["configuration"]


@pytest.mark.parametrize("colour", [*PALETTE, "#000000", "#ffffff", "#ff0000", "#00ff00", "#0000ff", "#777777"])
def test_labels_are_readable_on_their_colour(colour: str) -> None:
    def luminance(of: str) -> float:
        parts = [int(of[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    front = {"black": 0.0, "white": 1.0}[readable_on(colour)]
    low, high = sorted((front, luminance(colour)))
    assert (high + 0.05) / (low + 0.05) >= 4.5
