"""What a project's decisions teach: the windows that a person went through, and none with a guess in it."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from pathlib import Path

import datasets
import pytest
from corpus_setup import Lay
from project_setup import marked

from bioassist.documents import Document, Entity, Provenance, Span
from bioassist.errors import InputError
from bioassist.schema import EntityType
from trainer import replay
from trainer.corpora.shelf import Shelf
from trainer.corpora.splitting import Split, split_of
from trainer.corrections import Corrected, Corrections
from trainer.mixture import Mixture, load
from trainer.rendering import Drawing, Rendered

TYPES = (EntityType("Drug", "medicines", model_label="Medication"), EntityType("Disease"))
DECIDED = {
    "accepted": Provenance("accepted", "model", 0.9, actor="ann"),
    "edited": Provenance("edited", "model", 0.9, actor="ann"),
    "added": Provenance("added", "person", actor="ann"),
    "bulk": Provenance("accepted", "model", 0.9, actor="ann", bulk=True),
    "untouched": Provenance("unreviewed", "model", 0.9),
}
# Sentences of nine words, each a window of its own.
FIRST = "he took <Drug>aspirin</Drug> at home every single day. "
SECOND = "then <Disease>heart failure</Disease> came upon him that night. "
THIRD = "nobody knew of any other thing about him."


def note(markup: str, *decided: str, name: str = "a") -> Document:
    """The marks of `markup`, decided on in their order of ending; all accepted unless it is said."""
    text, marks = marked(markup)
    entities = tuple(Entity(f"T{n}", label, (span,)) for n, (label, span, _) in enumerate(marks, 1))
    said = decided or ("accepted",) * len(entities)
    provenance = {entity.id: DECIDED[how] for entity, how in zip(entities, said, strict=True)}
    return Document(name, text, entities, provenance=provenance)


def drawing(split: Split = "dev", **settings: float) -> Drawing:
    return Drawing(Mixture("test", (), window_words=9, **settings), split, random.Random(0))  # type: ignore[arg-type]


def corrections(*documents: Document, task: str = "ner.inline", bulk: bool = False) -> Corrections:
    return Corrections([Corrected("corrections", TYPES, documents)], task, bulk=bulk)


def every(made: Corrections) -> list[Rendered]:
    """The samples of both splits, without what chance changes in training ones."""
    return [one for split in ("train", "dev") for one in made.render(split, drawing(split))]


def given(samples: Iterable[Rendered]) -> list[str]:
    return [one.given for one in samples]


def test_what_a_person_decided_is_taught_under_the_models_labels() -> None:
    first, second, third = every(corrections(note(FIRST + SECOND + THIRD, "accepted", "edited")))
    assert first.answers == ("", "", "\nMedication", "", "", "", "", "", "")
    assert second.answers == ("", "\nDisease", "\t", "", "", "", "", "", "")
    assert set(third.answers) == {""}
    instruction = first.program.filled(first.answers).partition("### Input")[0]
    assert "Medication (medicines)" in instruction and "Disease" in instruction and "Drug" not in instruction


@pytest.mark.parametrize("how", ["untouched", "bulk"])
def test_a_window_with_a_guess_in_it_is_left_out_whole_and_counted(how: str) -> None:
    made = corrections(note(FIRST + SECOND + THIRD, how, "added"))
    assert [text.split()[0] for text in given(every(made))] == ["then", "nobody"]
    assert (made.spans[how], made.windows[how]) == (1, 1)
    assert made.facts["left_out"]["spans"] == {"untouched": 0, "bulk": 0, "unlisted": 0, "unsayable": 0, how: 1}
    (line,) = made.lines()
    assert line.startswith("1 ") and line.endswith("and with them 1 window")


def test_a_window_with_several_faults_counts_for_the_first() -> None:
    made = corrections(note("<Drug>aspirin</Drug> for <Disease>gout</Disease>.", "bulk", "untouched"))
    assert every(made) == []
    assert dict(made.spans) == {"bulk": 1, "untouched": 1} and dict(made.windows) == {"untouched": 1}


def test_what_was_accepted_in_bulk_is_taken_when_asked_for_and_what_nobody_touched_is_not() -> None:
    made = corrections(note(FIRST + SECOND + THIRD, "bulk", "untouched"), bulk=True)
    assert [text.split()[0] for text in given(every(made))] == ["he", "nobody"]
    assert (made.spans["bulk"], made.spans["untouched"]) == (0, 1)


def test_a_type_that_the_schema_lost_is_not_taught_as_outside() -> None:
    made = corrections(note(FIRST.replace("Drug", "Poison") + SECOND + THIRD))
    assert [text.split()[0] for text in given(every(made))] == ["then", "nobody"]
    assert made.windows["unlisted"] == 1


@pytest.mark.parametrize(
    "spans",
    [(Span(3, 7), Span(19, 23)), (Span(8, 12),), (Span(37, 46),)],
    ids=["in pieces", "within a word", "over the end of a window"],
)
def test_what_the_program_cannot_say_is_not_taught_as_outside(spans: tuple[Span, ...]) -> None:
    text = marked(FIRST + SECOND + THIRD)[0]
    document = Document("a", text, (Entity("T1", "Drug", spans),), provenance={"T1": DECIDED["added"]})
    made = corrections(document)
    taught = given(every(made))
    assert made.spans["unsayable"] == 1 and made.windows["unsayable"] == 3 - len(taught)
    assert not any(span.of(text) in " ".join(taught) for span in spans if len(span) > 4)


def test_one_mention_in_another_is_lost_but_its_words_are_not_outside() -> None:
    nested = "then <Disease>failure of the <Drug>heart</Drug></Disease> came upon him."
    made = corrections(note(nested, "accepted", "accepted"))
    (sample,) = every(made)
    assert sample.lost == 1 and sample.answers[1:5] == ("\nDisease", "\t", "\t", "\t")
    one_type_a_pass = every(corrections(note(nested, "accepted", "accepted"), task="ner.paper"))
    assert [one.lost for one in one_type_a_pass] == [0, 0]
    crossing = Document(
        "b",
        "then failure of the heart came upon him.",
        (Entity("T1", "Disease", (Span(5, 25),)), Entity("T2", "Drug", (Span(20, 30),))),
        provenance={"T1": DECIDED["added"], "T2": DECIDED["added"]},
    )
    made = corrections(crossing)
    assert every(made) == [] and made.windows["unsayable"] == 1


def test_notes_are_split_by_the_hash_of_their_text() -> None:
    notes = [note(f"he took <Drug>drug{n}</Drug> for it.", name=str(n)) for n in range(40)]
    made = corrections(*notes)
    for split in ("train", "dev"):
        wanted = [one.text for one in notes if split_of(one.text) == split]
        assert [one.group for one in made.render(split, drawing(split))] == wanted
    assert made.mentions == {"Medication": sum(split_of(one.text) == "train" for one in notes)}


def test_training_samples_vary_and_development_samples_do_not() -> None:
    notes = [note(f"he took <Drug>drug{n}</Drug> for it.", name=str(n)) for n in range(60)]
    made = corrections(*notes)
    told = {
        split: {
            one.program.filled(one.answers).partition("### Input")[0]
            for one in made.render(split, drawing(split, subsets=0.5, wordings=0.5))
        }
        for split in ("train", "dev")
    }
    assert len(told["train"]) > 4 and len(told["dev"]) == 1


def test_of_notes_with_one_text_the_first_counts() -> None:
    agreed, single = note(FIRST, "accepted", name="agreed"), note(FIRST, "untouched", name="single")
    projects = [Corrected("corrections-1", TYPES, (agreed,), not_done=2), Corrected("corrections-2", TYPES, (single,))]
    made = Corrections(projects, "ner.inline")
    assert [one.document for one in every(made)] == ["corrections-1/agreed"]
    assert made.facts["left_out"]["notes"] == {"not_done": 2, "failed": 0, "repeated": 1}
    assert made.lines() == ["2 notes that are not marked done", "1 notes with the text of another"]


MIXTURE = """
name = "old"
[[sources]]
corpus = "bc5cdr-chem"
task = "ner.inline"
labels = { Chemical = ["Chemical", "drugs"] }
[[sources]]
corpus = "mednli"
task = "nli"
"""


def sentences(first: int, last: int) -> str:
    """Sentences no two of which are near each other."""
    return "".join(
        f"p{n}\tO\ntook\tO\nc{n}\tB-Chemical\nand\tO\nq{n}\tO\nwith\tO\nr{n}\tO\nfor\tO\ns{n}\tO\nof\tO\nt{n}\tO\n\n"
        for n in range(first, last)
    )


@pytest.fixture
def old(lay: Lay) -> replay.Replay:
    lay("ner/bc5cdr-chem/train.tsv", sentences(0, 300))
    lay("ner/bc5cdr-chem/devel.tsv", sentences(300, 360))
    row = {"gold_label": "neutral", "pairID": "1", "sentence2": "He is ill."}
    lay("mednli/mli_train_v1.jsonl", json.dumps({**row, "sentence1": "He had insulin."}) + "\n")
    lay("mednli/mli_dev_v1.jsonl", json.dumps({**row, "sentence1": "She had none."}) + "\n")
    root = lay("mixture.toml", MIXTURE)
    return replay.Replay(load(str(root / "mixture.toml")), Shelf(root, whole=False), 0.3)


def done(number: int = 40) -> list[Document]:
    return [
        note(f"u{n} had <Drug>d{n}</Drug> with v{n} and w{n} for x{n} of y{n} by z{n}.", name=f"n{n}")
        for n in range(number)
    ]


def test_replay_is_its_share_of_the_training_tokens(old: replay.Replay, tiny_model: Path, tmp_path: Path) -> None:
    written = replay.write(corrections(*done()), tiny_model, tmp_path / "data", replay=old, facts={"projects": ["p"]})
    counts = written.report.counts["train"]
    tokens = {name: count["tokens"] for name, count in counts.items()}
    assert written.share == pytest.approx(1 - tokens["corrections ner.inline"] / sum(tokens.values()))
    assert written.share == pytest.approx(0.3, abs=0.05) and not written.short
    facts = json.loads((tmp_path / "data" / "dataset.json").read_text())
    assert facts["mixture"] == "corrections with old" and facts["projects"] == ["p"]
    assert facts["labels"]["ner.inline"] == ["Chemical", "Medication"]
    assert facts["sources"]["corrections"] == {"task": "ner.inline", "licence": "the notes' own"}
    assert facts["corrections"]["notes"] == 40 and facts["replay"]["wanted"] == 0.3
    rows = datasets.Dataset.from_file(str(tmp_path / "data" / "train.arrow"))
    assert {row["source"] for row in rows} >= {"corrections", "bc5cdr-chem"}
    dev = datasets.Dataset.from_file(str(tmp_path / "data" / "dev.arrow"))
    assert {row["source"] for row in dev} >= {"corrections", "bc5cdr-chem"}
    if (tmp_path / "data").stat().st_mode & 0o077:
        pytest.fail("others can read the notes")


def test_the_same_seed_draws_the_same_replay(old: replay.Replay, tiny_model: Path, tmp_path: Path) -> None:
    first, again, other = (
        replay.write(corrections(*done()), tiny_model, tmp_path / str(n), replay=old, seed=seed).report.fingerprint
        for n, seed in enumerate((0, 0, 1))
    )
    assert first == again != other


def test_a_mixture_that_is_too_small_is_noticed(old: replay.Replay, tiny_model: Path, tmp_path: Path) -> None:
    written = replay.write(
        corrections(*done(200)), tiny_model, tmp_path / "data", replay=replay.Replay(old.mixture, old.shelf, 0.95)
    )
    assert written.short and 0.3 < written.share < 0.94


def test_labels_are_those_of_what_was_drawn(old: replay.Replay, tiny_model: Path, tmp_path: Path) -> None:
    replay.write(corrections(*done()), tiny_model, tmp_path / "data", replay=replay.Replay(old.mixture, old.shelf, 0.0))
    facts = json.loads((tmp_path / "data" / "dataset.json").read_text())
    assert facts["labels"] == {"ner.inline": ["Medication"]} and set(facts["sources"]) == {"corrections"}


def test_no_note_of_a_development_text_is_trained_on(old: replay.Replay, tiny_model: Path, tmp_path: Path) -> None:
    leaked = [f"p{n} took c{n} and q{n} with r{n} for s{n} of t{n}" for n in range(300, 360)]
    notes = [Document(f"l{n}", text) for n, text in enumerate(leaked) if split_of(text) == "train"]
    made = corrections(*notes, *done())
    for share in (0.3, 0.0):
        again = replay.Replay(old.mixture, old.shelf, share)
        counts = replay.write(made, tiny_model, tmp_path / str(share), replay=again).report.counts["train"]
        assert counts["corrections ner.inline"]["leaked"] == len(notes)


def test_nothing_left_to_train_on_is_said(tiny_model: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nothing is left to train on"):
        replay.write(corrections(note(FIRST, "untouched")), tiny_model, tmp_path / "data")
    assert not (tmp_path / "data").exists()


def test_what_is_drawn_is_random_and_as_much_as_asked() -> None:
    samples = every(corrections(*done()))
    length = len(samples[0].program.filled(samples[0].answers))
    orders = {tuple(given(replay.drawn(samples, 5 * length, random.Random(seed)))) for seed in range(4)}
    assert len(orders) == 4 and all(4 <= len(order) <= 7 for order in orders)
    assert sorted(given(replay.drawn(samples, 10**9, random.Random(0)))) == sorted(given(samples))
    assert list(replay.drawn(samples, 0, random.Random(0))) == []
