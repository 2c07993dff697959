"""Regular expressions as suggesters, in a TOML file that tests itself:

    [[rules]]
    name = "dose"                        # for messages; its number if there is none
    type = "Dosage"                      # a type of the schema
    pattern = '\\b(\\d+(?:\\.\\d+)?) ?mg\\b'
    group = 1                            # number or name of the group that is the mention; all of the match if absent
    flags = ["ignorecase"]               # also multiline, dotall, verbose, ascii
    confidence = 0.8                     # 0.9 if absent
    must_match = ["5 mg at night", ["take 5 mg", "5"]]     # a text, or a text and what has to be found in it
    must_not_match = ["mg of what?"]

Patterns are those of the `regex` package, which are Python's and more. One that takes seconds on a note is stopped
there, and after three notes is set aside for the run.

Of overlapping mentions of one type the longest counts, of equally long ones the first. White space at the edges of a
mention is cut off, and what is empty is none.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import regex

from assistant.suggesters.labels import Labels
from assistant.suggesters.longest import longest
from assistant.suggesters.protocol import Complain, Found
from assistant.suggesters.specification import digest, fingerprint
from bioassist.documents import Span
from bioassist.errors import InputError
from bioassist.schema import Schema

SOURCE = "rules"
_VERSION = 1
# What nobody measured.
_CONFIDENCE = 0.9
_KEYS = {"name", "type", "pattern", "group", "flags", "confidence", "must_match", "must_not_match"}
_FLAGS = {name: getattr(regex, name.upper()) for name in ("ignorecase", "multiline", "dotall", "verbose", "ascii")}
# Seconds that a pattern may take on a note, and for each million of its characters.
_PATIENCE, _PATIENCE_PER_MILLION = 3.0, 3.0
_CHANCES = 3
_HEADER = re.compile(r"^[^\S\n]*\[\[[^\S\n]*rules[^\S\n]*\]\]", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `where` is its file and line."""

    name: str
    type: str
    pattern: Any
    group: int | str
    confidence: float
    where: str

    def places(self, text: str, patience: float) -> Iterator[Span]:
        """Where it matches. Raises TimeoutError once it took `patience` seconds."""
        for match in self.pattern.finditer(text, timeout=patience, concurrent=True):
            start, end = match.span(self.group)
            chosen = text[start:end] if start >= 0 else ""
            if chosen.strip():
                yield Span(end - len(chosen.lstrip()), start + len(chosen.rstrip()))


class Rules:
    """A file of rules that was read, and passed its own tests."""

    def __init__(self, path: Path, rules: Sequence[Rule]) -> None:
        self._path = path
        self._digest = digest(path)
        self._rules = rules

    def for_schema(self, schema: Schema, renamed: Mapping[str, str]) -> RuleSuggester:
        labels = Labels(schema, renamed, str(self._path))
        types: dict[str, str] = {}
        for rule in self._rules:
            named = labels.type_of(rule.type)
            if named is None:
                raise InputError(
                    f"{rule.type!r}, of rule {rule.name!r}, is not a type of the schema.",
                    where=rule.where,
                    next_step=f"Its types: {labels.known}.",
                )
            types[rule.type] = named
        return RuleSuggester(self._path.name, self._digest, self._rules, types, tuple(labels.remarks(types)))


class RuleSuggester:
    """Suggests what the rules of one file find, under the types of one schema."""

    source = SOURCE

    def __init__(
        self, name: str, sha: str, rules: Sequence[Rule], types: Mapping[str, str], remarks: tuple[str, ...]
    ) -> None:
        self.name = name
        self.remarks = remarks
        self.fingerprint = fingerprint(SOURCE, _VERSION, sha, dict(types))
        self._rules = rules
        self._types = types
        self._timeouts: dict[str, int] = {}

    def suggest(self, text: str, complain: Complain) -> Iterator[Sequence[Found]]:
        patience = _PATIENCE + len(text) / 1e6 * _PATIENCE_PER_MILLION
        places: dict[str, dict[Span, float]] = {}
        for rule in self._rules:
            # What counts of a type is known once all rules are through.
            yield ()
            found = places.setdefault(self._types[rule.type], {})
            if self._timeouts.get(rule.name, 0) >= _CHANCES:
                complain(f"rule {rule.name!r} was set aside, since it took too long on {_CHANCES} notes.")
                continue
            try:
                for span in rule.places(text, patience):
                    found[span] = max(found.get(span, 0.0), rule.confidence)
            except TimeoutError:
                self._timeouts[rule.name] = self._timeouts.get(rule.name, 0) + 1
                complain(f"rule {rule.name!r} was stopped: it took longer than {patience:.0f} s.")
        for named, found in places.items():
            yield [Found(named, span, found[span]) for span in longest(found)]


def read_rules(path: Path) -> Rules:
    """Read a file of rules and hold it to its examples. Raises InputError with the rule and line at fault."""
    try:
        text = path.read_text("utf-8-sig")
        data = tomllib.loads(text)
    except UnicodeDecodeError:
        raise InputError("it is not UTF-8.", where=str(path)) from None
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not TOML: {error}.", where=str(path)) from None
    tables = data.pop("rules", None)
    if data or not isinstance(tables, list) or not tables or not all(isinstance(one, dict) for one in tables):
        what = f"{sorted(data)[0]!r} is not known here." if data else "it has no rules."
        raise InputError(what, where=str(path), next_step="A file of rules has tables [[rules]], and nothing else.")
    lines = [text.count("\n", 0, match.start()) + 1 for match in _HEADER.finditer(text)]
    rules: list[Rule] = []
    for number, table in enumerate(tables, 1):
        # A header inside of a text of several lines would put the numbers out.
        where = f"{path}:{lines[number - 1]}" if len(lines) == len(tables) else f"{path}, rule number {number}"
        rule = _rule(table, number, where)
        if any(other.name == rule.name for other in rules):
            raise InputError(f"there are two rules called {rule.name!r}.", where=where)
        rules.append(rule)
    return Rules(path, rules)


def _rule(table: Mapping[str, Any], number: int, where: str) -> Rule:
    unknown = sorted(set(table) - _KEYS)
    if unknown:
        raise InputError(
            f"{unknown[0]!r} is not known in a rule.", where=where, next_step=f"Known: {', '.join(sorted(_KEYS))}."
        )
    for key in ("type", "pattern"):
        if not isinstance(table.get(key), str) or not table[key]:
            raise InputError(f"a rule needs a {key}, which is a text.", where=where)
    name = table.get("name", str(number))
    if not isinstance(name, str) or not name or "\n" in name:
        raise InputError("the name of a rule is a text of one line.", where=where)
    confidence = table.get("confidence", _CONFIDENCE)
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 <= confidence <= 1:
        raise InputError(f"confidence is a number from 0 to 1, in rule {name!r}.", where=where)
    pattern = _compiled(table, name, where)
    group = table.get("group", 0)
    groups: set[object] = {*range(pattern.groups + 1), *pattern.groupindex}
    if isinstance(group, bool) or not isinstance(group, int | str) or group not in groups:
        raise InputError(f"rule {name!r} has no group {group!r}.", where=where)
    rule = Rule(name, table["type"], pattern, group, float(confidence), where)
    _test(rule, table)
    return rule


def _compiled(table: Mapping[str, Any], name: str, where: str) -> Any:
    flags = table.get("flags", [])
    if not isinstance(flags, list) or not all(isinstance(flag, str) and flag in _FLAGS for flag in flags):
        raise InputError(f"flags are a list, of {', '.join(sorted(_FLAGS))}, in rule {name!r}.", where=where)
    try:
        return regex.compile(table["pattern"], sum(_FLAGS[flag] for flag in set(flags)))
    except (regex.error, RecursionError, OverflowError) as error:
        said = f"{error.msg} at position {error.pos}" if isinstance(error, regex.error) else "it is too large"
        raise InputError(f"the pattern of rule {name!r} is no regular expression: {said}.", where=where) from None


def _test(rule: Rule, table: Mapping[str, Any]) -> None:
    """Hold a rule to its examples. What they say is the person's own, not a note's, so it may be told."""
    for example in _examples(rule, table, "must_match"):
        text, wanted = (example, None) if isinstance(example, str) else example
        found = _found(rule, text)
        if not found or (wanted is not None and wanted not in found):
            said = f"it finds {', '.join(map(repr, found))}" if found else "it finds nothing"
            raise InputError(f"rule {rule.name!r} fails its test: {said} in {text!r}.", where=rule.where)
    for example in _examples(rule, table, "must_not_match"):
        if found := _found(rule, example):
            raise InputError(
                f"rule {rule.name!r} fails its test: it finds {found[0]!r} in {example!r}.", where=rule.where
            )


def _examples(rule: Rule, table: Mapping[str, Any], key: str) -> list[Any]:
    def sound(one: object) -> bool:
        pair = isinstance(one, list) and len(one) == 2 and all(isinstance(part, str) for part in one)
        return isinstance(one, str) or (pair and key == "must_match")

    listed = table.get(key, [])
    if not isinstance(listed, list) or not all(map(sound, listed)):
        form = "texts, or pairs of a text and what is found in it" if key == "must_match" else "texts"
        raise InputError(f"{key} is a list of {form}, in rule {rule.name!r}.", where=rule.where)
    return listed


def _found(rule: Rule, text: str) -> list[str]:
    try:
        return [span.of(text) for span in rule.places(text, _PATIENCE)]
    except TimeoutError:
        raise InputError(
            f"rule {rule.name!r} takes longer than {_PATIENCE:.0f} s on its example {text[:80]!r}.",
            where=rule.where,
            next_step="Repetitions inside of repetitions take so long; make one of them possessive, as in (?:a+)++.",
        ) from None
