"""The reference decoder: one token at a time through `llama_cpp.Llama`, written without a look at the scheduler.

Tests and `bioassist bench` hold the engine to it. It reads a program from its beginning, evaluates every token by
itself, and at each choice walks the options that are still possible. It can be held to given answers ("history
forced"): then it goes on with those, and tells what it would have chosen itself at each place where it had a say.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import llama_cpp

from bioassist.tasks.program import Choice, Free, Program, Text

F32 = 0
_BATCH = 512


# What the other side made of a piece: the option, or the tokens of what it wrote. Text alone does not tell those.
Forced = str | tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Say:
    """One place where the model decides: what it would choose and what was taken, and the gap between its two best."""

    wanted: int
    taken: int
    gap: float
    position: int
    tokens: tuple[int, ...]


class Reference:
    """The decoder over a GGUF; `exact` computes cells in F32. `evaluated` counts the tokens that `run` evaluated."""

    def __init__(
        self, path: Path, *, exact: bool = False, threads: int = 1, context: int = 4096, gpu_layers: int = 0
    ) -> None:
        exactly = {"type_k": F32, "type_v": F32} if exact else {}
        self.llama: Any = llama_cpp.Llama(
            str(path),
            n_ctx=context,
            n_batch=_BATCH,
            n_threads=threads,
            n_threads_batch=threads,
            n_gpu_layers=gpu_layers,
            flash_attn=not exact,
            verbose=False,
            **exactly,
        )
        self.evaluated = 0
        self._prefix: list[int] = []

    def ids(self, text: str) -> list[int]:
        """Ids of `text` as it stands behind a newline, where no vocabulary adds a space of its own."""
        data = text.encode("utf-8", "replace")
        anchored = list(self.llama.tokenize(b"\n" + data, add_bos=False, special=False))
        anchor = list(self.llama.tokenize(b"\n", add_bos=False, special=False))
        if anchored[: len(anchor)] == anchor:
            return anchored[len(anchor) :]
        return list(self.llama.tokenize(data, add_bos=False, special=False))

    def run(self, program: Program, forced: Sequence[Forced] | None = None) -> tuple[list[str], list[Say], list[int]]:
        """The answers, where the model had a say, and all ids of the text with the answers in it."""
        bos = self.llama.token_bos() if llama_cpp.llama_vocab_get_add_bos(self.llama._model.vocab) else None
        done: list[int] = [] if bos is None else [bos]
        shared = True
        answers: list[str] = []
        says: list[Say] = []
        for place, piece in enumerate(program.pieces):
            if isinstance(piece, Text):
                done += self.ids(piece.text)
                if shared and place + 1 == program.shared:
                    shared = False
                    self._rewind(done)
                continue
            if isinstance(piece, Free):
                written = None if forced is None else forced[len(answers)]
                assert not isinstance(written, str)
                answers.append(self._write(piece, done, says, written))
                done += self.ids(piece.stop)
                continue
            assert isinstance(piece, Choice)
            following = program.pieces[place + 1]
            assert isinstance(following, Text)
            end = self.ids(following.text)[0]
            legal = piece.legal(answers[-1] if answers else None)
            possible = {option: [*self.ids(option), end] for option in legal}
            depth = 0
            while len(possible) > 1:
                nexts = sorted({ids[depth] for ids in possible.values()})
                if len(nexts) > 1:
                    logits = dict(zip(nexts, self.logits(done, nexts), strict=True))
                    ranked = sorted(nexts, key=lambda token: logits[token], reverse=True)
                    taken = ranked[0]
                    if forced is not None:
                        option = forced[len(answers)]
                        assert isinstance(option, str)
                        taken = possible[option][depth]
                    gap = logits[ranked[0]] - logits[ranked[1]]
                    says.append(Say(ranked[0], taken, gap, len(done) - 1, tuple(nexts)))
                else:
                    taken = nexts[0]
                possible = {option: ids for option, ids in possible.items() if ids[depth] == taken}
                if len(possible) > 1:
                    done.append(taken)
                depth += 1
            (option,) = possible
            done += self.ids(option)[max(depth - 1, 0) :] if depth else self.ids(option)
            answers.append(option)
        return answers, says, done

    def _write(self, free: Free, done: list[int], says: list[Say], forced: tuple[int, ...] | None) -> str:
        """Write text by the likeliest token each time, or as `forced` has it."""
        text = b""
        for place in range(free.limit):
            logits = self.logits(done)
            best, other = heapq.nlargest(2, range(len(logits)), key=logits.__getitem__)
            taken = best
            if forced is not None and forced[place : place + 1] != (best,):
                # Where the other side ended for no reason, anything it may have taken is as good as the second.
                taken = other = forced[place] if place < len(forced) else other
            says.append(Say(best, taken, logits[best] - logits[other], len(done) - 1, (best, other)))
            if forced is not None and place == len(forced):
                break
            if llama_cpp.llama_vocab_is_eog(self.llama._model.vocab, taken):
                break
            text += self.llama.detokenize([taken], special=False)
            if free.stop.encode() in text:
                text = text.split(free.stop.encode())[0]
                break
            done.append(taken)
        return text.decode("utf-8", "replace").strip()

    def logits(self, done: Sequence[int], of: Sequence[int] | None = None) -> list[float]:
        """Logits of the tokens `of` (None: of all) behind `done`; what is not evaluated yet is, one token at a time."""
        for token in done[self.llama.n_tokens :]:
            self.llama.eval([token])
            self.evaluated += 1
        row = llama_cpp.llama_get_logits_ith(self.llama.ctx, -1)
        return [row[token] for token in (range(self.llama.n_vocab()) if of is None else of)]

    def in_one_batch(self, ids: Sequence[int], says: Sequence[Say]) -> list[float]:
        """The gap at each of `says`, which `run` gave with `ids`, if the whole text is evaluated at once."""
        self.forget()
        by_position = {say.position: say for say in says}
        gaps: list[float] = []
        batch = llama_cpp.llama_batch_init(_BATCH, 0, 1)
        try:
            for start in range(0, len(ids), _BATCH):
                part = ids[start : start + _BATCH]
                batch.n_tokens = len(part)
                for place, token in enumerate(part):
                    batch.token[place] = token
                    batch.pos[place] = start + place
                    batch.n_seq_id[place] = 1
                    batch.seq_id[place][0] = 0
                    batch.logits[place] = start + place in by_position
                assert llama_cpp.llama_decode(self.llama.ctx, batch) == 0
                for place in range(len(part)):
                    if start + place in by_position:
                        row = llama_cpp.llama_get_logits_ith(self.llama.ctx, place)
                        ranked = sorted((row[token] for token in by_position[start + place].tokens), reverse=True)
                        gaps.append(ranked[0] - ranked[1])
        finally:
            llama_cpp.llama_batch_free(batch)
            self.forget()
        return gaps

    def forget(self) -> None:
        """Drop all cells, the instruction's too."""
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.llama.ctx), True)
        self.llama.reset()
        self._prefix = []

    def _rewind(self, prefix: list[int]) -> None:
        if self._prefix != prefix:
            self.llama.reset()
            self._prefix = list(prefix)
        self.llama.n_tokens = min(self.llama.n_tokens, len(prefix))

    def close(self) -> None:
        self.llama.close()
