from __future__ import annotations

from pathlib import Path

import pytest
from corpus_setup import Lay, samples

from bioassist.errors import InputError
from bioassist.schema import EntityType
from bioassist.tasks import ner
from trainer.corpora import Split, TokenizedSentence, by_name

TWO = "Naloxone\tB-Chemical\nreverses\tO\nheart\tB-Disease\nfailure\tI-Disease\n.\tO\n\nNo\tO\nrelief\tO\n\n"


def read(root: Path, name: str = "bc5cdr-both", split: Split = "train") -> list[TokenizedSentence]:
    return samples(TokenizedSentence, name, root, split)


def test_words_are_joined_by_one_space_and_entities_lie_on_them(lay: Lay) -> None:
    first, second = read(lay("ner/bc5cdr-both/train.tsv", TWO))
    assert first.text == "Naloxone reverses heart failure ."
    assert [word.of(first.text) for word in first.words] == ["Naloxone", "reverses", "heart", "failure", "."]
    assert [(one.type, one.of(first.text)) for one in first.entities] == [
        ("Chemical", "Naloxone"),
        ("Disease", "heart failure"),
    ]
    assert second.entities == () and second.name == "train.tsv:7"


def test_adjacent_mentions_stay_two(lay: Lay) -> None:
    (one,) = read(lay("ner/bc5cdr-both/train.tsv", "a\tB-Disease\nb\tB-Disease\nc\tI-Disease\nd\tB-Chemical\n"))
    assert [entity.of(one.text) for entity in one.entities] == ["a", "b c", "d"]


def test_bare_tags_get_the_type_of_their_corpus(lay: Lay) -> None:
    (one,) = read(lay("ner/jnlpba/devel.tsv", "IL\tB\n-\tI\n2\tI\ngene\tO\n"), "jnlpba", "dev")
    assert [(entity.type, entity.of(one.text)) for entity in one.entities] == [("Gene_or_protein", "IL - 2")]


def test_samples_are_said_in_full_by_the_program(lay: Lay) -> None:
    (first, _) = read(lay("ner/bc5cdr-both/train.tsv", TWO))
    (program,) = ner.passes("ner.typed", [EntityType("Chemical"), EntityType("Disease")])
    labels, left_out = program.answers(first.words, first.entities)
    assert list(labels) == [" B-Chemical", " O", " B-Disease", " I-Disease", " O"] and not left_out


@pytest.mark.parametrize(
    ("content", "line", "said"),
    [
        ("a\tO\nb\tI-Disease\n", 2, "I-Disease after O"),
        ("a\tB-Chemical\nb\tI-Disease\n", 2, "I-Disease after B-Chemical"),
        ("a\tB-Disease\n\nb\tI-Disease\n", 3, "I-Disease after O"),
        ("a\tB-Gene\n", 1, "unknown tag 'B-Gene'"),
        ("a\tO\nb", 2, "not a word, a tab and a tag"),
        ("a\tO\nb\tB-Dis", 2, "unknown tag 'B-Dis'"),
        ("a b\tc\tO\n", 1, "not a word"),
    ],
)
def test_what_is_broken_is_said_with_file_and_line(lay: Lay, content: str, line: int, said: str) -> None:
    root = lay("ner/bc5cdr-both/train.tsv", content)
    with pytest.raises(InputError, match=said) as caught:
        read(root)
    assert caught.value.where == f"{root / 'ner/bc5cdr-both/train.tsv'}:{line}"


def test_line_separators_of_unicode_are_part_of_words(lay: Lay) -> None:
    (one,) = read(lay("ner/bc5cdr-both/train.tsv", "a\u2028b\tO\r\nc\x0cd\tO\r\n"))
    assert [word.of(one.text) for word in one.words] == ["a\u2028b", "c\x0cd"]


def test_a_file_that_ends_early_is_not_taken_for_the_corpus(lay: Lay) -> None:
    root = lay("ner/bc5cdr-both/train.tsv", TWO)
    with pytest.raises(InputError, match=r"ends after 2 of 4,560 samples"):
        list(by_name("bc5cdr-both").open(root, "train"))


@pytest.mark.parametrize(("content", "said"), [("", "the file is empty"), ("\n\n", "the file is empty")])
def test_an_empty_split_is_an_error(lay: Lay, content: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        read(lay("ner/bc5cdr-both/train.tsv", content))
