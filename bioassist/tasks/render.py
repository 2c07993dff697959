"""The one place where the frame around a task's input is written: instruction, input, output.

The frame is the paper's (Rohanian et al. 2024, section 3): an instruction, the input, and the output in lines.
Whatever a task puts into it, inference and training get the same text from here.
"""

from __future__ import annotations

from bioassist.tasks.program import Text

INSTRUCTION = "### Instruction:\n"
INPUT = "\n\n### Input:\n"
OUTPUT = "\n\n### Output:\n"
FRAME = (INSTRUCTION, INPUT, OUTPUT)

# Every task has its instruction in so many wordings. The first is the one that annotation uses and that fingerprints
# name; training draws from all, so that no model hangs on one sentence.
WORDINGS = 3


def framed(instruction: str, given: str) -> tuple[Text, Text]:
    """The two pieces in front of a task's output: the shared one with the instruction, then the input."""
    return Text(f"{INSTRUCTION}{instruction}{INPUT}"), Text(f"{given}{OUTPUT}")
