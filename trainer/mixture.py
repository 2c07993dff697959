"""A mixture: which corpora, for which tasks, how often, and what their labels are called.

A mixture is a TOML file:

    name = "clinical"
    window_words = 60        # long documents become windows of about so many words, as in the assistant
    subsets = 0.3            # the share of training samples that list only some of their corpus's types
    wordings = 0.3           # the share of training samples whose instruction is worded otherwise

    [[sources]]
    corpus = "negex"
    task = "assertion"       # a name of `bioassist.tasks.fingerprints`
    repeat = 2               # how often its training samples come; 0.5 takes half of them
    take = 1000              # at most so many of its training samples, drawn at random
    attribute = ["Assertion", "how the note asserts it", "present"]     # assertion: name, description, default

    [sources.labels]         # the corpus's label = ours, or [ours, description]; others are not rendered
    "negation.negated" = "negated"

For pairs `heads` and `tails` are the types that relations join, where the corpus does not say so itself.

A mixture may instead take the sources of another in other proportions:

    extends = "clinical"

    [repeat]
    "negex assertion" = 0.5  # corpus and task; 0 leaves it out, those that are not named stay as they are
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import Any

from bioassist.errors import InputError, UsageError
from bioassist.schema import NAME, AttributeType, DocumentClass, EntityType, RelationType
from bioassist.tasks.fingerprints import FINGERPRINTS
from trainer.corpora import by_name

# A label of ours with its description.
Label = tuple[str, str]


@dataclass(frozen=True, slots=True)
class MixtureSource:
    """One corpus for one task. `labels` maps the corpus's labels to ours; see the module for the rest."""

    corpus: str
    task: str
    labels: Mapping[str, Label] = field(default_factory=lambda: MappingProxyType({}))
    repeat: float = 1.0
    take: int = 0
    attribute: AttributeType | None = None
    heads: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()

    @property
    def types(self) -> dict[str, EntityType]:
        """The entity types by the corpus's names, for the tasks that find entities."""
        return {theirs: EntityType(*ours) for theirs, ours in self.labels.items()}

    @property
    def relations(self) -> tuple[RelationType, ...]:
        """The relation types, joining what the corpus's rules or `heads` and `tails` say."""
        found: dict[str, RelationType] = {}
        for rule in by_name(self.corpus).rules:
            for label in rule.labels:
                if label in self.labels:
                    name, description = self.labels[label]
                    found[name] = RelationType(name, rule.head, rule.tail, description, symmetric=rule.symmetric)
        for name, description in self.labels.values():
            if name not in found:
                symmetric = self.heads == self.tails
                found[name] = RelationType(name, self.heads, self.tails, description, symmetric=symmetric)
        return tuple(found.values())

    @property
    def classes(self) -> tuple[DocumentClass, ...]:
        return tuple(DocumentClass(*ours) for ours in self.labels.values())

    @property
    def taught(self) -> list[str]:
        """Our labels that it teaches."""
        names = list(dict.fromkeys(name for name, _ in self.labels.values()))
        return names if self.attribute is None else [f"{self.attribute.name}={name}" for name in names]


@dataclass(frozen=True, slots=True)
class Mixture:
    """What to train on; `subsets` and `wordings` are shares from 0 to 1.

    `published` is how many samples whoever published the mixture says that it has, 0 if nobody does.
    """

    name: str
    sources: tuple[MixtureSource, ...]
    window_words: int = 60
    subsets: float = 0.0
    wordings: float = 0.0
    published: int = 0

    @property
    def tasks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(source.task for source in self.sources))

    @property
    def labels(self) -> dict[str, list[str]]:
        """The labels that a model of this mixture is trained on, by task."""
        return {
            task: sorted({name for source in self.sources if source.task == task for name in source.taught})
            for task in self.tasks
        }

    def only(self, wanted: Callable[[MixtureSource], bool]) -> Mixture:
        """The same with the wanted sources alone."""
        return replace(self, sources=tuple(filter(wanted, self.sources)))


def load(name_or_path: str) -> Mixture:
    """A mixture of ours by its name, or a file. Raises InputError that names the entry at fault."""
    path = Path(name_or_path)
    folder = resources.files("trainer") / "mixtures"
    built_in = folder / f"{name_or_path}.toml"
    if path.is_file():
        text = path.read_text("utf-8")
    elif built_in.is_file():
        text = built_in.read_text("utf-8")
    else:
        known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
        raise InputError(
            "there is no such mixture.", where=name_or_path, next_step=f"Built in: {', '.join(known)}; or name a file."
        )
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"not valid TOML: {error}.", where=name_or_path) from None
    return _extended(data, name_or_path) if "extends" in data else _mixture(data, name_or_path)


def _extended(data: dict[str, Any], where: str) -> Mixture:
    _refuse_unknown(data, {"name", "extends", "repeat"}, where)
    if data["extends"] in (data.get("name"), where):
        raise InputError("a mixture cannot extend itself.", where=where)
    other = load(str(data["extends"]))
    wanted = data.get("repeat", {})
    known = {f"{source.corpus} {source.task}": source for source in other.sources}
    _refuse_unknown(wanted, set(known), f"{where}, [repeat]")
    sources = [
        replace(source, repeat=_number(wanted, name, source.repeat, f"{where}, [repeat]"))
        for name, source in known.items()
    ]
    return replace(
        other, name=str(data.get("name", "unnamed")), sources=tuple(source for source in sources if source.repeat)
    )


def _mixture(data: dict[str, Any], where: str) -> Mixture:
    _refuse_unknown(data, {"name", "window_words", "subsets", "wordings", "published", "sources"}, where)
    tables = data.get("sources")
    if not isinstance(tables, list) or not tables:
        raise InputError("a mixture needs [[sources]].", where=where)
    sources = tuple(_source(table, f"{where}, [[sources]] number {n}") for n, table in enumerate(tables, 1))
    return Mixture(
        str(data.get("name", "unnamed")),
        sources,
        int(_number(data, "window_words", 60, where)),
        _number(data, "subsets", 0.0, where),
        _number(data, "wordings", 0.0, where),
        int(_number(data, "published", 0, where)),
    )


def _source(table: Any, where: str) -> MixtureSource:
    if not isinstance(table, dict):
        raise InputError("not a table.", where=where)
    _refuse_unknown(table, {"corpus", "task", "labels", "repeat", "take", "attribute", "heads", "tails"}, where)
    task = str(table.get("task"))
    if task not in FINGERPRINTS:
        raise InputError(f"there is no task {task!r}.", where=where, next_step=f"Known: {', '.join(FINGERPRINTS)}.")
    try:
        corpus = by_name(str(table.get("corpus"))).name
    except UsageError as error:
        raise InputError(error.what, where=where, next_step=error.next_step) from None
    labels = {theirs: _label(ours, where) for theirs, ours in table.get("labels", {}).items()}
    repeat = _number(table, "repeat", 1.0, where)
    attribute = _attribute(table, labels, where) if task == "assertion" else None
    ruled = {label for rule in by_name(corpus).rules for label in rule.labels}
    if task == "re.pairs" and not (table.get("heads") and table.get("tails")) and not ruled.issuperset(labels):
        raise InputError("the corpus does not say what its relations join: name heads and tails.", where=where)
    return MixtureSource(
        corpus,
        task,
        MappingProxyType(labels),
        repeat,
        int(_number(table, "take", 0, where)),
        attribute,
        tuple(table.get("heads", ())),
        tuple(table.get("tails", ())),
    )


def _attribute(table: dict[str, Any], labels: Mapping[str, Label], where: str) -> AttributeType:
    said = table.get("attribute")
    if not isinstance(said, list) or len(said) != 3 or not all(isinstance(one, str) for one in said):
        raise InputError("attribute must be [name, description, default].", where=where)
    name, description, default = said
    values = tuple(dict.fromkeys(value for value, _ in labels.values()))
    return AttributeType(name, (), values, default, description)


def _label(said: Any, where: str) -> Label:
    if isinstance(said, str):
        said = [said, ""]
    if not (isinstance(said, list) and len(said) == 2 and all(isinstance(one, str) for one in said)):
        raise InputError("a label must be a name, or [name, description].", where=where)
    name, description = said
    if not NAME.match(name.replace(" ", "_")):
        raise InputError(f"{name!r} is not a label.", where=where)
    return name, description


def _number(table: dict[str, Any], key: str, default: float, where: str) -> float:
    value = table.get(key, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or value < 0:
        raise InputError(f"{key} must be a number that is not negative.", where=where)
    return float(value)


def _refuse_unknown(table: dict[str, Any], known: set[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise InputError(
                f"{key!r} is not known here.", where=where, next_step=f"Known: {', '.join(sorted(known))}."
            )
