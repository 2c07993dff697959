"""Pieces, tokenized one by one, give the ids of the whole text: with both kinds of vocabulary."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.engine.compile import Compiler, Decision, Given
from assistant.engine.vocabulary import Vocabulary, vocabulary
from bioassist.documents import Entity, Span
from bioassist.errors import ModelError
from bioassist.schema import EntityType
from bioassist.tasks.ner import Ner, inline, typed

TYPES = (EntityType("Disease"), EntityType("Drug", "drugs: by any name"))
words_of_text = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Z", "Cc"], exclude_characters="▁"), min_size=1, max_size=8),
    min_size=1,
    max_size=8,
)


def whole_and_pieces(vocabulary: Vocabulary, task: Ner, shown: list[str]) -> tuple[list[int], list[int]]:
    text = " ".join(shown)
    spans, start = [], 0
    for word in shown:
        spans.append(Span(start, start + len(word)))
        start += len(word) + 1
    program = task.program(text, spans)
    gold = [
        Entity(f"T{n}", ("Disease", "Drug")[n % 2], (Span(spans[n].start, spans[n].end),))
        for n in range(0, len(spans), 2)
    ]
    answers, _ = task.answers(spans, gold)
    compiled = Compiler(vocabulary.tokenize, None).compile(program)
    pieces, left = list(compiled.shared), iter(answers)
    for step in compiled.steps:
        pieces += step.ids if isinstance(step, Given) else vocabulary.tokenize(next(left))
        assert isinstance(step, Given | Decision)
    return list(vocabulary.whole(program.filled(answers))), pieces


@pytest.mark.parametrize("task", [typed(TYPES), inline(TYPES)], ids=["typed", "inline"])
@pytest.mark.parametrize("model", ["tiny_model", "tiny_spm_model"])
@settings(max_examples=60, deadline=None)
@given(shown=words_of_text)
def test_pieces_give_the_ids_of_the_whole(
    request: pytest.FixtureRequest, model: str, task: Ner, shown: list[str]
) -> None:
    with vocabulary(request.getfixturevalue(model)) as loaded:
        whole, pieces = whole_and_pieces(loaded, task, shown)
        if loaded.sentencepiece:
            # The whole text's leading space is the model's own habit, not a part of the program.
            assert whole[-len(pieces) :] == pieces or loaded.text(whole[0]) == b" "
            assert b"".join(loaded.text(token) for token in pieces) == b"".join(
                loaded.text(token) for token in whole
            ).removeprefix(b" ")
            assert whole[2:] == pieces[-len(whole) + 2 :]
        else:
            assert whole == pieces


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    fake = tmp_path / "fake.gguf"
    fake.write_bytes(b"GGUF" + b"\0" * 100)
    with pytest.raises(ModelError, match="cannot load"), vocabulary(fake):
        pass
    with pytest.raises(ModelError, match="no such model"), vocabulary(tmp_path / "none.gguf"):
        pass
