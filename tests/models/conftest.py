"""A cache and a configuration of the test's own, and a tiny model that is published as real ones are."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from models_setup import Publish, Published, pack
from tiny_model import write_tiny_llama

from assistant.models import Entry, load_catalog, prepare
from assistant.models import catalog as catalog_module
from assistant.models.errands import errand


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The cache's folder; the user's own is never touched."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("BIOASSIST_MODELS", str(folder))
    return folder


@pytest.fixture(autouse=True)
def own_catalog(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a user's catalog would lie; there is none yet."""
    path = tmp_path / "config" / "catalog.toml"
    path.parent.mkdir()
    monkeypatch.setattr(catalog_module, "user_catalog", lambda: path)
    return path


@pytest.fixture(autouse=True)
def quiet_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else runs beside the tests is not told of."""
    monkeypatch.setattr(prepare.psutil, "cpu_percent", lambda interval: 0.0)


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    folder = tmp_path_factory.mktemp("published")
    full = write_tiny_llama(folder / "tiny.gguf")
    gguf = folder / "tiny.Q4_1.gguf"
    errand("quantize", str(full), str(gguf), "Q4_1", "1")
    content = gguf.read_bytes()
    wheel = pack(folder / "tiny_package-1.0-py3-none-any.whl", content)
    return Published(gguf, wheel, hashlib.sha256(content).hexdigest(), len(content))


@pytest.fixture
def publish(own_catalog: Path, published: Published) -> Publish:
    """Puts the tiny model into the user's catalog as `tiny`, with the sources given as TOML tables; the default."""

    def put(*sources: str, more: str = "", architecture: str = "llama", blocks: int = 2, **base: str | int) -> Entry:
        told = {"file": "tiny.Q4_1.gguf", "sha256": published.sha256, "size": published.size} | base
        lines = [f"{key} = {f'{value!r}' if isinstance(value, str) else value}" for key, value in told.items()]
        listed = "".join(f"\n[[models.tiny.base.sources]]\n{source}\n" for source in sources)
        own_catalog.write_text(
            f'format = 1\ndefault = "tiny"\n[models.tiny]\ndescription = "a tiny one"\ntasks = ["ner.typed"]\n'
            f'architecture = "{architecture}"\nblocks = {blocks}\n[models.tiny.licences]\nbase = "CC0-1.0"\n'
            f"[models.tiny.base]\n" + "\n".join(lines) + f"\n{listed}\n{more}\n",
            "utf-8",
        )
        return load_catalog().entry("tiny")

    return put
