"""A program with its gold answers as token ids, and which of them the model decides: what training learns from.

Ids come from the vocabulary of the GGUF that will be deployed, piece by piece, exactly as the engine feeds them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.engine.compile import Compiler, Given, Writing, ways
from bioassist.tasks.program import Program


@dataclass(frozen=True, slots=True)
class Encoded:
    """`ids` of a program with its answers; `decisions[i]` is True where the model has a say in `ids[i]`."""

    ids: tuple[int, ...]
    decisions: tuple[bool, ...]


def encode(program: Program, answers: Sequence[str], compiler: Compiler) -> Encoded:
    """Raises ValueError for answers that are not legal."""
    compiled = compiler.compile(program)
    ids, decisions = list(compiled.shared), [False] * len(compiled.shared)
    left = iter(answers)
    previous: str | None = None
    # The end of an option can be a decision against longer ones; it is told by the first token of what follows.
    ended = False
    for step in compiled.steps:
        if isinstance(step, Given):
            ids += step.ids
            decisions += [ended and place == 0 for place in range(len(step.ids))]
            ended = False
            continue
        option = next(left)
        if isinstance(step, Writing):
            # The model says all of it, and when to stop; what is too long is cut, and then never stops.
            written = [*compiler.option(option), *compiler.option(step.free.stop)][: step.free.limit]
            ids += written
            decisions += [True] * len(written)
            previous = None
            continue
        if option not in step.choice.legal(previous):
            raise ValueError(f"{option!r} is not legal after {previous!r}")
        node = compiler.tree(step.choice, previous)
        for token in compiler.option(option):
            ids.append(token)
            decisions.append(ended or len(ways(node, step.after)) > 1)
            ended = False
            node = node.children[token]
        ended = len(ways(node, step.after)) > 1
        previous = option
    return Encoded(tuple(ids), tuple(decisions))
