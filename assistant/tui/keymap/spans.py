"""Keys that reach a span, change what it covers, carry it over to the same words elsewhere, and ask about it."""

from __future__ import annotations

from assistant.tui.keymap.key import DECIDE, EDGES, MOVE, SAY, Key

JUMPING: tuple[Key, ...] = (
    Key("jump", "f", "jump", "Jump", "jump to a span in view by the letters over it", MOVE, "f"),
)

REPEATING: tuple[Key, ...] = (
    Key("repeat", "e", "repeat", "Label all the same", "the same for all the same words in the note", DECIDE, "e"),
    Key(
        "repeat_everywhere",
        "E",
        "repeat_everywhere",
        "Label all in the project",
        "the same in all notes; says first how many",
        DECIDE,
        "E",
    ),
)

ASKING: tuple[Key, ...] = (
    Key("question", "Q", "question", "Question", "ask the team about it; answer or close what is asked", SAY, "Q"),
    Key("guideline", "G", "guideline", "Guideline", "what its label is for, with examples", SAY, "G"),
)

SHAPING: tuple[Key, ...] = (
    Key("hold_left", "left_parenthesis", "hold_left", "Hold left edge", "left edge, by a character: ← →", EDGES, "("),
    Key("hold_right", "right_parenthesis", "hold_right", "Hold right edge", "right edge, likewise", EDGES, ")"),
    Key("sentence", "S", "sentence", "Grow to sentence", "grow to the sentence", EDGES, "S"),
    Key("fragment", "g", "fragment", "Add fragment", "add selected words as a fragment, or take them out", EDGES, "g"),
    Key("merge", "ampersand", "merge", "Merge", "merge with the next of its type", EDGES, "&"),
    Key("split", "vertical_line", "split", "Split", "split at the caret, or behind the first word", EDGES, "|"),
)  # fmt: skip
