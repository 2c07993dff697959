"""What a project keeps of notes, runs, windows and suggestions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from project_setup import SCHEMA, Ward, decoded, plain_words

from assistant.project.journal.decisions import spans_from_text, spans_to_text
from assistant.project.records import suggestion_id
from assistant.project.suggestions import entities as suggestions
from bioassist.documents import Span, TextSource, text_hash
from bioassist.errors import ProjectError
from bioassist.reading import DecodedText, decode
from bioassist.schema import loads


class TestDocuments:
    def test_a_note_is_kept_as_it_was_read(self, ward: Ward) -> None:
        data = b"\xef\xbb\xbfcough\r\nfever\r\n"
        row = ward.project.add_document("gp/7", decode(data, "notes/gp/7.txt"))
        assert (row.name, row.path, row.encoding, row.bom, row.newline) == (
            "gp/7",
            "notes/gp/7.txt",
            "utf-8",
            True,
            "crlf",
        )
        assert (row.version, row.superseded, row.state, row.words, row.done) == (1, False, "pending", 0, False)
        assert ward.project.text(row.id) == "cough\r\nfever\r\n"
        assert row.text_sha == text_hash("cough\r\nfever\r\n")

    @pytest.mark.parametrize("text", ["a\0b", "\r\n", "\u2028 \u0085 \x1b[31m", "👩‍⚕️ עברית e\u0301", "\ufeff x"])
    def test_no_character_is_lost(self, ward: Ward, text: str) -> None:
        row = ward.project.add_document("n", decoded(text))
        ward.reopen()
        assert ward.project.text(row.id) == text

    def test_adding_twice_is_adding_once(self, ward: Ward) -> None:
        first = ward.project.add_document("n", decoded("cough"))
        assert ward.project.add_document("n", decoded("cough")) == first
        assert ward.project.documents() == [first]

    def test_the_same_text_under_two_names_is_two_documents_and_one_text(self, ward: Ward) -> None:
        first, second = (ward.project.add_document(name, decoded("cough")) for name in ("a/n", "b/n"))
        assert first.id != second.id and first.text_sha == second.text_sha
        assert ward.project._database.row("SELECT count(*) FROM texts") == (1,)

    def test_another_text_under_a_name_is_for_new_version(self, ward: Ward) -> None:
        ward.project.add_document("n", decoded("cough"))
        with pytest.raises(ProjectError, match=r"another text of n.*new version"):
            ward.project.add_document("n", decoded("cough!"))
        assert [row.version for row in ward.project.documents()] == [1]

    def test_a_note_that_cannot_be_read_is_a_row_with_its_reason(self, ward: Ward) -> None:
        row = ward.project.add_failed("scan", "scan.txt", "it is binary")
        assert (row.state, row.reason, row.has_text) == ("failed", "it is binary", False)
        again = ward.project.add_failed("scan", "scan.txt", "it is empty")
        assert (again.id, again.reason) == (row.id, "it is empty")
        with pytest.raises(ProjectError, match="scan could not be read: it is empty"):
            ward.project.text(row.id)

    def test_once_it_can_be_read_it_takes_that_rows_place(self, ward: Ward) -> None:
        ward.project.add_failed("scan", "scan.txt", "it is binary")
        ward.project.add_document("b", decoded("fever"))
        ward.project.add_document("scan", decoded("cough"))
        assert [(row.name, row.state) for row in ward.project.documents()] == [("scan", "pending"), ("b", "pending")]

    def test_a_note_that_becomes_unreadable_keeps_its_text(self, ward: Ward) -> None:
        kept = ward.project.add_document("n", decoded("cough"))
        ward.project.add_failed("n", "n.txt", "it is empty")
        assert ward.project.document_named("n") == kept
        assert [row.state for row in ward.project.documents()] == ["pending", "failed"]
        ward.project.add_document("n", decoded("cough"))
        assert ward.project.documents() == [kept]

    def test_a_file_name_that_is_no_text_is_shown_escaped(self, ward: Ward) -> None:
        path = "notes/caf\udce9.txt"
        row = ward.project.add_document("cafe", DecodedText("cough", TextSource(path)))
        assert row.path == "notes/caf\\udce9.txt"

    def test_state_and_reason(self, ward: Ward) -> None:
        row = ward.project.add_document("n", decoded("cough"))
        ward.project.set_state(row.id, "ready", words=7)
        ward.project.set_state(row.id, "failed", "the engine stopped")
        row = ward.project.document(row.id)
        assert (row.state, row.reason, row.words) == ("failed", "the engine stopped", 7)
        ward.project.set_state(row.id, "pending")
        assert ward.project.document(row.id).reason is None

    def test_no_such_document(self, ward: Ward) -> None:
        with pytest.raises(ProjectError, match="no document number 7"):
            ward.project.document(7)
        assert ward.project.document_named("x") is None

    def test_many_notes_are_listed_in_the_order_they_came(self, ward: Ward) -> None:
        names = [f"n{number * 7919 % 1000}" for number in range(1000)]
        with ward.project.transaction():
            for name in names:
                ward.project.add_document(name, decoded(f"cough {name}"))
        assert [row.name for row in ward.project.documents()] == names
        ward.reopen()
        assert [row.name for row in ward.project.documents()] == names


class TestSuggestions:
    def test_an_extent_and_type_has_one_id_in_a_text(self) -> None:
        spans = (Span(0, 5),)
        assert suggestion_id("x", "Symptom", spans) == suggestion_id("x", "Symptom", [Span(0, 5)])
        others = [("y", "Symptom", spans), ("x", "Disease", spans), ("x", "Symptom", (Span(0, 6),))]
        ids = {suggestion_id(*other) for other in others} | {suggestion_id("x", "Symptom", spans)}
        assert len(ids) == 4 and all(len(one) == 14 and one.startswith("s-") for one in ids)

    def test_they_are_stored_once_whole(self, ward: Ward) -> None:
        document = ward.note("left leg and arm weak")
        given = list(
            ward.suggestions(document, [("Symptom", (Span(0, 4), Span(13, 21)), 0.25), ("Disease", Span(5, 8), 1.0)])
        )
        ward.project.add_suggestions(document, ward.run, given[:1])
        ward.project.add_suggestions(document, ward.run, given)
        stored = ward.project.suggestions(document)
        assert [(one.id, one.type, one.spans, one.confidence, one.trained) for one in stored] == [
            (one.id, one.type, one.spans, one.confidence, one.trained) for one in given
        ]
        assert {one.run for one in stored} == {ward.run}

    def test_those_of_older_runs_go_out_of_view_and_stay_stored(self, ward: Ward) -> None:
        document = ward.note("<Symptom>cough</Symptom> and <Symptom>fever</Symptom>")
        ward.read_again(document, "<Symptom 0.9>cough</Symptom> and fever", "small-2")
        assert [(one.model, one.confidence) for one in ward.project.suggestions(document)] == [("small-2", 0.9)]
        assert [one.model for one in ward.project.suggestions(document, all_runs=True)] == [
            "small-1",
            "small-1",
            "small-2",
        ]

    def test_where_two_runs_agree_the_later_one_is_shown(self, ward: Ward) -> None:
        document = ward.note("<Symptom 0.4>cough</Symptom>")
        ward.begin("small-2")
        ward.suggest(document, [("Symptom", Span(0, 5), 0.9)])
        assert [(one.model, one.confidence) for one in ward.project.suggestions(document)] == [("small-2", 0.9)]
        assert ward.project.counts()["Symptom"].pending == 1

    def test_only_new_ones_are_read_again(self, ward: Ward) -> None:
        document = ward.note("<Symptom>cough</Symptom> and fever")
        first, number = ward.project.suggestions_after(document, 0)
        assert len(first) == 1
        assert ward.project.suggestions_after(document, number) == ([], number)
        ward.suggest(document, [("Symptom", Span(10, 15), 0.5)])
        fresh, number = ward.project.suggestions_after(document, number)
        assert [one.spans for one in fresh] == [(Span(10, 15),)]

    @given(st.lists(st.tuples(st.integers(0, 10**9), st.integers(0, 50)), min_size=1, max_size=4))
    def test_spans_are_written_so_that_they_read_back(self, pairs: list[tuple[int, int]]) -> None:
        spans = tuple(Span(start, start + length) for start, length in pairs)
        assert spans_from_text(spans_to_text(spans)) == spans

    def test_counting_looks_nothing_up_by_going_through_a_document(self, ward: Ward) -> None:
        plan = ward.project._database.rows(
            "EXPLAIN QUERY PLAN " + suggestions._PENDING.format(which="AND s.document_id = 1"), ("ann",)
        )
        steps = " ".join(str(step[-1]) for step in plan)
        assert "document_id=? AND item_id=?" in steps and "actor=? AND document_id=? AND extent=?" in steps


class TestRuns:
    def test_a_run_is_kept_with_what_made_it(self, ward: Ward) -> None:
        run = ward.project.begin_run(
            "big", "ab" * 32, "clinical-lora", {"ner": "f9"}, "5cf", ["Symptom", "Disease"], {"threads": 2}
        )
        begun = ward.project.latest_run()
        assert begun is not None and (begun.id, begun.ended, begun.words_per_second) == (run, None, None)
        ward.project.end_run(run, words=500, seconds=4.0, tokens=1800)
        ended = ward.project.latest_run()
        assert ended is not None and ended.ended is not None
        assert (ended.words, ended.seconds, ended.tokens, ended.words_per_second) == (500, 4.0, 1800, 125.0)
        assert (ended.programs, ended.trained, ended.settings) == (
            {"ner": "f9"},
            ("Symptom", "Disease"),
            {"threads": 2},
        )
        assert [one.model for one in ward.project.runs()] == ["small-1", "big"]

    def test_window_results(self, ward: Ward) -> None:
        document = ward.note("cough")
        results = {f"key{number}": {"labels": ["O", "B-Symptom"], "p": [0.1, number]} for number in range(1200)}
        with ward.project.transaction():
            for key, result in results.items():
                ward.project.put_window(key, result, document)
        assert ward.project.cached_windows(["key3", "key4", "none"]) == {key: results[key] for key in ("key3", "key4")}
        assert ward.project.cached_windows(key for key in results) == results
        assert ward.project.cached_windows([]) == {}
        ward.project.put_window("key3", {"labels": []}, document)
        assert ward.reopen().cached_windows(["key3"]) == {"key3": {"labels": []}}


class TestSchema:
    def test_it_is_kept(self, ward: Ward) -> None:
        assert ward.reopen().schema == SCHEMA
        other = loads('name = "x"\n[[entities]]\nname = "Finding"\ndescription = "what is seen: \\"spots\\""\n')
        ward.project.set_schema(other)
        assert ward.project.schema == other
        assert ward.reopen().schema == other

    def test_a_project_without_one_says_so(self, ward: Ward) -> None:
        ward.project._database.execute("DELETE FROM settings")
        with pytest.raises(ProjectError, match="no schema yet"):
            _ = ward.reopen().schema


class TestStatus:
    def test_the_figures_of_a_project(self, ward: Ward) -> None:
        a = ward.note("<Symptom 0.9>cough</Symptom>, <Symptom>fever</Symptom>, <Disease>flu</Disease>", "a")
        ward.note("<Symptom>rash</Symptom>", "b")
        c = ward.project.add_document("c", decoded("no one read this"))
        d = ward.project.add_document("d", decoded("nor this"))
        ward.project.set_state(c.id, "reading")
        ward.project.set_state(d.id, "failed", "the engine stopped twice")
        ward.project.add_failed("e", "e.txt", "it is binary")
        ward.project.end_run(ward.run, words=60, seconds=2.0, tokens=400)
        ward.begin("small-2")
        session = ward.review(a)
        session.accept()
        session.reject()
        session.relabel("Medication")
        session.add(0, 5, "Disease")
        session.mark_done()

        status = ward.project.status()
        assert (status.documents, status.done, status.pending, status.reading, status.ready) == (5, 1, 0, 1, 2)
        assert [(one.document, one.reason) for one in status.failed] == [
            ("d", "the engine stopped twice"),
            ("e", "it is binary"),
        ]
        assert status.words == len(plain_words("cough, fever, flu")) + 1
        assert (status.words_per_second, status.model) == (30.0, "small-2")
        assert list(status.labels) == ["Symptom", "Disease", "Medication"]
        symptom, disease, medication = status.labels.values()
        assert (symptom.accepted, symptom.rejected, symptom.pending) == (1, 1, 1)
        assert (disease.added, disease.pending) == (1, 0)
        assert medication.edited == 1

    def test_a_label_that_left_the_schema_is_still_counted(self, ward: Ward) -> None:
        ward.note("<Finding>spots</Finding>")
        assert ward.project.counts()["Finding"].pending == 1

    def test_an_empty_project(self, ward: Ward) -> None:
        status = ward.project.status()
        assert (status.documents, status.words, status.words_per_second, status.failed) == (0, 0, None, ())
