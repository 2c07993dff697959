"""brat files for tools that read a part of the format.

inception  no N and no `*` lines, which end its import, as do ids with suffixes, labels with other than letters,
           digits, "_" and "-", notes on anything but T, E and R, and fragments out of order (its `BratReader`); a zip
           for each document
plain      T lines of one fragment alone, as readers for named entity recognition want

What a profile has no place for is left out and told, or becomes an AnnotatorNotes line that says what stood there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Final

from bioassist.documents import (
    Annotation,
    Document,
    Entity,
    Equivalence,
    Event,
    Normalization,
    Note,
    Relation,
    Span,
)
from converters.annotations import name, retargeted, row, targets, with_row, without_dangling
from converters.brat.form import free_numbers
from converters.brat.lines import render
from converters.brat.text import LINE_BREAKS
from converters.formats import EVERYTHING, Feature, Profile
from converters.report import Finding, Kind

_PLAIN_ID = re.compile(r"[TREAMN#][0-9]+\Z")
_PLAIN_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_-]+\Z")
_BREAK = re.compile(rf"[{LINE_BREAKS}\t]")
_TITLES = {"inception": "INCEpTION", "plain": "the plain profile"}

# What each profile carries where nothing is written as a note in its stead.
_BRAT = EVERYTHING - {"classes", "provenance"}
CARRIES: Final[dict[Profile, frozenset[Feature]]] = {
    "brat": _BRAT,
    "inception": _BRAT - {"normalizations", "equivalences"},
    "plain": frozenset({"text", "names", "entities", "overlapping", "inside words"}),
}


@dataclass(frozen=True, slots=True)
class Fitted:
    """A document that a profile can hold, and what of it could not be held as it was."""

    document: Document
    findings: list[Finding]


def fitted(document: Document, profile: Profile, *, as_notes: bool) -> Fitted:
    """`document`, which is in brat's form, as `profile` can hold it. `as_notes`: the rest as notes, where that goes."""
    if profile == "brat":
        return Fitted(document, [])
    fitting = _Fitting(document, profile, as_notes)
    if profile == "plain":
        fitting.join_fragments()
    fitting.leave_out()
    if profile == "inception":
        fitting.simplify()
        fitting.tell_wide_characters()
    return Fitted(with_row(document, fitting.row), fitting.findings)


@dataclass(slots=True)
class _Fitting:
    document: Document
    profile: Profile
    as_notes: bool
    row: list[Annotation | Equivalence] = field(init=False)
    findings: list[Finding] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.row = row(self.document)

    def tell(self, code: str, message: str, kind: Kind = "change", offset: int | None = None) -> None:
        self.findings.append(Finding(self.document.name, code, message, offset, kind=kind))

    def join_fragments(self) -> None:
        """One fragment for each entity: the stretch that its fragments cover, if that is on one line."""
        text = self.document.text
        kept: list[Annotation | Equivalence] = []
        for one in self.row:
            if not isinstance(one, Entity) or len(one.spans) == 1:
                kept.append(one)
                continue
            stretch = Span(one.start, one.end)
            if _BREAK.search(text, stretch.start, stretch.end):
                self.tell("discontinuous", f"{one.id} goes over a line end; it was left out.", "loss", one.start)
                continue
            self.tell("discontinuous", f"{one.id} became the stretch that its fragments cover.", offset=one.start)
            kept.append(replace(one, spans=(stretch,)))
        self.row, gone = without_dangling(kept)
        for dangling in gone:
            self.tell("target", f"{name(dangling.annotation)} goes with what it refers to.", "loss")

    def leave_out(self) -> None:
        """Leave out what has no place, with a note in its stead if notes are wanted."""
        known = {one.id: one for one in self.row if isinstance(one, Annotation)}
        events = {one.trigger: one.id for one in reversed(self.row) if isinstance(one, Event)}
        numbers = free_numbers("#", known)
        kept: list[Annotation | Equivalence] = []
        notes: list[Note] = []
        for one in self.row:
            if self._has_place(one, known):
                kept.append(one)
                continue
            anchor = self._anchor(one, known, events) if self.as_notes else None
            if anchor is None:
                self.tell("profile", f"{_TITLES[self.profile]} has no place for {name(one)}; it was left out.", "loss")
                continue
            said = one.text if isinstance(one, Note) else render(one, self.document.text).replace("\t", " ")
            notes.append(Note(f"#{next(numbers)}", "AnnotatorNotes", anchor, said))
            self.tell("profile", f"{_TITLES[self.profile]} has no place for {name(one)}; it became a note on {anchor}.")
        equivalences = [one for one in kept if isinstance(one, Equivalence)]
        kept = [one for one in kept if not isinstance(one, Equivalence)]
        self.row, gone = without_dangling([*kept, *notes, *equivalences])
        for dangling in gone:
            self.tell("target", f"{name(dangling.annotation)} goes with what it refers to.", "loss")

    def _has_place(self, one: Annotation | Equivalence, known: dict[str, Annotation]) -> bool:
        if self.profile == "plain":
            on_entity = isinstance(one, Note) and isinstance(known.get(one.target), Entity)
            return isinstance(one, Entity) or (self.as_notes and on_entity)
        if isinstance(one, Normalization | Equivalence):
            return False
        allowed = Entity | Event if isinstance(one, Relation | Event) else Entity | Event | Relation
        return all(isinstance(known.get(target), allowed) for target in targets(one))

    def _anchor(
        self, one: Annotation | Equivalence, known: dict[str, Annotation], events: dict[str, str]
    ) -> str | None:
        """What a note in the place of `one` can be on: the first thing with a place that `one` leads to."""
        seen: set[str] = set()
        here: Annotation | Equivalence | None = one
        while here is not None and targets(here):
            target = targets(here)[0]
            if target in seen:
                return None
            seen.add(target)
            here = known.get(target)
            if isinstance(here, Entity) and self.profile == "inception":
                # INCEpTION takes triggers into their events.
                return events.get(target, target)
            if here is not None and self._has_place(here, known) and not isinstance(here, Note):
                return target
        return None

    def simplify(self) -> None:
        """Ids, labels and the order of fragments as INCEpTION can read them."""
        known = {one.id for one in self.row if isinstance(one, Annotation)}
        numbers = {letter: free_numbers(letter, known) for letter in "TREAMN#"}
        renamed = {one: f"{one[0]}{next(numbers[one[0]])}" for one in known if not _PLAIN_ID.match(one)}
        for old, new in sorted(renamed.items()):
            self.tell("id", f"INCEpTION cannot read the id {old}; it became {new}.")
        simple: list[Annotation | Equivalence] = []
        for one in self.row:
            made = retargeted(one, lambda identity: renamed.get(identity, identity))
            if not isinstance(made, Equivalence):
                made = replace(made, id=renamed.get(made.id, made.id))
            made = replace(made, type=self._label(made.type, one))
            if isinstance(made, Event):
                roles = (replace(argument, role=self._label(argument.role, one)) for argument in made.arguments)
                made = replace(made, arguments=tuple(roles))
            if isinstance(made, Relation):
                first, second = made.arguments
                first = replace(first, role=self._label(first.role, one))
                made = replace(made, arguments=(first, replace(second, role=self._label(second.role, one))))
            if isinstance(made, Entity) and list(made.spans) != sorted(made.spans):
                self.tell("fragments", f"INCEpTION wants the fragments of {made.id} in order; they were put so.")
                made = replace(made, spans=tuple(sorted(made.spans)))
            simple.append(made)
        self.row = simple

    def _label(self, label: str, one: Annotation | Equivalence) -> str:
        if _PLAIN_LABEL.match(label):
            return label
        made = re.sub(r"[^a-zA-Z0-9_-]", "_", label)
        made = made if _PLAIN_LABEL.match(made) else f"_{made}"
        self.tell("label", f"{name(one)}: INCEpTION cannot read the label {label!r}; it became {made!r}.")
        return made

    def tell_wide_characters(self) -> None:
        wide = re.search("[\U00010000-\U0010ffff]", self.document.text)
        if wide:
            message = "INCEpTION counts some characters of the text twice; check the spans behind the first of them."
            self.tell("wide characters", message, "remark", wide.start())
