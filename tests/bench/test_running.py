"""A trial's process: what it tells, what it takes, and how it ends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from bench_setup import NOTE, material, setup

from assistant.bench.running import Failure, run
from assistant.bench.trial import Outcome, Trial


def test_a_process_tells_its_outcome_and_its_memory(tiny_model: Path) -> None:
    found = run(Trial("engine", setup(tiny_model), material(), batch=64, slots=2))
    assert isinstance(found, Outcome)
    assert len(found.answers) == len(material()) and found.words_per_s > 0
    assert 10 << 20 < found.memory < 2 << 30


def test_a_model_that_is_not_there_is_a_reason(tmp_path: Path) -> None:
    for contender in ("engine", "floor"):
        found = run(Trial(contender, setup(tmp_path / "none.gguf"), material(), tokens=8))
        assert found == Failure("there is no such model file.")


def test_a_librarys_own_error_is_told_without_its_words(tmp_path: Path) -> None:
    """It may quote the note, or where the note lies."""
    found = run(Trial("grammar", setup(tmp_path / "none.gguf"), material()))
    assert isinstance(found, Failure) and not found.missing
    assert found.reason.startswith("ValueError in llama.py, line ")
    assert str(tmp_path) not in found.reason and NOTE.split()[1] not in found.reason


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_an_abort_ends_its_process_alone(tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sitecustomize.py").write_text(
        "import os, sys\n"
        "if 'assistant.bench.child' in sys.orig_argv:\n"
        "    sys.stderr.write('GGML_ASSERT(n_tokens > 0) failed\\n'); sys.stderr.flush(); os.abort()\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = run(Trial("engine", setup(tiny_model), material()))
    assert found == Failure("its process ended (signal 6: GGML_ASSERT(n_tokens > 0) failed)")
