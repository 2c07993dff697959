"""Imports point one way, and nothing is loaded before it is needed."""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from assistant.children import environment

ROOT = Path(__file__).parent.parent
LINT = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(*sys.argv[1:]))"
LOADED = "import json, sys; __import__(sys.argv[1]); print(json.dumps(sorted(n.split('.')[0] for n in sys.modules)))"


def lint(config: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LINT, str(config)], cwd=ROOT, capture_output=True, text=True, env=environment()
    )


def test_the_contracts_are_kept() -> None:
    done = lint(ROOT / "pyproject.toml")
    assert done.returncode == 0, done.stdout
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]["contracts"]
    assert f"Contracts: {len(contracts)} kept, 0 broken." in done.stdout


def test_a_broken_contract_is_noticed(tmp_path: Path) -> None:
    config = tmp_path / "contracts.toml"
    config.write_text(
        '[tool.importlinter]\nroot_packages = ["bioassist", "assistant", "converters"]\n'
        '[[tool.importlinter.contracts]]\nname = "the other way"\ntype = "layers"\n'
        'layers = ["converters", "bioassist.cli"]\n',
        "utf-8",
    )
    done = lint(config)
    assert done.returncode == 1 and "bioassist.cli is not allowed to import converters" in done.stdout


@pytest.mark.parametrize(
    ("module", "may"),
    [
        ("bioassist.documents", set()),
        ("bioassist.tasks.ner", set()),
        ("bioassist.words", set()),
        ("converters.formats", set()),
        ("converters.brat", set()),
        ("converters.docbin", set()),
        ("assistant.models", {"filelock", "platformdirs", "psutil"}),
        ("assistant.project.store", {"filelock", "psutil"}),
        ("assistant.review.session", {"filelock", "psutil"}),
        ("assistant.engine.pipeline", {"filelock", "psutil"}),
    ],
)
def test_a_part_loads_what_it_needs_and_no_more(module: str, may: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, module], capture_output=True, text=True, env=environment(), check=True
    )
    dependencies = {"click", "filelock", "gguf", "llama_cpp", "numpy", "platformdirs", "psutil", "rich", "spacy",
                    "textual", "torch"}  # fmt: skip
    assert set(json.loads(done.stdout)) & dependencies <= may
