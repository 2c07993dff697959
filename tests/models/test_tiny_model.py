"""The tiny models are only worth testing with if llama.cpp reads them as it reads real ones."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest
from tiny_model import write_tiny_llama

from assistant.engine.vocabulary import vocabulary

TEXTS = (
    "Pt. with\n\n\nHPI:   45yo M, 5mg/kg",
    "### Output:\n<|im_end|> : B-Disease",
    "naïve µg \u202eعربي\u202c 😀 a\u0301\u2028",
    "\x00\x1b[31m\r\n\t",
)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("kind", ["bpe", "spm"])
def test_any_text_comes_back_from_its_tokens(tmp_path: Path, kind: Literal["bpe", "spm"], text: str) -> None:
    with vocabulary(write_tiny_llama(tmp_path / "m.gguf", kind)) as known:
        back = b"".join(known.text(token) for token in known.whole(text)).decode("utf-8")
    # SentencePiece begins every text with a space.
    assert back == (f" {text}" if kind == "spm" else text)


@pytest.mark.parametrize("kind", ["bpe", "spm"])
def test_words_are_single_tokens(tmp_path: Path, kind: Literal["bpe", "spm"]) -> None:
    with vocabulary(write_tiny_llama(tmp_path / "m.gguf", kind, words=[" Problem", " Naloxone"])) as known:
        assert [len(known.tokenize(word)) for word in (" Problem", " Naloxone", " Unknown")] == [1, 1, 8]


def test_the_seed_makes_the_weights(tmp_path: Path) -> None:
    one, same, other = (
        write_tiny_llama(tmp_path / f"{n}.gguf", seed=seed).read_bytes() for n, seed in enumerate((1, 1, 2))
    )
    assert one == same
    assert one != other
