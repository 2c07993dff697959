"""How llama-cpp-python is built for a GPU, and which way suits this machine. docs/gpu.md says more."""

from __future__ import annotations

import platform
import shutil
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Build:
    """A backend of llama.cpp: the option that turns it on, the `compiler` it needs, and where that comes from."""

    name: str
    option: str
    compiler: str
    source: str


CUDA = Build("CUDA", "GGML_CUDA", "nvcc", "the CUDA toolkit")
METAL = Build("Metal", "GGML_METAL", "xcrun", "Xcode's command line tools")
VULKAN = Build("Vulkan", "GGML_VULKAN", "glslc", "the Vulkan SDK")
BUILDS = (CUDA, METAL, VULKAN)


def suiting() -> Build:
    """The backend for the GPU that is probably here: Metal on a Mac, CUDA beside an NVIDIA driver, else Vulkan."""
    if sys.platform == "darwin":
        return METAL
    return CUDA if shutil.which("nvidia-smi") else VULKAN


def command(build: Build, version: str) -> str:
    """What to type to have this version of llama-cpp-python built for it."""
    arguments = f"-D{build.option}=on"
    setting = f'$env:CMAKE_ARGS = "{arguments}"; ' if platform.system() == "Windows" else f"CMAKE_ARGS={arguments} "
    package = "llama-cpp-python"
    return f"{setting}pip install --force-reinstall --no-deps --no-cache-dir --no-binary {package} {package}=={version}"


def advice(version: str) -> str:
    build = suiting()
    lacks = "" if shutil.which(build.compiler) else f" It needs {build.compiler} ({build.source}), which is not here."
    return f"To build it for a GPU with {build.name}: `{command(build, version)}`.{lacks} docs/gpu.md has other ways."
