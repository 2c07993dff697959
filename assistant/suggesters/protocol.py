"""What every suggester is: a name, a fingerprint, and mentions in a text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.project.records import Reference
from bioassist.documents import Span

Complain = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Found:
    """A mention: its type in the schema, where it is, how sure (0 to 1), and the entries that it stands for."""

    type: str
    span: Span
    confidence: float
    references: tuple[Reference, ...] = ()


class Suggester(Protocol):
    """Made for one schema by `specification.Opened.for_schema`.

    `source` is its kind ("terms"), `name` what people call it ("drugs.csv"). `fingerprint` changes with everything that
    its answers depend on but the text: results are kept by it. `remarks` are for the person, before the run.
    """

    source: str
    name: str
    fingerprint: str
    remarks: tuple[str, ...]

    def suggest(self, text: str, complain: Complain) -> Iterator[Sequence[Found]]:
        """Mentions of `text`, each once, in no order: a stretch of it at a time, so that a long one holds nobody up.

        The caller may stop behind any stretch, or do something else. `complain` is told what could not be done, in a
        sentence without words of the text; what else was found counts. Any exception is the caller's to report.
        """
        ...
