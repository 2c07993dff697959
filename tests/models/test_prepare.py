from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.models import Measured
from assistant.models.errands import errand
from assistant.models.prepare import CANDIDATES, choose, prepare
from assistant.models.progress import Quiet
from bioassist.errors import ModelError

MEASURED = st.lists(
    st.builds(Measured, st.sampled_from(CANDIDATES), st.floats(1, 5000), st.integers(1, 10**9)),
    min_size=1,
    max_size=5,
    unique_by=lambda one: one.file_type,
)


@pytest.mark.parametrize(
    ("speeds", "kept", "why"),
    [
        ({"BF16": (946, 271), "Q4_0": (705, 92), "Q8_0": (653, 145)}, "BF16", "fastest"),
        ({"BF16": (730, 271), "Q4_0": (705, 92), "Q8_0": (653, 145)}, "Q4_0", "within 5% of BF16"),
        ({"Q4_0": (705, 92), "BF16": (653, 271)}, "Q4_0", "fastest"),
        ({"F16": (100, 271)}, "F16", "fastest"),
    ],
)
def test_the_fastest_or_a_smaller_one_close_to_it(speeds: dict[str, tuple[float, int]], kept: str, why: str) -> None:
    chosen, said = choose([Measured(kind, speed, size) for kind, (speed, size) in speeds.items()])
    assert chosen == kept
    assert why in said


@given(MEASURED)
def test_no_choice_costs_more_than_five_percent(measured: list[Measured]) -> None:
    chosen = next(one for one in measured if one.file_type == choose(measured)[0])
    fastest = max(measured, key=lambda one: one.tokens_per_s)
    assert chosen.tokens_per_s >= 0.95 * fastest.tokens_per_s
    assert chosen.size <= fastest.size


def test_a_full_precision_base_is_its_own_type(tiny_model: Path, tmp_path: Path) -> None:
    made = prepare(tiny_model, "F16", tmp_path, "F16", 1, Quiet())
    assert made.path == tiny_model
    assert list(tmp_path.glob("*.gguf")) == []


@pytest.mark.parametrize(("percent", "busy"), [(3.0, False), (80.0, True)])
def test_a_busy_machine_is_written_beside_the_choice(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, percent: float, busy: bool
) -> None:
    monkeypatch.setattr("assistant.models.prepare.psutil.cpu_percent", lambda interval: percent)
    monkeypatch.setattr("assistant.models.prepare.CANDIDATES", ("Q8_0",))
    made = prepare(tiny_model, "F32", tmp_path, None, 1, Quiet())
    assert ("busy" in made.why) is busy


def test_reading_is_measured_for_real(tiny_model: Path) -> None:
    answer = errand("read", str(tiny_model), "100", "32", "2", "1")
    assert answer["tokens"] == 100
    assert len(answer["tokens_per_s"]) == 2
    assert min(answer["tokens_per_s"]) > 0


def test_llama_cpps_refusal_is_told_and_leaves_no_file(tiny_model: Path, tmp_path: Path) -> None:
    source = tmp_path / "source.gguf"
    source.write_bytes(tiny_model.read_bytes()[:-5000])
    target = tmp_path / "target.gguf"
    with pytest.raises(ModelError, match="could not write the model as Q8_0"):
        errand("quantize", str(source), str(target), "Q8_0", "1")
    assert not target.exists()


@pytest.mark.skipif(os.name != "posix", reason="signals are POSIX's")
def test_an_abort_ends_the_errand_and_not_us(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    dying = tmp_path / "sitecustomize.py"
    dying.write_text("import os, sys\nif 'assistant.engine.measure' in sys.orig_argv: os.abort()\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModelError, match="ended by signal 6"):
        errand("build")


def test_what_lies_in_the_current_folder_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "llama_cpp.py").write_text("raise SystemExit('taken from the notes')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [place for place in sys.path if place not in ("", str(tmp_path))])
    assert errand("build")["package"]
