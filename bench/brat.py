"""Reading and writing brat against the packages that do: `python -m bench.brat CORPORA`.

CORPORA holds `brat/brat-example-data` and `brat/maccrobat2020`. Each tool runs in a process of its own over the same
pairs of `.txt` and `.ann`: documents a second (the best of some passes; documents that it cannot read do not count,
the time they take does), peak memory while it reads them one by one, how many annotations it read, and how many `.ann`
files it gives back with the same bytes. bioassist checks references and configurations meanwhile, and reads what it
wrote; with `--original` it writes changes (there are none here) into the files that were read. Rivals that are not
installed are named (`pip install bioc bratly bratly-io-fs mendelai-brat-parser smart-open`).
"""

from __future__ import annotations

import argparse
import contextlib
import importlib.util
import io
import json
import multiprocessing
import resource
import shutil
import sys
import tarfile
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

PASSES = 5
_MODULES = {
    "bioassist": "converters",
    "bioassist --original": "converters",
    "bioc": "bioc",
    "bratly": "bratly.io",
    "mendelai-brat-parser": "brat_parser",
}
# What reads a corpus, counts the annotations of one document, and writes documents that were read.
Tool = tuple[Callable[[Path], Iterator[Any]], Callable[[Any], int], Callable[[list[Any], Path], None]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", type=Path)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found: dict[str, dict[str, dict[str, float] | None]] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, source in _corpora(given.corpora, Path(folder)).items():
            found[name] = {tool: _measured(tool, source) for tool in _MODULES}
            _show(name, len(_pairs(source)), found[name])
    if given.json:
        print(json.dumps(found, indent=2))


def _corpora(corpora: Path, folder: Path) -> dict[str, Path]:
    archive = corpora / "brat" / "brat-example-data" / "brat-example-data.tar.xz"
    with tarfile.open(archive) as members:
        members.extractall(folder / "example", filter="data")
    for path in (folder / "example").rglob("*.txt"):
        if not path.with_suffix(".ann").is_file():
            path.unlink()
    return {"brat-example-data": folder / "example", "MACCROBAT": corpora / "brat" / "maccrobat2020"}


def _pairs(source: Path) -> list[Path]:
    return [path for path in sorted(source.rglob("*.ann")) if path.with_suffix(".txt").is_file()]


def _measured(tool: str, source: Path) -> dict[str, float] | None:
    if not _is_there(_MODULES[tool]):
        return None
    spawned = multiprocessing.get_context("spawn")
    queue = spawned.Queue()
    process = spawned.Process(target=_run, args=(tool, source, queue))
    process.start()
    told: dict[str, float] = queue.get()
    process.join()
    return told


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ModuleNotFoundError:
        return False


def _show(corpus: str, documents: int, found: dict[str, dict[str, float] | None]) -> None:
    print(f"{corpus}, {documents} documents\n{'':<22}read/s  write/s   MiB  documents  annotations  same bytes")
    for tool, told in found.items():
        if told is None:
            print(f"{tool:<22}not installed")
            continue
        print(
            f"{tool:<22}{told['read_per_s']:>6.0f}{told['write_per_s']:>9.0f}{told['peak_mib']:>6.0f}"
            f"{told['documents']:>11.0f}{told['annotations']:>13.0f}{told['same']:>12.0f}"
        )


def _run(tool: str, source: Path, queue: Any) -> None:
    read, count, write = _bioassist(source, original="--original" in tool) if tool not in _TOOLS else _TOOLS[tool]()
    before = _peak()
    # What the rivals print is no part of the measurement.
    with contextlib.redirect_stdout(io.StringIO()), tempfile.TemporaryDirectory() as folder:
        annotations = sum(count(document) for document in read(source))
        peak = _peak() - before
        reading, documents = _best(lambda: sum(1 for _ in read(source)))
        held = list(read(source))
        target = Path(folder) / "out"

        def writing() -> int:
            shutil.rmtree(target, ignore_errors=True)
            began = time.perf_counter()
            write(held, target)
            taken.append(time.perf_counter() - began)
            return len(held)

        taken: list[float] = []
        for _ in range(PASSES):
            writing()
        same = sum(path.read_bytes() == _written(target, source, path) for path in _pairs(source))
    queue.put(
        {
            "read_per_s": documents / reading,
            "write_per_s": documents / min(taken),
            "peak_mib": peak,
            "documents": documents,
            "annotations": annotations,
            "same": same,
        }
    )


def _best(work: Callable[[], int]) -> tuple[float, int]:
    taken = []
    number = 0
    for _ in range(PASSES):
        began = time.perf_counter()
        number = work()
        taken.append(time.perf_counter() - began)
    return min(taken), number


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)


def _written(target: Path, source: Path, path: Path) -> bytes:
    written = target / path.relative_to(source)
    return written.read_bytes() if written.is_file() else b""


def _bioassist(source: Path, *, original: bool) -> Tool:
    from converters.annotations import row
    from converters.brat import BratFormat
    from converters.formats import WriteOptions

    options = WriteOptions(original=source if original else None)

    def write(held: list[Any], target: Path) -> None:
        BratFormat().write(held, target, None, options)

    return BratFormat().read, lambda document: len(row(document)), write


def _bioc() -> Tool:
    from bioc import brat

    def read(source: Path) -> Iterator[Any]:
        for path in _pairs(source):
            text = path.with_suffix(".txt").read_text("utf-8")
            # It stops at lines that it does not know, with whatever its code meets there.
            with contextlib.suppress(Exception):
                yield brat.loads(text, path.read_text("utf-8"), str(path.relative_to(source)))

    def count(document: Any) -> int:
        return len(list(document.annotations))

    def write(held: list[Any], target: Path) -> None:
        for document in held:
            path = target / document.id
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w", encoding="utf-8") as file:
                brat.dump_ann(document, file)
            path.with_suffix(".txt").write_text(document.text, "utf-8")

    return read, count, write


def _bratly() -> Tool:
    from bratly.io import read_and_load_ann_file, read_from_file, write_ann_file

    def read(source: Path) -> Iterator[Any]:
        for path in _pairs(source):
            text = read_from_file(str(path.with_suffix(".txt")))
            with contextlib.suppress(Exception):
                found = read_and_load_ann_file(str(path), no_duplicates=False, sorting=False, renumerotize=False)
                if found is not None:
                    yield path.relative_to(source), text, found

    def count(document: Any) -> int:
        return len(document[2].annotations)

    def write(held: list[Any], target: Path) -> None:
        for name, text, found in held:
            path = target / name
            write_ann_file(found, str(path))
            path.with_suffix(".txt").write_text(text, "utf-8")

    return read, count, write


def _mendelai() -> Tool:
    import brat_parser

    def read(source: Path) -> Iterator[Any]:
        for path in _pairs(source):
            text = path.with_suffix(".txt").read_text("utf-8")
            with contextlib.suppress(Exception):
                yield path.relative_to(source), text, brat_parser.parse(str(path))

    def count(document: Any) -> int:
        found = document[2]
        return len(found.entities) + len(found.relations) + len(found.attributes)

    def write(held: list[Any], target: Path) -> None:
        for name, text, found in held:
            path = target / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with contextlib.suppress(Exception):
                brat_parser.dump(found, str(path))
            path.with_suffix(".txt").write_text(text, "utf-8")

    return read, count, write


_TOOLS: dict[str, Callable[[], Tool]] = {
    "bioc": _bioc,
    "bratly": _bratly,
    "mendelai-brat-parser": _mendelai,
}


if __name__ == "__main__":
    main()
