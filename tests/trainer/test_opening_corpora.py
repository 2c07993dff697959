from __future__ import annotations

from pathlib import Path

import pytest
from corpus_setup import Lay

from bioassist.errors import InputError, UsageError
from bioassist.schema import NAME
from trainer.corpora import CORPORA, by_name, default_root, split_of, tally

PAPER = (
    *("ncbi-disease", "bc5cdr-disease", "bc5cdr-chem", "bc2gm", "jnlpba", "i2b2-2012"),
    *("i2b2-2010", "gad", "mednli", "hoc", "chatdoctor", "pmc-llama"),
)


def test_the_twelve_sources_of_the_paper_are_there() -> None:
    assert set(PAPER) <= set(CORPORA) and len(PAPER) == 12


@pytest.mark.parametrize("name", CORPORA)
def test_a_missing_source_says_how_to_get_it_and_under_what_terms(name: str, tmp_path: Path) -> None:
    corpus = by_name(name)
    for split in ("train", "dev"):
        with pytest.raises(InputError) as caught:
            corpus.open(tmp_path, split)
        assert corpus.title in caught.value.what
        assert corpus.origin in str(caught.value) and corpus.licence.stated in str(caught.value)


def test_a_missing_file_is_named(lay: Lay) -> None:
    root = lay("re/bc5cdr-cid/CDR_TrainingSet.PubTator.txt", "")
    with pytest.raises(InputError, match=r"CDR_DevelopmentSet\.PubTator\.txt is not there"):
        by_name("bc5cdr-cid").open(root, "dev")


@pytest.mark.parametrize("split", ["test", "eval"])
def test_test_splits_are_not_opened(split: str, lay: Lay) -> None:
    root = lay(f"ner/ncbi-disease/{split}.tsv", "a\tO\n")
    with pytest.raises(UsageError, match="no split"):
        by_name("ncbi-disease").open(root, split)  # type: ignore[arg-type]


def test_an_unknown_corpus_lists_the_known_ones() -> None:
    with pytest.raises(UsageError, match="ncbi-disease"):
        by_name("ncbi")


def test_the_folder_of_one_corpus_can_be_named_itself(lay: Lay) -> None:
    root = lay("mine/train.tsv", "fever\tB-Disease\n")
    assert tally(by_name("ncbi-disease").open(root / "mine", "train", whole=False)) == {"samples": 1, "Disease": 1}


def test_the_folder_of_all_corpora_is_named_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIOASSIST_CORPORA", "/data/corpora")
    assert default_root() == Path("/data/corpora")


def test_only_open_licences_let_weights_be_given_away() -> None:
    closed = {name for name, one in CORPORA.items() if not one.licence.weights_may_be_given_away}
    assert closed == {
        *("i2b2-2010", "i2b2-2012", "mednli"),
        *("ddi-2013", "chemprot", "healthver", "hoc", "nli4ct", "chatdoctor", "pmc-llama"),
    }


def test_entity_types_are_labels_that_a_schema_takes() -> None:
    for corpus in CORPORA.values():
        if corpus.task == "ner":
            assert all(NAME.match(type_) for type_ in corpus.types)


def test_the_split_of_a_text_never_changes() -> None:
    assert [split_of(text) for text in ("The patient denies chest pain.", "10808977", "a", "b")] == [
        "dev",
        "dev",
        "train",
        "train",
    ]


def test_the_share_of_dev_is_a_fifth() -> None:
    dev = sum(split_of(f"Note number {number}.") == "dev" for number in range(4000))
    assert 0.18 < dev / 4000 < 0.22
