"""Changes written back into an `.ann` file: lines of what was changed alone are written, all others stay to the byte.

Their order, spacing and line ends stay, and so do malformed lines, ids with suffixes, and T lines that are broken or
quote other text. New annotations go to the end.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from bioassist.documents import Annotation, Document, Entity, Equivalence, Note
from converters.annotations import row
from converters.brat.codec import Record
from converters.brat.form import BratForm, brat_form, free_numbers
from converters.brat.lines import render
from converters.brat.reading import View
from converters.report import Finding

_END = re.compile(r"\r?\n?\Z")


def rewritten(
    records: Iterable[Record], view: View, before: Document, after: Document
) -> tuple[list[Record], list[Finding]]:
    """The records of an `.ann` file with what `after` changes, and what brat cannot hold of the changes.

    `before` is the document that was read from `records`, whose offsets count in `view`. Raises ValueError if `after`
    has another text.
    """
    if before.text != after.text:
        raise ValueError("annotations cannot be written back under another text")
    rewriting = _Rewriting(view, before, after)
    kept = [record for one in records if (record := rewriting.record(one)) is not None]
    told = Counter(rewriting.formed_after.findings) - Counter(rewriting.formed_before.findings)
    return _with_lines(kept, rewriting.added(kept), view.text), list(told.elements())


class _Rewriting:
    """What becomes of each record, given the document before and after."""

    def __init__(self, view: View, before: Document, after: Document) -> None:
        self._view, self._before, self._after = view, before, after
        self._old = {one.id: one for one in before.annotations()}
        self._new = {one.id: one for one in after.annotations()}
        known = frozenset(self._old)
        # What has to change in one annotation because another did (a target that went) shows in brat's form of it.
        self.formed_before, self.formed_after = brat_form(before, known), brat_form(after, known)
        self._was, self._is = _by_id(self.formed_before), _by_id(self.formed_after)
        self._equivalences = Counter(after.equivalences)
        self._gone = {one for one in self._was if one in self._old and one not in self._is}
        # A suggestion's note, which is no annotation of the document, by what it is on.
        self._noted = {
            one.target: one for one in self._is.values() if isinstance(one, Note) and one.id not in self._new
        }
        self._dropped: set[str] = set()
        self._events = {one.trigger: one.id for one in reversed(after.events)}

    def record(self, record: Record) -> Record | None:
        """The record as it has to be now; None if it goes."""
        match record.annotation:
            case None:
                # A line with the id of one that went would take its place.
                return None if _first_field(record) in self._dropped else record
            case Equivalence() as one:
                if not self._equivalences[one] or self._gone.intersection(one.members):
                    return None
                self._equivalences[one] -= 1
                return record
            case Note(id=identity) as note if identity not in self._old:
                kept = self._provenance(record, note)
            case one:
                identity, kept = one.id, self._annotation(record, one)
        if kept is None:
            self._dropped.add(identity)
        return kept

    def _annotation(self, record: Record, one: Annotation) -> Record | None:
        identity = one.id
        if identity not in self._new:
            return None
        same = self._old[identity] == self._new[identity] and self._was.get(identity) == self._is.get(identity)
        if same:
            return record
        formed = self._is.get(identity)
        if formed is None:
            return None
        made = self._placed(formed)
        return record if made == one else _rendered(record, made, self._view.text)

    def _provenance(self, record: Record, note: Note) -> Record | None:
        target = note.target
        if target in self._old and target not in self._new:
            return None
        said = self._noted.pop(self._events.get(target, target), None)
        if self._before.provenance.get(target) == self._after.provenance.get(target):
            return record
        return None if said is None else _rendered(record, replace(said, id=note.id), self._view.text)

    def added(self, kept: Sequence[Record]) -> Iterator[Annotation | Equivalence]:
        """What is on no line yet, kind by kind."""
        there = {one.annotation.id for one in kept if isinstance(one.annotation, Annotation)}
        numbers = free_numbers("#", {*there, *self._new})
        changed = {
            self._events.get(one, one)
            for one, said in self._after.provenance.items()
            if said != self._before.provenance.get(one) or one not in self._old
        }
        kept_equivalences = Counter(one.annotation for one in kept if isinstance(one.annotation, Equivalence))
        left = Counter(self.formed_after.document.equivalences) - kept_equivalences
        for one in row(self.formed_after.document):
            if isinstance(one, Equivalence):
                if left[one] > 0:
                    left[one] -= 1
                    yield one
            elif isinstance(one, Note) and one.id not in self._new:
                if one.target in changed and one.target in self._noted:
                    yield one if one.id not in there else replace(one, id=f"#{next(numbers)}")
            elif one.id not in self._old:
                yield self._placed(one)

    def _placed(self, one: Annotation) -> Annotation:
        """`one`, whose offsets are those of brat's form, with those of the file."""
        if not isinstance(one, Entity):
            return one
        inner = self.formed_after.offsets
        spans = (self._view.offsets.span_to_brat(inner.span_to_document(span)) for span in one.spans)
        return replace(one, spans=tuple(spans))


def _first_field(record: Record) -> str:
    return record.raw.removeprefix("\ufeff").partition("\t")[0]


def _by_id(form: BratForm) -> dict[str, Annotation]:
    return {one.id: one for one in form.document.annotations()}


def _rendered(record: Record, one: Annotation | Equivalence, text: str) -> Record:
    end = _END.search(record.raw)
    mark = "\ufeff" if record.raw.startswith("\ufeff") else ""
    return Record(mark + render(one, text) + (end.group() if end else ""), record.line, one)


def _with_lines(records: list[Record], added: Iterable[Annotation | Equivalence], text: str) -> list[Record]:
    """`records` with lines for `added` behind them; the last line still ends as it did, or does not."""
    ends = Counter(end.group() for record in records if (end := _END.search(record.raw)) and end.group())
    newline = ends.most_common(1)[0][0] if ends else "\n"
    line = records[-1].line + records[-1].breaks if records else 0
    for one in added:
        bare = bool(records) and not records[-1].raw.endswith(("\n", "\r"))
        if bare:
            records[-1] = records[-1]._replace(raw=records[-1].raw + newline)
        line += 1
        records.append(Record(render(one, text) + ("" if bare else newline), line, one))
    return records
