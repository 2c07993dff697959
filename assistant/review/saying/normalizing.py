"""What the focused item stands for in a terminology."""

from __future__ import annotations

import re
from dataclasses import dataclass

from assistant.project.facts import facts_to_json
from assistant.project.records import Reference
from assistant.project.suggestions.facts import FactItem
from assistant.project.suggestions.meanings import meaning_of
from assistant.review.saying.facts import Change, Facts
from assistant.review.view import Saved
from assistant.review.work import saved
from bioassist.documents import Normalization
from bioassist.errors import UsageError

# A database ends at the first colon, as in files; neither part holds white space.
_TYPED = re.compile(r"([^\s:]+):(\S+)(?:\s+(\S.*))?\Z")


@dataclass(frozen=True, slots=True)
class Meaning:
    """An entry of a terminology that the focused item stands for. `fact` says so; None: it came with the item, from the
    terminology that suggested it."""

    reference: Reference
    fact: FactItem | None


def typed_reference(text: str) -> Reference | None:
    """The entry that a person wrote as "RXNORM:1191", with its term behind it if they know it; None if it is none."""
    match = _TYPED.match(text.strip())
    return Reference(match[1], match[2], match[3] or "") if match else None


class Normalizing(Facts):
    """A mention may stand for several entries, of one terminology or of several."""

    def meanings(self) -> list[Meaning]:
        """What the focused item stands for, suggested entries too. Raises UsageError as `normalize` does."""
        item = self._subject()
        said = [
            Meaning(Reference(one.value.database, one.value.identifier, one.value.label), one)
            for one in self._standing(lambda value: isinstance(value, Normalization) and value.target == item.id)
            if isinstance(one.value, Normalization)
        ]
        view = self.current
        return [*said, *(Meaning(one, None) for one in (view.means if view else ()))]

    def normalize(self, reference: Reference) -> Saved | None:
        """Say that the focused item stands for an entry; None if that was said. A suggested one is accepted.

        Raises UsageError without a focus, for a rejected item, and for an entry that files could not hold.
        """
        item = self._subject()
        database, identifier, term = reference.database, reference.identifier, " ".join(reference.term.split())
        if typed_reference(f"{database}:{identifier}") != Reference(database, identifier):
            raise UsageError(
                f"{database}:{identifier} is no entry of a terminology.",
                next_step="Write DATABASE:IDENTIFIER, without white space in either.",
            )
        present = next((one for one in self.meanings() if _same(one.reference, reference)), None)
        if present is None:
            return self._change(self._addition(Normalization("", item.id, database, identifier, term)))
        fact = present.fact
        return self._change([] if fact is None or fact.kept else [Change(fact, fact.value)])

    def unnormalize(self, reference: Reference) -> Saved | None:
        """Say that the focused item does not stand for an entry; None if it does not. A suggested one is rejected."""
        item = self._subject()
        present = next((one for one in self.meanings() if _same(one.reference, reference)), None)
        if present is None:
            return None
        if present.fact is not None:
            return self._change([Change(present.fact, None)])
        # What came with the item is named by what it says, so that exports leave out just that.
        brought = meaning_of(self._document().row.text_sha, item, present.reference)
        facts = facts_to_json({brought.id: ("normalizations", None)}, was={brought.id: brought})
        return saved(self._append("set", {"items": {}, "facts": facts}))

    def toggle_meaning(self, reference: Reference) -> Saved | None:
        """Take the entry away if the item stands for it, else give it; what waits is accepted."""
        present = next((one for one in self.meanings() if _same(one.reference, reference)), None)
        holds = present is not None and (present.fact is None or present.fact.kept)
        return self.unnormalize(reference) if holds else self.normalize(reference)


def _same(one: Reference, other: Reference) -> bool:
    return (one.database, one.identifier) == (other.database, other.identifier)
