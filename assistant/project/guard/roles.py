"""Which part a document plays for an annotator: shown as it is, or without suggestions first (blind).

The part is drawn by a hash of the project's salt, the annotator and the text. So it is the same each time, another for
each annotator, and cannot be told from a name. A greater share keeps the documents blind that a smaller one had.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from typing import Literal

from assistant.project.file.database import Database
from assistant.project.journal.entries import canonical
from assistant.project.remembered import NOBODY
from assistant.project.team.annotators import GOLD
from bioassist.errors import ProjectError
from bioassist.schema import Guard, Schema

Role = Literal["plain", "blind"]

SALT = "guard_salt"


def new_salt() -> str:
    """Copies of a project have the same one."""
    return secrets.token_hex(16)


def role(guard: Guard, salt: str, annotator: str, text_sha: str) -> Role:
    """Nobody in particular and gold, which is made of what others said, see all as it is."""
    if annotator in (NOBODY, GOLD):
        return "plain"
    digest = hashlib.sha256(canonical([salt, annotator, text_sha]).encode()).digest()
    drawn = int.from_bytes(digest[:8], "big") / 2**64
    return "blind" if drawn < guard.blind else "plain"


class Roles:
    """`schema` gives the project's schema as it is now; it may raise ProjectError where there is none yet."""

    def __init__(self, database: Database, schema: Callable[[], Schema]) -> None:
        self._database = database
        self._schema = schema

    def blind(self, annotator: str, texts: dict[int, str]) -> set[int]:
        """Which of the documents, given by id with the hashes of their texts, are blind ones of an annotator."""
        try:
            guard = self._schema().guard
        except ProjectError:
            return set()
        if not guard.blind:
            return set()
        salt = str(self._database.rows("SELECT value FROM settings WHERE key = ?", (SALT,))[0][0])
        return {number for number, sha in texts.items() if sha and role(guard, salt, annotator, sha) == "blind"}
