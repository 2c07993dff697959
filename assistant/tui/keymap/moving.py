"""Keys that move in a note."""

from __future__ import annotations

from assistant.tui.keymap.key import MOVE, Key

MOVING: tuple[Key, ...] = (
    Key("next", "n,j", "next", "Next", "next suggestion", MOVE, "n j", footer=True),
    Key("previous", "p,k", "previous", "Previous", "previous suggestion", MOVE, "p k"),
    Key("next_pending", "tab", "next_pending", "Next open", "next one still to decide", MOVE, "tab", priority=True),
    Key(
        "previous_pending",
        "shift+tab",
        "previous_pending",
        "Previous open",
        "previous one still to decide",
        MOVE,
        "shift+tab",
        priority=True,
    ),
    Key("search", "slash", "search", "Search", "search; enter finds the next match", MOVE, "/"),
    Key("search_next", "ctrl+g,f3", "search_next", "Next match", "next match of the last search", MOVE, "ctrl+g F3"),
)
