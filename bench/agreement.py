"""Engine against reference decoder on real input: `python -m bench.agreement NOTES --sentences 200` for entities, and
`python -m bench.agreement --task assertion --inputs 100` for any other task, on a corpus's development split.

The reference is held to the engine's answers, so that both decide everything with the same history. How much the gap
between the two best tokens moves with the shape of the batch alone is measured in the same run: the reference's gap,
one token at a time, against the gap with the whole sequence in one batch.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from agreement import compare

from assistant.engine.machine import WINDOW_WORDS
from assistant.models import resolve
from bench.notes import programs
from bioassist.tasks.program import Program
from trainer import gold
from trainer.corpora import default_root
from trainer.corpora.shelf import Shelf

# What each task is compared on unless another corpus is named: one that a mixture takes for it.
CORPORA = {
    "re.pairs": "maccrobat-clinical",
    "assertion": "maccrobat-clinical",
    "class.one": "mts-dialog",
    "class.many": "hoc",
    "nli": "nli4ct",
    "qa.choice": "pubmedqa",
    "qa.free": "medquad",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", type=Path, nargs="?")
    parser.add_argument("--task", choices=CORPORA, help="another task than entities")
    parser.add_argument("--corpus", help="another corpus than the task's own")
    parser.add_argument("--sentences", "--inputs", type=int, default=200, dest="inputs")
    parser.add_argument("--model", type=Path)
    given = parser.parse_args()
    if (given.notes is None) == (given.task is None):
        parser.error("name notes, or a task")
    path = given.model or resolve(None, offline=True).path
    # Windows of 25 words are about a sentence each.
    found = programs(given.notes, 10**9, 25)[0] if given.notes else _of_task(given.task, given.corpus)
    print(compare(path, found[:: max(len(found) // given.inputs, 1)][: given.inputs]))


def _of_task(task: str, corpus: str | None) -> list[Program]:
    samples = gold.samples(corpus or CORPORA[task], task, Shelf(default_root()), WINDOW_WORDS)
    return [sample.program for sample in samples]


if __name__ == "__main__":
    main()
