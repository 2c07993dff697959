r"""The lines of brat's configuration files; nothing of a file is lost on the way.

`read_conf` gives one record for each line, kept to the byte, with what it says (if anything) and what is wrong with it;
`write_conf` joins them again. `render` makes a line for what is new. Syntax: brat's `projectconfig.py`.

    [entities]                                          Header
    !Anatomy|GO:0110165  <NORM>:FMA                     Definition, unused, with a second term and a special argument
    <TAB>Organ                                          Definition, one deeper
    -----                                               Separator
    [events]
    <PLACE>=Organ|Tissue                                Macro, for the lines of its section that follow
    Growth  Theme:<PLACE>, Site?:Cell, Cause*:<ENTITY>  Definition with roles: one, at most one, any number
    P  Protein                                          Shortcut, in kb_shortcuts.conf
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from converters.brat.lines import BadLineError, Problem

SECTIONS = {
    "annotation.conf": ("entities", "relations", "events", "attributes"),
    "visual.conf": ("options", "labels", "drawing"),
    "tools.conf": ("options", "search", "annotators", "disambiguators", "normalization"),
    "kb_shortcuts.conf": (),
}
# Sections that brat warns about if they are missing.
EXPECTED = {"annotation.conf": SECTIONS["annotation.conf"], "visual.conf": ("labels", "drawing")}
OVERLAP = "<OVERLAP>"
NESTING = "ENTITY-NESTING"
_ALIASES = {"spans": "entities"}
_RESERVED = frozenset({"ANY", "ENTITY", "RELATION", "EVENT", "NONE", "EMPTY", "REL-TYPE", "URL", "URLBASE", "UNICODE"})
_RESERVED |= {"GLYPH-POS", "DEFAULT", "NORM", "OVERLAP", "OVL-TYPE", "INHERIT"}
# Special arguments with several values, and what stands between those.
_BETWEEN = {"<REL-TYPE>": "-", "<NORM>": "|", "<OVL-TYPE>": "|"}

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_HEADER = re.compile(r"\s*\[(.*)\]\s*\Z")
_MACRO = re.compile(r"<([a-zA-Z_-]+)>=\s*(.*?)\s*\Z")
_PLACEHOLDER = re.compile(r"<(.*?)>")
_FIELDS = re.compile(r"(\s*)(\S+)(?:\s+(.*))?\Z", re.DOTALL)
_FIELDS_BY_TAB = re.compile(r"(\s*)([^\t]+)(?:\t(.*))?\Z", re.DOTALL)
_ARGUMENT = re.compile(r"(\S*?):(\S*)\Z")
_ROLE = re.compile(r"(\S+?)(\{\S+\}|\?|\*|\+|)\Z")
_TIMES = re.compile(r"\{([0-9]{1,9})(?:-([0-9]{1,9}))?\}\Z")
_COUNTS: dict[str, tuple[int, int | None]] = {"": (1, 1), "?": (0, 1), "*": (0, None), "+": (1, None)}


@dataclass(frozen=True, slots=True)
class Header:
    """The start of a section, by the name that brat knows it by."""

    section: str


@dataclass(frozen=True, slots=True)
class Separator:
    """A line of hyphens, drawn between types."""


@dataclass(frozen=True, slots=True)
class Macro:
    """`<name>` stands for `value` in the lines that follow."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Role:
    """An argument that may be filled by `types`, `least` to `most` times (None: any number).

    In visual.conf and tools.conf it is a setting, and `types` are its values.
    """

    name: str
    types: tuple[str, ...]
    least: int = 1
    most: int | None = 1


# Special arguments with their values.
Special = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Definition:
    """A type (or, in visual.conf and tools.conf, a thing to set up) with macros and <INHERIT> already expanded.

    The first of `terms` is the name in `.ann` files. `special` holds arguments such as <REL-TYPE> with their values.
    """

    terms: tuple[str, ...]
    depth: int = 0
    unused: bool = False
    roles: tuple[Role, ...] = ()
    special: Special = ()

    @property
    def name(self) -> str:
        return self.terms[0] if self.terms[0] == OVERLAP else storage_form(self.terms[0])

    def said(self, key: str) -> tuple[str, ...]:
        """The values of a special argument; none if it is not there."""
        return dict(self.special).get(key, ())

    def role(self, name: str) -> Role | None:
        return next((role for role in self.roles if role.name == name), None)


@dataclass(frozen=True, slots=True)
class Shortcut:
    """`key` (with "S-" for shift) chooses `type`."""

    key: str
    type: str


Content = Header | Separator | Macro | Definition | Shortcut


@dataclass(frozen=True, slots=True)
class ConfLine:
    """One line. `section` is where it stands, "" before the first header; `content` None: a comment, blank, or bad."""

    raw: str
    number: int
    section: str = ""
    content: Content | None = None
    problems: tuple[Problem, ...] = ()


def storage_form(term: str) -> str:
    """`term` as brat writes it into `.ann` files."""
    return re.sub(r"[^a-zA-Z0-9_-]", "_", term)


def read_conf(data: bytes, file: str) -> list[ConfLine]:
    """The lines of a configuration file; `file` is one of `SECTIONS`, which says what may be in it."""
    reader = _Reader(file)
    return [
        reader.line(raw, number) for number, raw in enumerate(_LINE.findall(data.decode("utf-8", "surrogateescape")), 1)
    ]


def write_conf(lines: Iterable[ConfLine]) -> bytes:
    """The bytes that `read_conf` was given, if no line was changed."""
    return "".join(line.raw for line in lines).encode("utf-8", "surrogateescape")


def render(content: Content) -> str:
    """The line, without its end, that says `content`."""
    match content:
        case Header(section=section):
            return f"[{section}]"
        case Separator():
            return "-" * 20
        case Macro(name=name, value=value):
            return f"<{name}>={value}"
        case Shortcut(key=key, type=type_):
            return f"{key}\t{type_}"
        case Definition():
            arguments = [_rendered_role(role) for role in content.roles]
            arguments += [f"{key}:{_BETWEEN.get(key, '|').join(values)}" for key, values in content.special]
            head = "\t" * content.depth + "!" * content.unused + "|".join(content.terms)
            return head + ("\t" + ", ".join(arguments) if arguments else "")


def _rendered_role(role: Role) -> str:
    counts = (role.least, role.most)
    times = next((sign for sign, meant in _COUNTS.items() if meant == counts), None)
    if times is None:
        times = f"{{{role.least}}}" if role.least == role.most else f"{{{role.least}-{role.most}}}"
    return f"{role.name}{times}:{'|'.join(role.types)}"


class _Reader:
    """What of the lines above counts for the next one."""

    def __init__(self, file: str) -> None:
        self._file = file
        self._section = ""
        self._macros: dict[str, dict[str, str]] = {}
        self._parents: dict[tuple[str, int], Definition] = {}

    def line(self, raw: str, number: int) -> ConfLine:
        line = raw.removesuffix("\n").removesuffix("\r")
        problems: list[Problem] = []
        if line.startswith("\ufeff") and number == 1:
            problems.append(Problem("byte order mark", "the file begins with a byte order mark; brat loses this line."))
            line = line[1:]
        content: Content | None = None
        try:
            content = self._content(line, problems)
        except BadLineError as error:
            problems.append(error.problem)
        return ConfLine(raw, number, self._section, content, tuple(problems))

    def _content(self, line: str, problems: list[Problem]) -> Content | None:
        if not line.strip() or line.lstrip().startswith("#"):
            return None
        if re.search("[\udc80-\udcff]", line):
            raise BadLineError("not UTF-8", "the line is not UTF-8 text.")
        if self._file == "kb_shortcuts.conf":
            return _shortcut(line)
        header = _HEADER.match(line)
        if header:
            self._section = _ALIASES.get(header[1], header[1])
            if self._section not in SECTIONS[self._file]:
                raise BadLineError("unknown section", f"{self._file} has no such section; what is in it is ignored.")
            return Header(self._section)
        if not self._section:
            raise BadLineError("outside of sections", "the line stands before the first section; it is ignored.")
        if self._section not in SECTIONS[self._file]:
            return None
        if not line.strip().strip("-"):
            return Separator()
        macros = self._macros.setdefault(self._section, {})
        macro = _MACRO.match(line)
        if macro:
            if macro[1] in _RESERVED:
                raise BadLineError("macro", f"<{macro[1]}> has a meaning already and cannot be a macro.")
            macros[macro[1]] = macro[2]
            return Macro(macro[1], macro[2])
        for name, value in macros.items():
            line = line.replace(f"<{name}>", value)
        for placeholder in _PLACEHOLDER.finditer(line):
            if placeholder[1] not in _RESERVED:
                raise BadLineError(
                    "macro", "there is no such macro above it in its section; brat gives up the whole file."
                )
        return self._definition(line, problems)

    def _definition(self, line: str, problems: list[Problem]) -> Definition:
        indent, terms, arguments = _fields(line, _FIELDS_BY_TAB if self._section == "labels" else _FIELDS)
        if "\t" in line and any(re.search(r"\s", argument) for argument in arguments):
            # Names with spaces, as they were allowed before brat 1.3.
            indent, terms, arguments = _fields(line, _FIELDS_BY_TAB)
            problems.append(Problem("space in name", "a name with spaces, or a space within an argument."))
        unused = any(term.startswith("!") for term in terms)
        names = tuple(term.removeprefix("!").strip() for term in terms)
        if not names or not all(names):
            raise BadLineError("no name", "the line names nothing.")
        depth = len(indent)
        parent = self._parents.get((self._section, depth - 1))
        roles: dict[str, Role] = {}
        special: dict[str, tuple[str, ...]] = {}
        for argument in arguments:
            if argument == "<INHERIT>":
                if parent is None:
                    raise BadLineError("no parent", "<INHERIT> stands where there is nothing to inherit from.")
                roles |= {role.name: role for role in parent.roles}
                special |= dict(parent.special)
                continue
            match = _ARGUMENT.match(argument)
            if not match:
                raise BadLineError("argument", "an argument is not NAME:VALUE.")
            key, value = match.groups()
            if key.startswith("<"):
                between = _BETWEEN.get(key)
                special[key] = tuple(value.split(between)) if between else (value,)
                continue
            role = _role(key, value)
            if role.name in roles:
                raise BadLineError("argument", f"the argument {role.name} is there twice.")
            roles[role.name] = role
        if depth and parent is None:
            problems.append(Problem("no parent", "it is indented, and nothing above it by one less; brat gives up."))
        made = Definition(names, depth, unused, tuple(roles.values()), tuple(special.items()))
        if made.name != names[0] and self._file == "annotation.conf":
            problems.append(Problem("name", f"brat writes this name as {made.name}.", kind="change"))
        self._parents[self._section, depth] = made
        return made


def _fields(line: str, form: re.Pattern[str]) -> tuple[str, list[str], list[str]]:
    match = form.match(line)
    if not match:
        raise BadLineError("no name", "the line names nothing.")
    indent, terms, arguments = match.groups()

    def parts(joined: str | None, between: str) -> list[str]:
        return [part.strip() for part in (joined or "").split(between) if part.strip()]

    return indent, parts(terms, "|"), parts(arguments, ",")


def _role(key: str, value: str) -> Role:
    match = _ROLE.match(key)
    if not match:
        raise BadLineError("argument", "an argument has no name.")
    name, times = match.groups()
    least, most = _COUNTS[times] if times in _COUNTS else _range(times)
    if name[-1].isdigit() and (most is None or most > 1):
        # brat numbers repeated roles: the second Arg1 would be Arg12.
        raise BadLineError("argument", f"the argument {name} ends in a digit and so cannot be repeated.")
    types = tuple(value.split("|"))
    if not all(types):
        raise BadLineError("argument", f"the argument {name} has an empty type.")
    return Role(name, types, least, most)


def _range(times: str) -> tuple[int, int | None]:
    match = _TIMES.match(times)
    least, most = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
    if least > most or most == 0:
        raise BadLineError("argument", "the number of an argument is not {N} or {N-M}.")
    return least, most


def _shortcut(line: str) -> Shortcut:
    fields = line.split()
    if len(fields) != 2:
        raise BadLineError("shortcut", "needs a key and a type.")
    return Shortcut(fields[0], fields[1])
