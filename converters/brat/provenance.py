"""Unreviewed suggestions in brat: a note of type AnnotationUnconfirmed, which brat's screen shows as such.

    #3<TAB>AnnotationUnconfirmed T3<TAB>model=SmolLM2-135M p=0.83 program=ner.typed untrained label

`p` is the suggestion's probability with four digits; "untrained label" stands there if the model was never trained on
the label. `source` names the kind of suggester where it is not the language model; `also`, once each, others that
suggest the same. White space and "%" in names are percent-encoded. A suggestion that a person has decided on has no
such note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import unquote

from bioassist.documents import Note, Provenance

UNCONFIRMED = "AnnotationUnconfirmed"
_UNTRAINED = "untrained label"
_FIELD = re.compile(r"(model|p|program|source|actor|also)=(\S*)\Z")


def note_text(provenance: Provenance) -> str:
    """What the note on an unreviewed suggestion says."""
    return " ".join(_fields(provenance))


def _fields(provenance: Provenance) -> Iterator[str]:
    if provenance.model is not None:
        yield f"model={_quoted(provenance.model)}"
    if provenance.confidence is not None:
        yield f"p={round(provenance.confidence, 4)}"
    if provenance.program is not None:
        yield f"program={_quoted(provenance.program)}"
    if provenance.source != "model":
        yield f"source={_quoted(provenance.source)}"
    for other in provenance.also:
        yield f"also={_quoted(other)}"
    if provenance.actor is not None:
        yield f"actor={_quoted(provenance.actor)}"
    if not provenance.trained:
        yield _UNTRAINED


def provenance_of(note: Note) -> Provenance | None:
    """What `note` says about its target, if it is a note as `note_text` makes them."""
    if note.type != UNCONFIRMED:
        return None
    trained = not note.text.endswith(_UNTRAINED)
    named: dict[str, str] = {}
    also: list[str] = []
    for part in note.text.removesuffix(_UNTRAINED).split():
        match = _FIELD.match(part)
        if not match or match[1] in named:
            return None
        if match[1] == "also":
            also.append(unquote(match[2]))
        else:
            named[match[1]] = unquote(match[2])
    try:
        confidence = float(named["p"]) if "p" in named else None
    except ValueError:
        return None
    if confidence is not None and not 0 <= confidence <= 1:
        return None
    return Provenance(
        "unreviewed",
        named.get("source", "model"),
        confidence,
        named.get("model"),
        named.get("program"),
        trained,
        named.get("actor"),
        also=tuple(also),
    )


def _quoted(name: str) -> str:
    return re.sub(r"[\s%]", _percent, name)


def _percent(match: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in match.group().encode())
