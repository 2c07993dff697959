"""A document to lines of tokens and tags."""

from __future__ import annotations

import re
from collections.abc import Iterator

from bioassist.documents import Document
from bioassist.schema import Schema
from converters.carrying import carried
from converters.conll.spaces import escaped, spaces
from converters.formats import Feature, Misaligned
from converters.placing import Placing, place
from converters.report import Finding, Report
from converters.tags import OUTSIDE

START = "-DOCSTART-"


def written(
    document: Document, carries: frozenset[Feature], schema: Schema | None, misaligned: Misaligned, report: Report
) -> str:
    """The lines of `document`; what is not in them as it was goes to `report`.

    Raises UnicodeEncodeError for a text with a lone surrogate.
    """
    from bioassist.words import sentences, words

    text = document.text
    text.encode()
    spans = words(text)
    left = carried(document, carries, "CoNLL", schema)
    placing = place(left.document, lambda _: spans, misaligned)
    report.findings += [*left.findings, *_told(placing, document.name)]
    report.annotations = len(placing.ents)
    tags = _tags(placing, document.name, report)
    ends = {sentence.end for sentence in sentences(text, spans)}
    shown = [at for at, token in enumerate(placing.tokens.texts) if not token.isspace()]
    starts = [*(placing.tokens.starts[at] for at in shown), len(text)]
    lines = [f"{START} ({escaped(document.name)})\t{spaces(text[: starts[0]])}\t{OUTSIDE}\n\n"]
    for number, at in enumerate(shown):
        token, following = placing.tokens.texts[at], starts[number + 1]
        space = text[starts[number] + len(token) : following]
        lines.append(f"{token}\t{spaces(space)}\t{tags.get(at, OUTSIDE)}\n")
        goes_on = number + 1 < len(shown) and tags.get(shown[number + 1], OUTSIDE).startswith("I")
        if following in ends and not goes_on:
            lines.append("\n")
    return "".join(lines)


def _told(placing: Placing, name: str) -> Iterator[Finding]:
    """The findings of `placing`, in words of this format."""
    yield from (finding for finding in placing.findings if finding.code != "overlap")
    kept = {placed.entity.id for placed in placing.ents}
    for placed in placing.spans:
        if placed.entity.id not in kept:
            message = f"{placed.entity.id} overlaps a longer one once both lie on tokens; it was left out."
            yield Finding(name, "overlapping", message, placed.entity.start, kind="loss")


def _tags(placing: Placing, name: str, report: Report) -> dict[int, str]:
    """The tags of the tokens in mentions, by place."""
    tags: dict[int, str] = {}
    for placed in placing.ents:
        type_ = re.sub(r"\s", "_", placed.entity.type)
        if type_ != placed.entity.type:
            message = f"the type of {placed.entity.id} has white space, which a tag cannot; it became {type_}."
            report.add(Finding(name, "label", message, placed.entity.start, kind="change"))
        for at in range(placed.first, placed.last + 1):
            tags[at] = f"{'B' if at == placed.first else 'I'}-{type_}"
    return tags
