"""Relations between two mentions that are marked in a sentence: GAD and ChemProt.

GAD (Bravo et al. 2015, doi 10.1186/s12859-015-0472-9) in the form of BioBERT, mentions replaced by @GENE$ and
@DISEASE$. **Label 1 is an association.** The paper's own code and data have it the other way round.

ChemProt (BioCreative VI) in the form of SciBERT, `<< one >>` and `[[ the other ]]` around the mentions; the marks are
taken out here. Which of the two is the chemical is not said; the label is the same for both orders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from bioassist.documents import Document, Entity, Span
from bioassist.errors import InputError
from trainer.corpora.corpus import Corpus, Licence, Source
from trainer.corpora.files import json_lines, label, lines, value
from trainer.corpora.samples import PairSample
from trainer.corpora.splitting import Split, split_of

_GENE, _DISEASE = "@GENE$", "@DISEASE$"
ASSOCIATED, NOT_ASSOCIATED = "associated", "not associated"
_GAD_LABELS = {"1": ASSOCIATED, "0": NOT_ASSOCIATED}


def _gad(source: Source, split: Split) -> Iterator[PairSample]:
    path = source.path("train.tsv")
    for line, number in lines(path):
        where = f"{path}:{number}"
        if not line.strip():
            continue
        text, tab, said = line.rpartition("\t")
        if not tab or text.count(_GENE) != 1 or text.count(_DISEASE) != 1:
            raise InputError(
                f"not a sentence with one {_GENE} and one {_DISEASE}, a tab and a label.",
                where=where,
                next_step="The file was cut short or changed; fetch it again.",
            )
        answer = label(said, _GAD_LABELS, where)
        if split_of(text) != split:
            continue
        gene, disease = text.index(_GENE), text.index(_DISEASE)
        head = Entity("T1", "Gene", (Span(gene, gene + len(_GENE)),))
        tail = Entity("T2", "Disease", (Span(disease, disease + len(_DISEASE)),))
        name = f"{source.shown(path)}:{number}"
        document = Document(name, text, (head, tail))
        yield PairSample(name, document, head, tail, answer, (ASSOCIATED, NOT_ASSOCIATED), text)


GAD = Corpus(
    name="gad",
    title="GAD gene-disease associations",
    task="re",
    licence=Licence("attribution", "CC BY 4.0 according to its bigbio card; its repository states none."),
    origin="Get REdata/GAD of the BioBERT data, https://github.com/dmis-lab/biobert; fold 1, train.tsv.",
    folder="re/gad",
    needs={"train": ("train.tsv",), "dev": ("train.tsv",)},
    types=("Gene", "Disease"),
    reader=_gad,
    expected={"train": {"samples": 3880, "associated": 2017}, "dev": {"samples": 916, "associated": 503}},
    split_note="The 4,796 training sentences of fold 1 by the hash of the sentence, 80 to 20.",
    notes="Labels are made by distant supervision. 177 sentences are there more than once.",
)

CHEMPROT_LABELS = (
    "INHIBITOR", "INDIRECT-DOWNREGULATOR", "SUBSTRATE", "INDIRECT-UPREGULATOR", "ACTIVATOR", "ANTAGONIST",
    "PRODUCT-OF", "AGONIST", "DOWNREGULATOR", "UPREGULATOR", "SUBSTRATE_PRODUCT-OF", "AGONIST-ACTIVATOR",
    "AGONIST-INHIBITOR",
)  # fmt: skip

_FIRST = re.compile(r"<< (.+?) >>", re.DOTALL)
_SECOND = re.compile(r"\[\[ (.+?) \]\]", re.DOTALL)


def unmarked(marked: str, where: str) -> tuple[str, Span, Span]:
    """The sentence without its marks, and where << >> and [[ ]] were. Raises InputError if one is not there once.

    A mark can lie inside the other. `>>` occurs in sentences of its own right; the one nearest to `<<` closes.
    """
    first, second = _FIRST.search(marked), _SECOND.search(marked)
    if first is None or second is None or marked.count("<< ") != 1 or marked.count("[[ ") != 1:
        raise InputError("not a sentence with << >> and [[ ]] once each.", where=where)
    cuts = sorted(
        cut for match in (first, second) for cut in ((match.start(), match.start(1)), (match.end(1), match.end()))
    )
    text = marked
    for begin, end in reversed(cuts):
        text = text[:begin] + text[end:]

    def moved(offset: int) -> int:
        return offset - sum(min(end, offset) - begin for begin, end in cuts if begin < offset)

    return text, Span(moved(first.start(1)), moved(first.end(1))), Span(moved(second.start(1)), moved(second.end(1)))


def _chemprot(source: Source, split: Split) -> Iterator[PairSample]:
    path = source.path({"train": "train.jsonl|train.txt", "dev": "dev.jsonl|dev.txt"}[split])
    known = {name: name for name in CHEMPROT_LABELS}
    for number, (row, where) in enumerate(json_lines(path), 1):
        text, first, second = unmarked(value(row, "text", where), where)
        head, tail = Entity("T1", "Entity", (first,)), Entity("T2", "Entity", (second,))
        name = f"{source.shown(path)}:{number}"
        document = Document(name, text, (head, tail))
        answer = label(value(row, "label", where), known, where)
        yield PairSample(name, document, head, tail, answer, CHEMPROT_LABELS, text)


CHEMPROT = Corpus(
    name="chemprot",
    title="ChemProt chemical-protein relations",
    task="re",
    licence=Licence("research", "BioCreative VI: free for research; the repository around it is Apache-2.0."),
    origin="Get train.txt and dev.txt of data/text_classification/chemprot of https://github.com/allenai/scibert.",
    folder="re/chemprot",
    needs={"train": ("train.jsonl|train.txt",), "dev": ("dev.jsonl|dev.txt",)},
    types=("Entity",),
    reader=_chemprot,
    expected={
        "train": {"samples": 4169, "INHIBITOR": 1642, "SUBSTRATE": 480},
        "dev": {"samples": 2427, "INHIBITOR": 812, "SUBSTRATE": 322},
    },
    notes="There are no unrelated pairs in it. AGONIST-INHIBITOR is not in dev.",
)
