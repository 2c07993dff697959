"""Keys for teams: how far annotators agree, and making gold of what they said."""

from __future__ import annotations

from assistant.tui.keymap.key import TOGETHER, Key

TEAM: tuple[Key, ...] = (
    Key("agreement", "K", "agreement", "Agreement", "how far annotators agree, and where not", TOGETHER, "K"),
    Key("adjudicate", "J", "adjudicate", "Adjudicate", "make gold of what annotators said", TOGETHER, "J"),
)

# While gold is made. What one annotator has there is taken by that one's number.
ADJUDICATING: tuple[Key, ...] = (
    Key("question_next", "n,j,tab", "question(1)", "Next", "next question", TOGETHER, "n j tab", footer=True),
    Key("question_previous", "p,k,shift+tab", "question(-1)", "Previous", "previous question", TOGETHER, "p k"),
    Key("take_agreed", "a", "agreed", "Agreed", "take over all that everybody agrees on", TOGETHER, "a", footer=True),
    Key("take_all", "b", "both", "Both", "take what each of them has here", TOGETHER, "b", footer=True),
    Key("take_none", "0,x", "take()", "None", "take none of it", TOGETHER, "0 x", footer=True),
    Key("gold_label", "l,enter", "relabel", "Label", "another label for what was taken", TOGETHER, "l enter"),
    Key(
        "gold_left", "left_square_bracket,comma", "edge('grow_left')", "Grow left", "its left edge out", TOGETHER, "[ ,"
    ),
    Key(
        "gold_left_in",
        "left_curly_bracket,less_than_sign",
        "edge('shrink_left')",
        "Shrink left",
        "its left edge in",
        TOGETHER,
        "{ <",
    ),
    Key(
        "gold_right",
        "right_square_bracket,full_stop",
        "edge('grow_right')",
        "Grow right",
        "its right edge out",
        TOGETHER,
        "] .",
    ),
    Key(
        "gold_right_in",
        "right_curly_bracket,greater_than_sign",
        "edge('shrink_right')",
        "Shrink right",
        "its right edge in",
        TOGETHER,
        "} >",
    ),
    Key("gold_undo", "u", "undo", "Undo", "undo the last action on gold", TOGETHER, "u", footer=True),
    Key("gold_redo", "U,ctrl+r", "redo", "Redo", "redo what was undone", TOGETHER, "U ctrl+r"),
    Key("gold_done", "D", "done", "Done", "mark gold done here, and go to the next note", TOGETHER, "D", footer=True),
    Key("gold_note", "N,ctrl+n", "next_note", "Next note", "next note that waits for gold", TOGETHER, "N ctrl+n"),
    Key("gold_leave", "escape,q,J", "leave", "Leave", "back to the review", TOGETHER, "esc q", footer=True),
)

TAKING: tuple[Key, ...] = tuple(
    Key(
        f"take_{digit}",
        str(digit),
        f"take({digit})",
        f"Take {digit}",
        "take what that annotator has",
        TOGETHER,
        str(digit),
    )
    for digit in range(1, 10)
)
