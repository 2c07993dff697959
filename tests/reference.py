"""The reference decoder: one token at a time through `llama_cpp.Llama`, written without a look at the scheduler.

It reads a program from its beginning, evaluates every token by itself, and at each choice walks the options that are
still possible. It can be held to given answers ("history forced"): then it goes on with those, and tells what it would
have chosen itself at each place where it had a say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import llama_cpp

from bioassist.tasks.program import Choice, Program, Text

F32 = 0


@dataclass(frozen=True)
class Say:
    """One place where the model decides: what it would choose and what was taken, and the gap between its two best."""

    wanted: int
    taken: int
    gap: float
    position: int
    tokens: tuple[int, ...]


class Reference:
    def __init__(self, path: Path, *, exact: bool = False, threads: int = 1, context: int = 4096) -> None:
        exactly = {"type_k": F32, "type_v": F32} if exact else {}
        self.llama = llama_cpp.Llama(
            str(path),
            n_ctx=context,
            n_batch=512,
            n_threads=threads,
            n_threads_batch=threads,
            flash_attn=not exact,
            verbose=False,
            **exactly,
        )
        self._prefix: list[int] = []

    def ids(self, text: str) -> list[int]:
        """Ids of `text` as it stands behind a newline, where no vocabulary adds a space of its own."""
        anchored = self.llama.tokenize(b"\n" + text.encode(), add_bos=False, special=False)
        anchor = self.llama.tokenize(b"\n", add_bos=False, special=False)
        if anchored[: len(anchor)] == anchor:
            return anchored[len(anchor) :]
        return self.llama.tokenize(text.encode(), add_bos=False, special=False)

    def run(self, program: Program, forced: Sequence[str] | None = None) -> tuple[list[str], list[Say], list[int]]:
        """The answers, where the model had a say, and all ids that were evaluated."""
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
                    logits = self._logits(done)
                    ranked = sorted(nexts, key=lambda token: logits[token], reverse=True)
                    taken = ranked[0]
                    if forced is not None:
                        taken = possible[forced[len(answers)]][depth]
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

    def _rewind(self, prefix: list[int]) -> None:
        if self._prefix != prefix:
            self.llama.reset()
            self._prefix = list(prefix)
        self.llama.n_tokens = min(self.llama.n_tokens, len(prefix))

    def _logits(self, done: list[int]) -> list[float]:
        """Logits behind `done`; what is not evaluated yet is, one token at a time."""
        for token in done[self.llama.n_tokens :]:
            self.llama.eval([token])
        row = llama_cpp.llama_get_logits_ith(self.llama.ctx, -1)
        return row[: self.llama.n_vocab()]

    def close(self) -> None:
        self.llama.close()
