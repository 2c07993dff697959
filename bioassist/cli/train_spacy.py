"""`bioassist train spacy`: trains a spaCy pipeline on the same documents, as the peer that a team would use instead."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from bioassist.cli import scores
from bioassist.cli.diagnostics import Exit, say
from bioassist.errors import UsageError


@click.command("spacy")
@click.option("--data", required=True, metavar="corpus:NAME|spacy:FOLDER", help="A corpus, or a folder that `export "
              "--to spacy` wrote: trained on train, judged on dev.")  # fmt: skip
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for DocBins, settings, pipeline.")
@click.option("--types", metavar="A,B", help="Look for these entity types alone.")
@click.option("--max-steps", type=click.IntRange(1), default=20_000, show_default=True, help="Updates at most; spaCy "
              "stops by itself where 1,600 have not helped.")  # fmt: skip
@click.option("--limit", type=click.IntRange(1), metavar="N", help="Train on N documents, drawn with a seed.")
@click.option("--limit-dev", type=click.IntRange(1), metavar="N", help="Judge on N documents, drawn with a seed.")
@click.option("--window-words", type=click.IntRange(5), default=60, show_default=True, help="Words that sentences are "
              "put together to, where a corpus has them one by one.")  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="What chance decides by.")
@click.option("--corpora", type=click.Path(path_type=Path), help="Folder of corpora.  [default: BIOASSIST_CORPORA]")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def command(**options: Any) -> int:
    """Run `spacy train` for entities, with its settings for efficiency, and judge it as `evaluate` judges models.

    Documents, words and scores are those of `evaluate`, so the figures can stand side by side. The pipeline is the best
    by spaCy's own evaluations on the development data, which are the ones that it is judged on.

    \b
    Examples:
      bioassist train spacy --data corpus:ncbi-disease --out peer/
      bioassist train spacy --data spacy:reviewed-spacy --out peer/ --max-steps 2000
    """
    import spacy

    from trainer import spacy_peer
    from trainer.corpora import default_root
    from trainer.corpora.shelf import Shelf
    from trainer.gold import named
    from trainer.splits import entity_splits

    data = named(options["data"])
    if data.format not in ("corpus", "spacy"):
        raise UsageError(f"--data takes corpus:NAME or spacy:FOLDER here, not {options['data']!r}.")
    splits = entity_splits(
        data,
        Shelf(options["corpora"] or default_root()),
        wanted=[name.strip() for name in (options["types"] or "").split(",") if name.strip()],
        window_words=options["window_words"],
        limit=options["limit"],
        limit_dev=options["limit_dev"],
    )
    found = spacy_peer.train(splits, options["out"], steps=options["max_steps"], seed=options["seed"], say=say)
    told = {
        "model": f"spaCy {spacy.__version__}",
        "file_type": "F32",
        "task": "ner",
        "program": "spacy train",
        "data": str(data),
        "split": "dev",
        "threads": 1,
        "published": scores.published(data.path) if data.format == "corpus" else [],
        "tokens": splits.tokens,
        "types": [entity.name for entity in splits.types],
        **scores.entity_figures(found),
    }
    if splits.leaked:
        say(f"bioassist: {splits.leaked:,} training documents stand in a development text and were left out.")
    say(f"bioassist: the pipeline is in {options['out'] / spacy_peer.MODEL}.")
    click.echo(json.dumps(told, indent=2) if options["as_json"] else scores.table(told))
    return Exit.DONE
