"""Which trials are run, what the figures are made of, and that one contender's failure is its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from bench_setup import material, setup

from assistant.bench import race as racing
from assistant.bench.material import words_of
from assistant.bench.race import CONTENDERS, Result, race
from assistant.bench.report import Report
from assistant.bench.running import Failure
from assistant.bench.trial import Outcome, Trial
from bioassist.cli import bench as command

# Words a second of each contender at its best; `best` is the batch that is read fastest.
SPEEDS = {"reference": 20.0, "grammar": 4.0, "server": 5.0, "langextract": 2.0, "engine": 100.0, "floor": 110.0}
BEST = 512
SETUP = setup(Path("model.gguf"), "ner.inline")


class Track:
    """Runs trials without a model: as fast as `SPEEDS` says, but for those that are to fail."""

    def __init__(self, **failing: Failure) -> None:
        self.ran: list[Trial] = []
        self._failing = failing

    def __call__(self, trial: Trial) -> Outcome | Failure:
        self.ran.append(trial)
        if trial.contender in self._failing:
            return self._failing[trial.contender]
        words = words_of(trial.stretches)
        speed = SPEEDS[trial.contender] / (1 if trial.batch == BEST else 2)
        tokens = trial.tokens or words * (3 if trial.setup.task == "ner.inline" else 6)
        answers = tuple(("",) * len(stretch.words) for stretch in trial.stretches)
        agreement = None
        if trial.answers:
            agreement = {"labels": 40, "same": 39, "decisions": 44, "other_with_the_same_history": 1,
                         "largest_gap": 0.1, "noise_mean": 0.02, "noise_largest": 0.2}  # fmt: skip
        first = None if trial.contender == "floor" else 0.5
        return Outcome(words, tokens, words / speed, first, 300 << 20, answers, agreement)

    def settings(self, contender: str) -> list[tuple[str, int, int]]:
        return [(one.setup.task, one.batch, one.clients) for one in self.ran if one.contender == contender]


def report(track: Track, **more: object) -> Report:
    results = race(SETUP, material(), words=15, run=track, **more)  # type: ignore[arg-type]
    return Report("tiny", "F32", SETUP, results, busy=False)


def test_every_contender_has_its_settings_and_the_best_counts() -> None:
    track = Track()
    found = report(track)
    batches = [256, 512, 1024]
    both = [(task, b, 1) for task in ("ner.typed", "ner.inline") for b in batches]
    assert track.settings("engine") == track.settings("grammar") == both
    assert track.settings("floor") == [("ner.inline", b, 1) for b in batches]
    assert track.settings("server") == [("ner.inline", b, 1) for b in batches] + [
        ("ner.inline", 512, clients) for clients in (2, 4)
    ]
    assert track.settings("reference") == [("ner.inline", 512, 1)]
    assert found.speeds() == {**SPEEDS, "engine ner.typed": 100.0, "grammar ner.typed": 4.0}
    assert found.ratios() == {
        "over_reference": 5.0,
        "over_grammar": 25.0,
        "over_server": 20.0,
        "floor_over_engine": 1.1,
    }


def test_more_clients_come_at_the_batch_that_the_server_is_fastest_with(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "BEST", 256)
    track = Track()
    report(track, only=("server",))
    assert [(batch, clients) for _, batch, clients in track.settings("server")][3:] == [(256, 2), (256, 4)]


def test_the_floor_reads_the_engines_tokens_and_slow_ones_the_beginning() -> None:
    track = Track()
    report(track)
    whole, by_name = words_of(material()), {one.contender: one for one in track.ran}
    assert by_name["floor"].tokens == 3 * whole
    assert by_name["floor"].stretches == by_name["engine"].stretches == material()
    for name in ("reference", "grammar", "server", "langextract"):
        assert by_name[name].stretches == material()[: len(by_name[name].stretches)]
        assert 15 <= words_of(by_name[name].stretches) < whole
    # The reference is compared with the engine's labels.
    assert len(by_name["reference"].answers) == len(material())


def test_json_has_the_names_that_are_promised() -> None:
    told = report(Track()).to_json()
    names = {"reference", "grammar", "server", "engine", "floor"}
    assert names <= told["words_per_s"].keys() and names <= told["tokens_per_word"].keys()
    assert told["ratios"].keys() == {"over_reference", "over_grammar", "over_server", "floor_over_engine"}
    assert told["tokens_per_word"]["engine"] == told["tokens_per_word"]["floor"] == 3.0
    assert told["tokens_per_word"]["engine ner.typed"] == 6.0
    assert told["agreement"]["same"] == 39
    engine = told["contenders"]["engine"]
    assert engine["best"] == engine["trials"][1]
    assert engine["best"]["seconds_to_first_suggestion"] == 0.5 and engine["best"]["peak_memory_mib"] == 300.0


@pytest.mark.parametrize("name", CONTENDERS)
def test_the_others_go_on_where_one_fails(name: str) -> None:
    track = Track(**{name: Failure("its process ended (signal 6: GGML_ASSERT)")})
    found = report(track)
    told = found.to_json()
    also = {"engine": {"engine ner.typed", "floor"}, "grammar": {"grammar ner.typed"}}
    lost = {name} | also.get(name, set())
    assert {one for one, speed in told["words_per_s"].items() if speed is None} == lost
    assert "signal 6" in told["contenders"][name]["failure"] and found.failed
    assert all(told["ratios"][ratio] is None for ratio in told["ratios"] if name in ratio)
    assert any(name in line and "signal 6" in line for line in found.lines())


def test_one_bad_setting_leaves_the_others() -> None:
    class Picky(Track):
        def __call__(self, trial: Trial) -> Outcome | Failure:
            found = super().__call__(trial)
            return Failure("no memory") if trial.batch == 1024 else found

    found = report(Picky())
    assert not found.failed and found.speeds()["engine"] == 100.0
    assert found.to_json()["contenders"]["engine"]["trials"][2] == {
        "setting": "batch 1024, 8 slots",
        "failure": "no memory",
    }


def test_what_is_not_installed_is_said_once_and_is_no_failure() -> None:
    missing = Failure("not installed: pip install 'langextract[openai]'", missing=True)
    track = Track(langextract=missing)
    found = report(track)
    assert len(track.settings("langextract")) == 1 and not found.failed
    assert found.to_json()["contenders"]["langextract"]["not_installed"]
    assert any("pip install" in line for line in found.lines())


def test_some_can_be_left_out_but_not_what_others_are_measured_by() -> None:
    track = Track()
    found = report(track, only=("floor",))
    assert [result.name for result in found.results] == ["engine", "floor"]
    assert found.ratios()["floor_over_engine"] == 1.1 and found.ratios()["over_grammar"] is None


def test_the_table_says_how_much_each_read() -> None:
    lines = report(Track()).lines()
    order = [line.split()[0] for line in lines[3:11]]
    assert order == ["reference", "grammar", "grammar", "server", "langextract", "engine", "engine", "floor"]
    engine = next(line for line in lines if line.startswith("engine "))
    assert f"{words_of(material())}" in engine and "batch 512, 8 slots" in engine
    assert any("39 of 40 labels" in line for line in lines)


def test_the_command_offers_the_contenders_there_are() -> None:
    assert set(command.CONTENDERS) == set(racing.CONTENDERS)


def test_a_contender_without_trials_that_ended_has_no_best() -> None:
    asked = Trial("grammar", SETUP, material())
    failed = Result("grammar", "ner.typed", ((asked, Failure("a")), (asked, Failure("b"))))
    assert failed.best is None and failed.failure == Failure("b")
