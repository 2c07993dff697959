"""A program in tokens: runs that are given, and trees of tokens where the model decides.

The options of a choice share beginnings (" B-Disease", " B-Dosage"), so they form a tree of tokens; only where it
branches does the model have a say, and a stretch without branches is given like any other text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from bioassist.errors import EngineError
from bioassist.tasks.program import Choice, Free, Program, Text

Tokenize = Callable[[str], tuple[int, ...]]


@dataclass(slots=True)
class Node:
    """A place in the tree: the options that end or go on below it, by the token that leads there.

    `ending` is the option that is complete here, if one is; it is left by the first token of the text that follows.
    """

    children: dict[int, Node] = field(default_factory=dict)
    options: list[str] = field(default_factory=list)
    ending: str | None = None

    def common(self) -> str:
        """The options' common beginning; the option itself if there is one."""
        low, high = min(self.options), max(self.options)
        length = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
        return low[:length]


def tree(options: Sequence[tuple[str, tuple[int, ...]]]) -> Node:
    """The tree of `options`, each with its tokens. Raises ValueError for two options of the same tokens."""
    root = Node()
    for option, ids in options:
        node = root
        node.options.append(option)
        for token in ids:
            node = node.children.setdefault(token, Node())
            node.options.append(option)
        if node.ending is not None:
            raise ValueError(f"{option!r} and {node.ending!r} are the same tokens")
        node.ending = option
    return root


def ways(node: Node, after: int | None) -> dict[int, Node | None]:
    """Where a place in the tree can be left: by a token to a node below, or by `after` to its end (None).

    Raises EngineError for an option that ends here if `after` does not tell it from the longer ones.
    """
    found: dict[int, Node | None] = dict(node.children)
    if node.ending is not None:
        if not node.children:
            return {-1: None}
        if after is None or after in node.children:
            raise EngineError(f"the label {node.ending!r} cannot be told from longer ones by this model.")
        found[after] = None
    return found


def only_way(node: Node) -> list[int]:
    """The tokens below a node that one option is left at."""
    tokens: list[int] = []
    while node.children:
        token, node = next(iter(node.children.items()))
        tokens.append(token)
    return tokens


@dataclass(frozen=True, slots=True)
class Given:
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Decision:
    """A choice, and the first token of what follows it (None at the end of a program)."""

    choice: Choice
    after: int | None


@dataclass(frozen=True, slots=True)
class Writing:
    """Text that the model writes."""

    free: Free


@dataclass(frozen=True, slots=True)
class Compiled:
    """A program in tokens: `shared` the ids of its shared pieces, `steps` the rest, `cells` the most it can fill.

    `more` are programs with the same shared pieces that run after it in the same sequence, see `chained`.
    """

    program: Program
    shared: tuple[int, ...]
    steps: tuple[Given | Decision | Writing, ...]
    cells: int
    more: tuple[Compiled, ...] = ()


def chained(programs: Sequence[Compiled]) -> Compiled:
    """Programs of one instruction, to be run one after the other as if they were one.

    What a program begins with like the one before it (the instruction, the text of a window) is not evaluated again.
    """
    first, *more = programs
    if any(one.shared != first.shared for one in more):
        raise ValueError("these programs begin with different instructions")
    return replace(first, cells=max(one.cells for one in programs), more=tuple(more))


class Compiler:
    """Compiles programs for one vocabulary. Trees are kept, since a project's choices are few."""

    def __init__(self, tokenize: Tokenize, bos: int | None) -> None:
        self._tokenize = tokenize
        self._bos = bos
        self._tree = lru_cache(maxsize=4096)(self._make_tree)

    def compile(self, program: Program) -> Compiled:
        """Raises ValueError for text that is to be written with nothing given in front of it."""
        shared: list[int] = [] if self._bos is None else [self._bos]
        steps: list[Given | Decision | Writing] = []
        cells = 0
        for place, piece in enumerate(program.pieces):
            if isinstance(piece, Text):
                ids = self._tokenize(piece.text)
                if place < program.shared:
                    shared += ids
                else:
                    steps.append(Given(ids))
                    cells += len(ids)
            elif isinstance(piece, Free):
                if not steps or not isinstance(steps[-1], Given):
                    raise ValueError(f"nothing is given in front of what is written at {piece.name}")
                steps.append(Writing(piece))
                cells += piece.limit
            else:
                following = program.pieces[place + 1] if place + 1 < len(program.pieces) else None
                after = self._tokenize(following.text)[0] if isinstance(following, Text) and following.text else None
                steps.append(Decision(piece, after))
                cells += max(len(self._tokenize(option)) for option in piece.options)
        return Compiled(program, tuple(shared), tuple(steps), len(shared) + cells)

    def tree(self, choice: Choice, previous: str | None) -> Node:
        return self._tree(choice.legal(previous))

    def option(self, option: str) -> tuple[int, ...]:
        """The tokens of an option, or of written text."""
        return self._tokenize(option)

    def _make_tree(self, options: tuple[str, ...]) -> Node:
        return tree([(option, self._tokenize(option)) for option in options])
