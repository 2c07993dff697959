"""The worker's inside without a model: what is read when, under which keys, and how often."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from fake_decoder import FakeDecoder
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.engine.asking import Asking
from assistant.engine.compile import Compiler
from assistant.engine.cutting import Cutting
from assistant.engine.followups import FollowUps
from assistant.engine.reader import Reader
from assistant.engine.scheduler import Scheduler
from assistant.engine.units import Keys
from assistant.engine.wire import Message
from bioassist.schema import Schema, loads
from bioassist.tasks.ner import inline

SCHEMA = loads("[[entities]]\nname = 'Test'\n[[entities]]\nname = 'Drug'\n")
ATTRIBUTES = loads(f"{SCHEMA.dumps()}\n[[attributes]]\nname = 'Negated'\non = ['Test', 'Drug']\nsuggest = true\n")
# Paragraphs of a window or two, some of which come again.
PARAGRAPHS = (
    "No rash, no fever.\n\n",
    "Rx aspirin 300 mg.\n\n",
    "Pt denies SOB and CP; troponin 0.4 ng/mL.\n\n",
    "Afebrile since.\n\n",
)


def reader(schema: Schema = SCHEMA, *, slots: int = 3, **more: Any) -> Reader:
    compiler = Compiler(lambda text: tuple(text.encode()), None)
    scheduler = Scheduler(FakeDecoder(), compiler, cells=8192, batch=256, slots=slots, lookahead=3)
    keys = Keys("fake")
    followups = FollowUps(Asking.of(schema, {}), compiler, keys, longest=scheduler.longest)
    cutting = Cutting(compiler, [inline(schema.entities)], followups, keys, longest=scheduler.longest, target=8)
    return Reader(scheduler, cutting, slots=slots, **more)


class Application:
    """Reads texts with a reader; answers it `delay` steps after it asked, by what it knew when it was asked.

    `every` are the steps between one text and the next.
    `read` counts how often each key was evaluated, `told` how often each unit came to an end, known or read, `asked`
    are the keys of each announcement.
    """

    def __init__(self, delay: int = 0, every: int = 0, known: dict[str, Any] | None = None) -> None:
        self.known: dict[str, Any] = dict(known or {})
        self.read: Counter[str] = Counter()
        self.told: Counter[tuple[int, str, int]] = Counter()
        self.asked: list[list[str]] = []
        self._delay, self._every = delay, every

    def run(self, reader: Reader, texts: Sequence[str]) -> Application:
        waiting = list(enumerate(texts))
        found: dict[int, list[list[Any]]] = {number: [] for number, _ in waiting}
        answers: list[tuple[int, Message, set[str]]] = []
        done: set[int] = set()
        step = 0
        while len(done) < len(texts):
            while waiting and waiting[0][0] * self._every <= step:
                reader.begin(*waiting.pop(0), 1)
            while answers and answers[0][0] <= step:
                _, asked, known = answers.pop(0)
                if asked["say"] == "windows":
                    reader.known(asked["document"], sorted(known))
                else:
                    inside = [one for one in found[asked["document"]] if asked["start"] <= one[2][0][0] < asked["end"]]
                    reader.stands(asked["document"], asked["start"], sorted(inside))
            for message in reader.step():
                match message["say"]:
                    case "windows":
                        self.asked.append([key for _, key, *_ in message["windows"]])
                        known = {name for name, key, *_ in message["windows"] if key in self.known}
                        for name, key, start, *_ in message["windows"]:
                            self.told[message["document"], key, start] += name in known
                            if name in known:
                                found[message["document"]] += mentions(self.known[key], start)
                        answers.append((step + self._delay, message, known))
                    case "entities":
                        answers.append((step + self._delay, message, set()))
                    case "window":
                        self.known[message["key"]] = message["result"]
                        found[message["document"]] += mentions(message["result"], message["start"])
                        self.told[message["document"], message["key"], message["start"]] += 1
                        self.read[message["key"]] += message["result"]["tokens"] > 0
                    case "done":
                        done.add(message["document"])
                    case said:
                        raise AssertionError(said)
            step += 1
            assert step < 20_000, "the reader stands still"
        assert not answers
        return self


def mentions(result: dict[str, Any], offset: int) -> list[list[Any]]:
    return [
        [f"{offset}-{start}", type_, [[offset + start, offset + end]]]
        for type_, start, end, _ in result.get("mentions", ())
    ]


texts = st.lists(st.lists(st.sampled_from(PARAGRAPHS), max_size=6).map("".join), min_size=1, max_size=4)


@settings(max_examples=25, deadline=None)
@given(texts=texts, delay=st.sampled_from([0, 1, 3, 20]), every=st.sampled_from([0, 1, 4, 15]))
def test_a_stretch_is_read_once_however_late_the_application_answers(texts: list[str], delay: int, every: int) -> None:
    """One note's may end while the answer for another's is on its way, which does not know of it yet."""
    application = Application(delay, every).run(reader(), texts)
    assert set(application.read.values()) <= {1}
    assert set(application.told.values()) <= {1}
    assert set(application.read) == {key for keys in application.asked for key in keys}


LONG = "".join(f"{paragraph.strip()} No {number}.\n\n" for number, paragraph in enumerate(PARAGRAPHS * 18))


def test_a_deterministic_run_announces_the_same_whatever_it_knows_already() -> None:
    """What follows is about windows in their order in the text, though the short ones among them are read first."""
    whole = Application().run(reader(ATTRIBUTES, deterministic=True), [LONG])
    assert len(whole.asked) > 2
    for blocks in range(1, len(whole.asked) - 1):
        kept = {key: whole.known[key] for keys in whole.asked[:blocks] for key in keys}
        again = Application(known=kept).run(reader(ATTRIBUTES, deterministic=True), [LONG])
        assert again.asked == whole.asked
        assert again.known == whole.known and not again.read.keys() & kept.keys()


def keys(text: str, *, care: bool = False, **more: Any) -> set[str]:
    """All keys that a text is announced with."""
    opened = reader(**more)
    opened.begin(1, text, 1, care=care)
    (announced,) = (message for message in opened.step() if message["say"] == "windows")
    return {key for _, key, *_ in announced["windows"]}


def test_results_of_a_deterministic_run_are_kept_for_the_same_work_alone() -> None:
    """The same units together, by a worker of the same shape, that reads them in the same way."""
    plain = keys(LONG)
    assert keys(LONG, care=True) == keys(LONG, worker=[1]) == plain
    fixed = {"deterministic": True, "worker": [1, 512]}
    same = keys(LONG, **fixed)
    assert len(same) == len(plain) and keys(LONG, **fixed) == same
    others = [
        plain,
        keys(LONG, care=True, **fixed),
        keys(LONG, deterministic=True, worker=[2, 512]),
        keys(LONG[: len(LONG) // 2], **fixed),
        keys(PARAGRAPHS[0] + LONG, **fixed),
    ]
    assert not any(same & other for other in others)
    assert plain & keys(PARAGRAPHS[0] + LONG)
