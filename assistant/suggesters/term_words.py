"""When words of a note are those of a term.

- Case does not count, but for a word of up to four letters with a capital behind its first ("MS", "mRNA"): that is an
  abbreviation, and is the same only as it is written. A terminology may say otherwise of a term.
- Singular and regular English plural are the same ("ulcer", "ulcers"; "biopsy", "biopsies").
- A hyphen between two words is the same as white space ("beta-blocker", "beta blocker").
- All apostrophes are the same, and so are all hyphens, whatever keyboard or typesetter they come from (`alike`).
- Compatible characters are the same (NFKC): "µ" and "μ", a letter with its accent and the two one by one.
- Between two words of a mention lies white space with at most one line end, or nothing.

Words are those of `bioassist.words` in the text made `alike`, so half a word is never a mention.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from bioassist.documents import Span
from bioassist.words import keeps_its_case

Case = Literal["exact", "any", ""]

# The key of what no term goes over; that of a word is never empty.
BREAK = ""
_APOSTROPHES = "\u2018\u2019\u02bc\u02ca\u00b4\u0060"
# Hyphen, hyphen that does not break, figure dash, en dash, minus, and the small and the wide one of East Asian fonts.
_HYPHENS = "\u2010\u2011\u2012\u2013\u2212\ufe63\uff0d"
_ALIKE = dict.fromkeys(map(ord, _APOSTROPHES), "'") | dict.fromkeys(map(ord, _HYPHENS), "-")
_BLANK_LINE = re.compile(r"(?:\r\n|\r|\n)[^\S\r\n]*(?:\r\n|\r|\n)|\u2029")


@dataclass(frozen=True, slots=True)
class TermWord:
    """A word as it is compared: `key` is the same for all that may be the same word, `folded` without its case."""

    key: str
    folded: str
    written: str
    span: Span


def alike(text: str) -> str:
    """`text` with one apostrophe and one hyphen for all that there are; every character is where it was."""
    return text.translate(_ALIKE)


def term_words(text: str, words: Iterable[Span]) -> Iterator[TermWord]:
    """The words of `text` at `words`, in order, without the hyphens between them, and a break at each blank line.

    The text is one that was made `alike` before it was cut: the tokenization knows the plain characters.
    """
    listed = list(words)
    for place, span in enumerate(listed):
        before = listed[place - 1].end if place else span.start
        after = listed[place + 1].start if place + 1 < len(listed) else -1
        written = span.of(text)
        if written == "-" and place and before == span.start and after == span.end:
            continue
        if span.start - before > 1 and _BLANK_LINE.search(text, before, span.start):
            yield TermWord(BREAK, "", "", Span(before, span.start))
        written = unicodedata.normalize("NFKC", written)
        folded = written.casefold()
        yield TermWord(_key(folded), folded, written, span)


def same(term: str, word: TermWord, case: Case) -> bool:
    """Whether `word`, of a note, is the word of a term that is written `term`."""
    if case == "exact" or (case != "any" and keeps_its_case(term)):
        return word.written in (term, f"{term}s")
    folded = term.casefold()
    return folded == word.folded or _is_plural(folded, word.folded) or _is_plural(word.folded, folded)


def _key(folded: str) -> str:
    stem = folded.rstrip("se")
    if stem.endswith("y"):
        stem = f"{stem[:-1]}i"
    return stem or folded


def _is_plural(one: str, many: str) -> bool:
    if len(one) < 3 or not one.isalpha() or one == many:
        return False
    if one.endswith("y") and one[-2] not in "aeiou":
        return many == f"{one[:-1]}ies"
    if one.endswith(("s", "x", "z", "ch", "sh", "o")) and many == f"{one}es":
        return True
    return not one.endswith("s") and many == f"{one}s"
