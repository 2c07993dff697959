"""What brat would find wrong: references, and what a folder's configuration does not allow."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest
from document_strategies import documents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioassist.documents import Entity, Span
from converters.annotations import row
from converters.brat import BratFormat
from converters.brat.checking import Checker
from converters.brat.codec import read_records
from converters.brat.conf_lines import Definition, Role
from converters.brat.configuration import BratConfiguration
from converters.brat.ids import TypesById
from converters.brat.overlaps import Overlaps
from converters.report import Report

TEXT = "aspirin 75mg for chest pain and nausea"

CONFIGURATION = """\
[entities]
Drug
Dose
!Finding
 Symptom
 Disease
[relations]
Treats\tArg1:Drug, Arg2:Symptom|Disease
Has_dose\tDrug:Drug, Dose:Dose
Same\tArg1:<ENTITY>, Arg2:<ENTITY>, <REL-TYPE>:symmetric-transitive
<OVERLAP>\tArg1:Symptom, Arg2:Disease, <OVL-TYPE>:contain
<OVERLAP>\tArg1:Drug, Arg2:Dose, <OVL-TYPE>:cross|equal
[events]
Start\tDrug:Drug, Why?:Symptom, With*:<EVENT>
Switch\tDrug{2}:Drug
[attributes]
Negation\tArg:Symptom
Certainty\tArg:<EVENT>, Value:low|high
"""

DRUG, DOSE, SYMPTOM, DISEASE = (
    "T1\tDrug 0 7\taspirin",
    "T2\tDose 8 12\t75mg",
    "T3\tSymptom 17 27\tchest pain",
    ("T4\tDisease 32 38\tnausea"),
)
START = "T5\tStart 13 16\tfor"


def checked(tmp_path: Path, lines: Iterable[str], configuration: str = CONFIGURATION) -> list[tuple[int | None, str]]:
    """(line, code) of what is told of a document with these lines."""
    (tmp_path / "annotation.conf").write_text(configuration)
    (tmp_path / "a.txt").write_text(TEXT)
    (tmp_path / "a.ann").write_text("".join(f"{line}\n" for line in lines))
    report = Report()
    list(BratFormat().read(tmp_path, None, report))
    assert report.lossless
    return [(finding.line, finding.code) for finding in report.findings]


class TestRules:
    @pytest.mark.parametrize(
        "lines",
        [
            [DRUG, DOSE, SYMPTOM, "R1\tTreats Arg1:T1 Arg2:T3", "R2\tHas_dose Drug:T1 Dose:T2", "A1\tNegation T3"],
            [DRUG, SYMPTOM, "R1\tTreats Arg2:T3 Arg1:T1"],
            [DRUG, DOSE, "*\tEquiv T1 T2"],
            [DRUG, SYMPTOM, START, "E1\tStart:T5 Drug:T1 Why:T3", "A1\tCertainty E1 low"],
            [DRUG, START, "E1\tStart:T5 Drug:T1", "E2\tStart:T5 Drug:T1 With:E1 With2:E1", "#1\tAnnotatorNotes E2\tx"],
            [DRUG, "T5\tSwitch 13 16\tfor", "E1\tSwitch:T5 Drug:T1 Drug2:T1", "N1\tReference T1 RxNorm:1191"],
            ["T1\tFinding 17 22\tchest"],
        ],
    )
    def test_what_is_allowed(self, tmp_path: Path, lines: list[str]) -> None:
        assert checked(tmp_path, lines) == []

    @pytest.mark.parametrize(
        ("lines", "codes"),
        [
            (["T1\tGhost 0 7\taspirin"], [(1, "unknown type")]),
            ([DRUG, DOSE, "R1\tGhost Arg1:T1 Arg2:T2"], [(3, "unknown type")]),
            ([DRUG, DOSE, "R1\tTreats Arg1:T1 Arg2:T2"], [(3, "relation")]),
            ([DRUG, SYMPTOM, "R1\tTreats Arg1:T3 Arg2:T1"], [(3, "relation")]),
            ([DRUG, SYMPTOM, "R1\tTreats From:T1 To:T3"], [(3, "relation")]),
            ([DRUG, SYMPTOM, "A1\tGhost T1"], [(3, "unknown type")]),
            ([DRUG, SYMPTOM, "A1\tNegation T1"], [(3, "attribute")]),
            ([DRUG, SYMPTOM, "A1\tNegation T3 yes"], [(3, "attribute value")]),
            ([DRUG, START, "E1\tStart:T5 Drug:T1", "A1\tCertainty E1"], [(4, "attribute value")]),
            ([DRUG, START, "E1\tStart:T5 Drug:T1", "A1\tCertainty E1 middling"], [(4, "attribute value")]),
            ([START, "E1\tStart:T5"], [(2, "missing argument")]),
            ([DRUG, "T5\tSwitch 13 16\tfor", "E1\tSwitch:T5 Drug:T1"], [(3, "missing argument")]),
            ([DRUG, START, "E1\tStart:T5 Drug:T1 Drug2:T1"], [(3, "argument")]),
            ([DRUG, START, "E1\tStart:T5 Drug:T1 Where:T1"], [(3, "argument")]),
            ([DRUG, DOSE, START, "E1\tStart:T5 Drug:T2"], [(4, "argument")]),
            ([START], [(1, "no event")]),
            ([DRUG, START, "*\tEquiv T1 T5", "E1\tStart:T5 Drug:T1"], [(3, "equivalence"), (3, "equivalence"),
                                                                         (3, "on trigger")]),
        ],
    )  # fmt: skip
    def test_what_is_not(self, tmp_path: Path, lines: list[str], codes: list[tuple[int, str]]) -> None:
        assert sorted(checked(tmp_path, lines)) == codes

    def test_the_same_fault_is_told_once_a_document(self, tmp_path: Path) -> None:
        lines = [f"T{number}\tGhost 0 7\taspirin" for number in range(1, 30)]
        assert checked(tmp_path, lines) == [(1, "unknown type")]

    def test_without_a_configuration_types_are_free(self, tmp_path: Path) -> None:
        (tmp_path / "a.txt").write_text(TEXT)
        (tmp_path / "a.ann").write_text("T1\tGhost 0 7\taspirin\n")
        report = Report()
        list(BratFormat().read(tmp_path, None, report))
        assert report.findings == []


class TestOverlaps:
    @pytest.mark.parametrize(
        ("first", "second", "allowed"),
        [
            ("Symptom 17 22\tchest", "Disease 17 27\tchest pain", True),
            ("Disease 17 22\tchest", "Symptom 17 27\tchest pain", False),
            ("Symptom 17 27\tchest pain", "Disease 17 27\tchest pain", False),
            ("Symptom 17 27\tchest pain", "Disease 23 31\tpain and", False),
            ("Drug 0 7\taspirin", "Dose 0 7\taspirin", True),
            ("Dose 0 7\taspirin", "Drug 0 7\taspirin", True),
            ("Drug 0 10\taspirin 75", "Dose 8 12\t75mg", True),
            ("Drug 0 7\taspirin", "Dose 0 12\taspirin 75mg", False),
            ("Drug 0 7\taspirin", "Drug 7 12\t 75mg", True),
            ("Symptom 17 22;32 38\tchest nausea", "Disease 17 27;32 38\tchest pain nausea", True),
            ("Symptom 23 27\tpain", "Disease 17 22;32 38\tchest nausea", False),
        ],
    )
    def test_by_kind_and_type(self, tmp_path: Path, first: str, second: str, allowed: bool) -> None:
        found = checked(tmp_path, [f"T1\t{first}", f"T2\t{second}"])
        assert found == ([] if allowed else [(2, "overlap")])

    def test_nesting_as_before_brat_1_3(self, tmp_path: Path) -> None:
        old = "[entities]\nDrug\nDose\n[relations]\nENTITY-NESTING\tArg1:Drug, Arg2:Dose\n[events]\n[attributes]\n"
        inner, outer = "T1\tDrug 0 7\taspirin", "T2\tDose 0 12\taspirin 75mg"
        assert checked(tmp_path, [inner, outer], old) == []
        assert checked(tmp_path, [inner, "T2\tDose 0 7\taspirin"], old) == [(2, "overlap")]

    def test_any(self, tmp_path: Path) -> None:
        free = "[entities]\nDrug\nDose\n[relations]\n<OVERLAP>\tArg1:<ENTITY>, Arg2:<ENTITY>, <OVL-TYPE>:<ANY>\n"
        lines = ["T1\tDrug 0 10\taspirin 75", "T2\tDose 8 12\t75mg", "T3\tDose 8 12\t75mg"]
        assert checked(tmp_path, lines, free + "[events]\n[attributes]\n") == []

    @given(
        st.lists(
            st.tuples(st.sampled_from("AB"), st.integers(0, 12), st.integers(1, 6)).map(
                lambda one: (one[0], Span(one[1], one[1] + one[2]))
            ),
            max_size=8,
        )
    )
    def test_are_found_as_by_comparing_all_pairs(self, spans: list[tuple[str, Span]]) -> None:
        configuration = BratConfiguration(entities={"A": Definition(("A",)), "B": Definition(("B",))})
        configuration.overlaps.append(
            Definition(
                ("<OVERLAP>",),
                roles=(Role("Arg1", ("A",)), Role("Arg2", ("B",))),
                special=(("<OVL-TYPE>", ("contain",)),),
            )
        )
        overlaps = Overlaps(configuration)
        for number, (type_, span) in enumerate(spans, 1):
            overlaps.add(number, Entity(f"T{number}", type_, (span,)))
        forbidden = [
            (one, other)
            for place, one in enumerate(spans)
            for other in spans[:place]
            if one[1].overlaps(other[1]) and not (_inside(one, other) or _inside(other, one))
        ]
        assert bool(forbidden) == bool(list(overlaps.problems()))


def _inside(one: tuple[str, Span], other: tuple[str, Span]) -> bool:
    """A within B, and not of the same extent."""
    contained = other[1].start <= one[1].start and one[1].end <= other[1].end and one[1] != other[1]
    return contained and (one[0], other[0]) == ("A", "B")


class TestReferences:
    @pytest.mark.parametrize(
        ("lines", "codes"),
        [
            (["R1\tA Arg1:T1 Arg2:T2"], [(1, "unknown target")] * 2),
            (["*\tEquiv T1 T2"], [(1, "unknown target")] * 2),
            (["E1\tStart:T1"], [(1, "unknown target")]),
            ([DRUG, "E1\tStart:T1"], [(2, "trigger type")]),
            ([START, "E1\tStart:T5", "E2\tStart:E1"], [(3, "trigger")]),
            ([START, "E1\tStart:T5", "A1\tNegation T5"], [(3, "on trigger")]),
            ([START, "E1\tStart:T5", "R1\tA Arg1:T5 Arg2:E1"], []),
            ([START, "E1\tStart:T5 With:E1"], [(2, "circle")]),
            ([START, "E1\tStart:T5 With:E2", "E2\tStart:T5 With:E3", "E3\tStart:T5 With:E1", "E4\tStart:T5 With:E3"],
             [(2, "circle"), (3, "circle"), (4, "circle")]),
            ([START, "E1\tStart:T5 With:E2", "E2\tStart:T5 With:E3", "E3\tStart:T5"], []),
        ],
    )  # fmt: skip
    def test_are_checked_without_a_configuration(
        self, tmp_path: Path, lines: list[str], codes: list[tuple[int, str]]
    ) -> None:
        (tmp_path / "a.txt").write_text(TEXT)
        (tmp_path / "a.ann").write_text("".join(f"{line}\n" for line in lines))
        report = Report()
        list(BratFormat().read(tmp_path, None, report))
        assert [(one.line, one.code) for one in report.findings] == codes


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(documents(sound=False) | documents())
def test_saving_memory_changes_no_finding(document: object) -> None:
    numbered = [(place, one) for place, one in enumerate(row(document), 1)]  # type: ignore[arg-type]
    found = []
    for compact in (False, True):
        checker = Checker(None, compact=compact)
        checker.learn(numbered)
        found.append(list(checker.problems(numbered)))
    assert found[0] == found[1]


IDS = st.sampled_from(["T1", "T2", "T17", "T0", "T01", "T1a", "#3", "E999999", "T99999999999", "*", "", "é1"])


@given(st.lists(st.tuples(IDS, st.sampled_from(["", "Drug", "Dose"]))))
def test_types_by_id_are_a_dictionary(pairs: list[tuple[str, str]]) -> None:
    types, plain = TypesById(), dict[str, str]()
    for identity, type_ in pairs:
        types[identity] = type_
        plain[identity] = type_
        assert [types.get(one) for one, _ in pairs] == [plain.get(one) for one, _ in pairs]
        assert identity in types
    assert None not in types


def test_types_by_id_stand_for_the_ids_that_were_seen() -> None:
    data = b"T1\tDrug 0 7\taspirin\nT1\tDrug 0 7\taspirin\nT1\tDrug 0 7\taspirin\n"
    codes = [[problem.code for problem in one.problems] for one in read_records(data, TEXT, TypesById())]
    assert codes == [[], ["duplicate id"], ["duplicate id"]]
