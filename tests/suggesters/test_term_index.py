"""Terminologies searched as one types."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.project.records import Reference
from assistant.suggesters.term_files import Entry
from assistant.suggesters.term_index import EXACT, INSIDE, PREFIX, WORD_PREFIX, WORDS, TermIndex, read_index, search
from bioassist.errors import InputError

DISEASES = """\
term,id,synonyms
type 2 diabetes mellitus,MESH:D003924,T2DM|diabetes type 2|NIDDM
type 1 diabetes mellitus,MESH:D003922,
diabetes insipidus,MESH:D003919,
diabetes,MESH:D003920,
prediabetes,MESH:D011236,
angina pectoris,MESH:D000787|HP:0001681,angina
Sjögren's syndrome,MESH:D012859,
µ-opioid withdrawal,MESH:D000001,
unlisted,,
"""


@pytest.fixture
def diseases(tmp_path: Path) -> TermIndex:
    file = tmp_path / "diseases.csv"
    file.write_text(DISEASES, encoding="utf-8")
    return read_index(file)


def names(index: TermIndex, query: str) -> list[str]:
    return [match.name for match in index.search(query)]


def test_apostrophes_and_hyphens_are_alike(diseases: TermIndex) -> None:
    assert names(diseases, "sjögren’s") == names(diseases, "Sjögren´s synd") == ["Sjögren's syndrome"]
    assert names(diseases, "µ‑opioid") == ["µ-opioid withdrawal"]


def test_the_best_comes_first(diseases: TermIndex) -> None:
    found = diseases.search("diabetes")
    assert [(match.name, match.rank) for match in found] == [
        ("diabetes", EXACT),
        ("diabetes type 2", PREFIX),
        ("diabetes insipidus", PREFIX),
        ("type 1 diabetes mellitus", WORD_PREFIX),
        ("prediabetes", INSIDE),
    ]
    assert found[1].reference == Reference("MESH", "D003924", "type 2 diabetes mellitus"), "an entry is there once"


def test_words_are_found_in_any_order(diseases: TermIndex) -> None:
    (match,) = diseases.search("mellitus type 1")
    assert (match.reference.identifier, match.rank) == ("D003922", WORDS)
    assert diseases.search("mellitus type 3") == []


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("nidd", "NIDDM"),
        ("SJÖGREN", "Sjögren's syndrome"),
        ("sjo\u0308gren's  syndrome", "Sjögren's syndrome"),
        ("μ-op", "µ-opioid withdrawal"),
        ("pector", "angina pectoris"),
    ],
)
def test_neither_case_nor_the_form_of_characters_counts(diseases: TermIndex, typed: str, name: str) -> None:
    assert names(diseases, typed)[0] == name


def test_an_entry_of_two_terminologies_is_two_and_one_without_any_is_none(diseases: TermIndex) -> None:
    assert [match.reference.database for match in diseases.search("angina pectoris")] == ["MESH", "HP"]
    assert diseases.search("unlisted") == []
    assert diseases.search("") == diseases.search("  ") == []


def test_no_more_than_asked_for(diseases: TermIndex) -> None:
    assert len(diseases.search("d", 3)) == 3


def test_several_terminologies_are_searched_together(diseases: TermIndex) -> None:
    drugs = TermIndex([Entry(("diabetes drug", "diabetes"), "", (Reference("ATC", "A10", "diabetes drug"),), 2)])
    found = search([diseases, drugs], "diabetes", 3)
    assert [(one.reference.database, one.rank) for one in found] == [("MESH", EXACT), ("ATC", EXACT), ("MESH", PREFIX)]


def test_what_is_wrong_with_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.csv: cannot be read"):
        read_index(tmp_path / "gone.csv")
    file = tmp_path / "names.csv"
    file.write_text("term\naspirin,\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"names\.csv:2: this row has 2 cells"):
        read_index(file)


def test_a_list_of_names_without_identifiers_is_empty(tmp_path: Path) -> None:
    file = tmp_path / "names.csv"
    file.write_text("term\naspirin\n", encoding="utf-8")
    assert len(read_index(file)) == 0 and read_index(file).search("aspirin") == []


words = st.text(alphabet="abé -", min_size=1, max_size=8).filter(lambda name: name.strip())


@given(listed=st.lists(words, min_size=1, max_size=12), typed=words)
def test_what_is_found_is_what_holds_the_words(listed: list[str], typed: str) -> None:
    """Against a plain look at every name."""
    index = TermIndex([Entry((name,), "", (Reference("X", str(place), name),), 0) for place, name in enumerate(listed)])
    wanted = " ".join(typed.split())

    def held(name: str) -> int | None:
        name = " ".join(name.split())
        if name == wanted:
            return EXACT
        if name.startswith(wanted):
            return PREFIX
        inside = [place for place in range(1, len(name)) if name.startswith(wanted, place)]
        if inside:
            return WORD_PREFIX if any(not name[place - 1].isalnum() for place in inside) else INSIDE
        return WORDS if " " in wanted and all(word in name for word in wanted.split(" ")) else None

    found = {match.reference.identifier: match.rank for match in index.search(typed, 100)}
    assert found == {str(place): rank for place, name in enumerate(listed) if (rank := held(name)) is not None}
    ranks = [match.rank for match in index.search(typed, 100)]
    assert ranks == sorted(ranks)
