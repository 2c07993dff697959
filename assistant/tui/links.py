"""What joins the focus to other spans: an arrow instead of their opening bar, and a bracket in the margin.

The arrow is that of the relation as the focus sees it: `→` it goes to the other span, `←` it comes from there, `↔`
both, or it has no direction. Where the ends are on different rows a bracket joins them, and before it stands the sign
of what was decided:

    ▸┌  … the focus …
     │
    ?└  … the other end, which waits for a decision …
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from assistant.project.facts import aims
from assistant.review.view import DocumentView
from assistant.tui.marks import SIGNS
from bioassist.documents import Relation
from bioassist.schema import Schema

TO, FROM, BOTH = "→", "←", "↔"
# By whether the bracket goes on above the row and below it: in a row with an end, and in one without.
_AT_END = {(False, True): "┌", (True, False): "└", (True, True): "├"}
_BETWEEN = {(True, True): "│"}


@dataclass(frozen=True, slots=True)
class Link:
    """One other end: which way the relation goes, and the sign of its status."""

    arrow: str
    sign: str


@dataclass(frozen=True, slots=True)
class Links:
    """The other ends by item id, and the offsets at which they and the focus start."""

    ends: Mapping[str, Link] = field(default_factory=dict)
    starts: tuple[tuple[int, str], ...] = ()

    def margin(self, low: int, high: int) -> tuple[str, str]:
        """For the row of the offsets `low` to `high`: the sign of an end that starts there, and a piece of bracket."""
        here = [sign for start, sign in self.starts if low <= start <= high]
        above = any(start < low for start, _ in self.starts)
        below = any(start > high for start, _ in self.starts)
        pieces = _AT_END if here else _BETWEEN
        bracket = pieces.get((above, below), " ")
        return (next((sign for sign in here if sign != " "), " ") if bracket != " " else " "), bracket


NO_LINKS = Links()


def links_of(view: DocumentView, schema: Schema) -> Links:
    """The other ends of what is said of the focus and was not rejected; what a person decided comes before the rest."""
    focused = view.focused
    if focused is None:
        return NO_LINKS
    symmetric = {one.name for one in schema.relations if one.symmetric}
    ends: dict[str, Link] = {}
    starts = [(focused.start, " ")]
    for fact in view.facts:
        if fact.status == "rejected":
            continue
        for other in dict.fromkeys(aims(fact.value)):
            item = view.item(other) if other != focused.id else None
            if item is None or item.status == "rejected":
                continue
            arrow = BOTH
            if isinstance(fact.value, Relation) and fact.value.type not in symmetric:
                arrow = TO if fact.value.arguments[0].target == focused.id else FROM
            known = ends.get(other)
            if known is None:
                ends[other] = Link(arrow, SIGNS[fact.status])
                starts.append((item.start, SIGNS[fact.status]))
            elif known.arrow != arrow:
                ends[other] = Link(BOTH, known.sign)
    return Links(ends, tuple(starts)) if ends else NO_LINKS
