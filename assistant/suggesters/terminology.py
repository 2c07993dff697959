"""Terms of a terminology in a text: every place where their words are.

Where mentions overlap, the longest counts, of equally long ones the first; what is inside of it or reaches into it is
left out. A place that is the name of several entries is one mention a type, with the references of all of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from assistant.engine.windows import windows
from assistant.project.records import Reference
from assistant.suggesters.labels import Labels
from assistant.suggesters.longest import longest
from assistant.suggesters.protocol import Complain, Found
from assistant.suggesters.specification import digest, fingerprint
from assistant.suggesters.term_files import Entry, entries
from assistant.suggesters.term_words import TermWord, alike, same, term_words
from bioassist.documents import Span
from bioassist.errors import InputError
from bioassist.schema import Schema
from bioassist.words import words

SOURCE = "terms"
_VERSION = 2
_WINDOW = 2000
# Between the words of a name: in no word, whatever NFKC makes of its characters.
_BETWEEN = "\n"


class Terminology:
    """A terminology that was read. Its labels are not yet types of a schema."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._digest = digest(path)
        self._entries = list(entries(path))
        if not self._entries:
            raise InputError("it has no terms.", where=str(path))

    def for_schema(self, schema: Schema, renamed: Mapping[str, str]) -> TermSuggester:
        labels = Labels(schema, renamed, str(self._path))
        types: dict[str, str] = {}
        for entry in self._entries:
            if entry.label not in types:
                types[entry.label] = labels.type_of(entry.label) or self._refuse(entry, labels)
        return TermSuggester(self._path.name, self._digest, self._entries, types, tuple(labels.remarks(types)))

    def _refuse(self, entry: Entry, labels: Labels) -> str:
        label = entry.label
        what = f"{label!r} is not a type of the schema." if label else "it does not say of which type its terms are."
        raise InputError(
            what,
            where=f"{self._path}:{entry.line}" if entry.line else str(self._path),
            next_step=f"Say so behind its name: {SOURCE}:{self._path.name}={label + ':' if label else ''}TYPE; "
            f"the types of the schema: {labels.known}.",
        )


class TermSuggester:
    """Suggests the terms of one terminology under the types of one schema."""

    source = SOURCE

    def __init__(
        self, name: str, sha: str, listed: Sequence[Entry], types: Mapping[str, str], remarks: tuple[str, ...]
    ) -> None:
        self.name = name
        self.remarks = remarks
        self.fingerprint = fingerprint(SOURCE, _VERSION, sha, dict(types))
        self._entries = listed
        self._types = types

    def suggest(self, text: str, complain: Complain) -> Iterator[Sequence[Found]]:
        plain = alike(text)
        for window in windows(plain, _WINDOW):
            yield list(self._mentions(list(term_words(plain, window.words))))

    @cached_property
    def _index(self) -> _Index:
        # Made when the first text is read: where nothing is new, no term has to be cut into words.
        return _Index(self._entries)

    def _mentions(self, listed: Sequence[TermWord]) -> Iterator[Found]:
        meant: dict[Span, list[Entry]] = {}
        for first, after in self._index.places([word.key for word in listed]):
            place = listed[first:after]
            if found := list(self._index.meant(place)):
                meant[Span(place[0].span.start, place[-1].span.end)] = found
        for span in longest(meant):
            by_type: dict[str, list[Entry]] = {}
            for entry in meant[span]:
                by_type.setdefault(self._types[entry.label], []).append(entry)
            for named, said in by_type.items():
                references: dict[Reference, None] = {one: None for entry in said for one in entry.references}
                yield Found(named, span, max(entry.confidence for entry in said), tuple(references))


class _Index:
    """The names of entries by the keys of their words. Small, since terminologies are large: a name is one text."""

    def __init__(self, listed: Sequence[Entry]) -> None:
        self._named: dict[str, list[tuple[str, Entry]]] = {}
        self._lengths: dict[str, set[int]] = {}
        names = [(name, entry) for entry in listed for name in entry.names]
        # Cut into words in one go, each name a paragraph, since that takes a tenth of the time.
        text = alike("\n\n".join(name for name, _ in names))
        cut = term_words(text, words(text))
        end = 0
        word = next(cut, None)
        for name, entry in names:
            end += len(name)
            split: list[TermWord] = []
            while word is not None and word.span.end <= end:
                if word.written:
                    split.append(word)
                word = next(cut, None)
            end += 2
            keys = _BETWEEN.join(one.key for one in split)
            self._named.setdefault(keys, []).append((_BETWEEN.join(one.written for one in split), entry))
            self._lengths.setdefault(split[0].key, set()).add(len(split))

    def places(self, keys: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Where names may stand in a row of words: the number of the first, and of that behind the last."""
        for first, key in enumerate(keys):
            for length in self._lengths.get(key, ()):
                if _BETWEEN.join(keys[first : first + length]) in self._named and first + length <= len(keys):
                    yield first, first + length

    def meant(self, place: Sequence[TermWord]) -> Iterator[Entry]:
        """The entries that the words of a place are a name of."""
        for name, entry in self._named[_BETWEEN.join(word.key for word in place)]:
            if all(same(mine, word, entry.case) for mine, word in zip(name.split(_BETWEEN), place, strict=True)):
                yield entry
