"""Classification: Hallmarks of Cancer (sentences, any number of classes) and MTS-Dialog (sections, one class)."""

from __future__ import annotations

from collections.abc import Iterator

from bioassist.documents import Document
from bioassist.errors import InputError
from converters.report import Finding
from trainer.corpora.corpus import Corpus, Licence, Source
from trainer.corpora.files import json_lines, label, rows, value
from trainer.corpora.samples import ClassSample
from trainer.corpora.splitting import Split, split_of

# The short names are our own; the long ones are those of Hanahan and Weinberg (2011), and of the corpus.
HALLMARKS = (
    "sustaining proliferative signaling",
    "evading growth suppressors",
    "resisting cell death",
    "enabling replicative immortality",
    "inducing angiogenesis",
    "activating invasion and metastasis",
    "genomic instability and mutation",
    "tumor promoting inflammation",
    "cellular energetics",
    "avoiding immune destruction",
)


def _hoc(source: Source, split: Split) -> Iterator[ClassSample]:
    known = {name: name for name in (*HALLMARKS, "none")}
    for row, where in json_lines(source.path("hoc-train*.jsonl*")):
        name = value(row, "document_id", where)
        abstract = name.rsplit("_", 1)[0]
        said = row.get("labels")
        if not isinstance(said, list):
            raise InputError("has no labels.", where=where)
        if split_of(abstract) != split:
            continue
        if not said:
            message = "has no label, not even none; it was left out."
            source.report.add(Finding(name, "no label", message, kind="loss"))
            continue
        labels = {label(str(one), known, where) for one in said} - {"none"}
        classes = tuple(one for one in HALLMARKS if one in labels)
        yield ClassSample(Document(name, value(row, "text", where), classes=classes), HALLMARKS, True, abstract)


HOC = Corpus(
    name="hoc",
    title="Hallmarks of Cancer, sentences",
    task="class",
    licence=Licence("research", "GPL-3.0, to be taken as for research only."),
    origin="Get https://github.com/sb895/Hallmarks-of-Cancer, or bigbio/hallmarks_of_cancer from the hub, and write "
    "its training sentences as JSON lines (document_id, text, labels) to hoc-train.raw.jsonl.gz.",
    folder="cls/hoc",
    needs={"train": ("hoc-train*.jsonl*",), "dev": ("hoc-train*.jsonl*",)},
    types=HALLMARKS,
    reader=_hoc,
    expected={"train": {"samples": 9590, "none": 7168}, "dev": {"samples": 2522, "none": 1859}},
    split_note="The paper's 12,119 training sentences by the hash of the abstract's PMID, 80 to 20: the published "
    "development part is not among them.",
    notes="Three sentences in four have no hallmark. Seven sentences have no label at all and are left out.",
)

# What the section headers of MTS-Dialog stand for, from its README.
SECTIONS = {
    "FAM/SOCHX": "family and social history",
    "GENHX": "history of present illness",
    "PASTMEDICALHX": "past medical history",
    "CC": "chief complaint",
    "PASTSURGICAL": "past surgical history",
    "ALLERGY": "allergy",
    "ROS": "review of systems",
    "MEDICATIONS": "medications",
    "ASSESSMENT": "assessment",
    "EXAM": "exam",
    "DIAGNOSIS": "diagnosis",
    "DISPOSITION": "disposition",
    "PLAN": "plan",
    "EDCOURSE": "emergency department course",
    "IMMUNIZATIONS": "immunizations",
    "IMAGING": "imaging",
    "GYNHX": "gynecologic history",
    "PROCEDURES": "procedures",
    "OTHER_HISTORY": "other history",
    "LABS": "labs",
}
_MTS_FILES: dict[Split, str] = {"train": "MTS-Dialog-TrainingSet.csv", "dev": "MTS-Dialog-ValidationSet.csv"}


def _mts(source: Source, split: Split) -> Iterator[ClassSample]:
    path = source.path(_MTS_FILES[split])
    options = tuple(SECTIONS.values())
    for row, where in rows(path):
        section = label(value(row, "section_header", where).strip(), SECTIONS, where)
        text = value(row, "section_text", where)
        yield ClassSample(Document(f"{split}/{row['ID']}", text, classes=(section,)), options, False, text)


MTS_DIALOG = Corpus(
    name="mts-dialog",
    title="MTS-Dialog, sections of notes",
    task="class",
    licence=Licence("attribution", "CC BY 4.0."),
    origin="Get Main-Dataset/MTS-Dialog-TrainingSet.csv and -ValidationSet.csv from https://github.com/abachaa/MTS-Dialog.",
    folder="notes/mts-dialog",
    needs={split: (name,) for split, name in _MTS_FILES.items()},
    types=tuple(SECTIONS.values()),
    reader=_mts,
    expected={
        "train": {"samples": 1201, "family and social history": 351, "history of present illness": 282},
        "dev": {"samples": 100, "family and social history": 22, "history of present illness": 20},
    },
    notes="The text is the section of the note, not the dialogue. Five of the twenty classes have fewer than ten "
    "training examples. Lines end in CRLF within texts.",
)
