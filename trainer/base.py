"""Opens a base model for training: a GGUF file, a local folder in the hub's format, or a name on the hub."""

from __future__ import annotations

import contextlib
import hashlib
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from safetensors import SafetensorError
from transformers import AutoConfig, AutoModelForCausalLM, GgufConfig, PreTrainedModel
from transformers.utils import logging

from bioassist.errors import ModelError, UsageError
from trainer import attention, memory
from trainer.recipe import Machine

Kind = Literal["gguf", "folder", "hub"]


@dataclass(frozen=True, slots=True)
class Base:
    """A base as it was opened. `sum` is sha256 of the GGUF, of a folder's weights, or the hub's commit."""

    model: PreTrainedModel
    source: str
    kind: Kind
    sum: str
    device: torch.device

    @property
    def vocabulary_size(self) -> int:
        """Rows of the embedding, which may be more than there are tokens."""
        embedding: Any = self.model.get_input_embeddings()
        return int(embedding.weight.shape[0])


def device_for(machine: Machine) -> torch.device:
    """Raises UsageError where the recipe wants a GPU and there is none."""
    found = torch.cuda.is_available()
    wants = machine.device == "cuda" or machine.quantize == "nf4"
    if wants and not found:
        what = "4-bit training (machine.quantize) runs on CUDA alone" if machine.device != "cuda" else "it is for CUDA"
        raise UsageError(
            f"the recipe wants a GPU and this machine has none: {what}.",
            next_step="Take the prepared data and trainer/ to a machine with one, or use a recipe for the CPU.",
        )
    return torch.device("cuda" if found and machine.device != "cpu" else "cpu")


def kind_of(source: str) -> Kind:
    """Raises ModelError for a path that is neither a GGUF file nor a folder with a config.json."""
    path = Path(source)
    if path.is_dir():
        if not (path / "config.json").is_file():
            raise ModelError("this folder holds no model: it has no config.json.", where=source)
        return "folder"
    if path.is_file():
        with path.open("rb") as file:
            if file.read(4) == b"GGUF":
                return "gguf"
        raise ModelError("this is not a GGUF file.", where=source)
    if source.endswith(".gguf") or source.startswith((".", "/")) or source.count("/") > 1 or not source:
        raise ModelError("there is no such model.", where=source or "--base")
    return "hub"


def open_base(source: str, machine: Machine, dequantized: Path | None = None) -> Base:
    """Load `source` as `machine` wants it, its weights frozen.

    A GGUF is dequantised; for 4 bits it is dequantised once into the folder `dequantized`, since transformers takes no
    second quantisation while it reads a GGUF. One that is to be cut up over processes stays in the machine's memory.
    Raises ModelError and UsageError.
    """
    device = device_for(machine)
    kind = kind_of(source)
    summed = _sum(source, kind)
    if machine.quantize == "nf4":
        if kind == "gguf":
            if dequantized is None:
                raise UsageError("4-bit training from a GGUF needs a folder for the dequantised model.")
            source_folder = dequantize(source, dequantized, summed)
            model = _load(str(source_folder), device, quantization_config=_nf4(), dtype=torch.bfloat16)
        else:
            model = _load(source, device, quantization_config=_nf4(), dtype=torch.bfloat16)
    else:
        dtype = torch.bfloat16 if machine.precision == "bf16" else torch.float32
        model = _from_gguf(source, dtype) if kind == "gguf" else _load(source, device, dtype=dtype)
        if machine.precision == "mixed":
            _linear_to_bf16(model)
    model.requires_grad_(False)
    if machine.quantize == machine.sharding == "none":
        memory.check_base(model, device)
        model.to(device)  # type: ignore[arg-type]
    model.config.use_cache = False
    model.set_attn_implementation(attention.BY_SAMPLE if machine.attention == "by-sample" else "sdpa")
    if kind == "hub":
        summed = str(getattr(model.config, "_commit_hash", None) or "")
    return Base(model, source, kind, summed, device)


def dequantize(source: str, folder: Path, summed: str) -> Path:
    """The GGUF `source` as a folder in the hub's format, made once and kept; a half-made one is made anew."""
    said = folder / "made-from.txt"
    if said.is_file() and said.read_text("utf-8").strip() == summed:
        return folder
    model = _from_gguf(source, torch.bfloat16)
    model.config.quantization_config = None
    model.save_pretrained(folder)
    said.write_text(summed + "\n", "utf-8")
    return folder


def _from_gguf(source: str, dtype: torch.dtype) -> PreTrainedModel:
    try:
        import gguf  # noqa: F401
    except ImportError as error:
        raise ModelError(
            "reading a GGUF base needs the package gguf.",
            where=source,
            next_step="`pip install gguf`, or dequantise it elsewhere and bring the folder.",
        ) from error
    path = Path(source).absolute()
    return _load(
        str(path.parent), None, gguf_file=path.name, quantization_config=GgufConfig(dequantize=True), dtype=dtype
    )


def _load(name: str, device: torch.device | None, **options: Any) -> PreTrainedModel:
    if device is not None and "quantization_config" in options:
        options["device_map"] = {"": device}
    try:
        with quiet():
            model: PreTrainedModel = AutoModelForCausalLM.from_pretrained(name, **options)
    except (OSError, ValueError, KeyError, RuntimeError, NotImplementedError, SafetensorError) as error:
        said = " ".join(str(error).split())[:300]
        raise ModelError(
            f"transformers cannot open this base: {said}",
            where=options.get("gguf_file", name),
            next_step="Is the download whole, and is the architecture one that transformers knows?",
        ) from error
    return model


def _linear_to_bf16(model: PreTrainedModel) -> None:
    """Halve the frozen linear weights; what is added and normalised between layers stays F32."""
    output = model.get_output_embeddings()  # type: ignore[no-untyped-call]
    for module in model.modules():
        if isinstance(module, torch.nn.Linear) and module is not output:
            module.weight.data = module.weight.data.to(torch.bfloat16)
            if module.bias is not None:
                module.bias.data = module.bias.data.to(torch.bfloat16)


def _nf4() -> Any:
    try:
        import bitsandbytes  # noqa: F401
    except ImportError as error:
        raise UsageError("4-bit training needs bitsandbytes.", next_step="`pip install bitsandbytes`.") from error
    from transformers import BitsAndBytesConfig

    return BitsAndBytesConfig(  # type: ignore[no-untyped-call]
        load_in_4bit=True,
        bnb_4bit_quant_type="nf4",
        bnb_4bit_use_double_quant=True,
        bnb_4bit_compute_dtype=torch.bfloat16,
    )


def _sum(source: str, kind: Kind) -> str:
    if kind == "hub":
        # Asked for before the weights are fetched, so that a wrong name fails at once.
        try:
            return str(getattr(AutoConfig.from_pretrained(source), "_commit_hash", None) or "")
        except (OSError, ValueError) as error:
            said = " ".join(str(error).split())[:200]
            raise ModelError(
                f"there is no such file or folder, and it cannot be had from the hub: {said}",
                where=source,
                next_step="Give the path of a GGUF file or of a model folder with --base.",
            ) from error
    files = [Path(source)]
    if kind == "folder":
        files = sorted(one for one in Path(source).iterdir() if one.suffix in (".safetensors", ".bin"))
        if not files:
            raise ModelError("this folder holds no weights.", where=source, next_step="Is the download whole?")
    digest = hashlib.sha256()
    for file in files:
        with file.open("rb") as opened:
            while block := opened.read(1 << 20):
                digest.update(block)
    return digest.hexdigest()


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep transformers' bars and remarks off the terminal; its errors are raised all the same."""
    verbosity = logging.get_verbosity()
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        # Its bar for reading a GGUF obeys none of its settings.
        with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.set_verbosity(verbosity)
        logging.enable_progress_bar()  # type: ignore[no-untyped-call]
