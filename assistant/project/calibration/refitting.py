"""A project's own calibration, from what people decided on single suggestions.

Only looks at single suggestions count: what was accepted in bulk was not looked at, and of those the wrong ones come
back to be looked at later, so they say nothing about the model at any time. Corrections that were made in other
programs are left out likewise: what was left alone there may not have been read. The last decision of each annotator on
a suggestion counts: it was right if it was kept as it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from assistant.project.calibration.stored import Applied, Whose
from assistant.project.journal.decisions import Decision, decisions_of
from assistant.project.journal.entries import undone_entries
from assistant.project.suggestions.agreeing import said_by
from bioassist.metrics import calibrating
from bioassist.metrics.calibrating import ENOUGH, ENOUGH_DOCUMENTS, Curves, Decided
from bioassist.metrics.calibration import Calibration
from bioassist.tasks import confidence
from bioassist.tasks.ner import FINGERPRINTS

if TYPE_CHECKING:
    from assistant.project.store import Project

# A calibration is fitted anew once there is so much more: what is on the screen should not move with each decision.
GROWTH = 1.2


@dataclass(frozen=True, slots=True)
class Standing:
    """Which calibration applies to what the present model says (None: its probabilities are shown as they are).

    `decisions` on `documents` documents could make one of the project's own; `wanted` of them on `wanted_documents`
    documents are enough.
    """

    applied: Applied | None
    decisions: int
    documents: int
    wanted: int
    wanted_documents: int

    @property
    def enough(self) -> bool:
        return self.decisions >= self.wanted and self.documents >= self.wanted_documents


def standing(project: Project) -> Standing | None:
    """None before a model has read anything."""
    whose = present(project)
    return _standing(project, whose, looked_at(project, whose)) if whose is not None else None


def present(project: Project) -> Whose | None:
    """The model that read last, and its program for entities."""
    for run in reversed(project.runs()):
        for task, program in run.programs.items():
            if task in FINGERPRINTS:
                return run.model_sha, program
    return None


def looked_at(project: Project, whose: Whose) -> list[Decided]:
    """What people decided on single suggestions of a model, with the probabilities that it gave them."""
    entries = project.journal.entries()
    undone = undone_entries(entries)
    last: dict[tuple[str, int, str], tuple[str, Decision]] = {}
    in_bulk: set[tuple[str, int, str]] = set()
    for entry in entries:
        # A decision that was carried over to a new version of a note was made, and counts, on the old one.
        if (entry.actor, entry.actor_seq) in undone or entry.action == "carry":
            continue
        for decision in decisions_of(entry):
            item = (decision.actor, entry.document_id, decision.item_id)
            if entry.payload.get("bulk") or decision.source != "person":
                in_bulk.add(item)
            last[item] = (entry.document, decision)
    found = []
    for item, (document, decision) in last.items():
        if item in in_bulk or decision.suggestion is None:
            continue
        for said in said_by(decision.suggestion):
            if project.calibrations.whose(said) == whose:
                label = project.calibrations.label(said.type)
                found.append(Decided(label, document, said.confidence, decision.status == "accepted"))
    return found


def refit(project: Project) -> Standing | None:
    """Fit the project's own calibration if there is enough for one, and enough more than for the one it has."""
    whose = present(project)
    if whose is None:
        return None
    decided = looked_at(project, whose)
    before = _standing(project, whose, decided)
    applied = before.applied
    own = applied.calibration if applied is not None and applied.origin == "project" else None
    if not before.enough or (own is not None and own.decisions <= len(decided) < own.decisions * GROWTH):
        return before
    project.calibrations.put(whose[0], "project", _fitted(project, whose, decided))
    return _standing(project, whose, decided)


def _standing(project: Project, whose: Whose, decided: list[Decided]) -> Standing:
    documents = len({one.group for one in decided})
    return Standing(project.calibrations.applied(whose), len(decided), documents, ENOUGH, ENOUGH_DOCUMENTS)


def _fitted(project: Project, whose: Whose, decided: list[Decided]) -> Calibration:
    brought = project.calibrations.of_model(whose)
    known = Curves(brought.pooled, brought.labels) if brought is not None else None
    fit = calibrating.curves if known is None else lambda some: calibrating.moved(known, some)
    fitted = fit(decided)
    name = next(run.model for run in reversed(project.runs()) if run.model_sha == whose[0])
    return Calibration(
        definition=confidence.IN_USE,
        program=whose[1],
        model={"name": name, "identity": whose[0]},
        source=("decisions on single suggestions", *((brought.fingerprint,) if brought is not None else ())),
        decisions=len(decided),
        documents=len({one.group for one in decided}),
        pooled=fitted.pooled,
        labels=fitted.labels,
        measured=calibrating.measured(decided, lambda some: fit(some).of, before=known.of if known else None),
    )
