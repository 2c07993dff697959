"""One program on its way through the decoder: what of it is evaluated next, and what the model decided so far."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.engine.compile import Compiled, Compiler, Given, Node, Writing, only_way, ways
from assistant.engine.decoder import Decoder, Fed
from assistant.engine.writing import Written
from bioassist.tasks.program import Answer

# The most decisions that are asked for ahead where drafts have held so far.
_FURTHEST = 12


@dataclass(slots=True)
class Ask:
    """A decision to make from the logits behind a token.

    `node` is the place in the tree of options, `after` the token that tells an option that ends there from longer ones,
    `step` the program's next step. What is queued behind takes for granted that `draft` is chosen, None for nothing.
    """

    node: Node
    after: int | None
    step: int
    draft: int | None = None


class Running:
    """A program in `sequence`, whose cells hold the program's shared beginning already, and those chained to it.

    `queue` what is to be evaluated, `take` it for a batch, and `read` what the batch says; until it is `complete`.
    `answers` are those made so far, `tokens` how many were evaluated.
    """

    def __init__(self, compiled: Compiled, sequence: int, compiler: Compiler) -> None:
        self.compiled = compiled
        self.sequence = sequence
        self.answers: list[Answer] = []
        self.tokens = 0
        self._compiler = compiler
        # The one that runs now, those after it, and how many decisions there are up to its end.
        self._program = compiled
        self._further = deque(compiled.more)
        self._decisions = _decisions(compiled)
        self._position = len(compiled.shared)
        # The step of the program that is queued next, and the answer it follows, drafted or made.
        self._step = 0
        self._previous: str | None = None
        # Tokens with the decision that their logits are wanted for, if any; how many decisions there are.
        self._queue: deque[tuple[int, Ask | Written | None]] = deque()
        self._asked = 0
        # How many drafts the model has agreed with since it last did not.
        self._held = 0
        # Decisions whose tokens are in the batch: place there, position, and what is asked.
        self._pending: list[tuple[int, int, Ask | Written]] = []
        # Decisions made on the way to the next answer.
        self._path: list[tuple[float, dict[str, float]]] = []

    @property
    def complete(self) -> bool:
        return not self._further and len(self.answers) == self._decisions

    @property
    def queued(self) -> int:
        return len(self._queue)

    def queue(self, ahead: int, given: Sequence[int] = ()) -> None:
        """Queue the program's steps up to `ahead` decisions ahead, the likely answers taken for granted.

        If that is more than one it goes further where drafts have held: as many as came true in a row. `given` are
        tokens in front of them.
        """
        steps = self._program.steps
        if ahead > 1:
            ahead = max(ahead, min(self._held, _FURTHEST))
        given = list(given)
        while self._step < len(steps) and self._asked < ahead:
            step = steps[self._step]
            if isinstance(step, Given):
                following = steps[self._step + 1] if self._step + 1 < len(steps) else None
                if isinstance(following, Writing) and self._asked:
                    # Nothing is written behind a draft.
                    break
                given += step.ids
                self._step += 1
                continue
            if isinstance(step, Writing):
                self._step += 1
                self._append(given, Written(step.free))
                return
            node = self._compiler.tree(step.choice, self._previous)
            if len(ways(node, step.after)) == 1 and self._asked:
                # Nothing to decide here, but what was drafted before it has to be decided first.
                break
            self._step += 1
            ask, tokens = self._enter(node, step.after)
            given += tokens
            if ask is None:
                continue
            self._append(given, ask)
            draft = step.choice.legal(self._previous)[0]
            given = self._draft(ask, draft)
            if ask.draft is None:
                return
            self._previous = draft
        # What lies behind the last decision is not evaluated; what lies before the next one waits for it.
        if given and self._step < len(steps):
            self._append(given, None)

    def take(self, count: int, place: int) -> list[Fed]:
        """What is evaluated next, at most `count` tokens, the first of them number `place` of the batch."""
        taken: list[Fed] = []
        for number in range(place, place + min(count, len(self._queue))):
            token, ask = self._queue.popleft()
            if ask is not None:
                self._pending.append((number, self._position, ask))
            taken.append(Fed(token, self._position, self.sequence, ask is not None))
            self._position += 1
        self.tokens += len(taken)
        return taken

    def read(self, decoder: Decoder, ahead: int) -> None:
        """Make the decisions that the batch was asked for, in order, up to the first that is not as drafted.

        What follows is queued up to `ahead` decisions ahead. Raises NotFiniteError.
        """
        self._decide_all(decoder, ahead)
        self._go_on(decoder, ahead)

    def _decide_all(self, decoder: Decoder, ahead: int) -> None:
        pending, self._pending = self._pending, []
        if not pending:
            return
        for place, position, ask in pending:
            self._asked -= 1
            if isinstance(ask, Written):
                self._write(decoder, place, ask, ahead)
                return
            if not self._decide(decoder, place, position, ask, ahead):
                return
        self.queue(ahead)

    def _go_on(self, decoder: Decoder, ahead: int) -> None:
        """Where a program is through, begin with the next, behind what both begin with."""
        while self._further and len(self.answers) == self._decisions:
            before, self._program = self._program, self._further.popleft()
            kept, given = len(self._program.shared), list[int]()
            self._step = 0
            first, again = self._program.steps[0], before.steps[0]
            if isinstance(first, Given) and isinstance(again, Given):
                common = min(_common(first.ids, again.ids), self._position - kept)
                kept, given, self._step = kept + common, list(first.ids[common:]), 1
            decoder.forget(self.sequence, kept)
            self._position, self._previous = kept, None
            self._decisions += _decisions(self._program)
            self._queue.clear()
            self._asked = 0
            self.queue(ahead, given)

    def _append(self, tokens: Sequence[int], ask: Ask | Written | None) -> None:
        for token in tokens[:-1]:
            self._queue.append((token, None))
        self._queue.append((tokens[-1], ask))
        self._asked += ask is not None

    @staticmethod
    def _draft(ask: Ask, option: str) -> list[int]:
        """Take `option` for granted behind `ask`, if one token decides for it; the tokens it is given by."""
        if ask.node.ending == option:
            ask.draft = ask.after
            return []
        for token, child in ask.node.children.items():
            if child.options == [option]:
                ask.draft = token
                return [token, *only_way(child)]
        return []

    def _enter(self, node: Node, after: int | None) -> tuple[Ask | None, list[int]]:
        """Go down the tree as long as there is one way: the tokens on it, and the decision it leads to.

        Without a decision the choice is made, and its answer kept.
        """
        tokens: list[int] = []
        while len(ways(node, after)) == 1:
            if node.ending is not None:
                self._previous = node.ending
                self._answer(node.ending)
                return None, tokens
            token, node = next(iter(node.children.items()))
            tokens.append(token)
        return Ask(node, after, self._step), tokens

    def _decide(self, decoder: Decoder, place: int, position: int, ask: Ask, ahead: int) -> bool:
        """Make one decision; whether it is as drafted. If not, what it leads to is queued instead."""
        open_ways = ways(ask.node, ask.after)
        tokens = list(open_ways)
        probabilities = softmax(decoder.logits(place, tokens))
        best = max(range(len(tokens)), key=lambda index: probabilities[index])
        chosen = open_ways[tokens[best]]
        rivals = {
            (str(ask.node.ending) if branch is None else branch.common()): probabilities[index]
            for index, branch in enumerate(open_ways.values())
            if index != best
        }
        self._path.append((probabilities[best], rivals))
        if tokens[best] == ask.draft:
            self._held += 1
            self._answer(str(ask.node.ending) if chosen is None else chosen.options[0])
            return True
        self._held = 0
        self._turn(decoder, ask, position, tokens[best], chosen, ahead)
        return False

    def _turn(self, decoder: Decoder, ask: Ask, position: int, token: int, chosen: Node | None, ahead: int) -> None:
        """Go another way than what was queued behind `ask`."""
        if self._position > position + 1:
            decoder.forget(self.sequence, position + 1)
        self._position = position + 1
        self._queue.clear()
        self._asked = 0
        self._step = ask.step
        if chosen is None:
            self._previous = str(ask.node.ending)
            self._answer(self._previous)
            self.queue(ahead)
            return
        further, tokens = self._enter(chosen, ask.after)
        self._append([token, *tokens], further)
        if further is None:
            self.queue(ahead)

    def _write(self, decoder: Decoder, place: int, written: Written, ahead: int) -> None:
        """Write one token more, or go on with what follows the text."""
        best = decoder.best(place)
        if written.add(best):
            self._append([best.token], written)
            return
        self.answers.append(written.answer)
        self._previous = None
        self.queue(ahead, self._compiler.option(written.free.stop))

    def _answer(self, option: str) -> None:
        """Keep an answer. Each branch that was not taken on the way to it weighs what was left at its place."""
        left = 1.0
        rivals: dict[str, float] = {}
        for probability, others in self._path:
            for beginning, value in others.items():
                rivals[beginning] = rivals.get(beginning, 0.0) + left * value
            left *= probability
        self.answers.append(Answer(option, left, rivals))
        self._path = []


def _decisions(compiled: Compiled) -> int:
    return sum(not isinstance(step, Given) for step in compiled.steps)


def _common(ids: Sequence[int], others: Sequence[int]) -> int:
    """How many tokens both begin with; at least one of `ids` is left, for a decision may be behind it."""
    pairs = enumerate(zip(ids[:-1], others, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(ids) - 1, len(others)))


def softmax(logits: Sequence[float]) -> list[float]:
    top = max(logits)
    powers = [math.exp(value - top) for value in logits]
    total = sum(powers)
    return [power / total for power in powers]
