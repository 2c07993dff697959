"""The fewest keys that lead from one place of a text to another, and from one extent to another."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence

from assistant.review.text.word_edges import WordEdges
from assistant.tui.keymap import DIGITS, KEYS, SELECTING
from assistant.tui.layout import NoteLayout
from assistant.tui.selecting import Selecting
from bioassist.documents import Span

# One key of each action, the one that is the least to press.
KEY = {
    key.id: min(key.keys.split(","), key=lambda name: ("+" in name, len(name))) for key in (*KEYS, *DIGITS, *SELECTING)
}
MOST = 400


def label_keys(labels: Sequence[str], label: str) -> list[str]:
    """The keys that put a label on what is in focus or selected."""
    number = labels.index(label) + 1
    return [str(number)] if number <= len(DIGITS) else [KEY["label"], *["down"] * (number - 1), "enter"]


def reshaping(edges: WordEdges, now: Span, wanted: Span) -> list[str] | None:
    """The keys that move the edges of a mention by words; None if words do not lead there."""
    left = _steps(now.start, wanted.start, edges.previous_start, edges.next_start)
    right = _steps(now.end, wanted.end, edges.next_end, edges.previous_end, grows_up=True)
    if left is None or right is None:
        return None
    keys = [KEY["grow_left" if wanted.start < now.start else "shrink_left"]] * left
    keys += [KEY["grow_right" if wanted.end > now.end else "shrink_right"]] * right
    # What grows first cannot be shrunk to nothing on the way.
    return sorted(keys, key=lambda key: key in (KEY["shrink_left"], KEY["shrink_right"]))


def selecting(layout: NoteLayout, caret: int, wanted: Span, most: int = MOST) -> list[str] | None:
    """The keys that select words, from where the caret was put at `caret` on; None if they are `most` or more."""
    extended = extending(Selecting(layout, wanted.start), wanted)
    best: list[str] | None = None
    most -= len(extended)
    rows = layout.locate(wanted.start).row - layout.locate(min(caret, max(len(layout.text) - 1, 0))).row
    for vertical in dict.fromkeys((rows, 0, rows - 1, rows + 1)):
        if abs(vertical) >= most:
            continue
        moving = Selecting(layout, caret)
        keys: list[str] = []
        for _ in range(abs(vertical)):
            moving.move("down" if vertical > 0 else "up", False)
            keys.append("down" if vertical > 0 else "up")
        for row_end in (None, "home", "end"):
            trial, path = copy.copy(moving), list(keys)
            if row_end is not None:
                trial.move(row_end, False)
                path.append(row_end)
            sideways = _walk(trial, wanted.start, most - len(path))
            if sideways is not None:
                best = path + sideways
                most = len(best)
    return best + extended if best is not None else None


def extending(moving: Selecting, wanted: Span) -> list[str]:
    """The keys that make the selection `wanted`, which begins where it does."""
    text, keys = moving._layout.text, list[str]()
    while not _same(text, moving.span, wanted) and len(keys) < MOST:
        by_word = copy.copy(moving)
        by_word.move("word_right", True)
        if by_word.span.end <= wanted.end and by_word.caret != moving.caret:
            moving = by_word
            keys.append(KEY["extend_word_right"])
        else:
            back = moving.span.end > wanted.end and moving.anchor is not None
            moving.move("left" if back else "right", True)
            keys.append(KEY["extend_left" if back else "extend_right"])
    return keys


def _steps(
    place: int,
    target: int,
    out: Callable[[int], int | None],
    back: Callable[[int], int | None],
    *,
    grows_up: bool = False,
) -> int | None:
    """How many words a boundary has to go; None if it jumps over the target."""
    further = target > place if grows_up else target < place
    count = 0
    while place != target:
        moved = (out if further else back)(place)
        beyond = moved is None or ((moved > target) if target > place else (moved < target))
        if moved is None or beyond:
            return None
        place, count = moved, count + 1
    return count


def _walk(moving: Selecting, target: int, room: int) -> list[str] | None:
    """By word as long as that comes nearer, then by character; None if that takes `room` keys or more."""
    keys: list[str] = []
    while moving.caret != target and len(keys) < room:
        ahead = target > moving.caret
        by_word = copy.copy(moving)
        by_word.move("word_right" if ahead else "word_left", False)
        past = by_word.caret > target if ahead else by_word.caret < target
        if past or by_word.caret == moving.caret:
            moving.move("right" if ahead else "left", False)
            keys.append("right" if ahead else "left")
        else:
            moving = by_word
            keys.append(KEY["caret_word_right" if ahead else "caret_word_left"])
    return keys if moving.caret == target and len(keys) < room else None


def _same(text: str, chosen: Span, wanted: Span) -> bool:
    """White space at the edges of a selection is cut off by the session."""
    words = chosen.of(text)
    return (chosen.end - len(words.lstrip()), chosen.start + len(words.rstrip())) == (wanted.start, wanted.end)
