"""From the differences between what was sent and what was found to what the file says of items and facts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, cast

from assistant.project.facts import Value, kind_of, value_to_json
from assistant.project.importing.claims import Claims, content
from assistant.project.importing.matching import Matching, marked, match
from assistant.project.importing.present import Present
from assistant.project.importing.sent import Sent
from assistant.project.journal.decisions import Extent
from bioassist.documents import Annotation, Document, Entity, Equivalence, Event
from converters.annotations import retargeted, row, targets


@dataclass(slots=True)
class Said:
    """What a file says of the items and facts of a document, as far as it differs from what was sent.

    An item's extent, or a fact's value, is None where it was deleted. `came_as` are the ids that items and facts have
    in the file, `claimed` all of those that the file has. `marked` counts annotations that are marked as unreviewed;
    `strays` are annotations that were left out, since they are marked so (or refer to such) and are not this project's.
    `reviewed` as `Returning` has it.
    """

    items: dict[str, Extent | None] = field(default_factory=dict)
    facts: dict[str, tuple[str, Value | None]] = field(default_factory=dict)
    came_as: dict[str, str] = field(default_factory=dict)
    claimed: Collection[str] = ()
    marked: int = 0
    strays: list[Annotation | Equivalence] = field(default_factory=list)
    reviewed: bool = False
    by_content: int = 0


def compare(
    sent: Sent,
    found: Document,
    there: Present,
    *,
    lost: Collection[Annotation | Equivalence] = (),
    named: bool = False,
    gold: bool = False,
) -> Said:
    """What `found`, which has the text of the project, says. `lost` is what of it could not be placed in that text.

    `named` means that a person vouches for the whole document, `gold` that annotated files are what there is of it, so
    that there being no annotations says something too.
    """
    return _Comparing(sent, found, there, lost, named, gold).run()


class _Comparing:
    def __init__(
        self,
        sent: Sent,
        found: Document,
        there: Present,
        lost: Collection[Annotation | Equivalence],
        named: bool,
        gold: bool,
    ) -> None:
        self._sent = sent
        self._found = found
        self._there = there
        self._lost = {one.id for one in lost if isinstance(one, Annotation)}
        self._named = named
        self._gold = gold
        self._matching: Matching = match(sent.back, found)
        self._given = {one.id: one for one in sent.document.annotations()}
        self._back = {one.id: one for one in sent.back.annotations()}
        self._marked, self._marked_back = marked(found), marked(sent.back)
        self._claims = Claims(there)
        self._said = Said(marked=len(self._marked), by_content=self._matching.by_content)

    def run(self) -> Said:
        self._entities()
        self._annotations()
        self._equivalences()
        self._classes()
        self._deleted()
        self._said.claimed = self._claims.all
        self._said.came_as = {item_id: given for given, item_id in self._claims.known.items()}
        self._said.reviewed = self._is_reviewed()
        return self._said

    def _is_reviewed(self) -> bool:
        if self._named:
            return True
        if self._marked or self._lost:
            return False
        if not self._sent.exported:
            return bool(self._gold or row(self._found) or self._found.classes)
        # Where the format has no such marks, that there are none says nothing.
        sent_out = {one for one in self._given if self._was_unreviewed(one)}
        tells = all(one in self._marked_back for one, given in self._sent.matching.ids.items() if given in sent_out)
        return tells and bool(self._marked_back or self._said.items or self._said.facts)

    def _was_unreviewed(self, given: str) -> bool:
        said = self._sent.document.provenance.get(given)
        return said is not None and said.status == "unreviewed"

    def _item_of(self, back: str) -> str | None:
        """The item or fact that has the id `back` in what an unchanged file gives."""
        return self._sent.items.get(self._sent.matching.ids.get(back, ""))

    # Entities

    def _entities(self) -> None:
        added: list[Entity] = []
        for entity in self._found.entities:
            back = self._matching.ids.get(entity.id)
            item_id = None if back is None else self._item_of(back)
            if back is not None:
                extent = self._changed(entity, cast(Entity, self._back[back]))
                confirmed = True
            else:
                extent = (entity.type, entity.spans)
                confirmed = self._named or entity.id not in self._marked
            if item_id is not None:
                self._claims.claim(item_id, entity.id)
                if extent is not None:
                    self._said.items[item_id] = extent
            elif not confirmed and (twin := self._claims.item(entity)) is not None:
                self._claims.claim(twin, entity.id)
            elif not confirmed:
                self._said.strays.append(entity)
            elif extent is not None:
                added.append(replace(entity, type=extent[0], spans=extent[1]))
        for entity in added:
            item_id = self._claims.item(entity) or self._claims.new_item(entity)
            self._claims.claim(item_id, entity.id)
            self._said.items[item_id] = (entity.type, entity.spans)

    def _changed(self, entity: Entity, back: Entity) -> Extent | None:
        """What the file says of an entity that was sent; None if that is nothing new."""
        given = cast(Entity, self._given[self._sent.matching.ids[back.id]])
        # What the format alone made different stays as the project has it.
        label = given.type if entity.type == back.type else entity.type
        spans = given.spans if sorted(entity.spans) == sorted(back.spans) else entity.spans
        if (label, spans) == (given.type, given.spans) and not self._is_confirmed(entity.id, back.id, given.id):
            return None
        return (label, spans)

    def _is_confirmed(self, found: str, back: str, given: str) -> bool:
        """Whether a suggestion that comes back as it was sent was decided on all the same."""
        lost_its_mark = found not in self._marked and (back in self._marked_back or not self._sent.exported)
        return self._was_unreviewed(given) and (self._named or lost_its_mark)

    # Facts

    def _annotations(self) -> None:
        left: list[Annotation] = []
        for one in self._found.annotations():
            if isinstance(one, Entity):
                continue
            back = self._matching.ids.get(one.id)
            fact_id = self._item_of(back) if back is not None else None
            if fact_id is None:
                left.append(one)
            else:
                self._claims.claim(fact_id, one.id)
        # What is new is placed once all that it refers to is; what refers to each other in a circle, as it stands.
        while left:
            ready = [one for one in left if all(target in self._claims.known for target in targets(one))]
            for one in ready:
                value = self._value(one, "")
                self._claims.claim(self._claims.fact(value) or self._claims.new_fact(value), one.id)
            left = [one for one in left if one.id not in self._claims.known]
            if not ready:
                break
        strays = {one.id for one in self._said.strays if isinstance(one, Annotation)}
        while reaching := {one.id for one in left if not strays.isdisjoint(targets(one))} - strays:
            strays |= reaching
        self._said.strays += [one for one in left if one.id in strays]
        for one in left:
            if one.id not in strays:
                self._claims.claim(self._claims.new("f", [kind_of(one), one.id, value_to_json(one)]), one.id)
        for one in self._found.annotations():
            if one.id in self._claims.known and not isinstance(one, Entity):
                self._state(one)

    def _state(self, one: Annotation) -> None:
        if any(target not in self._claims.known for target in targets(one)):
            self._said.strays.append(one)
            return
        fact_id = self._claims.known[one.id]
        value = self._value(one, fact_id)
        back = self._back.get(self._matching.ids.get(one.id, ""))
        if back is not None and self._item_of(back.id) == fact_id:
            given = self._given[self._sent.matching.ids[back.id]]
            original = _aimed(given, lambda target: self._sent.items.get(target, f"?{target}"), fact_id)
            read = _aimed(back, lambda target: self._item_of(target) or f"?{target}", fact_id)
            same = [each.name for each in fields(value) if getattr(value, each.name) == getattr(read, each.name)]
            value = replace(value, **{each: getattr(original, each) for each in same})
            if value == original and not self._is_confirmed(one.id, back.id, given.id):
                return
        self._said.facts[fact_id] = (kind_of(value), value)

    def _value(self, one: Annotation, fact_id: str) -> Annotation:
        return _aimed(one, self._claims.known.__getitem__, fact_id)

    def _equivalences(self) -> None:
        def in_items(one: Equivalence, known: Mapping[str, str | None]) -> Equivalence | None:
            members = [known.get(member) for member in one.members]
            return None if None in members else replace(one, members=tuple(cast(list[str], members)))

        of_back = {one: self._item_of(one) for one in self._back}
        sent = [one for one in (in_items(one, of_back) for one in self._sent.back.equivalences) if one is not None]
        left = Counter(map(content, sent))
        added: list[Equivalence] = []
        for one in self._found.equivalences:
            value = in_items(one, self._claims.known)
            if value is None:
                self._said.strays.append(one)
            elif left[content(value)]:
                left[content(value)] -= 1
                if (fact_id := self._claims.fact(value)) is not None:
                    self._claims.claim(fact_id)
            else:
                added.append(value)
        for value in added:
            self._add(value)
        if self._sent.exported and not self._lost:
            self._remove(left)

    def _classes(self) -> None:
        for one in self._found.classes:
            if one not in self._sent.back.classes:
                self._add(one)
        if self._sent.exported:
            gone = [one for one in self._sent.back.classes if one not in self._found.classes]
            self._remove(Counter(map(content, gone)))

    def _add(self, value: Value) -> None:
        fact_id = self._claims.fact(value) or self._claims.new_fact(value)
        self._claims.claim(fact_id)
        self._said.facts[fact_id] = (kind_of(value), value)

    def _remove(self, gone: Counter[object]) -> None:
        for fact_id, value in self._there.facts.items():
            said = content(value) if gone[content(value)] else content(self._there.shown[fact_id])
            if fact_id not in self._claims.all and gone[said]:
                gone[said] -= 1
                self._said.facts[fact_id] = (kind_of(value), None)

    # What is not there any more

    def _deleted(self) -> None:
        if not self._sent.exported or (self._lost and not self._matching.trusted):
            return
        still = {*self._matching.ids.values(), *self._lost}
        gone = {back: one for back, one in self._back.items() if back not in still}
        for back, one in gone.items():
            item_id = self._item_of(back)
            if item_id is None or item_id in self._claims.all:
                continue
            if isinstance(one, Entity):
                self._said.items[item_id] = None
            elif not _goes_with(one, gone):
                # What goes with something else comes back with it.
                self._said.facts[item_id] = (kind_of(one), None)


def _goes_with(one: Annotation, gone: Collection[str]) -> bool:
    """Whether an export leaves it out because of what is gone."""
    if isinstance(one, Event):
        return one.trigger in gone
    return any(target in gone for target in targets(one))


def _aimed(one: Annotation, item_of: Callable[[str], str], own: str) -> Annotation:
    """`one` under the id `own`, with the ids that it refers to as `item_of` has them."""
    aimed: Any = retargeted(one, item_of)
    return cast(Annotation, replace(aimed, id=own))
