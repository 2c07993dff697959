"""The engine and the default model against the reference decoder, on real sentences."""

from __future__ import annotations

from pathlib import Path

import pytest
from agreement import compare

from bioassist.schema import built_in
from bioassist.tasks.ner import inline
from bioassist.words import sentences, words


@pytest.mark.model
def test_disagreements_lie_within_the_noise_of_batch_shapes(default_model: Path, examples: Path) -> None:
    task = inline(built_in().entities)
    text = (examples / "notes" / "discharge-summary.txt").read_text("utf-8")
    found = [span.of(text) for span in sentences(text)]
    found = [sentence for sentence in found if 5 <= len(words(sentence)) <= 25][:16]
    assert len(found) == 16
    outcome = compare(default_model, [task.program(sentence, words(sentence)) for sentence in found])
    assert outcome.decisions > 150
    assert max(outcome.gaps, default=0.0) <= outcome.noise_largest, str(outcome)
    assert len(outcome.gaps) <= outcome.decisions * 0.1, str(outcome)
