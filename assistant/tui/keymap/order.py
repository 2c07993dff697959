"""Keys for the order of work: which suggestions come next, which are shown, and how far the work is."""

from __future__ import annotations

from assistant.tui.keymap.key import DOCUMENTS, SCREEN, Key

ORDER: tuple[Key, ...] = (
    Key("queue", "O", "queue", "Queue", "choose in which order suggestions of all notes come", DOCUMENTS, "O"),
    Key("filter", "F", "filter", "Filter", "show only what a filter wants, in all notes", DOCUMENTS, "F"),
)

FIGURES: tuple[Key, ...] = (
    Key("progress", "percent_sign", "progress", "Progress", "what is done, how fast, and what is left", SCREEN, "%"),
)

# What goes on in a queue.
STEPPING = frozenset(("next_pending", "previous_pending"))
