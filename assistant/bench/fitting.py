"""What a model can read at once, so that all contenders read what `annotate` would."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from assistant.bench.material import Stretch
from assistant.engine.compile import Compiler
from assistant.engine.machine import CELLS
from assistant.engine.vocabulary import vocabulary
from bioassist.errors import EngineError
from bioassist.schema import EntityType
from bioassist.tasks import ner

# A program may fill half of the cells, as the scheduler has it.
_LONGEST = CELLS // 2


@contextmanager
def fitting(path: Path, types: Sequence[EntityType], tasks: Collection[str]) -> Iterator[Callable[[Stretch], bool]]:
    """Whether a stretch fits the model at `path` in each rendering of `tasks`; only the vocabulary is loaded.

    Raises ModelError for a file that is no model, EngineError where not even the instruction fits.
    """
    with vocabulary(path) as known:
        compiler = Compiler(known.tokenize, known.bos)
        passes = [one for task in tasks for one in ner.passes(task, types)]

        def fits(stretch: Stretch) -> bool:
            compiled = [compiler.compile(one.program(stretch.text, stretch.spans())) for one in passes]
            longest = max(len(one.shared) for one in compiled)
            if longest >= _LONGEST:
                raise EngineError(
                    f"the instruction alone takes {longest} tokens, which leaves no room for notes.",
                    next_step="Use a schema with fewer types or shorter descriptions.",
                )
            return all(one.cells <= _LONGEST for one in compiled)

        yield fits
