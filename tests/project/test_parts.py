"""Annotators work in copies of a project, and their parts come together."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from project_setup import Ward, decoded, plain_words, seen

from assistant.project.store import Project
from assistant.project.team.parts import Part, lines, merge, part_of, read
from assistant.review.session import ReviewSession
from bioassist.errors import InputError, ProjectError

NOTES = {
    "ward/a": "Pt has <Symptom 0.9>chest pain</Symptom> and <Disease 0.7>asthma</Disease>, no fever.",
    "ward/b": "<Medication 0.8>aspirin</Medication> 75 mg since May",
}


def file_of(part: Part, folder: Path) -> Path:
    path = folder / f"{part.annotator}.part"
    path.write_text("".join(f"{line}\n" for line in lines(part)), "utf-8", newline="")
    return path


def received(project: Project, annotator: str, folder: Path) -> Part:
    """The part as it comes by mail."""
    return read(file_of(part_of(project, annotator), folder))


@pytest.fixture
def shared(ward: Ward) -> Ward:
    for name, markup in NOTES.items():
        ward.note(markup, name)
    return ward


@contextmanager
def copy_of(ward: Ward, folder: Path, annotator: str) -> Iterator[Project]:
    """The project on another machine; what it is called there does not matter."""
    path = folder / f"copy-{annotator}.bioassist"
    if not path.exists():
        ward.project.close()
        shutil.copytree(ward.path, path)
        ward.reopen()
    with Project.open(path, actor=annotator) as project:
        yield project


def review(project: Project, *acts: Callable[[ReviewSession], Any], name: str = "ward/a") -> None:
    row = project.document_named(name)
    assert row is not None
    session = ReviewSession(project, words=plain_words)
    session.open(row.id)
    for act in acts:
        act(session)


def state(project: Project, annotator: str) -> list[Any]:
    """All that an annotator sees, but for the numbers that entries have in this file."""
    seen_by = project.seen_by(annotator)
    found: list[Any] = []
    for row in seen_by.documents():
        said = seen_by.decisions(row.id)
        found.append(
            (row.name, row.done, {key: (one.status, one.type, one.spans, one.actor) for key, one in said.items()})
        )
        found.append({key: (one.value, one.actor) for key, one in seen_by.facts(row.id).items()})
    return [*found, seen_by.counts()]


def test_two_annotators_come_together(shared: Ward, tmp_path: Path) -> None:
    parts = []
    for annotator, act in (("ann", ReviewSession.accept), ("ben", ReviewSession.reject)):
        with copy_of(shared, tmp_path, annotator) as project:
            review(project, act, ReviewSession.mark_done)
            parts.append(received(project, annotator, tmp_path))
    merged = merge(shared.project, parts)
    assert [(one.annotator, one.entries, one.taken) for one in merged] == [("ann", 2, 2), ("ben", 2, 2)]
    assert shared.project.annotators() == ["ann", "ben"] and shared.project.verify() == []
    assert seen(shared.review(1, "ann"))[0] == "accepted Symptom: chest pain"
    assert seen(shared.review(1, "ben"))[0] == "rejected Symptom: chest pain"
    assert [row.done for row in shared.project.seen_by("ben").documents()] == [True, False]


def test_no_text_is_in_a_part(shared: Ward, tmp_path: Path) -> None:
    review(shared.project, lambda session: session.add(33, 38, "Symptom"), ReviewSession.accept)
    written = file_of(part_of(shared.project, "ann"), tmp_path).read_text("utf-8")
    for word in ("chest", "pain", "asthma", "fever", "Pt"):
        assert word not in written
    sha = shared.project.documents()[0].text_sha
    assert "ward/a" in written and sha in written


def test_the_same_part_again_changes_nothing_and_a_longer_one_goes_on(shared: Ward, tmp_path: Path) -> None:
    with copy_of(shared, tmp_path, "ben") as project:
        review(project, ReviewSession.accept)
        first = received(project, "ben", tmp_path)
        review(project, ReviewSession.undo, ReviewSession.reject, name="ward/a")
        longer = received(project, "ben", tmp_path)
        expected = state(project, "ben")
    assert [one.taken for one in merge(shared.project, [first])] == [1]
    length = shared.project.journal.length()
    assert [one.taken for one in merge(shared.project, [first])] == [0]
    assert shared.project.journal.length() == length
    assert [one.taken for one in merge(shared.project, [longer])] == [2]
    assert [one.taken for one in merge(shared.project, [first])] == [0], "an older part is contained"
    assert state(shared.project, "ben") == expected and shared.project.verify() == []
    shared.project.journal.undo("ben")
    assert seen(shared.review(1, "ben"))[0] == "*pending Symptom: chest pain", "undo goes on where ben was"


def test_a_chain_that_went_two_ways_is_refused_and_nothing_is_taken(shared: Ward, tmp_path: Path) -> None:
    with copy_of(shared, tmp_path, "ann") as project:
        review(project, ReviewSession.reject)
        fork = received(project, "ann", tmp_path)
    with copy_of(shared, tmp_path, "ben") as project:
        review(project, ReviewSession.accept)
        sound = received(project, "ben", tmp_path)
    review(shared.project, ReviewSession.accept, name="ward/b")
    length = shared.project.journal.length()
    with pytest.raises(ProjectError, match=r"journal of ann went two ways: entry 1 .* on ward/b, .* on ward/a") as told:
        merge(shared.project, [sound, fork])
    assert told.value.next_step is not None and "--as" in told.value.next_step
    assert shared.project.journal.length() == length and shared.project.annotators() == ["ann"]
    assert shared.project.verify() == []


def test_entries_on_documents_that_are_not_there_wait_for_them(shared: Ward, tmp_path: Path) -> None:
    with copy_of(shared, tmp_path, "ben") as project:
        review(project, ReviewSession.accept, ReviewSession.mark_done)
        project.add_document("c", decoded("fever", "c"))
        review(project, lambda session: session.add(0, 5, "Symptom"), name="c")
        review(project, ReviewSession.mark_done, name="c")
        project.new_version("ward/b", decoded("aspirin 100 mg", "b"))
        review(project, lambda session: session.add(0, 7, "Medication"), name="ward/b")
        part = received(project, "ben", tmp_path)
    (merged,) = merge(shared.project, [part])
    assert (merged.taken, merged.missing, merged.otherwise) == (5, {"c": 2}, {"ward/b": 1})
    project = shared.project
    assert [row.name for row in project.documents()] == ["ward/a", "ward/b"] and project.verify() == []
    assert project.add_failed("c", "c.txt", "binary").state == "failed", "a note that fails is no note that came"
    row = project.add_document("c", decoded("fever", "c"))
    assert seen(shared.review(row.id, "ben")) == ["*added Symptom: fever"]
    assert project.seen_by("ben").document(row.id).done and not project.document(row.id).done
    taken = project.new_version("ward/b", decoded("aspirin 100 mg", "b"))
    assert seen(shared.review(taken.row.id, "ben")) == ["*added Medication: aspirin"]
    assert project.verify() == []
    assert [one.taken for one in merge(project, [part])] == [0]


class TestFiles:
    """Files that went through other hands."""

    @pytest.fixture
    def path(self, shared: Ward, tmp_path: Path) -> Path:
        review(shared.project, ReviewSession.accept, ReviewSession.reject, ReviewSession.undo)
        return file_of(part_of(shared.project, "ann"), tmp_path)

    def refused(self, path: Path, change: Callable[[list[str]], list[str]]) -> str:
        path.write_text("".join(change(path.read_text("utf-8").splitlines(keepends=True))), "utf-8")
        with pytest.raises(InputError) as told:
            read(path)
        assert str(path) in str(told.value) and "chest pain" not in str(told.value)
        return str(told.value)

    @pytest.mark.parametrize(
        "change",
        [
            ('"accept"', '"reject"'),
            ('"ann"', '"eve"'),
            ("ward/a", "ward/b"),
            ("0.9", "0.95"),
            ('"at":"20', '"at":"19'),
            ('"bulk":false', '"bulk":true'),
        ],
    )
    def test_every_change_is_noticed(self, path: Path, change: tuple[str, str]) -> None:
        assert change[0] in path.read_text("utf-8")
        said = self.refused(path, lambda kept: [kept[0], *(line.replace(*change) for line in kept[1:])])
        assert "is not as its author's program wrote it" in said

    def test_what_is_cut_off_or_out_is_noticed(self, path: Path) -> None:
        whole = path.read_text("utf-8")
        for change, said in (
            (lambda kept: kept[:-1], "cut off: 2 of 3"),
            (lambda kept: [*kept[:-1], kept[-1][:50]], "no JSON record"),
            (lambda kept: [kept[0].replace('"entries": 3', '"entries": 2'), *kept[1:2], *kept[3:]], "entry 2 is not"),
            (lambda kept: [kept[0].replace('"entries": 3', '"entries": 2'), *kept[1:3]], "entry 2 is not"),
            (lambda kept: kept[1:], "no part of a project"),
            (lambda kept: [kept[0].replace('"format": 1', '"format": 9'), *kept[1:]], "newer bioassist"),
            (lambda kept: [], "no part of a project"),
        ):
            path.write_text(whole, "utf-8")
            assert said in self.refused(path, change)

    def test_what_is_no_file_of_text(self, path: Path) -> None:
        path.write_bytes(b"\xff\xfe\x00")
        with pytest.raises(InputError, match="it is no text"):
            read(path)
        with pytest.raises(InputError, match="no such file"):
            read(path.with_name("none.part"))

    def test_an_action_of_a_later_version_is_named(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        record = json.loads(path.read_text("utf-8").splitlines()[1])
        said = self.refused(path, lambda kept: [kept[0], json.dumps(record | {"action": "dream"}) + "\n", *kept[2:]])
        assert "'dream'" in said and "Update bioassist" in said

    def test_who_has_no_entries_has_no_part(self, shared: Ward) -> None:
        with pytest.raises(ProjectError, match=r"no entries of 'zoe'.*Nobody decided"):
            part_of(shared.project, "zoe")
        review(shared.project, ReviewSession.accept)
        with pytest.raises(ProjectError, match=r"no entries of 'zoe'.*Its annotators: ann"):
            part_of(shared.project, "zoe")


acts: list[Callable[[ReviewSession], Any]] = [
    ReviewSession.accept,
    ReviewSession.reject,
    ReviewSession.grow_left,
    ReviewSession.undo,
    ReviewSession.redo,
    ReviewSession.mark_done,
    ReviewSession.reopen,
    ReviewSession.next_document,
    ReviewSession.previous_document,
    lambda session: session.accept_over(0.75),
    lambda session: session.add(3, 6, "Disease"),
]
work = st.lists(st.tuples(st.sampled_from(["ann", "ben", "cara"]), st.sampled_from(acts)), max_size=20)
laws = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@laws
@given(done=work, again=work)
def test_parts_give_the_same_state_in_whatever_order_they_come(done: list[Any], again: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ward = Ward(Path(folder, "main"))
        ids = [ward.note(markup, name) for name, markup in NOTES.items()]
        blank = shutil.copytree(ward.path, Path(folder, "blank"))
        sessions = {name: ward.review(ids[0], name) for name in ("ann", "ben", "cara")}
        parts: list[list[Part]] = []
        for acts_ in (done, again):
            for name, act in acts_:
                act(sessions[name])
            parts.append([part_of(ward.project, name) for name in ward.project.journal.heads()])
        states = {name: state(ward.project, name) for name in sessions}
        early, late = parts
        for number, order in enumerate(permutations(late)):
            copy = shutil.copytree(blank, Path(folder, f"copy-{number}"))
            with Project.open(copy, actor="coordinator") as project:
                merge(project, [*early, *reversed(early)])
                merge(project, order)
                assert {name: state(project, name) for name in sessions} == states
                assert project.verify() == []
        ward.project.close()


@laws
@given(done=work)
def test_what_one_annotator_does_and_undoes_changes_nothing_for_another(done: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        ward = Ward(Path(folder))
        ids = [ward.note(markup, name) for name, markup in NOTES.items()]
        sessions = {name: ward.review(ids[0], name) for name in ("ann", "ben", "cara")}
        for name, act in done:
            others = {one: state(ward.project, one) for one in sessions if one != name}
            act(sessions[name])
            assert {one: state(ward.project, one) for one in others} == others
        assert ward.project.verify() == []
        ward.project.close()
