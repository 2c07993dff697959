"""Keys that a person chose in place of the program's, and how they go on, from TOML files; what cannot be is told.

    [keys]
    accept = "y"
    next = "n,down"

    [review]
    go_on = true

What is wrong with one action leaves that action its own keys, and every other what was chosen for it.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

from textual.keys import Keys, _character_to_key, format_key

from assistant.tui.keymap import DIGITS, KEYS, SELECTING, Key

FILE = "review.toml"
# Keys that are for something else everywhere.
TAKEN = {
    "ctrl+c": "interrupts the program",
    "ctrl+p": "opens the command palette",
    "escape": "leaves whatever is open",
    "pageup": "scrolls",
    "pagedown": "scrolls",
}
# What a terminal sends for another key.
SAME = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+j": "enter",
    "ctrl+h": "backspace",
    "ctrl+left_square_bracket": "escape",
}
_BASES = {one.value.rpartition("+")[2] for one in Keys} | {_character_to_key(chr(code)) for code in range(33, 127)}
_ALL = (*KEYS, *DIGITS, *SELECTING)


@dataclass(frozen=True, slots=True)
class KeyMap:
    """Every key as it is now. `changed` is what a person chose, by id; `problems` what could not be taken of it.

    With `go_on` a label leads on as accepting does, where it decides on what waited or makes a span.
    """

    keys: tuple[Key, ...] = KEYS
    digits: tuple[Key, ...] = DIGITS
    selecting: tuple[Key, ...] = SELECTING
    changed: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    problems: tuple[str, ...] = ()
    go_on: bool = False


def keys_of(project: Path) -> KeyMap:
    """The keys that the person chose for all projects, and over them those of the project in the folder `project`."""
    import platformdirs

    return load(platformdirs.user_config_path("bioassist", appauthor=False) / FILE, project / FILE)


def load(*files: Path) -> KeyMap:
    """The keys of these files, of which a later one counts more; files need not exist."""
    chosen: dict[str, tuple[str, Any]] = {}
    problems: list[str] = []
    go_on = False
    for file in files:
        try:
            told = tomllib.loads(file.read_text("utf-8")) if file.is_file() else {}
        except (OSError, UnicodeDecodeError) as error:
            problems.append(f"{file}: it cannot be read: {error}.")
            continue
        except tomllib.TOMLDecodeError as error:
            problems.append(f"{file}: it is not TOML: {error}.")
            continue
        keys, review = told.get("keys", {}), told.get("review", {})
        if isinstance(keys, dict):
            chosen |= {name: (str(file), one) for name, one in keys.items()}
        else:
            problems.append(f'{file}: keys is a table: [keys], then lines like accept = "y".')
        if review in ({}, {"go_on": True}, {"go_on": False}):
            go_on = review.get("go_on", go_on)
        else:
            problems.append(f"{file}: under [review] there is go_on alone, which is true or false.")
    return replace(configured(chosen, problems), go_on=go_on)


def configured(chosen: Mapping[str, tuple[str, Any]], problems: Sequence[str] = ()) -> KeyMap:
    """The keys with those that were chosen, by id with where that is said."""
    told = list(problems)
    wanted: dict[str, list[str]] = {}
    for name, (where, keys) in chosen.items():
        problem, names = _read(name, keys)
        if problem is None:
            wanted[name] = names
        else:
            told.append(f"{where}: keys.{name}: {problem}")
    while (clash := _clash(wanted)) is not None:
        key, names = clash
        labels = " and ".join(f"{one.id} ({one.label})" for one in _ALL if one.id in names)
        for name in [name for name in names if name in wanted]:
            told.append(f"{chosen[name][0]}: keys.{name}: {format_key(key)} would be for {labels}.")
            del wanted[name]
    changed = {name: ",".join(names) for name, names in wanted.items()}

    def as_chosen(group: tuple[Key, ...]) -> tuple[Key, ...]:
        return tuple(
            replace(key, keys=changed[key.id], shown=" ".join(map(format_key, wanted[key.id])))
            if key.id in wanted
            else key
            for key in group
        )

    return KeyMap(as_chosen(KEYS), as_chosen(DIGITS), as_chosen(SELECTING), changed, tuple(told))


def _read(name: str, keys: object) -> tuple[str | None, list[str]]:
    """What is wrong with the choice for one action (None: nothing), and its keys as Textual names them."""
    ids = {key.id: key.keys for key in _ALL}
    if name not in ids:
        close = difflib.get_close_matches(name, ids, n=1)
        return f"there is no such action{f'; did you mean {close[0]}?' if close else '.'}", []
    if not isinstance(keys, str):
        return 'keys are written as "y" or "y,ctrl+y".', []
    # A comma itself is written "comma".
    named = [_named(one.strip()) for one in keys.split(",")]
    problem = next(filter(None, map(_unusable, named)), None)
    if problem is not None and ",".join(named) != ids[name]:
        return problem, []
    return None, list(dict.fromkeys(named))


def _named(key: str) -> str:
    *modifiers, base = key.split("+") if len(key) > 1 else [key]
    return "+".join([*(one.lower() for one in modifiers), _character_to_key(base) if len(base) == 1 else base.lower()])


def _unusable(key: str) -> str | None:
    if not key:
        return "a key is missing; an action keeps at least one."
    *modifiers, base = key.split("+")
    if not set(modifiers) <= {"ctrl", "alt", "shift"} or not (len(base) == 1 or base in _BASES):
        return f"{key!r} is no key."
    if key in TAKEN:
        return f"{key} {TAKEN[key]}."
    if key in SAME:
        return f"terminals send {SAME[key]} for {key}."
    if modifiers == ["shift"] and len(base) == 1:
        return f"shift with a letter is its capital: {base.upper()}."
    return None


def _clash(wanted: Mapping[str, Sequence[str]]) -> tuple[str, list[str]] | None:
    """A key that is for more than one action, and those; the program's own keys are for one each."""
    users: dict[str, list[str]] = {}
    for one in _ALL:
        for key in wanted.get(one.id, one.keys.split(",")):
            users.setdefault(key, []).append(one.id)
    return next(((key, names) for key, names in users.items() if len(names) > 1 and set(names) & set(wanted)), None)
