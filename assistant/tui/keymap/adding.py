"""Keys that make new spans."""

from __future__ import annotations

from assistant.tui.keymap.key import ADD, Key

ADDING: tuple[Key, ...] = (
    Key("select", "v", "select", "Select", "select words for a new span; or drag the mouse", ADD, "v", footer=True),
    Key("next_near", "M", "next_near", "Next near miss", "select the next near miss, to give it a label", ADD, "M"),
)

# What works while words are being selected; a decision then would be a slip of the finger.
WHILE_SELECTING = frozenset(
    (
        "label",
        "choose_label",
        "select",
        "fragment",
        "split",
        "search",
        "search_next",
        "rejected",
        "near",
        "next_near",
        "theme",
        "help",
        "quit",
    )
)

# While words are being selected. The arrows scroll otherwise.
SELECTING: tuple[Key, ...] = (
    Key("caret_left", "left", "caret('left', False)", "Left", "one character left", ADD, "← →"),
    Key("caret_right", "right", "caret('right', False)", "Right", "one character right", ADD, "→"),
    Key("caret_up", "up", "caret('up', False)", "Up", "one row up", ADD, "↑ ↓"),
    Key("caret_down", "down", "caret('down', False)", "Down", "one row down", ADD, "↓"),
    Key("caret_word_left", "ctrl+left,b", "caret('word_left', False)", "Word left", "one word left", ADD, "ctrl+← b"),
    Key(
        "caret_word_right",
        "ctrl+right,w",
        "caret('word_right', False)",
        "Word right",
        "one word right",
        ADD,
        "ctrl+→ w",
    ),
    Key("caret_home", "home", "caret('home', False)", "Row start", "start of the row", ADD, "home"),
    Key("caret_end", "end", "caret('end', False)", "Row end", "end of the row", ADD, "end"),
    Key("extend_left", "shift+left", "caret('left', True)", "Extend left", "extend one character left", ADD, "shift+←"),
    Key(
        "extend_right",
        "shift+right",
        "caret('right', True)",
        "Extend right",
        "extend one character right",
        ADD,
        "shift+→",
    ),
    Key("extend_up", "shift+up", "caret('up', True)", "Extend up", "extend one row up", ADD, "shift+↑"),
    Key("extend_down", "shift+down", "caret('down', True)", "Extend down", "extend one row down", ADD, "shift+↓"),
    Key(
        "extend_word_left",
        "ctrl+shift+left,B",
        "caret('word_left', True)",
        "Extend word left",
        "extend one word left",
        ADD,
        "ctrl+shift+← B",
    ),
    Key(
        "extend_word_right",
        "ctrl+shift+right,W",
        "caret('word_right', True)",
        "Extend word right",
        "extend one word right",
        ADD,
        "ctrl+shift+→ W",
    ),
    Key("anchor", "space", "anchor", "Start here", "start the selection here, then move", ADD, "space", footer=True),
    Key("leave", "escape", "leave", "Leave", "leave selecting", ADD, "esc", footer=True),
)
