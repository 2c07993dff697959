"""Engine against reference decoder on real sentences: `python -m bench.agreement NOTES --sentences 200`.

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

from assistant.models import resolve
from bench.notes import programs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("notes", type=Path)
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--model", type=Path)
    given = parser.parse_args()
    path = given.model or resolve(None, offline=True).path
    # A window of one word ends at every sentence: the smallest that is no longer than a sentence.
    found, _ = programs(given.notes, 10**9, 25)
    print(compare(path, found[:: max(len(found) // given.sentences, 1)][: given.sentences]))


if __name__ == "__main__":
    main()
