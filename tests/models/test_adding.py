"""`bioassist models add`: an adapter of one's own gets a name, serves under it, and leaves nothing when it goes."""

from __future__ import annotations

import json
import shutil
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from gguf import GGUFReader
from models_setup import Publish, Published, left_in
from test_models_command import Terminal
from tiny_model import write_tiny_adapter, write_tiny_llama

from assistant.engine import merge
from assistant.models import Entry, calibrations, load_catalog, pull, resolve, sums
from assistant.models import cache as cache_module
from assistant.models import catalog as catalog_module
from assistant.models.gguf_file import LABELS_KEY, PROGRAMS_KEY
from bioassist.cli.diagnostics import Exit
from bioassist.errors import ModelError
from bioassist.metrics.calibrating import Decided, curves, measured
from bioassist.metrics.calibration import Calibration
from bioassist.tasks.confidence import IN_USE
from bioassist.tasks.fingerprints import FINGERPRINTS

TRAINED = {
    LABELS_KEY: json.dumps({"ner.inline": ["Drug", "Disease"], "nli": []}),
    PROGRAMS_KEY: json.dumps({task: FINGERPRINTS[task] for task in ("ner.inline", "nli")}),
}


@pytest.fixture
def terminal(capsys: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(capsys)


@pytest.fixture
def tiny(publish: Publish, published: Published) -> Entry:
    """A model of the catalog whose base is on this machine."""
    entry = publish(f"kind = 'path'\npath = '{published.gguf}'")
    place = cache_module.base_path(entry)
    place.parent.mkdir(parents=True)
    shutil.copyfile(published.gguf, place)
    return entry


@pytest.fixture
def card(tmp_path: Path) -> Path:
    path = tmp_path / "card.md"
    path.write_text("# Ward notes\n\nForty notes of ward 7.\n", "utf-8")
    return path


@pytest.fixture
def adapter(tiny: Entry, published: Published, tmp_path: Path) -> Path:
    identity = merge.identity(GGUFReader(str(published.gguf)))
    said = {merge.IDENTITY_KEY: identity, "general.license": "CC-BY-4.0", **TRAINED}
    return write_tiny_adapter(tmp_path / "Ward Notes.gguf", metadata=said)


def beside(catalog: Path) -> list[str]:
    return sorted(path.name for path in catalog.parent.iterdir())


def test_it_is_listed_prepared_used_and_removed_again(
    terminal: Terminal, adapter: Path, card: Path, own_catalog: Path, cache: Path, published: Published
) -> None:
    before, text = beside(own_catalog), own_catalog.read_text("utf-8")
    code, out, said = terminal.run("models", "add", str(adapter), "--card", str(card), "--name", "ward-notes")
    assert (code, out) == (Exit.DONE, "") and "models pull ward-notes" in said
    facts = terminal.json("models", "info", "ward-notes")
    assert facts["labels"] == {"ner.inline": ["Drug", "Disease"], "nli": []}
    assert facts["programs"] == json.loads(TRAINED[PROGRAMS_KEY]) and facts["tasks"] == ["ner.inline", "nli"]
    assert facts["licences"] == {"base": "CC0-1.0", "adapter": "CC-BY-4.0"}
    assert facts["adapter"]["sha256"] == sums.sha256(adapter) == sums.sha256(Path(facts["adapter"]["path"]))
    assert Path(facts["card"]).read_text("utf-8") == card.read_text("utf-8")
    listed = next(line for line in terminal.run("models", "list")[1].splitlines() if line.startswith("ward-notes"))
    assert listed.split()[1] == "no" and "the base of tiny" in listed

    # The base is here as another model's; its source is not asked.
    own_catalog.write_text(own_catalog.read_text("utf-8").replace(str(published.gguf), "/gone.gguf"), "utf-8")
    adapter.unlink()
    assert terminal.run("models", "pull", "ward-notes", "--type", "F16")[0] == Exit.DONE
    model = resolve("ward-notes", offline=True)
    assert model.trained_labels["ner.inline"] == ["Drug", "Disease"] and model.adapter is None
    assert merge.value(GGUFReader(str(model.path)), merge.MERGED_KEY) == "tiny adapter 0"

    assert terminal.run("models", "remove", "ward-notes", "--yes")[0] == Exit.DONE
    assert "ward-notes" in load_catalog().entries and not (cache / "ward-notes").exists()
    assert terminal.run("models", "remove", "ward-notes", "--entry", "--yes")[0] == Exit.DONE
    assert beside(own_catalog) == before
    assert own_catalog.read_text("utf-8").strip() == text.replace(str(published.gguf), "/gone.gguf").strip()


def test_it_is_called_what_the_adapter_calls_itself(terminal: Terminal, adapter: Path, card: Path) -> None:
    assert terminal.run("models", "add", str(adapter), "--card", str(card))[0] == Exit.DONE
    assert "tiny-adapter-0" in load_catalog().entries


def test_the_first_entry_makes_the_catalog(
    terminal: Terminal, adapter: Path, card: Path, own_catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = own_catalog.parent / "new" / "catalog.toml"
    known = load_catalog().entries["tiny"]
    shipped = own_catalog.parent / "shipped"
    shipped.mkdir()
    own_catalog.rename(shipped / "catalog.toml")
    monkeypatch.setattr(catalog_module, "shipped_folder", lambda: shipped)
    monkeypatch.setattr(catalog_module, "user_catalog", lambda: nowhere)
    code, _, said = terminal.run("models", "add", str(adapter), "--card", str(card), "--name", "mine")
    assert code == Exit.DONE, said
    assert load_catalog().entries["mine"].base == known.base
    code, _, said = terminal.run("models", "remove", "tiny", "--entry", "--yes")
    assert code == Exit.MODEL and "shipped" in said
    assert terminal.run("models", "remove", "mine", "--entry", "--yes")[0] == Exit.DONE
    assert set(load_catalog().entries) == {"tiny"} and beside(nowhere) == ["catalog.toml"]


def test_a_name_that_is_taken_is_refused_or_replaced(
    terminal: Terminal, adapter: Path, card: Path, own_catalog: Path, tmp_path: Path
) -> None:
    add = ("models", "add", str(adapter), "--card", str(card))
    assert terminal.run(*add, "--name", "mine")[0] == Exit.DONE
    kept = own_catalog.read_text("utf-8")
    for name, said in (("mine", "--force"), ("smollm2-135m", "shipped already"), ("Mine!", "cannot be a model's name")):
        code, _, told = terminal.run(*add, "--name", name)
        assert code == Exit.USAGE and said in told
    assert terminal.run(*add, "--name", "smollm2-135m", "--force")[0] == Exit.USAGE
    assert own_catalog.read_text("utf-8") == kept
    other = write_tiny_adapter(tmp_path / "other.gguf", seed=1, metadata=TRAINED)
    card.write_text("Another.\n", "utf-8")
    again = ("models", "add", str(other), "--card", str(card), "--name", "mine", "--force")
    assert terminal.run(*again, "--description", "the second")[0] == Exit.DONE
    entry = load_catalog().entry("mine")
    assert entry.adapter is not None and entry.adapter.sha256 == sums.sha256(other)
    assert entry.description == "the second" and entry.card is not None and entry.card.read_text() == "Another.\n"
    assert len(beside(own_catalog)) == 3, "the first adapter and its card are gone"


def test_what_does_not_fit_is_refused(
    terminal: Terminal, adapter: Path, card: Path, own_catalog: Path, published: Published, tmp_path: Path
) -> None:
    wide = write_tiny_adapter(tmp_path / "wide.gguf", width=128, metadata=TRAINED)
    elsewhere = {merge.IDENTITY_KEY: "0" * 64, merge.BASE_NAME_KEY: "another model", **TRAINED}
    old = {**TRAINED, PROGRAMS_KEY: json.dumps({"ner.inline": "ner.inline/0:000000000000"})}
    new = {**TRAINED, PROGRAMS_KEY: json.dumps({"ner.future": "ner.future/1:000000000000"})}
    binary, empty, missing = tmp_path / "card.bin", tmp_path / "empty.md", tmp_path / "none.md"
    binary.write_bytes(b"\xff\xfe\x00")
    empty.touch()
    before, text = beside(own_catalog), own_catalog.read_text("utf-8")
    for given, with_card, code, said in (
        (wide, card, Exit.MODEL, "for another base"),
        (write_tiny_adapter(tmp_path / "e.gguf", metadata=elsewhere), card, Exit.MODEL, "trained on another model"),
        (write_tiny_adapter(tmp_path / "o.gguf", metadata=old), card, Exit.MODEL, "ner.inline/0:000000000000"),
        (write_tiny_adapter(tmp_path / "n.gguf", metadata=new), card, Exit.MODEL, "no task ner.future"),
        (write_tiny_adapter(tmp_path / "u.gguf"), card, Exit.MODEL, "does not say what programs"),
        (published.gguf, card, Exit.MODEL, "a model, not an adapter"),
        (tmp_path / "none.gguf", card, Exit.MODEL, "no such adapter"),
        (adapter, missing, Exit.INPUT, "the card cannot be read"),
        (adapter, binary, Exit.INPUT, "not UTF-8"),
        (adapter, empty, Exit.INPUT, "empty"),
    ):
        ended, _, told = terminal.run("models", "add", str(given), "--card", str(with_card), "--name", "mine")
        assert ended == code and said in told, told
    assert (beside(own_catalog), own_catalog.read_text("utf-8")) == (before, text)


def test_a_base_that_is_not_here_or_not_known_is_refused(terminal: Terminal, adapter: Path, card: Path) -> None:
    for base, said in (("smollm2-135m", "bioassist models pull smollm2-135m"), ("tinny", "Did you mean tiny")):
        code, _, told = terminal.run("models", "add", str(adapter), "--card", str(card), "--base", base)
        assert code == Exit.MODEL and said in told


def test_a_broken_catalog_is_named_and_left_as_it_is(
    terminal: Terminal, adapter: Path, card: Path, own_catalog: Path
) -> None:
    broken = own_catalog.read_text("utf-8") + "\n[models.half\n"
    own_catalog.write_text(broken, "utf-8")
    code, _, said = terminal.run("models", "add", str(adapter), "--card", str(card))
    assert code == Exit.MODEL and str(own_catalog) in said
    assert own_catalog.read_text("utf-8") == broken and beside(own_catalog) == ["catalog.toml"]


def test_what_a_user_wrote_stays_or_is_left_to_the_user(
    terminal: Terminal, adapter: Path, card: Path, own_catalog: Path
) -> None:
    by_hand = own_catalog.read_text("utf-8").replace("[models.tiny.licences]", "  # ours\n[ models . 'tiny'.licences ]")
    own_catalog.write_text(by_hand, "utf-8")
    add = ("models", "add", str(adapter), "--card", str(card), "--name", "v1.2")
    assert terminal.run(*add)[0] == Exit.DONE
    assert own_catalog.read_text("utf-8").startswith(by_hand.rstrip())
    code, _, said = terminal.run("models", "remove", "tiny", "--entry", "--yes")
    assert code == Exit.MODEL and "default" in said
    assert terminal.run("models", "remove", "v1.2", "--entry", "--yes")[0] == Exit.DONE
    assert own_catalog.read_text("utf-8").rstrip() == by_hand.rstrip()

    # A line in a text that looks like a table's.
    odd = by_hand.replace('default = "tiny"', "") + "\n[other]\ntold = '''\n[models.tiny]\n'''\n"
    own_catalog.write_text(odd, "utf-8")
    code, _, said = terminal.run("models", "remove", "tiny", "--entry", "--yes")
    assert code == Exit.MODEL and "by hand" in said
    assert own_catalog.read_text("utf-8") == odd


def test_an_entry_goes_only_with_a_yes(terminal: Terminal, adapter: Path, card: Path) -> None:
    terminal.run("models", "add", str(adapter), "--card", str(card), "--name", "mine")
    code, _, said = terminal.run("models", "remove", "mine", "--entry")
    assert code == Exit.USAGE and "--yes" in said
    assert "mine" in load_catalog().entries


def test_a_full_disk_leaves_the_catalog_as_it_was(
    terminal: Terminal, adapter: Path, card: Path, own_catalog: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    before, text = beside(own_catalog), own_catalog.read_text("utf-8")
    monkeypatch.setattr("shutil.copyfile", full)
    code, _, said = terminal.run("models", "add", str(adapter), "--card", str(card))
    assert code == Exit.MODEL and "the disk is full" in said
    assert (beside(own_catalog), own_catalog.read_text("utf-8")) == (before, text)


def test_an_adapter_for_another_base_is_refused_before_anything_runs(tiny: Entry, tmp_path: Path) -> None:
    pull(tiny, file_type="F16")
    other = write_tiny_llama(tmp_path / "other.gguf", seed=5)
    wide = write_tiny_adapter(tmp_path / "wide.gguf", width=128)
    said = {merge.IDENTITY_KEY: "0" * 64, merge.BASE_NAME_KEY: "another model"}
    elsewhere = write_tiny_adapter(tmp_path / "elsewhere.gguf", metadata=said)
    for model in ("tiny", str(other)):
        with pytest.raises(ModelError, match=r"for another base: blk\.0\.attn_q"):
            resolve(model, wide)
        with pytest.raises(ModelError, match="trained on another model"):
            resolve(model, elsewhere)


def test_that_an_adapter_fits_is_found_out_once(tiny: Entry, adapter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pull(tiny, file_type="F16")
    first = resolve("tiny", adapter)
    monkeypatch.setattr(merge, "check", lambda *_, **__: pytest.fail("it is known"))
    assert resolve("tiny", adapter) == first


@pytest.mark.skipif(sys.platform == "win32", reason="files have no such modes")
def test_others_cannot_read_what_is_kept(terminal: Terminal, adapter: Path, card: Path, own_catalog: Path) -> None:
    terminal.run("models", "add", str(adapter), "--card", str(card), "--name", "mine")
    assert all(not path.stat().st_mode & 0o077 for path in own_catalog.parent.iterdir())


def test_only_its_own_base_and_adapter_are_kept(terminal: Terminal, adapter: Path, card: Path, cache: Path) -> None:
    terminal.run("models", "add", str(adapter), "--card", str(card), "--name", "mine")
    terminal.run("models", "pull", "mine", "--type", "F16")
    assert left_in(cache) == [
        "mine/prepared-F16.gguf",
        "mine/prepared.json",
        "mine/tiny.Q4_1.gguf",
        "tiny/tiny.Q4_1.gguf",
    ]


def calibrate(target: Path, adapter: Path, program: str = FINGERPRINTS["ner.inline"]) -> Path:
    """A calibration file of an adapter."""
    decided = [Decided("Drug", f"note-{n}", n / 100, n % 3 == 0) for n in range(100)]
    fitted = curves(decided)
    model = {"name": "ward", "adapter": sums.sha256(adapter)}
    made = Calibration(
        IN_USE, program, model, ("brat:ward",), 100, 100, fitted.pooled, fitted.labels, measured(decided)
    )
    target.write_text(json.dumps(made.to_json()), "utf-8")
    return target


def test_a_calibration_goes_with_its_adapter(
    terminal: Terminal, adapter: Path, card: Path, own_catalog: Path, tmp_path: Path
) -> None:
    before = beside(own_catalog)
    fitted = calibrate(tmp_path / "fitted.json", adapter)
    add = ("models", "add", str(adapter), "--card", str(card), "--name", "ward")
    code, _, said = terminal.run(*add, "--calibration", str(fitted))
    assert code == Exit.DONE, said
    wanted = Calibration.from_json(json.loads(fitted.read_text("utf-8")))
    (facts,) = terminal.json("models", "info", "ward")["calibrations"]
    assert facts["fingerprint"] == wanted.fingerprint and facts["decisions"] == 100
    assert "calibration error" in terminal.run("models", "info", "ward")[1]
    assert terminal.run("models", "pull", "ward", "--type", "F16")[0] == Exit.DONE
    assert resolve("ward", offline=True).calibrations == {wanted.program: wanted}
    assert resolve("ward", offline=True).adapter_sha256 == sums.sha256(adapter)
    # An adapter of one's own in its place is another model.
    assert resolve("ward", adapter, offline=True).calibrations == {}
    assert terminal.run("models", "verify", "ward")[0] == Exit.DONE
    kept = load_catalog().entries["ward"].calibration
    assert kept is not None
    kept.path.write_text(kept.path.read_text("utf-8") + " ", "utf-8")
    assert terminal.run("models", "verify", "ward")[0] == Exit.FINDINGS
    with pytest.raises(ModelError, match="not the one that the catalog names"):
        resolve("ward", offline=True)
    assert terminal.run(*add, "--force")[0] == Exit.DONE
    assert load_catalog().entries["ward"].calibration is None and not kept.path.exists()
    assert resolve("ward", offline=True).calibrations == {}
    assert terminal.run(*add, "--force", "--calibration", str(fitted))[0] == Exit.DONE
    assert terminal.run("models", "remove", "ward", "--entry", "--yes")[0] == Exit.DONE
    assert beside(own_catalog) == before


def test_it_is_said_what_is_not_calibrated_and_how_to_come_by_it(
    terminal: Terminal, adapter: Path, card: Path, tmp_path: Path
) -> None:
    beside_it = adapter.with_name("Ward Notes.calibration.json")
    add = ("models", "add", str(adapter), "--card", str(card), "--name", "ward")
    _, _, said = terminal.run(*add)
    assert "probabilities of ner, nli are not calibrated" in said
    assert f"train calibrate --model ward --task ner --data FORMAT:PATH --out {beside_it}" in said and "--force" in said
    # What that writes is found where it is written to.
    wanted = calibrate(beside_it, adapter)
    code, _, said = terminal.run(*add, "--force")
    assert code == Exit.DONE and f"calibration is that of {beside_it}" in said
    assert "probabilities of nli are not calibrated" in said
    (facts,) = terminal.json("models", "info", "ward")["calibrations"]
    assert facts["fingerprint"] == Calibration.from_json(json.loads(wanted.read_text("utf-8"))).fingerprint
    both = calibrate(tmp_path / "both.json", adapter)
    (entities,) = calibrations.read(both).values()
    calibrations.put(both, replace(entities, program=FINGERPRINTS["nli"], definition="answer"))
    code, _, said = terminal.run(*add, "--force", "--calibration", str(both))
    assert code == Exit.DONE and "calibrat" not in said
    # One of another adapter that lies there is refused as if it was given.
    calibrate(beside_it, write_tiny_adapter(tmp_path / "other.gguf", seed=1, metadata=TRAINED))
    code, _, said = terminal.run(*add, "--force")
    assert code == Exit.MODEL and "another adapter" in said and str(beside_it) in said


@pytest.mark.parametrize(
    ("fitted", "runs", "same"),
    [
        ({"file_type": "BF16"}, "Q8_0", True),
        ({"file_type": "Q8_0"}, "F16", True),
        ({"file_type": "BF16"}, "Q4_0", False),
        ({"file_type": "Q4_0"}, "Q4_0", True),
        ({"file_type": "Q4_0"}, "Q4_K", False),
        ({"file_type": "Q4_1"}, "BF16", False),
        # An adapter over the base as it comes: merged it is made of that base in 16 bits.
        ({"file_type": "Q4_1", "merged": calibrations.AT_LOAD}, "BF16", True),
        ({"file_type": "Q4_1", "merged": calibrations.AT_LOAD}, "Q4_0", False),
        ({}, "Q4_0", True),
    ],
)
def test_a_calibration_goes_for_models_that_say_the_same(fitted: dict[str, str], runs: str, same: bool) -> None:
    assert calibrations.same_type(fitted, runs) is same


def test_a_model_of_another_file_type_knows_it(
    terminal: Terminal, adapter: Path, card: Path, own_catalog: Path, tmp_path: Path
) -> None:
    file = calibrate(tmp_path / "fitted.json", adapter)
    (one,) = calibrations.read(file).values()
    file.write_text(json.dumps(replace(one, model={**one.model, "file_type": "BF16"}).to_json()), "utf-8")
    terminal.run("models", "add", str(adapter), "--card", str(card), "--name", "ward", "--calibration", str(file))
    for file_type, runs_as in (("F16", None), ("Q4_0", "Q4_0")):
        assert terminal.run("models", "pull", "ward", "--type", file_type)[0] == Exit.DONE
        model = resolve("ward", offline=True)
        (fitted,) = model.calibrations.values()
        assert model.runs_as(fitted) == runs_as
        assert model.calibration_of(fitted.program) == (fitted if runs_as is None else None)
        assert model.calibration_of(FINGERPRINTS["nli"]) is None


def test_a_file_has_a_calibration_for_each_task(adapter: Path, tmp_path: Path) -> None:
    file = calibrate(tmp_path / "fitted.json", adapter)
    (entities,) = calibrations.read(file).values()
    relations = replace(entities, program=FINGERPRINTS["re.pairs"], definition="answer", decisions=7)
    calibrations.put(file, relations)
    assert calibrations.read(file) == {entities.program: entities, relations.program: relations}
    newer = replace(relations, decisions=9)
    calibrations.put(file, newer)
    assert calibrations.read(file) == {entities.program: entities, newer.program: newer}
    with pytest.raises(ModelError, match="another model"):
        calibrations.put(file, replace(newer, model={"name": "other"}))
    assert calibrations.read(file)[newer.program] == newer
    calibrations.put(tmp_path / "new.json", newer)
    assert calibrations.read(tmp_path / "new.json") == {newer.program: newer}


def test_a_calibration_of_something_else_is_refused(
    terminal: Terminal, adapter: Path, card: Path, own_catalog: Path, tmp_path: Path
) -> None:
    before = beside(own_catalog)
    other = write_tiny_adapter(tmp_path / "other.gguf", seed=1, metadata=TRAINED)
    spoiled = json.loads(calibrate(tmp_path / "a.json", adapter).read_text("utf-8")) | {"decisions": 7}
    measure = json.loads(calibrate(tmp_path / "a.json", adapter).read_text("utf-8"))
    by_another = Calibration.from_json(measure)
    files = {
        "another adapter": calibrate(tmp_path / "b.json", other),
        "not trained for": calibrate(tmp_path / "c.json", adapter, program="ner.typed/1:0123456789ab"),
        "fingerprint": tmp_path / "d.json",
        "no calibration file": card,
        "gives 'alone'": tmp_path / "e.json",
    }
    files["fingerprint"].write_text(json.dumps(spoiled), "utf-8")
    files["gives 'alone'"].write_text(json.dumps(replace(by_another, definition="weakest").to_json()), "utf-8")
    for said, file in files.items():
        code, _, told = terminal.run(
            "models", "add", str(adapter), "--card", str(card), "--name", "ward", "--calibration", str(file)
        )
        assert code == Exit.MODEL and said in told, told
    assert beside(own_catalog) == before
