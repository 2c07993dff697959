"""The scheduler's own laws, over a decoder whose answers depend on the text alone: order, cells, and what fails."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from fake_decoder import FakeDecoder, Text
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.engine.cells import PREFIXES
from assistant.engine.compile import Compiler
from assistant.engine.decoder import DamagedModelError
from assistant.engine.jobs import Done, Job, Refused
from assistant.engine.scheduler import AWAITED, Scheduler
from bioassist.schema import EntityType
from bioassist.tasks.ner import Ner, inline, paper, typed
from bioassist.words import words

TYPES = (EntityType("Test"), EntityType("Test_result"), EntityType("Drug"))
NOTES = (
    "Pt denies SOB/CP; troponin 0.4 ng/mL.",
    "Rx amoxicillin 5mg/kg t.d.s.",
    "a",
    "No rash, no fever, no cough for 3/7, afebrile since.",
    "BP 120/80 mmHg, started on heparin and aspirin 300 mg.",
)
CELLS = 4096
COMPILER = Compiler(lambda text: tuple(text.encode()), None)


def jobs(notes: Sequence[str] = NOTES, task: Ner | None = None, first: int = 0, priority: int = 1) -> list[Job]:
    ner = task or inline(TYPES)
    return [
        Job(number, COMPILER.compile(ner.program(text, words(text))), priority)
        for number, text in enumerate(notes, first)
    ]


def scheduled(decoder: FakeDecoder, *, cells: int = CELLS, slots: int = 4, **more: int) -> Scheduler:
    return Scheduler(decoder, COMPILER, cells=cells, batch=64, slots=slots, **more)


def run(scheduler: Scheduler, given: Sequence[Job]) -> dict[int, Done | Refused]:
    for job in given:
        scheduler.submit(job)
    out: dict[int, Done | Refused] = {}
    while not scheduler.idle:
        for one in scheduler.step():
            assert one.name not in out
            out[one.name] = one
    return out


def labels(out: dict[int, Done | Refused]) -> dict[int, list[str]]:
    return {name: [answer.option for answer in one.answers] for name, one in out.items() if isinstance(one, Done)}


EXPECTED = labels(run(scheduled(FakeDecoder(), slots=1), jobs()))


def test_the_fake_decides_for_more_than_one_label() -> None:
    assert len({label for found in EXPECTED.values() for label in found}) > 3


@settings(max_examples=40, deadline=None)
@given(
    slots=st.integers(1, 6),
    seats=st.integers(0, 3),
    lookahead=st.integers(1, 5),
    drafts=st.sampled_from([0, 8, 30]),
    order=st.permutations(range(len(NOTES))),
    awaited=st.sets(st.sampled_from(range(len(NOTES)))),
)
def test_answers_depend_on_nothing_but_the_text(
    slots: int, seats: int, lookahead: int, drafts: int, order: list[int], awaited: set[int]
) -> None:
    given = jobs()
    for job in given:
        job.priority = AWAITED if job.name in awaited else 1
    scheduler = scheduled(FakeDecoder(), slots=slots, seats=seats, lookahead=lookahead, drafts=drafts)
    assert labels(run(scheduler, [given[number] for number in order])) == EXPECTED


@settings(max_examples=40, deadline=None)
@given(
    tasks=st.lists(st.integers(0, 11), min_size=1, max_size=20),
    cells=st.integers(1200, 4000),
    lookahead=st.integers(1, 6),
)
def test_no_more_cells_are_used_than_there_are(tasks: list[int], cells: int, lookahead: int) -> None:
    """With more instructions than are kept at once, and room for few programs."""
    given = [
        job
        for number, task in enumerate(tasks)
        for job in jobs([NOTES[number % len(NOTES)]], paper(EntityType(f"T{task}", f"type {task}")), number)
    ]
    decoder = FakeDecoder(capacity=cells)
    out = run(scheduled(decoder, cells=cells, lookahead=lookahead, drafts=12), given)
    assert len(out) == len(tasks) and all(isinstance(one, Done) for one in out.values())
    assert decoder.most <= cells


def finished(scheduler: Scheduler, steps: int = 10_000) -> list[int]:
    """Names in the order in which they come to an end."""
    order: list[int] = []
    while not scheduler.idle and steps:
        order += [one.name for one in scheduler.step()]
        steps -= 1
    return order


def test_the_others_stand_still_while_a_person_waits_and_then_go_on() -> None:
    decoder = FakeDecoder()
    scheduler = scheduled(decoder, slots=2, seats=1)
    for job in jobs(["fever and cough and rash " * 4] * 6):
        scheduler.submit(job)
    finished(scheduler, 3)
    before = len(decoder.batches)
    (asked,) = jobs(["Rx aspirin 300 mg."], first=9, priority=AWAITED)
    scheduler.submit(asked)
    order: list[int] = []
    while 9 not in order:
        order += [one.name for one in scheduler.step()]
    assert order == [9]
    assert {fed.sequence for batch in decoder.batches[before:] for fed in batch} == {PREFIXES + 2} - {PREFIXES - 1}
    assert sorted(finished(scheduler)) == list(range(6))


def test_what_runs_already_goes_first_when_a_person_comes_to_it() -> None:
    scheduler = scheduled(FakeDecoder(), slots=3)
    for job in jobs(["fever and cough and rash " * 4] * 5):
        scheduler.submit(job)
    finished(scheduler, 3)
    scheduler.prioritise({2, 4})
    assert finished(scheduler)[:2] == [2, 4]


def test_few_begin_when_a_person_comes() -> None:
    decoder = FakeDecoder()
    scheduler = scheduled(decoder, slots=8)
    for job in jobs(["fever and cough"] * 12, priority=AWAITED):
        scheduler.submit(job)
    scheduler.step()
    assert len({fed.sequence for fed in decoder.batches[-1]}) == 2


def test_a_sequence_alone_drafts_deeper_and_needs_fewer_batches() -> None:
    def batches(drafts: int, beside: int) -> int:
        decoder = FakeDecoder()
        # Says O everywhere, as most of a note is.
        decoder.logits = lambda place, of: [-float(token in b"\n\t") for token in of]  # type: ignore[method-assign]
        run(scheduled(decoder, lookahead=2, drafts=drafts), jobs(["no rash no fever no cough today"] * beside))
        return len(decoder.batches)

    assert batches(8, 1) < batches(0, 1)
    assert batches(8, 4) == batches(0, 4)


def alike(text: str) -> Text:
    return tuple(text.encode())


def holds(text: Text, what: str) -> bool:
    return what.encode() in bytes(text)


def test_a_program_without_finite_numbers_is_read_again_alone() -> None:
    decoder = FakeDecoder(broken=lambda text, beside: holds(text, "heparin") and beside > 1)
    out = run(scheduled(decoder), jobs())
    assert labels(out) == EXPECTED
    # All cells are new then, and nothing else is in its batches.
    (wiped,) = decoder.wiped
    assert all(len({fed.sequence for fed in batch}) == 1 for batch in decoder.batches[wiped:])


def test_one_that_has_none_alone_either_is_refused_and_the_others_go_on() -> None:
    decoder = FakeDecoder(broken=lambda text, beside: holds(text, "heparin"))
    out = run(scheduled(decoder), [*jobs(), *jobs(NOTES[:2], first=7)])
    refused = out.pop(4)
    assert isinstance(refused, Refused) and "finite" in refused.reason and not refused.too_long
    assert labels(out) == {**{name: EXPECTED[name] for name in range(4)}, 7: EXPECTED[0], 8: EXPECTED[1]}


def test_a_model_that_says_nothing_finite_at_all_is_no_notes_fault() -> None:
    scheduler = scheduled(FakeDecoder(broken=lambda text, beside: True))
    with pytest.raises(DamagedModelError, match="whatever it reads") as raised:
        run(scheduler, jobs())
    assert "models verify" in str(raised.value)


def test_what_spreads_from_one_program_to_others_costs_none_of_them() -> None:
    """Numbers that are not finite reach other sequences through cells that they do not look at."""
    spread: list[bool] = []

    def broken(text: Text, beside: int) -> bool:
        if holds(text, "heparin"):
            spread.append(True)
        return bool(spread)

    decoder = FakeDecoder(broken=broken)
    clear = decoder.clear

    def wipe() -> None:
        spread.clear()
        clear()

    decoder.clear = wipe  # type: ignore[method-assign]
    out = run(scheduled(decoder), jobs())
    assert labels(out) == {name: EXPECTED[name] for name in range(4)}
    assert isinstance(out[4], Refused)


def test_where_cells_run_out_all_begin_again_with_fewer_at_once() -> None:
    decoder = FakeDecoder(capacity=700)
    scheduler = scheduled(decoder, cells=CELLS, slots=6)
    out = run(scheduler, [*jobs(), *jobs(first=5)])
    assert labels(out) == {**EXPECTED, **{name + 5: found for name, found in EXPECTED.items()}}
    assert decoder.wiped


def test_a_program_that_does_not_fit_alone_is_to_be_cut() -> None:
    long = "fever and cough and rash " * 12
    out = run(scheduled(FakeDecoder(capacity=800)), [*jobs(), *jobs([long], first=5)])
    assert out.pop(5) == Refused(5, "the context has no room for a batch.", too_long=True)
    assert labels(out) == EXPECTED


def test_an_instruction_that_does_not_fit_is_told_of_each_program() -> None:
    out = run(scheduled(FakeDecoder(capacity=100)), jobs())
    assert {one.name for one in out.values() if isinstance(one, Refused) and not one.too_long} == set(range(5))


def test_labels_that_a_note_makes_alike_refuse_that_note_alone() -> None:
    """Behind the word "Drug" a next word "rug" would go on like the label, in a vocabulary of such tokens."""
    pieces = {"\nT": (1,), "\nT x": (1, 2)}
    compiler = Compiler(lambda text: pieces.get(text, (2,) if text == " x" else tuple(text.encode())), None)
    task = inline((EntityType("T"), EntityType("T x")))
    decoder = FakeDecoder()
    decoder.logits = lambda place, of: [float(token == 1) for token in of]  # type: ignore[method-assign]
    scheduler = Scheduler(decoder, compiler, cells=CELLS, batch=64, slots=2)
    out = run(
        scheduler, [Job(n, compiler.compile(task.program(text, words(text)))) for n, text in enumerate(("a x", "a b"))]
    )
    assert isinstance(out[0], Refused) and "cannot be told" in out[0].reason
    assert isinstance(out[1], Done)


def test_renewed_it_runs_as_if_nothing_had_been_before() -> None:
    first, second = FakeDecoder(), FakeDecoder()
    fresh, used = scheduled(first, lookahead=3), scheduled(second, lookahead=3)
    run(used, jobs(NOTES[::-1], typed(TYPES)))
    used.renew()
    before = len(second.batches)
    run(fresh, jobs())
    run(used, jobs())
    # The numbers of sequences may be others; what is evaluated together is the same.
    shapes = [[[(fed.token, fed.position) for fed in batch] for batch in d.batches] for d in (first, second)]
    assert shapes[0] == shapes[1][before:]


def test_renewed_it_has_all_its_slots_again() -> None:
    first, second = FakeDecoder(), FakeDecoder(capacity=700)
    fresh, used = scheduled(first, slots=6), scheduled(second, slots=6)
    run(used, [*jobs(), *jobs(first=5)])
    assert second.wiped, "it had to begin again with fewer slots"
    second.capacity = first.capacity
    used.renew()
    before = len(second.batches)
    run(fresh, [*jobs(), *jobs(first=5)])
    run(used, [*jobs(), *jobs(first=5)])
    assert first.batches == second.batches[before:]


def test_each_batch_is_told_of_though_a_step_has_many() -> None:
    """An instruction that is longer than a batch is read in one step, and that of each program that begins in it."""
    decoder = FakeDecoder()
    told: list[int] = []
    scheduler = Scheduler(
        decoder, COMPILER, cells=CELLS, batch=64, slots=4, evaluated=lambda: told.append(len(decoder.batches))
    )
    for number, type_ in enumerate(TYPES):
        scheduler.submit(*jobs(NOTES[:1], paper(type_), number))
    scheduler.step()
    assert len(told) > 3
    finished(scheduler)
    assert told == list(range(1, len(decoder.batches) + 1))
