"""Document names as paths below a folder, safe on every file system."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path, PurePosixPath

# Control and bidi characters too: a terminal that lists the folder would obey them.
_UNSAFE = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"|?*\\/\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?\Z", re.IGNORECASE)
_OURS = (".txt", ".ann", ".json", ".conf")
# Bytes; file systems allow 255, and an extension follows.
_LONGEST = 200


def safe_path(name: str) -> PurePosixPath:
    """`name` as a relative path that stays below its folder: "ward/a" as it is, "/../a" as "_/a".

    What cannot be in a file name on some system becomes "_"; a part over 200 bytes is cut and ends in a hash of it.
    """
    parts = [_safe_part(part) for part in name.split("/") if part not in ("", ".")] or ["_"]
    # A folder must not be called as the files beside it are.
    folders = [f"{part}_" if part.casefold().endswith(_OURS) else part for part in parts[:-1]]
    return PurePosixPath(*folders, parts[-1])


def _safe_part(part: str) -> str:
    safe = _UNSAFE.sub("_", part)
    # Dots: ".." climbs, a leading one hides, Windows drops trailing ones and spaces.
    safe = "_" + safe.lstrip(".") if safe.startswith(".") else safe
    safe = safe.rstrip(". ") + "_" * (safe != safe.rstrip(". "))
    safe = "_" + safe if _RESERVED.match(safe) else safe
    data = safe.encode()
    if len(data) > _LONGEST:
        digest = hashlib.sha256(part.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        safe = data[:_LONGEST].decode("utf-8", "ignore") + "-" + digest
    return safe


def create(folder: Path, wanted: PurePosixPath, extension: str, data: bytes) -> PurePosixPath:
    """Write a new file for `wanted` below `folder`; with "-2" and so on behind it if there is one already.

    The file system says which names are the same ("A.txt" and "a.txt" are, on some).
    """
    number = 1
    while True:
        path = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        target = folder / f"{path}{extension}"
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            with target.open("xb") as file:
                file.write(data)
        except FileExistsError:
            number += 1
            continue
        return path
