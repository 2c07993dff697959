"""What documents assert of their entities, as samples: every entity of a type that can bear the attribute is one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import MappingProxyType

from bioassist.documents import Document
from trainer.corpora.samples import AssertionSample


@dataclass(frozen=True, slots=True)
class AssertionRule:
    """Entities of the types `on` have one of `values` for `attribute`; the first is what is left unwritten."""

    attribute: str
    on: tuple[str, ...]
    values: tuple[str, ...]


def assertions(document: Document, rule: AssertionRule) -> Iterator[AssertionSample]:
    """A sample for each entity that the rule is about, in the order of the text.

    An attribute may stand on the entity or on the event that it triggers.
    """
    triggers = {event.id: event.trigger for event in document.events}
    said = {
        triggers.get(one.target, one.target): one.value or one.type
        for one in document.attributes
        if one.type == rule.attribute
    }
    options = MappingProxyType({rule.attribute: rule.values})
    for entity in sorted(document.entities, key=lambda entity: (entity.start, entity.end, entity.id)):
        if entity.type in rule.on:
            values = MappingProxyType({rule.attribute: said.get(entity.id, rule.values[0])})
            yield AssertionSample(f"{document.name}#{entity.id}", document, entity, values, options, document.text)
