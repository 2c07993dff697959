from __future__ import annotations

import os
import subprocess
import sys

import pytest

from assistant.children import environment

ASK = """
from assistant.models import load_catalog
from bioassist.cli.fetching import FetchDisplay, offer
with FetchDisplay() as display:
    answer = offer(load_catalog().entry("smollm2-135m"))
    display.begin("Fetching", 10)
    display.at(25)
    display.note("kept on the screen")
print(f"answer {answer}")
"""


@pytest.mark.timeout(60)
@pytest.mark.skipif(os.name != "posix", reason="a terminal to type into is POSIX's here")
@pytest.mark.parametrize(("typed", "answer"), [("y", True), ("", True), ("n", False)])
def test_the_question_is_seen_before_it_is_answered(typed: str, answer: bool) -> None:
    import pty

    ours, theirs = pty.openpty()
    asking = subprocess.Popen(
        [sys.executable, "-c", ASK], stdin=theirs, stdout=theirs, stderr=theirs, env=environment()
    )
    os.close(theirs)
    said = b""
    while b"[Y/n]" not in said:
        said += os.read(ours, 4096)
    assert b"98 MB, Apache-2.0" in said
    os.write(ours, f"{typed}\n".encode())
    try:
        while part := os.read(ours, 4096):
            said += part
    except OSError:
        # Linux reports the end of a terminal as an error.
        pass
    assert asking.wait(30) == 0
    os.close(ours)
    assert f"answer {answer}".encode() in said
    assert b"kept on the screen" in said


def test_nobody_to_ask_is_a_no() -> None:
    command = [sys.executable, "-c", ASK]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, env=environment(), check=True)
    assert done.stdout.split() == [b"answer", b"False"]
    assert b"Fetching" in done.stderr
