"""Messages between the application and its worker: JSON objects behind their length, over pipes.

JSON because a reviewer can read what goes over, and because nothing in it can run.
"""

from __future__ import annotations

import json
import struct
from typing import IO, Any

Message = dict[str, Any]
_LENGTH = struct.Struct(">I")


def send(stream: IO[bytes], message: Message) -> None:
    """Raises OSError if the other side is gone."""
    # surrogatepass: a file name that is not UTF-8 reaches us with lone surrogates.
    data = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    stream.write(_LENGTH.pack(len(data)) + data)
    stream.flush()


def receive(stream: IO[bytes]) -> Message | None:
    """The next message; None when the other side has closed or died in the middle of one."""
    head = _exactly(stream, _LENGTH.size)
    if head is None:
        return None
    data = _exactly(stream, _LENGTH.unpack(head)[0])
    if data is None:
        return None
    message: Message = json.loads(data.decode("utf-8", "surrogatepass"))
    return message


def _exactly(stream: IO[bytes], count: int) -> bytes | None:
    parts: list[bytes] = []
    while count:
        part = stream.read(count)
        if not part:
            return None
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
