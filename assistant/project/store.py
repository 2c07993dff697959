"""A project: the folder `<notes>.bioassist`, private to the person (0700), with one SQLite file (0600) in it.

One process has it open for writing and holds a lock; its threads may share the one `Project`. Others can open it for
reading. The folder holds `project.sqlite` (and, while open, its log), `lock` and `owner.json`.
"""

from __future__ import annotations

import getpass
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from assistant.project import status, verification
from assistant.project.calibration.looking import looked_at
from assistant.project.calibration.samples import SampleTable
from assistant.project.calibration.stored import CalibrationTable
from assistant.project.exporting.ids import ExportIds
from assistant.project.exporting.sent import ExportTable
from assistant.project.facts import SuggestedFact
from assistant.project.file import creation
from assistant.project.file.database import Database, connect, file_error
from assistant.project.file.holder import Holder, network_file_system
from assistant.project.file.migrations import migrate
from assistant.project.guard import figures as guarding
from assistant.project.guard import sowing
from assistant.project.guard.roles import Roles
from assistant.project.journal.chain import Journal
from assistant.project.journal.deeds import DeedTable
from assistant.project.listing import Listing
from assistant.project.notes import versions
from assistant.project.notes.documents import DocumentTable
from assistant.project.records import DocumentRow, DocumentState, RunRow, Suggestion, Tally
from assistant.project.schema.history import SchemaHistory
from assistant.project.suggestions.entities import SuggestionTable
from assistant.project.suggestions.facts import FactSuggestionTable
from assistant.project.suggestions.near_misses import NearMissTable
from assistant.project.suggestions.runs import RunTable
from assistant.project.suggestions.suggesters import SuggesterTable
from assistant.project.team import annotators
from assistant.project.team.assignments import AssignmentTable
from assistant.project.team.questions import QuestionTable
from assistant.project.view import View
from bioassist import schema as schemas
from bioassist.errors import ProjectError
from bioassist.reading import DecodedText
from bioassist.schema import Schema


class Project(View):
    """An open project. Made by `Project.open`; use it as a context manager, or close it.

    Every writing method is saved when it returns and raises ProjectError if it cannot be, with nothing changed.
    """

    def __init__(self, path: Path, database: Database, holder: Holder | None, actor: str | None) -> None:
        super().__init__(actor or _user(), named=actor is not None)
        self.path = path
        self.read_only = database.read_only
        self.export_ids = ExportIds(database)
        self.exports = ExportTable(database)
        self._database = database
        self._holder = holder
        self._schema: tuple[str, Schema] | None = None
        self._roles = Roles(database, lambda: self.schema)
        self._documents = DocumentTable(database, self._roles)
        self._runs = RunTable(database)
        self._suggestions = SuggestionTable(database, self._documents.blind)
        self.suggesters = SuggesterTable(database, self._suggestions)
        self.calibrations = CalibrationTable(database, lambda: self.schema, lambda: looked_at(self))
        self.near_misses = NearMissTable(database)
        self.listing = Listing(database, self.calibrations, self._documents.blind)
        self.samples = SampleTable(database)
        self.deeds = DeedTable(database)
        self.schema_history = SchemaHistory(database)
        self.assignments = AssignmentTable(database)
        self._suggested_facts = FactSuggestionTable(database, self._documents.blind)
        self.questions = QuestionTable(database)
        self.journal = Journal(database, self._documents, self._decided)

    @classmethod
    def open(cls, path: Path, *, create: bool = False, read_only: bool = False, actor: str | None = None) -> Self:
        """Open the project in the folder `path`, or make it if there is none and `create` is given.

        `actor` is whose decisions these are, see `View`: the user of this machine unless named. Raises ProjectError if
        there is no project, another process has it, it is damaged, of a newer version, or cannot be written.
        """
        holder = None
        try:
            if not read_only:
                if create:
                    creation.prepare(path)
                creation.refuse_unless_project(path, create=create)
                holder = Holder(path)
                if create:
                    creation.create(path)
            else:
                creation.refuse_unless_project(path, create=False)
            database = connect(path / creation.FILE, read_only=read_only, exclusive=bool(network_file_system(path)))
        except OSError as error:
            _let_go(holder)
            raise file_error(path, error) from error
        except BaseException:
            _let_go(holder)
            raise
        try:
            migrate(database)
            project = cls(path, database, holder, actor)
            if not read_only:
                project._documents.forget_unfinished_reading()
        except BaseException:
            database.close()
            _let_go(holder)
            raise
        return project

    def close(self) -> None:
        """Close the file and let go of the folder; a second close does nothing."""
        self._database.close()
        holder, self._holder = self._holder, None
        _let_go(holder)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def transaction(self) -> AbstractContextManager[None]:
        """Save everything written inside together, or nothing; other threads wait meanwhile, so keep it short."""
        return self._database.transaction()

    @property
    def schema(self) -> Schema:
        """The project's labels. Raises ProjectError if none were set."""
        found = self._database.row("SELECT value FROM settings WHERE key = 'schema'")
        if found is None:
            raise ProjectError("the project has no schema yet.", where=str(self.path))
        text = str(found[0])
        if self._schema is None or self._schema[0] != text:
            self._schema = (text, schemas.loads(text, f"{self.path}, schema"))
        return self._schema[1]

    def set_schema(self, schema: Schema) -> None:
        self._database.execute("INSERT OR REPLACE INTO settings VALUES ('schema', ?)", (schema.dumps(),))
        self._documents.forget()
        self._suggestions.recount()
        self._suggested_facts.recount()

    # documents

    def add_document(self, name: str, decoded: DecodedText) -> DocumentRow:
        """Add a note; one that is there with this text is returned as it is.

        Raises ProjectError if the project has another text under this name: that is for `new_version`.
        """
        return self._documents.add(name, decoded)

    def add_failed(self, name: str, path: str, reason: str) -> DocumentRow:
        """Add a note that could not be read; a second time changes its reason."""
        return self._documents.add_failed(name, path, reason)

    def new_version(self, name: str, decoded: DecodedText) -> versions.NewVersion:
        """Take in a changed note: the old row is superseded, what was decided on unchanged text is carried over."""
        return versions.take_in(
            self._database, self._documents, self.journal, self.export_ids, self.actor, name, decoded
        )

    def awaited(self, name: str, text_sha: str) -> DocumentRow:
        """The document of this name and text, be it superseded; else a row that waits for it and is not listed."""
        return self._documents.awaited(name, text_sha)

    def text(self, document_id: int) -> str:
        """The note, unaltered. Raises ProjectError if it could not be read."""
        return self._documents.text(document_id)

    def set_state(
        self, document_id: int, state: DocumentState, reason: str | None = None, words: int | None = None
    ) -> None:
        """Record the engine's progress; `words` None keeps the number that is there."""
        self._documents.set_state(document_id, state, reason, words)

    # runs and windows

    def begin_run(
        self,
        model: str,
        model_sha: str,
        adapter: str | None,
        programs: Mapping[str, str],
        schema_fingerprint: str,
        trained: Sequence[str],
        settings: Mapping[str, Any],
    ) -> int:
        """Record the start of a run; returns its id. `settings` must be what JSON can hold."""
        return self._runs.begin(model, model_sha, adapter, programs, schema_fingerprint, trained, settings)

    def end_run(self, run_id: int, words: int, seconds: float, tokens: int) -> None:
        self._runs.end(run_id, words, seconds, tokens)

    def runs(self) -> list[RunRow]:
        """Oldest first."""
        return self._runs.all()

    def latest_run(self) -> RunRow | None:
        return self._runs.latest()

    def cached_windows(self, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
        """The stored results among these keys."""
        return self._runs.windows(keys)

    def put_window(self, key: str, result: Mapping[str, Any], document_id: int) -> None:
        """Keep a window's result; one with the same key is replaced."""
        self._runs.put_window(key, result, document_id)

    # suggestions

    def add_suggestions(self, document_id: int, run_id: int, suggestions: Iterable[Suggestion]) -> None:
        """Add what a run suggests; what it has suggested before is left as it is."""
        self._suggestions.add(document_id, run_id, suggestions)

    def supersede_suggestions(self, document_id: int, keep_run: int) -> None:
        """Take the suggestions of other runs out of view, those of facts too. Decisions on them stay."""
        with self._database.transaction():
            self._suggested_facts.supersede(document_id, keep_run)
            self._suggestions.supersede(document_id, keep_run)
            self.near_misses.supersede(document_id, keep_run)

    def suggestion_withdrawals(self, document_id: int) -> int:
        """A number that changes when suggestions of this document go out of view."""
        return self._suggestions.withdrawals(document_id)

    def rename_suggestions(self, old: str, new: str) -> tuple[list[int], list[int]]:
        """Give suggestions in view another type, under the ids that they have: for `assistant.project.schema.changes`.

        The numbers of those that were renamed, and of those that went out of view.
        """
        return self._suggestions.rename(old, new)

    def restore_suggestions(self, old: str, renamed: Sequence[int], withdrawn: Sequence[int]) -> None:
        self._suggestions.restore(old, renamed, withdrawn)

    def plant(self, besides: Collection[int] = ()) -> int:
        """Plant wrong suggestions in the notes that were drawn for the actor and are as yet untouched by them, but for
        those `besides`; in how many."""
        return sowing.plant(self.counted(), self._database, self._roles, besides)

    # suggested facts

    def add_suggested_facts(self, document_id: int, run_id: int, facts: Iterable[SuggestedFact]) -> None:
        """Add what a run suggests of relations, attributes and the rest; said twice, it is as sure as the surest."""
        self._suggested_facts.add(document_id, run_id, facts)

    def fact_changes(self, document_id: int) -> int:
        """A number that changes when suggested facts of this document come or go, and with each decision on it."""
        return self._suggested_facts.changes(document_id)

    # figures

    def counts(self) -> dict[str, Tally]:
        """Counts of items by label, the schema's labels first; superseded versions are left out."""
        return status.counts(self)

    def status(self) -> status.ProjectStatus:
        return status.of(self)

    def annotator_figures(self) -> list[annotators.AnnotatorFigures]:
        """What each annotator did, in the order of names."""
        return annotators.figures(self._database, self.annotators(), self.assignments.present().counts())

    def guard_figures(self, of: str | None = None) -> list[guarding.Guarded]:
        """How far each annotator, or `of` one alone, leans on the model."""
        return guarding.figures(self, self._database, of)

    def copy_to(self, other: sqlite3.Connection) -> None:
        """Copy everything, as it is saved at one moment, into an empty SQLite file."""
        self._database.copy_to(other)

    def verify(self) -> list[str]:
        """What is wrong with the file, the journal's chains and what is derived from them; nothing if all is sound."""
        return verification.problems(self._database, self._documents, self.journal)


def _let_go(holder: Holder | None) -> None:
    if holder is not None:
        holder.release()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "person"
