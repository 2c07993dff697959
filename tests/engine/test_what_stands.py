"""What is asked about entities that other suggesters found or people added, and when it is asked anew; over a tiny
random model."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cli_setup import NearWorker
from test_followups import NOTE, only, tokens
from test_pipeline import add, found

from assistant.engine import pipeline
from assistant.engine.events import DocumentDone, DocumentStarted, Event
from assistant.engine.pipeline import Annotator, EngineSettings
from assistant.engine.results import Results
from assistant.project.records import suggestion_id
from assistant.project.store import Project
from assistant.project.suggestions.suggesters import SuggesterRow
from assistant.review.session import ReviewSession
from assistant.suggesters.protocol import Complain, Found, Suggester
from assistant.suggesters.running import SuggesterRun
from assistant.suggesters.specification import parse, read
from bioassist.documents import Span

GOUT = Span(NOTE.index("gout"), NOTE.index("gout") + 4)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setattr(pipeline, "Worker", NearWorker)
    opened = Project.open(tmp_path / "notes.bioassist", create=True)
    opened.set_schema(only(relations=True, attributes=True))
    return opened


@pytest.fixture
def settings(tiny_model: Path) -> EngineSettings:
    return EngineSettings(
        model=tiny_model, name="tiny", identity="tiny-1", threads=1, cells=4096, batch=128, slots=4, window_words=200
    )


class Ran:
    """A run to its end. `started` are the notes that were read, `windows` how many had to be evaluated, `about` the ids
    that were asked about, by task."""

    def __init__(self, project: Project, settings: EngineSettings, *suggesters: Suggester) -> None:
        self.started: list[int] = []
        self.windows = 0
        self.about: dict[str, set[str]] = {}
        choose(project, *suggesters)
        annotator = Annotator(project, settings, self._hear, SuggesterRun(project, suggesters, lambda event: None))
        stored = Results.store

        def store(results: Results, reading: Any, key: str, start: int, about: Sequence[str], result: Any) -> None:
            self.windows += "mentions" in result
            self.about.setdefault(result["program"].split("/")[0], set()).update(about)
            stored(results, reading, key, start, about, result)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(Results, "store", store)
            annotator.start()
            assert annotator.join(120), "the annotator hangs"
        assert annotator.error is None

    def _hear(self, event: Event) -> None:
        if isinstance(event, DocumentStarted):
            self.started.append(event.document_id)


def choose(project: Project, *suggesters: Suggester) -> None:
    project.suggesters.choose(
        SuggesterRow(f"{one.source}:/{one.name}", one.source, one.name, one.fingerprint) for one in suggesters
    )


def listed(project: Project, folder: Path, *rows: str) -> Suggester:
    """A terminology with these rows of term and type."""
    (folder / "terms.csv").write_text("\n".join(["term,type", *rows]), "utf-8")
    return read(parse(f"terms:{folder / 'terms.csv'}")).for_schema(project.schema, {})


def id_of(project: Project, document_id: int, type_: str, span: Span) -> str:
    return suggestion_id(project.document(document_id).text_sha, type_, (span,))


def test_what_a_terminology_alone_finds_is_asked_about(
    project: Project, settings: EngineSettings, tmp_path: Path
) -> None:
    document_id = add(project, "a", NOTE)
    Ran(project, settings)
    assert ("Disease", *_ends(GOUT)) not in found(project, document_id), "the model does not find it"
    gout = id_of(project, document_id, "Disease", GOUT)
    terms = listed(project, tmp_path, "gout,Disease", "aspirin,Drug")
    ran = Ran(project, settings, terms)
    assert gout in ran.about["assertion"] and gout in ran.about["re.pairs"]
    aspirin = Span(NOTE.index("aspirin"), NOTE.index("aspirin") + 7)
    assert id_of(project, document_id, "Drug", aspirin) in ran.about["re.pairs"]


def test_what_is_no_whole_word_is_asked_about_too(project: Project, settings: EngineSettings, tmp_path: Path) -> None:
    document_id = add(project, "a", NOTE)
    (tmp_path / "rules.toml").write_text(
        "[[rules]]\ntype = 'Drug'\npattern = 'moxici'\n[[rules]]\ntype = 'Disease'\npattern = 'ut, smok'\n", "utf-8"
    )
    rules = read(parse(f"rules:{tmp_path / 'rules.toml'}")).for_schema(project.schema, {})
    ran = Ran(project, replace(settings, cells=1400, window_words=60), rules)
    inside = [("Drug", NOTE.index("moxici"), 6), ("Disease", NOTE.index("ut, smok"), 8)]
    ids = {id_of(project, document_id, type_, Span(start, start + length)) for type_, start, length in inside}
    assert ids <= ran.about["assertion"] and ids <= ran.about["re.pairs"]
    assert project.document(document_id).reason is None


def test_what_a_terminology_finds_of_types_that_the_model_is_not_asked_for(
    project: Project, settings: EngineSettings, tmp_path: Path
) -> None:
    schema = only(relations=True, attributes=True)
    project.set_schema(replace(schema, entities=tuple(replace(one, suggest=False) for one in schema.entities)))
    document_id = add(project, "a", NOTE)
    ran = Ran(project, settings, listed(project, tmp_path, "gout,Disease", "aspirin,Drug"))
    assert project.document(document_id).state == "ready" and not ran.windows
    both = {one.id for one in project.suggestions(document_id)}
    assert len(both) == 2 and ran.about == {"assertion": both, "re.pairs": both}


def test_what_two_sources_find_is_asked_about_once(
    project: Project, settings: EngineSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = add(project, "a", NOTE)
    Ran(project, settings)
    one = next(one for one in project.suggestions(document_id) if one.spans[0].of(NOTE).isalpha())
    standing: list[list[list[Any]]] = []
    stands = Results.standing

    def watched(*given: Any) -> Any:
        standing.append(stands(*given))
        return standing[-1]

    monkeypatch.setattr(Results, "standing", watched)
    Ran(project, settings, listed(project, tmp_path, f"{one.spans[0].of(NOTE)},{one.type}"))
    assert {said.source for said in project.suggestions(document_id) if said.also} == {"model"}
    ids = [item_id for window in standing for item_id, *_ in window]
    assert ids.count(one.id) == 1 and len(ids) == len(set(ids))


def test_a_new_suggester_has_read_notes_asked_about_and_its_end_takes_that_back(
    project: Project, settings: EngineSettings, tmp_path: Path
) -> None:
    first, second = add(project, "a", NOTE), add(project, "b", f"{NOTE}Nothing else.")
    whole = Ran(project, settings)
    assert whole.started == [first, second] and whole.windows
    terms = listed(project, tmp_path, "gout,Disease")
    ran = Ran(project, settings, terms)
    assert ran.started == [first, second] and not ran.windows, "windows come from the project"
    assert ran.about and tokens(project) > 0
    assert Ran(project, settings, terms).started == []
    back = Ran(project, settings)
    assert back.started == [first, second] and tokens(project) == 0
    gout = id_of(project, first, "Disease", GOUT)
    assert not any(gout in str(one.value) for one in project.suggested_facts(first))


def test_entities_that_people_add_or_correct_are_asked_about_by_the_next_run(
    project: Project, settings: EngineSettings
) -> None:
    project.set_schema(only(attributes=True))
    ids = [add(project, name, f"{NOTE}Ward {name}.") for name in "abc"]
    Ran(project, settings)
    evaluated = tokens(project)
    assert Ran(project, settings).started == [], "nothing was touched"
    session = ReviewSession(project, "ann")
    session.open(ids[1])
    added = session.add(GOUT.start, GOUT.end, "Disease")
    ran = Ran(project, settings)
    assert ran.started == [ids[1]] and ran.windows == 0
    assert set(ran.about) == {"assertion"} and added in ran.about["assertion"]
    assert 0 < tokens(project) < evaluated / 2
    assert [row.state for row in project.documents()] == ["ready"] * 3
    assert Ran(project, settings).started == []
    session.undo()
    assert Ran(project, settings).started == [ids[1]] and tokens(project) == 0, "all of that is known"


def test_accepting_and_rejecting_ask_for_nothing_and_who_keeps_what_was_rejected_does(
    project: Project, settings: EngineSettings
) -> None:
    document_id = add(project, "a", NOTE)
    Ran(project, settings)
    session = ReviewSession(project, "ann")
    session.open(document_id)
    assert session.current is not None
    one, other, *_ = [item.id for item in session.current.items]
    session.focus(one)
    session.accept()
    session.focus(other)
    session.reject()
    assert Ran(project, settings).started == []
    session.focus(other)
    session.accept()
    assert Ran(project, settings).started == [document_id]


def test_a_note_that_is_done_is_left_alone_until_it_is_reopened(project: Project, settings: EngineSettings) -> None:
    document_id = add(project, "a", NOTE)
    Ran(project, settings)
    session = ReviewSession(project, "ann")
    session.open(document_id)
    session.add(GOUT.start, GOUT.end, "Disease")
    session.mark_done()
    assert Ran(project, settings).started == []
    add(project, "b", NOTE)
    assert len(Ran(project, settings).started) == 1
    session.reopen()
    assert Ran(project, settings).started == [document_id]


def test_with_a_limit_the_rest_of_the_changed_notes_waits(project: Project, settings: EngineSettings) -> None:
    ids = [add(project, name, f"{NOTE}Ward {name}.") for name in "abc"]
    Ran(project, settings)
    session = ReviewSession(project, "ann")
    for document_id in ids:
        session.open(document_id)
        session.add(GOUT.start, GOUT.end, "Disease")
    for document_id in ids:
        assert Ran(project, replace(settings, limit=1)).started == [document_id]
    assert Ran(project, replace(settings, limit=1)).started == []


class Slow:
    """Finds nothing, in stretches without end as long as `holds` is true for the text."""

    source, name, fingerprint = "rules", "slow.toml", "rules/1/slow"
    remarks: tuple[str, ...] = ()

    def __init__(self, holds: Callable[[str], bool]) -> None:
        self.began = threading.Event()
        self._holds = holds

    def suggest(self, text: str, complain: Complain) -> Iterator[list[Found]]:
        self.began.set()
        while self._holds(text):
            yield []


def test_a_run_stops_in_the_middle_of_a_slow_suggester(project: Project, settings: EngineSettings) -> None:
    add(project, "a", NOTE)
    slow = Slow(lambda text: True)
    choose(project, slow)
    annotator = Annotator(project, settings, lambda event: None, SuggesterRun(project, [slow], lambda event: None))
    annotator.start()
    assert slow.began.wait(60)
    annotator.stop()
    assert annotator.join(0) and annotator.error is None
    assert project.document(1).state == "pending"


def test_the_open_note_waits_for_no_other_ones_suggesters(project: Project, settings: EngineSettings) -> None:
    project.set_schema(only())
    long, short = add(project, "a", NOTE * 9), add(project, "b", NOTE)
    done: list[int] = []
    slow = Slow(lambda text: len(text) > 2 * len(NOTE) and short not in done)

    def hear(event: Event) -> None:
        if isinstance(event, DocumentDone):
            done.append(event.document_id)

    choose(project, slow)
    annotator = Annotator(project, settings, hear, SuggesterRun(project, [slow], lambda event: None))
    annotator.start()
    assert slow.began.wait(60)
    annotator.prioritise(short)
    assert annotator.join(120) and annotator.error is None
    assert done == [short, long]


def _ends(span: Span) -> tuple[int, int]:
    return span.start, span.end
