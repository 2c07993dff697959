"""Keys that decide on the suggestion in focus, or on many."""

from __future__ import annotations

from assistant.tui.keymap.key import DECIDE, EDGES, Key

DECIDING: tuple[Key, ...] = (
    Key("accept", "a", "accept", "Accept", "accept, and go to the next one to decide", DECIDE, "a", footer=True),
    Key("reject", "x", "reject", "Reject", "reject, and go to the next one to decide", DECIDE, "x", footer=True),
    Key("label", "l,enter", "choose_label", "Label", "choose a label from the list", DECIDE, "l enter", footer=True),
    Key("delete", "delete,backspace,d", "delete", "Delete", "delete the span", DECIDE, "d del"),
    Key(
        "accept_over",
        "A",
        "accept_over",
        "Accept over",
        "accept all over a confidence; says what to expect",
        DECIDE,
        "A",
    ),
    Key("undo", "u", "undo", "Undo", "undo the last action, wherever it was", DECIDE, "u", footer=True),
    Key("redo", "U,ctrl+r", "redo", "Redo", "redo what was undone", DECIDE, "U ctrl+r"),
)

BOUNDARIES: tuple[Key, ...] = (
    Key("grow_left", "left_square_bracket,comma", "grow_left", "Grow left", "left edge one word out", EDGES, "[ ,"),
    Key(
        "shrink_left",
        "left_curly_bracket,less_than_sign",
        "shrink_left",
        "Shrink left",
        "left edge one word in",
        EDGES,
        "{ <",
    ),
    Key(
        "grow_right",
        "right_square_bracket,full_stop",
        "grow_right",
        "Grow right",
        "right edge one word out",
        EDGES,
        "] .",
    ),
    Key(
        "shrink_right",
        "right_curly_bracket,greater_than_sign",
        "shrink_right",
        "Shrink right",
        "right edge one word in",
        EDGES,
        "} >",
    ),
)

# A digit labels the suggestion in focus, or the words that are selected.
DIGITS: tuple[Key, ...] = tuple(
    Key(f"label_{digit}", str(digit), f"label({digit})", f"Label {digit}", f"label number {digit}", DECIDE, str(digit))
    for digit in range(1, 10)
)
