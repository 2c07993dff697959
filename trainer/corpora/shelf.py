"""Where the corpora of a run are, and what was said while they were read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from converters.report import Report
from trainer.corpora.corpus import Corpus
from trainer.corpora.samples import Sample
from trainer.corpora.splitting import Split


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder of corpora.

    With `online` those that live on a hub are fetched; unless `whole` is False a corpus that was cut short is an error.
    `report` hears what readers leave out.
    """

    root: Path
    online: bool = False
    whole: bool = True
    report: Report = field(default_factory=Report)
    _heard: set[tuple[str, Split]] = field(default_factory=set, repr=False, compare=False)

    def open(self, corpus: Corpus, split: Split) -> Iterator[Sample]:
        """The samples of a split. Raises InputError saying how to get the corpus if it is not here."""
        # A corpus that is read several times has the same faults each time.
        report = Report() if (corpus.name, split) in self._heard else self.report
        self._heard.add((corpus.name, split))
        return corpus.open(self.root, split, report, whole=self.whole, online=self.online)

    def holds(self, corpus: Corpus) -> Path:
        """Its folder. Raises InputError as `open` does."""
        return corpus.locate(self.root, "train", online=self.online)
