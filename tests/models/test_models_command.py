"""`bioassist models`, run as a person runs it."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from models_setup import Publish, Published, left_in
from tiny_model import write_tiny_llama

from assistant.models import Entry
from bioassist.cli import group
from bioassist.cli.diagnostics import Exit, Guard


class Terminal:
    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, stdout, stderr."""
        code = Guard(group).code(list(arguments))
        said = self._capsys.readouterr()
        return code, said.out, said.err

    def json(self, *arguments: str) -> Any:
        code, out, _ = self.run(*arguments, "--json")
        assert code == Exit.DONE
        return json.loads(out)


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


@pytest.fixture
def tiny(publish: Publish, published: Published) -> Entry:
    return publish(f"kind = 'path'\npath = '{published.gguf}'")


@pytest.mark.parametrize("name", ["list", "pull", "verify", "info", "remove"])
def test_help_has_an_example(terminal: Terminal, name: str) -> None:
    code, out, _ = terminal.run("models", name, "--help")
    assert code == Exit.DONE
    assert f"bioassist models {name}" in out.partition("Example")[2]


def test_list_says_what_is_here(terminal: Terminal, tiny: Entry) -> None:
    _, out, _ = terminal.run("models", "list")
    assert [line.split()[:3] for line in out.splitlines()[1:]] == [
        ["smollm2-135m", "no", "98"],
        ["tiny", "(default)", "no"],
    ]
    terminal.run("models", "pull", "--type", "q8_0")
    assert {one["name"]: bool(one["prepared"]) for one in terminal.json("models", "list")} == {
        "smollm2-135m": False,
        "tiny": True,
    }


def test_pull_narrates_on_stderr_and_answers_on_stdout(terminal: Terminal, tiny: Entry, cache: Path) -> None:
    code, out, err = terminal.run("models", "pull", "--type", "Q8_0", "--json")
    assert code == Exit.DONE
    prepared = json.loads(out)
    assert (cache / "tiny" / prepared["file"]).is_file()
    assert "tiny is ready as Q8_0" in err
    code, out, err = terminal.run("models", "pull")
    assert (code, out) == (Exit.DONE, "")
    assert "tiny is ready as Q8_0" in err


def test_pull_shows_what_was_measured(terminal: Terminal, tiny: Entry) -> None:
    _, _, err = terminal.run("models", "pull")
    lines = [line for line in err.splitlines() if "tokens/s" in line]
    assert {line.split()[0] for line in lines} == {"Q8_0", "BF16", "F16"}
    assert sum("kept" in line for line in lines) == 1


def test_a_refused_file_is_exit_code_4(terminal: Terminal, tiny: Entry, tmp_path: Path) -> None:
    other = write_tiny_llama(tmp_path / "other.gguf", seed=9)
    code, _, err = terminal.run("models", "pull", "--from", str(other), "--type", "Q8_0")
    assert code == Exit.MODEL
    assert "wrong sum" in err
    code, _, err = terminal.run("models", "pull", "--from", str(tmp_path / "none.whl"))
    assert code == Exit.MODEL
    assert "none.whl" in err


def test_verify_finds_a_single_changed_byte(terminal: Terminal, tiny: Entry, cache: Path) -> None:
    assert terminal.json("models", "verify") == []
    terminal.run("models", "pull", "--type", "Q8_0")
    assert [one["problem"] for one in terminal.json("models", "verify", "tiny")] == [None, None]
    path = cache / "tiny" / "prepared-Q8_0.gguf"
    content = bytearray(path.read_bytes())
    content[-7] ^= 1
    path.write_bytes(content)
    code, out, err = terminal.run("models", "verify")
    assert code == Exit.FINDINGS
    assert f"{path}: has sha256" in out
    assert "tiny.Q4_1.gguf: ok" in out
    assert "bioassist models remove tiny" in err


def test_info_tells_of_a_catalogs_model_and_of_a_file(terminal: Terminal, tiny: Entry, published: Published) -> None:
    terminal.run("models", "pull", "--type", "Q8_0")
    facts = terminal.json("models", "info", "tiny")
    assert facts["base"]["sha256"] == published.sha256
    assert facts["licences"] == {"base": "CC0-1.0"}
    assert facts["prepared"]["file_type"] == "Q8_0"
    _, out, _ = terminal.run("models", "info")
    for told in (published.sha256, "CC0-1.0", "ner.typed", str(published.gguf), "it was asked for", "not trained"):
        assert told in out
    facts = terminal.json("models", "info", str(published.gguf))
    assert (facts["sha256"], facts["file_type"], facts["kind"]) == (published.sha256, "Q4_1", "model")


def test_remove_asks_unless_told(terminal: Terminal, tiny: Entry, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal.run("models", "pull", "--type", "Q8_0")
    kept = left_in(cache)
    code, _, err = terminal.run("models", "remove", "tiny")
    assert code == Exit.USAGE
    assert "--yes" in err
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda *_, **__: (_ for _ in ()).throw(KeyboardInterrupt))
    assert terminal.run("models", "remove", "tiny")[0] == Exit.INTERRUPTED
    assert left_in(cache) == kept
    assert terminal.run("models", "remove", "tiny", "--yes")[0] == Exit.DONE
    assert left_in(cache) == []
    assert "not on this machine" in terminal.run("models", "remove", "tiny")[2]
