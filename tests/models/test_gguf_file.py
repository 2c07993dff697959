from __future__ import annotations

import json
from pathlib import Path

import pytest
from tiny_model import write_tiny_adapter, write_tiny_llama

from assistant.engine.decoder import Fed
from assistant.engine.llama import Llama, Settings
from assistant.models.gguf_file import LABELS_KEY, PROGRAMS_KEY, read_adapter, read_contents, read_model
from bioassist.errors import ModelError


def test_a_model_says_what_it_is(tiny_model: Path) -> None:
    contents = read_model(tiny_model)
    assert (contents.kind, contents.architecture, contents.blocks) == ("model", "llama", 2)
    assert (contents.file_type, contents.licence) == ("F32", "cc0-1.0")
    assert contents.labels == {}


def test_what_it_was_trained_on_travels_in_the_file(tmp_path: Path) -> None:
    labels, programs = {"ner.typed": ["Drug"]}, {"ner.typed": "ner.typed/1:ab"}
    metadata = {LABELS_KEY: json.dumps(labels), PROGRAMS_KEY: json.dumps(programs)}
    contents = read_adapter(write_tiny_adapter(tmp_path / "a.gguf", metadata=metadata))
    assert contents.labels == labels
    assert contents.programs == programs
    assert contents.file_type == "F32"


def test_llama_cpp_takes_the_adapter_and_it_matters(tmp_path: Path, tiny_model: Path) -> None:
    adapter = write_tiny_adapter(tmp_path / "a.gguf")
    found = []
    for given in (None, adapter):
        llama = Llama(tiny_model, Settings(cells=256, batch=8, sequences=1, threads=1), given)
        ids = llama.vocabulary.tokenize(" the patient")
        llama.decode([Fed(token, place, 0, place == len(ids) - 1) for place, token in enumerate(ids)])
        found.append(llama.logits(len(ids) - 1, [5, 6, 7]))
        llama.close()
    assert found[0] != found[1]


@pytest.mark.parametrize("part", [0.001, 0.02, 0.05, 0.3, 0.9, 0.9999])
def test_a_file_that_is_cut_short_is_refused_wherever_it_ends(tmp_path: Path, tiny_model: Path, part: float) -> None:
    whole = tiny_model.read_bytes()
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(whole[: int(len(whole) * part)])
    with pytest.raises(ModelError, match="cut short"):
        read_model(cut)


def test_what_is_no_gguf_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "model.gguf"
    page.write_text("<html>Not found</html>")
    with pytest.raises(ModelError, match="not a GGUF"):
        read_contents(page)
    with pytest.raises(ModelError, match="cannot be read"):
        read_contents(tmp_path / "none.gguf")


def test_adapter_and_model_are_told_apart(tmp_path: Path, tiny_model: Path) -> None:
    with pytest.raises(ModelError, match="adapter, not a model"):
        read_model(write_tiny_adapter(tmp_path / "a.gguf"))
    with pytest.raises(ModelError, match="model, not an adapter"):
        read_adapter(tiny_model)


def test_labels_that_are_no_json_object_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"bioassist\.labels"):
        read_contents(write_tiny_llama(tmp_path / "m.gguf", metadata={LABELS_KEY: "Drug"}))
