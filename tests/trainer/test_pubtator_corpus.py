from __future__ import annotations

import pytest
from corpus_setup import Lay, samples

from bioassist.errors import InputError
from converters.report import Report
from trainer.corpora import AnnotatedDocument, by_name

TRAIN, DEV = "re/bc5cdr-cid/CDR_TrainingSet.PubTator.txt", "re/bc5cdr-cid/CDR_DevelopmentSet.PubTator.txt"


def block(pmid: str = "1") -> str:
    return (
        f"{pmid}|t|Lithium and renal failure.\n"
        f"{pmid}|a|Lithium salts caused nephritis and tremor. No aspirin.\n"
        f"{pmid}\t0\t7\tLithium\tChemical\tD008094\n"
        f"{pmid}\t12\t25\trenal failure\tDisease\tD051437\n"
        f"{pmid}\t27\t34\tLithium\tChemical\tD008094\n"
        f"{pmid}\t48\t68\tnephritis and tremor\tDisease\tD009393|D014202\tnephritis|tremor\n"
        f"{pmid}\t73\t80\taspirin\tChemical\t-1\n"
        f"{pmid}\tCID\tD008094\tD014202\n\n"
    )


def test_offsets_count_the_line_between_title_and_abstract(lay: Lay) -> None:
    (sample,) = samples(AnnotatedDocument, "bc5cdr-cid", lay(DEV, block()), "dev")
    document = sample.document
    assert [entity.of(document.text) for entity in document.entities][3:] == ["nephritis and tremor", "aspirin"]
    assert [(one.target, one.identifier) for one in document.normalizations][-2:] == [
        ("T4", "D009393"),
        ("T4", "D014202"),
    ]
    (relation,) = document.relations
    # The second mention of lithium is nearer.
    assert [argument.target for argument in relation.arguments] == ["T3", "T4"]


def test_pairs_are_of_concepts_and_a_composite_mention_is_two(lay: Lay) -> None:
    (sample,) = samples(AnnotatedDocument, "bc5cdr-cid", lay(DEV, block()), "dev")
    pairs, left_out = by_name("bc5cdr-cid").pair_samples(sample)
    assert left_out == 0
    assert {(one.name.split("#")[1], one.head.id, one.tail.id, one.label) for one in pairs} == {
        ("D008094-D051437", "T3", "T2", "none"),
        ("D008094-D009393", "T3", "T4", "none"),
        ("D008094-D014202", "T3", "T4", "CID"),
    }


def test_development_documents_in_the_training_file_are_left_out(lay: Lay) -> None:
    lay(DEV, block("2"))
    root = lay(TRAIN, block("1") + block("2"))
    report = Report()
    assert [one.name for one in samples(AnnotatedDocument, "bc5cdr-cid", root, "train", report)] == ["1"]
    assert [(finding.document, finding.code) for finding in report.findings] == [("2", "leakage")]


@pytest.mark.parametrize(
    ("old", "new", "said", "line"),
    [
        ("1|a|", "1|b|", "no line PMID", 2),
        ("\t0\t7\tLithium", "\t1\t7\tLithium", "another than the one quoted", 3),
        ("1\t12\t25", "9\t12\t25", "a line of 9", 4),
        ("\tDisease\tD051437", "\tGene\tD051437", "'Gene' is not a type", 4),
        ("CID\tD008094\tD014202", "CID\tD008094\tD000000", "not both mentioned", 8),
        ("\tChemical\t-1\n", "\n", "neither a mention nor a relation", 7),
    ],
)
def test_what_is_broken_is_said_with_its_line(lay: Lay, old: str, new: str, said: str, line: int) -> None:
    assert old in block()
    root = lay(DEV, block().replace(old, new, 1))
    with pytest.raises(InputError, match=said) as caught:
        samples(AnnotatedDocument, "bc5cdr-cid", root, "dev")
    assert str(caught.value.where).endswith(f".txt:{line}")


def test_a_file_cut_in_a_title_is_said(lay: Lay) -> None:
    with pytest.raises(InputError, match="no line PMID"):
        samples(AnnotatedDocument, "bc5cdr-cid", lay(DEV, block("1") + "2|t|Lith"), "dev")
