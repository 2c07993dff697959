"""Laws of a whole project under review: two annotators, every action of the session, in any order."""

from __future__ import annotations

import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from acts_setup import (
    LAWS,
    Act,
    Shown,
    adding,
    closing,
    deciding,
    focusing,
    named,
    over,
    places,
    saying,
    shaping,
    shown_to,
)
from facts_setup import suggest, with_schema
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from project_setup import Ward

from assistant.project.exporting.documents import documents_for_export
from assistant.project.facts import Value
from assistant.project.journal.decisions import spans_from_json
from assistant.project.records import Reference, Suggestion, suggestion_id
from assistant.project.store import Project
from assistant.project.suggestions.suggesters import Result, SuggesterRow
from assistant.review.order.ordering import NAMES
from assistant.review.session import ReviewSession
from bioassist.documents import Argument, Attribute, Note, Relation, Span
from bioassist.errors import UsageError
from bioassist.schema import Guard
from converters.formats import available, by_name

NOTES = {
    "letter": (
        "Dear Dr, <Symptom 0.9>severe <Symptom 0.4>chest <Disease 0.7>pain</Disease></Symptom></Symptom> 3/7. No "
        "<Symptom 0.55>fever</Symptom>.\r\n<Medication 0.8>aspirin</Medication> for <Disease 0.6>angina</Disease>, "
        "chest pain and fever."
    ),
    "ward/round": (
        "<Medication 0.8>aspirin</Medication> 75 mg for <Disease 0.3>angina</Disease>; cafe\u0301-au-lait "
        "<Symptom 0.5>spots</Symptom> \U0001f915 left <Symptom 0.2>and right</Symptom> leg"
    ),
    "empty": "Aspirin stopped, no chest pain today.",
}
ANNOTATORS = ("ann", "bob")
FILTERS = ("", "label:Symptom", "is:pending", "is:kept,rejected", "sure:0.4-0.7", "note:ward", "pain", "is:disputed")
QUEUES = (*NAMES, "label:Disease")

DRUGS = SuggesterRow("terms:/drugs.csv", "terms", "drugs.csv", "terms/1/aa")


def noted(ward: Ward) -> list[int]:
    """The notes, with what an engine says of them, what it nearly found, and what a terminology says of the first."""
    ward.project.suggesters.choose([DRUGS])
    ids = [ward.note(markup, name) for name, markup in NOTES.items()]
    letter = ids[0]
    found = {one.type: one.id for one in ward.project.suggestions(letter)}
    treats = Relation("", "Treats", (Argument("Drug", found["Medication"]), Argument("Problem", found["Disease"])))
    said: list[tuple[Value, float]] = [
        (treats, 0.7),
        ("letter", 0.6),
        (Note("", "smoking", found["Symptom"], "no"), 0.4),
    ]
    said += [(Attribute("", "Assertion", found["Symptom"], value), 0.5) for value in ("negated", "historical")]
    suggest(ward, letter, *said)
    looked_up(ward, letter)
    ward.project.near_misses.add(letter, ward.run, [(Span(0, 4), None, 0.4)])
    ward.project.near_misses.add(ids[2], ward.run, [(Span(0, 7), "Medication", 0.45), (Span(20, 30), None, 0.3)])
    return ids


def looked_up(ward: Ward, document: int) -> None:
    """A terminology finds aspirin too, and sees another disease than the engine; both bring an entry along."""
    row, text = ward.project.document(document), ward.project.text(document)
    found = []
    for label, words in (("Medication", "aspirin"), ("Disease", "for angina")):
        span = Span(text.index(words), text.index(words) + len(words))
        known, means = suggestion_id(row.text_sha, label, [span]), (Reference("RXNORM", "1191", "aspirin"),)
        found.append(Suggestion(known, label, (span,), 0.9, "terms", DRUGS.name, DRUGS.fingerprint, True, None, means))
    ward.project.suggesters.settle(document, {DRUGS.fingerprint: Result(found)})


@dataclass
class Desk:
    """An annotator's session, and what was shown after each action; None where something came since."""

    session: ReviewSession
    states: list[Shown | None] = field(default_factory=list)
    at: int = 0


def ask(session: ReviewSession) -> None:
    session.ask("is this the patient's?")


def answer(session: ReviewSession) -> None:
    question = session.open_question()
    if question is not None:
        session.answer(question.id, "the mother's")


def add_nearly_found(session: ReviewSession) -> None:
    near = session.near_in_turn or next(iter(session.near_misses()), None)
    if near is not None:
        session.add_near_miss(near.span, near.type or "Disease")


def opening(place: int) -> Act:
    def act(session: ReviewSession) -> None:
        rows = session.documents()
        session.open(rows[place % len(rows)].id)

    return act


asking = st.sampled_from([ask, answer, add_nearly_found])
everywhere = st.sampled_from([named("accept_over", threshold, everywhere=True) for threshold in (0.1, 0.5, 0.75)])
acts = st.one_of(deciding, deciding, shaping, saying, saying, adding, asking, over, everywhere, closing)
moves = st.one_of(
    focusing,
    st.builds(opening, places),
    st.sampled_from(
        [named(f"{way}_document", pending) for way in ("next", "previous") for pending in (False, True)]
        + [named(f"focus_{way}", pending) for way in ("next", "previous") for pending in (False, True)]
        + [named("focus", None), named("focus_at", 20)]
    ),
)
who = st.sampled_from(ANNOTATORS)


class Reviewing(RuleBasedStateMachine):
    """What is shown is a stack of states for each annotator: an action puts one on it, undo and redo move in it."""

    guard = Guard()

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.ward = Ward(Path(self.folder.name))
        with_schema(self.ward)
        noted(self.ward)
        self.ward.project.set_schema(replace(self.ward.project.schema, guard=self.guard))
        self.desks = {name: Desk(self.sit_down(name), [shown_to(self.ward.project, name)]) for name in ANNOTATORS}
        self.engine_has_come = False

    def teardown(self) -> None:
        self.ward.project.close()
        self.folder.cleanup()

    # what people do

    @rule(who=who, act=acts)
    def act(self, who: str, act: Act) -> None:
        before, desk = len(self.ward.project.journal.entries(actor=who)), self.desks[who]
        refused = False
        try:
            act(desk.session)
        except UsageError:
            refused = True
        entries = self.ward.project.journal.entries(actor=who)[before:]
        # What was made together on several notes is one action.
        assert len({entry.payload.get("group", entry.actor_seq) for entry in entries}) <= (not refused)
        if entries:
            desk.at += 1
            desk.states[desk.at :] = [None]

    @rule(who=who, move=moves)
    def move(self, who: str, move: Act) -> None:
        move(self.desks[who].session)

    @rule(who=who, times=st.integers(1, 4))
    def undo(self, who: str, times: int) -> None:
        desk = self.desks[who]
        for _ in range(times):
            size, undone = desk.session.next_undo_size(), desk.session.undo()
            assert (undone is not None) == (desk.at > 0) >= (size > 0)
            desk.at = max(desk.at - 1, 0)
            self.compare(who)

    @rule(who=who, times=st.integers(1, 4))
    def redo(self, who: str, times: int) -> None:
        desk = self.desks[who]
        for _ in range(times):
            size, redone = desk.session.next_redo_size(), desk.session.redo()
            assert (redone is not None) == (desk.at < len(desk.states) - 1) >= (size > 0)
            desk.at = min(desk.at + 1, len(desk.states) - 1)
            self.compare(who)

    @rule(who=who)
    def undo_to_the_start_and_redo_to_the_end(self, who: str) -> None:
        desk, times = self.desks[who], 0
        while desk.session.undo() is not None:
            times += 1
        assert times == desk.at
        self.undone_to_the_start(who)
        while desk.session.redo() is not None:
            times -= 1
        assert -times == len(desk.states) - 1 - desk.at
        desk.at = len(desk.states) - 1

    def undone_to_the_start(self, who: str) -> None:
        assert shown_to(self.ward.project, who) == shown_to(self.ward.project, "nobody")

    # the order of work

    @rule(who=who, line=st.sampled_from(FILTERS))
    def filter(self, who: str, line: str) -> None:
        session = self.desks[who].session
        wanted = session.parse_filter(line)
        session.take_filter(session.filtered(wanted) if wanted is not None else None)
        session.focus_shown()
        if session.queue is not None and session.queue.kind != "sample":
            session.take_queue(session.queue_of(session.queue.kind))

    @rule(who=who, kind=st.sampled_from(QUEUES))
    def follow(self, who: str, kind: str) -> None:
        session = self.desks[who].session
        with suppress(UsageError):  # nothing waits that a sample could be drawn from
            session.take_queue(session.queue_of(kind, size=3 if kind == "sample" else None))

    @rule(who=who, step=st.sampled_from(["next_in_queue", "previous_in_queue"]))
    def step(self, who: str, step: str) -> None:
        session = self.desks[who].session
        session.refresh_queue(everything=True)
        queue = session.queue
        if queue is None:
            return
        if queue.kind != "sample":
            assert queue.left == session.queue_of(queue.kind).queue.view.left
        found = getattr(session, step)()
        if found is None:
            session.begin_again()
            return
        view = session.current
        assert view is not None and (
            found == session.near_in_turn or (found.status, view.focus) == ("pending", found.id)
        )
        if queue.kind != "sample":
            assert view.row.skipped is None
            assert found == session.near_in_turn or session.shows(found)

    # what happens to a project meanwhile

    @precondition(lambda self: not self.engine_has_come)
    @rule(anew=st.booleans())
    def engine(self, anew: bool) -> None:
        """It finds more in two notes, or another model reads one of them anew and finds that alone."""
        self.engine_has_come = True
        project = self.ward.project
        if anew:
            self.ward.begin("small-2")
        for row in project.documents()[: 1 if anew else 2]:
            self.ward.suggest(row.id, [("Symptom", Span(0, 4), 0.35), ("Disease", (Span(0, 2), Span(5, 8)), 0.5)])
            if anew:
                project.supersede_suggestions(row.id, keep_run=self.ward.run)
        for desk in self.desks.values():
            desk.session.refresh()
            desk.states = [None] * len(desk.states)

    @rule()
    def reopen(self) -> None:
        self.ward.reopen()
        for annotator, desk in self.desks.items():
            where = desk.session.current
            desk.session = self.sit_down(annotator)
            assert where is not None
            desk.session.open(where.row.id)

    @rule()
    def kill(self) -> None:
        """What lies on the disk is what is shown."""
        assert self.found_in(self.left_behind()) == self.shown()

    @rule(who=who, act=acts)
    def kill_within(self, who: str, act: Act) -> None:
        """While an action is saved, what lies on the disk is what was shown before it."""
        before, left = self.shown(), []
        connection = self.ward.project._database._connection
        assert connection is not None
        connection.set_trace_callback(lambda told: left.append(self.left_behind()) if told == "COMMIT" else None)
        at = self.desks[who].at
        self.act(who, act)
        connection.set_trace_callback(None)
        assert bool(left) == (self.desks[who].at > at)
        for place in left:
            assert self.found_in(place) == before

    @rule(who=who, to=st.sampled_from(available()))
    def export(self, who: str, to: str) -> None:
        project = self.ward.project.seen_by(who)
        documents, _ = documents_for_export(project, "all")
        place = self.place() / f"out.{to}"
        by_name(to).write(documents, place, project.schema)
        if to == "jsonl":
            assert list(by_name(to).read(place, project.schema)) == documents

    # what holds

    @invariant()
    def what_is_shown_is_what_is_saved(self) -> None:
        for annotator in ANNOTATORS:
            self.compare(annotator)
        assert self.ward.project.verify() == []

    def compare(self, who: str) -> None:
        """An annotator is shown what was shown at this place of the work before; their session shows it too."""
        desk, now = self.desks[who], shown_to(self.ward.project, who)
        if desk.states[desk.at] is None:
            desk.states[desk.at] = now
        assert now == desk.states[desk.at]
        view = desk.session.current
        assert view is not None and view.row == self.ward.project.seen_by(who).document(view.row.id)
        facts = sorted(desk.session.facts(), key=lambda one: one.id)
        assert (view.items, facts) == next(shown[1:] for shown in now[0] if shown[0].id == view.row.id)
        assert view.focus is None or view.focused is not None

    def sit_down(self, annotator: str) -> ReviewSession:
        return self.ward.review(self.ward.project.documents()[0].id, annotator)

    def shown(self) -> dict[str, Shown | None]:
        return {name: desk.states[desk.at] for name, desk in self.desks.items()}

    def place(self) -> Path:
        return Path(tempfile.mkdtemp(dir=self.folder.name))

    def left_behind(self) -> Path:
        """The files as a process leaves them that is killed now."""
        return shutil.copytree(self.ward.path, self.place() / self.ward.path.name)

    def found_in(self, place: Path) -> dict[str, Shown | None]:
        with Project.open(place) as project:
            assert project.verify() == []
            return {name: shown_to(project, name) for name in ANNOTATORS}


TestReviewing = Reviewing.TestCase
TestReviewing.settings = settings(LAWS, max_examples=40, stateful_step_count=25)


class ReviewingBlind(Reviewing):
    """Nobody is shown suggestions before they have answered on a note themselves."""

    guard = Guard(blind=1.0)


TestReviewingBlind = ReviewingBlind.TestCase
TestReviewingBlind.settings = settings(LAWS, max_examples=20, stateful_step_count=25)


class ReviewingPlanted(Reviewing):
    """Everybody is shown suggestions that are wrong, each their own; nothing of those comes out."""

    guard = Guard(planted=1.0)

    def undone_to_the_start(self, who: str) -> None:
        desk = self.desks[who]
        at, desk.at = desk.at, 0
        self.compare(who)
        desk.at = at

    @invariant()
    def nothing_planted_counts(self) -> None:
        for who in ANNOTATORS:
            project = self.ward.project.seen_by(who)
            for document in documents_for_export(project, "all")[0]:
                row = project.document_named(document.name)
                assert row is not None
                plants = self.planted(who, row.id)
                decisions = project.decisions(row.id)
                assert not any(one.suggestion is not None for one in decisions.values() if one.item_id in plants)
                meant = {one.extent for one in decisions.values() if one.status in ("added", "edited")}
                meant |= {(one.type, one.spans) for one in project.suggestions(row.id, all_runs=True)}
                assert {(one.type, one.spans) for one in document.entities} & set(plants.values()) <= meant

    def planted(self, who: str, document: int) -> dict[str, tuple[str, tuple[Span, ...]]]:
        return {
            item_id: (one["type"], spans_from_json(one["spans"]))
            for entry in self.ward.project.journal.entries(document, who)
            if entry.action == "plant"
            for item_id, one in entry.payload["items"].items()
        }


TestReviewingPlanted = ReviewingPlanted.TestCase
TestReviewingPlanted.settings = settings(LAWS, max_examples=30, stateful_step_count=25)
