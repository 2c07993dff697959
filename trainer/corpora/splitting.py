"""Which split a document falls into where its source ships only one file.

The choice hangs on the text alone, so it is the same on every machine, for every order of files, and for ever; a text
that is there twice falls on one side.
"""

from __future__ import annotations

import hashlib
from typing import Literal

Split = Literal["train", "dev"]
SPLITS: tuple[Split, ...] = ("train", "dev")

DEV_SHARE = 0.2


def split_of(text: str, dev_share: float = DEV_SHARE) -> Split:
    """The split of a document with this text (or identifier): "dev" for `dev_share` of all texts, by SHA-256."""
    number = int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:8])
    return "dev" if number / 2**64 < dev_share else "train"
