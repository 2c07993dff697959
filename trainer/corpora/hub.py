"""Instruction data that live on the Hugging Face hub: ChatDoctor's HealthCareMagic-100k and PMC-LLaMA's.

A copy of the data set's repository, in a folder of its own below the folder of all corpora, is read without a network;
else `datasets` fetches the named data set, and only where that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from bioassist.errors import InputError, ModelError
from converters.report import Finding
from trainer.corpora.corpus import Corpus, Licence, Source
from trainer.corpora.samples import QaSample
from trainer.corpora.splitting import Split, split_of

_FILES = "*.parquet|data/*.parquet|*.json|*.jsonl|data/*.json"
_COLUMNS = ("instruction", "input", "output")


def _rows(source: Source) -> Iterator[Mapping[str, Any]]:
    try:
        import datasets
    except ImportError:
        raise ModelError(
            "reading this corpus needs the package `datasets`.", next_step="pip install 'bioassist[train]'"
        ) from None
    local = source.find(_FILES)
    name = str(source.folder) if local is not None else source.corpus.hub
    try:
        loaded = datasets.load_dataset(name, split="train")
    # The hub, pyarrow and the JSON reader each have errors of their own, with no common root.
    except Exception as error:
        reason = str(error).strip().splitlines() or [type(error).__name__]
        raise InputError(
            f"{source.corpus.title} cannot be loaded: {reason[0]}",
            where=name,
            next_step=f"If it was cut short, fetch it again. {source.corpus.origin}",
        ) from error
    source.check_total(len(loaded))
    missing = [column for column in _COLUMNS if column not in loaded.column_names]
    if missing:
        raise InputError(f"has no column {missing[0]!r}.", where=name, next_step=source.corpus.origin)
    yield from loaded


def _instructions(source: Source, split: Split) -> Iterator[QaSample]:
    for number, row in enumerate(_rows(source)):
        question, answer = (row["input"] or "").strip(), (row["output"] or "").strip()
        if split_of(question or row["instruction"] or "") != split:
            continue
        name = f"{source.corpus.name}:{number}"
        if not answer:
            source.report.add(Finding(name, "no answer", "has no answer; it was left out.", kind="loss"))
            continue
        facts = {"source": row["source"]} if row.get("source") else {}
        instruction = (row["instruction"] or "").strip()
        yield QaSample(
            name,
            question,
            answer,
            instruction=instruction,
            group=question or instruction,
            facts=MappingProxyType(facts),
        )


def _corpus(name: str, title: str, hub: str, licence: Licence, total: int, notes: str) -> Corpus:
    folder = f"qa/{name}"
    return Corpus(
        name=name,
        title=title,
        task="qa",
        licence=licence,
        origin=f"Get it from https://huggingface.co/datasets/{hub}: put its files into {folder}, or let it be fetched.",
        folder=folder,
        needs={"train": (_FILES,), "dev": (_FILES,)},
        types=(),
        reader=_instructions,
        total=total,
        split_note="By the hash of the input, 80 to 20.",
        notes=notes,
        hub=hub,
    )


CHATDOCTOR = _corpus(
    "chatdoctor",
    "ChatDoctor HealthCareMagic-100k",
    "lavita/ChatDoctor-HealthCareMagic-100k",
    Licence("unstated", "No licence stated; conversations of a website, so for research at most."),
    112_165,
    "Questions of patients with a doctor's answer; columns instruction, input, output.",
)

PMC_LLAMA = _corpus(
    "pmc-llama",
    "PMC-LLaMA instructions",
    "axiong/pmc_llama_instructions",
    Licence(
        "unstated",
        "OpenRAIL on the repackaging; its parts (MedQA, MedMCQA, PubMedQA, UMLS) have licences of their own.",
    ),
    513_999,
    "`source` is medqa_train, medmcqa, pubmedqa.ori_pqaa, liveqa, medicationqa, umls or umls_relation. "
    "The paper takes umls and umls_relation whole, and 50,000 each of medmcqa and pubmedqa.ori_pqaa.",
)
