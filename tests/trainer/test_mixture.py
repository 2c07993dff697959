from __future__ import annotations

from pathlib import Path

import pytest

from bioassist.errors import InputError
from bioassist.tasks.fingerprints import FINGERPRINTS
from trainer.corpora import CORPORA
from trainer.mixture import load

ONE = """
name = "mine"
[[sources]]
corpus = "negex"
task = "assertion"
repeat = 2
attribute = ["Assertion", "", "present"]
labels = { "negation.negated" = "negated" }
"""


@pytest.mark.parametrize("name", ["clinical", "clinical-cpu", "open", "paper"])
def test_built_in_mixtures_name_tasks_and_corpora_that_there_are(name: str) -> None:
    mixture = load(name)
    assert mixture.name == name
    assert set(mixture.tasks) <= set(FINGERPRINTS)
    for source in mixture.sources:
        corpus = CORPORA[source.corpus]
        if source.task.startswith(("ner.", "class.")):
            assert set(source.labels) <= set(corpus.types)


def test_the_papers_mixture_has_its_twelve_sources() -> None:
    assert {source.corpus for source in load("paper").sources} == {
        "ncbi-disease", "bc5cdr-disease", "bc5cdr-chem", "bc2gm", "jnlpba", "i2b2-2012", "i2b2-2010", "gad", "mednli",
        "hoc", "chatdoctor", "pmc-llama",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["clinical", "clinical-cpu"])
def test_weights_of_the_default_may_be_given_away(name: str) -> None:
    assert all(CORPORA[source.corpus].licence.weights_may_be_given_away for source in load(name).sources)


def test_a_file_says_what_it_teaches(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(ONE)
    mixture = load(str(tmp_path / "mine.toml"))
    assert mixture.labels == {"assertion": ["Assertion=negated"]}
    (source,) = mixture.sources
    assert source.repeat == 2 and source.attribute is not None and source.attribute.unwritten == "present"


def test_another_mixture_in_other_proportions(tmp_path: Path) -> None:
    path = tmp_path / "less.toml"
    path.write_text('name = "less"\nextends = "clinical"\n[repeat]\n"bc2gm ner.inline" = 0\n"negex assertion" = 0.5\n')
    less, whole = load(str(path)), load("clinical")
    assert less.name == "less" and less.window_words == whole.window_words
    assert "bc2gm" not in {source.corpus for source in less.sources}
    assert {source.repeat for source in less.sources if source.corpus == "negex"} == {0.5}
    assert len(less.sources) == len(whole.sources) - 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "TOML"),
        ('name = "x"', "sources"),
        (ONE.replace("negex", "nogex"), "no corpus called 'nogex'"),
        (ONE.replace('"assertion"', '"assertions"'), "no task 'assertions'"),
        (ONE.replace("repeat = 2", "repeat = -1"), "repeat must be a number"),
        (ONE.replace("repeat = 2", "often = 2"), "'often' is not known"),
        (ONE.replace('["Assertion", "", "present"]', '"Assertion"'), "attribute must be"),
        (ONE.replace('= "negated" }', "= 3 }"), "a label must be"),
        (ONE.replace("negex", "gad").replace("assertion", "re.pairs"), "name heads and tails"),
        ('name = "x"\nextends = "clinical"\n[repeat]\n"negex" = 1', "'negex' is not known"),
        ('name = "clinical"\nextends = "clinical"', "extend itself"),
    ],
)
def test_what_is_wrong_with_a_mixture_is_named(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(text)
    with pytest.raises(InputError, match=said) as caught:
        load(str(path))
    assert str(path) in str(caught.value.where)


def test_an_unknown_name_lists_those_there_are() -> None:
    with pytest.raises(InputError) as caught:
        load("clinicle")
    assert "clinical" in str(caught.value.next_step)
