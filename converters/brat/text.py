r"""Text as brat keeps it: UTF-8 without byte order mark, LF alone, and annotations that fit on one line.

A document's text is never altered in the project, so where brat needs other line ends the offsets are mapped, and the
map is written beside as `NAME.offsets.json`:

    {"bioassist_offsets": 1, "about": "...", "text_sha256": "...", "marks": 0, "crlf": [18, 40], "cr": []}

`text_sha256` is of the UTF-8 bytes of the text that the map belongs to, `NAME.txt`. `marks` byte order marks were
taken off its start. `crlf` and `cr` are the offsets in it of each "\n" that was "\r\n", and that was "\r". An offset
in `NAME.txt` plus `marks` plus the number of `crlf` entries below it is the offset in the original text.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from bioassist.documents import Span, text_hash

# Where brat's server, which reads lines with `codecs`, ends a line: as `str.splitlines` does. The parser that bratiaa
# carries ends lines at the first two alone; what suits the server suits both.
LINE_BREAKS = "\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
_UNBROKEN = re.compile(rf"[^{LINE_BREAKS}\t]+")


@dataclass(frozen=True, slots=True)
class OffsetMap:
    """Offsets in a document's text, and in the text that brat gets for it; see the module for the fields."""

    marks: int = 0
    crlf: tuple[int, ...] = ()
    cr: tuple[int, ...] = ()
    _document_crlf: tuple[int, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        places = tuple(offset + self.marks + number for number, offset in enumerate(self.crlf))
        object.__setattr__(self, "_document_crlf", places)

    @property
    def changes(self) -> bool:
        """False if the text is the same on both sides."""
        return bool(self.marks or self.crlf or self.cr)

    def to_brat(self, offset: int) -> int:
        """An offset between "\\r" and "\\n" maps to that of the "\\n"."""
        return max(0, offset - self.marks - bisect_left(self._document_crlf, offset))

    def to_document(self, offset: int) -> int:
        return max(0, offset + self.marks + bisect_left(self.crlf, offset))

    def span_to_brat(self, span: Span) -> Span:
        return Span(self.to_brat(span.start), self.to_brat(span.end))

    def span_to_document(self, span: Span) -> Span:
        return Span(self.to_document(span.start), self.to_document(span.end))

    def restore(self, text: str) -> str:
        """The document's text, given brat's."""
        ends = dict.fromkeys(self.cr, "\r") | dict.fromkeys(self.crlf, "\r\n")
        pieces, done = ["\ufeff" * self.marks], 0
        for offset in sorted(ends):
            pieces += [text[done:offset], ends[offset]]
            done = offset + 1
        return "".join([*pieces, text[done:]])

    def dumps(self, text: str) -> str:
        """The content of the offset map file for brat's `text`."""
        about = "NAME.txt has LF line ends; offset + marks + (entries of crlf below it) = offset in the original text"
        plain = {"bioassist_offsets": 1, "about": about, "text_sha256": text_hash(text), "marks": self.marks}
        return json.dumps(plain | {"crlf": self.crlf, "cr": self.cr}) + "\n"

    @classmethod
    def loads(cls, content: str, text: str) -> OffsetMap:
        """Read an offset map file. Raises ValueError if it is not one, or not that of `text`."""
        plain: Any = json.loads(content)
        if not isinstance(plain, dict) or plain.get("bioassist_offsets") != 1:
            raise ValueError("not an offset map of version 1")
        if plain.get("text_sha256") != text_hash(text):
            raise ValueError("the text has been changed since the map was written")
        marks, crlf, cr = plain.get("marks"), plain.get("crlf"), plain.get("cr")
        if not isinstance(marks, int) or not isinstance(crlf, list) or not isinstance(cr, list):
            raise ValueError("marks, crlf and cr are needed")
        ends = [*crlf, *cr]
        if not all(isinstance(offset, int) and text[offset : offset + 1] == "\n" for offset in ends):
            raise ValueError("an offset is not that of a line end")
        if marks < 0 or crlf != sorted(set(crlf)) or len(set(ends)) < len(ends):
            raise ValueError("offsets must be in order, each once")
        return cls(marks, tuple(crlf), tuple(cr))


def brat_text(text: str) -> tuple[str, OffsetMap]:
    """`text` with LF line ends and without byte order mark, and the way back."""
    bare = text.lstrip("\ufeff")
    crlf: list[int] = []
    cr: list[int] = []
    for match in re.finditer(r"\r\n?", bare):
        (crlf if match.end() - match.start() == 2 else cr).append(match.start() - len(crlf))
    offsets = OffsetMap(len(text) - len(bare), tuple(crlf), tuple(cr))
    return bare.replace("\r\n", "\n").replace("\r", "\n"), offsets


def trimmed(text: str, span: Span) -> Span:
    """`span` without the white space at its edges; empty if there is nothing else."""
    inner = span.of(text)
    start = span.start + len(inner) - len(inner.lstrip())
    return Span(start, max(start, span.start + len(inner.rstrip())))


def is_sound(text: str, spans: tuple[Span, ...]) -> bool:
    """True if `spans` are one that `fragments` would give back as it is."""
    if len(spans) != 1 or not spans[0]:
        return False
    start, end = spans[0].start, spans[0].end
    return (
        end <= len(text)
        and not text[start].isspace()
        and not text[end - 1].isspace()
        and _UNBROKEN.fullmatch(text, start, end) is not None
    )


def fragments(text: str, spans: tuple[Span, ...]) -> tuple[Span, ...]:
    """`spans` as brat takes them: none holds a line break or a tab, or begins or ends with white space.

    The order is kept, unless fragments overlap in it by brat's rule (a fragment may touch an earlier one at that one's
    end, not at its start): those are sorted and united. Empty if the spans hold nothing but white space.
    """
    found: list[Span] = []
    for span in spans:
        for piece in _UNBROKEN.finditer(text, span.start, span.end):
            inner = trimmed(text, Span(*piece.span()))
            if inner:
                found.append(inner)
    places = sorted(range(len(found)), key=found.__getitem__)
    neighbours = [(found[one], found[other], one < other) for one, other in pairwise(places)]
    if all(one.end < other.start or (one.end == other.start and in_order) for one, other, in_order in neighbours):
        return tuple(found)
    united: list[Span] = []
    for span in sorted(found):
        if united and span.start < united[-1].end:
            united[-1] = Span(united[-1].start, max(united[-1].end, span.end))
        else:
            united.append(span)
    return tuple(united)


_NAMES = {"\n": "n", "\r": "r", "\t": "t"} | {char: f"u{ord(char):04x}" for char in LINE_BREAKS[2:]}
_CHARS = {name: char for char, name in _NAMES.items()}


def _escapes(chars: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    names = "|".join(_NAMES[char] for char in chars)
    return re.compile(rf"(\\*)([{chars}])|(\\+)(?={names})"), re.compile(rf"(\\+)({names})")


_BREAKS = _escapes(LINE_BREAKS)
_BREAKS_AND_TABS = _escapes(LINE_BREAKS + "\t")


def escaped(text: str, *, tabs: bool = False) -> str:
    r"""`text` on one line: a newline becomes `\n`, and so on for all that breaks lines (and tabs, if asked for).

    A backslash is doubled only where it would be taken for one of these, so that other text stays as it is.
    `unescaped` gives back exactly what went in.
    """

    def one(match: re.Match[str]) -> str:
        before, char, literal = match.groups()
        return str(literal) * 2 if char is None else str(before) * 2 + "\\" + _NAMES[char]

    return (_BREAKS_AND_TABS if tabs else _BREAKS)[0].sub(one, text)


def unescaped(line: str, *, tabs: bool = False) -> str:
    """What `escaped` was given."""

    def one(match: re.Match[str]) -> str:
        slashes, name = match.groups()
        return "\\" * (len(slashes) // 2) + (_CHARS[name] if len(slashes) % 2 else name)

    return (_BREAKS_AND_TABS if tabs else _BREAKS)[1].sub(one, line)
