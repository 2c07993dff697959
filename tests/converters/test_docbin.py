"""spaCy DocBin: everything goes in and comes back, and spaCy trains on it."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import spacy
from document_strategies import documents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spacy.tokens import Doc, DocBin
from spacy.tokens import Span as DocSpan
from spacy.training import Corpus
from spacy.util import load_config
from spacy.vocab import Vocab

from bioassist.documents import (
    Argument,
    Attribute,
    Document,
    Entity,
    Event,
    Normalization,
    Note,
    Provenance,
    Relation,
    Span,
)
from bioassist.errors import InputError, UsageError
from bioassist.schema import built_in
from bioassist.words import words
from converters.docbin import DocBinFormat
from converters.formats import WriteOptions
from converters.report import Report
from converters.spacy_view import Known, Link, extend, known


def plain_words(text: str) -> list[Span]:
    return [Span(*match.span()) for match in re.finditer(r"\w+|[^\w\s]", text)]


def docs_in(path: Path) -> list[Doc]:
    return list(DocBin().from_disk(path).get_docs(Vocab()))


def read(source: Path) -> tuple[list[Document], Report]:
    report = Report()
    return list(DocBinFormat().read(source, None, report)), report


TEXT = "Given  aspirin 75mg\nfor left chest pain."
NOTE = Document(
    "ward/a",
    TEXT,
    (
        Entity("T1", "Medication", (Span(7, 14),)),
        Entity("T2", "Symptom", (Span(24, 39),)),
        Entity("T3", "Anatomy", (Span(29, 34),)),
        Entity("T4", "Dosage", (Span(14, 19),)),
        Entity("T5", "Symptom", (Span(0, 5), Span(35, 39))),
    ),
    (Relation("R1", "Treats", (Argument("Arg1", "T1"), Argument("Arg2", "T2"))),),
    attributes=(Attribute("A1", "Assertion", "T2", "possible"),),
    classes=("letter",),
    provenance={"T1": Provenance("accepted", "model", 0.83, "m", "ner.typed", actor="ann")},
)


def test_what_a_doc_holds(tmp_path: Path) -> None:
    report = DocBinFormat().write([NOTE], tmp_path / "x.spacy", built_in())
    (doc,) = docs_in(tmp_path / "x.spacy")
    assert doc.text == TEXT
    assert [(ent.text, ent.label_) for ent in doc.ents] == [
        ("aspirin", "Medication"),
        ("75mg", "Dosage"),
        ("left chest pain", "Symptom"),
    ]
    assert [(span.id_, span.text, span.label_) for span in doc.spans["sc"]] == [
        ("T1", "aspirin", "Medication"),
        ("T2", "left chest pain", "Symptom"),
        ("T3", "chest", "Anatomy"),
        ("T4", "75mg", "Dosage"),
    ]
    assert [(span.id_, span.start_char, span.end_char) for span in doc.spans["discontinuous"]] == [("T5", 0, 39)]
    assert doc.cats == {"discharge_summary": 0, "radiology_report": 0, "progress_note": 0, "letter": 1}
    assert doc.user_data["bioassist"]["name"] == "ward/a"
    assert doc.user_data["bioassist"]["entities"][3] == {"id": "T4", "type": "Dosage", "spans": ((14, 19),)}
    assert doc.user_data["bioassist"]["placed"]["T4"] == (15, 19)
    assert "text" not in doc.user_data["bioassist"]
    assert all(token.ent_iob_ in "BIO" and token.ent_iob_ for token in doc)
    assert [(finding.code, finding.message[:2]) for finding in report.findings] == [
        ("trimmed", "T4"),
        ("discontinuous", "T5"),
        ("overlap", "T3"),
    ]
    assert (report.documents, report.annotations) == (1, 7)


def test_everything_comes_back(tmp_path: Path) -> None:
    DocBinFormat().write([NOTE], tmp_path / "x.spacy", built_in())
    (document,), report = read(tmp_path / "x.spacy")
    assert document == NOTE
    assert report.findings == []


@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(documents() | documents(sound=False), st.sampled_from(["snap", "leave out", "split"]))
def test_any_document_comes_back(document: Document, misaligned: str) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.spacy"
        options = WriteOptions(misaligned=misaligned)
        DocBinFormat(plain_words).write([document], path, None, options)
        (doc,) = docs_in(path)
        assert doc.text == document.text
        for ent in doc.ents:
            assert ent.text == ent.text.strip()
        (back,), report = read(path)
    assert back == document
    assert report.findings == []


@settings(deadline=None, max_examples=60)
@given(documents(sound=False))
def test_the_words_of_bioassist_make_the_same_text(document: Document) -> None:
    with TemporaryDirectory() as folder:
        DocBinFormat(words).write([document], Path(folder) / "x.spacy")
        assert docs_in(Path(folder) / "x.spacy")[0].text == document.text


class TestChanged:
    """A DocBin that someone corrected with spaCy."""

    def rewritten(self, tmp_path: Path, doc: Doc) -> tuple[Document, Report]:
        DocBin(attrs=["ENT_IOB", "ENT_TYPE"], docs=[doc], store_user_data=True).to_disk(tmp_path / "x.spacy")
        (document,), report = read(tmp_path / "x.spacy")
        return document, report

    def doc(self, tmp_path: Path) -> Doc:
        DocBinFormat().write([NOTE], tmp_path / "x.spacy")
        return docs_in(tmp_path / "x.spacy")[0]

    def test_a_span_that_is_gone_takes_what_is_on_it_along(self, tmp_path: Path) -> None:
        doc = self.doc(tmp_path)
        doc.spans["sc"] = [span for span in doc.spans["sc"] if span.id_ != "T2"]
        doc.ents = [ent for ent in doc.ents if ent.label_ != "Symptom"]
        document, report = self.rewritten(tmp_path, doc)
        assert [entity.id for entity in document.entities] == ["T1", "T3", "T4", "T5"]
        assert (document.relations, document.attributes) == ((), ())
        assert [finding.code for finding in report.findings] == ["changed spans", "target", "target"]

    def test_a_new_span_gets_a_new_id(self, tmp_path: Path) -> None:
        doc = self.doc(tmp_path)
        doc.ents = [*doc.ents, DocSpan(doc, 0, 1, label="Event")]
        document, _ = self.rewritten(tmp_path, doc)
        assert document == replace(NOTE, entities=(*NOTE.entities, Entity("T6", "Event", (Span(0, 5),))))

    def test_changed_classes(self, tmp_path: Path) -> None:
        doc = self.doc(tmp_path)
        doc.cats = {"letter": 0.1, "progress_note": 0.9}
        assert self.rewritten(tmp_path, doc)[0].classes == ("progress_note",)

    def test_one_that_bioassist_did_not_write(self, tmp_path: Path) -> None:
        doc = spacy.blank("en")("aspirin for chest pain")
        doc.ents = [DocSpan(doc, 0, 1, label="Drug")]
        doc.spans["mine"] = [DocSpan(doc, 2, 4, label="Symptom"), DocSpan(doc, 0, 1, label="Drug")]
        document, report = self.rewritten(tmp_path, doc)
        drug, symptom = Entity("T1", "Drug", (Span(0, 7),)), Entity("T2", "Symptom", (Span(12, 22),))
        assert document == Document("x-1", doc.text, (drug, symptom))
        assert report.findings == []

    @pytest.mark.parametrize(
        "damage", [None, {}, {"placed": {}}, {"placed": {"T1": 5}}, {"placed": {}, "bioassist": 9}]
    )
    def test_damaged_user_data(self, tmp_path: Path, damage: object) -> None:
        doc = self.doc(tmp_path)
        doc.user_data["bioassist"] = damage
        document, report = self.rewritten(tmp_path, doc)
        assert [finding.code for finding in report.findings] == ["user data"]
        assert [entity.of(TEXT) for entity in document.entities] == ["aspirin", "75mg", "left chest pain", "chest"]


@pytest.mark.parametrize("content", [b"", b"not a docbin", b"x\x9c\x03\x00"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.spacy").write_bytes(content)
    with pytest.raises(InputError) as raised:
        read(tmp_path / "x.spacy")
    assert raised.value.where == str(tmp_path / "x.spacy")


@pytest.mark.parametrize("name", ["nowhere.spacy", "."])
def test_nothing_to_read(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError):
        read(tmp_path / name)


def test_a_language_that_spacy_lacks(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no language 'klingon'"):
        DocBinFormat().write([NOTE], tmp_path / "x", None, WriteOptions(language="klingon"))


def test_a_text_that_is_none_is_left_out(tmp_path: Path) -> None:
    report = DocBinFormat().write([Document("a", "\ud800"), NOTE], tmp_path / "x.spacy")
    assert (report.documents, report.findings[0].code) == (1, "not text")


def test_a_long_line_without_a_space(tmp_path: Path) -> None:
    text = "😀" * 100_000
    document = Document("a", text, (Entity("T1", "X", (Span(5, 6),)),))
    DocBinFormat().write([document], tmp_path / "x.spacy")
    assert docs_in(tmp_path / "x.spacy")[0].text == text


class TestSplit:
    @staticmethod
    def sides(folder: Path) -> dict[str, set[str]]:
        return {
            side: {doc.user_data["bioassist"]["name"] for doc in docs_in(folder / f"{side}.spacy")}
            for side in ("train", "dev", "test")
            if (folder / f"{side}.spacy").exists()
        }

    def test_a_fifth_is_development_and_a_document_stays_on_its_side(self, tmp_path: Path) -> None:
        many = [Document(f"n{number}", f"note {number}") for number in range(200)]
        report = DocBinFormat(plain_words).write(many, tmp_path / "all")
        sides = self.sides(tmp_path / "all")
        assert 20 <= len(sides["dev"]) <= 60
        assert len(sides["train"] | sides["dev"]) == len(sides["train"]) + len(sides["dev"]) == 200
        assert report.findings[-1].message.startswith(f"{len(sides['train'])} for training")
        DocBinFormat(plain_words).write(reversed(many[50:150]), tmp_path / "some")
        later = self.sides(tmp_path / "some")
        assert later["train"] <= sides["train"] and later["dev"] <= sides["dev"]

    def test_test_data_if_asked_for_and_development_data_stay(self, tmp_path: Path) -> None:
        many = [Document(f"n{number}", f"note {number}") for number in range(200)]
        DocBinFormat(plain_words).write(many, tmp_path / "two")
        report = DocBinFormat(plain_words).write(many, tmp_path / "three", None, WriteOptions(test_share=0.3))
        two, three = self.sides(tmp_path / "two"), self.sides(tmp_path / "three")
        assert two.keys() == {"train", "dev"} and three.keys() == {"train", "dev", "test"}
        assert three["dev"] == two["dev"] and three["train"] | three["test"] == two["train"]
        assert 35 <= len(three["test"]) <= 85 and not three["test"] & three["train"]
        assert f"{len(three['test'])} for test (test.spacy)" in report.findings[-1].message
        again = DocBinFormat(plain_words).write(many, tmp_path / "three", None, WriteOptions(force=True))
        assert self.sides(tmp_path / "three") == two, again

    def test_one_text_under_two_names_stays_on_one_side(self, tmp_path: Path) -> None:
        many = [Document(f"n{number}", f"note {number % 20}") for number in range(200)]
        DocBinFormat(plain_words).write(many, tmp_path / "out")
        texts = [{doc.text for doc in docs_in(tmp_path / "out" / name)} for name in ("train.spacy", "dev.spacy")]
        assert not texts[0] & texts[1]

    @pytest.mark.parametrize("options", [WriteOptions(test_share=0.01), WriteOptions(dev_share=0.5, test_share=0.5)])
    def test_no_side_of_three_is_empty(self, tmp_path: Path, options: WriteOptions) -> None:
        few = [Document(name, text) for name, text in (("a", "one"), ("b", "two"), ("c", "three"), ("d", "one"))]
        DocBinFormat(plain_words).write(few, tmp_path / "out", None, options)
        sides = self.sides(tmp_path / "out")
        assert all(sides.values()) and sum(map(len, sides.values())) == 4
        assert sum({"a", "d"} <= side for side in sides.values()) == 1

    @pytest.mark.parametrize("share", [0.0, 1.0])
    def test_no_side_is_empty_if_there_are_two_documents(self, tmp_path: Path, share: float) -> None:
        few = [Document("a", "one"), Document("b", "two"), Document("c", "two")]
        DocBinFormat(plain_words).write(few, tmp_path / "out", None, WriteOptions(dev_share=share))
        sides = self.sides(tmp_path / "out")
        assert sides["train"] and sides["dev"]
        assert len(sides["train"]) + len(sides["dev"]) == 3

    def test_one_document_is_training_or_development(self, tmp_path: Path) -> None:
        report = DocBinFormat(plain_words).write([NOTE], tmp_path / "out")
        assert sorted(map(len, self.sides(tmp_path / "out").values())) == [0, 1]
        assert report.findings[-1].code == "split"


DRUGS = ("aspirin", "ibuprofen", "metformin", "lisinopril", "warfarin", "insulin")
PROBLEMS = ("chest pain", "left lower lobe pneumonia", "fever", "acute kidney injury", "type 2 diabetes")
DOSES = ("75mg", "5 mg/kg", "500mg b.i.d.", "10units")


def ward_notes(count: int = 30) -> list[Document]:
    """Short notes with drugs, problems, nested anatomy, an entity over a line end, and a piece of a word."""
    notes = []
    for number in range(count):
        drug, problem, dose = (row[number % len(row)] for row in (DRUGS, PROBLEMS, DOSES))
        text = f"Seen on day {number}.  Given {drug} {dose}\nfor {problem};\tnonsmoker, no\r\nknown allergies.\n"
        marks = {
            "Medication": drug,
            "Dosage": dose,
            "Disease": problem,
            "Symptom": "no\r\nknown allergies",
            "Other": "non",
        }
        entities = [
            Entity(f"T{place}", type_, (Span(text.index(words), text.index(words) + len(words)),))
            for place, (type_, words) in enumerate(marks.items(), 1)
        ]
        inner = problem.split()[-1]
        entities.append(Entity("T9", "Anatomy", (Span(text.index(inner), text.index(inner) + len(inner)),)))
        notes.append(Document(f"ward/{number}", text, tuple(entities)))
    return notes


def lettered(notes: list[Document], *classes: tuple[str, ...]) -> list[Document]:
    return [replace(note, classes=classes[number % len(classes)]) for number, note in enumerate(notes)]


# spaCy calls fewer than a hundred notes an error.
MANY = 200
EXPORTS = {
    "snap": (ward_notes(MANY), WriteOptions(misaligned="snap")),
    "split": (ward_notes(MANY), WriteOptions(misaligned="split")),
    "leave out": (ward_notes(MANY), WriteOptions(misaligned="leave out")),
    "classes": (lettered(ward_notes(MANY), ("letter",), ("progress_note",)), WriteOptions(test_share=0.2)),
}


@pytest.fixture(scope="module", params=EXPORTS)
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("spacy") / "out"
    notes, options = EXPORTS[request.param]
    DocBinFormat().write(notes, folder, None, options)
    return folder


def run_spacy(*arguments: str, folder: Path) -> str:
    ran = subprocess.run(
        [sys.executable, "-m", "spacy", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=None,
        timeout=300,
    )
    return ran.stdout + ran.stderr


def test_spacy_debug_data_finds_nothing_wrong_with_the_spans(exported: Path) -> None:
    paths = ("--paths.train", "train.spacy", "--paths.dev", "dev.spacy")
    told = run_spacy("debug", "data", "config.cfg", *paths, "--no-format", "--verbose", folder=exported)
    assert "Corpus is loadable" in told
    assert "No overlap between training and evaluation data" in told
    assert "No entities consisting of or starting/ending with whitespace" in told
    assert "No entities crossing sentence boundaries" in told
    for fault in ("misaligned", "invalid whitespace", "also in evaluation", "overlapping"):
        assert fault not in told.lower(), told
    assert "error" not in told.split("Summary")[-1], told


def test_no_entity_is_lost_between_the_file_and_the_trainer(exported: Path) -> None:
    nlp = spacy.blank("en")
    for name in (path.name for path in exported.glob("*.spacy")):
        for example in Corpus(exported / name, gold_preproc=True)(nlp):
            labels = example.get_aligned_ner()
            assert None not in labels
            begun = sum(1 for label in labels if label.startswith(("B-", "U-")))
            assert begun == len(example.reference.ents) > 0


def pipeline(folder: Path) -> list[str]:
    return list(load_config(folder / "config.cfg")["nlp"]["pipeline"])


def test_spacy_trains(tmp_path: Path) -> None:
    notes = lettered(ward_notes(), ("letter",), (), ("letter", "radiology_report"))
    DocBinFormat().write(notes, tmp_path / "out", built_in())
    told = run_spacy(
        "train", "config.cfg", "--output", "model", "--training.max_steps", "60", "--training.eval_frequency", "30",
        folder=tmp_path / "out",
    )  # fmt: skip
    model = tmp_path / "out" / "model" / "model-last"
    assert model.is_dir(), told
    trained = spacy.load(model)
    assert set(trained.get_pipe("ner").labels) == {"Disease", "Dosage", "Medication", "Other", "Symptom"}
    assert set(trained.get_pipe("spancat").labels) == {"Anatomy", *trained.get_pipe("ner").labels}
    assert set(trained.get_pipe("textcat_multilabel").labels) == {entry.name for entry in built_in().classes}
    found = {ent.label_ for ent in trained(ward_notes()[0].text).ents}
    assert "Medication" in found, told


class TestConfig:
    """A configuration suits what the documents hold."""

    FLAT = (Entity("T1", "Drug", (Span(0, 7),)),)
    NESTED = (Entity("T1", "Drug", (Span(0, 12),)), Entity("T2", "Dose", (Span(8, 12),)))

    @pytest.mark.parametrize(
        ("entities", "classes", "trained"),
        [
            ((), ((), ()), ["ner"]),
            (FLAT, ((), ()), ["ner"]),
            (NESTED, ((), ()), ["ner", "spancat"]),
            (FLAT, (("a",), ("b",)), ["ner", "textcat"]),
            (FLAT, (("a",), ("a",)), ["ner", "textcat_multilabel"]),
            (NESTED, (("a",), ("a", "b")), ["ner", "spancat", "textcat_multilabel"]),
            ((), (("a",), ("b",)), ["textcat"]),
        ],
    )
    def test_what_is_trained(
        self, tmp_path: Path, entities: tuple[Entity, ...], classes: tuple[tuple[str, ...], ...], trained: list[str]
    ) -> None:
        notes = [
            Document(f"n{number}", f"aspirin 75mg {number}", entities, classes=held)
            for number, held in enumerate(classes)
        ]
        DocBinFormat(plain_words).write(notes, tmp_path / "out", None, WriteOptions(language="de"))
        assert [name for name in pipeline(tmp_path / "out") if name != "tok2vec"] == trained
        assert load_config(tmp_path / "out" / "config.cfg")["nlp"]["lang"] == "de"
        # Without a schema, too, a document says of each class whether it holds.
        cats = [doc.cats for side in ("train", "dev") for doc in docs_in(tmp_path / "out" / f"{side}.spacy")]
        assert {frozenset(cat) for cat in cats} == {frozenset(name for held in classes for name in held)}

    def test_spancat_is_offered_the_lengths_that_there_are(self, tmp_path: Path) -> None:
        text = " ".join("abcdefghijklmnopqrst")
        nested = (Entity("T1", "X", (Span(0, len(text)),)), Entity("T2", "X", (Span(0, 1),)))
        report = DocBinFormat(plain_words).write([Document("a", text, nested)], tmp_path / "out")
        suggester = load_config(tmp_path / "out" / "config.cfg")["components"]["spancat"]["suggester"]
        assert (suggester["min_size"], suggester["max_size"]) == (1, 12)
        assert "1 spans of more than 12 tokens" in report.findings[-1].message


class TestView:
    """What is on spans, by their ids: two entities of one extent are told apart."""

    TWICE = replace(
        NOTE,
        entities=(*NOTE.entities, Entity("T6", "Medication", (Span(7, 14),)), Entity("T7", "Finding", (Span(0, 5),))),
        relations=(*NOTE.relations, Relation("R2", "Before", (Argument("Arg1", "T6"), Argument("Arg2", "T2")))),
        events=(Event("E1", "Finding", "T7", (Argument("Theme", "T2"),)),),
        attributes=(
            *NOTE.attributes,
            Attribute("A2", "Assertion", "T6", "negated"),
            Attribute("A3", "Planned", "T1"),
            Attribute("A4", "Certain", "E1"),
        ),
        normalizations=(Normalization("N1", "T1", "RxNorm", "1191"),),
        notes=(Note("#1", "AnnotatorNotes", "T1", "check"), Note("#2", "AnnotatorNotes", "R1", "on a relation")),
    )

    @pytest.fixture
    def doc(self, tmp_path: Path) -> Doc:
        DocBinFormat().write([self.TWICE], tmp_path / "x.spacy")
        return docs_in(tmp_path / "x.spacy")[0]

    def test_by_id(self, doc: Doc) -> None:
        found = known(doc)
        assert list(found) == [entity.id for entity in self.TWICE.entities]
        assert found["T1"].attributes == {"Planned": True} and found["T6"].attributes == {"Assertion": "negated"}
        assert found["T1"].relations == [Link("Treats", "R1", "Arg1", (("Arg2", "T2"),))]
        assert [link.id for link in found["T2"].relations] == ["R1", "R2"]
        assert found["T2"].events == [Link("Finding", "E1", "Theme", (("", "T7"),))]
        assert found["T7"].attributes == {"Certain": True}
        assert (found["T1"].codes, found["T1"].notes) == ([("RxNorm", "1191")], ["check"])
        assert found["T1"].provenance["confidence"] == 0.83 and found["T2"].provenance == {}

    def test_on_spans(self, doc: Doc) -> None:
        extend()
        extend()
        said = {span.id_: span._.assertion for span in doc.spans["sc"]}
        assert said == {"T1": None, "T2": "possible", "T3": None, "T4": None, "T6": "negated", "T7": None}
        (pain,) = (ent for ent in doc.ents if ent.text == "left chest pain")
        assert pain._.assertion == "possible" and pain._.attributes == {"Assertion": "possible"}
        assert [link.type for link in pain._.relations] == ["Treats", "Before"]
        assert doc[1:2]._.known == Known() and doc._.known == known(doc)
        assert (doc.spans["sc"][0]._.codes, doc.spans["sc"][0]._.events) == ([("RxNorm", "1191")], [])

    def test_a_doc_of_another(self) -> None:
        extend()
        doc = spacy.blank("en")("no fever")
        assert known(doc) == {} and doc[0:2]._.known == Known()


class TestOfAnother:
    """What a DocBin of another's pipeline has."""

    def read(self, tmp_path: Path, doc: Doc, *attrs: str) -> tuple[Document, Report]:
        DocBin(attrs=["ENT_IOB", "ENT_TYPE", *attrs], docs=[doc], store_user_data=True).to_disk(tmp_path / "x.spacy")
        (document,), report = read(tmp_path / "x.spacy")
        return document, report

    def test_knowledge_base_ids_are_kept(self, tmp_path: Path) -> None:
        doc = spacy.blank("en")("aspirin for chest pain")
        doc.ents = [DocSpan(doc, 0, 1, label="Drug", kb_id="RxNorm:1191"), DocSpan(doc, 2, 4, label="Sign", kb_id="C1")]
        document, report = self.read(tmp_path, doc, "ENT_KB_ID")
        assert document.normalizations == (
            Normalization("N1", "T1", "RxNorm", "1191"), Normalization("N2", "T2", "Concept", "C1")
        )  # fmt: skip
        assert report.findings == []

    def test_what_is_not_read_is_told(self, tmp_path: Path) -> None:
        doc = Doc(Vocab(), words=["no", "fever"], tags=["DT", "NN"], lemmas=["no", "fever"], sent_starts=[True, False])
        doc.cats = {"letter": 0.7}
        Doc.set_extension("ward", default=None, force=True)
        doc._.ward = "B"
        doc.user_data["reviewer"] = "ann"
        document, report = self.read(tmp_path, doc, "TAG", "LEMMA", "SENT_START")
        assert document.classes == ("letter",)
        (finding,) = report.findings
        assert (finding.kind, finding.code) == ("loss", "not read")
        assert finding.message == (
            "documents have no place for: tags, lemmas, sentences, weights of classes (1), ._.ward, reviewer."
        )


def test_one_damaged_file_of_a_folder(tmp_path: Path) -> None:
    DocBinFormat().write([NOTE], tmp_path / "b.spacy")
    whole = (tmp_path / "b.spacy").read_bytes()
    (tmp_path / "a.spacy").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "c.spacy").write_bytes(b"")
    found, report = read(tmp_path)
    assert found == [NOTE]
    assert [(finding.kind, finding.code, finding.where) for finding in report.findings] == [
        ("loss", "unreadable", str(tmp_path / "a.spacy")),
        ("loss", "unreadable", str(tmp_path / "sub" / "c.spacy")),
    ]
