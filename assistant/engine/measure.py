"""One errand of llama.cpp's a process: quantise a file, time how fast one is read, or say what the build can do.

    python -m assistant.engine.measure build
    python -m assistant.engine.measure quantize SOURCE TARGET TYPE THREADS
    python -m assistant.engine.measure read MODEL TOKENS WIDTH TRIES THREADS

The answer is one line of JSON on stdout, `{"error": ...}` with exit code 1 for a refusal. A failed assertion inside
llama.cpp ends this process alone.
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from pathlib import Path
from typing import Any

from assistant.engine.decoder import Fed
from assistant.engine.llama import Llama, Settings
from assistant.engine.native import build, quantize
from bioassist.errors import ModelError

# What is read: the kind of text that will be, with logits wanted about as often as a program has choices.
_TEXT = "Pt admitted with chest pain; troponin 0.4 ng/mL, started on aspirin 300 mg and heparin. "
_WANTED_EVERY = 6


def reading_speed(model: Path, tokens: int, width: int, tries: int, threads: int) -> dict[str, Any]:
    """Tokens a second of each try, after one that warms up, in batches of `width`. Raises ModelError or EngineError."""
    llama = Llama(model, Settings(cells=max(tokens, 256), batch=width, sequences=1, threads=threads))
    try:
        ids = list(llama.vocabulary.tokenize(_TEXT * tokens))[:tokens]
        fed = [Fed(token, place, 0, place % _WANTED_EVERY == 0) for place, token in enumerate(ids)]
        speeds: list[float] = []
        for _ in range(tries + 1):
            begin = time.perf_counter()
            for start in range(0, len(fed), width):
                llama.decode(fed[start : start + width])
                # llama.cpp may return before it has finished; asking for numbers waits for them.
                llama.logits((-start) % _WANTED_EVERY, ids[:1])
            speeds.append(len(ids) / (time.perf_counter() - begin))
            llama.forget(0)
        return {"tokens": len(ids), "tokens_per_s": speeds[1:]}
    finally:
        llama.close()


def run(arguments: list[str]) -> dict[str, Any]:
    match arguments:
        case ["build"]:
            return dataclasses.asdict(build())
        case ["quantize", source, target, file_type, threads]:
            quantize(Path(source), Path(target), file_type, int(threads))
            return {"size": Path(target).stat().st_size}
        case ["read", model, tokens, width, tries, threads]:
            return reading_speed(Path(model), int(tokens), int(width), int(tries), int(threads))
    raise ModelError(f"no such errand: {' '.join(arguments)}")


def main() -> int:
    try:
        answer = run(sys.argv[1:])
    except ModelError as error:
        print(json.dumps({"error": error.what, "where": error.where}))
        return 1
    print(json.dumps(answer))
    return 0


if __name__ == "__main__":
    sys.exit(main())
