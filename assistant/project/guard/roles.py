"""Which part a document plays for an annotator: shown as it is, without suggestions first (blind), or with wrong ones
planted in it.

The part is drawn by a hash of the project's salt, the annotator and the text. So it is the same each time, another for
each annotator, and cannot be told from a name. A greater share keeps the documents that a smaller one had. What is
planted is drawn of those that are not blind, by another number of the hash.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from typing import Literal

from assistant.project.file.database import Database
from assistant.project.journal.entries import canonical
from assistant.project.remembered import NOBODY
from assistant.project.team.annotators import GOLD
from bioassist.errors import ProjectError
from bioassist.schema import Guard, Schema

Role = Literal["plain", "blind", "planted"]

SALT = "guard_salt"


def new_salt() -> str:
    """Copies of a project have the same one."""
    return secrets.token_hex(16)


def role(guard: Guard, salt: str, annotator: str, text_sha: str) -> Role:
    """Nobody in particular and gold, which is made of what others said, see all as it is."""
    if annotator in (NOBODY, GOLD):
        return "plain"
    digest = _hash(salt, annotator, text_sha)
    if int.from_bytes(digest[:8], "big") / 2**64 < guard.blind:
        return "blind"
    return "planted" if int.from_bytes(digest[8:16], "big") / 2**64 < guard.planted else "plain"


def seed(salt: str, annotator: str, text_sha: str) -> int:
    """What decides which suggestions are planted in a document."""
    return int.from_bytes(_hash(salt, annotator, text_sha)[16:], "big")


def _hash(salt: str, annotator: str, text_sha: str) -> bytes:
    return hashlib.sha256(canonical([salt, annotator, text_sha]).encode()).digest()


class Roles:
    """`schema` gives the project's schema as it is now; it may raise ProjectError where there is none yet."""

    def __init__(self, database: Database, schema: Callable[[], Schema]) -> None:
        self._database = database
        self._schema = schema

    def blind(self, annotator: str, texts: dict[int, str]) -> set[int]:
        """Which of the documents, given by id with the hashes of their texts, are blind ones of an annotator."""
        return self._of(annotator, texts, "blind")

    def planted(self, annotator: str, texts: dict[int, str]) -> dict[int, int]:
        """Those of the documents that are to have planted suggestions, each with the seed of what is planted."""
        chosen = self._of(annotator, texts, "planted")
        return {number: seed(self._salt(), annotator, texts[number]) for number in sorted(chosen)}

    def known(self, labels: Iterable[str]) -> bool:
        """Whether the schema has all these labels of entities."""
        wanted = set(labels)
        return not wanted or wanted <= {entity.name for entity in self._schema().entities}

    def _of(self, annotator: str, texts: dict[int, str], wanted: Role) -> set[int]:
        try:
            guard = self._schema().guard
        except ProjectError:
            return set()
        if not (guard.blind if wanted == "blind" else guard.planted):
            return set()
        salt = self._salt()
        return {number for number, sha in texts.items() if sha and role(guard, salt, annotator, sha) == wanted}

    def _salt(self) -> str:
        return str(self._database.rows("SELECT value FROM settings WHERE key = ?", (SALT,))[0][0])
