"""The language model for `annotate`: found or fetched, checked against the schema, and made an annotator of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bioassist.cli.diagnostics import say
from bioassist.cli.progress import Display
from bioassist.cli.untrained import untrained
from bioassist.errors import ModelError, UsageError

if TYPE_CHECKING:
    from assistant.engine.pipeline import Annotator
    from assistant.models import ResolvedModel
    from assistant.project.store import Project
    from assistant.suggesters.running import SuggesterRun


def check_gpu_layers(value: str) -> None:
    if value not in ("auto", "all") and not value.isdecimal():
        raise UsageError(f"--gpu-layers takes a number, all or auto, not {value!r}.")


def model_of(options: dict[str, Any]) -> ResolvedModel:
    """The model that the options name, fetched if need be and allowed."""
    from assistant.models import resolve
    from bioassist.cli.fetching import FetchDisplay, offer

    with FetchDisplay() as display:
        return resolve(
            options["model"],
            options["adapter"],
            offline=options["fetch"] == "offline",
            allow_pull=options["fetch"] == "pull",
            ask=offer,
            progress=display,
        )


def annotator_of(
    project: Project, model: ResolvedModel, suggesters: SuggesterRun, display: Display, options: dict[str, Any]
) -> tuple[Annotator, str | None]:
    """The annotator with the model, and what to say of labels that the model was not trained for."""
    from assistant.engine.pipeline import Annotator, EngineSettings
    from assistant.project.calibration.refitting import refit

    task = _task(model, options["task"])
    settings = EngineSettings(
        model=model.path,
        name=model.name,
        identity=model.identity,
        adapter=model.adapter,
        task=task,
        trained=frozenset(model.trained_labels.get(task, ())),
        trained_labels=model.trained_labels,
        threads=options["threads"],
        tuning=model.tuning,
        gpu_layers=options["gpu_layers"],
        deterministic=options["deterministic"],
        fresh=options["fresh"],
        limit=options["limit"],
    )
    _check_programs(model, settings.programs(project.schema))
    for calibration in model.calibrations.values():
        project.calibrations.put(model.identity, "model", calibration, runs_as=model.runs_as(calibration))
    refit(project)
    notice = untrained(project.schema, settings.trained_types(project.schema))
    if notice:
        say(f"bioassist: {notice}")
    return Annotator(project, settings, display.take, suggesters), notice


def _task(model: ResolvedModel, asked: str | None) -> str:
    """The task to run for entities: the person's, or the first that the model was trained for."""
    return asked or model.task


def _check_programs(model: ResolvedModel, programs: Mapping[str, str]) -> None:
    """Raises ModelError if the model was trained with another template for one of `programs` than this version renders.

    `programs` maps tasks to fingerprints.
    """
    for task, runs in programs.items():
        trained = model.programs.get(task, runs)
        if trained != runs:
            raise ModelError(
                f"the model was trained with the program {trained}, this version of bioassist runs {runs}.",
                where=model.name,
                next_step="Use a model that was trained with this version, or the version it was trained with.",
            )
