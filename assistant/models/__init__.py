"""Models: the catalog, and the way of a model from where it is published to what the engine loads.

    catalog -> pull (fetch, check, prepare, keep) -> resolve -> ResolvedModel

Only `pull` opens a connection, and only when it is asked to.
"""

from __future__ import annotations

from assistant.models.cache import Measured, Prepared
from assistant.models.catalog import Catalog, Entry, load_catalog
from assistant.models.progress import Progress, Quiet
from assistant.models.pulling import pull
from assistant.models.resolution import ResolvedModel, resolve
from assistant.models.verification import Checked, verify

__all__ = [
    "Catalog",
    "Checked",
    "Entry",
    "Measured",
    "Prepared",
    "Progress",
    "Quiet",
    "ResolvedModel",
    "load_catalog",
    "pull",
    "resolve",
    "verify",
]
