"""Notes that the model has read, and in which other entities stand since: those that people added or changed, and those
of other suggesters.

What is asked about entities is to be asked anew there. The text need not be read again: results of windows are known by
their keys, and so is what is asked about entities that are the same.
"""

from __future__ import annotations

from collections.abc import Collection

from assistant.engine.asking import Asking
from assistant.project.records import RunRow
from assistant.project.store import Project

# In a run's settings: how long the journal was when it began. Without it the run is of a version that did not look.
JOURNAL = "journal"


def outdated(project: Project, latest: RunRow, asking: Asking, changing: Collection[int]) -> set[int]:
    """Ids of notes that run `latest` left as they should be then; `changing` are those about which other suggesters
    come to say something else. A note that anybody marked done is left alone."""
    if not asking.about_entities:
        return set()
    found = project.deeds.reshaped(after=int(latest.settings.get(JOURNAL, 0))).union(changing)
    return found.difference(project.done_by()) if found else found
