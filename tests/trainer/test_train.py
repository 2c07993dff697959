"""Training on a tiny model: it learns, can be killed anywhere, and says what is wrong before it spoils anything."""

from __future__ import annotations

import errno
import json
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import prepared_data
import pytest
import torch
from prepared_data import recipe
from safetensors.torch import load_file
from tiny_architectures import write_tiny

from bioassist.errors import InputError, ModelError, UsageError
from trainer import checkpoints, memory, run_log
from trainer.optimizing import rate_at
from trainer.recipe import Recipe, load
from trainer.run import Finished
from trainer.train import main, train


class Killed(BaseException):
    """Stands for the end of the process: nothing in the trainer catches it."""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny(tmp_path_factory.mktemp("base") / "base.gguf", "llama")


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return prepared_data.write(tmp_path_factory.mktemp("data"))


@pytest.fixture
def run(base: Path, data: Path, tmp_path: Path) -> Callable[..., Finished]:
    def run(chosen: Recipe | None = None, out: str = "run", **options: object) -> Finished:
        options = {"say": lambda _: None, "base": str(base), "data": data, **options}
        return train(chosen or recipe(), out=tmp_path / out, **options)  # type: ignore[arg-type]

    return run


def weights(finished: Finished) -> dict[str, torch.Tensor]:
    return load_file(finished.adapter / "adapter_model.safetensors")


def kill_after(step: int) -> Callable[[], bool]:
    left = iter(range(step - 1))

    def stop() -> bool:
        if next(left, None) is None:
            raise Killed
        return False

    return stop


def command_line(data: Path, base: Path, out: Path) -> list[str]:
    return ["--recipe", "smollm2-135m-cpu", "--data", str(data), "--base", str(base), "--out", str(out)]


def losses(out: Path) -> list[float]:
    return [entry["loss"] for entry in run_log.entries(out / run_log.LOG) if "loss" in entry]


def test_a_rule_is_learned(run: Callable[..., Finished], tmp_path: Path) -> None:
    more = prepared_data.write(tmp_path / "more", rows=150)
    finished = run(recipe(optimization={"epochs": 4.0}, saving={"dev_samples": 100}), data=more)
    told = losses(tmp_path / "run")
    assert told[0] > 3
    assert finished.loss < 0.1
    assert finished.dev is not None and finished.dev["accuracy"] > 0.9
    manifest = json.loads((tmp_path / "run" / run_log.MANIFEST).read_text("utf-8"))
    assert manifest["data"]["fingerprint"] == f"{0:064x}"
    assert manifest["base"]["kind"] == "gguf" and len(manifest["base"]["sum"]) == 64
    assert manifest["versions"]["torch"] == torch.__version__
    assert manifest["result"]["loss"] == finished.loss
    assert manifest["recipe"]["optimization.seed"] == 0
    assert len(told) == finished.steps == manifest["steps"]


@pytest.mark.parametrize("precision", ["f32", "mixed"])
@pytest.mark.parametrize("step", [1, 3, 5])
def test_killed_and_resumed_it_ends_with_the_same_weights(
    step: int, precision: str, run: Callable[..., Finished], tmp_path: Path
) -> None:
    """Dropout draws from the generator, so that one is shown to go on too."""
    chosen = recipe(machine={"precision": precision}, lora={"dropout": 0.1}, optimization={"epochs": 1.5})
    undisturbed = run(chosen, "undisturbed")
    assert undisturbed.steps > 10
    with pytest.raises(Killed):
        run(chosen, "killed", stop=kill_after(step))
    with pytest.raises(Killed):
        run(chosen, "killed", resume=True, stop=kill_after(step + 1))
    torch.manual_seed(99)
    resumed = run(chosen, "killed", resume=True)
    wanted = weights(undisturbed)
    assert all(torch.equal(one, wanted[name]) for name, one in weights(resumed).items())
    assert losses(tmp_path / "killed") == losses(tmp_path / "undisturbed")


def test_asked_to_stop_it_leaves_a_checkpoint_of_that_step(run: Callable[..., Finished], tmp_path: Path) -> None:
    undisturbed = run(out="undisturbed")
    stopped = run(stop=lambda: True)
    assert stopped.stopped and stopped.steps == 1
    assert [one.name for one in checkpoints.all_of(tmp_path / "run")] == ["step-000001"]
    resumed = run(resume=True)
    assert not resumed.stopped
    assert all(torch.equal(one, weights(undisturbed)[name]) for name, one in weights(resumed).items())


@pytest.mark.parametrize("name", ["adapter_model.safetensors", "state.pt", "state.json"])
def test_a_damaged_checkpoint_is_passed_over(name: str, run: Callable[..., Finished], tmp_path: Path) -> None:
    chosen = recipe(optimization={"epochs": 1.5})
    undisturbed = run(chosen, out="undisturbed")
    with pytest.raises(Killed):
        run(chosen, stop=kill_after(7))
    newest = checkpoints.all_of(tmp_path / "run")[-1]
    (newest / name).write_bytes((newest / name).read_bytes()[:-9])
    assert checkpoints.newest(tmp_path / "run") != newest
    resumed = run(chosen, resume=True)
    assert all(torch.equal(one, weights(undisturbed)[name]) for name, one in weights(resumed).items())


def test_a_damaged_last_checkpoint_is_made_again(run: Callable[..., Finished], tmp_path: Path) -> None:
    wanted = weights(run())
    shutil.rmtree(tmp_path / "run" / "adapter")
    last = checkpoints.all_of(tmp_path / "run")[-1]
    (last / "adapter_model.safetensors").write_bytes(b"")
    again = run(resume=True)
    assert checkpoints.newest(tmp_path / "run") == last
    assert all(torch.equal(one, wanted[name]) for name, one in weights(again).items())
    assert run(resume=True).dev == again.dev is not None


def test_a_full_disk_spoils_no_finished_checkpoint(
    run: Callable[..., Finished], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    undisturbed = run(out="undisturbed")
    saved = torch.save

    def full(value: object, path: Path) -> None:
        if "step-000006" in str(path):
            path.write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        saved(value, path)

    monkeypatch.setattr("torch.save", full)
    with pytest.raises(ModelError, match=r"disk is full.*step-000003 is whole"):
        run()
    left = [one.name for one in (tmp_path / "run" / checkpoints.FOLDER).iterdir()]
    assert left == ["step-000003"]
    monkeypatch.undo()
    resumed = run(resume=True)
    assert all(torch.equal(one, weights(undisturbed)[name]) for name, one in weights(resumed).items())


def test_a_loss_that_is_no_number_keeps_the_last_good_checkpoint(
    run: Callable[..., Finished], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []

    def spoiled(logits: torch.Tensor, labels: torch.Tensor, **options: str) -> torch.Tensor:
        seen.append(0.0)
        return logits.sum() * (float("nan") if len(seen) > 10 else 0.0)

    monkeypatch.setattr("trainer.run.cross_entropy", spoiled)
    with pytest.raises(ModelError, match=r"not a number.*--resume --set optimization.rate=0.005"):
        run()
    monkeypatch.undo()
    newest = checkpoints.newest(tmp_path / "run")
    assert newest is not None
    assert all(bool(one.isfinite().all()) for one in load_file(newest / "adapter_model.safetensors").values())
    assert run(recipe(optimization={"rate": 5e-3}), resume=True).loss > 0


def test_how_a_step_is_cut_into_packs_does_not_matter(run: Callable[..., Finished]) -> None:
    one = run(recipe(batch={"pack_tokens": 128}), "one")
    several = run(recipe(batch={"pack_tokens": 24}), "several")
    assert one.steps == several.steps
    for name, wanted in weights(one).items():
        torch.testing.assert_close(weights(several)[name], wanted, atol=2e-4, rtol=1e-3)


def test_gradient_checkpointing_changes_nothing(run: Callable[..., Finished]) -> None:
    plain = run(out="plain")
    lighter = run(recipe(machine={"gradient_checkpointing": True}), "lighter")
    for name, wanted in weights(plain).items():
        torch.testing.assert_close(weights(lighter)[name], wanted, atol=1e-5, rtol=1e-4)


def test_one_run_goes_on_from_the_adapter_of_another(run: Callable[..., Finished], tmp_path: Path) -> None:
    first = run(recipe(optimization={"epochs": 10.0}), "first")
    run(recipe(optimization={"rate": 1e-6}), "second", start_from=first.adapter)
    assert losses(tmp_path / "second")[0] < losses(tmp_path / "first")[0] / 3
    with pytest.raises(ModelError, match="another rank"):
        run(recipe(lora={"rank": 8}), "third", start_from=first.adapter)


def test_too_little_memory_is_told_with_the_setting_that_would_fit(
    run: Callable[..., Finished], monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = recipe(batch={"pack_tokens": 1024, "step_tokens": 4096})
    monkeypatch.setattr(memory, "free", lambda _: 3 * 2**20)
    with pytest.raises(
        UsageError, match=r"too little memory: .* 3 MiB are free.*--set machine.gradient_checkpointing=true"
    ):
        run(chosen)
    monkeypatch.setattr(memory, "free", lambda _: 0)
    with pytest.raises(UsageError, match="No setting makes it fit"):
        run(chosen, "other")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
@pytest.mark.parametrize("machine", [{"device": "cuda"}, {"device": "any", "quantize": "nf4"}])
def test_a_recipe_for_a_gpu_says_so_where_there_is_none(machine: dict[str, str], run: Callable[..., Finished]) -> None:
    with pytest.raises(UsageError, match="wants a GPU and this machine has none"):
        run(recipe(machine=machine))


def test_a_resumed_run_must_be_the_one_that_was_begun(run: Callable[..., Finished], data: Path, tmp_path: Path) -> None:
    run(stop=lambda: True)
    with pytest.raises(UsageError, match=r"another lora\.alpha"):
        run(recipe(lora={"alpha": 2.0}), resume=True)
    with pytest.raises(UsageError, match="another the data"):
        run(resume=True, data=prepared_data.write(tmp_path / "other", seed=1))
    other = write_tiny(tmp_path / "other.gguf", "llama", seed=8)
    with pytest.raises(UsageError, match="another the base"):
        run(resume=True, base=str(other))
    with pytest.raises(UsageError, match=r"not empty.*--resume"):
        run()


def test_data_of_another_vocabulary_are_refused(run: Callable[..., Finished], tmp_path: Path) -> None:
    wider = prepared_data.write(tmp_path / "wide", vocabulary=5000)
    with pytest.raises(InputError, match="vocabulary of 5,000 tokens; this base has 300"):
        run(data=wider)


def test_prepared_folders_that_are_not_whole_are_refused(
    run: Callable[..., Finished], data: Path, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match="no prepared data"):
        run(data=tmp_path / "nowhere")
    cut = tmp_path / "cut"
    shutil.copytree(data, cut)
    (cut / "train.arrow").write_bytes((data / "train.arrow").read_bytes()[:400])
    with pytest.raises(InputError, match="cut short"):
        run(data=cut)
    empty = tmp_path / "empty"
    shutil.copytree(data, empty)
    prepared_data.put(empty, "train", prepared_data.SCHEMA.empty_table())
    with pytest.raises(InputError, match="training split is empty"):
        run(data=empty)


@pytest.mark.parametrize(
    ("name", "said"), [("missing.gguf", "no such model"), ("no.gguf", "not a GGUF"), ("", "config.json")]
)
def test_what_is_no_base_is_refused(name: str, said: str, run: Callable[..., Finished], tmp_path: Path) -> None:
    (tmp_path / "no.gguf").write_bytes(b"something else")
    with pytest.raises(ModelError, match=said):
        run(base=str(tmp_path / name))


def test_a_base_comes_as_a_folder_too(run: Callable[..., Finished], base: Path, tmp_path: Path) -> None:
    from trainer.base import dequantize

    folder = dequantize(str(base), tmp_path / "folder", "a sum")
    from_file, from_folder = run(), run(out="folder-run", base=str(folder))
    # The folder is bf16.
    assert from_folder.loss == pytest.approx(from_file.loss, rel=0.05)


def test_the_rate_rises_and_falls() -> None:
    settings = load("smollm2-135m-cpu", ["optimization.warmup=0.1", "optimization.rate=1.0"]).optimization
    rates = [rate_at(step, 100, settings) for step in range(100)]
    assert rates[0] == pytest.approx(0.1) and max(rates) == rates[9] == rates[10] == 1.0
    assert rates[55] == pytest.approx(0.5) and 0 < rates[99] < 0.02
    cosine = load("smollm2-135m", ["optimization.final=0.1", "optimization.rate=1.0"]).optimization
    assert rate_at(99, 100, cosine) == pytest.approx(0.1, abs=0.01)


def test_it_runs_from_its_own_files_alone(base: Path, data: Path, tmp_path: Path) -> None:
    """As on a bare machine: trainer/ without the modules that make data, and of bioassist only its errors."""
    root = Path(__file__).parent.parent.parent
    (tmp_path / "trainer").mkdir()
    (tmp_path / "bioassist").mkdir()
    for name in (
        "__init__",
        "adapter",
        "attention",
        "base",
        "checkpoints",
        "deciding",
        "drawing",
        "memory",
        "optimizing",
        "packing",
        "parallel",
        "prepared",
        "recipe",
        "run",
        "run_log",
        "sharding",
        "train",
    ):
        shutil.copy(root / "trainer" / f"{name}.py", tmp_path / "trainer")
    shutil.copytree(root / "trainer" / "recipes", tmp_path / "trainer" / "recipes")
    for name in ("__init__", "errors"):
        shutil.copy(root / "bioassist" / f"{name}.py", tmp_path / "bioassist")
    code = f"""
import sys
sys.path.insert(0, {str(tmp_path)!r})
import trainer.train
assert trainer.__file__.startswith({str(tmp_path)!r})
code = trainer.train.main(sys.argv[1:])
assert not {{"assistant", "converters", "llama_cpp", "datasets", "spacy"}} & set(sys.modules)
sys.exit(code)
"""
    arguments = command_line(data, base, tmp_path / "out")
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments, "--set", "lora.rank=4", "--set", "machine.threads=1"],
        capture_output=True, text=True, cwd=tmp_path, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str(tmp_path / "out" / "adapter")
    assert (tmp_path / "out" / run_log.PICTURE).read_bytes().startswith(b"\x89PNG")
    assert "tok/s" in done.stderr and "Traceback" not in done.stderr and "Warning" not in done.stderr


def test_the_command_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(
        ["--recipe", "smollm2-135m-cpu", "--data", str(tmp_path), "--base", "x.gguf", "--out", str(tmp_path / "o")]
    )
    assert code == 3
    assert "no prepared data" in capsys.readouterr().err


def test_random_lengths_do_not_matter(base: Path, tmp_path: Path) -> None:
    """A sample without a decision, one of a single token, and one longer than a pack."""
    folder = prepared_data.write(tmp_path / "odd")
    rows = [prepared_data.row(random.Random(0), (8, 20)) for _ in range(4)]
    rows += [{**rows[0], "ids": [3], "decisions": [True]}, {**rows[0], "ids": [5] * 9, "decisions": [False] * 9}]
    rows += [{**rows[0], "ids": [5] * 99, "decisions": [True] * 99}]
    import pyarrow as pa

    prepared_data.put(folder, "train", pa.Table.from_pylist(rows, schema=prepared_data.SCHEMA))
    told: list[str] = []
    finished = train(recipe(batch={"step_tokens": 1}), folder, str(base), tmp_path / "out", say=told.append)
    assert finished.steps == 6
    assert any("1 samples are longer than batch.pack_tokens (32)" in line for line in told)


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_interrupted_it_ends_the_step_and_says_how_to_go_on(
    base: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    taken = torch.optim.AdamW.step

    def step(optimizer: torch.optim.AdamW) -> None:
        taken(optimizer)
        signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(torch.optim.AdamW, "step", step)
    arguments = command_line(data, base, tmp_path / "out")
    try:
        assert main([*arguments, "--set", "lora.rank=4", "--set", "batch.step_tokens=64"]) == 130
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    assert "Go on with --resume" in capsys.readouterr().err
    assert [one.name for one in checkpoints.all_of(tmp_path / "out")] == ["step-000001"]
