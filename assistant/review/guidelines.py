"""What a label is for: what the schema says of it, and what people kept under it in this project."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.review.work import Work
from bioassist.errors import UsageError

LATEST = 300  # decisions that examples are taken from
EXAMPLES = 8
AROUND = 24  # code points of the note on each side of an example


@dataclass(frozen=True, slots=True)
class Example:
    """Words that were kept under a label, how often, and once with what stands around them in its note."""

    words: str
    times: int
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Guideline:
    """`examples` are those of the schema, `kept` what was decided here, the most frequent first."""

    label: str
    description: str
    examples: tuple[str, ...]
    kept: tuple[Example, ...]


class Guidelines(Work):
    """Nothing of it is logged or kept: examples are words of notes."""

    def guideline(self, label: str) -> Guideline:
        """Raises UsageError for a label that is not in the schema. May be called in any thread."""
        entity = self.schema.entity(label)
        if entity is None:
            raise UsageError(f"{label!r} is not a label of this project.")
        return Guideline(label, entity.description, entity.examples, self._kept(label))

    def _kept(self, label: str) -> tuple[Example, ...]:
        times: Counter[str] = Counter()
        found: dict[str, Example] = {}
        text_of = lru_cache(maxsize=8)(self.project.text)
        for document_id, spans in self.project.journal.latest_kept(self.project.view, label, LATEST):
            text = text_of(document_id)
            words = " ".join(" ".join(span.of(text) for span in spans).split())
            times[words.casefold()] += 1
            start, end = min(spans).start, max(spans).end
            before, after = text[max(0, start - AROUND) : start], text[end : end + AROUND]
            found.setdefault(words.casefold(), Example(words, 1, before, after))
        return tuple(replace(found[words], times=count) for words, count in times.most_common(EXAMPLES))
