"""Tags of tokens, as the shared tasks of CoNLL write mentions, and the mentions that they say.

    IOB2    B- begins every mention, I- goes on with it, O is outside
    IOB1    I- begins one as well; B- only where it follows another of its type
    BIOES   E- ends a mention of several tokens, S- is one of a single token; BILOU calls them L- and U-

A tag without a type (B, I) is of the type "".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

Scheme = Literal["IOB1", "IOB2", "BIOES"]

OUTSIDE = "O"
_NOTHING = (OUTSIDE, "")
_TAG = re.compile(r"([BIESLU])(?:-(.*))?\Z", re.DOTALL)
_BIOES = {"L": "E", "U": "S"}


@dataclass(frozen=True, slots=True)
class Mention:
    """A mention of `type`, from token `first` to token `last` (included)."""

    type: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Broken:
    """The tag of token `place` does not go on from the one before it; `message` says how."""

    place: int
    message: str


def parsed(tag: str) -> tuple[str, str] | None:
    """Place ("B", "I", "O", "E" or "S") and type of a tag; None if it is none."""
    if tag == OUTSIDE:
        return _NOTHING
    match = _TAG.match(tag)
    return (_BIOES.get(match[1], match[1]), match[2] or "") if match else None


def scheme(sentences: Iterable[Sequence[str]]) -> Scheme:
    """The scheme that the tags of all `sentences` follow, as far as they tell; IOB2 where nothing does."""
    begun: set[str] = set()
    for tags in sentences:
        before = _NOTHING
        for tag in tags:
            place, type_ = parsed(tag) or _NOTHING
            if place in "ES":
                return "BIOES"
            if place != OUTSIDE and (before[0] == OUTSIDE or before[1] != type_):
                begun.add(place)
            before = (place, type_)
    return "IOB1" if begun == {"I"} else "IOB2"


def mentions(tags: Sequence[str], in_scheme: Scheme = "IOB2") -> tuple[list[Mention], list[Broken]]:
    """The mentions that `tags`, those of one sentence, say, and where they break the scheme.

    A mention that nothing began begins where it is gone on with, as the shared tasks count it; what is no tag is
    outside.
    """
    found: list[Mention] = []
    broken: list[Broken] = []
    begin: int | None = None
    before = _NOTHING
    for at, tag in enumerate([*tags, OUTSIDE]):
        place, type_ = parsed(tag) or _NOTHING
        goes_on = begin is not None and place in "IE" and type_ == before[1]
        if not goes_on:
            if begin is not None:
                found.append(Mention(before[1], begin, at - 1))
                if in_scheme == "BIOES":
                    broken.append(
                        Broken(at - 1, f"the mention that ends here ends with {tags[at - 1]}, not with E or S")
                    )
            begin = None if place == OUTSIDE else at
            if place in "IE" and in_scheme != "IOB1":
                after = tags[at - 1] if at else "nothing"
                broken.append(Broken(at, f"{tag} after {after}, where no mention of its type has begun"))
        if place in "ES" and begin is not None:
            found.append(Mention(type_, begin, at))
            begin = None
        before = (place, type_)
    return found, broken
