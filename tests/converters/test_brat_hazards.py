"""Files as teams publish them, by hand: each is read right, copied to the byte, and given back through the model."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from brat_oracle import as_brat_sees

from converters.brat import BratFormat
from converters.formats import WriteOptions
from converters.report import Report


@dataclass(frozen=True)
class Hazard:
    """A pair of files; the words that each T line marks, and the codes of what is told."""

    text: str
    ann: str
    marked: dict[str, str]
    told: tuple[str, ...] = ()


HAZARDS = {
    # Spanish; offsets count "\r" and "\n".
    "crlf": Hazard(
        "Paciente varón.\r\nDolor torácico\r\ny náuseas.\r\n",
        "T1\tSíntoma 17 31\tDolor torácico\r\nT2\tSíntoma 35 42\tnáuseas\r\n",
        {"T1": "Dolor torácico", "T2": "náuseas"},
        ("counting",),
    ),
    # The same text where an editor had shown the annotator one character a line end.
    "crlf as one": Hazard(
        "Paciente varón.\r\nDolor torácico\r\ny náuseas.\r\n",
        "T1\tSINTOMA 16 30\tDolor torácico\nT2\tSINTOMA 33 40\tnáuseas\n",
        {"T1": "Dolor torácico", "T2": "náuseas"},
        ("counting",),
    ),
    # French; the mark counts, fragments in descending order.
    "byte order mark": Hazard(
        "\ufeffDouleur au bras gauche, puis droit.\n",
        "T1\tDouleur 30 35;1 16\tdroit Douleur au bras\nT2\tCote 17 23\tgauche\n",
        {"T1": "droit Douleur au bras", "T2": "gauche"},
        ("counting",),
    ),
    # Russian; a T line that is broken as the text is, and one over three lines of text.
    "broken lines": Hazard(
        "Жалобы на боль\nв груди,\n\nодышку при\nнагрузке.\n",
        "T1\tСимптом 10 22\tболь\nв груди\nT2\tСимптом 25 44\tодышку при\nнагрузке\nA1\tОстрый T1 \n",
        {"T1": "боль\nв груди", "T2": "одышку при\nнагрузке"},
        ("broken line", "broken line", "spacing"),
    ),
    "broken lines and crlf": Hazard(
        "no chest\r\npain,\r\n\r\nno cough\r\n",
        "T1\tSymptom 3 14\tchest\r\npain\r\nT2\tSymptom 19 27\tno cough\r\nR1\tSame Arg1:T1 Arg2:T2\t\r\n",
        {"T1": "chest\r\npain", "T2": "no cough"},
        ("counting", "broken line"),
    ),
    "a byte order mark, crlf and a broken line": Hazard(
        "\ufeffno chest\r\npain\r\n",
        "T1\tSymptom 4 15\tchest\r\npain\r\n",
        {"T1": "chest\r\npain"},
        ("counting", "broken line"),
    ),
    "joined by a space": Hazard(
        "no chest\npain\n", "T1\tSymptom 3 13\tchest pain\n", {"T1": "chest\npain"}, ("white space differs",)
    ),
    "trailing white space": Hazard(
        "fever  and chills\n",
        "T1\tSymptom 0 6\tfever \nE1\tSymptom:T1 \t\nT2\tSymptom 11 17\tchills \n",
        {"T1": "fever ", "T2": "chills"},
        ("white space differs",),
    ),
    "crossing and coinciding": Hazard(
        "left upper lobe nodule",
        "T2\tSite 0 15\tleft upper lobe\nT1\tFinding 5 22\tupper lobe nodule\nT3\tSite 0 15\tleft upper lobe",
        {"T1": "upper lobe nodule", "T2": "left upper lobe", "T3": "left upper lobe"},
    ),
    "blank and other lines": Hazard(
        "aspirin\n",
        "\n# by hand\nT1\tDrug 0 7\taspirin\n\nID: 17\n*\tOVERLAP T1 T1\n",
        {"T1": "aspirin"},
        ("blank line", "unknown line", "blank line", "unknown line"),
    ),
    "notes with tabs and on notes": Hazard(
        "aspirin\n",
        "T1\tDrug 0 7\taspirin\n#1\tAnnotatorNotes T1\tsee\tthere\n#2\tSTATUS #1\t\n#T3\tNormalized T1\tx\n",
        {"T1": "aspirin"},
    ),
    "line ends that are none": Hazard(
        "a\u2028b\x85c\xa0d\x0be\x0cf\x1cg aspirin\x1d\n",
        "T1\tDrug 14 21\taspirin\nT2\tOdd 0 13\ta\u2028b\x85c\xa0d\x0be\x0cf\x1cg\n",
        {"T1": "aspirin", "T2": "a\u2028b\x85c\xa0d\x0be\x0cf\x1cg"},
    ),
    "beyond the basic plane and combining": Hazard(
        "𝔸 cafe\u0301 😀 pain",
        "T1\tOdd 0 1\t𝔸\nT2\tOdd 2 7\tcafe\u0301\nT3\tSymptom 10 14\tpain\n",
        {"T1": "𝔸", "T2": "cafe\u0301", "T3": "pain"},
    ),
    "a tab within": Hazard("BP\t120/80\n", "T1\tVital 0 9\tBP\t120/80\n", {"T1": "BP\t120/80"}),
    "nothing annotated": Hazard("aspirin\n", "", {}),
}


@pytest.fixture(params=HAZARDS)
def hazard(request: pytest.FixtureRequest) -> Hazard:
    return HAZARDS[request.param]


@pytest.fixture
def corpus(hazard: Hazard, tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    (folder / "a.txt").write_bytes(hazard.text.encode())
    (folder / "a.ann").write_bytes(hazard.ann.encode())
    return folder


def test_each_span_covers_what_it_quotes(hazard: Hazard, corpus: Path) -> None:
    report = Report()
    (document,) = BratFormat().read(corpus, None, report)
    assert document.text == hazard.text.removeprefix("\ufeff")
    assert {entity.id: entity.of(document.text) for entity in document.entities} == hazard.marked
    assert tuple(finding.code for finding in report.findings) == hazard.told
    assert [one.code for one in report.findings if one.kind == "loss"] == ["unknown line"] * hazard.told.count(
        "unknown line"
    )


def test_a_copy_is_the_same_to_the_byte(corpus: Path, tmp_path: Path) -> None:
    report = BratFormat().copy(corpus, tmp_path / "out")
    for name in ("a.txt", "a.ann"):
        assert (tmp_path / "out" / name).read_bytes() == (corpus / name).read_bytes()
    assert report.lossless


def test_written_back_unchanged_it_is_the_same_to_the_byte(corpus: Path, tmp_path: Path) -> None:
    BratFormat().write(BratFormat().read(corpus), tmp_path / "out", None, WriteOptions(original=corpus))
    for name in ("a.txt", "a.ann"):
        assert (tmp_path / "out" / name).read_bytes() == (corpus / name).read_bytes()


def test_written_anew_brat_reads_it_and_it_comes_back(hazard: Hazard, corpus: Path, tmp_path: Path) -> None:
    (document,) = BratFormat().read(corpus)
    BratFormat().write([document], tmp_path / "out")
    seen = as_brat_sees(tmp_path / "out" / "a")
    assert (seen.failed, seen.messages) == ([], [])
    marked = {identity: " ".join(words.split()) for identity, words in hazard.marked.items()}
    assert {identity: " ".join(words.split()) for identity, words in seen.quotes.items()} == marked
    (back,) = BratFormat().read(tmp_path / "out")
    assert back.text == document.text
    again = {entity.id: " ".join(entity.of(back.text).split()) for entity in back.entities}
    assert again == marked
