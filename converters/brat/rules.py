"""What brat's configuration says of single annotations: types, roles, how often, attributes and their values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from bioassist.documents import Annotation, Attribute, Entity, Equivalence, Event, Relation
from converters.brat.conf_lines import Definition
from converters.brat.configuration import BratConfiguration, filled_by

TypeOf = Callable[[str], str | None]
Broken = tuple[str, str]


class Rules:
    """A configuration as rules. What breaks one is a code and a message that names types and no ids, so that the same
    fault in many annotations can be told once."""

    def __init__(self, configuration: BratConfiguration) -> None:
        self._configuration = configuration
        # The same types in the same roles break the same rules.
        self._judged: dict[tuple[object, ...], tuple[Broken, ...]] = {}

    def broken(self, annotation: Annotation | Equivalence, type_of: TypeOf) -> tuple[Broken, ...]:
        """The rules that `annotation` breaks; `type_of` gives the type of an id, None if there is no such id."""
        match annotation:
            case Entity(type=type_):
                key: tuple[object, ...] = (Entity, type_)
            case Relation(type=type_, arguments=arguments) | Event(type=type_, arguments=arguments):
                fillers = tuple((argument.role, type_of(argument.target)) for argument in arguments)
                key = (type(annotation), type_, fillers)
            case Attribute(type=type_, target=target, value=value):
                key = (Attribute, type_, type_of(target), value)
            case Equivalence(members=members):
                key = (Equivalence, frozenset(type_of(member) for member in members))
            case _:
                return ()
        if key not in self._judged:
            self._judged[key] = tuple(self._judge(annotation, type_of))
        return self._judged[key]

    def _judge(self, annotation: Annotation | Equivalence, type_of: TypeOf) -> Iterator[Broken]:
        match annotation:
            case Entity(type=type_):
                if type_ not in self._configuration.entities and type_ not in self._configuration.events:
                    yield "unknown type", f"{type_} is no type of entity or event in annotation.conf."
            case Relation(type=type_, arguments=(one, other)):
                yield from self._relation(type_, one.role, type_of(one.target), other.role, type_of(other.target))
            case Event():
                yield from self._event(annotation, type_of)
            case Attribute():
                yield from self._attribute(annotation, type_of(annotation.target))
            case Equivalence(members=members):
                yield from self._equivalence({found for member in members if (found := type_of(member)) is not None})

    def _relation(
        self, type_: str, role: str, filler: str | None, other_role: str, other: str | None
    ) -> Iterator[Broken]:
        definitions = self._configuration.relations.get(type_)
        if definitions is None:
            yield "unknown type", f"{type_} is no relation in annotation.conf."
            return
        if filler is None or other is None:
            return
        # In either order, as brat has it.
        if self._goes(definitions, role, filler, other_role, other):
            return
        if self._goes(definitions, other_role, other, role, filler):
            return
        yield "relation", f"{type_} from {role}:{filler} to {other_role}:{other} is not in annotation.conf."

    def _goes(self, definitions: list[Definition], role: str, filler: str, other_role: str, other: str) -> bool:
        usable = [one for one in definitions if len(one.roles) == 2 and not one.unused]
        return any((one.roles[0].name, one.roles[1].name) == (role, other_role) for one in usable) and any(
            filled_by(self._configuration, one.roles[0], filler) and filled_by(self._configuration, one.roles[1], other)
            for one in usable
        )

    def _event(self, event: Event, type_of: TypeOf) -> Iterator[Broken]:
        definition = self._configuration.events.get(event.type)
        if definition is None:
            yield "unknown type", f"{event.type} is no event in annotation.conf."
            return
        roles = {role.name: role for role in definition.roles}
        filled: Counter[str] = Counter()
        for argument in event.arguments:
            # The second Theme is Theme2.
            name = argument.role if argument.role in roles else argument.role.rstrip("0123456789")
            if name not in roles:
                yield "argument", f"{event.type} has no argument {name or argument.role} in annotation.conf."
                continue
            filled[name] += 1
            filler = type_of(argument.target)
            if filler is not None and not filled_by(self._configuration, roles[name], filler):
                yield "argument", f"{event.type} cannot have {filler} as {name} in annotation.conf."
        for name, role in roles.items():
            if filled[name] < role.least:
                least = "exactly" if role.least == role.most else "at least"
                yield "missing argument", f"{event.type} needs {least} {role.least} {name} in annotation.conf."
            elif role.most is not None and filled[name] > role.most:
                yield "argument", f"{event.type} has room for {role.most} {name} in annotation.conf."

    def _attribute(self, attribute: Attribute, target: str | None) -> Iterator[Broken]:
        definition = self._configuration.attributes.get(attribute.type)
        if definition is None:
            yield "unknown type", f"{attribute.type} is no attribute in annotation.conf."
            return
        role, values = definition.role("Arg"), definition.role("Value")
        if target is not None and role is not None and not filled_by(self._configuration, role, target):
            yield "attribute", f"{attribute.type} is not on {target} in annotation.conf."
        if values is None:
            if attribute.value is not None:
                yield "attribute value", f"{attribute.type} has no values in annotation.conf."
        elif attribute.value is None or attribute.value not in values.types:
            yield "attribute value", f"{attribute.type} has another value than those in annotation.conf."

    def _equivalence(self, types: set[str]) -> Iterator[Broken]:
        definitions = [
            one
            for name, several in self._configuration.relations.items()
            if self._configuration.is_equivalence(name)
            for one in several
            if len(one.roles) == 2
        ]
        allowed = {
            (one, other)
            for one in types
            for other in types
            for definition in definitions
            if filled_by(self._configuration, definition.roles[0], one)
            and filled_by(self._configuration, definition.roles[1], other)
        }
        for one in sorted(types):
            for other in sorted(types):
                if one <= other and not {(one, other), (other, one)} <= allowed:
                    yield "equivalence", f"{one} cannot be equivalent to {other} in annotation.conf."
