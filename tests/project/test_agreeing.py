"""Several sources of one suggestion: who speaks for it, how sure it is, and where sources disagree."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from assistant.project.journal.decisions import suggestion_from_json, suggestion_to_json
from assistant.project.records import Reference, Suggestion
from assistant.project.state import Fold
from assistant.project.suggestions.agreeing import agreed, confidence, disagree, merged, name, references, said_by
from bioassist.documents import Span

ASPIRIN = Reference("RXNORM", "1191", "aspirin")
WORD = Span(8, 15)


def said(
    source: str, sure: float, *, label: str = "Medication", where: Span = WORD, model: str = "", run: int = 1
) -> Suggestion:
    return Suggestion(
        f"s-{label}-{where.start}-{where.end}",
        label,
        (where,),
        sure,
        source,
        model or {"model": "small-1", "terms": "drugs.csv", "rules": "rules.toml"}[source],
        f"{source}/1/{model}",
        True,
        run if source == "model" else None,
        (ASPIRIN,) if source == "terms" else (),
    )


MODEL, TERMS, RULES = said("model", 0.6), said("terms", 0.9), said("rules", 0.7)
SAID = st.builds(
    said,
    st.sampled_from(["model", "terms", "rules"]),
    st.sampled_from([0.1, 0.5, 0.9]),
    model=st.sampled_from(["a", "b"]),
    run=st.integers(1, 3),
)


def test_the_language_model_speaks_for_all_and_the_surest_counts() -> None:
    (one,) = merged([TERMS, RULES, MODEL]).values()
    assert (one.source, one.confidence) == ("model", 0.6), "its own figure stays what it is"
    assert [other.source for other in one.also] == ["terms", "rules"]
    assert (confidence(one), references(one)) == (0.9, (ASPIRIN,))
    assert [name(other) for other in said_by(one)] == ["small-1", "terms:drugs.csv", "rules:rules.toml"]


def test_without_the_language_model_the_surest_speaks() -> None:
    assert merged([RULES, TERMS])[RULES.id].source == "terms"


def test_a_later_run_of_the_model_takes_the_place_of_the_earlier() -> None:
    newer = said("model", 0.2, model="small-2", run=2)
    (one,) = merged([MODEL, TERMS, newer]).values()
    assert (one.model, one.confidence, len(said_by(one))) == ("small-2", 0.2, 2)


@given(st.lists(SAID, min_size=1, max_size=6))
def test_each_source_is_there_once_with_its_last_word(rows: list[Suggestion]) -> None:
    (one,) = merged(rows).values()
    last = {(row.source, row.program if row.source != "model" else ""): row for row in rows}
    assert sorted(map(repr, said_by(one))) == sorted(map(repr, last.values()))
    assert all(not other.also for other in said_by(one))
    assert confidence(one) == max(row.confidence for row in last.values())
    assert agreed(one, one) == one, "what is said twice is said once"
    assert suggestion_from_json(one.id, json.loads(json.dumps(suggestion_to_json(one)))) == one


def test_what_overlaps_disagrees_unless_one_source_says_both() -> None:
    inner = said("rules", 0.9, where=Span(8, 12))
    other = said("rules", 0.9, label="Disease")
    assert disagree(MODEL, inner) and disagree(inner, MODEL)
    assert disagree(MODEL, other), "one extent, two types"
    assert not disagree(RULES, inner), "a file may nest"
    assert disagree(RULES, other), "one extent has one type, whoever says two"
    assert not disagree(MODEL, said("rules", 0.9, where=Span(15, 20)))
    assert not disagree(MODEL, TERMS)


def test_an_item_tells_how_another_source_sees_it_until_that_is_rejected() -> None:
    inner = said("rules", 0.9, label="Disease", where=Span(8, 12))
    fold = Fold([MODEL, TERMS, inner])
    shown = {item.type: item for item in fold.items()}
    assert (shown["Medication"].confidence, shown["Medication"].references) == (0.9, (ASPIRIN,))
    assert shown["Medication"].disagreement == "rules:rules.toml says Disease [8, 12)"
    assert shown["Disease"].disagreement == "small-1 says Medication [8, 15)"
