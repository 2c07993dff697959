"""Keys per gold mention, from suggestions and from an empty document: `python -m bench.effort --corpora FOLDER`.

A scripted annotator (`bench.fingers`) works on development documents in the real review screen until all of them are as
the gold: from nothing, from gold that was made wrong on purpose to an exact F1 of about `--f1`, and from what a model
suggests (`--model`); note by note and by queues, with every suggestion put in focus, and with what is over `--bulk`
accepted at once first.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from assistant.engine.units import NEAR
from assistant.project.records import Suggestion, suggestion_id
from assistant.project.store import Project
from assistant.review.order.ordering import LABEL
from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.keymap.configuring import KeyMap
from bench.course import Effort
from bench.fingers import Fingers
from bench.pressing import settled
from bench.spoiling import Found, nonoverlapping, spoiled
from bioassist.documents import Entity, Span, TextSource
from bioassist.reading import DecodedText
from bioassist.schema import EntityType, Schema
from trainer.corpora.shelf import Shelf
from trainer.gold import documents, has_words, named
from trainer.windowing import Windowed

_SIZE = (120, 40)
_KINDS = ("accept", "mend", "reject", "add", "repeat", "move", "note", "queue", "bulk")
# Sentences that come one by one are put together to about an abstract.
_DOCUMENT_WORDS = 250
_SHARES = (0.25, 0.5, 0.75)
# Digits choose a label's queue.
_DIGITS = 9

Near = list[tuple[Span, str | None, float]]
# By the name of an order the queues that are followed one after the other. Near misses are few: file order comes after.
ORDERS: Mapping[str, Sequence[str]] = {
    "note by note": (),
    "file": ("file",),
    "uncertain": ("uncertain",),
    "informative": ("informative",),
    "label by label": (LABEL,),
    "near-misses": ("near-misses", "file"),
}


@dataclass(frozen=True)
class Begun:
    """What is there at first, by document: suggestions and near misses; `bulk` accepts first what is over it. With
    `repeat` what is added is added at the same words of the note too, with `go_on` a label leads on."""

    name: str
    found: Sequence[Found]
    near: Sequence[Near] = ()
    bulk: float | None = None
    repeat: bool = True
    go_on: bool = False


@dataclass(frozen=True)
class Row:
    """One way to begin and to go on: what it cost over all documents."""

    name: str
    order: str
    gold: int
    hits: int
    suggested: int
    effort: Effort

    @property
    def f1(self) -> float:
        return 2 * self.hits / (self.gold + self.suggested) if self.gold + self.suggested else 0.0


async def work(project: Project, golds: Mapping[int, Sequence[Entity]], begun: Begun, queues: Sequence[str]) -> Effort:
    """Bring all documents to their gold in the real application, keys and all."""
    app = ReviewApp(ReviewSession(project), keys=KeyMap(go_on=begun.go_on))
    async with app.run_test(size=_SIZE) as pilot:
        await settled(pilot)
        return await Fingers(app, pilot, golds, begun.bulk, queues, repeat=begun.repeat).work()


def measure(
    begun: Begun, folder: Path, given: Sequence[Windowed], types: Sequence[EntityType], order: str = "note by note"
) -> Row:
    """Make a project of the documents and what was suggested in them, and work on it until it holds the gold."""
    golds: dict[int, list[Entity]] = {}
    gold = hits = suggested = 0
    labels = [one.name for one in types]
    with Project.open(folder, create=True, actor="fingers") as project:
        schema = Schema("gold", entities=tuple(types))
        project.set_schema(schema)
        run = project.begin_run("bench", "0" * 64, None, {}, schema.fingerprint, labels, {})
        for number, one in enumerate(given):
            document = project.add_document(one.name, DecodedText(one.text, TextSource(f"{one.name}.txt")))
            golds[document.id] = list(nonoverlapping(one.entities))
            unique = {(label, span): sure for label, span, sure in begun.found[number]}
            exact = {(entity.type, Span(entity.start, entity.end)) for entity in golds[document.id]}
            gold, hits, suggested = gold + len(exact), hits + len(exact & set(unique)), suggested + len(unique)
            sha = document.text_sha
            suggestions = [
                Suggestion(suggestion_id(sha, label, (span,)), label, (span,), sure, "model", "bench", "bench", True)
                for (label, span), sure in unique.items()
            ]
            project.add_suggestions(document.id, run, suggestions)
            if begun.near:
                project.near_misses.add(document.id, run, begun.near[number])
            project.set_state(document.id, "ready", words=len(one.text.split()))
        queues = [
            LABEL + label if queue == LABEL else queue
            for queue in ORDERS[order]
            for label in (labels[:_DIGITS] if queue == LABEL else [""])
        ]
        effort = asyncio.run(work(project, golds, begun, queues))
    return Row(begun.name, order, gold, hits, suggested, effort)


def by_model(
    given: Sequence[Windowed], types: Sequence[EntityType], model: Path, task: str, threads: int
) -> tuple[list[Found], list[Near]]:
    """What the model suggests and what it nearly finds, with the assistant's engine."""
    from trainer.engine import engine
    from trainer.evaluate import answered

    found: list[Found] = [[] for _ in given]
    near: list[Near] = [[] for _ in given]
    with engine(model, threads=threads) as running:
        for number, one, words, answers in answered(running, given, types, task):
            found[number] += [(seen.type, seen.span, seen.confidence) for seen in one.mentions(words, answers)]
            near[number] += [(seen.span, seen.type, seen.probability) for seen in one.near_misses(words, answers, NEAR)]
    return found, near


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows))


def told(rows: Sequence[Row]) -> str:
    """Markdown: keys per gold mention, screens and what is saved against the first row; keys by label; and how far the
    work is after a part of the keys."""
    empty = rows[0].effort.keys
    spent, by_label, course = [], [], []
    labels = sorted(set().union(*(row.effort.labels for row in rows)) - {""})
    for row in rows:
        effort, way = row.effort, [row.name, row.order]
        saved = f"{1 - effort.keys / empty:.0%}" if empty else ""
        figures = [f"{row.f1:.3f}", str(effort.keys), f"{effort.keys / max(row.gold, 1):.2f}", saved]
        spent.append([*way, *figures, str(effort.screens), *(str(effort.kinds[kind]) for kind in _KINDS)])
        by_label.append([*way, *(str(effort.labels[label]) for label in labels)])
        after = [effort.after(share) for share in _SHARES]
        course.append([*way, *(f"{right:.0%} {f1:.3f}" for right, f1 in after)])
    way = ["begun from", "order"]
    head = [*way, "exact F1", "keys", "per gold mention", "saved", "screens", *_KINDS]
    parts = [f"after {share:.0%}" for share in _SHARES]
    return "\n\n".join(
        (
            table(head, spent),
            "Keys by label:\n\n" + table([*way, *labels], by_label),
            "Of the gold what stands right after a part of the keys, and the F1 of that with what still waits:\n\n"
            + table([*way, *parts], course),
        )
    )


def begun_from(given: argparse.Namespace, chosen: Sequence[Windowed], types: Sequence[EntityType]) -> list[Begun]:
    labels = [one.name for one in types]
    draw = random.Random(given.seed)
    wrong = [spoiled(list(nonoverlapping(one.entities)), one.text, labels, given.f1, draw) for one in chosen]
    begun = [Begun(f"gold spoiled to {given.f1}", wrong), Begun(f"the same, over {given.bulk} at once", wrong)]
    if given.model is not None:
        found, near = by_model(chosen, types, given.model, given.task, given.threads)
        begun += [Begun("the model", found, near), Begun(f"the model, over {given.bulk} at once", found, near)]
    return [replace(one, bulk=given.bulk) if place % 2 else one for place, one in enumerate(begun)]


def rows_of(given: argparse.Namespace, data: str) -> list[Row]:
    # Where the data are whole notes, words are as we cut them in a person's own.
    given_words = has_words(named(data).path)
    whole, types = documents(
        named(data), Shelf(given.corpora), renamed={}, given_words=given_words, window_words=_DOCUMENT_WORDS
    )
    chosen = random.Random(given.seed).sample(whole, min(given.documents, len(whole)))
    ways = [(Begun("nothing", [[] for _ in chosen]), "note by note")]
    for begun in begun_from(given, chosen, types):
        ways += [(begun, order) for order in given.orders if begun.near or "near-misses" not in ORDERS[order]]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (begun, order) in enumerate(ways):
            started = time.perf_counter()
            begun = replace(begun, repeat=not given.no_repeat, go_on=given.go_on)
            rows.append(measure(begun, Path(folder) / f"{number}.bioassist", chosen, types, order))
            said = f"{data}: {begun.name}, {order}: {rows[-1].effort.keys} keys"
            print(f"{said}, {time.perf_counter() - started:.0f} s", file=sys.stderr, flush=True)
    return rows


def as_dict(row: Row) -> dict[str, object]:
    effort = row.effort
    figures = {"keys": effort.keys, "screens": effort.screens, "kinds": effort.kinds, "labels": effort.labels}
    after = {str(share): effort.after(share) for share in _SHARES}
    named = {"name": row.name, "order": row.order, "f1": row.f1, "gold": row.gold}
    return named | {"hits": row.hits, "suggested": row.suggested} | figures | {"after": after}


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--data", nargs="+", default=["corpus:maccrobat-clinical", "corpus:bc5cdr-both"])
    parser.add_argument("--documents", type=int, default=5, help="documents of each, drawn with --seed")
    parser.add_argument("--orders", nargs="+", choices=ORDERS, default=list(ORDERS))
    parser.add_argument("--f1", type=float, default=0.85)
    parser.add_argument("--bulk", type=float, default=0.9)
    parser.add_argument("--model", type=Path, help="a GGUF that suggests too")
    parser.add_argument("--task", default="ner.inline")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--go-on", action="store_true", help="a label leads on, as a person can choose")
    parser.add_argument("--no-repeat", action="store_true", help="add mentions one by one, without the key e")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    for data in given.data:
        rows = rows_of(given, data)
        if given.json:
            print(json.dumps({"data": data, "rows": [as_dict(row) for row in rows]}))
        else:
            print(f"{data}, {given.documents} documents, {rows[0].gold} mentions\n\n{told(rows)}\n", flush=True)


if __name__ == "__main__":
    main()
