"""Text to words and sentences, with offsets: the one tokenization of engine, converters and trainer.

spaCy's English tokenizer, with rules that clinical shorthand needs, and a plain splitter for what it takes quadratic
time over. Words hold no white space and never overlap; every character that is not white space is in exactly one word.
Sentences tile the text: each begins where the one before it ends, the last ends with the text.

spaCy is imported on the first call, which takes about a second.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from threading import Lock
from typing import TYPE_CHECKING

from bioassist.documents import Span

if TYPE_CHECKING:
    from spacy.language import Language

# spaCy's time grows with the square of a run of symbols: 20,000 emoji take 48 s, 256 code points a few ms.
LONGEST_RUN = 256
# Longer runs are cut into letters with their marks (never more than LONGEST_RUN at once), digits, single symbols.
_RUN_PIECES = re.compile(rf"[^\W\d_]{{1,{LONGEST_RUN}}}|\d{{1,{LONGEST_RUN}}}|.", re.DOTALL)
_RUN = re.compile(r"\S+")
# spaCy refuses these, which are no characters; a character in their place keeps all offsets.
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_ABBREVIATION = 4
_ONE_AT_A_TIME = Lock()
# Text is given to spaCy in blocks of about this many code points, so that memory does not grow with a note.
_BLOCK = 50_000

_ABBREVIATIONS = (
    "q.d.", "q.i.d.", "q.o.d.", "q.h.s.", "b.i.d.", "t.i.d.", "b.d.", "t.d.s.", "o.d.", "o.m.", "o.n.", "p.o.",
    "p.r.", "p.r.n.", "i.v.", "i.m.", "s.c.", "s.l.", "h.s.", "a.c.", "p.c.", "n.p.o.", "d/c", "c/o", "s/p", "h/o",
    "r/o", "w/o", "f/u", "b/l", "y/o", "n/v", "o/e", "pt.", "cont.", "temp.", "resp.", "approx.", "hosp.", "dept.",
    "wt.", "ht.", "hx.", "dx.", "rx.", "tx.", "sx.", "fx.", "abd.", "susp.", "tab.", "tabs.", "cap.", "caps.", "inj.",
)  # fmt: skip
_UNITS = (
    "kg", "g", "mg", "mcg", "µg", "μg", "ug", "ng", "pg", "l", "dl", "ml", "µl", "μl", "mmol", "mol", "mEq", "meq",
    "units", "unit", "iu", "IU", "u", "mm", "cm", "m", "mmHg", "mmhg", "kPa", "kpa", "bpm", "hr", "hrs", "h", "min",
    "mins", "sec", "s", "d", "day", "days", "wk", "wks", "mo", "yr", "yrs", "yo", "F", "C", "x", "cc", "fr", "gy",
    "french",
)  # fmt: skip


def words(text: str) -> list[Span]:
    """Offsets of the words of `text`, in order."""
    found: list[Span] = []
    for start, end in _blocks(text):
        found.extend(_block_words(text, start, end))
    return found


def first_words(text: str, count: int) -> list[Span]:
    """The first `count` of `words(text)`, without cutting the rest of the text."""
    found: list[Span] = []
    for start, end in _blocks(text):
        found.extend(_block_words(text, start, end))
        if len(found) >= count:
            break
    return found[:count]


def sentences(text: str, of: list[Span] | None = None) -> list[Span]:
    """Spans that tile `text`, each one sentence, heading or list item, with the white space that follows it.

    `of` are the words of the text, if they are known already.
    """
    spans = words(text) if of is None else of
    if not spans:
        return [Span(0, len(text))] if text else []
    starts = [0]
    for before, after in pairwise(spans):
        if _ends_sentence(text, before, after):
            starts.append(after.start)
    return [Span(start, end) for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def keeps_its_case(word: str) -> bool:
    """Whether a word is the same only as it is written: an abbreviation ("MS", "mRNA"), which is one of up to four
    letters with a capital behind its first."""
    letters = [char for char in word if char.isalpha()]
    return len(letters) <= _LONGEST_ABBREVIATION and any(char.isupper() for char in letters[1:])


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = min(start + _BLOCK, len(text))
        # A block ends behind white space, so that no word is cut by it.
        while end < len(text) and not text[end - 1].isspace():
            end += 1
        yield start, end
        start = end


def _block_words(text: str, start: int, end: int) -> list[Span]:
    found: list[Span] = []
    calm = start
    for run in _RUN.finditer(text, start, end):
        if run.end() - run.start() > LONGEST_RUN:
            found += _spacy_words(text, calm, run.start())
            found += [Span(*piece.span()) for piece in _RUN_PIECES.finditer(text, *run.span())]
            calm = run.end()
    return found + _spacy_words(text, calm, end)


def _spacy_words(text: str, start: int, end: int) -> list[Span]:
    if start == end:
        return []
    found: list[Span] = []
    # Without a memory zone spaCy keeps every distinct string it ever saw. A zone is of the whole vocabulary: where one
    # thread ended it, the words of another would go with it.
    with _ONE_AT_A_TIME, (nlp := _pipeline()).memory_zone():
        for token in nlp.make_doc(_LONE_SURROGATE.sub("\ufffd", text[start:end])):
            if token.is_space:
                continue
            at = start + token.idx
            # A token can hold white space that spaCy does not split at; a word cannot.
            found += [Span(*run.span()) for run in _RUN.finditer(text, at, at + len(token))]
    return found


@lru_cache(maxsize=1)
def _pipeline() -> Language:
    import spacy
    from spacy.symbols import ORTH
    from spacy.util import compile_infix_regex, compile_suffix_regex

    nlp = spacy.blank("en")
    tokenizer = nlp.tokenizer
    units = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
    infixes = [
        *nlp.Defaults.infixes,
        r"(?<=[0-9])(?=(?:" + units + r")(?:[/\s]|$))",  # 5mg -> 5 mg
        r"(?<=\w)[/](?=\w)",  # mg/kg, SOB/CP
        r"(?<=\w)[-–—](?=\w)",  # T10-T11, post-op
        r"(?<=\w)[+=<>≥≤~](?=\w)",
        r"(?<=[a-zA-Z])(?=[0-9]+[/-][0-9])",
    ]
    suffixes = [*nlp.Defaults.suffixes, r"(?<=[0-9])(?:" + units + r")", r"[/\-–—+=~]"]
    tokenizer.infix_finditer = compile_infix_regex(infixes).finditer
    tokenizer.suffix_search = compile_suffix_regex(suffixes).search
    for short in _ABBREVIATIONS:
        for form in {short, short.upper(), short.capitalize()}:
            tokenizer.add_special_case(form, [{ORTH: form}])
    return nlp


_CLOSING = "\"'”’)]}»"
_LIST_ITEM = re.compile(r"(?:[-*•·–—]|\(?\d{1,3}[.)]|\(?[A-Za-z][.)])\s")
HEADING = re.compile(r"[A-Z][A-Za-z0-9 /&,()'-]{0,60}:")
_BEFORE_STOP = re.compile(r"(\S+?)\.?[\"'”’)\]}»]*\Z")
_ABBREVIATED = frozenset(
    word.rstrip(".")
    for word in ("dr", "mr", "mrs", "ms", "prof", "st", "vs", "fig", "e.g", "i.e", "etc", "ca", "al", *_ABBREVIATIONS)
)


def _ends_sentence(text: str, before: Span, after: Span) -> bool:
    gap = text[before.end : after.start]
    if not gap:
        return False
    lines = gap.replace("\r\n", "\n").count("\n") + gap.replace("\r\n", "\n").count("\r") + gap.count("\u2029")
    if lines >= 2:
        return True
    if lines == 1:
        # One newline is mostly a wrapped line; a list item, a heading or a full stop makes it an end.
        following = text[after.start : after.start + 80]
        return bool(
            _LIST_ITEM.match(following) or HEADING.match(following) or text[before.end - 1] in ".!?:;" + _CLOSING
        )
    last = text[before.end - 1]
    stop = last
    if last in _CLOSING and before.start > 0:
        stop = text[max(0, before.end - 2)]
    if stop not in ".!?…。":
        return False
    if stop == "." and _is_abbreviation(text, before):
        return False
    following = text[after.start]
    return not following.islower() and following not in ",;:"


def _is_abbreviation(text: str, before: Span) -> bool:
    # spaCy splits the full stop off, so the word in front of it has to be looked at in the text.
    head = _BEFORE_STOP.search(text, max(0, before.end - 24), before.end)
    if head is None:
        return False
    word = head.group(1).lower()
    if word in _ABBREVIATED or (len(word) == 1 and word.isalpha()):
        return True
    # "2." at the start of a line numbers what follows.
    line = text[max(0, head.start() - 8) : head.start()]
    return len(word) <= 3 and word.isdigit() and not line.rsplit("\n", 1)[-1].rsplit("\r", 1)[-1].strip()
