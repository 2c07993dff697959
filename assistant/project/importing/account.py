"""The account of an import: what came, what was decided by it, and how the suggestions did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

from assistant.project.importing.deciding import Decided
from assistant.project.state import Fold
from assistant.project.store import Project
from converters.report import Finding, Report


@dataclass(frozen=True, slots=True)
class Rates:
    """How suggestions of one label did: how many were accepted as they were, edited, rejected; and how many annotations
    of the label were `missed`, that is added by a person. A rate without anything to count is None.
    """

    accepted: int = 0
    edited: int = 0
    rejected: int = 0
    missed: int = 0

    @property
    def acceptance(self) -> float | None:
        """Of the suggestions, those accepted as they were."""
        return _share(self.accepted, self.accepted + self.edited + self.rejected)

    @property
    def edit(self) -> float | None:
        """Of the suggestions, those kept with another label or extent."""
        return _share(self.edited, self.accepted + self.edited + self.rejected)

    @property
    def miss(self) -> float | None:
        """Of the annotations, those that nothing suggested."""
        return _share(self.missed, self.accepted + self.edited + self.missed)


@dataclass(slots=True)
class Account:
    """`read` documents came, `matched` are in the project, `reviewed` counts as such, `done` were marked done just now,
    `changed` got decisions just now. `marked` counts annotations that are unreviewed still. `by_content` counts those
    that were matched under another id.

    `decisions` are counted by what was decided, `facts` by kind and what was done. `missing` names documents of the
    project that did not come. `report` holds what a person should know of single ones.
    """

    read: int = 0
    matched: int = 0
    reviewed: int = 0
    done: int = 0
    changed: int = 0
    marked: int = 0
    by_content: int = 0
    decisions: Counter[str] = field(default_factory=Counter)
    facts: Counter[tuple[str, str]] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    rates: dict[str, Rates] = field(default_factory=dict)
    report: Report = field(default_factory=Report)

    def tell(self, document: str, code: str, message: str, kind: Any = "remark", offset: int | None = None) -> None:
        self.report.add(Finding(document, code, message, offset, kind=kind))

    def add(self, decided: Decided) -> None:
        self.decisions += decided.items
        self.facts += decided.facts
        self.done += decided.done
        self.changed += bool(decided)

    def as_dict(self) -> dict[str, Any]:
        """As JSON can hold it; rates are shares of 1."""
        facts: dict[str, dict[str, int]] = {}
        for (kind, how), number in sorted(self.facts.items()):
            facts.setdefault(kind, {})[how] = number
        return {
            "documents": {
                "read": self.read,
                "matched": self.matched,
                "changed": self.changed,
                "reviewed": self.reviewed,
                "done": self.done,
                "missing": self.missing,
            },
            "decisions": dict(sorted(self.decisions.items())),
            "others": facts,
            "unreviewed": self.marked,
            "matched_by_content": self.by_content,
            "rates": {
                label: {**asdict(one), "acceptance": one.acceptance, "edit": one.edit, "miss": one.miss}
                for label, one in self.rates.items()
            },
            "findings": [
                {
                    "document": one.document,
                    "code": one.code,
                    "kind": one.kind,
                    "where": one.where,
                    "message": one.message,
                }
                for one in self.report.findings
            ],
        }

    def lines(self) -> Iterator[str]:
        """The rates as a table; nothing if no reviewed document had suggestions."""
        if not self.rates:
            return
        width = max(len("label"), *map(len, self.rates))
        columns = ("accepted", "edited", "rejected", "missed")
        shares = ("acceptance", "edit", "miss")
        yield (
            f"{'label':<{width}}"
            + "".join(f"{column:>10}" for column in columns)
            + "".join(f"{f'{share} rate':>17}" for share in shares)
        )
        for label, one in self.rates.items():
            yield (
                f"{label:<{width}}"
                + "".join(f"{getattr(one, column):>10,}" for column in columns)
                + "".join(f"{_percent(getattr(one, share)):>17}" for share in shares)
            )


def rates(project: Project, documents: Iterable[int]) -> dict[str, Rates]:
    """By label (of the suggestion, or of what was missed), over documents that the engine has read."""
    counts: dict[str, Counter[str]] = {}
    for document_id in documents:
        if project.document(document_id).state != "ready":
            continue
        suggested = {(one.type, one.spans) for one in project.suggestions(document_id)}
        for item in Fold((), project.decisions(document_id).values()).items():
            if item.suggestion is not None:
                how = {"accepted": "accepted", "edited": "edited", "rejected": "rejected"}[item.status]
                counts.setdefault(item.suggestion.type, Counter())[how] += 1
            elif item.kept and (item.type, item.spans) not in suggested:
                counts.setdefault(item.type, Counter())["missed"] += 1
    return {label: Rates(**counts[label]) for label in sorted(counts)}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
