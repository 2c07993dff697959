"""Runs the engine over programs and compares it with the reference decoder."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from engine_setup import engine

from assistant.engine.agreement import Agreement, agreement
from assistant.engine.reference import Reference
from bioassist.tasks.program import Program


def compare(path: Path, programs: Sequence[Program]) -> Agreement:
    with engine(path, slots=16, batch=512, cells=8192, threads=2, lookahead=4) as running:
        answered = [[answer.tokens or answer.option for answer in done.answers] for done in running.run(programs)]
    reference = Reference(path, threads=2)
    try:
        return agreement(reference, programs, answered)
    finally:
        reference.close()
