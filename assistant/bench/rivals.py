"""Other ways to get the same lines from the same model, as a user would write them with llama-cpp-python.

Generation under a grammar that fixes the words, one sentence at a time: in one's own process, and through
llama-cpp-python's server on the loopback address. And LangExtract on that server, which asks for JSON instead.
"""

from __future__ import annotations

import http.client
import json
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import llama_cpp

from assistant.bench.clock import Clock
from assistant.bench.grammar import Completion, completion
from assistant.bench.material import sentence_programs, words_of
from assistant.bench.ours import layers
from assistant.bench.trial import NotInstalledError, Outcome, Trial
from bioassist.errors import EngineError

CONTEXT = 4096
# As the labels are chosen elsewhere too: the likeliest. The server would hold repetitions against a token by itself.
GREEDY = {"max_tokens": None, "temperature": 0.0, "repeat_penalty": 1.0}
_LOOPBACK = "127.0.0.1"
# LangExtract lets the model write until it ends; a small one may not end by itself.
_LONGEST_ANSWER = 1024


def grammar(trial: Trial) -> Outcome:
    """`Llama.create_completion` under a grammar; cells of the beginning that prompts share are kept."""
    clock = Clock()
    with _counted() as evaluated:
        llama = llama_cpp.Llama(trial.setup.model, verbose=False, **_settings(trial))

        def ask(asked: Completion) -> None:
            rules = llama_cpp.LlamaGrammar.from_string(asked.grammar, verbose=False)
            made = llama.create_completion(asked.prompt, grammar=rules, **GREEDY)
            _check(made)

        try:
            return _timed(clock, trial, ask, map, evaluated)
        finally:
            llama.close()


def server(trial: Trial) -> Outcome:
    """The same through the server, asked by `trial.clients` at once."""
    clock = Clock()
    with _counted() as evaluated, _serving(trial) as port:

        def ask(asked: Completion) -> None:
            _check(_post(port, "/v1/completions", {"prompt": asked.prompt, "grammar": asked.grammar, **GREEDY}))

        with ThreadPoolExecutor(trial.clients) as clients:
            return _timed(clock, trial, ask, clients.map, evaluated)


def langextract(trial: Trial) -> Outcome:
    """LangExtract's own prompt and chunks, over the server's chat completions."""
    try:
        import langextract as lx
        import openai  # noqa: F401
        from langextract.factory import ModelConfig
    except ImportError as error:
        raise _not_installed("langextract[openai]") from error
    types = trial.setup.types
    text = "\n".join(stretch.text.strip() for stretch in trial.stretches)
    mention = lx.data.Extraction(extraction_class=types[0].name, extraction_text="aspirin")
    clock = Clock()
    with _counted() as evaluated, _serving(trial) as port:
        clock.read()
        lx.extract(
            text_or_documents=text,
            prompt_description="Extract all mentions of these types, word for word and in their order: "
            + "; ".join(f"{entity.name} ({entity.description})" for entity in types),
            examples=[lx.data.ExampleData(text="He takes aspirin daily.", extractions=[mention])],
            config=ModelConfig(
                model_id="bench",
                provider="OpenAILanguageModel",
                provider_kwargs={
                    "base_url": f"http://{_LOOPBACK}:{port}/v1",
                    "api_key": "none",
                    "temperature": 0.0,
                    "max_output_tokens": _LONGEST_ANSWER,
                    "max_workers": trial.clients,
                },
            ),
            # The server takes JSON as a form of answer, and no schema of it.
            use_schema_constraints=False,
            show_progress=False,
        )
        return clock.stop(words_of(trial.stretches), evaluated())


def _timed(
    clock: Clock,
    trial: Trial,
    ask: Callable[[Completion], None],
    apply: Callable[..., Iterable[None]],
    evaluated: Callable[[], int],
) -> Outcome:
    """Ask for every sentence. The first is asked for once before, untimed, so that the instruction is not counted."""
    programs = sentence_programs(trial.stretches, trial.setup.task, trial.setup.types)
    asked = [completion(program) for program in programs]
    ask(asked[0])
    clock.found()
    before = evaluated()
    clock.read()
    for _ in apply(ask, asked):
        pass
    return clock.stop(words_of(trial.stretches), evaluated() - before)


def _settings(trial: Trial) -> dict[str, Any]:
    return {
        "n_ctx": CONTEXT,
        "n_batch": trial.batch,
        "n_ubatch": trial.batch,
        "n_threads": trial.setup.threads,
        "n_threads_batch": trial.setup.threads,
        "n_gpu_layers": layers(trial),
        "flash_attn": True,
    }


@contextmanager
def _counted() -> Iterator[Callable[[], int]]:
    """Counts the tokens that any `llama_cpp.Llama` evaluates; yields what tells the count."""
    count = 0
    evaluate = llama_cpp.Llama.eval

    def counting(self: Any, tokens: Sequence[int]) -> None:
        nonlocal count
        count += len(tokens)
        evaluate(self, tokens)

    llama_cpp.Llama.eval = counting
    try:
        yield lambda: count
    finally:
        llama_cpp.Llama.eval = evaluate


@contextmanager
def _serving(trial: Trial) -> Iterator[int]:
    """llama-cpp-python's server on a free port of the loopback address; it goes with this process."""
    # The server would take its settings from this file.
    os.environ.pop("CONFIG_FILE", None)
    try:
        import uvicorn
        from llama_cpp.server.app import create_app
        from llama_cpp.server.settings import ModelSettings, ServerSettings
    except ImportError as error:
        raise _not_installed("llama-cpp-python[server]") from error
    model = ModelSettings(model=trial.setup.model, logits_all=False, verbose=False, **_settings(trial))
    app = create_app(server_settings=ServerSettings(host=_LOOPBACK), model_settings=[model])
    running = uvicorn.Server(uvicorn.Config(app, host=_LOOPBACK, port=0, log_level="critical", lifespan="off"))
    thread = threading.Thread(target=running.run, name="server", daemon=True)
    thread.start()
    while not running.started:
        thread.join(0.05)
        if not thread.is_alive():
            raise EngineError("llama-cpp-python's server did not start.")
    try:
        yield running.servers[0].sockets[0].getsockname()[1]
    finally:
        running.should_exit = True
        thread.join()


def _post(port: int, path: str, body: dict[str, Any]) -> dict[str, Any]:
    connection = http.client.HTTPConnection(_LOOPBACK, port)
    try:
        connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        content = response.read()
    finally:
        connection.close()
    if response.status != http.client.OK:
        raise EngineError(f"the server answered with status {response.status}.")
    answer: dict[str, Any] = json.loads(content)
    return answer


def _check(made: Any) -> None:
    if made["choices"][0]["finish_reason"] != "stop":
        raise EngineError("the generation did not come to its end.")


def _not_installed(package: str) -> NotInstalledError:
    return NotInstalledError(f"not installed: pip install '{package}'")
