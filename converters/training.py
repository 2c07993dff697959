"""A folder that spaCy trains from: documents shared out by a hash, and a configuration that suits what is in them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from bioassist.documents import Document
from bioassist.errors import UsageError
from converters.placing import Placing
from converters.report import Finding, Report

if TYPE_CHECKING:
    from spacy.tokens import Doc, DocBin

Side = Literal["train", "dev", "test"]
SIDES: tuple[Side, ...] = ("train", "dev", "test")
PURPOSES: dict[Side, str] = {"train": "training", "dev": "development", "test": "test"}

# Of longer spans the categorizer would be offered too many stretches of text to judge.
_LONGEST_OFFERED = 12


@dataclass(slots=True)
class Contents:
    """What documents hold that decides what can be trained from them.

    `lengths` counts spans by their tokens; `classes` are those that hold somewhere, `single` is True if each document
    has one.
    """

    ents: bool = False
    overlapping: bool = False
    lengths: Counter[int] = field(default_factory=Counter)
    classes: dict[str, None] = field(default_factory=dict)
    single: bool = True

    def observe(self, document: Document, placing: Placing) -> None:
        self.ents |= bool(placing.ents)
        self.overlapping |= len(placing.ents) < len(placing.spans)
        self.lengths.update(one.last - one.first + 1 for one in placing.spans)
        self.classes.update(dict.fromkeys(document.classes))
        self.single &= len(document.classes) == 1


def check_language(language: str) -> None:
    """Raises UsageError if spaCy has no such language."""
    from spacy.util import get_lang_class

    try:
        get_lang_class(language)
    except ImportError as error:
        raise UsageError(
            f"spaCy has no language {language!r}.", next_step="Use an ISO code such as en or de."
        ) from error


def training_config(language: str, contents: Contents, report: Report) -> str:
    """A configuration for `spacy train`, on the processor, as `spacy init config` makes it.

    It trains entities from `doc.ents`; where entities overlap, all of them from `doc.spans["sc"]` as well; where there
    are document classes, those from `doc.cats`.
    """
    from spacy.cli.init_config import init_config

    pipeline = ["ner"] if contents.ents or not contents.classes else []
    pipeline += ["spancat"] if contents.overlapping else []
    # A choice among one class is none, and spaCy refuses to train it.
    textcat = "textcat" if contents.single and len(contents.classes) > 1 else "textcat_multilabel"
    pipeline += [textcat] if contents.classes else []
    config = init_config(lang=language, pipeline=pipeline, optimize="efficiency", gpu=False, silent=True)
    config["paths"] |= {"train": "train.spacy", "dev": "dev.spacy"}
    for corpus in ("train", "dev"):
        config["corpora"][corpus]["gold_preproc"] = True
    if contents.overlapping:
        longest = min(max(contents.lengths), _LONGEST_OFFERED)
        config["components"]["spancat"]["suggester"] = {
            "@misc": "spacy.ngram_range_suggester.v1",
            "min_size": 1,
            "max_size": longest,
        }
        longer = sum(number for length, number in contents.lengths.items() if length > longest)
        if longer:
            message = f"{longer} spans of more than {longest} tokens are longer than config.cfg offers to spancat."
            report.add(Finding("", "long spans", message))
    return f"# Written by bioassist. In this folder: spacy train config.cfg --output model\n\n{config.to_str()}\n"


def shared_out(
    docs: Iterable[tuple[str, Doc]], dev_share: float, test_share: float, contents: Contents, report: Report
) -> dict[Side, DocBin]:
    """Training, development and, if asked for, test data, by a hash of the document's name.

    A document stays on its side from export to export, and development data stay the same if test data are taken out
    of what would be training data. A text that is there under several names goes where the first of them goes. A side
    that would be empty gets the text whose hash is nearest to it, provided that the others keep one. `contents` is
    what `docs` turn out to hold: every Doc says of each class in it whether it holds.
    """
    bounds: dict[Side, tuple[float, float]] = {
        "dev": (0, dev_share),
        "test": (dev_share, dev_share + test_share),
        "train": (dev_share + test_share, 1),
    }
    wanted = [side for side in SIDES if side != "test" or test_share]
    bins = {side: new_bin() for side in wanted}
    places: dict[str, float] = {}
    sides: dict[str, Side] = {}
    for name, doc in docs:
        text = _hash(doc.text)
        place = places.setdefault(text, int(_hash(name)[:8], 16) / 2**32)
        side = sides.setdefault(
            text, next((one for one in wanted if bounds[one][0] <= place < bounds[one][1]), "train")
        )
        bins[side].add(doc)
    moved = False
    for side in ("dev", "train", "test"):
        sizes = Counter(sides.values())
        others = [text for text, at in sides.items() if sizes[at] > 1]
        if side in wanted and not sizes[side] and others:
            low, high = bounds[side]
            sides[min(others, key=lambda text: max(low - places[text], places[text] - high))] = side
            moved = True
            message = f"no document fell into the {PURPOSES[side]} data; one was moved there."
            report.add(Finding("", "split", message))
    if moved or contents.classes:
        bins = _sorted_anew(bins, sides, contents)
    told = (f"{len(bins[side])} for {PURPOSES[side]} ({side}.spacy)" for side in wanted)
    report.add(Finding("", "split", f"{', '.join(told)}."))
    return bins


def _sorted_anew(bins: dict[Side, DocBin], sides: dict[str, Side], contents: Contents) -> dict[Side, DocBin]:
    new = {side: new_bin() for side in bins}
    for doc in _all(bins.values()):
        # What is not said is missing to spaCy, and teaches nothing.
        doc.cats = {**dict.fromkeys(contents.classes, 0.0), **doc.cats}
        new[sides[_hash(doc.text)]].add(doc)
    return new


def _all(bins: Iterable[DocBin]) -> Iterator[Doc]:
    from spacy.vocab import Vocab

    for one in bins:
        yield from one.get_docs(Vocab())


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def new_bin() -> DocBin:
    from spacy.tokens import DocBin

    return DocBin(attrs=["ENT_IOB", "ENT_TYPE"], store_user_data=True)
