"""Natural language inference: MedNLI, NLI4CT and HealthVer, all with the labels entailment, neutral, contradiction."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from itertools import chain
from typing import Any

from bioassist.errors import InputError
from trainer.corpora.corpus import Corpus, Licence, Source
from trainer.corpora.files import json_lines, json_object, label, reading, rows, value
from trainer.corpora.samples import NliSample
from trainer.corpora.splitting import Split, split_of

ENTAILMENT, NEUTRAL, CONTRADICTION = LABELS = ("entailment", "neutral", "contradiction")

_MEDNLI_FILES: dict[Split, str] = {"train": "mli_train_v1.jsonl", "dev": "mli_dev_v1.jsonl"}


def _mednli(source: Source, split: Split) -> Iterator[NliSample]:
    path = source.path(_MEDNLI_FILES[split])
    for row, where in json_lines(path):
        premise = value(row, "sentence1", where)
        answer = label(value(row, "gold_label", where), {name: name for name in LABELS}, where)
        yield NliSample(value(row, "pairID", where), premise, value(row, "sentence2", where), answer, LABELS, premise)


MEDNLI = Corpus(
    name="mednli",
    title="MedNLI",
    task="nli",
    licence=Licence("agreement", "PhysioNet credentialed data use agreement 1.5.0; nothing of it may be passed on."),
    origin="Get mli_train_v1.jsonl and mli_dev_v1.jsonl from https://physionet.org/content/mednli/ and name their "
    "folder.",
    folder="mednli",
    needs={split: (name,) for split, name in _MEDNLI_FILES.items()},
    types=LABELS,
    reader=_mednli,
    expected={"train": {"samples": 11232}, "dev": {"samples": 1395}},
    notes="Three hypotheses a premise, one of each label.",
)

_NLI4CT_LABELS = {"Entailment": ENTAILMENT, "Contradiction": CONTRADICTION}


def _nli4ct(source: Source, split: Split) -> Iterator[NliSample]:
    path = source.path("*.zip")
    with reading(path), zipfile.ZipFile(path) as archive:
        names = {name.rsplit("/", 1)[-1]: name for name in archive.namelist() if "__MACOSX" not in name}
        if f"{split}.json" not in names:
            raise source.corpus.missing(path, f"{split}.json")
        for identity, entry in json_object(archive.read(names[f"{split}.json"]), f"{path}!{split}.json").items():
            where = f"{path}!{split}.json, {identity}"
            section = value(entry, "Section_id", where)
            premises: list[str] = []
            evidence: list[str] = []
            trials = [("Primary", value(entry, "Primary_id", where))]
            if "Secondary_id" in entry:
                trials.append(("Secondary", value(entry, "Secondary_id", where)))
            for side, trial in trials:
                if f"{trial}.json" not in names:
                    raise source.corpus.missing(path, f"{trial}.json")
                record = json_object(archive.read(names[f"{trial}.json"]), f"{path}!{trial}.json")
                said = _section(record, section, f"{path}!{trial}.json")
                premises.append("\n".join([f"{side} trial, {section}:", *said]))
                cited = entry.get(f"{side}_evidence_index", [])
                if any(number >= len(said) for number in cited):
                    raise InputError(f"cites a line that {trial} has not.", where=where)
                evidence += [said[number].strip() for number in cited]
            yield NliSample(
                identity,
                "\n\n".join(premises),
                value(entry, "Statement", where),
                label(value(entry, "Label", where), _NLI4CT_LABELS, where),
                (ENTAILMENT, CONTRADICTION),
                trials[0][1],
                tuple(evidence),
            )


def _section(record: dict[str, Any], section: str, where: str) -> list[str]:
    found = record.get(section)
    if not isinstance(found, list) or not all(isinstance(line, str) for line in found):
        raise InputError(f"has no section {section!r}.", where=where)
    return found


NLI4CT = Corpus(
    name="nli4ct",
    title="NLI4CT, SemEval-2023 task 7",
    task="nli",
    licence=Licence("unstated", "A public shared task that states no licence; ClinicalTrials.gov records are public."),
    origin="Get Complete_dataset.zip from https://github.com/ai-systems/nli4ct.",
    folder="nli/nli4ct",
    needs={"train": ("*.zip",), "dev": ("*.zip",)},
    types=(ENTAILMENT, CONTRADICTION),
    reader=_nli4ct,
    expected={
        "train": {"samples": 1700, ENTAILMENT: 850, CONTRADICTION: 850},
        "dev": {"samples": 200, ENTAILMENT: 100, CONTRADICTION: 100},
    },
    notes="No neutral label. A premise is a section of one trial record or of two, which can be long; `evidence` are "
    "the lines that decide.",
)

_HEALTHVER_LABELS = {"Supports": ENTAILMENT, "Neutral": NEUTRAL, "Refutes": CONTRADICTION}


def _healthver(source: Source, split: Split) -> Iterator[NliSample]:
    train, dev = source.find("healthver_train.csv"), source.path("healthver_dev.csv")
    path = train if train and split == "train" else dev
    read = rows(path)
    first = next(read, None)
    for row, where in chain([first] if first else [], read):
        question = value(row, "question", where)
        if train is None and split_of(question) != split:
            continue
        answer = label(value(row, "label", where), _HEALTHVER_LABELS, where)
        premise, claim = value(row, "evidence", where), value(row, "claim", where)
        yield NliSample(f"{path.name}:{where.rsplit(':', 1)[-1]}", premise, claim.strip(), answer, LABELS, question)


HEALTHVER = Corpus(
    name="healthver",
    title="HealthVer",
    task="nli",
    licence=Licence("research", "No licence stated; a public release for research."),
    origin="Get healthver_dev.csv, and for the owners' own splits healthver_train.csv, from data/ of "
    "https://github.com/sarrouti/HealthVer.",
    folder="nli/healthver",
    needs={"train": ("healthver_dev.csv",), "dev": ("healthver_dev.csv",)},
    types=LABELS,
    reader=_healthver,
    expected={"train": {"samples": 1431}, "dev": {"samples": 486}},
    split_note="Where healthver_train.csv is not there, the dev file by the hash of the question, 80 to 20.",
    notes="The premise is the evidence, the hypothesis the claim: supports is entailment, refutes contradiction.",
)
