"""How well a fine-tuned encoder does on development data, in the scores that instruction models get."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from transformers import PreTrainedModel

from bioassist.errors import ModelError
from bioassist.metrics import labels
from bioassist.metrics.bootstrap import Interval
from bioassist.tasks.classification import NO
from bioassist.tasks.ner import Mention
from trainer.encoders.encoding import Row, padded, text_row, word_rows
from trainer.encoders.learning import computing
from trainer.encoders.tagging import Tagger
from trainer.encoders.texts import Example, Labelling
from trainer.evaluate import DecisionScores, EntityScores, entity_scores
from trainer.windowing import Windowed


class Judge:
    """A trained encoder with its tokenizer; `longest` is what it takes at once, `batch` sequences run together."""

    def __init__(self, model: PreTrainedModel, tokenizer: Any, longest: int, batch: int) -> None:
        self._model, self._tokenizer, self._longest, self._batch = model, tokenizer, longest, batch

    def entities(self, documents: Sequence[Windowed], tagger: Tagger) -> EntityScores:
        """Find the mentions of each window and compare by characters with the entities of the documents."""
        began = time.monotonic()
        asked = [(number, window.words) for number, document in enumerate(documents) for window in document.windows]
        rows, owners = [], []
        for place, (number, words) in enumerate(asked):
            shown = [word.of(documents[number].text) for word in words]
            made = word_rows(self._tokenizer, shown, self._longest)
            rows += made
            owners += [place] * len(made)
        # Words of which the vocabulary keeps nothing are outside.
        outside = [1.0, *[0.0] * (len(tagger.tags) - 1)]
        sure_of = [[outside] * len(words) for _, words in asked]
        for place, logits in self._logits(rows):
            likely = logits.softmax(-1).tolist()
            for word, token in rows[place].firsts.items():
                sure_of[owners[place]][word] = likely[token]
        found: list[list[Mention]] = [[] for _ in documents]
        for (number, words), probabilities in zip(asked, sure_of, strict=True):
            found[number] += tagger.mentions(words, probabilities)
        return entity_scores(documents, found, seconds=time.monotonic() - began, tokens=sum(len(row) for row in rows))

    def decisions(self, examples: Sequence[Example], labelling: Labelling) -> DecisionScores:
        """Decide each example and compare with its label, or for each of many labels whether it holds."""
        began = time.monotonic()
        made = [text_row(self._tokenizer, one.first, one.second, self._longest) for one in examples]
        decided: list[tuple[str, str]] = []
        sure: list[tuple[float, bool]] = []
        groups: list[str] = []
        answers: list[list[tuple[str, str, float]]] = [[] for _ in examples]
        for place, logits in self._logits([row for row, _ in made]):
            answers[place] = _decided(logits, examples[place], labelling)
        for example, mine in zip(examples, answers, strict=True):
            decided += [(wanted, found) for wanted, found, _ in mine]
            sure += [(probability, wanted == found) for wanted, found, probability in mine]
            groups += [example.group] * len(mine)
        nothing = {NO} if labelling.many else labelling.nothing
        seconds = time.monotonic() - began
        scores = labels.score(decided, nothing=nothing, groups=groups)
        return DecisionScores(
            scores, tuple(sure), len(examples), len(decided) / max(seconds, 1e-9), sum(cut for _, cut in made)
        )

    @torch.inference_mode()
    def _logits(self, rows: Sequence[Row]) -> Iterator[tuple[int, torch.Tensor]]:
        """The place of each row with its logits, on the CPU in F32, the longest rows first.

        Raises ModelError where one is no number: the last step of training can spoil a model that had a loss.
        """
        self._model.train(False)
        order = sorted(range(len(rows)), key=lambda place: -len(rows[place]))
        for start in range(0, len(order), self._batch):
            places = order[start : start + self._batch]
            with computing(self._model.device):
                inputs = padded([rows[place] for place in places], self._tokenizer.pad_token_id, self._model.device)
                logits = self._model(**inputs).logits
            if not bool(torch.isfinite(logits).all()):
                raise ModelError(
                    "the trained encoder answers with what is no number; it was not written.",
                    next_step="Start again with a lower --rate.",
                )
            yield from zip(places, logits.float().cpu(), strict=True)


def _decided(logits: torch.Tensor, example: Example, labelling: Labelling) -> list[tuple[str, str, float]]:
    """(gold, found, probability of what was found), one a decision."""
    if not labelling.many:
        likely = logits.softmax(-1)
        best = int(likely.argmax())
        return [(example.labels[0], labelling.labels[best], float(likely[best]))]
    return [
        (label if label in example.labels else NO, label if holds > 0.5 else NO, max(holds, 1 - holds))
        for label, holds in zip(labelling.labels, logits.sigmoid().tolist(), strict=True)
    ]


def headline(scores: EntityScores | DecisionScores) -> dict[str, Any]:
    """The figures of a manifest, each with its 95% interval."""
    if isinstance(scores, EntityScores):
        exact = scores.exact.micro
        return {"exact_f1": exact.f1, "exact_f1_interval": _interval(exact.f1_interval)}
    return {
        "accuracy": scores.scores.accuracy,
        "accuracy_interval": _interval(scores.scores.accuracy_interval),
        "micro_f1": scores.scores.micro,
        "micro_f1_interval": _interval(scores.scores.micro_interval),
        "macro_f1": scores.scores.macro,
        "macro_f1_interval": _interval(scores.scores.macro_interval),
    }


def _interval(found: Interval | None) -> list[float] | None:
    return [found.low, found.high] if found is not None else None
