"""What a bench found, as JSON and for people."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.bench.material import words_of
from assistant.bench.race import CONTENDERS, Result, setting
from assistant.bench.running import Failure
from assistant.bench.trial import Outcome, Setup, Trial

# Ratio -> which contender's words a second over which other's.
RATIOS = {
    "over_reference": ("engine", "reference"),
    "over_grammar": ("engine", "grammar"),
    "over_server": ("engine", "server"),
    "floor_over_engine": ("floor", "engine"),
}


@dataclass(frozen=True, slots=True)
class Report:
    """`model` and `file_type` for people; `busy` if other programs took a good part of the processor at the start."""

    model: str
    file_type: str
    setup: Setup
    results: Sequence[Result]
    busy: bool

    def speeds(self) -> dict[str, float | None]:
        """Words a second by contender; None for those without a figure."""
        return self._by_name("words_per_s", 2)

    def ratios(self) -> dict[str, float | None]:
        speeds = self.speeds()
        found: dict[str, float | None] = {}
        for name, (over, under) in RATIOS.items():
            one, other = speeds[over], speeds[under]
            found[name] = round(one / other, 2) if one and other else None
        return found

    def agreement(self) -> dict[str, Any] | None:
        """How the engine's labels agree with the reference's."""
        return next((one.best[1].agreement for one in self.results if one.name == "reference" and one.best), None)

    @property
    def failed(self) -> bool:
        """Whether a contender that is installed has no figure."""
        return any(one.failure is not None and not one.failure.missing for one in self.results)

    def to_json(self) -> dict[str, Any]:
        return {
            "model": self.model,
            "file_type": self.file_type,
            "program": self.setup.task,
            "threads": self.setup.threads,
            "waiting": self.setup.wait,
            "busy": self.busy,
            "words_per_s": self.speeds(),
            "tokens_per_word": self._by_name("tokens_per_word", 3),
            "ratios": self.ratios(),
            "agreement": self.agreement(),
            "contenders": {result.name: _contender(result) for result in self.results},
        }

    def lines(self) -> list[str]:
        """A table, the ratios, and the agreement."""
        waiting = {"active": "spinning", "passive": "sleeping"}[self.setup.wait]
        threads = f"{self.setup.threads} thread{'s' if self.setup.threads > 1 else ''}"
        told = [f"{self.model} {self.file_type}, {self.setup.task}, {threads}, {waiting} while waiting", ""]
        told.append(f"{'':<18}{'words/s':>9}{'tokens/word':>13}{'first after':>13}{'memory':>10}{'words read':>12}")
        for result in self.results:
            if result.best is None:
                told.append(f"{result.name:<18}  {_reason(result)}")
                continue
            trial, best = result.best
            first = "" if best.seconds_to_first is None else f"{best.seconds_to_first:.1f} s"
            told.append(
                f"{result.name:<18}{best.words_per_s:>9.1f}{best.tokens_per_word:>13.2f}{first:>13}"
                f"{f'{best.memory / 2**20:,.0f} MiB':>10}{best.words:>12,}  {setting(trial)}"
            )
        told.append("")
        for name, value in self.ratios().items():
            told.append(f"{name.replace('_', ' '):<18}{'' if value is None else f'{value:.2f}':>9}")
        agreed = self.agreement()
        if agreed is not None:
            told += ["", *_agreement(agreed)]
        return told

    def _by_name(self, figure: str, digits: int) -> dict[str, float | None]:
        found: dict[str, float | None] = dict.fromkeys(CONTENDERS)
        for result in self.results:
            found[result.name] = round(getattr(result.best[1], figure), digits) if result.best else None
        return found


def _contender(result: Result) -> dict[str, Any]:
    best = result.best
    return {
        "program": result.task,
        "words": words_of(result.trials[0][0].stretches),
        "best": _trial(*best) if best else None,
        "failure": None if result.failure is None else result.failure.reason,
        "not_installed": result.failure is not None and result.failure.missing,
        "trials": [_trial(trial, found) for trial, found in result.trials],
    }


def _trial(trial: Trial, found: Outcome | Failure) -> dict[str, Any]:
    if isinstance(found, Failure):
        return {"setting": setting(trial), "failure": found.reason}
    first = found.seconds_to_first
    return {
        "setting": setting(trial),
        "words_per_s": round(found.words_per_s, 2),
        "tokens": found.tokens,
        "tokens_per_word": round(found.tokens_per_word, 3),
        "seconds": round(found.seconds, 3),
        "seconds_to_first_suggestion": None if first is None else round(first, 3),
        "peak_memory_mib": round(found.memory / 2**20, 1),
    }


def _reason(result: Result) -> str:
    return "" if result.failure is None else result.failure.reason


def _agreement(agreed: dict[str, Any]) -> list[str]:
    return [
        f"{agreed['same']:,} of {agreed['labels']:,} labels are the reference's. With the same history "
        f"{agreed['other_with_the_same_history']:,} of {agreed['decisions']:,} decisions differ, the largest by a gap "
        f"of {agreed['largest_gap']:.3f};",
        f"such gaps move by {agreed['noise_mean']:.3f} on average, {agreed['noise_largest']:.3f} at most, with the "
        "shape of a batch alone.",
    ]
