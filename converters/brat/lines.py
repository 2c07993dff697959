r"""One line of an `.ann` file to an annotation, and an annotation to the line that brat would write for it.

The forms are those of brat's own parser (`annotation.py` of its server):

    T1<TAB>Drug 0 7;12 16<TAB>aspirin 75mg          M1<TAB>Negation T1
    R1<TAB>Treats Arg1:T1 Arg2:T2                   N1<TAB>Reference T1 RxNorm:1191<TAB>aspirin
    E1<TAB>Binding:T3 Theme:T1 Theme2:E2            #1<TAB>AnnotatorNotes T1<TAB>check this
    A1<TAB>Certainty T1 High                        *<TAB>Equiv T1 T2 T3

Reading is as lenient as it can be without guessing, and says so where brat would not be.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import pairwise

from bioassist.documents import (
    Annotation,
    Argument,
    Attribute,
    Entity,
    Equivalence,
    Event,
    Normalization,
    Note,
    Relation,
    Span,
)
from converters.brat.text import escaped, unescaped
from converters.report import Kind

ID = re.compile(r"(?:[A-Za-z]+|#[A-Za-z]*)[0-9]+\S*\Z")
_FRAGMENT = re.compile(r" *([0-9]{1,18}) +([0-9]{1,18}) *\Z")
_NORMALIZATION = re.compile(r"(\S+) (\S+) (\S+?):(\S+)")
# The form of the BioNLP shared task 2013, which brat reads too.
_SHARED_TASK = (
    re.compile(r"(?P<type>Reference) Annotation:(?P<target>\S+) Referent:(?P<referent>\S+)"),
    re.compile(r"(?P<type>Reference) Referent:(?P<referent>\S+) Annotation:(?P<target>\S+)"),
)
_VISIBLE = re.compile(r"\S+")
_UNDECODED = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a line. `code` groups problems of one kind, `offset` is one in the text that the file counts
    in; `kind` is "loss" if the line was not read."""

    code: str
    message: str
    offset: int | None = None
    kind: Kind = "remark"


class BadLineError(Exception):
    """The line holds no annotation. `problem` says why."""

    def __init__(self, code: str, message: str, kind: Kind = "loss") -> None:
        super().__init__(message)
        self.problem = Problem(code, message, kind=kind)


@dataclass(slots=True)
class Line:
    """The fields of a line: id, what stands up to the second tab, what stands behind it (None: no second tab)."""

    identity: str
    data: str
    tail: str | None
    problems: list[Problem] = field(default_factory=list)

    def remark(self, code: str, message: str, offset: int | None = None) -> None:
        self.problems.append(Problem(code, f"{self.identity} {message}", offset))

    def bad(self, kind: str, message: str) -> BadLineError:
        return BadLineError(f"bad {kind}", f"{self.identity} {message}")


def parse_line(line: str, text: str | None = None) -> tuple[Annotation | Equivalence, list[Problem]]:
    """The annotation in `line` (without its end), and what brat would find wrong with it.

    `text` is what its offsets count in; None: they are not checked. Raises BadLineError if there is no annotation.
    """
    if not line.strip():
        raise BadLineError("blank line", "the line is blank.", "remark")
    identity, tab, rest = line.partition("\t")
    data, second_tab, tail = rest.partition("\t")
    parse = _PARSERS.get(identity[:1])
    if not tab or parse is None or (identity != "*" and identity.startswith("*")):
        raise BadLineError("unknown line", "no kind of annotation looks like this; brat keeps the line, unread.")
    if _UNDECODED.search(line if parse is not parse_entity else identity + data):
        raise BadLineError("not UTF-8", "the line is not UTF-8 text; it was not read.")
    if identity != "*" and not ID.match(identity):
        raise BadLineError("bad id", "what stands before the first tab is not an id.")
    fields = Line(identity, data, tail if second_tab else None)
    annotation = parse(fields)
    if text is not None and isinstance(annotation, Entity):
        _check_against_text(annotation, fields, text)
    return annotation, fields.problems


def render(annotation: Annotation | Equivalence, text: str) -> str:
    """The line, without its end, that brat would write for `annotation`, whose offsets count in `text`."""
    match annotation:
        case Entity(id=id_, type=type_, spans=(span,)):
            return f"{id_}\t{type_} {span.start} {span.end}\t{text[span.start : span.end]}"
        case Entity(id=id_, type=type_, spans=spans):
            places = ";".join(f"{span.start} {span.end}" for span in spans)
            return f"{id_}\t{type_} {places}\t{annotation.of(text)}"
        case Relation(id=id_, type=type_, arguments=arguments):
            return f"{id_}\t{type_} {_arguments(arguments)}"
        case Event(id=id_, type=type_, trigger=trigger, arguments=arguments):
            return f"{id_}\t{type_}:{trigger} {_arguments(arguments)}".rstrip(" ")
        case Attribute(id=id_, type=type_, target=target, value=value):
            return f"{id_}\t{type_} {target}" + ("" if value is None else f" {escaped(value, tabs=True)}")
        case Normalization(id=id_, type=type_, target=target, database=database, identifier=identifier, label=label):
            tail = f"\t{escaped(label)}" if label else ""
            return f"{id_}\t{type_} {target} {database}:{identifier}{tail}"
        case Note(id=id_, type=type_, target=target, text=content):
            return f"{id_}\t{type_} {target}\t{escaped(content)}"
        case Equivalence(type=type_, members=members):
            return f"*\t{type_} {' '.join(members)}"


def _arguments(arguments: Iterable[Argument]) -> str:
    return " ".join(f"{argument.role}:{argument.target}" for argument in arguments)


def parse_entity(line: Line) -> Entity:
    """A T line, not checked against the text. Raises BadLineError."""
    type_, _, places = line.data.partition(" ")
    matches = [_FRAGMENT.match(place) for place in places.split(";")]
    if not type_ or not all(matches):
        raise line.bad("offsets", "needs a type and offsets: TYPE START END[;START END]....")
    numbers = [(int(match[1]), int(match[2])) for match in matches if match]
    if any(start > end for start, end in numbers):
        raise line.bad("offsets", "ends before it starts.")
    entity = Entity(line.identity, type_, tuple(Span(start, end) for start, end in numbers))
    if any(start == end for start, end in numbers):
        line.remark("empty span", "marks no text.", entity.start)
    if any(later.start < earlier.end for earlier, later in pairwise(sorted(entity.spans))):
        line.remark("overlapping fragments", "has fragments that overlap; brat refuses that.", entity.start)
    return entity


def _check_against_text(entity: Entity, line: Line, text: str) -> None:
    if entity.end > len(text):
        raise BadLineError("offset past end", f"{entity.id} ends at {entity.end}, the text at {len(text)}.")
    quoted = line.tail or ""
    if "\n" in quoted or "\r" in quoted:
        line.remark("broken line", "is broken over several lines by line ends in its text.", entity.start)
    length = sum(len(span) for span in entity.spans) + len(entity.spans) - 1
    if len(quoted) == length and quoted == entity.of(text):
        return
    if begins(entity, text, quoted, wholly=True):
        line.remark("white space differs", "quotes its text with other white space.", entity.start)
    else:
        line.remark("text differs", "quotes other text than it marks.", entity.start)


def begins(entity: Entity, text: str, quoted: str, *, wholly: bool = False) -> bool:
    """True if what `entity` marks begins with `quoted` (or is it, if `wholly`), white space aside.

    Reads no more of the text than it takes, so that a few words quoted of a whole book cost no more than themselves.
    """
    wanted = "".join(quoted.split())
    here = 0
    for span in entity.spans:
        for word in _VISIBLE.finditer(text, span.start, span.end):
            part = word.group()
            if not wanted.startswith(part, here):
                return not wholly and part.startswith(wanted[here:])
            here += len(part)
    return here == len(wanted)


def _relation(line: Line) -> Relation:
    type_, *arguments = line.data.split() or [""]
    found = _roles(line, arguments)
    if not type_ or len(found) != 2:
        raise line.bad("relation", "needs a type and two arguments: TYPE ROLE:ID ROLE:ID.")
    if found[0].role == found[1].role:
        line.remark("same role", f"has the role {found[0].role} twice; brat refuses that.")
    return Relation(line.identity, type_, (found[0], found[1]))


def _event(line: Line) -> Event:
    head, *arguments = line.data.split() or [""]
    type_, colon, trigger = head.partition(":")
    if not (type_ and colon and trigger):
        raise line.bad("event", "needs a type and a trigger: TYPE:ID [ROLE:ID]....")
    return Event(line.identity, type_, trigger, _roles(line, arguments))


def _roles(line: Line, arguments: list[str]) -> tuple[Argument, ...]:
    pairs = [argument.partition(":") for argument in arguments]
    if not all(role and target for role, _, target in pairs):
        raise line.bad("argument", "has an argument that is not ROLE:ID.")
    return tuple(Argument(role, target) for role, _, target in pairs)


def _attribute(line: Line) -> Attribute:
    type_, target, value = (*line.data.split(maxsplit=2), "", "", "")[:3]
    if not target:
        raise line.bad("attribute", "needs a type and a target: TYPE ID [VALUE].")
    value = value.rstrip()
    if line.data != f"{type_} {target} {value}".rstrip():
        line.remark("spacing", "has spaces that brat takes for a part of its target or value.")
    return Attribute(line.identity, type_, target, unescaped(value, tabs=True) or None)


def _normalization(line: Line) -> Normalization:
    data = line.data
    for form in _SHARED_TASK:
        data = form.sub(r"\g<type> \g<target> \g<referent>", data, count=1)
    match = _NORMALIZATION.match(data)
    if not match:
        raise line.bad("normalization", "needs a type, a target and DATABASE:IDENTIFIER.")
    if match.end() < len(data.rstrip()):
        line.remark("spacing", "has more behind its identifier than brat reads.")
    type_, target, database, identifier = match.groups()
    return Normalization(line.identity, target, database, identifier, unescaped(line.tail or ""), type_)


def _note(line: Line) -> Note:
    parts = line.data.split()
    if len(parts) != 2:
        raise line.bad("note", "needs a type and a target: TYPE ID<TAB>TEXT.")
    return Note(line.identity, parts[0], parts[1], unescaped(line.tail or ""))


def _equivalence(line: Line) -> Equivalence:
    type_, *members = line.data.split() or [""]
    if len(members) < 2:
        raise line.bad("equivalence", "needs a type and two or more ids.")
    return Equivalence(tuple(members), type_)


_PARSERS: dict[str, Callable[[Line], Annotation | Equivalence]] = {
    "T": parse_entity,
    "R": _relation,
    "E": _event,
    "A": _attribute,
    "M": _attribute,
    "N": _normalization,
    "#": _note,
    "*": _equivalence,
}
