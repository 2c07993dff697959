"""Messages between the engine's thread and the screens."""

from __future__ import annotations

from typing import Protocol

from textual.message import Message

from assistant.engine.events import Event


class EngineReport(Message):
    """Something that the engine did, on its way from the engine's thread to the screen."""

    def __init__(self, event: Event) -> None:
        super().__init__()
        self.event = event


class NextTheme(Message):
    """The person wants the theme that comes after this one."""


class Prioritiser(Protocol):
    """What the screens ask of the annotator: to read the note first that a person looks at, and whether its run ends
    within so many seconds."""

    def prioritise(self, document_id: int) -> None: ...

    def join(self, timeout: float) -> bool: ...
