"""Notes in which wrong suggestions are planted, and what comes of it."""

from __future__ import annotations

import re
import shutil
import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from acts_setup import LAWS, Act, adding, closing, deciding, moving, named, over, shaping
from hypothesis import given
from hypothesis import strategies as st
from project_setup import SCHEMA, Ward, marked, plain_words, seen

from assistant.project.calibration.looking import looked_at
from assistant.project.exporting.documents import documents_for_export
from assistant.project.file.backups import back_up
from assistant.project.guard.planting import Material, planted
from assistant.project.guard.roles import role
from assistant.project.guard.taken import Planted
from assistant.project.records import Suggestion, Tally, suggestion_id
from assistant.project.store import Project
from assistant.project.team.compared import compared
from assistant.project.team.parts import lines, merge, part_of, read
from assistant.review.order.filters import Filter
from assistant.review.session import ReviewSession
from assistant.review.team.answers import answers
from bioassist.documents import Span
from bioassist.schema import Guard
from bioassist.tasks import confidence
from converters.formats import available, by_name

GUARDED = replace(SCHEMA, guard=Guard(planted=1.0))
NOTE = (
    "Pt has <Symptom 0.9>chest pain</Symptom> and <Disease 0.7>angina</Disease>, takes "
    "<Medication 0.8>aspirin</Medication>. Seen by the surgeon, left hospital. No <Symptom 0.6>cough</Symptom>."
)
REAL = {("Symptom", "chest pain"), ("Disease", "angina"), ("Medication", "aspirin"), ("Symptom", "cough")}


@pytest.fixture
def guarded(ward: Ward) -> Ward:
    ward.project.set_schema(GUARDED)
    return ward


def shown(session: ReviewSession) -> set[tuple[str, str]]:
    assert session.current is not None
    return {(item.type, item.of(session.current.text)) for item in session.current.items}


def plant_of(session: ReviewSession) -> str:
    """The id of the one that is planted in the open note, which no screen tells."""
    (found,) = session.project.journal.plants.of(session.current.row.id, session.actor).suggestions  # type: ignore[union-attr]
    return found


def focus_plant(session: ReviewSession) -> tuple[str, tuple[Span, ...]]:
    item = session.focus(plant_of(session))
    assert item is not None
    return item.type, item.spans


def accept_all(session: ReviewSession) -> None:
    assert session.current is not None
    while item := next((one for one in session.current.items if one.status == "pending"), None):
        session.focus(item.id)
        session.accept()


def test_sections_are_left_as_they_are(ward: Ward) -> None:
    of_sections = tuple(replace(one, of="section" * (one.name == "Disease")) for one in GUARDED.entities)
    ward.project.set_schema(replace(GUARDED, entities=of_sections))
    for number in range(12):
        markup = f"<Disease 0.9>HISTORY</Disease>: on ward {number} with <Symptom 0.7>chest pain</Symptom>. "
        markup += "On <Medication 0.8>aspirin</Medication>. Seen by the surgeon."
        session = ward.review(ward.note(markup, f"n{number}"))
        label, (span,) = focus_plant(session)
        assert label != "Disease" and not span.overlaps(Span(0, len("HISTORY")))


# What is planted

LABELS = {"Symptom": True, "Disease": True, "Medication": True}


def material(markup: str) -> Material:
    text, marks = marked(markup)
    suggestions = [
        Suggestion(suggestion_id("x", label, [span]), label, (span,), sure, "model", "small-1", "f1", True, run=1)
        for label, span, sure in marks
    ]
    return Material(text, "x", suggestions, [], (), LABELS)


@given(seed=st.integers(0, 2**128))
def test_what_is_planted_is_wrong_and_looks_like_the_others(seed: int) -> None:
    there = material(NOTE)
    real = {one.id: one for one in there.suggestions}
    (one,) = planted(there, seed)
    assert planted(there, seed) == [one]
    plant, (span,) = one.suggestion, one.suggestion.spans
    assert plant.planted and plant.id not in real and re.fullmatch("s-[0-9a-f]{12}", plant.id)
    assert (plant.type, plant.spans) not in {(other.type, other.spans) for other in real.values()}
    assert 0.6 <= plant.confidence <= 0.9
    assert (plant.source, plant.model, plant.run, plant.program) == ("model", "small-1", 1, "f1")
    words = span.of(there.text)
    assert words == words.strip() and words
    for other in real.values():
        assert other.id == one.hides or not other.spans[0].overlaps(span), "it overlaps but what it stands for"
    if one.hides is None:
        assert words in ("surgeon", "hospital")
    else:
        assert real[one.hides].confidence >= 0.8, "what it stands for was one of the surest"


def test_all_three_kinds_come_and_one_more_for_each_eight_suggestions() -> None:
    there = material(NOTE)
    made = [planted(there, seed)[0] for seed in range(60)]
    extents = {one.spans for one in there.suggestions}
    kinds = {"words" if one.hides is None else "label" if one.suggestion.spans in extents else "edges" for one in made}
    assert kinds == {"words", "label", "edges"}
    markup = " ".join(
        f"Day {day}: <Symptom 0.{day:02}>fever{day}</Symptom>, seen by the surgeon." for day in range(1, 31)
    )
    for count, wanted in ((1, 1), (7, 1), (8, 2), (16, 3), (30, 3)):
        some = material(markup)
        found = planted(replace(some, suggestions=some.suggestions[:count]), 5)
        assert len(found) == wanted
        assert len({one.suggestion.id for one in found}) == wanted
        assert not any(
            a.suggestion.spans[0].overlaps(b.suggestion.spans[0]) for a in found for b in found if a is not b
        )


def test_nothing_is_put_where_something_was_nearly_found_or_is_said_of_it() -> None:
    there = material(NOTE)
    bound = replace(
        there,
        bound={one.id for one in there.suggestions},
        near=[Span(*re.search(word, there.text).span()) for word in ("surgeon", "hospital")],  # type: ignore[union-attr]
    )
    assert planted(bound, 3) == [] == planted(material("No complaints today."), 3)


@given(annotator=st.text(min_size=1, max_size=12), sha=st.text(), shares=st.tuples(*[st.floats(0, 1)] * 3))
def test_the_planted_are_drawn_of_those_that_are_not_blind(
    annotator: str, sha: str, shares: tuple[float, float, float]
) -> None:
    blind, (less, more) = shares[0], sorted(shares[1:])
    few, many = (role(Guard(blind, share), "salt", annotator, sha) for share in (less, more))
    assert (few == "blind") == (many == "blind") == (role(Guard(blind), "salt", annotator, sha) == "blind")
    assert few != "planted" or many == "planted"
    assert role(Guard(blind, 1.0), "salt", annotator, sha) == (
        "plain" if annotator == "gold" else few if few == "blind" else "planted"
    )


def test_a_tenth_is_a_tenth_whatever_share_is_blind() -> None:
    roles = [role(Guard(0.5, 0.1), "s", "anna", f"{number:064x}") for number in range(10_000)]
    assert abs(roles.count("planted") / (10_000 - roles.count("blind")) - 0.1) < 0.017


# Who is shown it


def test_only_the_annotator_is_shown_it_and_the_rest_of_the_project_has_what_was_suggested(guarded: Ward) -> None:
    note = guarded.note(NOTE)
    ann, bob = guarded.review(note), guarded.review(note, "bob")
    assert len(shown(ann) - REAL) == 1 and len(shown(bob) - REAL) == 1
    assert plant_of(ann) != plant_of(bob)
    assert shown(guarded.review(note, "gold")) == REAL
    for who in ("ann", "bob"):
        plain = guarded.project.seen_by(who)
        assert not any(one.planted for one in plain.suggestions(note)) and len(plain.suggestions(note)) == 4
        assert sum(tally.pending for tally in plain.counts().values()) == 4
        (exported,), withheld = documents_for_export(plain, "all")
        assert {(one.type, one.spans[0].of(exported.text)) for one in exported.entities} == REAL
        assert withheld.pending == 0
    assert guarded.project.verify() == []


def test_every_list_and_queue_of_the_annotator_has_it_like_the_others(guarded: Ward) -> None:
    note = guarded.note(NOTE)
    session = guarded.review(note)
    extents = shown(session)
    (row,) = session.documents()
    assert row.suggestions == row.pending == len(extents)
    for kind in ("file", "uncertain", "informative"):
        session.take_queue(session.queue_of(kind))
        assert session.queue is not None and session.queue.total == len(extents), kind
    session.take_queue(session.queue_of("disagreements"))
    assert session.queue.total == 0, "what it stands for does not tell"
    session.take_queue(None)
    assert session.filtered(Filter("")).counts == {note: len(extents)}
    assert session.estimates(everywhere=True).total == len(extents)
    (plain,) = (item for item in session.current.items if item.id == plant_of(session))  # type: ignore[union-attr]
    others = [item for item in session.current.items if item.id != plain.id]  # type: ignore[union-attr]
    for name in ("status", "source", "model", "program", "disagreement", "actor", "imported"):
        assert getattr(plain, name) in {getattr(one, name) for one in others}, name


def test_blind_notes_untouched_notes_and_notes_read_whole(ward: Ward) -> None:
    project = ward.project
    decided, over, added = (ward.note(NOTE + extra, name) for extra, name in ((" ", "a"), ("  ", "b"), ("   ", "c")))
    ward.review(decided).reject()
    ward.review(over).mark_done()
    ward.review(added).add(0, 2, "Disease")
    unread = ward.note(NOTE + "\n", "d")
    project.set_state(unread, "reading")
    gap = ward.note(NOTE + "\n\n", "e")
    project.set_state(gap, "ready", reason="a stretch could not be read")
    empty = ward.note("No complaints.", "f")
    fresh = ward.note(NOTE, "g")
    project.set_schema(replace(SCHEMA, guard=Guard(blind=1.0, planted=1.0)))
    session = ward.review(fresh)
    assert not any(row.planted for row in session.documents())
    project.set_schema(GUARDED)
    session = ward.review(decided)
    assert [row.id for row in session.documents() if row.planted] == [fresh]
    project.set_state(unread, "ready")
    session.refresh()
    assert [row.id for row in session.documents() if row.planted] == [unread, fresh], "read while the session goes on"
    assert empty not in project.journal.plants.documents("ann")
    project.set_schema(SCHEMA)
    later = ward.note(NOTE + "\t", "h")
    assert not ward.review(later).current.row.planted  # type: ignore[union-attr]
    assert project.verify() == []


def test_what_is_open_while_it_is_read_stays_as_it_was_seen(guarded: Ward) -> None:
    note = guarded.note(NOTE)
    guarded.project.set_state(note, "reading")
    session = guarded.review(note)
    guarded.project.set_state(note, "ready")
    session.refresh()
    assert shown(session) == REAL


# What becomes of it


def test_done_tells_what_was_planted_and_takes_out_what_was_taken(guarded: Ward) -> None:
    note = guarded.note(NOTE)
    session = guarded.review(note)
    label, (span,) = focus_plant(session)
    accept_all(session)
    assert session.project.document(note).planted
    saved = session.mark_done()
    assert saved is not None
    assert saved.text == f"1 suggestion planted here; you took 1, out again: {label} [{span.start}, {span.end})"
    view = session.current
    assert view is not None and not view.row.done and not view.row.planted
    assert not any(item.suggestion is not None and item.suggestion.planted for item in view.items)
    accept_all(session)  # what it stood for
    assert session.mark_done() is not None and session.current.row.done  # type: ignore[union-attr]
    assert shown(session) == REAL
    actions = [entry.action for entry in guarded.project.journal.entries()]
    assert (actions[0], actions[-1], actions.count("disclose")) == ("plant", "done", 1)
    (figures,) = guarded.project.guard_figures()
    assert (figures.disclosed, figures.undisclosed) == (1, 0)
    assert figures.planted == {label: Planted(shown=1, accepted=1)}
    assert guarded.project.verify() == []


def test_rejected_it_was_seen_through(guarded: Ward) -> None:
    session = guarded.review(guarded.note(NOTE))
    focus_plant(session)
    session.reject()
    saved = session.mark_done()
    assert saved is not None and saved.text == "1 suggestion planted here; you took none"
    assert shown(session) == REAL
    (figures,) = guarded.project.guard_figures("ann")
    assert figures.plants == Planted(shown=1, rejected=1)
    assert guarded.project.counts()["Symptom"].rejected == 0, "it was no work"


def test_corrected_it_is_the_annotators_own(guarded: Ward) -> None:
    note = guarded.note(NOTE)
    session = guarded.review(note)
    item_id = plant_of(session)
    focus_plant(session)
    session.relabel("Medication" if session.focus(item_id).type != "Medication" else "Disease")  # type: ignore[union-attr]
    session.grow_right()
    item = session.focus(item_id)
    assert item is not None and item.status == "edited", "as any other that was corrected"
    for _ in range(2):
        (exported,), _ = documents_for_export(guarded.project)
        (own,) = exported.entities
        assert (own.type, own.spans, own.id) == (item.type, item.spans, "T1")
        tally = guarded.project.counts()[item.type]
        assert (tally.added, tally.edited, tally.accepted) == (1, 0, 0)
        if session.current.row.planted:  # type: ignore[union-attr]
            assert session.mark_done() is not None
    own_item = session.focus(item_id)
    assert own_item is not None and (own_item.status, own_item.suggestion) == ("added", None)
    (figures,) = guarded.project.guard_figures()
    assert figures.plants == Planted(shown=1, corrected=1)
    assert guarded.project.verify() == []


def test_undo_and_redo_over_the_disclosure(guarded: Ward) -> None:
    note = guarded.note(NOTE)
    session = guarded.review(note)
    first = seen(session)
    focus_plant(session)
    session.accept()
    before = list(session.current.items)  # type: ignore[union-attr]
    session.mark_done()
    after = list(session.current.items)  # type: ignore[union-attr]
    assert session.undo() is not None and list(session.current.items) == before  # type: ignore[union-attr]
    assert session.redo() is not None and list(session.current.items) == after  # type: ignore[union-attr]
    session.undo()
    session.undo()
    assert [one.lstrip("*") for one in seen(session)] == [one.lstrip("*") for one in first]
    focus_plant(session)
    session.reject()
    session.mark_done()
    (figures,) = guarded.project.guard_figures()
    assert figures.plants.accepted == 1, "the second time it was known"


def test_what_was_said_of_it_goes_with_it(guarded: Ward) -> None:
    note = guarded.note(NOTE)
    session = guarded.review(note)
    focus_plant(session)
    session.accept()
    focus_plant(session)
    session.note_span("which one?")
    assert session.facts()
    session.mark_done()
    assert session.facts() == []
    session.undo()
    assert len(session.facts()) == 1
    assert guarded.project.verify() == []


def test_found_again_by_who_knows_it_was_right(guarded: Ward) -> None:
    session = guarded.review(guarded.note(NOTE))
    label, (span,) = focus_plant(session)
    session.accept()
    session.mark_done()
    own = session.add(span.start, span.end, label)
    assert own.startswith("a-")
    session.mark_done()
    (figures,) = guarded.project.guard_figures()
    assert figures.planted == {label: Planted(right=1)}
    (exported,), _ = documents_for_export(guarded.project)
    assert [(one.type, one.spans) for one in exported.entities] == [(label, (span,))]


@pytest.mark.parametrize("everywhere", [False, True])
def test_bulk_acceptance_takes_it_and_is_told(guarded: Ward, everywhere: bool) -> None:
    notes = [guarded.note(NOTE, "a"), guarded.note(NOTE + " ", "b")]
    session = guarded.review(notes[0])
    count = len(session.current.items) * 2 if everywhere else len(session.current.items)  # type: ignore[union-attr]
    taken = session.accept_over(0.0, everywhere=everywhere)
    assert abs(taken - count) <= 1 and (everywhere or taken == count)
    assert guarded.project.seen_by("ann").decisions(notes[0]).keys().isdisjoint([plant_of(session)])
    for note in notes if everywhere else notes[:1]:
        session.open(note)
        saved = session.mark_done()
        assert saved is not None and "you took 1" in saved.text
    (figures,) = guarded.project.guard_figures()
    assert figures.plants.accepted == (2 if everywhere else 1)


# What it is kept out of


def test_nothing_that_counts_work_counts_it(guarded: Ward) -> None:
    project = guarded.project
    said = {"confidence": confidence.IN_USE}
    guarded.run = project.begin_run("small-1", "0" * 64, None, {"ner": "f1"}, SCHEMA.fingerprint, ["Symptom"], said)
    note = guarded.note(NOTE)
    session = guarded.review(note)
    focus_plant(session)
    session.accept()
    whose = project.calibrations.whose(project.suggestions(note)[0])
    assert whose is not None and looked_at(project) == {}
    assert [(deed.action, deed.decisions) for deed in project.deeds.of("ann")] == [("accept", 0)]
    assert project.annotators() == [] and project.annotator_figures() == []
    assert sum(tally.plus(Tally()).accepted for tally in project.counts().values()) == 0
    assert session.sitting().done.decisions == 0 and session.sitting().left == 4
    session.focus(next(item.id for item in session.current.items if item.status == "pending"))  # type: ignore[union-attr]
    session.accept()
    assert len(looked_at(project)[whose]) == 1 and session.sitting().done.accepted == 1
    unplanted = guarded.note("Denies <Symptom 0.8>nausea</Symptom>.", "b")
    project.set_schema(SCHEMA)
    assert [document for document, _ in session.draw(50).items] == [unplanted]


def test_agreement_and_gold_have_none_of_it(guarded: Ward) -> None:
    project, note = guarded.project, guarded.note(NOTE)
    for who in ("ann", "bob"):
        accept_all(guarded.review(note, who))
    (sides,) = [answers(project, project.document(note)).sides]
    assert all(set(side.items) <= {(one.type, one.spans) for one in project.suggestions(note)} for side in sides)
    for who in ("ann", "bob"):
        session = guarded.review(note, who)
        session.mark_done()
        accept_all(session)
        session.mark_done()
    ((ann, bob),) = compared(project)
    for one in (ann, bob):
        there = one.documents["note"]
        assert {(entity.type, entity.spans[0].of(there.text)) for entity in there.entities} == REAL


def test_parts_bring_them_for_the_figures_alone(guarded: Ward, tmp_path: Path) -> None:
    note = guarded.note(NOTE)
    shutil.copytree(guarded.path, tmp_path / "lead.bioassist", ignore=shutil.ignore_patterns("lock", "owner.json"))
    session = guarded.review(note)
    accept_all(session)
    for step in range(2):
        part = tmp_path / f"ann{step}.part"
        part.write_text("".join(f"{one}\n" for one in lines(part_of(guarded.project, "ann"))), "utf-8")
        with Project.open(tmp_path / "lead.bioassist", actor="lead") as lead:
            merge(lead, [read(part)])
            assert lead.verify() == []
            assert lead.guard_figures("ann") == guarded.project.guard_figures("ann")
            (exported,), _ = documents_for_export(lead.seen_by("ann"), "all")
            assert {(one.type, one.spans[0].of(exported.text)) for one in exported.entities} == REAL
        session.mark_done()


def test_killed_backed_up_and_opened_again_it_is_as_it_was(guarded: Ward, tmp_path: Path) -> None:
    note = guarded.note(NOTE)
    session = guarded.review(note)
    focus_plant(session)
    session.accept()
    first = list(session.current.items)  # type: ignore[union-attr]
    entries = len(guarded.project.journal.entries())
    guarded.reopen()
    session = guarded.review(note)
    assert list(session.current.items) == first and len(guarded.project.journal.entries()) == entries  # type: ignore[union-attr]
    back_up(guarded.project, tmp_path / "copy.bioassist")
    with Project.open(tmp_path / "copy.bioassist", actor="ann") as copy:
        again = ReviewSession(copy, words=plain_words)
        again.open(note)
        assert list(again.current.items) == first and copy.verify() == []  # type: ignore[union-attr]
    guarded.project._database.execute("UPDATE planted SET waits = 0")
    guarded.project._documents.forget()
    assert guarded.project.verify() == ["what is shown of note is not what its journal says"]


def test_a_model_that_comes_to_say_the_same_is_hidden_until_then(guarded: Ward) -> None:
    note = guarded.note(NOTE)
    session = guarded.review(note)
    label, spans = focus_plant(session)
    guarded.suggest(note, [(label, spans, 0.77)])
    session.refresh()
    assert sum((item.type, item.spans) == (label, spans) for item in session.current.items) == 1  # type: ignore[union-attr]
    session.mark_done()
    assert any((item.type, item.spans) == (label, spans) for item in session.current.items)  # type: ignore[union-attr]


def test_no_planted_span_is_in_any_format(guarded: Ward, tmp_path: Path) -> None:
    note = guarded.note(NOTE)
    session = guarded.review(note)
    plant = session.focus(plant_of(session))
    assert plant is not None and plant.suggestion is not None
    session.accept_over(0.0)
    for include in ("accepted", "all"):
        documents, _ = documents_for_export(session.project, include)
        for form in available():
            out = tmp_path / f"{include}.{form}"
            by_name(form).write(documents, out, guarded.project.schema)
            files = [one for one in (out.rglob("*") if out.is_dir() else [out]) if one.is_file()]
            assert files
            for back in by_name(form).read(out, guarded.project.schema) if form == "jsonl" else ():
                assert (plant.type, plant.spans) not in {(one.type, one.spans) for one in back.entities}
            assert not any(b"planted" in one.read_bytes() for one in files), form
            assert not any(plant.id.encode() in one.read_bytes() for one in files), form


# Laws

decisions = st.one_of(deciding, deciding, adding, over, closing, shaping, moving)
with_undo = st.lists(
    st.one_of(decisions, decisions, closing, st.sampled_from([named("undo"), named("redo")])), max_size=18
)


@LAWS
@given(before=st.lists(decisions, max_size=10), done=with_undo)
def test_undone_to_the_start_it_is_as_it_was_and_nothing_planted_is_exported(
    before: list[Act], done: list[Act]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        try:
            ward.project.set_schema(GUARDED)
            notes = [ward.note(NOTE), ward.note("<Medication 0.8>aspirin</Medication> for pain, by the surgeon.", "b")]
            session = ward.review(notes[0])
            planted_ids = {one for note in notes for one in ward.project.journal.plants.of(note, "ann").suggestions}
            assert len(planted_ids) == 2

            def state() -> list[object]:
                found: list[object] = []
                one = ReviewSession(ward.project, words=plain_words)
                for note in notes:
                    one.open(note)
                    view = one.current
                    assert view is not None
                    found.append((view.row, view.items, one.project.tallies().get(note, {})))
                return found

            first = state()
            for act in (*before, *done):
                act(session)
                assert session.current is not None
                fresh = ward.review(session.current.row.id).current
                assert fresh is not None and fresh.items == session.current.items
                for note in notes:
                    taken = [one for one in ward.project.decisions(note).values() if one.item_id in planted_ids]
                    assert all(one.status in ("added", "rejected") and one.suggestion is None for one in taken)
            last = state()
            ward.reopen()
            assert state() == last
            assert ward.project.verify() == []
            session = ward.review(notes[0])
            while session.undo() is not None:
                pass
            assert state() == first
        finally:
            ward.project.close()


def test_what_was_repeated_from_a_planted_one_is_told(guarded: Ward) -> None:
    first = guarded.note(NOTE, "first")
    session = guarded.review(first)
    focus_plant(session)
    words = session.current.focused.of(session.current.text)  # type: ignore[union-attr]
    guarded.note(f"Seen again. {words} as before. <Symptom 0.9>rash</Symptom>", "second")
    plan = session.plan_repeating(session.repeated())  # type: ignore[arg-type]
    assert plan is not None
    session.take_repeated(session.write_repeated(plan))
    told = session.mark_done()
    assert told is not None and "1 span repeated from them on the same words stay" in told.text
    # Undone and disclosed again after the repeated one was rejected, there is none.
    session.undo()
    session.undo()
    told = session.mark_done()
    assert told is not None and "repeated" not in told.text
