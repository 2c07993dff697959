"""brat's configuration files for a schema: what its screens offer, and how they draw it.

Types, relations, events and attributes that documents have beyond the schema are taken in too, since brat marks what
its configuration does not know as an error. Syntax: brat's `projectconfig.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bioassist.documents import Attribute, Document, Entity, Event, Relation
from bioassist.schema import NAME, PALETTE, Schema
from converters.brat.conf_lines import NESTING, OVERLAP, Definition, Role, Special, render
from converters.formats import LABEL_KEYS
from converters.report import Finding

# Values of attributes: what ends a field there cannot be in one.
_VALUE = re.compile(r"[^\s,|<>]+\Z")
_KEY = re.compile(r"[A-Za-z0-9]\Z")


@dataclass(slots=True)
class _RelationLine:
    roles: tuple[str, str]
    first: dict[str, None] = field(default_factory=dict)
    second: dict[str, None] = field(default_factory=dict)
    symmetric: bool = False
    colour: str = ""


@dataclass(slots=True)
class _AttributeLine:
    on: dict[str, None] = field(default_factory=dict)
    values: dict[str, None] = field(default_factory=dict)


class Configuration:
    """The labels of a schema and of the documents shown to `observe`, as configuration files.

    Ordered as in the schema, then as met.
    """

    def __init__(self, schema: Schema | None = None, label_keys: Sequence[str] = LABEL_KEYS) -> None:
        self.findings: list[Finding] = []
        self._title = schema.name if schema else ""
        self._colours: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        self._relations: dict[tuple[str, tuple[str, str]], _RelationLine] = {}
        self._events: dict[str, dict[str, None]] = {}
        self._attributes: dict[str, _AttributeLine] = {}
        self._equivalences: dict[str, None] = {}
        for entity in schema.entities if schema else ():
            self._colours[entity.name] = schema.colour(entity.name) if schema else ""
            if entity.key:
                self._keys[entity.key] = entity.name
        for keys, entity in zip(label_keys, schema.entities if schema else (), strict=False):
            # Without a letter it has the key that labels it on the review screen.
            if not entity.key and _is_usable(entity.name):
                self._keys.setdefault(_shortcut(keys), entity.name)
        for relation in schema.relations if schema else ():
            line = _RelationLine((relation.roles[0], relation.roles[1]))
            line.first, line.second = dict.fromkeys(relation.head), dict.fromkeys(relation.tail)
            line.symmetric, line.colour = relation.symmetric, relation.colour
            self._relations[relation.name, line.roles] = line
        for attribute in schema.attributes if schema else ():
            on = dict.fromkeys(attribute.on or ("<ENTITY>",))
            self._attributes[attribute.name] = _AttributeLine(on, dict.fromkeys(attribute.values))

    def observe(self, document: Document) -> None:
        """Take in the labels of `document`, in the form that brat gets."""
        types: dict[str, str] = {}
        for annotation in document.annotations():
            match annotation:
                case Entity(id=identity, type=type_) | Event(id=identity, type=type_):
                    types[identity] = type_
        for annotation in document.annotations():
            match annotation:
                case Entity():
                    self._colours.setdefault(annotation.type, PALETTE[len(self._colours) % len(PALETTE)])
                case Relation():
                    self._observe_relation(annotation, types)
                case Event():
                    roles = self._events.setdefault(annotation.type, {})
                    roles.update(dict.fromkeys(_base(argument.role) for argument in annotation.arguments))
                case Attribute():
                    self._observe_attribute(annotation, types)
        self._equivalences.update(dict.fromkeys(one.type for one in document.equivalences))

    def _observe_relation(self, relation: Relation, types: dict[str, str]) -> None:
        first, second = relation.arguments
        key = (relation.type, (first.role, second.role))
        line = self._relations.setdefault(key, _RelationLine(key[1]))
        line.first[types.get(first.target, "<ANY>")] = None
        line.second[types.get(second.target, "<ANY>")] = None

    def _observe_attribute(self, attribute: Attribute, types: dict[str, str]) -> None:
        line = self._attributes.setdefault(attribute.type, _AttributeLine())
        if "<ENTITY>" not in line.on or attribute.target.startswith("E"):
            line.on[types.get(attribute.target, "<ANY>")] = None
        if attribute.value is not None:
            line.values[attribute.value] = None

    def files(self) -> dict[str, str]:
        """File name -> content. What cannot be configured is added to `findings`."""
        self.findings.clear()
        return {
            "annotation.conf": _joined(self._annotation()),
            "visual.conf": _joined(self._visual()),
            "tools.conf": _joined(_tools()),
            "kb_shortcuts.conf": _joined(self._shortcuts()),
        }

    def _annotation(self) -> Iterator[str]:
        yield f"# Labels{' of the schema ' + self._title if self._title else ''}, written by bioassist."
        yield from ("", "[entities]", "")
        # A type that triggers events is listed with them alone.
        yield from (name for name in self._usable(self._colours, "entity") if name not in self._events)
        yield from ("", "[relations]", "")
        names = set(self._usable(dict.fromkeys(name for name, _ in self._relations), "relation"))
        for (name, roles), line in self._relations.items():
            if name in names and len(self._usable(roles, "role")) == 2:
                arguments = (Role(roles[0], self._types(line.first)), Role(roles[1], self._types(line.second)))
                kind: Special = (("<REL-TYPE>", ("symmetric",)),) if line.symmetric else ()
                yield render(Definition((name,), roles=arguments, special=kind))
        anything = (Role("Arg1", ("<ANY>",)), Role("Arg2", ("<ANY>",)))
        for name in self._usable(self._equivalences, "equivalence"):
            kind = (("<REL-TYPE>", ("symmetric", "transitive")),)
            yield render(Definition((name,), roles=anything, special=kind))
        yield "# Spans may nest, cross and coincide."
        entities = (Role("Arg1", ("<ENTITY>",)), Role("Arg2", ("<ENTITY>",)))
        yield render(Definition((OVERLAP,), roles=entities, special=(("<OVL-TYPE>", ("<ANY>",)),)))
        yield from ("", "[events]", "")
        for name in self._usable(self._events, "event"):
            # brat numbers repeated roles, so one that ends in a digit cannot be repeated.
            usable = self._usable(self._events[name], "role")
            roles_of_event = tuple(Role(role, ("<ANY>",), 0, 1 if role[-1].isdigit() else None) for role in usable)
            yield render(Definition((name,), roles=roles_of_event))
        yield from ("", "[attributes]", "")
        for name in self._usable(self._attributes, "attribute"):
            values = tuple(self._values(name))
            on = Role("Arg", self._types(self._attributes[name].on))
            yield render(Definition((name,), roles=(on, Role("Value", values)) if values else (on,)))

    def _visual(self) -> Iterator[str]:
        yield "# How labels are named and drawn, written by bioassist."
        yield from ("", "[labels]", "")
        names = [name for name in self._all_labels() if _is_usable(name)]
        shorts = _shortest(names)
        for name in names:
            forms = dict.fromkeys((name.replace("_", " "), shorts[name]))
            yield " | ".join((name, *forms))
        yield from ("", "[drawing]", "")
        yield "SPAN_DEFAULT\tfgColor:black, bgColor:lightgreen, borderColor:darken"
        yield "ARC_DEFAULT\tcolor:black, arrowHead:triangle-5"
        yield "ATTRIBUTE_DEFAULT\tglyph:*, position:left"
        for name, colour in self._colours.items():
            if _is_usable(name):
                yield f"{name}\tbgColor:{colour}, fgColor:{readable_on(colour)}, borderColor:darken"
        for name, line in {name: line for (name, _), line in self._relations.items()}.items():
            if _is_usable(name) and (line.colour or line.symmetric):
                head = "none" if line.symmetric else "triangle-5"
                yield f"{name}\tcolor:{line.colour or 'black'}, arrowHead:{head}"
        for name in self._attributes:
            values = self._values(name, told=False)
            if _is_usable(name) and len(values) > 1:
                yield f"{name}\tglyph:{'|'.join(_shortest(values, 1).values())}, position:left"

    def _all_labels(self) -> Iterator[str]:
        relations = dict.fromkeys(name for name, _ in self._relations)
        roles = dict.fromkeys(role for roles in self._events.values() for role in roles)
        yield from dict.fromkeys(
            (*self._colours, *relations, *self._equivalences, *self._events, *roles, *self._attributes)
        )

    def _shortcuts(self) -> Iterator[str]:
        yield "# Keys that choose a type in brat's dialogs, written by bioassist."
        for key, name in self._keys.items():
            # brat compares with the name of the key on the keyboard: capital letters and digits, "S-" for shift.
            if _KEY.match(key):
                yield f"{'S-' if key.isupper() else ''}{key.upper()}\t{name}"
            else:
                self._tell("key", f"brat has no shortcut for the key {key!r} of {name}; it was left out.")

    def _usable(self, names: Iterable[str], kind: str) -> list[str]:
        found = []
        for name in names:
            if _is_usable(name):
                found.append(name)
            else:
                self._tell(
                    "configuration", f"the {kind} label {name!r} cannot stand in annotation.conf; left out there."
                )
        return found

    def _types(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(name for name in names if name.startswith("<") or _is_usable(name)) or ("<ANY>",)

    def _values(self, name: str, *, told: bool = True) -> list[str]:
        found = []
        for value in self._attributes[name].values:
            if _VALUE.match(value):
                found.append(value)
            elif told:
                self._tell(
                    "configuration", f"a value of {name} cannot stand in annotation.conf: {value!r}; left out there."
                )
        return found

    def _tell(self, code: str, message: str) -> None:
        self.findings.append(Finding("", code, message))


def readable_on(colour: str) -> str:
    """ "black" or "white", whichever has more contrast on `colour`, "#rrggbb" (WCAG 2, relative luminance)."""
    channels = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4 for channel in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "black" if (luminance + 0.05) / 0.05 >= 1.05 / (luminance + 0.05) else "white"


def _tools() -> Iterator[str]:
    yield "# Written by bioassist."
    yield from ("", "[options]", "")
    yield "Validation\tvalidate:all"
    yield "Tokens\ttokenizer:whitespace"
    yield "Sentences\tsplitter:newline"
    yield "Annotation-log\tlogfile:<NONE>"
    for section in ("search", "annotators", "disambiguators", "normalization"):
        yield from ("", f"[{section}]")


def _is_usable(name: str) -> bool:
    # A line of hyphens alone is a separator there.
    return bool(NAME.match(name)) and bool(name.strip("-")) and name != NESTING


def _base(role: str) -> str:
    return role.rstrip("0123456789") or role


def _shortest(names: Iterable[str], least: int = 3) -> dict[str, str]:
    """The shortest beginning of each name, of `least` characters or more, that no other name has."""
    every = list(names)
    found: dict[str, str] = {}
    for name in every:
        length = least
        while length < len(name) and any(other[:length] == name[:length] for other in every if other != name):
            length += 1
        found[name] = name[:length].rstrip("_-") or name
    return found


def _shortcut(keys: str) -> str:
    """The first of several keys that brat knows, else the first."""
    every = keys.split(",")
    return next(filter(_KEY.match, every), every[0])


def _joined(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"
