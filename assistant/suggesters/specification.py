"""How a person names a suggester, and how it is opened: KIND:PATH, with types behind it where the file has none.

terms:drugs.csv                         the types are those of the file
terms:hpo.obo=Symptom                   all that has no type of the schema otherwise is of this one
spacy:out/model-best=DRUG:Medication    labels of the file, and the types of the schema that they are
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from assistant.suggesters.protocol import Suggester
from bioassist.errors import InputError, UsageError
from bioassist.schema import Schema

KINDS = ("terms", "rules", "spacy")
_EXAMPLE = "Write KIND:PATH, such as terms:drugs.csv, rules:rules.toml or spacy:out/model-best."


class Opened(Protocol):
    """A suggester that was read and is sound, but for the types, which are a schema's."""

    def for_schema(self, schema: Schema, renamed: Mapping[str, str]) -> Suggester:
        """Raises InputError or UsageError for types that the schema does not have."""
        ...


@dataclass(frozen=True, slots=True)
class Specification:
    """`path` is a file or folder, or for spacy the name of a package. `renamed` maps labels to types, "" the rest."""

    kind: str
    path: str
    renamed: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        types = ",".join(f"{label}:{named}" if label else named for label, named in self.renamed.items())
        return f"{self.kind}:{self.path}" + (f"={types}" if types else "")

    def absolute(self) -> Specification:
        """The same, whatever folder one is in."""
        return replace(self, path=str(Path(self.path).resolve())) if Path(self.path).exists() else self


def parse(text: str) -> Specification:
    """Raises UsageError for what is no specification."""
    kind, colon, rest = text.partition(":")
    if not colon or kind not in KINDS or not rest:
        raise UsageError(f"{text!r} names no suggester.", next_step=_EXAMPLE)
    path, equals, types = (rest, "", "") if Path(rest).exists() else rest.rpartition("=")
    if not equals:
        return Specification(kind, rest)
    renamed: dict[str, str] = {}
    for part in types.split(","):
        label, _, named = part.strip().rpartition(":")
        if not path or not named or label in renamed:
            raise UsageError(
                f"{types!r} does not say which types.",
                where=text,
                next_step="Write one type of the schema, or LABEL:TYPE,LABEL:TYPE.",
            )
        renamed[label] = named
    return Specification(kind, path, renamed)


def read(specification: Specification) -> Opened:
    """Read and check what a specification names. Raises InputError with the file and line at fault."""
    path = Path(specification.path)
    if specification.kind == "spacy":
        from assistant.suggesters.spacy_pipeline import read_pipeline

        return read_pipeline(specification.path)
    try:
        if specification.kind == "rules":
            from assistant.suggesters.rules import read_rules

            return read_rules(path)
        from assistant.suggesters.terminology import Terminology

        return Terminology(path)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror or error}.", where=str(path)) from error


def fingerprint(kind: str, version: int, *said: object) -> str:
    """A suggester's fingerprint: its kind, the version of our code for it, twelve hex digits of all that it goes by."""
    plain = json.dumps(said, sort_keys=True, ensure_ascii=True)
    return f"{kind}/{version}/{hashlib.sha256(plain.encode()).hexdigest()[:12]}"


def digest(path: Path) -> str:
    """Hex SHA-256 of a file's bytes, or of all files in a folder, their names with them."""
    if path.is_file():
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    whole = hashlib.sha256()
    for file in sorted(one for one in path.rglob("*") if one.is_file()):
        whole.update(f"{file.relative_to(path).as_posix()}\0{digest(file)}\n".encode("utf-8", "surrogateescape"))
    return whole.hexdigest()
