"""The state of a document as a fold over suggestions and journal: where models and people disagree."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from project_setup import Ward, seen

from assistant.project.journal.decisions import Decision
from assistant.project.records import Suggestion
from assistant.project.state import Fold, fold
from bioassist.documents import Span

NOTE = "<Symptom 0.9>chest pain</Symptom> and <Disease 0.7>asthma</Disease>"


def disagreements(ward: Ward, document: int) -> dict[str, str | None]:
    session = ward.review(document)
    assert session.current is not None
    return {item.of(session.current.text): item.disagreement for item in session.current.items}


def test_decisions_stay_and_say_what_the_new_model_sees(ward: Ward) -> None:
    document = ward.note(NOTE)
    ward.review(document).accept_over(0.0)
    ward.read_again(document, "<Disease 0.9>chest</Disease> pain and asthma", "small-2")
    assert disagreements(ward, document) == {
        "chest pain": "the current model says Disease [0, 5)",
        "asthma": "the current model does not suggest this",
        "chest": None,
    }
    assert [line.lstrip("*") for line in seen(ward.review(document))] == [
        "accepted Symptom: chest pain",
        "pending Disease: chest",
        "accepted Disease: asthma",
    ]


def test_what_was_pending_goes_with_its_model(ward: Ward) -> None:
    document = ward.note(NOTE)
    ward.read_again(document, "chest <Symptom>pain</Symptom> and asthma", "small-2")
    assert seen(ward.review(document)) == ["*pending Symptom: pain"]


def test_a_decision_holds_for_a_model_that_agrees(ward: Ward) -> None:
    document = ward.note(NOTE)
    ward.review(document).accept()
    ward.read_again(document, "<Symptom 0.3>chest pain</Symptom> and asthma", "small-2")
    session = ward.review(document)
    assert seen(session) == ["*accepted Symptom: chest pain"]
    (item,) = session.current.items  # type: ignore[union-attr]
    assert (item.disagreement, item.model, item.confidence) == (None, "small-1", 0.9), "what was decided on"


def test_a_model_that_suggests_what_was_rejected_is_named(ward: Ward) -> None:
    document = ward.note(NOTE)
    session = ward.review(document)
    session.reject()
    session.reject()
    ward.read_again(document, "<Symptom>chest pain</Symptom> and asthma", "small-2")
    assert disagreements(ward, document) == {"chest pain": "the current model suggests this again", "asthma": None}


def test_the_same_model_once_more_is_no_news(ward: Ward) -> None:
    document = ward.note(NOTE)
    ward.review(document).reject()
    ward.read_again(document, NOTE, "small-1")
    assert set(disagreements(ward, document).values()) == {None}


def test_a_model_that_comes_to_the_persons_view_agrees(ward: Ward) -> None:
    document = ward.note(NOTE)
    ward.review(document).shrink_left()
    ward.read_again(document, "chest <Symptom>pain</Symptom> and asthma", "small-2")
    assert disagreements(ward, document) == {"pain": None}
    assert seen(ward.review(document)) == ["*edited Symptom: pain"]


def test_nothing_is_missed_while_the_engine_still_reads(ward: Ward) -> None:
    document = ward.note(NOTE)
    ward.review(document).accept()
    ward.begin("small-2")
    ward.project.supersede_suggestions(document, keep_run=ward.run)
    ward.project.set_state(document, "reading")
    session = ward.review(document)
    assert session.current is not None and session.current.items[0].disagreement is None
    ward.project.set_state(document, "ready")
    session.refresh()
    assert session.current.items[0].disagreement == "the current model does not suggest this"


def test_a_new_schema_shows_where_labels_left(ward: Ward) -> None:
    document = ward.note(NOTE)
    ward.review(document).accept_over(0.0)
    ward.read_again(document, "<Finding>chest pain</Finding> and <Disease>asthma</Disease>", "small-1")
    assert disagreements(ward, document)["asthma"] is None
    kept = [item for item in ward.review(document).current.items if item.kept]  # type: ignore[union-attr]
    assert kept[0].disagreement == "the current model says Finding [0, 10)"


SPANS = st.tuples(st.integers(0, 2), st.integers(1, 2)).map(lambda pair: (Span(pair[0], pair[0] + pair[1]),))
EXTENTS = st.tuples(st.sampled_from(["Symptom", "Disease"]), SPANS)
SUGGESTED = st.tuples(st.sampled_from(["Symptom", "Disease"]), SPANS, st.sampled_from(["model", "rules", "terms"]))


def _suggestion(label: str, spans: tuple[Span, ...], source: str = "model") -> Suggestion:
    return Suggestion(f"s-{label}-{spans}", label, spans, 0.5, source, "m", f"{source}/1", True, 1)


@st.composite
def decisions(draw: st.DrawFn) -> Decision:
    suggested = draw(EXTENTS)
    origin = _suggestion(*suggested) if draw(st.booleans()) else None
    status = draw(st.sampled_from(["accepted", "rejected", "edited"] if origin else ["added", "rejected"]))
    label, spans = suggested if status == "accepted" else draw(EXTENTS)
    item_id = origin.id if origin else draw(st.sampled_from(["a-1", "a-2"]))
    return Decision(item_id, status, label, spans, origin, "ann", draw(st.integers(1, 99)))


@given(
    suggested=st.lists(SUGGESTED, max_size=8, unique=True),
    later=st.lists(SUGGESTED, max_size=4),
    changes=st.lists(st.one_of(decisions(), EXTENTS), max_size=12),
)
def test_single_changes_come_to_the_same_as_folding_all(
    suggested: list[tuple[str, tuple[Span, ...], str]],
    later: list[tuple[str, tuple[Span, ...], str]],
    changes: list[Decision | tuple[str, tuple[Span, ...]]],
) -> None:
    """A decision is made, or (an extent) the decision on that suggestion is taken back."""
    followed = Fold([_suggestion(*one) for one in suggested])
    shown = {item.id: item for item in followed.items()}
    standing: dict[str, Decision] = {}

    def show(touched: set[str]) -> None:
        for item_id in touched:
            item = followed.item(item_id)
            shown.pop(item_id, None)
            if item is not None:
                shown[item_id] = item

    for change in changes:
        if isinstance(change, Decision):
            standing[change.item_id] = change
            show(followed.put(change.item_id, change))
        else:
            item_id = _suggestion(*change).id
            standing.pop(item_id, None)
            show(followed.put(item_id, None))
    for one in later:
        show(followed.suggest(_suggestion(*one)))

    whole = Fold([_suggestion(*one) for one in (*suggested, *later)], standing.values())
    assert {item.id: item for item in followed.items()} == {item.id: item for item in whole.items()}
    assert shown.keys() == {item.id for item in whole.items()}
    pending = [item for item in whole.items() if item.status == "pending"]
    assert [shown[item.id] for item in pending] == pending
    kept = {(item.type, item.spans) for item in whole.items() if item.kept}
    assert not kept & {(item.type, item.spans) for item in pending}, "nothing waits that is there already"


@given(suggested=st.lists(EXTENTS, max_size=10, unique=True), asked=EXTENTS)
def test_the_overlap_that_is_named_is_the_first(
    suggested: list[tuple[str, tuple[Span, ...]]], asked: tuple[str, tuple[Span, ...]]
) -> None:
    origin = _suggestion("Symptom", (Span(90, 91),))
    decision = Decision(origin.id, "edited", *asked, origin, "ann", 1)
    item = Fold([_suggestion(*one) for one in suggested], [decision]).item(origin.id)
    assert item is not None
    over = [one for one in suggested if one[1][0].overlaps(asked[1][0])]
    if asked in suggested:
        assert item.disagreement is None
    elif not over:
        assert item.disagreement == "the current model does not suggest this"
    else:
        first = min(span for _, (span,) in over)
        assert item.disagreement is not None and item.disagreement.endswith(f"[{first.start}, {first.end})")


def test_a_fold_of_nothing_is_empty() -> None:
    assert fold([], []) == {}
