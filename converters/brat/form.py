"""A document as brat can hold it: what has to change, changed, and what cannot be there, left out; each one told.

brat refuses a whole document for some faults (an event without its trigger, an attribute on a trigger) and misreads
others (a label with a space), so none of them is written. Ids stay as they are unless brat could not read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, field, replace
from itertools import count
from types import MappingProxyType

from bioassist.documents import (
    Annotation,
    Attribute,
    Document,
    Entity,
    Equivalence,
    Event,
    Normalization,
    Note,
    Provenance,
    Relation,
    Span,
)
from converters.annotations import name, retargeted, row, with_row, without_dangling
from converters.brat.labels import relabelled
from converters.brat.provenance import UNCONFIRMED, note_text
from converters.brat.text import OffsetMap, brat_text, fragments, is_sound, trimmed
from converters.report import Finding, Kind

_IDS: dict[type, re.Pattern[str]] = {
    Entity: re.compile(r"T[0-9]+[^\s:;]*\Z"),
    Relation: re.compile(r"R[0-9]+[^\s:;]*\Z"),
    Event: re.compile(r"E[0-9]+[^\s:;]*\Z"),
    Attribute: re.compile(r"A[0-9]+[^\s:;]*\Z"),
    Normalization: re.compile(r"N[0-9]+[^\s:;]*\Z"),
    Note: re.compile(r"#[A-Za-z]*[0-9]+[^\s:;]*\Z"),
}
_LETTERS: dict[type, str] = {Entity: "T", Relation: "R", Event: "E", Attribute: "A", Normalization: "N", Note: "#"}
# The form of attributes before brat 1.3, which has no value.
_MODIFIER = re.compile(r"M[0-9]+[^\s:;]*\Z")


@dataclass(frozen=True, slots=True)
class BratForm:
    """`document` as brat holds it, its text and offsets brat's, its provenance in notes; `offsets` leads back."""

    document: Document
    offsets: OffsetMap
    fragments_split: int
    findings: list[Finding]


def brat_form(document: Document, known: Set[str] = frozenset()) -> BratForm:
    """`document` in the form that brat holds. One that came from a sound brat file is unchanged.

    Ids in `known` stay as they are, since they stand in a file already.
    """
    text, offsets = brat_text(document.text)
    forming = _Forming(document.name, document.text, text, offsets, row(document))
    if document.classes:
        forming.tell("classes", f"brat has no document classes; left out: {', '.join(document.classes)}.", "loss")
    renamed = forming.renumber(known)
    forming.relabel()
    forming.place()
    forming.leave_out_dangling()
    forming.leave_triggers_to_events()
    # A note does not get the id of what was just left out: in a file that would make it the same one, changed.
    taken = known | {one.id for one in document.annotations()}
    forming.note_unreviewed({renamed.get(one, one): said for one, said in document.provenance.items()}, taken)
    bare = replace(document, text=text, classes=(), provenance=MappingProxyType({}))
    return BratForm(with_row(bare, forming.row), offsets, forming.fragments_split, forming.findings)


@dataclass(slots=True)
class _Forming:
    document: str
    original: str
    text: str
    offsets: OffsetMap
    row: list[Annotation | Equivalence]
    fragments_split: int = 0
    findings: list[Finding] = field(default_factory=list)

    def tell(self, code: str, message: str, kind: Kind = "change", offset: int | None = None) -> None:
        self.findings.append(Finding(self.document, code, message, offset, kind=kind))

    def renumber(self, known: Set[str]) -> dict[str, str]:
        """Give a new id to each annotation whose id brat could not read. Returns old id -> new id."""
        taken = {one.id for one in self.row if isinstance(one, Annotation)}
        free = {letter: free_numbers(letter, taken) for letter in _LETTERS.values()}
        renamed: dict[str, str] = {}
        for one in self.row:
            if isinstance(one, Annotation) and one.id not in known and not _is_readable(one):
                letter = _LETTERS[type(one)]
                renamed[one.id] = f"{letter}{next(free[letter])}"
                self.tell("id", f"{one.id!r} is not an id that brat reads; it became {renamed[one.id]}.")
        if renamed:
            self.row = [
                retargeted(
                    one if isinstance(one, Equivalence) else replace(one, id=renamed.get(one.id, one.id)),
                    lambda identity: renamed.get(identity, identity),
                )
                for one in self.row
            ]
        return renamed

    def relabel(self) -> None:
        """Replace what brat would take for the end of a label."""
        triggers = {one.trigger for one in self.row if isinstance(one, Event)}
        for place, one in enumerate(self.row):
            new, changed = relabelled(one, is_trigger=isinstance(one, Entity) and one.id in triggers)
            for what in changed:
                self.tell("label", f"{name(one)}: brat cannot hold this {what}; it was written differently.")
            self.row[place] = new

    def place(self) -> None:
        """Give entities brat's offsets and fragments; leave out those that mark nothing but white space."""
        kept: list[Annotation | Equivalence] = []
        for one in self.row:
            if not isinstance(one, Entity) or (not self.offsets.changes and is_sound(self.text, one.spans)):
                kept.append(one)
                continue
            placed = fragments(self.text, tuple(self.offsets.span_to_brat(span) for span in one.spans))
            if not placed:
                self.tell("no text", f"{one.id} marks nothing but white space; it was left out.", "loss", one.start)
                continue
            kept.append(replace(one, spans=placed))
            self._tell_placed(one, placed)
        self.row = kept

    def _tell_placed(self, one: Entity, placed: tuple[Span, ...]) -> None:
        marks = self.offsets.marks
        edges = tuple(trimmed(self.original, Span(max(span.start, marks), max(span.end, marks))) for span in one.spans)
        if len(placed) > len(one.spans):
            self.fragments_split += 1
            what = f"goes over a line end or tab: {len(placed)} fragments."
            self.tell("fragments", f"{one.id} {what}", "remark", one.start)
        elif tuple(self.offsets.span_to_document(span) for span in placed) != edges:
            self.tell("fragments", f"{one.id} has fragments that overlap or are empty.", "change", one.start)
        if edges != one.spans:
            self.tell("white space", f"{one.id} loses the white space at its edges.", "change", one.start)

    def leave_out_dangling(self) -> None:
        """Leave out events without a trigger of their type, and what refers to an annotation that is not there."""
        types = {one.id: one.type for one in self.row if isinstance(one, Entity)}
        kept: list[Annotation | Equivalence] = []
        for one in self.row:
            if isinstance(one, Event) and types.get(one.trigger) != one.type:
                self.tell("trigger", f"{one.id} has no trigger of its type ({one.trigger}); it was left out.", "loss")
            else:
                kept.append(one)
        self.row, gone = without_dangling(kept)
        for dangling in gone:
            what = "it was left out" if dangling.left_out else "it goes on without"
            missing = ", ".join(dangling.missing)
            self.tell("target", f"{name(dangling.annotation)} refers to {missing}, not there; {what}.", "loss")

    def leave_triggers_to_events(self) -> None:
        """brat lets nothing but events and relations refer to a trigger: what does, refers to its event instead."""
        events: dict[str, str] = {}
        for one in self.row:
            if isinstance(one, Event):
                events.setdefault(one.trigger, one.id)
        if not events:
            return
        for place, one in enumerate(self.row):
            if isinstance(one, Entity | Relation | Event | Equivalence) or one.target not in events:
                continue
            self.row[place] = replace(one, target=events[one.target])
            self.tell("trigger", f"{one.id} referred to the trigger {one.target}; it is on {events[one.target]} now.")

    def note_unreviewed(self, provenance: dict[str, Provenance], known: Set[str]) -> None:
        """Add a note to each unreviewed suggestion: with the number of an entity, or else with the next free one; none
        with an id in `known`."""
        if not provenance:
            return
        events = {one.trigger: one.id for one in reversed(self.row) if isinstance(one, Event)}
        taken = known | {one.id for one in self.row if isinstance(one, Note)}
        noted = {one.target for one in self.row if isinstance(one, Note) and one.type == UNCONFIRMED}
        texts: dict[str, str] = {}
        numbers: dict[str, str] = {}
        for one in self.row:
            said = None if isinstance(one, Equivalence) else provenance.get(one.id)
            if isinstance(one, Equivalence) or said is None or said.status != "unreviewed":
                continue
            target = events.get(one.id, one.id)
            if target not in noted:
                texts.setdefault(target, note_text(said))
            # Numbers that do not depend on what else is unreviewed stay the same from export to export.
            if target == one.id and isinstance(one, Entity) and f"#{one.id[1:]}" not in taken:
                numbers[target] = f"#{one.id[1:]}"
        free = free_numbers("#", taken | set(numbers.values()))
        notes = [Note(numbers.get(at) or f"#{next(free)}", UNCONFIRMED, at, text) for at, text in texts.items()]
        equivalences = sum(1 for one in self.row if isinstance(one, Equivalence))
        behind_notes = len(self.row) - equivalences
        self.row[behind_notes:behind_notes] = notes


def _is_readable(one: Annotation) -> bool:
    if one.id[:1] == _LETTERS[type(one)] and one.id[1:].isdigit() and one.id.isascii():
        return True
    if isinstance(one, Attribute) and one.value is None and _MODIFIER.match(one.id):
        return True
    return _IDS[type(one)].match(one.id) is not None


def free_numbers(letter: str, taken: Iterable[str]) -> Iterator[int]:
    """Numbers above those of all ids in `taken` that begin with `letter`."""
    used = (re.match(rf"{letter}([0-9]{{1,18}})", identity) for identity in taken)
    yield from count(max((int(match[1]) for match in used if match), default=0) + 1)
