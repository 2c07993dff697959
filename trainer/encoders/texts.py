"""Samples of corpora for tasks that give a whole text, or a pair of texts, its label or labels.

- `re`: the sentence of a pair of mentions, which are replaced by marks of their types (`@GENE$`), as in the paper;
- `nli`: premise and hypothesis;
- `class`: the text, cut where the instruction models have it cut; one class, or any number of them;
- `assertion`: the sentence of a mention, which stands in double brackets (`[[ chest pain ]]`).
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from bioassist.documents import Document, Entity, Span
from bioassist.errors import InputError, UsageError
from bioassist.tasks.classification import YES
from bioassist.tasks.render import OUTPUT
from bioassist.tasks.renderings import RENDERINGS
from bioassist.words import sentences
from trainer.corpora import Split, by_name
from trainer.corpora.pairs import NONE
from trainer.corpora.samples import NliSample
from trainer.corpora.shelf import Shelf
from trainer.gold import source_of
from trainer.mixture import Mixture, MixtureSource, load
from trainer.rendering import Drawing, Rendered, render_source
from trainer.rendering.assertions import by_document, value_of

# The programs of instruction models that a task stands beside, in the order in which a corpus is taken for them: where
# one has marked pairs, those are its labels.
PROGRAMS = {**RENDERINGS, "re": tuple(reversed(RENDERINGS["re"]))}


@dataclass(frozen=True, slots=True)
class Example:
    """`second` is the other text of a pair. `labels` is one, or any number where many may hold.

    `given` is the text without marks, by which samples of two splits are compared; `group` as corpora have it.
    """

    first: str
    second: str | None
    labels: tuple[str, ...]
    given: str
    group: str


@dataclass(frozen=True, slots=True)
class Labelling:
    """What is decided: one of `labels`, or yes or no to each if `many`. `nothing` are labels for the absence of one."""

    labels: tuple[str, ...]
    many: bool = False
    nothing: frozenset[str] = frozenset()


class TextTask:
    """A corpus for one of the tasks of this module.

    Raises UsageError for a corpus that has nothing for the task, and names those that do.
    """

    def __init__(self, corpus: str, task: str) -> None:
        self.corpus, self.task = by_name(corpus).name, task
        source = next(filter(None, (source_of(corpus, (program,)) for program in PROGRAMS[task])), None)
        if source is None:
            raise lacking(corpus, task)
        self._source = replace(source, repeat=1.0, take=0)
        self._read: Callable[[Shelf, Split], Iterator[Example]]
        if task == "re":
            self._source, nothing = _marked(self._source)
            names = tuple(dict.fromkeys(name for name, _ in self._source.labels.values()))
            self.labelling = Labelling(names, nothing=nothing)
            self._read = self._relations
        elif task == "class":
            self.labelling = Labelling(tuple(self._source.taught), many=source.task == "class.many")
            self._read = self._classes
        elif task == "assertion":
            assert source.attribute is not None
            self.labelling = Labelling((source.attribute.unwritten, *source.attribute.values))
            self._read = self._assertions
        else:
            self.labelling = Labelling(by_name(corpus).types)
            self._read = self._pairs

    def examples(self, shelf: Shelf, split: Split) -> list[Example]:
        """Raises InputError for a corpus that is missing or broken."""
        return list(self._read(shelf, split))

    def _rendered(self, shelf: Shelf, split: Split) -> Iterator[Rendered]:
        mixture = Mixture("encoder", (self._source,))
        return render_source(self._source, shelf, split, Drawing(mixture, split, random.Random(0)))

    def _relations(self, shelf: Shelf, split: Split) -> Iterator[Example]:
        for one in self._rendered(shelf, split):
            # The marked sentence is what the program shows between its instruction and its choice.
            marked = one.program.pieces[1].text.removesuffix(OUTPUT)  # type: ignore[union-attr]
            yield Example(marked, None, one.answers, one.given, one.group)

    def _classes(self, shelf: Shelf, split: Split) -> Iterator[Example]:
        for one in self._rendered(shelf, split):
            labels = tuple(answer.strip() for answer in one.answers)
            if self.labelling.many:
                asked = zip(one.program.choices, one.answers, strict=True)
                labels = tuple(choice.name.strip() for choice, answer in asked if answer == YES)
            yield Example(one.given, None, labels, one.given, one.group)

    def _pairs(self, shelf: Shelf, split: Split) -> Iterator[Example]:
        for sample in shelf.open(by_name(self.corpus), split):
            if not isinstance(sample, NliSample):
                raise InputError(f"this corpus has no premises: it has {type(sample).__name__}.", where=self.corpus)
            both = f"{sample.premise} {sample.hypothesis}"
            yield Example(sample.premise, sample.hypothesis, (sample.label,), both, sample.group)

    def _assertions(self, shelf: Shelf, split: Split) -> Iterator[Example]:
        for found in by_document(self.corpus, shelf, split):
            for one in found:
                label = value_of(self._source, one) or self.labelling.labels[0]
                shown = bracketed(one.document, one.target)
                yield Example(shown, None, (label,), shown, one.group)


def bracketed(document: Document, target: Entity) -> str:
    """The sentences that `target` lies in, with double brackets around it, white space made single spaces."""
    touched = [one for one in sentences(document.text) if one.start < target.end and target.start < one.end]
    around = Span(
        min([target.start, *(one.start for one in touched)]), max([target.end, *(one.end for one in touched)])
    )
    before, behind = Span(around.start, target.start), Span(target.end, around.end)
    mention = document.text[target.start : target.end]
    return " ".join(f"{before.of(document.text)} [[ {mention} ]] {behind.of(document.text)}".split())


def lacking(corpus: str, task: str) -> UsageError:
    """What to say of a corpus that has nothing for `task`."""
    sources = (source for name in ("clinical", "open", "paper") for source in load(name).sources)
    fitting = sorted({source.corpus for source in sources if source.task in PROGRAMS[task]})
    return UsageError(
        f"the corpus {corpus} has nothing for the task {task}.", next_step=f"Corpora that do: {', '.join(fitting)}."
    )


def _marked(source: MixtureSource) -> tuple[MixtureSource, frozenset[str]]:
    """The source with marked mentions, and its labels for pairs without a relation.

    Where it is taken for `re.pairs`, whose labels are relations alone, whatever else the corpus calls a pair is one
    without a relation.
    """
    if source.task == "re.paper":
        return source, frozenset()
    others = {label for rule in by_name(source.corpus).rules for label in rule.labels} - set(source.labels)
    labels = {**source.labels, **dict.fromkeys((*sorted(others), NONE), (NONE, ""))}
    return replace(source, task="re.paper", labels=labels), frozenset({NONE})
