"""Samples of corpora as programs: the gold is what is read back, and training varies what the model is told."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from corpus_setup import Lay

from trainer.corpora import Split
from trainer.corpora.shelf import Shelf
from trainer.mixture import Mixture, MixtureSource, load
from trainer.rendering import Drawing, Rendered, render, render_source

SENTENCES = "Naloxone\tB-Chemical\nreverses\tO\nheart\tB-Disease\nfailure\tI-Disease\n.\tO\n\nNo\tO\nrelief\tO\n\n"
NEGEX = "\n".join(
    [
        "Number\tConcept\tSentence\tNegation\tTemporality\tExperiencer",
        "1\tchest pain\tHe denies any CHEST PAIN .\tNegated\tRecent\tPatient",
        "2\tstroke\tHistory of STROKE in 2004 .\tAffirmed\tHistorical\tPatient",
        "3\tfever\tShe has FEVER today .\tAffirmed\tRecent\tPatient",
    ]
)


def source(mixture: str, corpus: str, task: str) -> MixtureSource:
    return next(one for one in load(mixture).sources if (one.corpus, one.task) == (corpus, task))


def rendered(one: MixtureSource, root: Path, split: Split = "train", **settings: float) -> list[Rendered]:
    mixture = Mixture("test", (one,), **settings)  # type: ignore[arg-type]
    found = list(render_source(one, Shelf(root, whole=False), split, Drawing(mixture, split, random.Random(1))))
    for sample in found:
        sample.program.check()
        sample.program.filled(sample.answers)
    return found


def both_splits(one: MixtureSource, root: Path) -> list[Rendered]:
    """Of a corpus that is split by hash, whose hand-written rows may all fall on one side."""
    found = []
    for split in ("train", "dev"):
        try:
            found += rendered(one, root, split)  # type: ignore[arg-type]
        except Exception as error:
            assert "is empty" in str(error)
    return found


def test_sentences_are_put_together_up_to_a_window(lay: Lay) -> None:
    root = lay("ner/bc5cdr-both/train.tsv", SENTENCES)
    one = source("clinical", "bc5cdr-both", "ner.inline")
    (both,) = rendered(one, root)
    assert both.given == "Naloxone reverses heart failure . No relief" and both.words == 7
    assert len(rendered(one, root, window_words=5)) == 2
    (first, _) = rendered(replace(one, task="ner.typed"), root, window_words=5)
    assert list(first.answers) == [" B-Chemical", " O", " B-Disease", " I-Disease", " O"]


def test_the_paper_has_one_sentence_and_one_type_a_sample(lay: Lay) -> None:
    root = lay("ner/bc5cdr-chem/train.tsv", SENTENCES.replace("B-Disease", "O").replace("I-Disease", "O"))
    first, second = rendered(source("paper", "bc5cdr-chem", "ner.paper"), root)
    assert first.answers == (" B", " O", " O", " O", " O") and set(second.answers) == {" O"}


def test_training_lists_parts_of_the_types_and_no_entity_of_the_others(lay: Lay) -> None:
    root = lay("ner/bc5cdr-both/train.tsv", SENTENCES)
    one = replace(source("clinical", "bc5cdr-both", "ner.inline"), repeat=40)
    seen = rendered(one, root, subsets=1.0, wordings=0.5)
    instructions = {sample.program.pieces[0].text for sample in seen}  # type: ignore[union-attr]
    assert len(instructions) > 4
    for sample in seen:
        told = sample.program.pieces[0].text  # type: ignore[union-attr]
        assert ("\nChemical" in sample.answers) == ("Chemical (" in told)
        assert ("\nDisease" in sample.answers) == ("Disease (" in told)


def test_development_samples_are_told_everything_in_the_first_wording(lay: Lay) -> None:
    root = lay("ner/bc5cdr-both/devel.tsv", SENTENCES * 30)
    one = source("clinical", "bc5cdr-both", "ner.inline")
    seen = rendered(replace(one, repeat=5), root, "dev", subsets=1.0, wordings=1.0, window_words=5)
    assert len(seen) == 60 and len({sample.program.pieces[0] for sample in seen}) == 1


def test_negex_becomes_the_schemas_assertion(lay: Lay) -> None:
    root = lay("notes/negex/rsAnnotations.txt", NEGEX)
    found = {one.document: one for one in both_splits(source("clinical", "negex", "assertion"), root)}
    assert [found[f"negex/{n}"].answers for n in (1, 2, 3)] == [(" negated",), (" historical",), (" present",)]
    assert found["negex/1"].program.filled([" negated"]).endswith("chest pain : negated\n")


BRAT = {
    "a.txt": "She took 5 mg warfarin daily. It caused no bleeding but a rash on the left arm.",
    "a.ann": "T1\tDosage 9 13\t5 mg\nT2\tMedication 14 22\twarfarin\nT3\tSign_symptom 43 51\tbleeding\n"
    "T4\tSign_symptom 58 62\trash\nT5\tBiological_structure 70 78\tleft arm\nE1\tDosage:T1\nE2\tMedication:T2\n"
    "E3\tSign_symptom:T3\nE4\tSign_symptom:T4\nE5\tBiological_structure:T5\nR1\tMODIFY Arg1:E1 Arg2:E2\n"
    "R2\tMODIFY Arg1:E5 Arg2:E4\nA1\tPOLARITY E3 NEG\n",
}


@pytest.fixture
def reports(lay: Lay) -> Path:
    root = Path()
    for name, content in BRAT.items():
        root = lay(f"brat/maccrobat2020/{name}", content)
    return root


def test_pairs_of_a_window_are_asked_for_in_lines(reports: Path) -> None:
    (one,) = both_splits(source("clinical", "maccrobat-clinical", "re.pairs"), reports)
    filled = one.program.filled(one.answers)
    assert "5 mg > warfarin : Dose_of\n" in filled and "rash > left arm : Located_in\n" in filled
    assert "bleeding > left arm : none\n" in filled and one.lost == 0


def test_assertions_of_a_window_are_asked_for_in_lines(reports: Path) -> None:
    (one,) = both_splits(source("clinical", "maccrobat-clinical", "assertion"), reports)
    assert one.program.filled(one.answers).endswith("bleeding : negated\nrash : present\n")


def test_a_pair_that_no_window_holds_gets_a_stretch_of_its_own(lay: Lay, reports: Path) -> None:
    one = source("clinical", "maccrobat-clinical", "re.pairs")
    mixture = Mixture("test", (one,), window_words=3)
    for split in ("train", "dev"):
        try:
            found = list(render(mixture, Shelf(reports, whole=False), split, 0))  # type: ignore[arg-type]
        except Exception as error:
            assert "is empty" in str(error)
            continue
        lines = [line for sample in found for line in sample.program.filled(sample.answers).splitlines()]
        assert "rash > left arm : Located_in" in lines and "5 mg > warfarin : Dose_of" in lines


def test_gad_is_the_right_way_round_in_both_forms(lay: Lay) -> None:
    root = lay("re/gad/train.tsv", "We link @GENE$ to @DISEASE$.\t1\nNothing ties @GENE$ to @DISEASE$.\t0\n")
    marked = {one.given: one.answers for one in both_splits(source("paper", "gad", "re.paper"), root)}
    assert marked["We link @GENE$ to @DISEASE$."] == ("Positive",)
    pairs = {one.given: one.answers for one in both_splits(source("open", "gad", "re.pairs"), root)}
    # The words are ours there: marks and dots are words of their own.
    assert {given.split()[0]: answers for given, answers in pairs.items()} == {
        "We": (" Associated_with",),
        "Nothing": (" none",),
    }


def test_classes_one_or_many(lay: Lay) -> None:
    rows = [
        {"document_id": "1_0", "text": "Tumours grow vessels.", "labels": ["inducing angiogenesis"]},
        {"document_id": "2_0", "text": "Nothing of it.", "labels": ["none"]},
    ]
    root = lay("cls/hoc/hoc-train.raw.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    found = {one.document: one.answers for one in both_splits(source("paper", "hoc", "class.many"), root)}
    assert found["1_0"].count(" yes") == 1 and len(found["1_0"]) == 10
    assert set(found["2_0"]) == {" no"}
    lay("notes/mts-dialog/MTS-Dialog-TrainingSet.csv", "ID,section_header,section_text,dialogue\n0,PLAN,Rest.,D: a\n")
    (one,) = rendered(replace(source("clinical", "mts-dialog", "class.one"), repeat=1), root)
    assert one.answers == ("plan",)


def test_a_share_and_a_number_of_samples_can_be_taken(lay: Lay) -> None:
    root = lay("ner/bc5cdr-both/train.tsv", SENTENCES * 100)
    one = source("clinical", "bc5cdr-both", "ner.inline")
    assert len(rendered(replace(one, repeat=2.0), root, window_words=5)) == 400
    assert 50 < len(rendered(replace(one, repeat=0.5), root, window_words=5)) < 150
    assert len(rendered(replace(one, take=17), root, window_words=5)) == 17
