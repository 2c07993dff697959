"""White space as a column of its own, so that a text comes back exactly from its words."""

from __future__ import annotations

import re

_ESCAPES = {" ": "\\s", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\\": "\\\\"}
_UNESCAPES = {escape[1]: character for character, escape in _ESCAPES.items()}


def spaces(between: str) -> str:
    """White space behind a word, in CoNLL-U's words; what UDPipe has no escape for as a number."""
    if between in ("", " "):
        return "_" if between else "SpaceAfter=No"
    return f"SpacesAfter={escaped(between).replace(' ', _ESCAPES[' '])}"


def escaped(text: str) -> str:
    r"""`text` without white space but for spaces."""
    return re.sub(r"[^\S ]|\\", lambda match: _ESCAPES.get(match[0], f"\\u{ord(match[0]):04x}"), text)


def unescaped(text: str) -> str:
    """The text that `escaped` was given."""

    def character(match: re.Match[str]) -> str:
        return chr(int(match[1][1:], 16)) if len(match[1]) > 1 else _UNESCAPES.get(match[1], match[0])

    return re.sub(r"\\(u[0-9a-f]{4}|.)", character, text)


def gap(column: str) -> str:
    """The white space that `spaces` was given; one space where `column` says nothing of it."""
    for part in column.split("|"):
        if part == "SpaceAfter=No":
            return ""
        if part.startswith("SpacesAfter="):
            return unescaped(part.removeprefix("SpacesAfter="))
    return " "
