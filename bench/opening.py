"""How long a person waits for the screen of a command, in a terminal of its own (POSIX)."""

from __future__ import annotations

import os
import select
import struct
import subprocess
import time
from collections.abc import Sequence

_ROWS, _COLUMNS = 36, 120
# Above the text of the open note, and beside it once there is something to decide.
_OPEN, _FIRST = b"to decide", b"Suggestion 1 of"


def opening(command: Sequence[str]) -> dict[str, float]:
    """Seconds from the command to its open screen, and to the first suggestion on it; then it is left with `q`."""
    import fcntl
    import termios

    screen, theirs = os.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
    began = time.perf_counter()
    process = subprocess.Popen(
        command,
        env=os.environ | {"TERM": "xterm-256color"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown, found = b"", {"seconds_to_screen": float("nan"), "seconds_to_first_on_screen": float("nan")}
    while process.poll() is None:
        if not select.select([screen], [], [], 0.1)[0]:
            continue
        try:
            shown += os.read(screen, 1 << 16)
        except OSError:  # the command has ended
            break
        for name, words in zip(found, (_OPEN, _FIRST), strict=True):
            if found[name] != found[name] and words in shown:
                found[name] = time.perf_counter() - began
                if words == _FIRST:
                    os.write(screen, b"q")
    process.wait()
    os.close(screen)
    return found
