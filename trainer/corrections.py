"""Notes that people corrected, as samples: those windows in which each mention was decided on by itself.

A window teaches of each of its words that it is in a mention or outside. One with a suggestion that nobody touched, or
with an annotation that was accepted in bulk, would teach a guess either way, so it is left out as a whole: leaving the
span out alone would teach that its words are outside. For the same reason a window is left out if its program cannot
say what was decided. What a person rejected is outside, and is taught.

Notes come as documents with provenance (`bioassist.documents`), as a project's JSON lines hold them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from assistant.engine.windows import Window, windows
from bioassist.documents import Document, Entity
from bioassist.schema import EntityType
from bioassist.tasks import ner
from bioassist.tasks.lines import shown
from trainer.corpora.splitting import Split, split_of
from trainer.rendering import Drawing, Rendered

# Why spans, and the windows that they stand in, are left out; a window counts for the first of its reasons.
REASONS = MappingProxyType(
    {
        "untouched": "suggestions that nobody decided on",
        "bulk": "annotations that were accepted in bulk",
        "unlisted": "annotations of types that the schema does not have",
        "unsayable": "annotations that are in pieces, end within a word or a window, or cross another",
    }
)
# Why whole notes are.
NOTES = MappingProxyType(
    {
        "not_done": "notes that are not marked done",
        "failed": "notes that could not be read",
        "repeated": "notes with the text of another",
    }
)


@dataclass(frozen=True, slots=True)
class Corrected:
    """The notes of one project that are done, and the entity types of its schema in its order.

    `source` is what samples of it are counted under; `not_done` and `failed` count notes that are not among them.
    """

    source: str
    types: tuple[EntityType, ...]
    documents: tuple[Document, ...]
    not_done: int = 0
    failed: int = 0


class Corrections:
    """Samples of the NER program `task` from the notes of several projects, and an account of what is left out.

    Of notes with one text the first is taken, so those come first that count most: what several people agreed on
    before what one of them said. `bulk` takes what was accepted in bulk for decided. A note is on one side of the split
    by the hash of its text.
    """

    def __init__(self, projects: Sequence[Corrected], task: str, *, bulk: bool = False) -> None:
        self.task = task
        self.bulk = bulk
        self.notes: Counter[str] = Counter()
        self.windows: Counter[str] = Counter()
        self._flagged: dict[tuple[str, str, str], str] = {}
        self._mentions: Counter[str] = Counter()
        self._done: list[tuple[Corrected, Document]] = []
        seen: set[str] = set()
        for project in projects:
            self.notes.update(not_done=project.not_done, failed=project.failed)
            for document in project.documents:
                if document.text in seen:
                    self.notes["repeated"] += 1
                    continue
                seen.add(document.text)
                self._done.append((project, document))

    def __len__(self) -> int:
        """How many notes there are."""
        return len(self._done)

    @property
    def spans(self) -> Counter[str]:
        """How many spans are flagged, by reason; complete when both splits are rendered."""
        return Counter(self._flagged.values())

    @property
    def mentions(self) -> dict[str, int]:
        """How often each label of the model is taught by the rendered training samples."""
        return dict(sorted(self._mentions.items()))

    @property
    def facts(self) -> dict[str, Any]:
        """What dataset.json says of them."""
        return {
            "notes": len(self),
            "bulk": self.bulk,
            "mentions": self.mentions,
            "left_out": {
                "notes": {reason: self.notes[reason] for reason in NOTES},
                "spans": {reason: self.spans[reason] for reason in REASONS},
                "windows": {reason: self.windows[reason] for reason in REASONS},
            },
        }

    def lines(self) -> list[str]:
        """What was left out, for a person; nothing that was not."""
        told = [f"{count:,} {NOTES[reason]}" for reason in NOTES if (count := self.notes[reason])]
        for reason, said in REASONS.items():
            if spans := self.spans[reason]:
                windows_ = self.windows[reason]
                told.append(f"{spans:,} {said}, and with them {windows_:,} window{'' if windows_ == 1 else 's'}")
        return told

    def render(self, split: Split, drawing: Drawing) -> Iterator[Rendered]:
        """The samples of one split; training samples with the subsets and wordings that `drawing` draws."""
        for project, document in self._done:
            if split_of(document.text) != split:
                continue
            flags = self._flags(project, document)
            for window in windows(document.text, drawing.window_words):
                if not window.words:
                    continue
                inside = [entity for entity in document.entities if _touches(entity, window)]
                reasons = {flags[entity.id] for entity in inside if entity.id in flags}
                unsayable = [] if reasons else self._unsayable(project.types, window, inside)
                if unsayable:
                    self._flag(project, document, {entity.id: "unsayable" for entity in unsayable})
                    reasons = {"unsayable"}
                if reasons:
                    self.windows[next(reason for reason in REASONS if reason in reasons)] += 1
                else:
                    yield from self._samples(project, document, window, inside, drawing)

    def _samples(
        self, project: Corrected, document: Document, window: Window, inside: Sequence[Entity], drawing: Drawing
    ) -> Iterator[Rendered]:
        for task in ner.passes(self.task, drawing.some(project.types), drawing.wording()):
            labels = {entity.name: entity.served_by for entity in task.types}
            gold = [entity for entity in inside if entity.type in labels]
            answers, lost = task.answers(window.words, gold)
            if drawing.training:
                self._mentions.update(labels[entity.type] for entity in gold if entity not in lost)
            yield Rendered(
                task.program(document.text, window.words),
                tuple(answers),
                project.source,
                f"{project.source}/{document.name}",
                document.text,
                shown(document.text, window.words),
                len(window.words),
                len(lost),
            )

    def _flags(self, project: Corrected, document: Document) -> dict[str, str]:
        """Why an entity's windows cannot be taught, by id; those that can be have no entry."""
        listed = {entity.name for entity in project.types}
        flags: dict[str, str] = {}
        for entity in document.entities:
            said = document.provenance.get(entity.id)
            if said is not None and said.status == "unreviewed":
                flags[entity.id] = "untouched"
            elif said is not None and said.bulk and not self.bulk:
                flags[entity.id] = "bulk"
            elif entity.type not in listed:
                flags[entity.id] = "unlisted"
        self._flag(project, document, flags)
        return flags

    def _flag(self, project: Corrected, document: Document, flags: dict[str, str]) -> None:
        for entity_id, reason in flags.items():
            self._flagged[(project.source, document.name, entity_id)] = reason

    def _unsayable(self, types: Sequence[EntityType], window: Window, inside: Sequence[Entity]) -> list[Entity]:
        """Entities that the program cannot say and whose words it would call outside.

        One that lies in a longer one is lost as well, but none of its words is outside then.
        """
        found: list[Entity] = []
        for task in ner.passes(self.task, types):
            names = {entity.name for entity in task.types}
            answers, lost = task.answers(window.words, [entity for entity in inside if entity.type in names])
            outside = [word for word, answer in zip(window.words, answers, strict=True) if answer == task.outside]
            found += [one for one in lost if any(word.overlaps(span) for word in outside for span in one.spans)]
        return found


def _touches(entity: Entity, window: Window) -> bool:
    return any(span.start < window.end and window.start < span.end for span in entity.spans)
