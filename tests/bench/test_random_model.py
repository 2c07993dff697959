from __future__ import annotations

from pathlib import Path

import pytest
from bench_setup import NOTE, material, setup

from assistant.bench import ours, random_model
from assistant.bench.random_model import Shape
from assistant.bench.trial import Trial
from assistant.engine.merge import open_gguf
from assistant.engine.vocabulary import vocabulary
from bioassist.cli import bench as command

SMALL = Shape(blocks=2, width=64, heads=4, key_heads=2, hidden=96)


@pytest.mark.parametrize("kind", ["Q8_0", "BF16", "F16", "F32"])
def test_random_weights_read_the_same_tokens_as_the_model_they_stand_for(
    tiny_model: Path, tmp_path: Path, kind: str
) -> None:
    made = random_model.write(tmp_path / "random.gguf", SMALL, tiny_model, kind)
    with vocabulary(tiny_model) as known, vocabulary(made) as own:
        assert own.sha256() == known.sha256() and own.whole(NOTE) == known.whole(NOTE)
    found = ours.engine(Trial("engine", setup(made), material(), batch=64, slots=2))
    assert len(found.answers) == len(material())


def test_the_size_is_told_before_it_is_written(tiny_spm_model: Path, tmp_path: Path) -> None:
    words = random_model.vocabulary_size(tiny_spm_model)
    for kind in ("Q8_0", "F16", "F32"):
        made = random_model.write(tmp_path / "random.gguf", SMALL, tiny_spm_model, kind)
        tensors = sum(tensor.n_bytes for tensor in open_gguf(made).tensors if len(tensor.shape) == 2)
        assert random_model.size(SMALL, words, kind) == tensors


def test_the_same_seed_gives_the_same_file(tiny_model: Path, tmp_path: Path) -> None:
    one, other, third = (
        random_model.write(tmp_path / f"{number}.gguf", SMALL, tiny_model, "F16", seed).read_bytes()
        for number, seed in enumerate((1, 1, 2))
    )
    assert one == other != third


def test_the_shapes_are_of_the_size_they_are_called() -> None:
    assert set(command.SHAPES) == set(random_model.SHAPES)
    numbers = {name: random_model.size(shape, 49_152, "F16") / 2 for name, shape in random_model.SHAPES.items()}
    assert numbers["360M"] == pytest.approx(0.36e9, rel=0.05) and numbers["1B"] == pytest.approx(1.05e9, rel=0.05)


def test_a_type_that_cannot_be_written_becomes_one_that_can() -> None:
    assert [random_model.file_type(kind) for kind in ("BF16", "Q8_0", "Q4_K")] == ["BF16", "Q8_0", "Q8_0"]
