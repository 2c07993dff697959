"""NLI, classification and assertion."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest
from corpus_setup import Lay, of_all_splits, samples

from bioassist.errors import InputError
from converters.report import Report
from trainer.corpora import AssertionSample, ClassSample, NliSample
from trainer.corpora.negex import locate


def test_mednli_as_physionet_gives_it(lay: Lay) -> None:
    row = {
        "gold_label": "neutral",
        "pairID": "7f-1",
        "sentence1": "Patient was given insulin.",
        "sentence1_parse": "(ROOT)",
        "sentence2": "Patient has diabetes.",
    }
    root = lay("mednli/mli_dev_v1.jsonl", json.dumps(row) + "\n")
    lay("mednli/mli_train_v1.jsonl", json.dumps({**row, "gold_label": "-"}) + "\n")
    (one,) = samples(NliSample, "mednli", root, "dev")
    assert (one.premise, one.hypothesis, one.label) == (
        "Patient was given insulin.",
        "Patient has diabetes.",
        "neutral",
    )
    with pytest.raises(InputError, match="'-' is not a label"):
        samples(NliSample, "mednli", root, "train")


STATEMENT = {
    "Type": "Comparison",
    "Section_id": "Results",
    "Primary_id": "NCT1",
    "Secondary_id": "NCT2",
    "Statement": "The first trial saw more responses.",
    "Label": "Entailment",
    "Primary_evidence_index": [1],
    "Secondary_evidence_index": [0],
}


def lay_nli4ct(lay: Lay, **changed: object) -> Path:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/train.json", json.dumps({"u1": {**STATEMENT, **changed}}))
        archive.writestr("data/CT json/NCT1.json", json.dumps({"Results": ["Outcome:", "  Response: 40%"]}))
        archive.writestr("data/CT json/NCT2.json", json.dumps({"Results": ["Response: 20%"]}))
    return lay("nli/nli4ct/Complete_dataset.zip", packed.getvalue())


def test_nli4ct_premises_are_the_sections_of_its_trials(lay: Lay) -> None:
    (one,) = samples(NliSample, "nli4ct", lay_nli4ct(lay), "train")
    assert one.premise == (
        "Primary trial, Results:\nOutcome:\n  Response: 40%\n\nSecondary trial, Results:\nResponse: 20%"
    )
    assert one.evidence == ("Response: 40%", "Response: 20%")
    assert one.label == "entailment" and one.options == ("entailment", "contradiction")


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"Secondary_id": "NCT9"}, r"NCT9\.json is not there"),
        ({"Section_id": "Summary"}, "no section 'Summary'"),
        ({"Label": "Neutral"}, "'Neutral' is not a label"),
        ({"Primary_evidence_index": [5]}, "a line that NCT1 has not"),
    ],
)
def test_nli4ct_that_is_not_whole_is_an_error(lay: Lay, changed: dict[str, object], said: str) -> None:
    with pytest.raises(InputError, match=said):
        samples(NliSample, "nli4ct", lay_nli4ct(lay, **changed), "train")


def test_a_half_downloaded_zip_is_an_error(lay: Lay) -> None:
    root = lay_nli4ct(lay)
    path = root / "nli/nli4ct/Complete_dataset.zip"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(InputError, match="cut short or damaged"):
        samples(NliSample, "nli4ct", root, "train")


HEALTHVER = ("id", "evidence", "claim", "label", "topic_ip", "question")


def table(columns: tuple[str, ...], *records: tuple[str, ...]) -> str:
    written = io.StringIO(newline="")
    csv.writer(written).writerows([columns, *records])
    return written.getvalue()


def test_healthver_claims_follow_from_the_evidence_or_not(lay: Lay) -> None:
    rows = (
        ("1", "Vitamin D lowers risk,\nthey say.", "Vitamin D helps ", "Supports", "1", "Does D help?"),
        ("2", "No effect.", "Vitamin D helps", "Refutes", "1", "Does D help?"),
        ("3", "It is a vitamin.", "Vitamin D helps", "Neutral", "1", "Does D help?"),
    )
    root = lay("nli/healthver/healthver_dev.csv", table(HEALTHVER, *rows))
    found = of_all_splits(NliSample, "healthver", root)
    assert [one.label for one in found] == ["entailment", "contradiction", "neutral"]
    assert (found[0].premise, found[0].hypothesis) == ("Vitamin D lowers risk,\nthey say.", "Vitamin D helps")
    # All three are about one question, so they are on one side.
    assert len({one.group for one in found}) == 1


def test_healthver_takes_the_owners_splits_where_both_are_there(lay: Lay) -> None:
    lay("nli/healthver/healthver_train.csv", table(HEALTHVER, ("1", "a", "b", "Neutral", "1", "q")))
    root = lay("nli/healthver/healthver_dev.csv", table(HEALTHVER, ("2", "c", "d", "Refutes", "1", "q")))
    assert [one.premise for one in samples(NliSample, "healthver", root, "train")] == ["a"]
    assert [one.premise for one in samples(NliSample, "healthver", root, "dev")] == ["c"]


@pytest.mark.parametrize(
    ("end", "said"), [('4,"cut in a quo', "not CSV"), ("4,a\r\n", "has not 6 columns"), ("4,a,b,No,1,q", "'No'")]
)
def test_a_broken_table_is_named_with_its_line(lay: Lay, end: str, said: str) -> None:
    root = lay("nli/healthver/healthver_train.csv", table(HEALTHVER, ("1", "a", "b", "Neutral", "1", "q")) + end)
    lay("nli/healthver/healthver_dev.csv", table(HEALTHVER))
    with pytest.raises(InputError, match=said) as caught:
        samples(NliSample, "healthver", root, "train")
    assert str(caught.value.where).endswith("healthver_train.csv:3")


def hoc(*rows: tuple[str, list[str]]) -> bytes:
    lines = [
        json.dumps({"id": str(place), "document_id": f"100_{place}", "text": text, "labels": labels})
        for place, (text, labels) in enumerate(rows)
    ]
    return gzip.compress("\n".join(lines).encode())


def test_hoc_sentences_have_any_number_of_hallmarks(lay: Lay) -> None:
    content = hoc(
        ("Cells died and vessels grew.", ["inducing angiogenesis", "resisting cell death"]),
        ("We studied mice.", ["none"]),
        ("Unlabelled.", []),
    )
    report = Report()
    found = of_all_splits(ClassSample, "hoc", lay("cls/hoc/hoc-train.raw.jsonl.gz", content), report)
    assert [one.labels for one in found] == [("resisting cell death", "inducing angiogenesis"), ()]
    assert all(one.many and len(one.options) == 10 for one in found)
    assert [(finding.document, finding.code) for finding in report.findings] == [("100_2", "no label")]
    assert {one.group for one in found} == {"100"}


@pytest.mark.parametrize("keep", [-5, 30])
def test_a_half_downloaded_gzip_is_an_error(lay: Lay, keep: int) -> None:
    root = lay("cls/hoc/hoc-train.raw.jsonl.gz", hoc(*[(f"Sentence {place}.", ["none"]) for place in range(50)])[:keep])
    with pytest.raises(InputError, match="cut short or damaged"):
        samples(ClassSample, "hoc", root, "train")


def test_mts_dialog_sections_are_classes(lay: Lay) -> None:
    columns = ("ID", "section_header", "section_text", "dialogue")
    rows = (
        ("0", "GENHX", "The patient is 76.\r\nNo fever.", "Doctor: Hi"),
        ("1", "FAM/SOCHX ", "Smokes.", "Doctor: Smoke?"),
    )
    root = lay("notes/mts-dialog/MTS-Dialog-TrainingSet.csv", table(columns, *rows))
    first, second = samples(ClassSample, "mts-dialog", root, "train")
    assert first.labels == ("history of present illness",) and first.document.text == "The patient is 76.\r\nNo fever."
    assert second.labels == ("family and social history",) and not second.many


HEADER = "line number\tCondition\tsentence\tnegation\ttemporality\texperiencer\n"


def negex(*rows: str) -> bytes:
    return (HEADER + "".join(f"{row}\n" for row in rows)).encode("latin-1")


def test_negex_says_negation_temporality_and_experiencer(lay: Lay) -> None:
    content = negex(
        "1\tedema\tNo cyanosis or EDEMA at 37\xb0.\tNegated\tRecent\tPatient",
        "2\tbreast cancer\tMother had BREAST  CANCER.\tAffirmed\tHistorical\tFamily member",
        "3\trales\tNot in here.\tNegated\tRecent\tPatient",
    )
    report = Report()
    root = lay("notes/negex/rsAnnotations.txt", content)
    found = {one.document.name: one for one in of_all_splits(AssertionSample, "negex", root, report)}
    edema, cancer = found["negex/1"], found["negex/2"]
    assert edema.document.text == "No cyanosis or edema at 37°." and edema.target.of(edema.document.text) == "edema"
    assert dict(edema.values) == {"negation": "negated", "temporality": "recent", "experiencer": "patient"}
    assert [(one.type, one.value) for one in edema.document.attributes] == [("Assertion", "negated")]
    assert cancer.document.text == "Mother had breast  cancer."
    assert [(one.type, one.value) for one in cancer.document.attributes] == [
        ("Assertion", "historical"),
        ("Experiencer", "family"),
    ]
    assert [(finding.document, finding.line) for finding in report.findings] == [("3", 4)]


@pytest.mark.parametrize(
    ("sentence", "concept", "text", "marked"),
    [
        ("Denies CHEST PAIN.", "chest pain", "Denies chest pain.", "chest pain"),
        ("NO ACUTE DISEASE.", "acute disease", "NO ACUTE DISEASE.", "ACUTE DISEASE"),
        ("PAIN", "pain", "PAIN", "PAIN"),
        ("The pain: no PAIN.", "pain", "The pain: no pain.", "pain"),
        ("Mild A.  B here", "A. B", "Mild A.  B here", "A.  B"),
        ("No MVP (MITRAL) now", "MVP (mitral)", "No MVP (mitral) now", "MVP (mitral)"),
    ],
)
def test_the_concept_of_negex_loses_its_capitals(sentence: str, concept: str, text: str, marked: str) -> None:
    placed = locate(sentence, concept)
    assert placed is not None
    assert placed[0] == text and placed[1].of(text) == marked and len(text) == len(sentence)


def test_the_second_of_two_places_is_taken_if_it_is_the_one_in_capitals() -> None:
    placed = locate("The pain: no PAIN.", "pain")
    assert placed is not None and placed[1].start == 13


def test_a_sentence_of_negex_is_on_one_side_whatever_its_concept(lay: Lay) -> None:
    content = negex(
        "1\tnausea\tNo NAUSEA or vomiting.\tNegated\tRecent\tPatient",
        "2\tvomiting\tNo nausea or VOMITING.\tNegated\tRecent\tPatient",
    )
    first, second = of_all_splits(AssertionSample, "negex", lay("notes/negex/rsAnnotations.txt", content))
    assert first.group == second.group


@pytest.mark.parametrize("row", ["1\tedema\tNo EDEMA.\tNega", "1\tedema\tNo EDEMA.\tDenied\tRecent\tPatient"])
def test_a_broken_line_of_negex_is_named(lay: Lay, row: str) -> None:
    root = lay("notes/negex/rsAnnotations.txt", negex(row))
    with pytest.raises(InputError) as caught:
        of_all_splits(AssertionSample, "negex", root)
    assert str(caught.value.where).endswith("rsAnnotations.txt:2")
