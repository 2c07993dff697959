"""NegEx: a concept in a sentence of a clinical note, its negation, temporality and experiencer (Chapman et al. 2001,
doi 10.1006/jbin.2001.1029; the annotations of Harkema et al. 2009, doi 10.1016/j.jbi.2009.05.002).

The sentences shout the concept: "denies any CHEST PAIN". A model would learn that what is asked about is in capitals,
which no note does, so the concept gets the case of the column that names it, unless the whole sentence is in capitals.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from types import MappingProxyType

from bioassist.documents import Attribute, Document, Entity, Span
from bioassist.errors import InputError
from converters.report import Finding
from trainer.corpora.corpus import Corpus, Licence, Source
from trainer.corpora.files import label, lines
from trainer.corpora.samples import AssertionSample
from trainer.corpora.splitting import Split, split_of

NEGATION = {"Affirmed": "affirmed", "Negated": "negated"}
TEMPORALITY = {"Recent": "recent", "Historical": "historical", "Not particular": "not particular"}
EXPERIENCER = {"Patient": "patient", "Family member": "family", "Other": "other"}
OPTIONS = MappingProxyType(
    {
        "negation": tuple(NEGATION.values()),
        "temporality": tuple(TEMPORALITY.values()),
        "experiencer": tuple(EXPERIENCER.values()),
    }
)
# What the values are called in bioassist's clinical schema.
_ATTRIBUTES = {
    "negated": ("Assertion", "negated"),
    "historical": ("Assertion", "historical"),
    "family": ("Experiencer", "family"),
    "other": ("Experiencer", "other"),
}


def _reader(source: Source, split: Split) -> Iterator[AssertionSample]:
    path = source.path("rsAnnotations*.txt")
    for line, number in lines(path, "latin-1"):
        where = f"{path}:{number}"
        if number == 1 or not line:
            continue
        fields = line.split("\t")
        if len(fields) != 6:
            raise InputError(
                f"has {len(fields)} of 6 columns.", where=where, next_step="The file was cut short; fetch it again."
            )
        identity, concept, sentence = fields[:3]
        values = {
            "negation": label(fields[3], NEGATION, where),
            "temporality": label(fields[4], TEMPORALITY, where),
            "experiencer": label(fields[5], EXPERIENCER, where),
        }
        if split_of(_folded(sentence)) != split:
            continue
        placed = locate(sentence, concept)
        if placed is None:
            message = "its concept is not in its sentence; it was left out."
            source.report.add(Finding(identity, "no concept", message, None, path.name, number, "loss"))
            continue
        text, span = placed
        target = Entity("T1", "Finding", (span,))
        said = (_ATTRIBUTES[value] for value in values.values() if value in _ATTRIBUTES)
        attributes = tuple(Attribute(f"A{place}", type_, "T1", value) for place, (type_, value) in enumerate(said, 1))
        document = Document(f"negex/{identity}", text, (target,), attributes=attributes)
        yield AssertionSample(document.name, document, target, MappingProxyType(values), OPTIONS, _folded(sentence))


def locate(sentence: str, concept: str) -> tuple[str, Span] | None:
    """The sentence with the concept in its own case, and where it is; None if it is not there.

    White space may differ between the two. Of several places the first in capitals counts, else the first.
    """
    form = r"\s+".join(re.escape(word) for word in concept.split())
    found = list(re.finditer(form, sentence, re.IGNORECASE))
    if not found or not form:
        return None
    match = next((one for one in found if one.group().isupper()), found[0])
    rest = sentence[: match.start()] + sentence[match.end() :]
    if match.group().isupper() and not rest.isupper() and any(letter.isalpha() for letter in rest):
        words = iter(concept.split())
        # Word by word, so that the sentence keeps its white space and its length.
        calm = re.sub(r"\S+", lambda word: next(words), match.group())
        sentence = sentence[: match.start()] + calm + sentence[match.end() :]
    return sentence, Span(*match.span())


def _folded(sentence: str) -> str:
    # One sentence comes several times, each time with another concept in capitals.
    return " ".join(sentence.lower().split())


NEGEX = Corpus(
    name="negex",
    title="NegEx, concepts with negation, temporality and experiencer",
    task="assertion",
    licence=Licence("attribution", "Apache-2.0; de-identified at the source."),
    origin="Get rsAnnotations-1-120-random.txt from https://github.com/chapmanbe/negex as rsAnnotations.txt.",
    folder="notes/negex",
    needs={"train": ("rsAnnotations*.txt",), "dev": ("rsAnnotations*.txt",)},
    types=("Finding",),
    reader=_reader,
    expected={
        "train": {"samples": 1350, "negated": 276, "historical": 152},
        "dev": {"samples": 417, "negated": 78, "historical": 43},
    },
    split_note="By the hash of the sentence, whatever its concept, 80 to 20.",
    notes="Experiencer other than the patient is all but absent, so it can neither be learnt nor measured on it.",
)
