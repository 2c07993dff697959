"""Numbers that are not finite, out of a real model: a weight of one rare token is none."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from engine_setup import engine
from gguf import GGUFReader
from test_followups import SCHEMA as ALL_TASKS
from test_pipeline import SCHEMA, WORDS, Run, add, note

from assistant.engine.decoder import Fed, NotFiniteError
from assistant.engine.events import WindowFailed
from assistant.engine.pipeline import EngineSettings
from assistant.project.store import Project
from bioassist.errors import ModelError

# Stands in no instruction, and in no note but where it is meant to.
RARE = "~"
BAD = note(5, "ward") + f"Glucose {RARE}9 mmol/l, no rash.\n" + note(5, "clinic")


def damaged(model: Path, folder: Path, *said: str) -> Path:
    """The model with no finite number where the tokens of `said` come in."""
    path = folder / "damaged.gguf"
    shutil.copyfile(model, path)
    with engine(model) as running:
        rows = sorted({token for text in said for token in running.llama.vocabulary.tokenize(text)})
    reader = GGUFReader(str(path), "r+")
    (embedding,) = (tensor for tensor in reader.tensors if tensor.name == "token_embd.weight")
    embedding.data[rows] = np.nan
    embedding.data.flush()
    return path


@pytest.fixture
def settings(tiny_model: Path, tmp_path: Path) -> EngineSettings:
    return EngineSettings(
        model=damaged(tiny_model, tmp_path, RARE),
        name="tiny",
        identity="damaged-1",
        threads=1,
        cells=4096,
        batch=128,
        slots=4,
        window_words=12,
    )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    opened = Project.open(tmp_path / "notes.bioassist", create=True)
    opened.set_schema(SCHEMA)
    return opened


def test_a_token_without_finite_numbers_is_noticed_where_they_are_read(settings: EngineSettings) -> None:
    with engine(settings.model) as running:
        rare, other = (running.llama.vocabulary.tokenize(text)[0] for text in (RARE, "x"))
        running.llama.decode([Fed(other, 0, 0, True), Fed(rare, 0, 1, True)])
        assert len(running.llama.logits(0, [rare, other])) == 2
        assert 0 < running.llama.best(0).probability <= 1
        with pytest.raises(NotFiniteError):
            running.llama.logits(1, [rare, other])
        with pytest.raises(NotFiniteError):
            running.llama.best(1)


def test_the_stretch_it_stands_in_is_a_gap_and_all_else_is_read(project: Project, settings: EngineSettings) -> None:
    """What it may spread to, through batches or cells, is read again by itself and found to be sound."""
    ids = [add(project, name, text) for name, text in (("before", note(4, "one")), ("bad", BAD), ("after", note(4)))]
    run = Run(project, settings).to_the_end()
    assert run.annotator.error is None
    (gap,) = run.of(WindowFailed)
    assert isinstance(gap, WindowFailed) and gap.name == "bad" and "no finite numbers" in gap.told
    rows = [project.document(one) for one in ids]
    assert [row.state for row in rows] == ["ready"] * 3
    assert [row.words for row in (rows[0], rows[2])] == [WORDS * 4] * 2
    assert WORDS * 10 - 12 <= (rows[1].words or 0) < WORDS * 10 + 9
    start, end = (int(part) for part in gap.told.split("characters ")[1].split(":")[0].split(" to "))
    assert RARE in BAD[start:end] and end - start < 160
    spans = [suggestion.spans[0] for suggestion in project.suggestions(ids[1])]
    assert any(span.end <= start for span in spans) and any(span.start >= end for span in spans)


def test_each_task_that_reads_it_leaves_its_own_stretch_out(project: Project, settings: EngineSettings) -> None:
    project.set_schema(replace(ALL_TASKS, relations=(), attributes=()))
    document_id = add(project, "bad", BAD)
    run = Run(project, settings).to_the_end()
    assert run.annotator.error is None and project.document(document_id).state == "ready"
    told = [event.told for event in run.of(WindowFailed)]  # type: ignore[union-attr]
    assert all("no finite numbers" in one for one in told)
    # Classes are told by the beginning, questions are asked of stretches of some hundred words, and written answers
    # take the likeliest of all tokens.
    tasks = sorted(one.split(" could not")[0] for one in told)
    assert tasks == ["class.many", "ner.typed", "nli", "qa.free"]
    assert project.suggestions(document_id)


@pytest.mark.parametrize("task", ["ner.typed", "ner.inline"])
def test_where_the_instruction_has_none_the_model_is_to_blame(
    project: Project, settings: EngineSettings, tiny_model: Path, tmp_path: Path, task: str
) -> None:
    document_id = add(project, "a", note(2))
    broken = damaged(tiny_model, tmp_path, "###")
    run = Run(project, replace(settings, model=broken, task=task)).to_the_end()
    assert isinstance(run.annotator.error, ModelError) and "whatever it reads" in str(run.annotator.error)
    assert project.document(document_id).state == "pending"
