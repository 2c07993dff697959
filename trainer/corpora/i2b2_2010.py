"""i2b2/VA 2010: concepts, assertions and relations in discharge summaries (Uzuner et al. 2011, doi
10.1136/amiajnl-2011-000203), from the folders that n2c2 distributes.

`concept_assertion_relation_training_data/{beth,partners}/{txt,concept,ast,rel}/NAME.{txt,con,ast,rel}`. A line of text
is a sentence, its tokens are divided by white space; `c="chest pain" 12:3 12:4||t="problem"` counts lines from 1 and
tokens from 0, both ends inclusive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from bioassist.documents import Argument, Attribute, Document, Entity, Relation, Span
from bioassist.errors import InputError
from trainer.corpora.assertions import AssertionRule
from trainer.corpora.corpus import Corpus, Licence, Source
from trainer.corpora.files import lines, text
from trainer.corpora.pairs import PairRule
from trainer.corpora.samples import AnnotatedDocument
from trainer.corpora.splitting import Split, split_of

_CONCEPT = r'c="(?P<{0}>.*)" (?P<{0}from>\d+:\d+) (?P<{0}to>\d+:\d+)'
_CON = re.compile(_CONCEPT.format("c") + r'\|\|t="(?P<type>\w+)"\Z')
_AST = re.compile(_CONCEPT.format("c") + r'\|\|t="(?P<type>\w+)"\|\|a="(?P<value>\w+)"\Z')
_REL = re.compile(_CONCEPT.format("c") + r'\|\|r="(?P<type>\w+)"\|\|' + _CONCEPT.format("d") + r"\Z")

TYPES = ("problem", "treatment", "test")
ASSERTIONS = ("present", "absent", "possible", "conditional", "hypothetical", "associated_with_someone_else")
RULES = (
    PairRule(("treatment",), ("problem",), ("TrIP", "TrWP", "TrCP", "TrAP", "TrNAP")),
    PairRule(("test",), ("problem",), ("TeRP", "TeCP")),
    PairRule(("problem",), ("problem",), ("PIP",), symmetric=True),
)


class _Lines:
    """The words of a text by line and token, as the annotations count them."""

    def __init__(self, content: str) -> None:
        self.text = content
        self.rows: list[list[Span]] = []
        self.sentences: list[Span] = []
        start = 0
        for line in content.split("\n"):
            self.rows.append([Span(start + run.start(), start + run.end()) for run in re.finditer(r"\S+", line)])
            self.sentences.append(Span(start, start + len(line)))
            start += len(line) + 1

    def span(self, first: str, last: str, quoted: str, where: str) -> Span:
        """The span from token `first` ("12:3") to `last`. Raises InputError if it is not there or reads otherwise."""
        try:
            begin, end = (self.rows[int(line) - 1][int(token)] for line, token in (first.split(":"), last.split(":")))
        except IndexError:
            raise InputError(f"there is no text at {first} to {last}.", where=where, next_step=_AGAIN) from None
        span = Span(begin.start, max(begin.end, end.end))
        if "".join(span.of(self.text).split()).lower() != "".join(quoted.split()).lower():
            raise InputError(f"the text at {first} is another than the one quoted.", where=where, next_step=_AGAIN)
        return span


_AGAIN = "Take the files as n2c2 distributes them; text and annotations must be of one release."


def read_document(txt: Path, name: str) -> AnnotatedDocument:
    """The document of `txt/NAME.txt` with what lies beside it in `concept`, `ast` and `rel`."""
    content = text(txt).replace("\r\n", "\n")
    counted = _Lines(content)
    beside = txt.parent.parent
    concepts: dict[tuple[Span, str], Entity] = {}
    # A span can be two concepts; relations and assertions name one by its text and place alone.
    at: dict[Span, Entity] = {}
    for match, where in _matches(beside / "concept" / f"{txt.stem}.con", _CON):
        span = counted.span(match["cfrom"], match["cto"], match["c"], where)
        if match["type"] not in TYPES:
            raise InputError(f"{match['type']!r} is not a concept type.", where=where, next_step=_AGAIN)
        entity = Entity(f"T{len(concepts) + 1}", match["type"], (span,))
        if (span, entity.type) not in concepts:
            concepts[span, entity.type] = entity
            at.setdefault(span, entity)
    attributes: list[Attribute] = []
    for match, where in _matches(beside / "ast" / f"{txt.stem}.ast", _AST):
        span = counted.span(match["cfrom"], match["cto"], match["c"], where)
        target = concepts.get((span, match["type"]))
        if target is None or match["value"] not in ASSERTIONS:
            raise InputError("asserts of no concept, or no known assertion.", where=where, next_step=_AGAIN)
        attributes.append(Attribute(f"A{len(attributes) + 1}", "Assertion", target.id, match["value"]))
    relations: list[Relation] = []
    for match, where in _matches(beside / "rel" / f"{txt.stem}.rel", _REL):
        ends = [
            _end(counted.span(match[f"{one}from"], match[f"{one}to"], match[one], where), side, match["type"], concepts)
            for one, side in (("c", "head"), ("d", "tail"))
        ]
        if ends[0] is None or ends[1] is None:
            raise InputError("relates what is not a concept that fits.", where=where, next_step=_AGAIN)
        arguments = (Argument("Arg1", ends[0].id), Argument("Arg2", ends[1].id))
        relations.append(Relation(f"R{len(relations) + 1}", match["type"], arguments))
    document = Document(name, content, tuple(concepts.values()), tuple(relations), attributes=tuple(attributes))
    words = tuple(word for row in counted.rows for word in row)
    return AnnotatedDocument(document, words, tuple(counted.sentences))


def _end(span: Span, side: str, relation: str, concepts: dict[tuple[Span, str], Entity]) -> Entity | None:
    for rule in RULES:
        if relation in rule.labels:
            types = rule.head if side == "head" else rule.tail
            return next((concepts[span, type_] for type_ in types if (span, type_) in concepts), None)
    return None


def _matches(path: Path, form: re.Pattern[str]) -> Iterator[tuple[re.Match[str], str]]:
    # A document without relations may have no file for them, or an empty one.
    if not path.is_file() or not path.read_bytes().strip():
        return
    for line, number in lines(path):
        if not line.strip():
            continue
        match = form.match(line.strip())
        if match is None:
            raise InputError(f"not a line of a {path.suffix} file.", where=f"{path}:{number}", next_step=_AGAIN)
        yield match, f"{path}:{number}"


def _reader(source: Source, split: Split) -> Iterator[AnnotatedDocument]:
    found = source.folder.rglob("*.txt")
    texts = sorted(path for path in found if path.parent.name == "txt" and not source.is_test(path))
    source.check_total(len(texts))
    for path in texts:
        if not (path.parent.parent / "concept" / f"{path.stem}.con").is_file():
            raise InputError(
                f"{path.stem}.con is not there.", where=str(path.parent.parent / "concept"), next_step=_AGAIN
            )
        sample = read_document(path, source.shown(path.with_suffix("")))
        if split_of(sample.document.text) == split:
            yield sample


I2B2_2010 = Corpus(
    name="i2b2-2010",
    title="i2b2/VA 2010 concepts, assertions and relations",
    task="re",
    licence=Licence("agreement", "n2c2 data use agreement, each user their own; nothing of it may be passed on."),
    origin="Ask for it at https://portal.dbmi.hms.harvard.edu (n2c2 NLP research data sets, 2010), and name the "
    "folder that holds concept_assertion_relation_training_data.",
    folder="i2b2-2010",
    needs={
        "train": ("txt|*/txt|*/*/txt", "concept|*/concept|*/*/concept"),
        "dev": ("txt|*/txt|*/*/txt", "concept|*/concept|*/*/concept"),
    },
    types=TYPES,
    reader=_reader,
    rules=RULES,
    asserts=(AssertionRule("Assertion", ("problem",), ASSERTIONS),),
    total=170,
    split_note="The training documents by the hash of their text, 80 to 20.",
    notes="n2c2 gives out 170 training documents (73 beth, 97 partners), fewer than the challenge had.",
)
