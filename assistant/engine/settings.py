"""How a run of the annotator is to be: which model, what it was trained for, and the shape of the work."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from assistant.engine.asking import Asking
from assistant.engine.machine import (
    BATCH,
    CELLS,
    LOOKAHEAD,
    SLOTS,
    WINDOW_WORDS,
    Shape,
    Threads,
    Tuning,
    choose_threads,
)
from assistant.engine.wire import Message
from bioassist.schema import Schema
from bioassist.tasks.ner import FINGERPRINTS


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """How to run: the model's files and identity, and the shape of the work.

    `trained` are the labels that the model was trained on for `task`; types served by others run untrained.
    `trained_labels` are those for each other task, which say what the model is asked where the schema does not.
    `threads` None: chosen by what the machine is doing. `tuning` goes before `cells`, `batch` and `slots`; a
    deterministic run has none, since it would give other bytes after another tuning. `window_words` is the size of a
    window in words. `limit` is the most documents to read in this run. `fresh` reads again what was read before.
    """

    model: Path
    name: str
    identity: str
    adapter: Path | None = None
    task: str = "ner.typed"
    trained: frozenset[str] = frozenset()
    trained_labels: Mapping[str, Collection[str]] = field(default_factory=lambda: MappingProxyType({}))
    threads: int | None = None
    gpu_layers: str = "auto"
    tuning: Tuning | None = None
    cells: int = CELLS
    batch: int = BATCH
    slots: int = SLOTS
    lookahead: int = LOOKAHEAD
    window_words: int = WINDOW_WORDS
    deterministic: bool = False
    fresh: bool = False
    limit: int | None = None

    @property
    def program(self) -> str:
        return FINGERPRINTS[self.task]

    def trained_types(self, schema: Schema) -> list[str]:
        """Names of the entity types of `schema` that the model was trained on."""
        of_sections = self.trained_labels.get(self.asking(schema).section_task, ())
        return [
            entity.name
            for entity in schema.entities
            if entity.served_by in (of_sections if entity.is_section else self.trained)
        ]

    def asking(self, schema: Schema) -> Asking:
        """What the model is asked besides entities."""
        return Asking.of(schema, self.trained_labels)

    @property
    def shape(self) -> Shape:
        """What a worker needs memory for, if there is enough."""
        tuning = None if self.deterministic else self.tuning
        return Shape(tuning.cells, tuning.batch, tuning.slots) if tuning else Shape(self.cells, self.batch, self.slots)

    def choose_threads(self) -> Threads:
        """Threads for this machine as it is now; a deterministic run does not choose, since digits depend on them."""
        if self.deterministic:
            return choose_threads(self.threads, busy_cores=0.0)
        return choose_threads(self.threads, tuned=self.tuning.threads if self.tuning else None)

    def layout(self, threads: int, shape: Shape) -> dict[str, Any]:
        """What the digits of a deterministic run depend on besides the notes, the schema and the model."""
        return {
            "threads": threads,
            "gpu_layers": self.gpu_layers,
            "cells": shape.cells,
            "batch": shape.batch,
            "slots": shape.slots,
            "lookahead": self.lookahead,
            "window_words": self.window_words,
        }

    def opening(self, schema: Schema, threads: int, shape: Shape) -> Message:
        """What a worker is told first."""
        return {
            "model": str(self.model),
            "adapter": str(self.adapter) if self.adapter else None,
            "identity": self.identity,
            "schema": schema.dumps(),
            "task": self.task,
            "trained": {task: sorted(labels) for task, labels in self.trained_labels.items()},
            "deterministic": self.deterministic,
            **self.layout(threads, shape),
        }

    def programs(self, schema: Schema) -> dict[str, str]:
        """All tasks that are run, with their fingerprints."""
        asking = self.asking(schema)
        return ({self.task: self.program} if asking.schema.entities else {}) | asking.tasks
