"""Whose documents are whose."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project_setup import Ward, plain_words

from assistant.project.team.assignments import share_out
from assistant.review.session import ReviewSession
from bioassist.errors import UsageError

TEAM = ["anna", "ben", "cara"]


@pytest.fixture
def ten(ward: Ward) -> list[int]:
    return [ward.note(f"<Symptom>cough</Symptom> {number}", f"n{number}") for number in range(10)]


@given(
    documents=st.integers(1, 60),
    annotators=st.integers(2, 6),
    overlap=st.floats(0, 1),
    seed=st.integers(0, 5),
)
def test_every_document_is_somebodys_and_all_is_even(
    documents: int, annotators: int, overlap: float, seed: int
) -> None:
    names = [f"a{number}" for number in range(annotators)]
    listed = list(range(100, 100 + documents))
    shared = share_out(listed, names, overlap, seed)
    assert list(shared) == listed and all(len(set(of)) == len(of) and set(of) <= set(names) for of in shared.values())
    twice = [document for document, of in shared.items() if len(of) == 2]
    assert len(twice) == round(documents * overlap) and {len(of) for of in shared.values()} <= {1, 2}
    pairs = Counter(frozenset(shared[document]) for document in twice)
    uses = [pairs[frozenset(pair)] for pair in combinations(names, 2)]
    assert max(uses) - min(uses) <= 1
    loads = Counter(name for of in shared.values() for name in of)
    assert max(loads[name] for name in names) - min(loads[name] for name in names) <= 1
    for place in range(len(twice)):
        first, last = place * documents // len(twice), (place + 1) * documents // len(twice)
        assert len({*twice} & {*listed[first:last]}) == 1, "spread evenly over the list"
    assert share_out(listed, names, overlap, seed) == shared, "the same seed draws the same"


def test_another_seed_draws_others() -> None:
    drawn = {tuple(share_out(range(50), TEAM, 0.2, seed).items()) for seed in range(5)}
    assert len(drawn) == 5


def test_who_has_documents_sees_those_and_whoever_has_none_all(ward: Ward, ten: list[int]) -> None:
    sharing = ward.project.assignments.share_out(ten, TEAM, "lead", overlap=0.2, seed=7)
    assert (sharing.by, sharing.documents, sharing.for_two, sharing.annotators) == ("lead", 10, 2, tuple(TEAM))
    ward.reopen()
    present = ward.project.assignments.present()
    assert present.sharings == (sharing,)
    for name in TEAM:
        session = ReviewSession(ward.project.seen_by(name).mine(), name, words=plain_words)
        mine = [document for document, names in present.documents.items() if name in names]
        assert [row.id for row in session.documents()] == sorted(mine) and len(mine) == 4
        assert session.project.left_out == 6
        assert len(ReviewSession(ward.project, name).documents()) == 10, "if asked for"
    assert len(ward.project.seen_by("lead").mine().documents()) == 10


def test_what_comes_later_is_everybodys_until_it_is_shared_out(ward: Ward, ten: list[int]) -> None:
    table = ward.project.assignments
    table.share_out(ten, TEAM, "lead")
    before = dict(table.present().documents)
    new = ward.note("fever", "new")
    assert all(new in [row.id for row in ward.project.seen_by(name).mine().documents()] for name in TEAM)
    assert table.share_out([*ten, new], ["ben"], "lead").documents == 1
    assert table.present().documents == before | {new: ("ben",)}
    assert new not in [row.id for row in ward.project.seen_by("anna").mine().documents()]
    with pytest.raises(UsageError, match="somebody's already"):
        table.share_out([*ten, new], TEAM, "lead")
    assert table.share_out([*ten, new], TEAM, "lead", anew=True, seed=3).documents == 11
    assert len(table.present().sharings) == 3


def test_figures_tell_who_has_how_many(ward: Ward, ten: list[int]) -> None:
    ward.review(ten[0], "anna").mark_done()
    ward.project.assignments.share_out(ten, ["anna", "ben"], "lead")
    assert [(one.name, one.assigned, one.done) for one in ward.project.annotator_figures()] == [
        ("anna", 5, 1),
        ("ben", 5, 0),
    ]


@pytest.mark.parametrize(
    ("names", "overlap"), [([], 0.0), (["anna", "anna"], 0.0), (["anna"], 0.2), (["anna", "ben"], 1.2)]
)
def test_what_is_refused(ward: Ward, ten: list[int], names: list[str], overlap: float) -> None:
    with pytest.raises(UsageError):
        ward.project.assignments.share_out(ten, names, "lead", overlap=overlap)
    assert ward.project.assignments.present().documents == {}
