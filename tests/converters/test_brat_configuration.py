"""brat's configuration files read: their lines to the byte, what they mean, and the schema that they amount to."""

from __future__ import annotations

import string
import tarfile
from pathlib import Path

import pytest
from brat_oracle import configuration_as_brat_sees
from hypothesis import given
from hypothesis import strategies as st

from bioassist.schema import AttributeType, EntityType, RelationType, built_in
from converters.brat import BratFormat
from converters.brat.conf_lines import (
    SECTIONS,
    ConfLine,
    Definition,
    Header,
    Macro,
    Role,
    Separator,
    Shortcut,
    read_conf,
    render,
    write_conf,
)
from converters.brat.configuration import Configurations, Database, configuration_of
from converters.brat.schema_conf import schema_of
from converters.report import Report

ANNOTATION = """\
# Labels of the ward
[spans]
!Finding
\tSymptom|HP:0000001\t<NORM>:HPO|UMLS
\tDisease
-----
Drug
Dose

[relations]
<THING>=Drug|Dose
Treats    Arg1:Drug, Arg2:Disease
Has_dose\tDrug:Drug, Dose:<THING>
Same\tArg1:<ENTITY>, Arg2:<ENTITY>, <REL-TYPE>:symmetric-transitive
Near\tArg1:Symptom, Arg2:Symptom, <REL-TYPE>:symmetric
<OVERLAP>\tArg1:Drug, Arg2:Disease, <OVL-TYPE>:contain|equal

[events]
!Change\tTheme:Drug, Cause?:<ENTITY>
\tStart\t<INHERIT>
\tSwitch\tTheme{2}:Drug, Cause*:<EVENT>, Site{0-3}:<ANY>, Agent+:Drug

[attributes]
Negation\tArg:<ENTITY>
Certainty\tArg:Disease|Symptom, Value:low|high, <DEFAULT>:high
"""

FILES = {
    "annotation.conf": ANNOTATION,
    "visual.conf": "[labels]\nDrug | Medication | Med\nDose | Dose\n\n[drawing]\nSPAN_DEFAULT\tbgColor:white\n"
    "Drug\tbgColor:#7fa2ff, fgColor:black\nDisease\tbgColor:#f00\nDose\tbgColor:lightgreen\nNear\tdashArray:3-3\n",
    "tools.conf": "[options]\nTokens\t  tokenizer:ptblike\nSentences\tsplitter:newline\n\n[normalization]\n"
    "HPO  <URL>:https://hpo.jax.org/, <URLBASE>:https://hpo.jax.org/term/%s\nUMLS\tDB:umls, <URL>:https://umls.nlm\n",
    "kb_shortcuts.conf": "# keys\nD\tDrug\nS-D Disease\nD Dose\nX Unknown\n",
}


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content.encode())
    return folder


def lines(content: str, file: str = "annotation.conf") -> list[ConfLine]:
    return read_conf(content.encode(), file)


def told(report: Report) -> list[tuple[str | None, int | None, str]]:
    return [(one.file, one.line, one.code) for one in report.findings]


class TestLines:
    def test_what_lines_say(self) -> None:
        said = {line.number: line.content for line in lines(ANNOTATION)}
        assert said[1] is said[9] is None
        assert said[2] == Header("entities")
        assert said[3] == Definition(("Finding",), unused=True)
        assert said[4] == Definition(("Symptom", "HP:0000001"), 1, special=(("<NORM>", ("HPO", "UMLS")),))
        assert said[6] == Separator()
        assert said[11] == Macro("THING", "Drug|Dose")
        assert said[13] == Definition(("Has_dose",), roles=(Role("Drug", ("Drug",)), Role("Dose", ("Drug", "Dose"))))
        assert said[14] == Definition(
            ("Same",),
            roles=(Role("Arg1", ("<ENTITY>",)), Role("Arg2", ("<ENTITY>",))),
            special=(("<REL-TYPE>", ("symmetric", "transitive")),),
        )
        assert said[20] == Definition(
            ("Start",), 1, roles=(Role("Theme", ("Drug",)), Role("Cause", ("<ENTITY>",), 0, 1))
        )
        assert said[21] == Definition(
            ("Switch",),
            1,
            roles=(
                Role("Theme", ("Drug",), 2, 2),
                Role("Cause", ("<EVENT>",), 0, None),
                Role("Site", ("<ANY>",), 0, 3),
                Role("Agent", ("Drug",), 1, None),
            ),
        )
        assert [line.problems for line in lines(ANNOTATION)] == [()] * ANNOTATION.count("\n")

    @pytest.mark.parametrize(
        ("content", "code"),
        [
            ("[entities]\nDrug Arg:", "argument"),
            ("[relations]\nA\tArg1:Drug, Arg2", "argument"),
            ("[relations]\nA\tArg1:Drug, Arg1:Dose", "argument"),
            ("[events]\nA\tTheme1*:Drug", "argument"),
            ("[events]\nA\tTheme{0}:Drug", "argument"),
            ("[events]\nA\tTheme{3-2}:Drug", "argument"),
            ("[events]\nA\tTheme{x}:Drug", "argument"),
            ("[events]\nA\t:Drug", "argument"),
            ("[events]\nA\tTheme:Drug||Dose", "argument"),
            ("[events]\nA\tTheme:<PLACE>", "macro"),
            ("[events]\n<ENTITY>=Drug", "macro"),
            ("[entities]\n<P>=Drug\n[events]\nA\tTheme:<P>", "macro"),
            ("[events]\nA\tTheme:Drug\n\t\tB\t<INHERIT>", "no parent"),
            ("[entities]\n\tDrug", "no parent"),
            ("[entities]\n!", "no name"),
            ("[colours]", "unknown section"),
            ("Drug", "outside of sections"),
            ("[entities]\nSide effect!", "argument"),
            ("[entities]\nSign.v2", "name"),
            ("\ufeff[entities]", "byte order mark"),
        ],
    )
    def test_a_bad_line_says_where_and_why(self, content: str, code: str) -> None:
        *good, last = lines(content)
        assert [problem.code for problem in last.problems] == [code]
        assert last.number == len(good) + 1
        assert not any(line.problems for line in good)

    @pytest.mark.parametrize(("content", "code"), [("A", "shortcut"), ("A Drug Dose", "shortcut"), ("A Drug", None)])
    def test_shortcuts(self, content: str, code: str | None) -> None:
        (line,) = lines(content, "kb_shortcuts.conf")
        assert line.content == (Shortcut("A", "Drug") if code is None else None)
        assert [problem.code for problem in line.problems] == ([code] if code else [])

    def test_names_with_spaces_as_in_old_files(self) -> None:
        *_, line = lines("[relations]\nPart of\tArg1:Drug, Arg2:Drug\n")
        assert line.content == Definition(("Part of",), roles=(Role("Arg1", ("Drug",)), Role("Arg2", ("Drug",))))
        assert line.content.name == "Part_of"
        assert [problem.code for problem in line.problems] == ["space in name", "name"]

    def test_bytes_that_are_no_text(self) -> None:
        data = b"[entities]\nDrug\xff\nDose\n"
        found = read_conf(data, "annotation.conf")
        assert [problem.code for line in found for problem in line.problems] == ["not UTF-8"]
        assert write_conf(found) == data


NAMES = st.text(string.ascii_letters + "_-", min_size=1, max_size=8).filter(lambda name: name.strip("-"))
TYPES = st.lists(NAMES | st.sampled_from(["<ANY>", "<ENTITY>", "<EVENT>"]), min_size=1, max_size=3).map(tuple)
COUNTS = st.sampled_from([(0, 1), (1, 1), (0, None), (1, None), (2, 2), (0, 3), (2, 5)])
ROLES = st.builds(lambda name, types, counts: Role(name, types, *counts), NAMES, TYPES, COUNTS)
SPECIAL = st.sampled_from(
    [
        ("<REL-TYPE>", ("symmetric",)),
        ("<REL-TYPE>", ("symmetric", "transitive")),
        ("<NORM>", ("HPO", "UMLS")),
        ("<OVL-TYPE>", ("contain", "cross")),
        ("<DEFAULT>", ("high",)),
        ("<URL>", ("https://x.y/?a=b:c",)),
    ]
)
DEFINITIONS = st.builds(
    Definition,
    st.lists(NAMES, min_size=1, max_size=3).map(tuple),
    st.just(0),
    st.booleans(),
    st.lists(ROLES, max_size=4, unique_by=lambda role: role.name).map(tuple),
    st.lists(SPECIAL, max_size=2, unique_by=lambda special: special[0]).map(tuple),
)


@given(st.sampled_from(["entities", "relations", "events", "attributes"]), st.lists(DEFINITIONS, max_size=5))
def test_what_is_written_is_read_again(section: str, definitions: list[Definition]) -> None:
    content = "\n".join(render(one) for one in [Header(section), Macro("PLACE", "Organ|Tissue"), *definitions])
    assert [line.content for line in lines(content)][2:] == definitions


SCRAPS = st.sampled_from(
    ["[entities]", "[events]", "[labels]", "\n", "\r\n", "\t", " ", "Drug", "!", "|", ",", "Arg1:", "<ENTITY>", "*",
     "{2}", "<P>=", "<P>", "<INHERIT>", "-", "#", "\ufeff", "é", "\u2028", "<NORM>:a", "\x00"]
)  # fmt: skip


@given(
    st.sampled_from(sorted(SECTIONS)), st.binary(max_size=60) | st.lists(SCRAPS).map(lambda one: "".join(one).encode())
)
def test_any_bytes_come_back(file: str, data: bytes) -> None:
    found = read_conf(data, file)
    assert write_conf(found) == data
    assert [line.number for line in found] == list(range(1, len(found) + 1))
    for line in found:
        if line.content is not None and not line.problems and isinstance(line.content, Definition):
            alone = (
                Header(line.section),
                *[Definition(("a",), depth) for depth in range(line.content.depth)],
                line.content,
            )
            *_, again = lines("\n".join(render(one) for one in alone), file)
            assert again.content == line.content


class TestConfiguration:
    def test_a_folder(self, tmp_path: Path) -> None:
        report = Report()
        found = configuration_of(write(tmp_path, FILES), report)
        assert found is not None
        assert list(found.entities) == ["Finding", "Symptom", "Disease", "Drug", "Dose"]
        assert list(found.events) == ["Change", "Start", "Switch"]
        assert found.is_equivalence("Same")
        assert not found.is_equivalence("Near")
        assert [one.said("<OVL-TYPE>") for one in found.overlaps] == [("contain", "equal")]
        assert found.labels["Drug"] == ("Medication", "Med")
        assert found.drawing["Near"]["dashArray"] == ("3,3",)
        assert found.options == {"Tokens": {"tokenizer": "ptblike"}, "Sentences": {"splitter": "newline"}}
        assert found.databases == {
            "HPO": Database("HPO", "https://hpo.jax.org/", "https://hpo.jax.org/term/%s"),
            "UMLS": Database("UMLS", "https://umls.nlm", path="umls"),
        }
        assert found.shortcuts == {"D": "Drug", "S-D": "Disease", "X": "Unknown"}
        assert told(report) == [("kb_shortcuts.conf", 4, "configuration")]

    def test_what_brat_reads_is_the_same(self, tmp_path: Path) -> None:
        found = configuration_of(write(tmp_path, FILES), Report())
        seen = configuration_as_brat_sees(tmp_path)
        assert found is not None
        assert seen.entities == list(found.entities)
        assert seen.events == list(found.events)
        assert {name: [list(role.types) for role in one.roles] for name, (one,) in found.relations.items()} == {
            name: [first, second] for name, (first, second) in seen.relations.items() if name != "<OVERLAP>"
        }
        assert seen.attributes == {
            name: (list(one.roles[0].types), list(one.roles[1].types) if len(one.roles) > 1 else [])
            for name, one in found.attributes.items()
        }
        assert {name: list(forms) for name, forms in found.labels.items()} == seen.labels
        assert found.shortcuts == seen.shortcuts

    def test_files_are_looked_for_upward(self, tmp_path: Path) -> None:
        write(tmp_path, {"annotation.conf": "[entities]\nDrug\n[relations]\n[events]\n[attributes]\n"})
        write(tmp_path / "a", {"kb_shortcuts.conf": "D Drug\n"})
        write(tmp_path / "b/c", {"annotation.conf": "[entities]\nDose\n"})
        report = Report()
        configurations = Configurations(tmp_path, report)
        found = [configurations.of(tmp_path / place) for place in ("a", "b", "b/c", ".")]
        assert [list(one.entities) for one in found if one] == [["Drug"], ["Drug"], ["Dose"], ["Drug"]]
        assert found[0] is not None
        assert found[0].shortcuts == {"D": "Drug"}
        assert told(report) == [("b/c/annotation.conf", None, "missing section")] * 3

    def test_none_without_annotation_conf(self, tmp_path: Path) -> None:
        assert configuration_of(write(tmp_path, {"visual.conf": FILES["visual.conf"]}), Report()) is None

    def test_all_errors_are_found_at_once(self, tmp_path: Path) -> None:
        report = Report()
        content = "[entities]\nDrug Arg:\nDose\n[relations]\nA\tArg1:Drug\nB\tArg1:<P>, Arg2:Drug\n"
        content += "[events]\n[attributes]\nC\n"
        found = configuration_of(write(tmp_path, {"annotation.conf": content}), report)
        assert found is not None
        assert list(found.entities) == ["Dose"]
        assert told(report) == [
            ("annotation.conf", 2, "argument"),
            ("annotation.conf", 5, "configuration"),
            ("annotation.conf", 6, "macro"),
            ("annotation.conf", 9, "configuration"),
        ]

    def test_the_corpora(self, corpora: Path, tmp_path: Path) -> None:
        with tarfile.open(corpora / "brat" / "brat-example-data" / "brat-example-data.tar.xz") as archive:
            archive.extractall(tmp_path, filter="data")
        number = 0
        for place in (tmp_path, corpora / "brat"):
            for path in sorted(place.rglob("*.conf")):
                data = path.read_bytes()
                assert write_conf(read_conf(data, path.name)) == data
                number += 1
                if path.name != "annotation.conf":
                    continue
                report = Report()
                found = configuration_of(path.parent, report)
                assert found is not None
                assert found.entities or found.events
                assert not report.count("loss"), path
        assert number > 100


class TestSchema:
    def test_of_a_folder(self, tmp_path: Path) -> None:
        report = Report()
        schema = schema_of(write(tmp_path / "ward", FILES), report)
        assert schema is not None
        assert schema.name == "ward"
        assert schema.entities == (
            EntityType("Symptom"),
            EntityType("Disease", colour="#ff0000", key="D"),
            EntityType("Drug", "Medication", "#7fa2ff", "d"),
            EntityType("Dose"),
            EntityType("Start"),
            EntityType("Switch"),
        )
        assert schema.relations == (
            RelationType("Treats", ("Drug",), ("Disease",)),
            RelationType("Has_dose", ("Drug",), ("Drug", "Dose"), roles=("Drug", "Dose")),
            RelationType("Near", ("Symptom",), ("Symptom",), symmetric=True),
        )
        assert schema.attributes == (
            AttributeType("Negation", ("Symptom", "Disease", "Drug", "Dose")),
            AttributeType("Certainty", ("Disease", "Symptom"), ("low", "high")),
        )
        messages = [(one.line, one.message) for one in report.findings if one.code == "schema"]
        assert (4, "Symptom: a schema does not say that it is normalized to HPO, UMLS.") in messages
        assert (14, "Same: a schema has no equivalences; documents keep theirs.") in messages
        assert {line for line, _ in messages} == {4, 8, 14, 20, 21, 25}
        assert {one.file for one in report.findings} <= set(FILES)

    def test_comes_back_from_an_export(self, tmp_path: Path) -> None:
        schema = built_in()
        BratFormat().write([], tmp_path / "clinical", schema)
        report = Report()
        found = schema_of(tmp_path / "clinical", report)
        assert found is not None
        assert report.findings == []
        assert [(one.name, one.colour, one.key) for one in found.entities] == [
            (one.name, schema.colour(one.name), one.key) for one in schema.entities
        ]
        assert [(one.name, one.head, one.tail, one.roles) for one in found.relations] == [
            (one.name, one.head, one.tail, one.roles) for one in schema.relations
        ]
        assert [(one.name, one.on, one.values) for one in found.attributes] == [
            (one.name, one.on, one.values) for one in schema.attributes
        ]

    def test_configurations_below_are_united_and_one_above_is_found(self, tmp_path: Path) -> None:
        write(tmp_path / "corpus/dev", {"annotation.conf": "[entities]\nDrug\n", "kb_shortcuts.conf": "D Drug\n"})
        write(
            tmp_path / "corpus/train",
            {"annotation.conf": "[entities]\nDrug\nDose\n", "kb_shortcuts.conf": "D Dose\n"},
        )
        below = schema_of(tmp_path / "corpus", Report())
        assert below is not None
        assert [(one.name, one.key) for one in below.entities] == [("Drug", "d"), ("Dose", "")]
        write(tmp_path / "corpus/train/deep", {"a.txt": ""})
        above = schema_of(tmp_path / "corpus/train/deep", Report())
        assert above is not None
        assert [one.name for one in above.entities] == ["Drug", "Dose"]

    def test_what_a_schema_cannot_hold_is_told(self, tmp_path: Path) -> None:
        content = (
            "[entities]\nDrug\nDose\n[relations]\nA\tArg1:Drug, Arg2:Ghost\nB\tArg1:Drug, Arg2:Dose\n"
            "B\tArg1:Dose, Arg2:Drug\nB\tX:Dose, Y:Drug\n[events]\n[attributes]\n"
            "C\tArg:<RELATION>\nD\tArg:Drug, Value:none|some\n"
        )
        report = Report()
        schema = schema_of(write(tmp_path, {"annotation.conf": content}), report)
        assert schema is not None
        assert schema.relations == (RelationType("B", ("Drug", "Dose"), ("Dose", "Drug")),)
        assert schema.attributes == (AttributeType("D", ("Drug",), ("none", "some"), "not said"),)
        assert [(one.line, one.kind) for one in report.findings] == [
            (5, "change"), (5, "loss"), (6, "change"), (6, "change"), (11, "change"), (11, "loss"),
        ]  # fmt: skip

    @pytest.mark.parametrize("files", [{}, {"visual.conf": ""}, {"annotation.conf": "[entities]\n!Drug\n"}])
    def test_none_of_nothing(self, tmp_path: Path, files: dict[str, str]) -> None:
        report = Report()
        assert schema_of(write(tmp_path, files), report) is None
        assert report.count("loss") == ("annotation.conf" in files)
