"""i2b2 2012: events and times in discharge summaries (Sun et al. 2013, doi 10.1136/amiajnl-2013-000628), from the
folder that n2c2 distributes: `2012-07-15.original-annotation.release/NUMBER.xml`.

The files are XML in form only: attributes hold bare `&`, `<` and quotes, and some do not parse; so tags are read line
by line, as the organisers' own scripts do. Offsets count the line end with which the text begins as a character.
Lines are sentences, tokens are divided by white space.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from pathlib import Path

from bioassist.documents import Attribute, Document, Entity, Span
from bioassist.errors import InputError
from converters.report import Finding, Report
from trainer.corpora.assertions import AssertionRule
from trainer.corpora.corpus import Corpus, Licence, Source
from trainer.corpora.files import text
from trainer.corpora.samples import AnnotatedDocument
from trainer.corpora.splitting import Split, split_of

EVENT_TYPES = ("PROBLEM", "TEST", "TREATMENT", "CLINICAL_DEPT", "EVIDENTIAL", "OCCURRENCE")
TIME_TYPES = ("DATE", "TIME", "DURATION", "FREQUENCY")
POLARITY = ("POS", "NEG")
MODALITY = ("FACTUAL", "CONDITIONAL", "POSSIBLE", "PROPOSED")

_TEXT = re.compile(r"<TEXT>\s*?<!\[CDATA\[(.*?)\]\]>\s*</TEXT>", re.DOTALL)
# What is quoted may hold quotes; it ends where the next attribute begins.
_TAG = re.compile(
    r'<(EVENT|TIMEX3)\s+id="(\w+)"\s+start="(\d+)"\s+end="(\d+)"\s+text="(.*?)"\s+'
    r'((?:(?:modality|polarity|type|val|mod)="[^"]*"\s*)+)/>'
)
_LINE = re.compile(r"<(EVENT|TIMEX3)\b")
_END = "</ClinicalNarrativeTemporalAnnotation>"
_AGAIN = "Take the files as n2c2 distributes them."


def read_document(path: Path, name: str, report: Report) -> AnnotatedDocument:
    """One document. Entities that do not quote the text at their place are left out, and the report says so."""
    data = text(path).replace("\r\n", "\n")
    found = _TEXT.search(data)
    if found is None or _END not in data:
        raise InputError("has no text in it, or no end.", where=str(path), next_step=f"It was cut short. {_AGAIN}")
    content = found[1]
    first_line = data.count("\n", 0, found.end()) + 1
    tags: list[tuple[re.Match[str], int]] = []
    for number, line in enumerate(data[found.end() :].split("\n"), first_line):
        if not _LINE.search(line):
            continue
        tag = _TAG.search(line)
        if tag is None:
            raise InputError("not a tag as they are here.", where=f"{path}:{number}", next_step=_AGAIN)
        tags.append((tag, number))
    shift = _shift(content, tags)
    entities: list[Entity] = []
    attributes: list[Attribute] = []
    for tag, number in tags:
        rest = dict(re.findall(r'(\w+)="([^"]*)"', tag[6]))
        # The guidelines and the files do not agree on how this is spelt.
        type_ = rest.get("type", "").upper().replace("OCCURENCE", "OCCURRENCE")
        if type_ not in (*EVENT_TYPES, *TIME_TYPES):
            raise InputError(f"{type_!r} is not a type of this corpus.", where=f"{path}:{number}", next_step=_AGAIN)
        span = _span(tag, shift, content)
        if span is None:
            report.add(
                Finding(
                    name, "misplaced", f"{tag[2]} quotes other text than it marks.", None, path.name, number, "loss"
                )
            )
            continue
        entities.append(Entity(tag[2], type_, (span,)))
        for property_, default in (("polarity", "POS"), ("modality", "FACTUAL")):
            if rest.get(property_, default) != default:
                identity = f"A{len(attributes) + 1}"
                attributes.append(Attribute(identity, property_.capitalize(), tag[2], rest[property_]))
    document = Document(name, content, tuple(entities), attributes=tuple(attributes))
    words = tuple(Span(*run.span()) for run in re.finditer(r"\S+", content))
    sentences = tuple(Span(*line.span()) for line in re.finditer(r"[^\n]+", content))
    return AnnotatedDocument(document, words, sentences)


def _shift(content: str, tags: list[tuple[re.Match[str], int]]) -> int:
    """What to add to the offsets of a document so that most tags quote the text: 0, or -1 where they count from 1."""
    return max((0, -1), key=lambda shift: sum(_span(tag, shift, content) is not None for tag, _ in tags))


def _span(tag: re.Match[str], shift: int, content: str) -> Span | None:
    start, end = int(tag[3]) + shift, int(tag[4]) + shift
    if not 0 <= start < end <= len(content):
        return None
    span = Span(start, end)
    return span if _plain(span.of(content)) in (_plain(tag[5]), _plain(html.unescape(tag[5]))) else None


def _plain(quoted: str) -> str:
    return "".join(quoted.split())


def _reader(source: Source, split: Split) -> Iterator[AnnotatedDocument]:
    paths = [path for path in source.folder.rglob("*.xml") if not source.is_test(path)]
    source.check_total(len(paths))
    for path in sorted(paths, key=lambda path: (len(path.stem), path.stem)):
        told = Report()
        sample = read_document(path, path.stem, told)
        if split_of(sample.document.text) == split:
            source.report.findings.extend(told.findings)
            yield sample


I2B2_2012 = Corpus(
    name="i2b2-2012",
    title="i2b2 2012 events and times",
    task="ner",
    licence=Licence("agreement", "n2c2 data use agreement, each user their own; nothing of it may be passed on."),
    origin="Ask for it at https://portal.dbmi.hms.harvard.edu (n2c2 NLP research data sets, 2012), and name the "
    "folder that holds 2012-07-15.original-annotation.release.",
    folder="i2b2-2012",
    needs={"train": ("*.xml|*/*.xml",), "dev": ("*.xml|*/*.xml",)},
    types=(*EVENT_TYPES, *TIME_TYPES),
    reader=_reader,
    asserts=(
        AssertionRule("Polarity", EVENT_TYPES, POLARITY),
        AssertionRule("Modality", EVENT_TYPES, MODALITY),
    ),
    total=190,
    split_note="The 190 training documents by the hash of their text, 80 to 20.",
    notes="The paper's row is about the six event types alone.",
)
