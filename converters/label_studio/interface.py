"""The labelling interface that tasks need in Label Studio: for a schema, and for what documents hold."""

from __future__ import annotations

from collections.abc import Iterable
from xml.sax.saxutils import quoteattr

from bioassist.documents import Document
from bioassist.schema import Schema

# Without it the screen folds runs of spaces and line ends.
_STYLE = "  <Style>.htx-text{ white-space: pre-wrap; }</Style>"


class Interface:
    """Labels, relations, attributes and classes of a schema, if there is one, and of the documents it was shown."""

    def __init__(self, schema: Schema | None = None) -> None:
        self._schema = schema
        self._labels = dict.fromkeys(entry.name for entry in schema.entities) if schema else {}
        self._relations = dict.fromkeys(entry.name for entry in schema.relations) if schema else {}
        self._classes = dict.fromkeys(entry.name for entry in schema.classes) if schema else {}
        self._attributes: dict[str, dict[str, None]] = {}
        for entry in schema.attributes if schema else ():
            self._attributes[entry.name] = dict.fromkeys(entry.values or (entry.name,))

    def observe(self, document: Document) -> None:
        """Take in what `document` is annotated with."""
        self._labels.update(dict.fromkeys(entity.type for entity in document.entities))
        self._relations.update(dict.fromkeys(relation.type for relation in document.relations))
        self._classes.update(dict.fromkeys(document.classes))
        for one in document.attributes:
            self._attributes.setdefault(one.type, {})[one.type if one.value is None else one.value] = None

    def xml(self) -> str:
        """The configuration, as Label Studio takes it under Settings, Labeling Interface, Code."""
        lines = ["<View>", _STYLE]
        if self._classes:
            lines += _tag("Choices", "Choice", self._classes, 'name="class" toName="text" choice="multiple"')
        lines += ['  <Labels name="label" toName="text">', *map(self._label, self._labels), "  </Labels>"]
        lines.append('  <Text name="text" value="$text"/>')
        for name, values in self._attributes.items():
            rest = f'name={quoteattr(name)} toName="text" perRegion="true" choice="multiple"'
            lines += _tag("Choices", "Choice", values, rest)
        if self._relations:
            lines += _tag("Relations", "Relation", self._relations, "")
        return "\n".join([*lines, "</View>"]) + "\n"

    def _label(self, name: str) -> str:
        colour = f" background={quoteattr(self._schema.colour(name))}" if self._schema else ""
        return f"    <Label value={quoteattr(name)}{colour}/>"


def _tag(group: str, one: str, values: Iterable[str], rest: str) -> list[str]:
    inner = [f"    <{one} value={quoteattr(value)}/>" for value in values]
    return [f"  <{group} {rest}".rstrip() + ">", *inner, f"  </{group}>"]
