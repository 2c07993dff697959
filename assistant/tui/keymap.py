"""Every key of the review screen, in one place: what the bindings, the footer, the help and the palette are made from.

Ids are stable, so that a configuration can give an action other keys (`App.set_keymap`). The scheme: a small letter
acts on the suggestion in focus, its capital on the document or on many; a plain bracket grows the boundary that it
looks like, with shift it shrinks it.
"""

from __future__ import annotations

from dataclasses import dataclass

from textual.binding import Binding


@dataclass(frozen=True, slots=True)
class Key:
    """One action. `keys` as Textual names them, comma-separated; `shown` for people; `footer` shows it there."""

    id: str
    keys: str
    action: str
    label: str
    help: str
    group: str
    shown: str
    footer: bool = False
    priority: bool = False

    def binding(self) -> Binding:
        return Binding(
            self.keys,
            self.action,
            self.label,
            show=self.footer,
            key_display=self.shown.split(" ")[0] if self.footer else self.shown,
            priority=self.priority,
            tooltip=self.help,
            id=self.id,
        )


MOVE, DECIDE, EDGES, ADD, DOCUMENTS, SCREEN = "Move", "Decide", "Boundaries", "Add", "Documents", "Screen"

KEYS: tuple[Key, ...] = (
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
    Key("accept", "a", "accept", "Accept", "accept, and go to the next one to decide", DECIDE, "a", footer=True),
    Key("reject", "r,x", "reject", "Reject", "reject, and go to the next one to decide", DECIDE, "r x", footer=True),
    Key("label", "l,enter", "choose_label", "Label", "choose a label from the list", DECIDE, "l enter", footer=True),
    Key("delete", "delete,backspace,d", "delete", "Delete", "delete the span", DECIDE, "d del"),
    Key(
        "accept_over",
        "A",
        "accept_over",
        "Accept over",
        "accept all over a confidence that you give",
        DECIDE,
        "A",
    ),
    Key(
        "accept_fact",
        "plus",
        "accept_fact",
        "Accept what is said",
        "accept what the model says of it, one after the other",
        DECIDE,
        "+",
    ),
    Key("reject_fact", "minus", "reject_fact", "Reject what is said", "reject what the model says of it", DECIDE, "-"),
    Key("undo", "u", "undo", "Undo", "undo the last action, wherever it was", DECIDE, "u", footer=True),
    Key("redo", "U,ctrl+r", "redo", "Redo", "redo what was undone", DECIDE, "U ctrl+r"),
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
    Key("select", "v", "select", "Select", "select words for a new span; or drag the mouse", ADD, "v", footer=True),
    Key(
        "done",
        "D",
        "done",
        "Done",
        "mark the note done and go on; reopen a done one",
        DOCUMENTS,
        "D",
        footer=True,
    ),
    Key("next_document", "N,ctrl+n", "next_document", "Next note", "next note", DOCUMENTS, "N ctrl+n"),
    Key("previous_document", "P", "previous_document", "Previous note", "previous note", DOCUMENTS, "P"),
    Key("documents", "o", "documents", "Notes", "list of notes; escape goes back", DOCUMENTS, "o", footer=True),
    Key("rejected", "h", "rejected", "Rejected", "hide or show what was rejected", SCREEN, "h"),
    Key("near", "m", "near", "Near misses", "show or hide what the model nearly found", SCREEN, "m"),
    Key("next_near", "M", "next_near", "Next near miss", "select the next near miss, to give it a label", ADD, "M"),
    Key("confidence", "c", "confidence", "Confidence", "how often the model is right", SCREEN, "c"),
    Key("theme", "T", "theme", "Light/dark", "light or dark", SCREEN, "T"),
    Key("help", "question_mark,f1", "help", "Help", "all keys", SCREEN, "? F1", footer=True),
    Key("quit", "q", "quit", "Quit", "quit; everything is saved already", SCREEN, "q", footer=True),
)

# A digit labels the suggestion in focus, or the words that are selected.
DIGITS: tuple[Key, ...] = tuple(
    Key(f"label_{digit}", str(digit), f"label({digit})", f"Label {digit}", f"label number {digit}", DECIDE, str(digit))
    for digit in range(1, 10)
)

# What works while words are being selected; a decision then would be a slip of the finger.
WHILE_SELECTING = frozenset(
    (
        "label",
        "choose_label",
        "select",
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


def bindings(*groups: tuple[Key, ...]) -> list[Binding]:
    return [key.binding() for group in groups for key in group]
