"""What a run begins with: the documents that it is to read, by what the runs before it left, and its own row."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from assistant.engine.outdated import JOURNAL, outdated
from assistant.engine.settings import EngineSettings
from assistant.project.records import RunRow
from assistant.project.store import Project
from bioassist.tasks import confidence


class Beginning:
    """A run with `settings` over `project`; `documents` are the ids of all that have a text.

    The run goes on with what the last one left if that read in the same way: with the same model, schema and programs.
    A deterministic one takes nothing that was read without the option, or with another layout of the worker.
    """

    def __init__(self, project: Project, settings: EngineSettings) -> None:
        self._project = project
        self._settings = settings
        self._programs = settings.programs(project.schema)
        self._layout: dict[str, Any] | None = None
        if settings.deterministic:
            self._layout = settings.layout(settings.choose_threads().count, settings.shape)
        self._journal = project.journal.length()
        self._rows = [row for row in project.documents() if row.text_sha]

    @property
    def documents(self) -> list[int]:
        return [row.id for row in self._rows]

    def to_read(self, changing: Collection[int]) -> list[int]:
        """The documents to read, in their order; those that were read already wait again.

        `changing` are those of which other suggesters come to say something else.
        """
        latest = self._project.latest_run()
        again = set(self.documents)
        if latest is not None and self._goes_on(latest):
            again &= outdated(self._project, latest, self._settings.asking(self._project.schema), changing)
        if again:
            with self._project.transaction():
                for document_id in again:
                    self._project.set_state(document_id, "pending")
        # What failed is tried again, a note or a piece of one: what ended the worker may have been the machine.
        return [row.id for row in self._rows if row.id in again or row.state != "ready" or row.reason]

    def record(self) -> int:
        """Keep that the run began; its id."""
        project, settings = self._project, self._settings
        return project.begin_run(
            model=settings.name,
            model_sha=settings.identity,
            adapter=settings.adapter.name if settings.adapter else None,
            programs=self._programs,
            schema_fingerprint=project.schema.fingerprint,
            trained=settings.trained_types(project.schema),
            settings={
                "window_words": settings.window_words,
                "deterministic": settings.deterministic,
                "layout": self._layout,
                "confidence": confidence.IN_USE,
                JOURNAL: self._journal,
            },
        )

    def _goes_on(self, latest: RunRow) -> bool:
        return (
            not self._settings.fresh
            and latest.model_sha == self._settings.identity
            and latest.schema_fingerprint == self._project.schema.fingerprint
            and latest.programs == self._programs
            and latest.settings.get("confidence") == confidence.IN_USE
            and (self._layout is None or latest.settings.get("layout") == self._layout)
        )
