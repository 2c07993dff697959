"""What a conversion did: its counts, and a finding for everything that did not go through as it was.

Findings never quote a note: they name the document, the annotation, the offset, the file and the line.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

# "loss": it is not in the destination. "change": it is there, written differently. "remark": worth knowing, no effect.
Kind = Literal["loss", "change", "remark"]

_SHOWN_OF_EACH = 5


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a person should know about one document.

    `code` groups findings of one kind; `offset` counts code points of the document's text; `line` counts from 1 in
    `file`.
    """

    document: str
    code: str
    message: str
    offset: int | None = None
    file: str | None = None
    line: int | None = None
    kind: Kind = "remark"

    @property
    def where(self) -> str:
        """`file:line`, or the document with the offset if the finding is not about a line."""
        if self.file and self.line is not None:
            return f"{self.file}:{self.line}"
        place = self.file or self.document
        return place if self.offset is None else f"{place}, offset {self.offset}"

    def __str__(self) -> str:
        return f"{self.where}: {self.message}" if self.where else self.message


@dataclass(slots=True)
class Report:
    """The account of one read, write or conversion, filled while it runs.

    `annotations` counts what was written with an id of its own, and equivalences. `fragments_split` counts entities
    that got more fragments than they had, `offsets_mapped` documents whose text had to change, with an offset map
    beside them. `withheld` counts, by reason, what was kept out on purpose, such as documents not yet done.
    """

    documents: int = 0
    annotations: int = 0
    fragments_split: int = 0
    offsets_mapped: int = 0
    withheld: dict[str, int] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def add(self, finding: Finding) -> None:
        self.findings.append(finding)

    def withhold(self, reason: str, number: int = 1) -> None:
        """Count `number` things as kept out for `reason`, a plural noun such as "documents not done"."""
        if number:
            self.withheld[reason] = self.withheld.get(reason, 0) + number

    def merge(self, other: Report) -> None:
        self.documents += other.documents
        self.annotations += other.annotations
        self.fragments_split += other.fragments_split
        self.offsets_mapped += other.offsets_mapped
        for reason, number in other.withheld.items():
            self.withhold(reason, number)
        self.findings.extend(other.findings)

    def count(self, kind: Kind) -> int:
        return sum(1 for finding in self.findings if finding.kind == kind)

    @property
    def lossless(self) -> bool:
        """True if all there was is in the destination as it was."""
        return not any(finding.kind != "remark" for finding in self.findings)

    def lines(self, shown_of_each: int | None = _SHOWN_OF_EACH) -> Iterator[str]:
        """The report for a person: counts, then findings by code, `shown_of_each` of a code (None: all)."""
        yield f"{_number(self.documents, 'document')}, {_number(self.annotations, 'annotation')}."
        if self.fragments_split:
            yield f"{_number(self.fragments_split, 'entity', 'entities')} split into fragments at line ends or tabs."
        if self.offsets_mapped:
            yield f"{_number(self.offsets_mapped, 'document')} with changed line ends; an offset map lies beside each."
        for reason, number in sorted(self.withheld.items()):
            yield f"withheld: {number} {reason}."
        groups: defaultdict[tuple[Kind, str], list[Finding]] = defaultdict(list)
        for finding in self.findings:
            groups[finding.kind, finding.code].append(finding)
        for (kind, code), found in sorted(
            groups.items(), key=lambda group: ("loss", "change", "remark").index(group[0][0])
        ):
            yield f"{kind}: {code}, {len(found)} times" if len(found) > 1 else f"{kind}: {code}"
            shown = found if shown_of_each is None else found[:shown_of_each]
            yield from (f"  {finding}" for finding in shown)
            if len(shown) < len(found):
                yield f"  ... and {len(found) - len(shown)} more"


def _number(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"
