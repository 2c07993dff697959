from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.engine import pipeline
from assistant.engine.machine import Threads, Tuning, choose_threads
from assistant.engine.pipeline import Annotator, EngineSettings
from assistant.project.store import Project
from bioassist.reading import decode
from bioassist.schema import loads

TUNED = Threads(6, "passive")


@pytest.mark.parametrize(
    ("asked", "tuned", "busy", "chosen"),
    [
        (None, None, 0.0, Threads(4, "active")),
        (None, None, 1.2, Threads(3, "passive")),
        (None, None, 9.0, Threads(1, "passive")),
        (2, None, 0.0, Threads(2, "active")),
        (9, None, 0.0, Threads(9, "passive")),
        # What was found on a quiet machine holds on a quiet machine, and where nobody says otherwise.
        (None, TUNED, 0.0, TUNED),
        (6, TUNED, 0.0, TUNED),
        (2, TUNED, 0.0, Threads(2, "active")),
        (None, TUNED, 1.2, Threads(3, "passive")),
    ],
)
def test_threads_by_request_tuning_and_load(
    asked: int | None, tuned: Threads | None, busy: float, chosen: Threads
) -> None:
    assert choose_threads(asked, tuned=tuned, busy_cores=busy, cores=4) == chosen


class Opened(Exception):  # noqa: N818
    """Raised instead of starting a worker."""


@pytest.mark.parametrize(
    ("deterministic", "batch", "slots", "threads"), [(False, 256, 16, Threads(6, "passive")), (True, 128, 4, None)]
)
def test_a_run_reads_as_the_model_was_tuned_unless_it_is_to_be_repeated(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    deterministic: bool,
    batch: int,
    slots: int,
    threads: Threads | None,
) -> None:
    openings: list[tuple[dict[str, Any], str]] = []

    def worker(opening: dict[str, Any], wait: str, hear: Callable[..., None]) -> None:
        openings.append((opening, wait))
        raise Opened

    monkeypatch.setattr(pipeline, "Worker", worker)
    monkeypatch.setattr("assistant.engine.machine.psutil.cpu_percent", lambda interval: 0.0)
    with Project.open(tmp_path / "notes.bioassist", create=True) as project:
        project.set_schema(loads("[[entities]]\nname = 'Drug'\n"))
        project.add_document("a", decode(b"Rx amoxicillin.", "a.txt"))
        settings = EngineSettings(
            model=tmp_path / "m.gguf",
            name="m",
            identity="m-1",
            batch=128,
            slots=4,
            tuning=Tuning(TUNED, batch=256, slots=16),
            deterministic=deterministic,
        )
        annotator = Annotator(project, settings, lambda event: None)
        annotator.start()
        assert annotator.join(60)
    ((opening, wait),) = openings
    assert (opening["batch"], opening["slots"]) == (batch, slots)
    if threads is not None:
        assert (opening["threads"], wait) == (threads.count, threads.wait)
    else:
        assert opening["threads"] == choose_threads(busy_cores=0.0).count
