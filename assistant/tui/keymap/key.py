"""One key of the review screen: what it does, how it is told, and the groups that keys come in."""

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
SAY = "Facts"
TOGETHER = "Team"
