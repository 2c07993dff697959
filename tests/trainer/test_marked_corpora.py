from __future__ import annotations

import json

import pytest
from corpus_setup import Lay, of_all_splits, samples

from bioassist.errors import InputError
from trainer.corpora import PairSample
from trainer.corpora.marked import unmarked

ASSOCIATED = "Variants of the @GENE$ gene raise the risk of @DISEASE$."
NOT = "We found no link of @GENE$ with @DISEASE$."


def test_label_1_of_gad_is_an_association(lay: Lay) -> None:
    root = lay("re/gad/train.tsv", f"{ASSOCIATED}\t1\n{NOT}\t0\n")
    found = {one.document.text: one for one in of_all_splits(PairSample, "gad", root)}
    assert found[ASSOCIATED].label == "associated" and found[NOT].label == "not associated"
    one = found[ASSOCIATED]
    assert (one.head.type, one.head.of(ASSOCIATED)) == ("Gene", "@GENE$")
    assert (one.tail.type, one.tail.of(ASSOCIATED)) == ("Disease", "@DISEASE$")


def test_a_sentence_of_gad_is_on_one_side_however_often_it_comes(lay: Lay) -> None:
    root = lay("re/gad/train.tsv", f"{NOT}\t0\n{NOT}\t0\n")
    assert len(of_all_splits(PairSample, "gad", root)) == 2
    with pytest.raises(InputError, match="is empty"):
        for split in ("train", "dev"):
            samples(PairSample, "gad", root, split)


@pytest.mark.parametrize("line", ["@GENE$ and @DISEASE$", "@GENE$ alone\t1", "@GENE$ and @DISEASE$\t2", "@GENE$ and"])
def test_a_broken_line_of_gad_is_named(lay: Lay, line: str) -> None:
    root = lay("re/gad/train.tsv", f"{NOT}\t0\n{line}\n")
    with pytest.raises(InputError) as caught:
        of_all_splits(PairSample, "gad", root)
    assert str(caught.value.where).endswith("train.tsv:2")


@pytest.mark.parametrize(
    ("marked", "text", "first", "second"),
    [
        ("<< EGFR >> binds [[ gefitinib ]].", "EGFR binds gefitinib.", "EGFR", "gefitinib"),
        ("[[ gefitinib ]] binds << EGFR >>", "gefitinib binds EGFR", "EGFR", "gefitinib"),
        ("<< [[ insulin ]] receptor >> up", "insulin receptor up", "insulin receptor", "insulin"),
        ("<< A >> >> B, [[ C ]] >> D", "A >> B, C >> D", "A", "C"),
        ("x [[ a << b >> ]] y", "x a b y", "b", "a b"),
    ],
)
def test_marks_of_chemprot_are_taken_out(marked: str, text: str, first: str, second: str) -> None:
    plain, one, other = unmarked(marked, "here")
    assert (plain, one.of(plain), other.of(plain)) == (text, first, second)


@pytest.mark.parametrize("marked", ["<< A >> b", "<< A >> [[ b", "<< A >> << B >> [[ c ]]"])
def test_missing_marks_are_an_error(marked: str) -> None:
    with pytest.raises(InputError, match="once each"):
        unmarked(marked, "here")


def test_chemprot_is_read_and_its_labels_are_known(lay: Lay) -> None:
    row = {"text": "<< EGFR >> binds [[ gefitinib ]].", "label": "INHIBITOR", "metadata": []}
    root = lay("re/chemprot/dev.jsonl", json.dumps(row) + "\n" + json.dumps({**row, "label": "CPR:4"}) + "\n")
    with pytest.raises(InputError, match="'CPR:4' is not a label") as caught:
        samples(PairSample, "chemprot", root, "dev")
    assert str(caught.value.where).endswith("dev.jsonl:2")
    root = lay("re/chemprot/train.jsonl", json.dumps(row))
    (one,) = samples(PairSample, "chemprot", root, "train")
    assert one.label == "INHIBITOR" and one.head.of(one.document.text) == "EGFR"


def test_json_lines_cut_in_a_line_are_an_error(lay: Lay) -> None:
    root = lay("re/chemprot/dev.jsonl", '{"text": "<< EG')
    with pytest.raises(InputError, match="not JSON") as caught:
        samples(PairSample, "chemprot", root, "dev")
    assert str(caught.value.where).endswith("dev.jsonl:1")
