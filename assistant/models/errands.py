"""Short-lived processes that load llama.cpp: a failed assertion or a broken install ends them, and not us."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from assistant.children import environment
from bioassist.errors import ModelError


def errand(*arguments: str) -> dict[str, Any]:
    """Run `python -m assistant.engine.measure ARGUMENTS` and return its JSON answer.

    Raises ModelError with what it said, or that it died. Its threads wait without spinning: beside a busy process
    spinning ones take many times as long, and the comparison of types would be one of interruptions.
    """
    done = subprocess.run(
        [sys.executable, "-P", "-m", "assistant.engine.measure", *arguments],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env=environment() | {"OMP_WAIT_POLICY": "passive"},
        check=False,
    )
    lines = done.stdout.decode("utf-8", "replace").splitlines()
    answer = _answer(lines[-1]) if lines else None
    if done.returncode == 0 and answer is not None:
        return answer
    if answer is not None and "error" in answer:
        raise ModelError(answer["error"], where=answer.get("where"))
    said = [line.strip() for line in done.stderr.decode("utf-8", "replace").splitlines() if line.strip()]
    how = f"ended by signal {-done.returncode}" if done.returncode < 0 else f"exit code {done.returncode}"
    raise ModelError(
        f"llama.cpp stopped its process ({how}){f': {said[-1]}' if said else ''}.",
        next_step="`bioassist doctor` says what of it works.",
    )


def _answer(line: str) -> dict[str, Any] | None:
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found if isinstance(found, dict) else None
