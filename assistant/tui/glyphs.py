"""What a code point looks like on the screen: literally, and one width in every terminal.

A note may hold escape sequences, direction overrides and characters that no terminal draws. None of them reaches the
terminal: each is written out as a name in single guillemets (`‹ESC›`, `‹RLO›`), which more fonts have than the control
pictures. What is left is drawn as it is, with the width that Rich (and so Textual) gives it, so that the map between
offsets and cells always holds.

Joiners are written out as well, and emoji modifiers named: terminals disagree about the width of joined emoji, and a
reviewer of offsets is better served by the parts. Direction: text is shown in logical order.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

from rich.cells import cell_len, get_character_cell_size

DOTTED_CIRCLE = "\u25cc"
TAB = "→   "

# fmt: off
CONTROLS = (
    "NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS", "TAB", "LF", "VT", "FF", "CR", "SO", "SI",
    "DLE", "DC1", "DC2", "DC3", "DC4", "NAK", "SYN", "ETB", "CAN", "EM", "SUB", "ESC", "FS", "GS", "RS", "US",
)
# fmt: on

# Everything that Unicode says is there but that draws nothing or moves its neighbours.
NAMES = {
    0x007F: "DEL",
    0x0085: "NEL",
    0x00AD: "SHY",
    0x034F: "CGJ",
    0x061C: "ALM",
    0x115F: "HCF",
    0x1160: "HJF",
    0x17B4: "KIV",
    0x17B5: "KIV",
    0x180E: "MVS",
    0x200B: "ZWSP",
    0x200C: "ZWNJ",
    0x200D: "ZWJ",
    0x200E: "LRM",
    0x200F: "RLM",
    0x2028: "LS",
    0x2029: "PS",
    0x202A: "LRE",
    0x202B: "RLE",
    0x202C: "PDF",
    0x202D: "LRO",
    0x202E: "RLO",
    0x2060: "WJ",
    0x2066: "LRI",
    0x2067: "RLI",
    0x2068: "FSI",
    0x2069: "PDI",
    0x2800: "BRAILLE-BLANK",
    0x3164: "HF",
    0xFEFF: "BOM",
    0xFFA0: "HHF",
} | {0x1F3FB + tone: f"TONE-{tone + 1}" for tone in range(5)}

UNDRAWABLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


@lru_cache(maxsize=65536)
def glyph(char: str) -> tuple[str, int]:
    """How one code point is drawn, and in how many cells; width 0 means that it sits on the glyph before it."""
    code = ord(char)
    if char == "\t":
        return TAB, len(TAB)
    if code < 32:
        return _named(CONTROLS[code])
    if code in NAMES:
        return _named(NAMES[code])
    if code in (0xFE0E, 0xFE0F):
        # A request for text or emoji style: it draws nothing, and sent on it would change its neighbour's width.
        return "", 0
    if 0xFE00 <= code <= 0xFE0D or 0xE0100 <= code <= 0xE01EF or 0x180B <= code <= 0x180F:
        return _named(f"VS-{code:04X}")
    category = unicodedata.category(char)
    if category in UNDRAWABLE:
        return _named(f"{code:02X}")
    width = get_character_cell_size(char)
    if category == "Zs":
        return " " * max(width, 1), max(width, 1)
    return char, width


def visible(text: str, limit: int | None = None) -> str:
    """`text` on one line for labels and dialogs, line ends as `↵`, cut after `limit` code points with `…`."""
    cut = text if limit is None or len(text) <= limit else text[: limit - 1]
    parts: list[str] = []
    for char in cut.replace("\r\n", "\n"):
        drawn, width = ("↵", 1) if char == "\n" else glyph(char)
        if width == 0 and not parts:
            drawn = DOTTED_CIRCLE + drawn
        parts.append("→" if char == "\t" else drawn)
    return "".join(parts) + ("…" if cut is not text else "")


def shortened(name: str, cells: int) -> str:
    """The end of a path that fits in `cells`: that is where notes differ. `name` is visible text."""
    if cell_len(name) <= cells:
        return name
    while name and cell_len(name) > cells - 1:
        name = name[1:]
    return f"…{name}"


def _named(name: str) -> tuple[str, int]:
    return f"‹{name}›", len(name) + 2
