"""Tokens that relations and assertions cost beside their entities: `python -m bench.followups --documents 10`.

The entities are the gold ones of a corpus's development split, so that nothing depends on what a model finds. For each
window the programs of `annotate` are run; beside them stands what they would cost if the text were read again for each
program, and for each pair or mention.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from engine_setup import Engine, engine

from assistant.engine.asking import Asking
from assistant.engine.compile import Compiled, Given, chained
from assistant.engine.followups import FollowUps
from assistant.engine.jobs import Job
from assistant.engine.machine import BATCH, CELLS, LOOKAHEAD, SLOTS, WINDOW_WORDS
from assistant.engine.units import FollowUp, Keys
from assistant.engine.windows import windows
from assistant.models import resolve
from bioassist.schema import built_in
from trainer.corpora import by_name, default_root
from trainer.corpora.samples import AnnotatedDocument
from trainer.corpora.shelf import Shelf

TRAINED = {
    "re.pairs": [relation.served_by for relation in built_in().relations],
    "assertion": [f"Assertion={value}" for value in built_in().attributes[0].values],
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", default="maccrobat-clinical")
    parser.add_argument("--documents", type=int, default=10)
    parser.add_argument("--model", type=Path)
    parser.add_argument("--threads", type=int, default=1)
    given = parser.parse_args()
    path = given.model or resolve(None, offline=True).path
    samples = Shelf(default_root()).open(by_name(given.corpus), "dev")
    documents = [sample.document for sample in samples if isinstance(sample, AnnotatedDocument)][: given.documents]
    with engine(path, slots=SLOTS, batch=BATCH, cells=CELLS, threads=given.threads, lookahead=LOOKAHEAD) as running:
        followups = FollowUps(Asking.of(built_in(), TRAINED), running.compiler, Keys("bench"), longest=CELLS // 2)
        units: list[FollowUp] = []
        words = 0
        for document in documents:
            for window in windows(document.text, WINDOW_WORDS):
                inside = [one for one in document.entities if window.start <= one.start and one.end <= window.end]
                words += len(window.words)
                if window.words:
                    found = followups.of_entities(document.text, window, inside)
                    units += [unit for unit in found if isinstance(unit, FollowUp)]
        evaluated = _run(running, units)
    print(f"{len(documents)} documents, {words:,} words, {len(units)} units")
    for task, what in (("re.pairs", "pair"), ("assertion", "mention")):
        own = [unit for unit in units if unit.programs[0].program.task == task]
        asked = sum(_asked(one) for unit in own for one in unit.programs)
        programs = [one for unit in own for one in unit.programs]
        text = sum(_given(one) for one in programs)
        read = sum(_given(unit.programs[0]) for unit in own)
        alone = evaluated[task] - read + sum(_given(one) * _asked(one) for one in programs)
        print(
            f"{task:<10} {asked:,} {what}s in {len(programs):,} programs over {len(own):,} windows: "
            f"{evaluated[task] / asked:.1f} tokens a {what}, {read / asked:.1f} of them the window's text "
            f"(each program by itself {(evaluated[task] - read + text) / asked:.1f}, each {what} by itself "
            f"{alone / asked:.1f}); {evaluated[task] / words:.2f} tokens a word"
        )


def _run(running: Engine, units: Sequence[FollowUp]) -> Counter[str]:
    for number, unit in enumerate(units):
        running.scheduler.submit(Job(number, chained(unit.programs)))
    evaluated: Counter[str] = Counter()
    while not running.scheduler.idle:
        for done in running.scheduler.step():
            evaluated[units[done.name].programs[0].program.task] += done.tokens  # type: ignore[union-attr]
    return evaluated


def _given(compiled: Compiled) -> int:
    """Tokens of the window's text in a program."""
    first = compiled.steps[0]
    return len(first.ids) if isinstance(first, Given) else 0


def _asked(compiled: Compiled) -> int:
    return len(compiled.program.choices)


if __name__ == "__main__":
    main()
