"""A corpus: what it is, under what terms it is used, where it comes from, and how it is opened.

`Corpus.open(root, split)` looks for the corpus below `root` (the folder of all corpora), or takes `root` itself for
its folder, and gives its samples one at a time. Test splits are never looked for.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from bioassist.errors import InputError, UsageError
from bioassist.words import sentences
from converters.report import Report
from trainer.corpora.assertions import AssertionRule, assertions
from trainer.corpora.pairs import PairRule, candidate_pairs
from trainer.corpora.samples import (
    AnnotatedDocument,
    AssertionSample,
    ClassSample,
    NliSample,
    PairSample,
    QaSample,
    Sample,
    TokenizedSentence,
)
from trainer.corpora.splitting import SPLITS, Split

Task = Literal["ner", "re", "assertion", "nli", "class", "qa"]

LicenceClass = Literal["public domain", "attribution", "share alike", "research", "agreement", "unstated"]


@dataclass(frozen=True, slots=True)
class Licence:
    """The terms of a corpus. `stated` is what its publisher says; `class_` is what follows from it.

    "public domain" and "attribution" (MIT, Apache-2.0, CC BY) let weights that were trained on it be given away, with
    credit; "share alike" does so under terms of its own; "research", "agreement" (a signed one, not to be passed on)
    and "unstated" do not without asking.
    """

    class_: LicenceClass
    stated: str

    @property
    def weights_may_be_given_away(self) -> bool:
        return self.class_ in ("public domain", "attribution", "share alike")


@dataclass(frozen=True, slots=True)
class Source:
    """An opened corpus, as its reader sees it. Readers tell `report` what they leave out."""

    corpus: Corpus
    folder: Path
    report: Report
    online: bool = False
    whole: bool = True

    def check_total(self, number: int) -> None:
        """Raise InputError if `number` documents or rows of all splits are fewer than the corpus has."""
        if self.whole and number < self.corpus.total:
            raise InputError(
                f"{self.corpus.title} has {number:,} of {self.corpus.total:,} documents.",
                where=str(self.folder),
                next_step=f"It was cut short, or is a part. {self.corpus.origin}",
            )

    def path(self, pattern: str) -> Path:
        """The first file or folder, by name, that `pattern` ("a.json|*.zip") fits. Raises InputError if none does."""
        found = self.find(pattern)
        if found is None:
            raise self.corpus.missing(self.folder, pattern)
        return found

    def find(self, pattern: str) -> Path | None:
        return _first(self.folder, pattern)

    def is_test(self, path: Path) -> bool:
        """Whether a folder between the corpus's and `path` is called as test data are."""
        between = path.relative_to(self.folder).parts[:-1]
        return any(word in part.lower() for part in between for word in ("test", "reference_standard", "ground_truth"))

    def shown(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix() if path.is_relative_to(self.folder) else str(path)


def _first(folder: Path, pattern: str) -> Path | None:
    for alternative in pattern.split("|"):
        found = min(folder.glob(alternative), default=None)
        if found is not None:
            return found
    return None


Reader = Callable[[Source, Split], Iterator[Sample]]
# The pairs of a document, and how many of its relations none of them stands for.
Pairing = Callable[[AnnotatedDocument], tuple[list[PairSample], int]]


@dataclass(frozen=True, slots=True)
class Corpus:
    """One source of annotated data.

    `folder` is where it lies below the folder of all corpora; `needs` are the files (patterns) that a split reads.
    `types` are the types of its entities, or the labels of a task without entities, and all that it annotates: what is
    not in them is not "outside", it is unknown.
    `rules` say which entities its relations join (or `pairing` makes the pairs), `asserts` which attributes its
    entities bear. `expected` counts samples ("samples") and labels by split, as published, or as found in the
    published file where the split is ours; `total` counts the documents or rows of all splits, where that is what is
    known. `split_note` is there if the splits are not its owners' own.
    """

    name: str
    title: str
    task: Task
    licence: Licence
    origin: str
    folder: str
    needs: Mapping[Split, tuple[str, ...]]
    types: tuple[str, ...]
    reader: Reader = field(repr=False, compare=False)
    rules: tuple[PairRule, ...] = ()
    pairing: Pairing | None = field(default=None, repr=False, compare=False)
    asserts: tuple[AssertionRule, ...] = ()
    expected: Mapping[Split, Mapping[str, int]] = field(default_factory=lambda: MappingProxyType({}))
    total: int = 0
    split_note: str = ""
    notes: str = ""
    hub: str = ""

    def open(
        self, root: Path, split: Split, report: Report | None = None, *, whole: bool = True, online: bool = False
    ) -> Iterator[Sample]:
        """The samples of `split`, in the source's order.

        Raises InputError here if a file is missing, and while reading for what is broken, with file and line; at the
        end if there was no sample, or (unless `whole` is False) fewer than expected. `report` hears of whatever
        was left out. Only with `online` is a corpus that lives on a hub fetched.
        """
        if split not in SPLITS:
            raise UsageError(
                f"{self.name} has no split {split!r} here.",
                next_step=f"Splits: {', '.join(SPLITS)}; test splits are kept out of training and tuning.",
            )
        source = Source(self, self.locate(root, split, online=online), report or Report(), online, whole)
        return self._counted(source, split)

    def pair_samples(self, sample: AnnotatedDocument) -> tuple[list[PairSample], int]:
        """The candidate pairs of a document, and how many of its relations none of them stands for."""
        if self.pairing is not None:
            return self.pairing(sample)
        if not self.rules:
            return [], 0
        document = sample.document
        return candidate_pairs(document, self.rules, sample.sentences or sentences(document.text))

    def assertion_samples(self, sample: AnnotatedDocument) -> list[AssertionSample]:
        """One sample for each attribute that an entity of the document could bear."""
        return [one for rule in self.asserts for one in assertions(sample.document, rule)]

    def locate(self, root: Path, split: Split, *, online: bool = False) -> Path:
        """The folder of this corpus below `root`, or `root` itself. Raises InputError saying how to get the corpus."""
        needs = self.needs.get(split, ())
        folders = [root / self.folder, root / self.name, root]
        if needs:
            for folder in folders:
                if folder.is_dir() and all(_first(folder, pattern) for pattern in needs):
                    return folder
            if self.hub and online:
                return root / self.folder
        there = next((folder for folder in folders[:2] if folder.is_dir()), None)
        if there is None:
            raise self.missing(root)
        raise self.missing(there, next((pattern for pattern in needs if not _first(there, pattern)), f"{split} split"))

    def missing(self, folder: Path, what: str = "") -> InputError:
        """What to say where the corpus, or the file `what` of it, is not in `folder`."""
        gone = f"{' or '.join(what.split('|'))} is not there" if what else f"there is no {self.folder} in it"
        return InputError(
            f"{self.title}: {gone}.",
            where=str(folder),
            next_step=f"{self.origin} Terms: {self.licence.stated}",
        )

    def discrepancies(self, split: Split, counts: Mapping[str, int]) -> list[str]:
        """Where `counts` (see `tally`) differ from those expected."""
        return [
            f"{self.name} {split}: {counts.get(what, 0):,} {what}, expected {number:,}"
            for what, number in self.expected.get(split, {}).items()
            if counts.get(what, 0) != number
        ]

    def _counted(self, source: Source, split: Split) -> Iterator[Sample]:
        number = 0
        for sample in self.reader(source, split):
            number += 1
            yield sample
        source.report.documents += number
        if not number:
            raise InputError(
                f"the {split} split of {self.title} is empty.", where=str(source.folder), next_step=self.origin
            )
        expected = self.expected.get(split, {}).get("samples", 0)
        if source.whole and number < expected:
            raise InputError(
                f"the {split} split of {self.title} ends after {number:,} of {expected:,} samples.",
                where=str(source.folder),
                next_step=f"It was cut short, or is another version. {self.origin}",
            )


def tally(samples: Iterable[Sample]) -> Counter[str]:
    """Counts of `samples`, with the number under "samples" and that of each label under its name."""
    counts: Counter[str] = Counter()
    for sample in samples:
        counts["samples"] += 1
        counts.update(_labels(sample))
    return counts


def _labels(sample: Sample) -> list[str]:
    match sample:
        case TokenizedSentence():
            return [entity.type for entity in sample.entities]
        case AnnotatedDocument():
            document = sample.document
            entities = [entity.type for entity in document.entities]
            return [*entities, *(relation.type for relation in document.relations)]
        case AssertionSample():
            return list(sample.values.values())
        case PairSample() | NliSample():
            return [sample.label]
        case ClassSample():
            return [*sample.labels] or ["none"]
        case QaSample():
            return [sample.answer] if sample.options else []
