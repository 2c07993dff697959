"""Scores as every command prints them: the same keys in JSON, the same table for a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bioassist.metrics.bootstrap import Interval
    from bioassist.metrics.calibration import Bin, Calibration
    from bioassist.metrics.spans import Score, Scores
    from trainer.evaluate import DecisionScores, EntityScores, TextScores


def entity_figures(found: EntityScores) -> dict[str, Any]:
    """The figures of entities, by the names that they have in JSON."""
    return {
        "documents": found.documents,
        "words": found.words,
        "exact": _scores(found.exact),
        "relaxed": _scores(found.relaxed),
        **_sure(found.sure),
        "words_per_s": found.words_per_s,
        "tokens_per_word": found.tokens_per_word,
        "too_long": found.too_long,
    }


def calibrated_figures(suggested: Iterable[tuple[str, float, bool]], calibration: Calibration | None) -> dict[str, Any]:
    """What the probabilities of suggestions are worth as a project shows them, by the name that it has in JSON.

    `suggested` are the model's label, its probability, and whether it is right. Without a calibration there is nothing.
    """
    if calibration is None:
        return {}
    sure = [(calibration.of(label, probability), right) for label, probability, right in suggested]
    return {"calibrated": {"fingerprint": calibration.fingerprint, "suggestions": len(sure), **_sure(sure)}}


def shown(told: dict[str, Any]) -> tuple[list[Bin], str]:
    """How often predictions were right by their probability as a project shows it, and which probability that is:
    calibrated, if the model has a calibration. `told` has `entity_figures` or `decision_figures`, and perhaps
    `calibrated_figures`."""
    from bioassist.metrics.calibration import Bin

    found, which = told, "as the model gives it"
    if "calibrated" in told:
        found, which = told["calibrated"], f"calibrated by {told['calibrated']['fingerprint']}"
    return [Bin(**one) for one in found["reliability"]], which


def decision_figures(found: DecisionScores) -> dict[str, Any]:
    """The figures of single decisions, by the names that they have in JSON."""
    scores = found.scores
    return {
        "samples": found.samples,
        "decisions": scores.decisions,
        "accuracy": scores.accuracy,
        "accuracy_interval": _interval(scores.accuracy_interval),
        "micro_f1": scores.micro,
        "micro_f1_interval": _interval(scores.micro_interval),
        "macro_f1": scores.macro,
        "macro_f1_interval": _interval(scores.macro_interval),
        "by_label": {
            name.strip(): {"precision": one.precision, "recall": one.recall, "f1": one.f1, "gold": one.gold}
            for name, one in scores.by_label.items()
        },
        **({} if found.sample_f1 is None else {"sample_f1": found.sample_f1}),
        **_sure(found.sure),
        "decisions_per_s": found.decisions_per_s,
        "too_long": found.too_long,
    }


def text_figures(found: TextScores) -> dict[str, Any]:
    """The figures of written answers, by the names that they have in JSON."""
    return {
        "samples": found.samples,
        "rouge_l": found.rouge_l,
        "rouge_l_interval": _interval(found.interval),
        "tokens_per_s": found.tokens_per_s,
        "too_long": found.too_long,
    }


def published(corpus: str) -> list[dict[str, Any]]:
    """What others published for the test split of a corpus, as it stands in JSON; empty if nothing is known."""
    from trainer.published import figures

    return [asdict(one) for one in figures(corpus)]


def _sure(predicted: Sequence[tuple[float, bool]]) -> dict[str, Any]:
    from bioassist.metrics import calibration

    return {
        "ece": calibration.ece(predicted) if predicted else None,
        "auroc": calibration.auroc(predicted),
        "reliability": [asdict(one) for one in calibration.reliability(predicted)],
    }


def _scores(scores: Scores) -> dict[str, Any]:
    return {**_score(scores.micro), "by_type": {name: _score(one) for name, one in scores.by_type.items()}}


def _score(score: Score) -> dict[str, Any]:
    return {
        "precision": score.precision,
        "recall": score.recall,
        "f1": score.f1,
        "f1_interval": _interval(score.f1_interval),
        "gold": score.counts.gold,
        "predicted": score.counts.predicted,
    }


def _interval(found: Interval | None) -> list[float] | None:
    return [found.low, found.high] if found is not None else None


def table(told: dict[str, Any]) -> str:
    """The figures for a person, in lines of at most 80 columns.

    `told` has `entity_figures`, `decision_figures` or `text_figures`, and "model", "file_type", "program", "data" and
    "split", with entities "tokens" too; and perhaps "published", which stands below, marked as such.
    """
    return "\n".join([*_measured(told), *_published(told.get("published", []))])


def _measured(told: dict[str, Any]) -> list[str]:
    lines = [f"{told['model']} {told['file_type']}, {told['program']}, {told['data']} ({told['split']})", ""]
    if "exact" in told:
        lines.append(f"{'':<14}{'precision':>10}{'recall':>8}{'F1':>8}   {'95%':<16}{'gold':>7}{'found':>7}")
        for name in ("exact", "relaxed"):
            lines.append(_row(name, told[name]))
        lines.append("")
        lines += [_row(name, one) for name, one in told["exact"]["by_type"].items()]
        lines += ["", f"{_counted(told['documents'], 'document')}, {told['words']:,} words ({told['tokens']} tokens), "
                      f"{told['words_per_s']:.1f} words/s, {told['tokens_per_word']:.2f} tokens a word"]  # fmt: skip
    elif "rouge_l" in told:
        lines.append(f"{'ROUGE-L':<14}{told['rouge_l']:>10.3f}   {_range(told['rouge_l_interval'])}")
        lines += ["", f"{_counted(told['samples'], 'sample')}, {told['tokens_per_s']:.1f} tokens/s"]
        return lines
    else:
        for name in ("accuracy", "micro_f1", "macro_f1"):
            lines.append(f"{name.replace('_f1', ' F1'):<14}{told[name]:>10.3f}   {_range(told[f'{name}_interval'])}")
        if "sample_f1" in told:
            lines.append(f"{'sample F1':<14}{told['sample_f1']:>10.3f}")
        lines += ["", f"{'':<30}{'precision':>10}{'recall':>8}{'F1':>8}{'gold':>7}"]
        for name, one in told["by_label"].items():
            lines.append(f"{name:<30}{one['precision']:>10.3f}{one['recall']:>8.3f}{one['f1']:>8.3f}{one['gold']:>7}")
        lines += ["", f"{_counted(told['samples'], 'sample')}, {told['decisions']:,} decisions"]
    if told["ece"] is None:
        return [*lines, "probabilities: none"]
    auroc = f"{told['auroc']:.3f}" if told["auroc"] is not None else "no figure"
    lines.append(f"probabilities: expected calibration error {told['ece']:.3f}, AUROC of correctness {auroc}")
    ours = told.get("calibrated")
    if ours is not None and ours["ece"] is not None:
        suggestions = _counted(ours["suggestions"], "suggestion")
        lines.append(f"as they are shown: expected calibration error {ours['ece']:.3f} of {suggestions}")
    return lines


def _published(found: Sequence[dict[str, Any]]) -> list[str]:
    if not found:
        return []
    lines = ["", "published, on the test split, not measured here:"]
    for source in dict.fromkeys(one["source"] for one in found):
        lines += [
            f"{one['model']:<24}{one['value']:>8.3f} {one['measure']}" for one in found if one["source"] == source
        ]
        lines.append(f"  {source}")
    return lines


def _row(name: str, one: dict[str, Any]) -> str:
    return (
        f"{name:<14}{one['precision']:>10.3f}{one['recall']:>8.3f}{one['f1']:>8.3f}   {_range(one['f1_interval']):<16}"
        f"{one['gold']:>7}{one['predicted']:>7}"
    )


def _counted(number: int, of: str) -> str:
    return f"{number:,} {of}{'' if number == 1 else 's'}"


def _range(interval: list[float] | None) -> str:
    return f"{interval[0]:.3f} to {interval[1]:.3f}" if interval else ""
