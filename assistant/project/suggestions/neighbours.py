"""Suggestions that overlap, found without looking at all of them, while more of them come."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.project.records import Suggestion
from bioassist.documents import Span, overlapping

_BUCKET = 256


class Neighbours:
    """Suggestions of one document by where they are; one with an id that is there takes its place."""

    def __init__(self) -> None:
        self._suggestions: dict[str, Suggestion] = {}
        self._buckets: dict[int, list[str]] = {}

    def add(self, suggestion: Suggestion) -> None:
        # What has the same id has the same extent.
        if suggestion.id not in self._suggestions:
            for bucket in _buckets(suggestion.spans):
                self._buckets.setdefault(bucket, []).append(suggestion.id)
        self._suggestions[suggestion.id] = suggestion

    def over(self, spans: Sequence[Span]) -> list[Suggestion]:
        """Those that overlap one of `spans`, by start."""
        near = {one for bucket in _buckets(spans) for one in self._buckets.get(bucket, ())}
        found = (self._suggestions[one] for one in near)
        return sorted(
            (one for one in found if overlapping(spans, one.spans)),
            key=lambda one: (min(one.spans), one.id),
        )


def _buckets(spans: Sequence[Span]) -> set[int]:
    return {bucket for span in spans for bucket in range(span.start // _BUCKET, span.end // _BUCKET + 1)}
