"""Every key of the review screen, in one place: what the bindings, the footer, the help and the palette are made from.

Ids are stable, so that a configuration can give an action other keys (`App.set_keymap`). The scheme: a small letter
acts on the suggestion in focus, its capital on the document or on many; a plain bracket grows the boundary that it
looks like, with shift it shrinks it.
"""

from __future__ import annotations

from textual.binding import Binding

from assistant.tui.keymap.adding import ADDING, SELECTING, WHILE_SELECTING
from assistant.tui.keymap.deciding import BOUNDARIES, DECIDING, DIGITS
from assistant.tui.keymap.key import Key
from assistant.tui.keymap.moving import MOVING
from assistant.tui.keymap.order import FIGURES, ORDER, STEPPING
from assistant.tui.keymap.saying import SAYING
from assistant.tui.keymap.screen import NOTES, ON_SCREEN
from assistant.tui.keymap.spans import ASKING, JUMPING, REPEATING, SHAPING
from assistant.tui.keymap.team import ADJUDICATING, TAKING, TEAM

__all__ = ["ADJUDICATING", "DIGITS", "KEYS", "SELECTING", "STEPPING", "TAKING", "WHILE_SELECTING", "Key", "bindings"]

# In the order of the footer, the help and the palette.
KEYS: tuple[Key, ...] = (
    *MOVING,
    *JUMPING,
    *DECIDING,
    *REPEATING,
    *BOUNDARIES,
    *SHAPING,
    *ADDING,
    *SAYING,
    *ASKING,
    *NOTES,
    *ORDER,
    *FIGURES,
    *TEAM,
    *ON_SCREEN,
)


def bindings(*groups: tuple[Key, ...]) -> list[Binding]:
    return [key.binding() for group in groups for key in group]
