"""Corpora, one reader a source, from the layout that its owners distribute.

    for sample in by_name("ncbi-disease").open(Path("../shared/corpora"), "train"):
        ...

`CORPORA` lists them all. Each says its licence class, what it annotates, where to get it and under what terms.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from bioassist.errors import UsageError
from trainer.corpora.classes import HOC, MTS_DIALOG
from trainer.corpora.corpus import Corpus, Licence, LicenceClass, Source, Task, tally
from trainer.corpora.hub import CHATDOCTOR, PMC_LLAMA
from trainer.corpora.i2b2_2010 import I2B2_2010
from trainer.corpora.i2b2_2012 import I2B2_2012
from trainer.corpora.inference import HEALTHVER, MEDNLI, NLI4CT
from trainer.corpora.iob import IOB_CORPORA
from trainer.corpora.maccrobat import MACCROBAT, MACCROBAT_CLINICAL
from trainer.corpora.marked import CHEMPROT, GAD
from trainer.corpora.negex import NEGEX
from trainer.corpora.pubtator import CID
from trainer.corpora.questions import MEDQUAD, PUBMEDQA
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
from trainer.corpora.splitting import SPLITS, Split, split_of
from trainer.corpora.standoff import DDI, NCBI

__all__ = [
    "CORPORA",
    "SPLITS",
    "AnnotatedDocument",
    "AssertionSample",
    "ClassSample",
    "Corpus",
    "Licence",
    "LicenceClass",
    "NliSample",
    "PairSample",
    "QaSample",
    "Sample",
    "Source",
    "Split",
    "Task",
    "TokenizedSentence",
    "by_name",
    "default_root",
    "split_of",
    "tally",
]

CORPORA: Mapping[str, Corpus] = MappingProxyType(
    {
        one.name: one
        for one in (
            *IOB_CORPORA,
            I2B2_2012,
            MACCROBAT,
            MACCROBAT_CLINICAL,
            NCBI,
            DDI,
            I2B2_2010,
            CID,
            GAD,
            CHEMPROT,
            NEGEX,
            MEDNLI,
            NLI4CT,
            HEALTHVER,
            HOC,
            MTS_DIALOG,
            PUBMEDQA,
            MEDQUAD,
            CHATDOCTOR,
            PMC_LLAMA,
        )
    }
)


def by_name(name: str) -> Corpus:
    """The corpus called `name`. Raises UsageError that lists the names there are."""
    if name not in CORPORA:
        raise UsageError(f"there is no corpus called {name!r}.", next_step=f"Known: {', '.join(CORPORA)}.")
    return CORPORA[name]


def default_root() -> Path:
    """The folder of all corpora: BIOASSIST_CORPORA, or `corpora` here."""
    return Path(os.environ.get("BIOASSIST_CORPORA", "corpora"))
