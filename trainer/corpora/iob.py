"""Named entities in IOB2: one word and its tag a line, a tab between them, a blank line behind each sentence.

The files are those of the MTL-Bioinformatics-2016 collection (Crichton et al. 2017, doi 10.1186/s12859-017-1776-8),
and for JNLPBA those of BioBERT; there is no telling which sentences make a document, only their order.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from bioassist.documents import Entity, Span
from bioassist.errors import InputError
from converters.tags import mentions
from trainer.corpora.corpus import Corpus, Licence, Source
from trainer.corpora.files import lines
from trainer.corpora.samples import TokenizedSentence
from trainer.corpora.splitting import Split

_FILES: dict[Split, str] = {"train": "train.tsv", "dev": "devel.tsv|dev.tsv"}


def read_iob(path: Path, shown: str, types: dict[str, str] | None) -> Iterator[TokenizedSentence]:
    """The sentences of an IOB2 file. `types` maps the file's types ("" for bare B and I) to ours; None takes any.

    Raises InputError with file and line for a line of another form, an unknown tag, and an I- that does not go on with
    a mention of its type.
    """
    words: list[str] = []
    tags: list[str] = []
    begun = 0
    for line, number in lines(path):
        where = f"{path}:{number}"
        if not line.strip():
            if words:
                yield _sentence(f"{shown}:{begun}", words, tags)
                words, tags = [], []
            continue
        word, tab, tag = line.rpartition("\t")
        if not tab or not word or word != word.strip() or "\t" in word:
            raise InputError(
                "not a word, a tab and a tag.",
                where=where,
                next_step="The file was cut short or changed; fetch it again.",
            )
        if not words:
            begun = number
        words.append(word)
        tags.append(_tag(tag, tags[-1] if tags else "O", types, where))
    if words:
        yield _sentence(f"{shown}:{begun}", words, tags)


def _tag(tag: str, before: str, types: dict[str, str] | None, where: str) -> str:
    if tag == "O":
        return tag
    place, _, type_ = tag.partition("-")
    if place not in ("B", "I") or (types is not None and type_ not in types):
        known = ", ".join(f"B-{name}" if name else "B" for name in types or ("Type",))
        raise InputError(f"unknown tag {tag!r}.", where=where, next_step=f"Known: O, {known} and the same with I.")
    ours = types[type_] if types is not None else type_
    if place == "I" and before not in (f"B-{ours}", f"I-{ours}"):
        after = before if before == "O" or type_ else before[0]
        raise InputError(
            f"broken tag sequence: {tag} after {after}, where no mention of its type has begun.",
            where=where,
            next_step="IOB2 begins every mention with B; repair the file or fetch it again.",
        )
    return f"{place}-{ours}"


def _sentence(name: str, words: list[str], tags: list[str]) -> TokenizedSentence:
    spans: list[Span] = []
    start = 0
    for word in words:
        spans.append(Span(start, start + len(word)))
        start += len(word) + 1
    return TokenizedSentence(name, " ".join(words), tuple(spans), tuple(entities(spans, tags)))


def entities(words: list[Span], tags: list[str]) -> Iterator[Entity]:
    """The entities that a legal IOB2 sequence says, T1 and so on."""
    for number, mention in enumerate(mentions(tags)[0], 1):
        yield Entity(f"T{number}", mention.type, (Span(words[mention.first].start, words[mention.last].end),))


def _corpus(
    name: str,
    title: str,
    licence: Licence,
    types: dict[str, str],
    expected: dict[Split, dict[str, int]],
    directory: str,
    notes: str = "",
) -> Corpus:
    def reader(source: Source, split: Split) -> Iterator[TokenizedSentence]:
        path = source.path(_FILES[split])
        return read_iob(path, source.shown(path), types)

    return Corpus(
        name=name,
        title=title,
        task="ner",
        licence=licence,
        origin=f"Get train.tsv and devel.tsv from {directory}.",
        folder=f"ner/{name}",
        needs={split: (files,) for split, files in _FILES.items()},
        types=tuple(types.values()),
        reader=reader,
        expected=expected,
        notes=notes,
    )


_MTL = "https://github.com/cambridgeltl/MTL-Bioinformatics-2016, folder data/{}-IOB"
_NCBI = Licence("public domain", "United States Government work, NCBI public-domain notice; cite its authors.")

IOB_CORPORA = (
    _corpus(
        "ncbi-disease",
        "NCBI Disease",
        _NCBI,
        {"Disease": "Disease"},
        {"train": {"samples": 5424, "Disease": 5134}, "dev": {"samples": 923, "Disease": 787}},
        _MTL.format("NCBI-disease"),
    ),
    _corpus(
        "bc5cdr-disease",
        "BC5CDR diseases",
        _NCBI,
        {"Disease": "Disease"},
        {"train": {"samples": 4560, "Disease": 4182}, "dev": {"samples": 4581, "Disease": 4246}},
        _MTL.format("BC5CDR-disease"),
        "The same sentences as bc5cdr-chem and bc5cdr-both.",
    ),
    _corpus(
        "bc5cdr-chem",
        "BC5CDR chemicals",
        _NCBI,
        {"Chemical": "Chemical"},
        {"train": {"samples": 4560, "Chemical": 5203}, "dev": {"samples": 4581, "Chemical": 5347}},
        _MTL.format("BC5CDR-chem"),
        "The same sentences as bc5cdr-disease and bc5cdr-both.",
    ),
    _corpus(
        "bc5cdr-both",
        "BC5CDR diseases and chemicals",
        _NCBI,
        {"Chemical": "Chemical", "Disease": "Disease"},
        {
            "train": {"samples": 4560, "Chemical": 5203, "Disease": 4182},
            "dev": {"samples": 4581, "Chemical": 5347, "Disease": 4246},
        },
        _MTL.format("BC5CDR"),
        "The same sentences as bc5cdr-disease and bc5cdr-chem.",
    ),
    _corpus(
        "bc2gm",
        "BioCreative II gene mentions",
        Licence("attribution", "CC BY 4.0 (the collection's README)."),
        {"GENE": "Gene"},
        {"train": {"samples": 12574, "Gene": 15197}, "dev": {"samples": 2519, "Gene": 3061}},
        _MTL.format("BC2GM"),
    ),
    _corpus(
        "jnlpba",
        "JNLPBA, one merged type",
        Licence("attribution", "GENIA Project licence: annotations CC BY 3.0, abstracts under PubMed's terms."),
        {"": "Gene_or_protein"},
        {
            "train": {"samples": 14690, "Gene_or_protein": 32178},
            "dev": {"samples": 3856, "Gene_or_protein": 8575},
        },
        "the BioBERT data, https://github.com/dmis-lab/biobert (NERdata/JNLPBA; the dev file may be called dev.tsv)",
        "Bare B and I: proteins, DNA and RNA merged, generic nouns (cytokines) among them; punctuation split off. "
        "Train and dev are together the 18,546 sentences of the published training set.",
    ),
    _corpus(
        "anatem",
        "AnatEM anatomy",
        Licence("share alike", "CC BY-SA 3.0."),
        {"Anatomy": "Anatomy"},
        {"train": {"samples": 5861, "Anatomy": 6946}, "dev": {"samples": 2118, "Anatomy": 2139}},
        _MTL.format("AnatEM"),
    ),
)
