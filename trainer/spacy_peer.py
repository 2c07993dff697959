"""What a team would use instead: `spacy train` on the same documents, judged by the code that judges our models.

The settings are those of our own spaCy export, which are `spacy init config --optimize efficiency` for a processor. As
`spacy train` does, it takes the pipeline of the best of its own evaluations on the development data, and is then judged
on the same: that favours the peer a little.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bioassist.documents import Document, Span
from bioassist.errors import InputError, ModelError, UsageError
from bioassist.tasks.ner import Mention
from converters.docbin import DocBinFormat
from converters.report import Report
from converters.tokens import tokens
from converters.training import Contents, training_config
from trainer.evaluate import EntityScores, entity_scores
from trainer.splits import EntitySplits
from trainer.windowing import Windowed

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

MODEL = "model-best"
# How often `spacy init config` has it evaluated, in steps.
_EVALUATED = 200


def train(splits: EntitySplits, out: Path, *, steps: int, seed: int, say: Callable[[str], None]) -> EntityScores:
    """Train a pipeline on `splits` and judge it. `out`, new or empty, gets both DocBins, config.cfg and the pipelines.

    It stops after `steps` updates, or where development F1 has not risen for 1,600 of them; `say` hears what spaCy says
    meanwhile. It gives no probabilities, so the scores have none. Raises UsageError for a folder that holds something,
    InputError for training data without an entity, ModelError for what spaCy could not do.
    """
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise UsageError("this is not an empty folder.", where=str(out), next_step="Give another --out.")
    if not any(document.entities for document in splits.train):
        raise InputError("no training document has an entity.", where=str(out))
    # Documents may be a team's own notes.
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, documents in (("train", splits.train), ("dev", splits.dev)):
        DocBinFormat(_words_of(documents)).write(map(_document, documents), out / f"{name}.spacy")
    (out / "config.cfg").write_text(training_config("en", Contents(ents=True), Report()), "utf-8")
    _spacy_train(out, steps, seed, say)
    return judge(out / MODEL, splits.dev)


def judge(pipeline: Path, documents: Sequence[Windowed]) -> EntityScores:
    """The scores of a spaCy pipeline on `documents`, over the words that they have. Loading is not in its time."""
    import spacy

    try:
        nlp = spacy.load(pipeline)
    except (OSError, ValueError) as error:
        raise ModelError("spaCy cannot open this pipeline.", where=str(pipeline)) from error
    began = time.monotonic()
    found = [
        [Mention(one.label_, Span(one.start_char, one.end_char), 1.0) for one in doc.ents]
        for doc in nlp.pipe(_unannotated(nlp, documents))
    ]
    seconds = time.monotonic() - began
    words = sum(len(window.words) for document in documents for window in document.windows)
    return replace(entity_scores(documents, found, seconds=seconds, tokens=words), sure=())


def _unannotated(nlp: Language, documents: Sequence[Windowed]) -> Iterator[Doc]:
    from spacy.tokens import Doc

    words = _words_of(documents)
    for document in documents:
        cut = tokens(document.text, words(document.text))
        yield Doc(nlp.vocab, words=cut.texts, spaces=cut.spaces)


def _document(one: Windowed) -> Document:
    return Document(one.name, one.text, entities=one.entities)


def _words_of(documents: Sequence[Windowed]) -> Callable[[str], list[Span]]:
    """The words of each document by its text."""
    known = {one.text: [word for window in one.windows for word in window.words] for one in documents}
    return known.__getitem__


def _spacy_train(folder: Path, steps: int, seed: int, say: Callable[[str], None]) -> None:
    changed = {
        "paths.train": folder / "train.spacy",
        "paths.dev": folder / "dev.spacy",
        "training.max_steps": steps,
        # A pipeline is kept where it is evaluated, so a short training has to be at its end.
        "training.eval_frequency": min(_EVALUATED, steps),
        "training.seed": seed,
        "system.seed": seed,
    }
    command = [sys.executable, "-m", "spacy", "train", str(folder / "config.cfg"), "--output", str(folder)]
    command += [part for name, value in changed.items() for part in (f"--{name}", str(value))]
    plain = {"PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1", "ANSI_COLORS_DISABLED": "1"}
    with subprocess.Popen(
        command,
        env=os.environ | plain,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            say(line.rstrip())
    if process.returncode:
        raise ModelError(
            f"`spacy train` ended with exit code {process.returncode}.",
            where=str(folder),
            next_step="What it said above tells why. Is the disk full?",
        )
