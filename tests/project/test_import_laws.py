"""What people correct in exported files is, after the import, what the project exports; whatever they do."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Hashable
from dataclasses import replace
from pathlib import Path

from hypothesis import event, given, settings
from hypothesis import strategies as st
from project_setup import Ward

from assistant.project.exporting.documents import documents_for_export
from assistant.project.exporting.sent import Sending
from assistant.project.importing.matching import marked
from assistant.project.importing.returning import Returning
from bioassist.documents import (
    Annotation,
    Argument,
    Attribute,
    Document,
    Entity,
    Equivalence,
    Event,
    Normalization,
    Note,
    Relation,
    Span,
)
from converters.annotations import retargeted, row, targets, with_row, without_dangling
from converters.brat import BratFormat
from converters.brat.folder import as_exported
from converters.formats import WriteOptions

WORDS = ["no", "chest", "pain", "or", "cough", "since", "May", "but", "known", "asthma", "and", "gout", "on", "aspirin"]
TEXT = " ".join(WORDS)
STARTS = [len(" ".join(WORDS[:place])) + (place > 0) for place in range(len(WORDS))]
LABELS = ("Symptom", "Disease", "Medication")

labels = st.sampled_from(LABELS)


@st.composite
def extents(draw: st.DrawFn) -> Span:
    first = draw(st.integers(0, len(WORDS) - 1))
    last = draw(st.integers(first, min(first + 3, len(WORDS) - 1)))
    return Span(STARTS[first], STARTS[last] + len(WORDS[last]))


@st.composite
def fragments(draw: st.DrawFn) -> tuple[Span, ...]:
    first, second = draw(extents()), draw(extents())
    return (first, second) if first.end < second.start and draw(st.booleans()) else (first,)


class Hand:
    """A person with brat: every change that its screen offers, on a document that was read from its files."""

    def __init__(self, draw: st.DrawFn, document: Document) -> None:
        self.draw = draw
        self.document = document

    def work(self) -> Document:
        for _ in range(self.draw(st.integers(0, 6))):
            self.draw(st.sampled_from([self.confirm, self.relabel, self.move, self.delete, self.mark, self.relate,
                                       self.say, self.change, self.unsay, self.group]))()  # fmt: skip
        return self.document

    def one(self, *kinds: type) -> Annotation | None:
        found = [one for one in self.document.annotations() if isinstance(one, kinds)]
        return self.draw(st.sampled_from(found)) if found else None

    def new(self, letter: str) -> str:
        numbers = [int(one.id[1:]) for one in self.document.annotations() if one.id[0] == letter]
        return f"{letter}{max(numbers, default=0) + 1}"

    def put(self, annotations: list[Annotation | Equivalence]) -> None:
        kept, _ = without_dangling(annotations)
        # brat deletes an event with its trigger, and a trigger has no annotation but its event's.
        self.document = with_row(self.document, kept)

    def swap(self, old: Annotation, new: Annotation) -> None:
        self.put([new if one == old else one for one in row(self.document)])
        self.touched(old.id)

    def touched(self, identity: str) -> None:
        said = {one: how for one, how in self.document.provenance.items() if one != identity}
        self.document = replace(self.document, provenance=said)

    def triggers(self) -> set[str]:
        return {one.trigger for one in self.document.events}

    def confirm(self) -> None:
        if (one := self.one(Entity)) is not None:
            self.touched(one.id)

    def relabel(self) -> None:
        one = self.one(Entity)
        if isinstance(one, Entity) and one.id not in self.triggers():
            self.swap(one, replace(one, type=self.draw(labels)))

    def move(self) -> None:
        one = self.one(Entity)
        if isinstance(one, Entity):
            self.swap(one, replace(one, spans=self.draw(fragments())))

    def delete(self) -> None:
        if (one := self.one(Entity, Relation, Event, Attribute, Note, Normalization)) is not None:
            self.put([other for other in row(self.document) if other != one])
            self.touched(one.id)

    def mark(self) -> None:
        entity = Entity(self.new("T"), self.draw(labels), self.draw(fragments()))
        self.put([*row(self.document), entity])
        if self.draw(st.booleans()):
            arguments = [Argument("Theme", one.id) for one in [self.target()] if one is not None and one != entity]
            self.put([*row(self.document), Event(self.new("E"), entity.type, entity.id, tuple(arguments))])

    def target(self) -> Annotation | None:
        found = [one for one in (*self.document.entities, *self.document.events) if one.id not in self.triggers()]
        return self.draw(st.sampled_from(found)) if found else None

    def relate(self) -> None:
        first, second = self.target(), self.target()
        if first is not None and second is not None:
            ends = (Argument("Arg1", first.id), Argument("Arg2", second.id))
            self.put([*row(self.document), Relation(self.new("R"), "Causes", ends)])

    def say(self) -> None:
        if (on := self.target()) is None:
            return
        said: Annotation = self.draw(
            st.sampled_from(
                [
                    Attribute(self.new("A"), "Negated", on.id),
                    Attribute(self.new("A"), "Certainty", on.id, "low"),
                    Normalization(self.new("N"), on.id, "UMLS", "C:0010", "cough"),
                    Note(self.new("#"), "AnnotatorNotes", on.id, "sure?"),
                ]
            )
        )
        self.put([*row(self.document), said])

    def change(self) -> None:
        one = self.one(Attribute, Relation, Event, Note)
        if isinstance(one, Attribute) and one.value:
            self.swap(one, replace(one, value=self.draw(st.sampled_from(["low", "high"]))))
        elif isinstance(one, Note):
            self.swap(one, replace(one, text="checked"))
        elif isinstance(one, Relation):
            self.swap(one, replace(one, arguments=one.arguments[::-1], type="CausedBy"))
        elif isinstance(one, Event):
            self.swap(one, replace(one, arguments=()))

    def unsay(self) -> None:
        if (one := self.one(Relation, Event, Attribute, Note, Normalization)) is not None:
            self.put([other for other in row(self.document) if other != one])

    def group(self) -> None:
        members = [one.id for one in self.document.entities if one.id not in self.triggers()][:3]
        if len(members) > 1:
            self.put([*row(self.document), Equivalence(tuple(members))])


def renumbered(document: Document, draw: st.DrawFn) -> Document:
    """As another tool would write it, with ids of its own."""
    ids: dict[str, str] = {}
    for letter in "TREAN#":
        own = [one.id for one in document.annotations() if one.id[0] == letter]
        ids |= {old: f"{letter}{number}" for number, old in enumerate(draw(st.permutations(own)), 1)}
    said = [
        retargeted(one if isinstance(one, Equivalence) else replace(one, id=ids[one.id]), ids.__getitem__)
        for one in row(document)
    ]
    provenance = {ids[one]: how for one, how in document.provenance.items() if one in ids}
    return replace(with_row(document, said), provenance=provenance)


def meaning(document: Document) -> Counter[Hashable]:
    """All that is annotated, whatever the ids are."""
    by_id = {one.id: one for one in document.annotations()}

    def said(one: Annotation | Equivalence) -> Hashable:
        if isinstance(one, Entity):
            return (one.type, one.spans)
        if isinstance(one, Equivalence):
            return (one.type, frozenset(Counter(said(by_id[member]) for member in one.members).items()))
        plain = retargeted(replace(one, id=""), lambda _: "")
        return (plain, tuple(said(by_id[target]) for target in targets(one)))

    return Counter(map(said, row(document)))


def without_hidden(document: Document) -> Document:
    """Without unreviewed suggestions that have the type and extent of what was decided: there they are one."""
    decided = {(one.type, one.spans): one.id for one in document.entities if one.id not in document.provenance}
    hidden = {
        one.id: decided[one.type, one.spans]
        for one in document.entities
        if one.id in document.provenance and (one.type, one.spans) in decided
    }
    others = [one for one in row(document) if isinstance(one, Equivalence) or one.id not in hidden]
    return with_row(document, [retargeted(one, lambda target: hidden.get(target, target)) for one in others])


def exported(ward: Ward, folder: Path) -> Document:
    sending = Sending("brat")
    documents, _ = documents_for_export(ward.project, "all", sending=sending)
    BratFormat().write(documents, folder, ward.project.schema, WriteOptions(force=True))
    sending.mark(folder)
    (document,) = BratFormat().read(folder)
    return document


def without(document: Document, ids: set[str]) -> Document:
    return with_row(document, [one for one in row(document) if isinstance(one, Equivalence) or one.id not in ids])


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_an_export_after_an_import_is_what_was_corrected(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as place:
        ward, folder = Ward(Path(place)), Path(place, "brat")
        try:
            note = ward.note(TEXT)
            ward.suggest(note, data.draw(st.lists(st.tuples(labels, fragments(), st.just(0.5)), max_size=6)))
            session = ward.review(note)
            for action in data.draw(st.lists(st.sampled_from(["accept", "reject", "grow_right"]), max_size=3)):
                getattr(session, action)()
            for _ in range(data.draw(st.integers(1, 3))):
                correct_and_import(data, ward, folder)
        finally:
            ward.project.close()


def correct_and_import(data: st.DataObject, ward: Ward, folder: Path) -> None:
    sent = exported(ward, folder)
    corrected = Hand(data.draw, sent).work()
    if data.draw(st.booleans()):
        corrected = renumbered(corrected, data.draw)
        event("renumbered")
    BratFormat().write([corrected], folder, ward.project.schema, WriteOptions(force=True))
    (read,) = BratFormat().read(folder)
    corrected = as_exported(without_hidden(read))

    def import_() -> int:
        before = ward.project.journal.length()
        account = Returning(ward.project, BratFormat()).read(folder)
        assert [one for one in account.report.findings if one.kind == "loss"] == []
        assert ward.project.verify() == []
        event(f"decisions: {sorted(account.decisions)}")
        return ward.project.journal.length() - before

    def check() -> None:
        (now,), _ = documents_for_export(ward.project, "all")
        unreviewed = {one.id for one in now.entities if now.provenance[one.id].status == "unreviewed"}
        # A suggestion that hid behind what was changed now was not in the files.
        back = unreviewed - {one.id for one in sent.entities}
        assert meaning(as_exported(without(now, back))) == meaning(corrected)
        assert len(unreviewed - back) == len(marked(corrected))

    entries = import_()
    check()
    assert import_() == 0, "the same files a second time"
    if entries and data.draw(st.booleans()):
        for _ in range(entries):
            ward.project.journal.undo("ann")
        (undone,), _ = documents_for_export(ward.project, "all")
        assert meaning(as_exported(undone)) == meaning(sent) and undone.provenance.keys() >= sent.provenance.keys()
        import_()
        check()
