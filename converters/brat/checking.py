"""What brat would find wrong with a document beyond single lines: with references, and by the folder's configuration.

The rules are those of brat's `annotation.py`, which refuses a document for some faults, and `verify_annotations.py`,
which marks what the configuration does not allow. A `Checker` goes over the annotations of a document twice, to `learn`
them and to find `problems`. It keeps types by id and no annotations (but those whose overlaps count), so that a file
that does not fit into memory can be read twice instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from bioassist.documents import Annotation, Entity, Equivalence, Event, Relation
from converters.annotations import name, targets
from converters.brat.configuration import BratConfiguration
from converters.brat.ids import Types, TypesById
from converters.brat.lines import Problem
from converters.brat.overlaps import Overlaps
from converters.brat.rules import Rules

# An annotation and the line that it stands on.
Numbered = tuple[int, Annotation | Equivalence]


class Checker:
    """Checks one document. `configuration` None: references alone. `compact` saves memory and takes more time."""

    def __init__(self, configuration: BratConfiguration | None = None, *, compact: bool = False) -> None:
        self._configuration = configuration
        self._rules = Rules(configuration) if configuration else None
        self._overlaps = Overlaps(configuration) if configuration else None
        self._types: Types = TypesById() if compact else {}
        self._triggers: Types = TypesById() if compact else {}
        self._nested: dict[str, tuple[int, tuple[str, ...]]] = {}
        # Code and message -> the first line, how many more, and an offset there.
        self._broken: dict[tuple[str, str], tuple[int, int, int | None]] = {}

    def learn(self, annotations: Iterable[Numbered]) -> None:
        """Take note of all annotations of the document, each with its line."""
        types, overlaps = self._types, self._overlaps
        for line, annotation in annotations:
            if isinstance(annotation, Equivalence):
                continue
            types[annotation.id] = annotation.type
            if isinstance(annotation, Entity):
                if overlaps:
                    overlaps.add(line, annotation)
            elif isinstance(annotation, Event):
                self._triggers[annotation.trigger] = annotation.type
                events = tuple(argument.target for argument in annotation.arguments if argument.target[:1] == "E")
                if events:
                    self._nested[annotation.id] = (line, events)

    def problems(self, annotations: Iterable[Numbered]) -> Iterator[tuple[int, Problem]]:
        """What is wrong with the annotations and what they refer to, once all have been learned."""
        known = self._configuration.entities if self._configuration else {}
        for line, annotation in annotations:
            if isinstance(annotation, Entity):
                # An entity of a type that is there breaks no rule.
                if self._rules and annotation.type not in known:
                    self._judge(self._rules, line, annotation)
                continue
            if self._rules:
                self._judge(self._rules, line, annotation)
            for target in targets(annotation):
                if target not in self._types:
                    message = f"{name(annotation)} refers to {target}, which is not there."
                    yield line, Problem("unknown target", message)
                elif target in self._triggers and not isinstance(annotation, Event | Relation):
                    message = f"{name(annotation)} refers to {target}, the trigger of an event; brat refuses this."
                    yield line, Problem("on trigger", message)
            if isinstance(annotation, Event):
                yield from self._trigger(line, annotation)
        yield from self._whole()

    def _trigger(self, line: int, event: Event) -> Iterator[tuple[int, Problem]]:
        found = self._types.get(event.trigger)
        if found is not None and event.trigger[:1] != "T":
            message = f"{event.id} has {event.trigger} as its trigger; brat refuses this."
            yield line, Problem("trigger", message)
        elif found is not None and found != event.type:
            message = f"{event.id} is not of the type of its trigger {event.trigger}; brat refuses this."
            yield line, Problem("trigger type", message)

    def _judge(self, rules: Rules, line: int, annotation: Annotation | Equivalence) -> None:
        for code, message in rules.broken(annotation, self._types.get):
            self._count(code, message, line, annotation)
        if self._is_bare_trigger(annotation):
            self._count("no event", f"{annotation.type} stands there without an event.", line, annotation)

    def _is_bare_trigger(self, annotation: Annotation | Equivalence) -> bool:
        return (
            self._configuration is not None
            and isinstance(annotation, Entity)
            and annotation.type in self._configuration.events
            and annotation.type not in self._configuration.entities
            and annotation.id not in self._triggers
        )

    def _whole(self) -> Iterator[tuple[int, Problem]]:
        """What breaks the configuration, each rule once with the first line that does; and circles of events."""
        for (code, message), (line, times, offset) in self._broken.items():
            again = f" {times} annotations of this document are so." if times > 1 else ""
            yield line, Problem(code, message + again, offset)
        if self._overlaps:
            yield from self._overlaps.problems()
        for identity, line in _circles(self._nested):
            yield line, Problem("circle", f"{identity} is an argument of itself, through other events or directly.")

    def _count(self, code: str, message: str, line: int, annotation: Annotation | Equivalence) -> None:
        offset = annotation.start if isinstance(annotation, Entity) else None
        first, times, place = self._broken.get((code, message), (line, 0, offset))
        self._broken[code, message] = (first, times + 1, place)


def _circles(nested: dict[str, tuple[int, tuple[str, ...]]]) -> list[tuple[str, int]]:
    """The events of `nested` (id -> its line and arguments) on a circle, or between two, with their lines."""
    outward = {one: [target for target in events if target in nested] for one, (_, events) in nested.items()}
    inward: dict[str, list[str]] = {one: [] for one in nested}
    for one, events in outward.items():
        for target in events:
            inward[target].append(one)
    left = set(nested)
    # What leads nowhere is on no circle, nor is what nothing leads to: take both away as long as there are any.
    for ahead, behind in ((outward, inward), (inward, outward)):
        open_ = {one: sum(1 for target in ahead[one] if target in left) for one in left}
        loose = [one for one, number in open_.items() if not number]
        while loose:
            gone = loose.pop()
            left.discard(gone)
            for one in behind[gone]:
                if one in left:
                    open_[one] -= 1
                    if not open_[one]:
                        loose.append(one)
    return [(one, line) for one, (line, _) in nested.items() if one in left]
