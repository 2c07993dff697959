"""Keys on notes as a whole, and on the screen itself."""

from __future__ import annotations

from assistant.tui.keymap.key import DOCUMENTS, SCREEN, Key

NOTES: tuple[Key, ...] = (
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
    Key("skip", "z", "skip", "Skip", "skip the note, with a reason; take that back", DOCUMENTS, "z"),
    Key("next_document", "N,ctrl+n", "next_document", "Next note", "next note", DOCUMENTS, "N ctrl+n"),
    Key("previous_document", "P", "previous_document", "Previous note", "previous note", DOCUMENTS, "P"),
    Key("documents", "o", "documents", "Notes", "list of notes; escape goes back", DOCUMENTS, "o", footer=True),
)

ON_SCREEN: tuple[Key, ...] = (
    Key("rejected", "h", "rejected", "Rejected", "hide or show what was rejected", SCREEN, "h"),
    Key("near", "m", "near", "Near misses", "show or hide what the model nearly found", SCREEN, "m"),
    Key("confidence", "c", "confidence", "Confidence", "how often the model is right", SCREEN, "c"),
    Key("theme", "T", "theme", "Next theme", "next theme: dark, light, high contrast, your own", SCREEN, "T"),
    Key("help", "question_mark,f1", "help", "Help", "all keys", SCREEN, "? F1", footer=True),
    Key("quit", "q", "quit", "Quit", "quit; everything is saved already", SCREEN, "q", footer=True),
)
