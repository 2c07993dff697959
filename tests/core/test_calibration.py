"""Calibration: what is fitted agrees with scikit-learn, and what is kept obeys its laws."""

from __future__ import annotations

import json
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from bioassist.metrics import isotonic, logistic
from bioassist.metrics.calibrating import (
    METHODS,
    Curves,
    Decided,
    cross_validated,
    curves,
    measured,
    moved,
)
from bioassist.metrics.calibration import Calibration, Curve, ece, log_loss
from bioassist.metrics.logistic import logit, sigmoid

probability = st.floats(0, 1)


def found(count: int, share: dict[str, float], seed: int = 1, documents: int = 20) -> list[Decided]:
    """Mentions of a model that is too sure of itself: half of what it says is right, by label times `share`."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        label = chance.choice(list(share))
        sure = chance.random()
        made.append(Decided(label, f"note-{number % documents}", sure, chance.random() < sure * share[label]))
    return made


@given(st.lists(st.tuples(st.integers(0, 10), st.booleans()), min_size=1, max_size=40))
def test_isotonic_is_that_of_scikit_learn(points: list[tuple[int, bool]]) -> None:
    x, y = [float(one) for one, _ in points], [float(right) for _, right in points]
    line = isotonic.fit(list(zip(x, y, strict=True)))
    asked = [*x, -1.0, 3.5, 99.0]
    theirs = IsotonicRegression(out_of_bounds="clip").fit(x, y).predict(asked)
    assert [isotonic.value(line, one) for one in asked] == pytest.approx(list(theirs))


def test_logistic_regression_is_that_of_scikit_learn() -> None:
    chance = random.Random(7)
    rows = [(1.0, chance.gauss(0, 1), chance.gauss(0, 3)) for _ in range(400)]
    right = [float(chance.random() < sigmoid(0.4 + a - b / 3)) for _, a, b in rows]
    ours = logistic.fit(rows, right, (1e-9, 2.0, 2.0))
    theirs = LogisticRegression(C=0.5, tol=1e-10, max_iter=10_000).fit([row[1:] for row in rows], right)
    assert ours == pytest.approx([*theirs.intercept_, *theirs.coef_[0]], abs=1e-4)


def test_what_is_known_of_a_row_is_added_to_its_log_odds() -> None:
    rows = [(1.0,)] * 4
    (offset,) = logistic.fit(rows, [1, 0, 1, 0], (1e-9,), known=[1.0] * 4)
    assert offset == pytest.approx(-1.0, abs=1e-6)
    (apart,) = logistic.fit(rows, [1, 1, 1, 1], (1.0,))
    assert 0 < apart < 5  # the ridge holds what would go to infinity


@given(probability)
def test_log_odds_and_back(one: float) -> None:
    assert sigmoid(logit(one)) == pytest.approx(min(max(one, 1e-6), 1 - 1e-6))


def test_a_model_that_is_too_sure_is_calibrated() -> None:
    decided = found(2000, {"Symptom": 0.5, "Medication": 0.5})
    given = [(one.probability, one.right) for one in decided]
    after = cross_validated(decided)
    assert ece(given) > 0.2 and ece(after) < 0.05
    assert log_loss(after) < log_loss(given)
    report = measured(decided)
    assert report.ece_before == ece(given) and report.ece_after == ece(after)
    assert report.folds == 5 and sum(one.count for one in report.bins_after) == 2000


def test_labels_that_differ_have_curves_that_differ_as_far_as_there_is_much_of_them() -> None:
    much = curves(found(4000, {"Symptom": 1.0, "Medication": 0.3}))
    assert much.of("Symptom", 0.8) > 0.7 > 0.4 > much.of("Medication", 0.8)
    few = found(40, {"Dosage": 0.0}) + found(2000, {"Symptom": 1.0})
    few_curves = curves(few)
    # Forty that are wrong draw Dosage down, but not to nothing; a label that never came has the curve of all.
    assert 0.1 < few_curves.of("Dosage", 0.9) < few_curves.of("Symptom", 0.9)
    assert few_curves.of("Anatomy", 0.6) == few_curves.pooled.of(0.6)


@pytest.mark.parametrize("method", METHODS)
def test_no_document_is_judged_by_its_own_gold(method: str) -> None:
    decided = found(300, {"Symptom": 0.7, "Test": 0.9})
    before = cross_validated(decided, METHODS[method])
    turned = [replace(one, right=not one.right) if one.group == "note-3" else one for one in decided]
    after = cross_validated(turned, METHODS[method])
    for one, (was, _), (is_, _) in zip(decided, before, after, strict=True):
        if one.group == "note-3":
            assert is_ == was


def test_one_document_alone_is_left_as_it_is_by_what_has_nothing_to_learn_from() -> None:
    decided = found(30, {"Symptom": 0.7}, documents=1)
    assert cross_validated(decided) == [(pytest.approx(min(max(d.probability, 1e-3), 0.999)), d.right) for d in decided]
    assert len(cross_validated(decided, METHODS["isotonic"])) == 30


@given(st.floats(0.05, 3), st.floats(-3, 3), st.lists(probability, min_size=2, max_size=6))
def test_what_was_surer_stays_surer(slope: float, offset: float, sure: list[float]) -> None:
    calibrated = [Curve(slope, offset).of(one) for one in sorted(sure)]
    assert calibrated == sorted(calibrated)


def test_order_is_kept_even_where_the_surest_were_wrong() -> None:
    decided = [Decided("Test", f"note-{n % 20}", p, p < 0.5) for n, p in enumerate(np.linspace(0, 1, 400).tolist())]
    fitted = curves(decided)
    assert fitted.of("Test", 0.2) <= fitted.of("Test", 0.9)
    known = Curves(Curve(), {"Test": Curve()})
    assert moved(known, decided).of("Test", 0.2) <= moved(known, decided).of("Test", 0.9)


def test_decisions_of_a_project_move_what_is_known_as_far_as_they_are_many() -> None:
    known = curves(found(3000, {"Symptom": 0.9, "Test": 0.9}))
    few = moved(known, found(10, {"Symptom": 0.3}, seed=2))
    many = moved(known, found(3000, {"Symptom": 0.3}, seed=2))
    before, little, much = (one.of("Symptom", 0.9) for one in (known, few, many))
    assert much < little < before and before - little < 0.1 and much == pytest.approx(0.27, abs=0.08)
    # A label without decisions goes some of the way with the rest.
    assert many.of("Test", 0.9) < known.of("Test", 0.9)
    assert many.labels["Test"].decisions == 0 and many.labels["Symptom"].decisions == 3000
    assert moved(known, []).of("Symptom", 0.9) == pytest.approx(before)


def a_calibration() -> Calibration:
    decided = found(200, {"Symptom": 0.5, "Médicament": 0.9})
    fitted = curves(decided)
    return Calibration(
        "span",
        "ner.inline/1:0123456789ab",
        {"name": "ward", "adapter": "0" * 64},
        ("corpus:ward (dev)",),
        len(decided),
        20,
        fitted.pooled,
        fitted.labels,
        measured(decided),
    )


def test_a_calibration_comes_back_from_its_file() -> None:
    one = a_calibration()
    back = Calibration.from_json(json.loads(json.dumps(one.to_json())))
    assert back == one and back.fingerprint == one.fingerprint
    assert back.of("Médicament", 0.7) == one.labels["Médicament"].of(0.7) and back.of("Dosage", 0.7) == one.pooled.of(
        0.7
    )


@pytest.mark.parametrize(
    "spoiled",
    [
        {"decisions": 201},
        {"labels": {}},
        {"pooled": {"slope": "steep", "offset": 0, "decisions": 1}},
        {"measured": {}},
        {"format": 2},
        {"model": []},
    ],
    ids=lambda one: next(iter(one)),
)
def test_a_file_that_is_not_as_it_was_written_is_refused(spoiled: dict[str, object]) -> None:
    plain = json.loads(json.dumps(a_calibration().to_json()))
    with pytest.raises(ValueError):
        Calibration.from_json(plain | spoiled)
    with pytest.raises(ValueError, match="no calibration"):
        Calibration.from_json([])
