"""Keys per gold mention, from suggestions and from an empty document: `python -m bench.effort --corpora FOLDER`.

A scripted annotator (`bench.fingers`) works on development documents in the real review screen until its state equals
the gold: from nothing, from gold that was made wrong on purpose to an exact F1 of about `--f1`, and from what a model
suggests (`--model`). With the default settings each suggestion is put in focus; `--bulk` accepts first what is over a
confidence.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from assistant.project.records import Suggestion, suggestion_id
from assistant.project.store import Project
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from bench.fingers import Effort, Fingers, nonoverlapping
from bioassist.documents import Entity, Span, TextSource
from bioassist.reading import DecodedText
from bioassist.schema import EntityType, Schema
from trainer.corpora.shelf import Shelf
from trainer.gold import documents, named
from trainer.windowing import Windowed

_SIZE = (120, 40)
_KINDS = ("accept", "mend", "reject", "add", "move", "bulk")
# Sentences that come one by one are put together to about an abstract.
_DOCUMENT_WORDS = 250
# Of the mentions that are wrong: left out, of another label, with another edge; as many are made up as are left out.
_LEFT_OUT, _OTHER_LABEL = 0.4, 0.6

Found = list[tuple[str, Span, float]]


@dataclass
class Row:
    """One way to begin: what it cost over all documents."""

    name: str
    gold: int = 0
    hits: int = 0
    suggested: int = 0
    effort: Effort = field(default_factory=Effort)

    @property
    def f1(self) -> float:
        return 2 * self.hits / (self.gold + self.suggested) if self.gold + self.suggested else 0.0


def spoiled(gold: Sequence[Entity], text: str, labels: Sequence[str], f1: float, draw: random.Random) -> Found:
    """Suggestions with about this exact F1: gold with some left out, mislabelled, moved by a word, and some made up."""
    found: Found = []
    taken = [(one.start, one.end) for one in gold]
    words = [
        Span(*match) for match in _words(text) if not any(start < match[1] and match[0] < end for start, end in taken)
    ]
    for one in gold:
        span = Span(one.start, one.end)
        if draw.random() < f1:
            found.append((one.type, span, draw.uniform(0.6, 1.0)))
            continue
        fault = draw.random()
        if fault < _LEFT_OUT:
            if words:
                found.append((draw.choice(labels), draw.choice(words), draw.uniform(0.2, 0.8)))
        elif fault < _OTHER_LABEL and len(labels) > 1:
            others = [label for label in labels if label != one.type]
            found.append((draw.choice(others), span, draw.uniform(0.2, 0.8)))
        else:
            found.append((one.type, _moved(span, text, draw), draw.uniform(0.2, 0.8)))
    return found


def _moved(span: Span, text: str, draw: random.Random) -> Span:
    """With one word more or less."""
    words = [Span(*match) for match in _words(text)]
    inside = [word for word in words if span.start <= word.start and word.end <= span.end]
    after = next((word for word in words if word.start >= span.end), None)
    before = next((word for word in reversed(words) if word.end <= span.start), None)
    choices = [Span(span.start, after.end)] if after else []
    choices += [Span(before.start, span.end)] if before else []
    choices += [Span(inside[1].start, span.end), Span(span.start, inside[-2].end)] if len(inside) > 1 else []
    return draw.choice(choices) if choices else span


def _words(text: str) -> list[tuple[int, int]]:
    from bioassist.words import words

    return [(word.start, word.end) for word in words(text)]


async def work(project: Project, golds: Sequence[tuple[int, list[Entity]]], bulk: float | None) -> Effort:
    """Bring each document to its gold in the real application, keys and all."""
    whole = Effort()
    session = ReviewSession(project)
    app = ReviewApp(session)
    async with app.run_test(size=_SIZE) as pilot:
        await pilot.pause()
        for document_id, gold in golds:
            app.review.open(document_id)
            await pilot.pause()
            whole.add(await Fingers(app, pilot, bulk).work(gold))
    return whole


def measure(
    name: str,
    folder: Path,
    given: Sequence[Windowed],
    types: Sequence[EntityType],
    suggested: Sequence[Found],
    bulk: float | None = None,
) -> Row:
    row = Row(name)
    golds: list[tuple[int, list[Entity]]] = []
    with Project.open(folder, create=True, actor="fingers") as project:
        schema = Schema("gold", entities=tuple(types))
        project.set_schema(schema)
        labels = [one.name for one in types]
        run = project.begin_run("bench", "0" * 64, None, {}, schema.fingerprint, labels, {})
        for one, found in zip(given, suggested, strict=True):
            document = project.add_document(one.name, DecodedText(one.text, TextSource(f"{one.name}.txt")))
            gold = list(nonoverlapping(one.entities))
            golds.append((document.id, gold))
            unique = {(label, span): sure for label, span, sure in found}
            exact = {(entity.type, Span(entity.start, entity.end)) for entity in gold}
            row.gold, row.hits, row.suggested = (
                row.gold + len(exact),
                row.hits + len(exact & set(unique)),
                row.suggested + len(unique),
            )
            sha = document.text_sha
            project.add_suggestions(
                document.id,
                run,
                [
                    Suggestion(
                        suggestion_id(sha, label, (span,)), label, (span,), sure, "model", "bench", "bench", True
                    )
                    for (label, span), sure in unique.items()
                ],
            )
            project.set_state(document.id, "ready", words=len(one.text.split()))
        row.effort = asyncio.run(work(project, golds, bulk))
    return row


def by_model(
    given: Sequence[Windowed], types: Sequence[EntityType], model: Path, task: str, threads: int
) -> list[Found]:
    """What the model suggests, with the assistant's engine."""
    from trainer.engine import engine
    from trainer.evaluate import answered

    found: list[Found] = [[] for _ in given]
    with engine(model, threads=threads) as running:
        for number, one, words, answers in answered(running, given, types, task):
            found[number] += [(seen.type, seen.span, seen.confidence) for seen in one.mentions(words, answers)]
    return found


def told(rows: Sequence[Row]) -> str:
    """Markdown: keys per gold mention, screens per document, and what is saved against the first row."""
    empty = rows[0].effort.keys
    head = ("begun from", "exact F1", "keys", "per gold mention", "saved", "screens", *_KINDS)
    lines = [f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
    for row in rows:
        kinds = [str(row.effort.kinds[kind]) for kind in _KINDS]
        saved = f"{1 - row.effort.keys / empty:.0%}" if empty else ""
        cells = [row.name, f"{row.f1:.3f}", str(row.effort.keys), f"{row.effort.keys / max(row.gold, 1):.2f}", saved]
        lines.append(f"| {' | '.join([*cells, str(row.effort.screens), *kinds])} |")
    labels = sorted(set().union(*(row.effort.labels for row in rows)) - {""})
    lines += ["", f"| keys by label | {' | '.join(labels)} |", "|---" * (len(labels) + 1) + "|"]
    lines += [f"| {row.name} | {' | '.join(str(row.effort.labels[label]) for label in labels)} |" for row in rows]
    return "\n".join(lines)


def rows_of(given: argparse.Namespace, data: str) -> list[Row]:
    whole, types = documents(named(data), Shelf(given.corpora), renamed={}, window_words=_DOCUMENT_WORDS)
    draw = random.Random(given.seed)
    chosen = draw.sample(whole, min(given.documents, len(whole)))
    labels = [one.name for one in types]
    wrong = [spoiled(list(nonoverlapping(one.entities)), one.text, labels, given.f1, draw) for one in chosen]
    begun: list[tuple[str, Sequence[Found], float | None]] = [
        ("nothing", [[] for _ in chosen], None),
        (f"gold spoiled to {given.f1}", wrong, None),
        (f"the same, over {given.bulk} at once", wrong, given.bulk),
    ]
    if given.model is not None:
        found = by_model(chosen, types, given.model, given.task, given.threads)
        begun += [("the model", found, None), (f"the model, over {given.bulk} at once", found, given.bulk)]
    with tempfile.TemporaryDirectory() as folder:
        return [
            measure(name, Path(folder) / f"{number}.bioassist", chosen, types, suggested, bulk)
            for number, (name, suggested, bulk) in enumerate(begun)
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--data", nargs="+", default=["corpus:maccrobat-clinical", "corpus:bc5cdr-both"])
    parser.add_argument("--documents", type=int, default=10, help="documents of each, drawn with --seed")
    parser.add_argument("--f1", type=float, default=0.85)
    parser.add_argument("--bulk", type=float, default=0.9)
    parser.add_argument("--model", type=Path, help="a GGUF that suggests too")
    parser.add_argument("--task", default="ner.inline")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    for data in given.data:
        rows = rows_of(given, data)
        if given.json:
            print(json.dumps({"data": data, "rows": [asdict(row) | {"f1": row.f1} for row in rows]}))
        else:
            print(f"{data}, {given.documents} documents, {rows[0].gold} mentions\n\n{told(rows)}\n")


if __name__ == "__main__":
    main()
