"""Bytes to text: strict, without touching a newline, and with a guess at what a refused file is.

`decode` never replaces a byte. A note is UTF-8 (a byte order mark is taken off and recorded) unless the person names
another encoding; anything else raises InputError that says what the bytes look like.
"""

from __future__ import annotations

import codecs
import re
import unicodedata
from dataclasses import dataclass

from bioassist.documents import TextSource
from bioassist.errors import InputError, UsageError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A file's text, unaltered but for its byte order mark, and how it lay there."""

    text: str
    source: TextSource


def decode(data: bytes, path: str, encoding: str | None = None) -> DecodedText:
    """Decode `data` as UTF-8, or as `encoding` if one is named.

    Raises InputError for an empty file, for binary data, and for bytes that are not in the encoding; UsageError if
    there is no such encoding.
    """
    if not data:
        raise InputError("the file is empty.", where=path, next_step="Nothing to annotate; it was left out.")
    bom = next((name for mark, name in _BOMS if data.startswith(mark)), None)
    chosen = encoding or "utf-8"
    check_encoding(chosen)
    if encoding is None and bom not in (None, "utf-8"):
        raise _looks_like(path, str(bom))
    if encoding is None and b"\0" in data:
        raise _looks_like_nul(path, data)
    try:
        text = data.decode("utf-8-sig" if chosen.replace("_", "-").lower() in ("utf-8", "utf8") else chosen)
        # Some decoders (UTF-7) make lone surrogates, which are no text.
        text.encode("utf-8")
    except UnicodeDecodeError as error:
        raise _undecodable(path, data, chosen, error, named=encoding is not None) from None
    except UnicodeError:
        raise InputError(f"not {chosen}.", where=path, next_step="Try another --encoding.") from None
    if text.startswith("\ufeff"):
        text = text[1:]
    if text.count("\0") * 20 > len(text):
        raise _looks_like_nul(path, data)
    if _is_binary(text):
        raise InputError("this looks like a binary file, not a note.", where=path, next_step="It was left out.")
    if not text.strip():
        raise InputError("the file holds only white space.", where=path, next_step="Nothing to annotate; left out.")
    return DecodedText(text, TextSource(path, chosen, bom is not None, newline_kind(text)))


def check_encoding(name: str) -> None:
    """Raises UsageError if there is no encoding called `name` that turns bytes into text."""
    try:
        b"a".decode(name)
    except LookupError:
        raise UsageError(
            f"there is no encoding called {name!r}.",
            next_step="Common ones: utf-8, latin-1, cp1252, utf-16, mac-roman.",
        ) from None
    except UnicodeError:
        # It exists; one byte is no text in it.
        return


def newline_kind(text: str) -> str:
    r"""How lines end in `text`: "crlf", "cr", "lf", "mixed" or "none"."""
    kinds = {match.group() for match in re.finditer(r"\r\n|\r|\n", text)}
    if not kinds:
        return "none"
    return {"\r\n": "crlf", "\r": "cr", "\n": "lf"}[kinds.pop()] if len(kinds) == 1 else "mixed"


def _is_binary(text: str) -> bool:
    # Control characters happen in notes (escape sequences from old terminals); a tenth of them does not.
    sample = text[:4096]
    control = sum(
        1 for char in sample if unicodedata.category(char) == "Cc" and char not in "\t\n\r\f\v\x1b\x1c\x1d\x1e\x1f\x85"
    )
    return control * 10 > len(sample) and control > 8


def _looks_like(path: str, encoding: str) -> InputError:
    return InputError(
        f"not UTF-8: it looks like {encoding.upper()}.", where=path, next_step=f"Read it with --encoding {encoding}."
    )


def _looks_like_nul(path: str, data: bytes) -> InputError:
    sample = data[:4096]
    half = len(sample) / 2
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    # In UTF-16 most letters of western text have a zero in one half, and hardly any in the other.
    if max(even, odd) > 0.3 and min(even, odd) < 0.05:
        return _looks_like(path, "utf-16-le" if odd > even else "utf-16-be")
    if data.count(0) * 20 < len(data):
        return InputError(
            "it holds NUL bytes, as binary files do.",
            where=path,
            next_step="If it is a note, read it with --encoding utf-8.",
        )
    return InputError("this looks like a binary file, not a note.", where=path, next_step="It was left out.")


def _undecodable(path: str, data: bytes, chosen: str, error: UnicodeDecodeError, *, named: bool) -> InputError:
    byte = f"byte {error.start} is {data[error.start]:#04x}" if error.start < len(data) else "it ends too early"
    if named:
        return InputError(f"not {chosen}: {byte}.", where=path, next_step="Try another --encoding.")
    high = sum(1 for value in data if value >= 0x80)
    repaired = data.decode("utf-8", "ignore")
    multibyte = sum(len(char.encode()) for char in repaired if ord(char) >= 0x80)
    if multibyte > high / 2:
        what, guess = f"broken UTF-8: {byte}, the rest is UTF-8.", "utf-8"
        return InputError(what, where=path, next_step="Repair the file, or read it with --encoding latin-1.")
    if high * 3 > len(data):
        return InputError("this looks like a binary file, not a note.", where=path, next_step="It was left out.")
    guess = "cp1252" if any(0x80 <= value <= 0x9F for value in data) else "latin-1"
    return InputError(
        f"not UTF-8 ({byte}): it looks like {guess}.", where=path, next_step=f"Read it with --encoding {guess}."
    )
