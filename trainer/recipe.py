"""A recipe: everything that decides what training does, as TOML, checked before anything is loaded.

    name = "smollm2-135m-cpu"
    base = "smollm2-135m-instruct"
    [lora]
    rank = 32

Sections are the dataclasses below; what a file leaves out has the value written here.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, get_type_hints

from bioassist.errors import UsageError

FOLDER = Path(__file__).parent / "recipes"

_CHOICES = {
    "optimization.schedule": ("linear", "cosine", "constant"),
    "optimization.optimizer": ("adamw", "adamw8bit"),
    "machine.device": ("any", "cpu", "cuda"),
    "machine.precision": ("mixed", "bf16", "f32"),
    "machine.quantize": ("none", "nf4"),
    "machine.attention": ("by-sample", "dense"),
    "machine.sharding": ("none", "full"),
}
_POSITIVE = (
    "lora.rank", "lora.alpha", "batch.pack_tokens", "batch.step_tokens", "optimization.rate", "optimization.epochs",
    "saving.minutes",
)  # fmt: skip
_SHARES = ("lora.dropout", "optimization.warmup", "optimization.final")


@dataclass(frozen=True, slots=True)
class Lora:
    """`targets` are names of linear layers as transformers has them; empty for all of them but the output layer."""

    rank: int = 32
    alpha: float = 64.0
    dropout: float = 0.0
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """`step_tokens` is about what one optimizer step learns from; it is run in packs of at most `pack_tokens`."""

    pack_tokens: int = 1024
    step_tokens: int = 2048


@dataclass(frozen=True, slots=True)
class Optimization:
    """`rate` is the highest learning rate. Shares of all steps: `warmup`; `final` is the share of `rate` at the end.

    `budget_tokens` ends training early, 0 for never; the schedule knows. `clip` bounds the gradient's norm, 0 for not.
    """

    rate: float = 1e-3
    schedule: str = "linear"
    warmup: float = 0.05
    final: float = 0.0
    epochs: float = 1.0
    budget_tokens: int = 0
    clip: float = 1.0
    weight_decay: float = 0.0
    beta1: float = 0.9
    beta2: float = 0.99
    optimizer: str = "adamw"
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Machine:
    """`precision`: "mixed" keeps activations between layers in F32 and multiplies in bf16; "bf16" is bf16 throughout.

    The adapter itself is F32 in all of them. `attention`: "by-sample" attends in each sample of a pack on its own;
    "dense" masks the rest of the pack out, which is quicker for many short samples on a GPU and costs memory with the
    square of the pack. `sharding`: of several processes each has the whole base with "none", a part of it with "full".
    `threads` 0 leaves the choice to torch.
    """

    device: str = "any"
    precision: str = "mixed"
    quantize: str = "none"
    attention: str = "by-sample"
    gradient_checkpointing: bool = False
    sharding: str = "none"
    threads: int = 0


@dataclass(frozen=True, slots=True)
class Saving:
    """A checkpoint every `minutes`, and every `steps` where that is not 0; the newest `keep` stay.

    Development loss and accuracy are taken on the first `dev_samples` rows, at the end of each epoch and of training
    and every `dev_steps` where that is not 0.
    """

    minutes: float = 10.0
    steps: int = 0
    keep: int = 2
    dev_samples: int = 200
    dev_steps: int = 0


@dataclass(frozen=True, slots=True)
class Recipe:
    name: str
    base: str = ""
    lora: Lora = field(default_factory=Lora)
    batch: Batch = field(default_factory=Batch)
    optimization: Optimization = field(default_factory=Optimization)
    machine: Machine = field(default_factory=Machine)
    saving: Saving = field(default_factory=Saving)

    def settings(self) -> dict[str, Any]:
        """All settings by dotted name, for the manifest and for comparing two recipes."""
        flat: dict[str, Any] = {}
        for name, value in dataclasses.asdict(self).items():
            if isinstance(value, dict):
                flat.update({f"{name}.{key}": _plain(one) for key, one in value.items()})
            else:
                flat[name] = value
        return flat


_SECTIONS: dict[str, type[Any]] = {
    "lora": Lora,
    "batch": Batch,
    "optimization": Optimization,
    "machine": Machine,
    "saving": Saving,
}


def load(name: str, changes: Iterable[str] = ()) -> Recipe:
    """The recipe of a file, or of that name among `names()`, with `changes` like "optimization.rate=5e-4".

    Raises UsageError for an unknown recipe or setting, a wrong type and a value out of range.
    """
    path = Path(name) if name.endswith(".toml") else FOLDER / f"{name}.toml"
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise UsageError(
            f"there is no recipe {name}.", next_step=f"Known are {', '.join(names())}; or give a .toml file."
        ) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the recipe is not TOML: {error}.", where=str(path)) from error
    for change in changes:
        _change(table, change)
    table.setdefault("name", path.stem)
    return from_table(table, str(path))


def names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def from_table(table: dict[str, Any], where: str) -> Recipe:
    """Raises UsageError; `where` says in its message where the table is from."""
    found: dict[str, Any] = {}
    for key, value in table.items():
        if key in ("name", "base") and isinstance(value, str):
            found[key] = value
        elif key in _SECTIONS and isinstance(value, dict):
            found[key] = _section(key, value, where)
        else:
            raise UsageError(f"{key!r} is not a setting of a recipe, or not of this type.", where=where)
    recipe = Recipe(**found)
    settings = recipe.settings()
    for name, choices in _CHOICES.items():
        if settings[name] not in choices:
            raise UsageError(f"{name} is {settings[name]!r}, not one of {', '.join(choices)}.", where=where)
    for name in _POSITIVE:
        if not settings[name] > 0:
            raise UsageError(f"{name} is {settings[name]}; it must be more than 0.", where=where)
    for name in _SHARES:
        if not 0 <= settings[name] <= 1:
            raise UsageError(f"{name} is {settings[name]}; it is a share between 0 and 1.", where=where)
    if recipe.machine.sharding == "full" and recipe.machine.quantize != "none":
        # Cut up, bitsandbytes' blocks lose what they are read by, and the model computes something else.
        raise UsageError(
            "a base in 4 bits (machine.quantize) cannot be cut up over processes (machine.sharding).",
            where=where,
            next_step='With machine.sharding="none" each GPU has the whole base in 4 bits; '
            'with machine.quantize="none" each has its part of it in 16.',
        )
    return recipe


def _section(name: str, table: dict[str, Any], where: str) -> Any:
    kind = _SECTIONS[name]
    types = get_type_hints(kind)
    values: dict[str, Any] = {}
    for key, value in table.items():
        if key not in types:
            raise UsageError(
                f"{name}.{key} is not a setting.", where=where, next_step=f"Known are {', '.join(sorted(types))}."
            )
        wanted = types[key]
        if wanted is float and type(value) is int:
            value = float(value)
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            value = tuple(value)
        if type(value) is not (wanted if isinstance(wanted, type) else tuple):
            raise UsageError(
                f"{name}.{key} is {value!r}; a {getattr(wanted, '__name__', 'list')} is wanted.", where=where
            )
        values[key] = value
    return kind(**values)


def _change(table: dict[str, Any], change: str) -> None:
    name, separator, text = change.partition("=")
    section, dot, key = name.strip().partition(".")
    if not separator or (dot and section not in _SECTIONS):
        raise UsageError(f"{change!r} is not a change to a recipe.", next_step='Say it like "optimization.rate=5e-4".')
    try:
        value = tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        # A word needs no quotes on a command line.
        value = text.strip()
    if dot:
        table.setdefault(section, {})[key] = value
    else:
        table[section] = value


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
