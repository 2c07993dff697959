"""Keys that say something of the span in focus, or of the note."""

from __future__ import annotations

from assistant.tui.keymap.key import SAY, Key

SAYING: tuple[Key, ...] = (
    Key("relation", "r", "relation", "Relation", "relate it to a span, by the letters over that one", SAY, "r"),
    Key("attributes", "t", "attributes", "Attributes", "its attributes, by a letter each", SAY, "t"),
    Key(
        "normalize", "equals_sign", "normalize", "Terminology", "look up what it stands for in a terminology", SAY, "="
    ),
    Key("span_note", "semicolon", "span_note", "Note on it", "write a note on it", SAY, ";"),
    Key(
        "accept_fact",
        "plus",
        "accept_fact",
        "Accept what is said",
        "accept what is said of it, then of the note, one after the other",
        SAY,
        "+",
    ),
    Key(
        "reject_fact",
        "minus",
        "reject_fact",
        "Reject what is said",
        "reject what is said of it, or of the note",
        SAY,
        "-",
    ),
    Key("classes", "C", "classes", "Classes", "classes of the note, by a letter each", SAY, "C"),
    Key(
        "document_note",
        "quotation_mark",
        "document_note",
        "Note on the note",
        "write a note on the whole note",
        SAY,
        '"',
    ),
)
