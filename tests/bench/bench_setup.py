"""A short note as the contenders get it."""

from __future__ import annotations

from pathlib import Path

from assistant.bench.material import Stretch, stretches
from assistant.bench.trial import Setup
from bioassist.schema import loads

NOTE = (
    "The patient denies chest pain, but reports fever. Rx amoxicillin 5mg/kg t.d.s.\n"
    "Fever and cough for 3/7; no rash. BP 120/80 mmHg.\n\n"
    "Plan: CXR, bloods, oral antibiotics. Review on Monday.\n"
)
SCHEMA = loads("[[entities]]\nname = 'Disease'\n[[entities]]\nname = 'Drug'\n")


def material(target: int = 12) -> tuple[Stretch, ...]:
    return tuple(stretches([NOTE, NOTE.upper()], target, 10_000))


def setup(model: Path, task: str = "ner.typed") -> Setup:
    return Setup(str(model), SCHEMA.dumps(), task, 1, "passive")
