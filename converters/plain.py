"""Documents as plain dictionaries, lists, texts and numbers: the form that JSON lines and DocBin carry.

What is empty, or as it is by default, is left out. Reading checks everything, and says what is wrong without quoting
a text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar, get_args

from bioassist.documents import (
    Annotation,
    Argument,
    Attribute,
    Document,
    Entity,
    Equivalence,
    Event,
    Normalization,
    Note,
    Provenance,
    Relation,
    Span,
    Status,
    TextSource,
    text_hash,
)

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

VERSION = 1
_KINDS: dict[str, type] = {
    "entities": Entity,
    "relations": Relation,
    "events": Event,
    "attributes": Attribute,
    "normalizations": Normalization,
    "notes": Note,
    "equivalences": Equivalence,
}

Made = TypeVar("Made", bound="DataclassInstance")


def to_plain(document: Document) -> dict[str, Any]:
    """`document` as plain dictionaries, lists, texts and numbers."""
    plain: dict[str, Any] = {"bioassist": VERSION, "name": document.name, "text": document.text}
    for key in _KINDS:
        entries = [_plain(entry) for entry in getattr(document, key)]
        if entries:
            plain[key] = entries
    if document.classes:
        plain["classes"] = list(document.classes)
    if document.source:
        plain["source"] = _plain(document.source)
    if document.provenance:
        plain["provenance"] = {identity: _plain(said) for identity, said in document.provenance.items()}
    return plain


def without_text(plain: dict[str, Any]) -> dict[str, Any]:
    """A plain document with the hash of its text in place of the text."""
    return {("text_sha" if key == "text" else key): (text_hash(said) if key == "text" else said)
            for key, said in plain.items()}  # fmt: skip


def provenance_to_plain(said: Provenance) -> dict[str, Any]:
    """`said` as a plain dictionary, as it is in the plain form of a document."""
    return _plain(said)


def provenance_from_plain(plain: Any) -> Provenance:
    """What `provenance_to_plain` was given. Raises ValueError that says what is wrong."""
    return _made(Provenance, plain, "provenance")


def from_plain(plain: Any) -> Document:
    """The document that `to_plain` was given. Raises ValueError that says what is wrong."""
    if not isinstance(plain, Mapping):
        raise ValueError("a document must be an object.")
    if plain.get("bioassist") != VERSION:
        raise ValueError(f'not a document of version {VERSION}: "bioassist": {VERSION} is missing or another number.')
    if "text_sha" in plain and "text" not in plain:
        raise ValueError("it was exported without its text, so its offsets mean nothing here.")
    known = {"bioassist", "name", "text", "classes", "source", "provenance", *_KINDS}
    _refuse_unknown(plain, known, "the document")
    text = _text(plain.get("text"), "text")
    made: dict[str, Any] = {
        key: tuple(_made(kind, entry, f"{key}, number {number}") for number, entry in enumerate(_row(plain, key), 1))
        for key, kind in _KINDS.items()
    }
    provenance = plain.get("provenance", {})
    if not isinstance(provenance, Mapping):
        raise ValueError("provenance must be an object.")
    document = Document(
        _text(plain.get("name"), "name"),
        text,
        classes=tuple(_text(name, "classes") for name in _row(plain, "classes")),
        source=_made(TextSource, plain["source"], "source") if "source" in plain else None,
        provenance=MappingProxyType(
            {key: _made(Provenance, said, f"provenance of {key}") for key, said in provenance.items()}
        ),
        **made,
    )
    _check(document)
    return document


def annotation_to_plain(annotation: Annotation | Equivalence) -> tuple[str, dict[str, Any]]:
    """One annotation as `to_plain` has it, and the key under which that lists its kind ("relations")."""
    return next(key for key, kind in _KINDS.items() if isinstance(annotation, kind)), _plain(annotation)


def annotation_from_plain(key: str, plain: Any) -> Annotation | Equivalence:
    """The annotation that `annotation_to_plain` was given. Raises ValueError that says what is wrong."""
    if key not in _KINDS:
        raise ValueError(f"{key!r} is not a kind of annotation.")
    annotation: Annotation | Equivalence = _made(_KINDS[key], plain, key)
    return annotation


def _plain(entry: object) -> dict[str, Any]:
    plain: dict[str, Any] = {}
    for field in fields(entry):  # type: ignore[arg-type]
        value = getattr(entry, field.name)
        if field.default is not MISSING and value == field.default:
            continue
        if field.name == "spans":
            value = [[span.start, span.end] for span in value]
        elif field.name == "arguments":
            value = [[argument.role, argument.target] for argument in value]
        elif isinstance(value, tuple):
            value = list(value)
        plain[field.name] = value
    return plain


def _made(kind: type[Made], entry: Any, where: str) -> Made:
    if not isinstance(entry, Mapping):
        raise ValueError(f"{where} must be an object.")
    wanted: dict[str, Field[Any]] = {field.name: field for field in fields(kind)}
    _refuse_unknown(entry, set(wanted), where)
    values: dict[str, Any] = {}
    for name, field in wanted.items():
        if name in entry:
            read: Callable[[Any, str], Any] = _READERS.get(name, _text)
            values[name] = read(entry[name], f"{where}, {name}")
        elif field.default is MISSING:
            raise ValueError(f"{where} needs {name}.")
    return kind(**values)


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{where} must be a text.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{where} holds a lone surrogate, which is not text.") from None
    return value


def _text_or_none(value: Any, where: str) -> str | None:
    return None if value is None else _text(value, where)


def _flag(value: Any, where: str) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{where} must be true or false.")
    return value


def _confidence(value: Any, where: str) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"{where} must be a number from 0 to 1.")
    return float(value)


def _status(value: Any, where: str) -> str:
    if value not in get_args(Status):
        raise ValueError(f"{where} must be one of {', '.join(get_args(Status))}.")
    return str(value)


def _spans(value: Any, where: str) -> tuple[Span, ...]:
    pairs = _pairs(value, where)
    if not pairs or not all(type(start) is int and type(end) is int for start, end in pairs):
        raise ValueError(f"{where} must be pairs of whole numbers, one or more.")
    return tuple(Span(start, end) for start, end in pairs)


def _arguments(value: Any, where: str) -> tuple[Argument, ...]:
    return tuple(Argument(_text(role, where), _text(target, where)) for role, target in _pairs(value, where))


def _pairs(value: Any, where: str) -> list[tuple[Any, Any]]:
    if not isinstance(value, list | tuple) or not all(
        isinstance(pair, list | tuple) and len(pair) == 2 for pair in value
    ):
        raise ValueError(f"{where} must be a list of pairs.")
    return [(first, second) for first, second in value]


def _members(value: Any, where: str) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise ValueError(f"{where} must be a list.")
    return tuple(_text(member, where) for member in value)


_READERS: dict[str, Callable[[Any, str], Any]] = {
    "spans": _spans,
    "arguments": _arguments,
    "members": _members,
    "also": _members,
    "value": _text_or_none,
    "model": _text_or_none,
    "program": _text_or_none,
    "actor": _text_or_none,
    "confidence": _confidence,
    "trained": _flag,
    "bulk": _flag,
    "bom": _flag,
    "status": _status,
}


def _row(plain: Mapping[str, Any], key: str) -> list[Any]:
    value = plain.get(key, [])
    if not isinstance(value, list | tuple):
        raise ValueError(f"{key} must be a list.")
    return list(value)


def _check(document: Document) -> None:
    seen: set[str] = set()
    for annotation in document.annotations():
        if annotation.id in seen:
            raise ValueError(f"the id {annotation.id!r} is there twice.")
        seen.add(annotation.id)
    for entity in document.entities:
        if entity.end > len(document.text):
            raise ValueError(f"{entity.id} ends at {entity.end}, the text at {len(document.text)}.")
    for relation in document.relations:
        if len(relation.arguments) != 2:
            raise ValueError(f"{relation.id} needs two arguments.")


def _refuse_unknown(plain: Mapping[str, Any], known: set[str], where: str) -> None:
    unknown = sorted(str(key) for key in plain if key not in known)
    if unknown:
        raise ValueError(f"{where} has unknown keys: {', '.join(unknown)}.")
