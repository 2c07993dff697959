"""Agreement between annotators: coefficients against their definitions and other libraries, and figures of notes."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise, product

import krippendorff
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score

from bioassist.agreement import Annotator, compare, disagreements
from bioassist.documents import Document, Entity, Span
from bioassist.errors import UsageError
from bioassist.metrics.agreement import cohen_kappa, fleiss_kappa, krippendorff_alpha
from bioassist.metrics.unitizing import Continuum, Unit, continuum

LABELS = "ODS"


@given(st.lists(st.tuples(st.sampled_from(LABELS), st.sampled_from(LABELS)), min_size=1, max_size=60))
def test_cohens_kappa_is_scikit_learns(rated: list[tuple[str, str]]) -> None:
    ours = cohen_kappa(Counter(rated))
    if len({label for pair in rated for label in pair}) == 1:
        assert ours is None
    else:
        theirs = cohen_kappa_score([one for one, _ in rated], [other for _, other in rated])
        assert ours == pytest.approx(theirs, abs=1e-12)


def test_fleiss_kappa_of_fourteen_raters() -> None:
    # Ten subjects in five categories by fourteen raters, the example that texts on the coefficient use: 0.210.
    table = (
        "0 0 0 0 14, 0 2 6 4 2, 0 0 3 5 6, 0 3 9 2 0, 2 2 8 1 1, 7 7 0 0 0, 3 2 6 3 0, 2 5 3 2 2, 6 5 2 1 0, 0 2 2 3 7"
    )
    ratings: Counter[tuple[int, ...]] = Counter()
    for row in table.split(", "):
        counts = [int(count) for count in row.split()]
        ratings[tuple(category for category, count in enumerate(counts) for _ in range(count))] += 1
    assert fleiss_kappa(ratings) == pytest.approx(0.210, abs=0.0005)


@given(
    st.integers(2, 4).flatmap(
        lambda raters: st.lists(
            st.tuples(*[st.sampled_from([None, 0, 1, 2])] * raters), min_size=1, max_size=40
        )
    )
)  # fmt: skip
def test_nominal_alpha_is_the_krippendorff_packages(units: list[tuple[int | None, ...]]) -> None:
    ours = krippendorff_alpha(Counter(units))
    pairable = {label for unit in units if sum(one is not None for one in unit) > 1 for label in unit} - {None}
    if len(pairable) < 2:
        assert ours is None
        return
    table = np.array([[np.nan if label is None else label for label in unit] for unit in units]).T
    theirs = krippendorff.alpha(table, level_of_measurement="nominal", value_domain=[0, 1, 2])
    assert ours == pytest.approx(theirs, abs=1e-9)


@st.composite
def cuttings(draw: st.DrawFn) -> tuple[list[list[Unit]], int]:
    """What two to four annotators marked in a short text; an annotator's units do not overlap."""
    length = draw(st.integers(2, 24))
    annotators = []
    for _ in range(draw(st.integers(2, 4))):
        edges = sorted(draw(st.sets(st.integers(0, length), max_size=8)))
        labels = st.sampled_from([None, "D", "S"])
        units = [(start, end, draw(labels)) for start, end in pairwise(edges)]
        annotators.append([(start, end, label) for start, end, label in units if label])
    return annotators, length


def by_definition(annotators: list[list[Unit]], length: int) -> float | None:
    """Alpha over every pair of characters: the observed at one place by two annotators, and all that chance could pair,
    which a character with its own unit, or a blank one with itself, is not."""
    cells = []
    for coder, units in enumerate(annotators):
        for place in range(length):
            on = next((unit for unit in units if unit[0] <= place < unit[1]), None)
            cells.append((coder, place, on[2] if on else None, (coder, on) if on else (coder, place)))
    by_place = [[cell for cell in cells if cell[1] == place] for place in range(length)]
    observed = [one[2] != other[2] for there in by_place for one, other in combinations(there, 2)]
    chance = [one[2] != other[2] for one, other in product(cells, cells) if one[3] != other[3]]
    if not any(chance):
        return None
    return 1 - np.mean(observed) / np.mean(chance)


@given(cuttings())
def test_unitised_alpha_is_its_definition(cut: tuple[list[list[Unit]], int]) -> None:
    ours, theirs = continuum(*cut).alpha, by_definition(*cut)
    assert (ours is None) == (theirs is None)
    assert theirs is None or ours == pytest.approx(theirs, abs=1e-9)


@given(cuttings(), cuttings())
def test_texts_add_up_to_one_continuum(one: tuple[list[list[Unit]], int], other: tuple[list[list[Unit]], int]) -> None:
    annotators = min(len(one[0]), len(other[0]))
    first, second = one[0][:annotators], other[0][:annotators]
    added = Continuum()
    added.add(continuum(first, one[1]))
    added.add(continuum(second, other[1]), times=2)
    joined = [list(units) for units in first]
    for shift in (one[1], one[1] + other[1]):
        for units, more in zip(joined, second, strict=True):
            units += [(start + shift, end + shift, label) for start, end, label in more]
    # Blanks at the seams are one stretch there and two here, which a blank's length does not tell.
    whole = continuum(joined, one[1] + 2 * other[1])
    assert (added.alpha is None) == (whole.alpha is None)
    assert whole.alpha is None or added.alpha == pytest.approx(whole.alpha)


NOTE = "Severe chest pain since Monday, no fever. Started aspirin 100 mg for angina pectoris."


def document(*marked: tuple[str, str], name: str = "visit", text: str = NOTE) -> Document:
    entities = []
    for number, (type_, words) in enumerate(marked, 1):
        start = text.index(words)
        entities.append(Entity(f"T{number}", type_, (Span(start, start + len(words)),)))
    return Document(name, text, tuple(entities))


def annotator(name: str, *documents: Document) -> Annotator:
    return Annotator(name, {one.name: one for one in documents})


ANNA = document(("Symptom", "chest pain"), ("Symptom", "fever"), ("Drug", "aspirin"), ("Disease", "angina pectoris"))
BEN = document(("Symptom", "Severe chest pain"), ("Disease", "fever"), ("Drug", "aspirin"))


def test_who_agrees_with_themselves_agrees_fully() -> None:
    found = compare([annotator("anna", ANNA), annotator("again", ANNA)])
    for figures in (found.together, *found.by_type.values()):
        every = (figures.strict, figures.relaxed, figures.kappa, figures.alpha, figures.unitised)
        assert [figure.value for figure in every] == [1.0] * 5


def test_figures_of_two_annotators() -> None:
    found = compare([annotator("anna", ANNA), annotator("ben", BEN)])
    assert found.together.entities == (4, 3)
    # Of four and three one is the same; with overlap allowed two are.
    assert found.together.strict.value == pytest.approx(2 * 1 / 7)
    assert found.together.relaxed.value == pytest.approx(2 * 2 / 7)
    assert found.by_type["Drug"].kappa.value == 1.0
    assert found.by_type["Disease"].strict.value == 0.0
    # 17 words: both say Symptom of two, Drug of one and nothing of ten.
    words = [("S", "S")] * 2 + [("O", "S")] + [("S", "D")] + [("D", "O")] * 2 + [("R", "R")] + [("O", "O")] * 10
    assert found.together.kappa.value == pytest.approx(cohen_kappa(Counter(words)))
    assert found.together.strict.interval is None, "one document says nothing of the spread"


def test_nobody_is_taken_for_right() -> None:
    one, other = annotator("anna", ANNA), annotator("ben", BEN)
    there, back = compare([one, other]).together, compare([other, one]).together
    assert (there.strict, there.relaxed, there.kappa, there.alpha, there.unitised) == (
        back.strict,
        back.relaxed,
        back.kappa,
        back.alpha,
        back.unitised,
    )


def test_three_annotators_have_figures_for_all_and_for_each_pair() -> None:
    found = compare([annotator("anna", ANNA), annotator("ben", BEN), annotator("chris", ANNA)])
    assert found.pairs["anna", "chris"].strict.value == 1.0
    assert found.pairs["anna", "ben"].strict.value == found.pairs["ben", "chris"].strict.value
    pairs = [figures.strict.value for figures in found.pairs.values()]
    assert min(pairs) < found.together.strict.value < max(pairs)


def test_intervals_are_by_document() -> None:
    documents = [document(("Symptom", "fever"), name=f"visit-{number}") for number in range(12)]
    bare = [document(name=f"visit-{number}") for number in range(4)]
    found = compare([annotator("anna", *documents), annotator("ben", *(bare + documents[4:]))])
    interval = found.together.strict.interval
    assert interval is not None
    assert interval.low < found.together.strict.value < interval.high


def test_where_they_differ_and_how() -> None:
    found = disagreements([annotator("anna", ANNA), annotator("ben", BEN)])
    assert [(one.span.of(NOTE), one.kind) for one in found] == [
        ("Severe chest pain", "extent"),
        ("fever", "type"),
        ("angina pectoris", "missing"),
    ]
    assert [[entity.type for entity in said] for said in found[2].said] == [["Disease"], []]
    assert disagreements([annotator("anna", ANNA), annotator("again", ANNA)]) == []


def test_documents_that_not_all_have_are_left_out_and_named() -> None:
    other = document(("Symptom", "fever"), name="second")
    changed = document(("Symptom", "fever"), name="third")
    found = compare(
        [
            annotator("anna", ANNA, other, changed),
            annotator("ben", BEN, document(("Symptom", "fever"), name="third", text=f"{NOTE}\n")),
        ]
    )
    assert found.documents == ("visit",)
    assert found.left_out == {"second": "not among the documents of ben", "third": "the texts differ"}


@pytest.mark.parametrize(
    ("annotators", "said"),
    [
        ([annotator("anna", ANNA)], "two annotators"),
        ([annotator("anna", ANNA), annotator("anna", BEN)], "name of their own"),
        ([annotator("anna", ANNA), annotator("ben", document(name="other"))], "no document in common"),
    ],
)
def test_what_cannot_be_compared_is_refused(annotators: list[Annotator], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        compare(annotators)


def test_only_the_types_that_are_asked_for_count() -> None:
    found = compare([annotator("anna", ANNA), annotator("ben", BEN)], types=["Drug"])
    assert list(found.by_type) == ["Drug"]
    assert found.together.strict.value == 1.0
