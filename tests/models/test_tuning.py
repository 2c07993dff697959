"""`models tune`: what reads fastest is found, kept for that file on that machine, and used."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from models_setup import Publish, Published

from assistant.bench.material import stretches
from assistant.bench.running import Failure
from assistant.bench.trial import Outcome, Trial
from assistant.engine import pipeline
from assistant.engine.machine import Threads, Tuning
from assistant.models import Entry, Prepared, cache, pull, resolve, tuned, tuning
from assistant.models.progress import Quiet
from assistant.models.tuned import read_tuned, write_tuned
from assistant.models.tuning import Work, tune
from bioassist.cli import group
from bioassist.cli.diagnostics import Guard
from bioassist.errors import ModelError
from bioassist.schema import built_in

NOTE = "The patient denies chest pain. Rx amoxicillin 5mg/kg t.d.s.\nFever and cough for 3/7; no rash.\n"
WORK = Work(built_in().dumps(), "ner.typed", tuple(stretches([NOTE] * 60, 12, 10_000)))


@pytest.fixture
def entry(publish: Publish, published: Published) -> Entry:
    made = publish()
    pull(made, given=published.gguf, file_type="Q8_0")
    return made


@pytest.fixture
def prepared(entry: Entry) -> Prepared:
    found = cache.read_prepared(entry)
    assert found is not None
    return found


@pytest.fixture(autouse=True)
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning, "threads", lambda: 4)
    monkeypatch.setattr(tuning.psutil, "cpu_count", lambda logical=True: 8 if logical else 4)


class Machine:
    """Reads trials at a made-up speed. It likes three threads that sleep, 16 slots, and batches of 256."""

    def __init__(self, *refused: int) -> None:
        self.ran: list[Trial] = []
        self._refused = refused

    def __call__(self, trial: Trial) -> Outcome | Failure:
        self.ran.append(trial)
        if trial.batch in self._refused:
            return Failure("no memory")
        speed = 100.0 - 10 * abs(trial.setup.threads - 3) - abs(trial.slots - 16) - abs(trial.batch - 256) / 64
        speed += 5 if trial.setup.wait == "passive" else 0
        # The second try of a setting is the better one.
        speed += self.ran.count(trial)
        return Outcome(1000, 5000, 1000 / speed, memory=400 << 20)


class Told(Quiet):
    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, line: str) -> None:
        self.lines.append(line)


def test_the_fastest_settings_are_found_and_said_beside_the_defaults(prepared: Prepared) -> None:
    machine = Machine()
    found = tune(prepared, WORK, run=machine)
    assert found.tuning == Tuning(Threads(3, "passive"), batch=256, slots=16)
    assert found.words_per_s == 107.0 and found.default_words_per_s == 80.0
    assert "3 threads that sleep while they wait, batch 256, 16 slots: 107.0 words/s in 400 MiB, 80.0" in str(found)
    assert all(machine.ran.count(one) == tuning.TRIES for one in machine.ran)
    assert {one.setup.threads for one in machine.ran} == {8, 4, 3, 2}
    assert all(one.setup.model == str(cache.prepared_path(prepared)) for one in machine.ran)


def test_more_slots_get_more_cells_and_more_to_read(prepared: Prepared) -> None:
    machine = Machine()
    found = tune(prepared, WORK, run=machine)
    assert [Tuning(found.tuning.threads, slots=slots).cells for slots in (4, 8, 16, 64)] == [4096, 4096, 8192, 32768]
    read = {(one.slots, len(one.stretches)) for one in machine.ran}
    # What is compared has read the same, and more yet is not tried where more was no faster.
    assert {(8, 16), (4, 16), (8, 32), (16, 32), (16, 64), (32, 64)} <= read
    assert 64 not in {one.slots for one in machine.ran}


def test_slots_that_the_notes_cannot_fill_are_left_out_and_told(prepared: Prepared) -> None:
    told = Told()
    short = replace(WORK, stretches=WORK.stretches[:10])
    machine = Machine()
    assert tune(prepared, short, told, run=machine).tuning == Tuning(Threads(3, "passive"), batch=256, slots=8)
    assert any(line.startswith("16 slots are left out: the notes have 10 windows") for line in told.lines)
    assert {one.slots for one in machine.ran} == {4, 8}


def test_what_is_hardly_faster_is_left_as_it_is(prepared: Prepared) -> None:
    def flat(trial: Trial) -> Outcome:
        return Outcome(1000, 5000, 10.0 if trial.batch == 512 else 9.9)

    assert tune(prepared, WORK, run=flat).tuning == Tuning(Threads(4, "active"))


def test_a_setting_that_does_not_run_is_left_out_and_told(prepared: Prepared) -> None:
    told = Told()
    found = tune(prepared, WORK, told, run=Machine(256, 1024))
    # 128 would be faster, but hardly.
    assert found.batch == 512
    assert [line for line in told.lines if "no memory" in line and "batch 256" in line]
    with pytest.raises(ModelError, match="cannot read this model"):
        tune(prepared, WORK, run=Machine(*tuning.BATCHES))


def test_other_programs_are_told_of(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tuning.psutil, "cpu_percent", lambda interval: 60.0)
    found = tune(prepared, WORK, run=Machine())
    assert found.busy and "while other programs were busy" in str(found)


def test_it_is_kept_for_this_file_on_this_machine(
    entry: Entry, prepared: Prepared, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert read_tuned(prepared) is None and resolve("tiny").tuning is None
    found = tune(prepared, WORK, run=Machine())
    write_tuned(found)
    assert read_tuned(prepared) == found
    assert resolve("tiny").tuning == found.tuning
    assert read_tuned(replace(prepared, sha256="0" * 64)) is None
    monkeypatch.setattr(tuned, "processor", lambda: "another processor")
    assert read_tuned(prepared) is None and resolve("tiny").tuning is None


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"threads": 2}'])
def test_what_cannot_be_understood_is_as_if_it_were_not_there(prepared: Prepared, content: str) -> None:
    (cache.folder(prepared.model) / tuned.FILE).write_text(content, "utf-8")
    assert read_tuned(prepared) is None


@pytest.mark.parametrize("wrong", [{"threads": 0}, {"waiting": "spin"}, {"slots": -1}, {"batch": "512"}])
def test_nor_is_what_no_engine_can_run_with(prepared: Prepared, wrong: dict[str, object]) -> None:
    told = tune(prepared, WORK, run=Machine()).to_json() | wrong
    (cache.folder(prepared.model) / tuned.FILE).write_text(json.dumps(told), "utf-8")
    assert read_tuned(prepared) is None


def test_a_person_tunes_and_sees_it(
    entry: Entry, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the real engine, in as few trials as there can be."""
    monkeypatch.setattr(tuning, "SLOTS", (8,))
    monkeypatch.setattr(tuning, "BATCHES", (512,))
    monkeypatch.setattr(tuning, "TRIES", 1)
    monkeypatch.setattr(tuning, "threads", lambda: 1)
    monkeypatch.setattr(tuning.psutil, "cpu_count", lambda logical=True: 1)
    note = tmp_path / "note.txt"
    note.write_text(NOTE, "utf-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        code = Guard(group).code(list(arguments))
        said = capsys.readouterr()
        return code, said.out, said.err

    assert "bioassist models tune tiny" in run("models", "info", "tiny")[1]
    code, out, err = run("models", "tune", "tiny", "--notes", str(note), "--json")
    assert code == 0, err
    told = json.loads(out)
    assert (told["threads"], told["batch"], told["slots"]) == (1, 512, 8) and told["words_per_s"] > 0
    assert "bioassist: tiny is read with 1 thread" in err
    shown = run("models", "info", "tiny")[1]
    assert "1 thread that s" in shown and f"{told['words_per_s']:.1f} words/s" in shown
    assert "1 thread that s" in run("doctor")[1]
    assert run("models", "tune", "none")[0] == 4


def test_tuning_reads_the_notes_that_come_with_the_package() -> None:
    from bioassist.cli.texts import examples, texts

    given = stretches(texts(examples()), 60, tuning.WORDS)
    assert len(given) >= tuning.windows_for(max(tuning.SLOTS))


def test_annotating_reads_with_what_was_found(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    openings: list[tuple[dict[str, Any], str]] = []

    def worker(opening: dict[str, Any], wait: str, hear: object) -> None:
        openings.append((opening, wait))
        raise RuntimeError("no worker is needed here")

    monkeypatch.setattr(pipeline, "Worker", worker)
    write_tuned(tune(prepared, WORK, run=Machine()))
    (tmp_path / "note.txt").write_text(NOTE, "utf-8")
    arguments = ["annotate", str(tmp_path / "note.txt"), "--model", "tiny", "--no-review"]
    for more in ([], ["--fresh", "--threads", "1"]):
        Guard(group).code([*arguments, *more])
    (first, waiting), (second, _) = openings
    assert (first["threads"], waiting, first["batch"], first["slots"]) == (3, "passive", 256, 16)
    # What a person says goes before it.
    assert (second["threads"], second["batch"]) == (1, 256)
