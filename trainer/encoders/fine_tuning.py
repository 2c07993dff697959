"""From an encoder and a corpus to a fine-tuned model on disk, with its scores and a manifest."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from transformers import PreTrainedModel

from bioassist.errors import InputError, ModelError, UsageError
from trainer import run_log
from trainer.base import quiet
from trainer.corpora import by_name
from trainer.corpora.shelf import Shelf
from trainer.duplicates import Leakage
from trainer.encoders import learning, opening
from trainer.encoders.encoding import Row, text_row, word_rows
from trainer.encoders.scoring import Judge, headline
from trainer.encoders.settings import Settings
from trainer.encoders.tagging import Tagger
from trainer.encoders.texts import PROGRAMS, TextTask, lacking
from trainer.evaluate import DecisionScores, EntityScores, some
from trainer.gold import Named, source_of
from trainer.splits import entity_splits


@dataclass(frozen=True, slots=True)
class Finished:
    """`program` says in words what was decided; `tokens` where words come from ("given", "own"), None without words."""

    encoder: opening.Found
    program: str
    scores: EntityScores | DecisionScores
    types: tuple[str, ...]
    tokens: str | None
    manifest: dict[str, Any]


@dataclass(frozen=True, slots=True)
class _Ready:
    """Rows to learn from, and what judges the trained encoder. `counts` go into the manifest."""

    rows: Sequence[Row]
    targets: Sequence[learning.Target]
    judge: Callable[[Judge], EntityScores | DecisionScores]
    counts: dict[str, int]


class _Entities:
    """Token classification: all types of a corpus, or those that are wanted."""

    kind: Literal["tokens", "text"] = "tokens"
    program = "token classification"
    loss: learning.Loss = staticmethod(learning.token_loss)

    def __init__(self, corpus: str, shelf: Shelf, settings: Settings) -> None:
        if source_of(corpus, PROGRAMS["ner"]) is None and by_name(corpus).task != "ner":
            raise lacking(corpus, "ner")
        splits = entity_splits(
            Named("corpus", corpus),
            shelf,
            wanted=settings.types,
            window_words=settings.window_words,
            limit=settings.limit,
            limit_dev=settings.limit_dev,
        )
        self.train, self.dev, self.leaked = splits.train, splits.dev, splits.leaked
        self.tokens: str | None = splits.tokens
        self.types = tuple(entity.name for entity in splits.types)
        self._tagger = Tagger(splits.types)
        self.labels = self._tagger.tags

    def ready(self, tokenizer: Any, longest: int) -> _Ready:
        numbers = {tag: place for place, tag in enumerate(self._tagger.tags)}
        rows: list[Row] = []
        targets: list[learning.Target] = []
        windows = lost = 0
        for document in self.train:
            for window in document.windows:
                tags, unsaid = self._tagger.gold(window)
                windows, lost = windows + 1, lost + unsaid
                for row in word_rows(tokenizer, [word.of(document.text) for word in window.words], longest):
                    rows.append(row)
                    targets.append(row.targets([numbers[tag] for tag in tags]))
        counts = {"windows": windows, "rows": len(rows), "lost_entities": lost}
        return _Ready(rows, targets, lambda judge: judge.entities(self.dev, self._tagger), counts)


class _Texts:
    """One label, or any number of them, for a sentence or a pair of sentences."""

    kind: Literal["tokens", "text"] = "text"
    tokens: str | None = None
    types: tuple[str, ...] = ()

    def __init__(self, corpus: str, task: str, shelf: Shelf, settings: Settings) -> None:
        if settings.types:
            raise UsageError("--types are for --task ner.")
        reading = TextTask(corpus, task)
        dev = reading.examples(shelf, "dev")
        train = reading.examples(shelf, "train")
        leakage = Leakage(example.given for example in dev)
        kept = [example for example in train if not leakage.holds(example.given)]
        self.train, self.dev = some(kept, settings.limit), some(dev, settings.limit_dev)
        self.leaked = len(train) - len(kept)
        self._labelling = reading.labelling
        self.labels = self._labelling.labels
        self.program = "sentence pair" if task == "nli" else "sentence"
        self.loss: learning.Loss = learning.many_loss if self._labelling.many else learning.one_loss

    def ready(self, tokenizer: Any, longest: int) -> _Ready:
        made = [text_row(tokenizer, example.first, example.second, longest) for example in self.train]
        targets: list[learning.Target] = []
        for example in self.train:
            if self._labelling.many:
                targets.append([float(label in example.labels) for label in self.labels])
            else:
                targets.append(self.labels.index(example.labels[0]))
        counts = {"rows": len(made), "cut": sum(cut for _, cut in made)}
        return _Ready(
            [row for row, _ in made], targets, lambda judge: judge.decisions(self.dev, self._labelling), counts
        )


def fine_tune(
    encoder: str,
    corpus: str,
    task: str,
    out: Path,
    shelf: Shelf,
    settings: Settings,
    say: Callable[[str], None] | None = None,
) -> Finished:
    """Fine-tune `encoder` (see `opening.find`) on the training split of `corpus`, judge it on the development split.

    Model, tokenizer and `manifest.json` are written to the folder `out`, which must be new or empty; `log.jsonl` in it
    has a line a step. Training samples that stand in a development text are left out, as instruction data have it.
    Raises BioassistError: UsageError for what is asked for, InputError for the corpus, ModelError for the encoder, a
    loss that is no number, and a model that could not be written.
    """
    corpus = by_name(corpus).name
    _check_free(out)
    device = opening.device_for(settings.device)
    found = opening.find(encoder)
    summed = opening.sum_of(found)
    tokenizer = opening.tokenizer_of(found)
    data = _Entities(corpus, shelf, settings) if task == "ner" else _Texts(corpus, task, shelf, settings)
    if not data.train or not data.dev:
        raise InputError("nothing is left to train or to judge on.", where=corpus)
    if settings.threads:
        torch.set_num_threads(settings.threads)
    model = opening.model_of(found, data.kind, data.labels, settings.seed)
    longest = opening.longest(tokenizer, model)
    ready = data.ready(tokenizer, longest)
    counts = {"train": len(data.train), "leaked": data.leaked, "dev": len(data.dev), **ready.counts}
    manifest: dict[str, Any] = {
        "encoder": {"name": found.name, "kind": found.kind, "sum": summed},
        "data": {"corpus": corpus, "task": task, "licence": by_name(corpus).licence.stated, **counts},
        "labels": list(data.labels),
        "settings": {**dataclasses.asdict(settings), "types": list(data.types), "longest": longest},
        "versions": run_log.versions(),
        "machine": run_log.machine(device),
        "started": run_log.now(),
    }
    out.mkdir(parents=True, exist_ok=True)
    log = run_log.Log(out, 0)
    try:
        model.to(device)  # type: ignore[arg-type]
        learned = learning.learn(
            model, ready.rows, ready.targets, data.loss, tokenizer.pad_token_id, settings, log, say
        )
    finally:
        log.close()
    scores = ready.judge(Judge(model, tokenizer, longest, settings.batch))
    _write(model, tokenizer, out)
    manifest["result"] = {**dataclasses.asdict(learned), **headline(scores)}
    manifest["finished"] = run_log.now()
    run_log.write_manifest(out, manifest)
    return Finished(found, data.program, scores, data.types, data.tokens, manifest)


def _check_free(out: Path) -> None:
    """Raises UsageError where something is there already that is more than the log of a run that failed."""
    if out.exists() and not (out.is_dir() and {one.name for one in out.iterdir()} <= {run_log.LOG}):
        raise UsageError("this is not an empty folder.", where=str(out), next_step="Give another --out.")


def _write(model: PreTrainedModel, tokenizer: Any, out: Path) -> None:
    try:
        with quiet():
            model.save_pretrained(out)
            tokenizer.save_pretrained(out)
    except (OSError, RuntimeError, SafetensorError) as error:
        raise ModelError(
            f"the model was not written: {error}.", where=str(out), next_step="Is the disk full? Start again with room."
        ) from error
