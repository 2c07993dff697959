"""BioC: all that a document has comes back, what others write is understood, and no entity is expanded."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import bioc
import pytest
from bioc import biocjson, biocxml
from document_strategies import documents
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bioassist.documents import (
    Argument,
    Attribute,
    Document,
    Entity,
    Equivalence,
    Event,
    Normalization,
    Note,
    Provenance,
    Relation,
    Span,
    TextSource,
)
from bioassist.errors import InputError
from converters.bioc import BioCJsonFormat, BioCXmlFormat
from converters.bioc.writing import to_bioc
from converters.formats import Format
from converters.report import Report

FORMATS: dict[str, Format] = {"xml": BioCXmlFormat(), "json": BioCJsonFormat()}

NOTE = Document(
    "ward/a",
    'Given  aspirin & <75mg>\r\n\fdenies "chest" pain — 𝔸.\x85',
    (
        Entity("T1", "Drug", (Span(7, 14),)),
        Entity("T2", "Symptom", (Span(34, 39), Span(41, 45))),
        Entity("T3", "Binding", (Span(0, 5),)),
    ),
    (Relation("R1", "Treats", (Argument("Arg1", "T1"), Argument("Arg2", "T2"))),),
    (Event("E1", "Binding", "T3", (Argument("Theme", "T1"), Argument("Site", "T2"))),),
    (
        Attribute("A1", "Assertion", "T2", "negated"),
        Attribute("M2", "Negation", "T2"),
        Attribute("A3", "Assertion", "E1", "a\x0bb"),
    ),
    (Normalization("N1", "T1", "RxNorm", "1191", "aspirin"), Normalization("N2", "T1", "RxNorm", "HP:7")),
    (Note("#1", "AnnotatorNotes", "T1", "check\tthis\r\n"), Note("#2", "AnnotatorNotes", "A1", "sure?")),
    (Equivalence(("T1", "T2")),),
    ("letter", "urgent"),
    TextSource("a.txt", newline="crlf"),
    MappingProxyType({"T1": Provenance("unreviewed", "model", 0.83, "m", "ner.typed/1:0f3a", trained=False)}),
)


def codes(report: Report) -> list[tuple[str, str]]:
    return [(finding.kind, finding.code) for finding in report.findings]


@pytest.fixture(params=FORMATS)
def format_(request: pytest.FixtureRequest) -> Format:
    return FORMATS[request.param]


def test_everything_comes_back(format_: Format, tmp_path: Path) -> None:
    written = format_.write([NOTE, replace(NOTE, name="b")], tmp_path / "out")
    report = Report()
    assert list(format_.read(tmp_path / "out", None, report)) == [NOTE, replace(NOTE, name="b")]
    assert (written.findings, report.findings) == ([], [])
    assert (written.documents, written.annotations) == (report.documents, report.annotations) == (2, 26)


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(documents() | documents(sound=False), st.sampled_from(sorted(FORMATS)))
def test_any_document_comes_back(document: Document, kind: str) -> None:
    with TemporaryDirectory() as folder:
        written = FORMATS[kind].write([document], Path(folder) / "x")
        report = Report()
        (back,) = FORMATS[kind].read(Path(folder) / "x", None, report)
    assert back == document
    assert (written.findings, report.findings) == ([], [])


def test_what_an_annotation_looks_like_to_others() -> None:
    (passage,) = to_bioc(NOTE)["passages"]
    drug, symptom, _ = passage["annotations"]
    assert drug["infons"] == {
        "type": "Drug", "RxNorm": "1191", "RxNorm_2": "HP:7", "AnnotatorNotes": "check\tthis\r\n"
    }  # fmt: skip
    assert symptom["infons"] == {"type": "Symptom", "Assertion": "negated", "Negation": "true"}
    assert symptom["locations"] == [{"offset": 34, "length": 5}, {"offset": 41, "length": 4}]
    assert [(one["infons"]["type"], [node["role"] for node in one["nodes"]]) for one in passage["relations"]] == [
        ("Treats", ["Arg1", "Arg2"]),
        ("Binding", ["Trigger", "Theme", "Site"]),
        ("Equiv", ["member", "member"]),
    ]


class TestTheBioCPackage:
    """The package of that name, as an oracle: it reads what we write, and we read what it writes."""

    @staticmethod
    def plain(collection: bioc.BioCCollection) -> list[Any]:
        return json.loads(biocjson.dumps(collection))["documents"]  # type: ignore[no-any-return]

    def test_reads_our_xml(self, tmp_path: Path) -> None:
        printable = replace(NOTE, text=NOTE.text.replace("\f", " "), attributes=NOTE.attributes[:2])
        BioCXmlFormat().write([printable], tmp_path / "out.xml")
        with (tmp_path / "out.xml").open("rb") as file:
            collection = biocxml.load(file)
        assert self.plain(collection) == [to_bioc(printable)]
        with biocxml.iterparse(str(tmp_path / "out.xml")) as reader:
            assert [document.id for document in reader] == ["ward/a"]

    def test_reads_our_json(self, tmp_path: Path) -> None:
        BioCJsonFormat().write([NOTE], tmp_path / "out.json")
        collection = biocjson.loads((tmp_path / "out.json").read_text("utf-8"))
        assert self.plain(collection) == [to_bioc(NOTE)]

    @settings(deadline=None, max_examples=40)
    @given(documents(sound=False))
    def test_writes_what_we_read(self, document: Document) -> None:
        collection = bioc.BioCCollection()
        collection.add_document(biocjson.fromJSON(to_bioc(document)))
        with TemporaryDirectory() as folder:
            (Path(folder) / "x.json").write_text(biocjson.dumps(collection), "utf-8")
            assert list(BioCJsonFormat().read(Path(folder) / "x.json")) == [document]
            try:
                data = biocxml.dumps(collection)
            except ValueError:
                # A control character, which it does not write.
                return
            (Path(folder) / "x.xml").write_text(data, "utf-8", newline="")
            assert list(BioCXmlFormat().read(Path(folder) / "x.xml")) == [document]


def annotation(identity: str, offset: int, text: str, length: int | None = None, **infons: str) -> str:
    held = "".join(f'<infon key="{key}">{value}</infon>' for key, value in infons.items())
    size = len(text) if length is None else length
    held += f'<location offset="{offset}" length="{size}"/>'
    return f'<annotation id="{identity}">{held}<text>{text}</text></annotation>'


def passage(offset: int, text: str, *inner: str) -> str:
    return f"<passage><offset>{offset}</offset><text>{text}</text>{''.join(inner)}</passage>"


def collection(*passages: str, identity: str = "1", head: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{head}<collection><source>x</source><date/><key/>\n'
        f"<document><id>{identity}</id>\n{''.join(passages)}\n</document></collection>\n"
    )


def read(tmp_path: Path, content: str, kind: str = "xml") -> tuple[list[Document], Report]:
    path = tmp_path / f"in.{kind}"
    path.write_bytes(content.encode())
    report = Report()
    return list(FORMATS[kind].read(path, None, report)), report


class TestFromOthers:
    def test_passages_are_one_text_and_offsets_stay(self, tmp_path: Path) -> None:
        (document,), report = read(
            tmp_path,
            collection(
                passage(0, "Lithium toxicity.", annotation("0", 0, "Lithium", type="Chemical", MESH="D008094")),
                passage(18, "A case of tremor.", annotation("1", 28, "tremor", type="Sign", identifier="MESH:D014202")),
                head='<!DOCTYPE collection SYSTEM "BioC.dtd">\n',
            ),
        )  # fmt: skip
        assert document.text == "Lithium toxicity.\nA case of tremor."
        assert document.entities == (
            Entity("0", "Chemical", (Span(0, 7),)),
            Entity("1", "Sign", (Span(28, 34),)),
        )
        assert document.normalizations == (
            Normalization("N1", "0", "MESH", "D008094"),
            Normalization("N2", "1", "MESH", "D014202"),
        )
        assert codes(report) == []

    def test_a_relation_between_concepts(self, tmp_path: Path) -> None:
        related = (
            '<relation id="R0"><infon key="relation">CID</infon><infon key="Chemical">D008094</infon>'
            '<infon key="Disease">D014202</infon></relation>'
        )
        text = "Lithium, lithium: tremor."
        found = [
            annotation("0", 0, "Lithium", type="Chemical", MESH="D008094"),
            annotation("1", 9, "lithium", type="Chemical", MESH="D008094"),
            annotation("2", 18, "tremor", type="Disease", MESH="D014202"),
        ]
        (document,), report = read(tmp_path, collection(passage(0, text, *found), related))
        assert document.relations == (Relation("R0", "CID", (Argument("Arg1", "1"), Argument("Arg2", "2"))),)
        assert [note.text for note in document.notes] == ["D008094 D014202"]
        assert codes(report) == []

    @pytest.mark.parametrize(
        ("letter", "second", "counts"),
        [
            ((5, 1), 12, None),
            ((6, 4), 17, "bytes of UTF-8 of the document"),
            ((5, 2), 13, "units of UTF-16 of the document"),
        ],
    )
    def test_what_offsets_count(self, tmp_path: Path, letter: tuple[int, int], second: int, counts: str | None) -> None:
        # "è" and "à" are two bytes; "𝔸" is four bytes, and two units.
        found = [
            passage(0, "fièvr𝔸 à 39", annotation("a", letter[0], "𝔸", letter[1], type="X")),
            passage(second, "toux", annotation("b", second, "toux", type="Y")),
        ]
        (document,), report = read(tmp_path, collection(*found))
        assert document.text == "fièvr𝔸 à 39\ntoux"
        assert [one.of(document.text) for one in document.entities] == ["𝔸", "toux"]
        assert [finding.message for finding in report.findings] == ([f"its offsets count {counts}."] if counts else [])

    def test_offsets_of_the_passage_and_sentences(self, tmp_path: Path) -> None:
        sentences = (
            "<passage><offset>0</offset>"
            f"<sentence><offset>0</offset><text>No fever. </text>{annotation('a', 3, 'fever', type='X')}</sentence>"
            f"<sentence><offset>10</offset><text>But cough.</text>{annotation('b', 4, 'cough', type='X')}</sentence>"
            "</passage>"
        )
        (document,), report = read(tmp_path, collection(sentences))
        assert document.text == "No fever. But cough."
        assert [one.of(document.text) for one in document.entities] == ["fever", "cough"]
        assert [finding.message for finding in report.findings] == ["its offsets count code points of the passage."]

    def test_sentences_that_say_again_what_the_passage_says(self, tmp_path: Path) -> None:
        inner = f"<sentence><offset>3</offset><text>fever</text>{annotation('a', 3, 'fever', type='X')}</sentence>"
        (document,), _ = read(tmp_path, collection(passage(0, "No fever.", inner)))
        assert document.text == "No fever."
        assert document.entities == (Entity("a", "X", (Span(3, 8),)),)

    def test_passages_that_overlap(self, tmp_path: Path) -> None:
        found = [
            passage(0, "No fever.", annotation("a", 3, "fever", type="X")),
            passage(5, "But cough.", annotation("b", 9, "cough", type="X")),
        ]
        (document,), report = read(tmp_path, collection(*found))
        assert document.text == "No fever.\nBut cough."
        assert [one.of(document.text) for one in document.entities] == ["fever", "cough"]
        assert ("change", "passages") in codes(report)

    def test_a_gap_that_fills_no_memory(self, tmp_path: Path) -> None:
        (document,), report = read(tmp_path, collection(passage(0, "a"), passage(10**15, "b")))
        assert document.text == "a\nb" and codes(report) == [("change", "passages")]

    def test_what_is_wrong_costs_itself(self, tmp_path: Path) -> None:
        found = [
            annotation("a", 3, "fever", type="Symptom"),
            annotation("b", 3, "fever", length=600, type="Symptom"),
            annotation("c", -3, "fever", type="Symptom"),
            annotation("d", 3, "pyrexia", length=5, type="Symptom"),
            annotation("a", 0, "No", type="Negation"),
            '<annotation id="e"><infon key="type">Topic</infon><text/></annotation>',
            '<relation id="r"><infon key="type">X</infon><node refid="a" role=""/><node refid="z" role=""/></relation>',
            '<relation id="s"><infon key="type">Of</infon><node refid="a" role="x"/></relation>',
        ]
        (document,), report = read(tmp_path, collection(passage(0, "No fever.", *("\n" + one for one in found))))
        assert [(one.id, one.of(document.text)) for one in document.entities] == [
            ("a", "fever"), ("d", "fever"), ("T1", "No")
        ]  # fmt: skip
        assert document.relations == ()
        assert [(finding.code, finding.line) for finding in report.findings] == [
            ("offset past end", 6),
            ("offset past end", 7),
            ("text differs", 8),
            ("duplicate id", 9),
            ("no location", 10),
            ("relation", 12),
            ("unknown target", 3),
        ]
        assert all(finding.where.startswith(str(tmp_path / "in.xml")) for finding in report.findings)

    def test_infons_without_a_place_are_told(self, tmp_path: Path) -> None:
        titled = '<infon key="journal">BMJ</infon><passage><infon key="section">TITLE</infon>' + passage(0, "a")[9:]
        _, report = read(tmp_path, collection(titled))
        assert [finding.message for finding in report.findings] == [
            "infons of the document and its passages were not read: journal, section."
        ]

    def test_a_document_without_text_among_others(self, tmp_path: Path) -> None:
        empty = "<document><id>2</id><passage><offset>0</offset></passage></document>"
        content = collection(passage(0, "a")).replace("<document>", empty + "<document>", 1)
        found, report = read(tmp_path, content)
        assert [document.name for document in found] == ["1"]
        assert codes(report) == [("loss", "unreadable")]

    def test_what_another_tool_changed_comes_through(self, tmp_path: Path) -> None:
        plain = to_bioc(NOTE)
        drug, symptom, _ = plain["passages"][0]["annotations"]
        symptom["infons"]["Assertion"] = "possible"
        del symptom["infons"]["Negation"]
        drug["infons"] |= {"Severity": "mild", "note": "by hand", "cui": "C0004057"}
        plain["passages"][0]["annotations"].remove(plain["passages"][0]["annotations"][2])
        (document,), report = read(tmp_path, json.dumps({"documents": [plain]}), "json")
        assert document.attributes == (
            Attribute("A1", "Assertion", "T2", "possible"),
            Attribute("A2", "Severity", "T1", "mild"),
        )
        assert document.notes == (*NOTE.notes, Note("#3", "AnnotatorNotes", "T1", "by hand"))
        assert document.normalizations == (*NOTE.normalizations, Normalization("N3", "T1", "cui", "C0004057"))
        # The trigger is gone, and the event with it.
        assert document.events == () and ("loss", "unknown target") in codes(report)

    @pytest.mark.parametrize("damage", ["{", "[]", '{"attributes": 5}', '{"characters": [[0]]}', '{"notes": [{}]}'])
    def test_damaged_user_data(self, tmp_path: Path, damage: str) -> None:
        plain = to_bioc(replace(NOTE, attributes=NOTE.attributes[:2]))
        plain["infons"]["bioassist"] = damage
        (document,), report = read(tmp_path, json.dumps(plain), "json")
        assert codes(report) == [("loss", "user data")]
        assert document.entities == NOTE.entities
        marks = [(one.target, one.type, one.value) for one in document.attributes]
        assert ("T2", "Assertion", "negated") in marks and ("T2", "Negation", "true") in marks

    def test_ids_of_marks_that_are_there_already(self, tmp_path: Path) -> None:
        plain = to_bioc(NOTE)
        plain["passages"][0]["annotations"][0]["id"] = "A1"
        (document,), report = read(tmp_path, json.dumps(plain), "json")
        assert ("loss", "user data") in codes(report)
        ids = [one.id for one in document.annotations()]
        assert document.entities[0].id == "A1" and len(ids) == len(set(ids)) == 10


class TestJson:
    @pytest.mark.parametrize("shape", ["collection", "list", "documents", "lines", "pubtator", "one"])
    def test_the_shapes_that_it_comes_in(self, tmp_path: Path, shape: str) -> None:
        plain = [to_bioc(NOTE), to_bioc(replace(NOTE, name="b"))]
        content = {
            "collection": json.dumps({"source": "", "documents": plain}, indent=1),
            "list": json.dumps([{"documents": plain[:1]}, {"documents": plain[1:]}]),
            "documents": json.dumps(plain),
            "lines": "".join(f"{json.dumps(one)}\n" for one in plain),
            "pubtator": json.dumps({"PubTator3": plain}),
            "one": json.dumps(plain[0]),
        }[shape]
        found, report = read(tmp_path, content, "json")
        assert found == [NOTE, replace(NOTE, name="b")][: 1 if shape == "one" else 2]
        assert report.findings == []

    def test_infons_that_are_no_texts(self, tmp_path: Path) -> None:
        plain = to_bioc(Document("a", "BRCA1", (Entity("T1", "Gene", (Span(0, 5),)),)))
        plain["passages"][0]["annotations"][0]["infons"] |= {"valid": True, "normalized": [672], "name": None}
        (document,), _ = read(tmp_path, json.dumps(plain), "json")
        assert [(one.type, one.value) for one in document.attributes] == [("valid", "true"), ("normalized", "[672]")]

    @pytest.mark.parametrize("content", ["", "{", "5", "{}", '{"documents": []}', "[" * 100_000, "\ud800"])
    def test_what_is_none_is_refused(self, tmp_path: Path, content: str) -> None:
        (tmp_path / "in.json").write_bytes(content.encode("utf-8", "surrogatepass"))
        with pytest.raises(InputError):
            list(BioCJsonFormat().read(tmp_path / "in.json"))

    @pytest.mark.parametrize(
        "broken",
        [
            {"passages": [{"text": "a"}]},
            {"passages": [{"offset": "x", "text": "a"}]},
            {"passages": 5},
            {"passages": [{"offset": 0, "text": ["a"], "annotations": [{"locations": [{"offset": 0.5}]}, 7]}]},
        ],
    )
    def test_one_bad_document_of_several(self, tmp_path: Path, broken: Any) -> None:
        found, report = read(tmp_path, json.dumps([broken, to_bioc(NOTE)]), "json")
        assert found[-1] == NOTE
        assert report.count("loss") >= 1


LAUGHS = f'<!DOCTYPE collection [<!ENTITY a "haha"><!ENTITY b "{"&a;" * 9}"><!ENTITY c "{"&b;" * 9}">]>\n'


class TestRefused:
    @pytest.mark.parametrize(
        ("head", "text", "line"),
        [
            ('<!DOCTYPE collection [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n', "&x;", 2),
            (LAUGHS, "&c;", 2),
            ('<!DOCTYPE collection [\n<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>\n', "a", 3),
            ('<!DOCTYPE collection [<!ENTITY unused "a">]>\n', "a", 2),
            # It may be in the DTD, which is not read.
            ('<!DOCTYPE collection SYSTEM "BioC.dtd">\n', "caf&eacute;", 5),
        ],
    )
    def test_entities_to_expand(self, tmp_path: Path, head: str, text: str, line: int) -> None:
        with pytest.raises(InputError, match="entities to expand") as raised:
            read(tmp_path, collection(passage(0, text), head=head))
        assert raised.value.where == f"{tmp_path / 'in.xml'}:{line}"

    def test_references_to_characters_are_no_entities(self, tmp_path: Path) -> None:
        (document,), _ = read(tmp_path, collection(passage(0, "&lt;5 &amp; caf&#233; &#x1D538;")))
        assert document.text == "<5 & café 𝔸"

    @pytest.mark.parametrize(
        ("content", "said"),
        [
            ("", "not XML"),
            ("no xml", "not XML"),
            ("<article/>", "no BioC"),
            ('<?xml version="1.0" encoding="klingon"?><collection/>', "not XML"),
        ],
    )
    def test_what_is_no_bioc(self, tmp_path: Path, content: str, said: str) -> None:
        with pytest.raises(InputError, match=said):
            read(tmp_path, content)

    def test_what_is_behind_a_fault_is_lost_and_told(self, tmp_path: Path) -> None:
        whole = collection(passage(0, "a"))
        found, report = read(tmp_path, whole.replace("</collection>", "\n<document><id>2</id><pass"))
        assert [document.name for document in found] == ["1"]
        assert [(finding.code, finding.line) for finding in report.findings] == [("bad XML", 6)]

    def test_one_refused_file_of_a_folder(self, format_: Format, tmp_path: Path) -> None:
        extension = format_.name.removeprefix("bioc-")
        (tmp_path / "in" / "sub").mkdir(parents=True)
        format_.write([NOTE], tmp_path / "in" / "sub" / f"good.{extension}")
        (tmp_path / "in" / f"bad.{extension}").write_text(collection(passage(0, "&c;"), head=LAUGHS))
        report = Report()
        assert list(format_.read(tmp_path / "in", None, report)) == [NOTE]
        assert codes(report) == [("loss", "unreadable")]
        assert report.findings[0].where.startswith(str(tmp_path / "in" / f"bad.{extension}"))

    def test_nothing_there(self, format_: Format, tmp_path: Path) -> None:
        for place in (tmp_path, tmp_path / "nowhere"):
            with pytest.raises(InputError):
                list(format_.read(place))


def test_text_that_is_none_is_left_out(format_: Format, tmp_path: Path) -> None:
    report = format_.write([Document("a", "\ud800"), NOTE], tmp_path / "out")
    assert codes(report) == [("loss", "not text")]
    assert list(format_.read(tmp_path / "out")) == [NOTE]


def test_a_label_that_xml_cannot_hold_is_told(tmp_path: Path) -> None:
    document = Document("a", "x", (Entity("T1", "a\x0bb", (Span(0, 1),)),))
    assert codes(BioCXmlFormat().write([document], tmp_path / "out.xml")) == [("change", "label")]


def test_xml_is_read_in_bounded_memory(tmp_path: Path) -> None:
    def many() -> Iterable[Document]:
        return (replace(NOTE, name=f"n{number}", text=NOTE.text + "x" * 2000) for number in range(800))

    BioCXmlFormat().write(many(), tmp_path / "out.xml")
    size = (tmp_path / "out.xml").stat().st_size
    tracemalloc.start()
    try:
        assert sum(1 for _ in BioCXmlFormat().read(tmp_path / "out.xml")) == 800
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < size / 2


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-3, 40)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(["", "a", "T1", "3"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "infons", "offset", "length", "text", "refid", "role", "type", "bioassist"])
            | st.sampled_from(["passages", "sentences", "annotations", "relations", "locations", "nodes"]),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.sampled_from(["id", "infons", "annotations", "relations"]), json_values), json_values)
def test_whatever_is_in_a_document_it_is_read_or_told(plain: dict[str, Any], inner: Any) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "x.json"
        passage_ = {"offset": 0, "text": "No fever, no rash."} | (inner if isinstance(inner, dict) else {})
        path.write_text(json.dumps([{**plain, "passages": [passage_]}]), "utf-8")
        report = Report()
        for document in BioCJsonFormat().read(path, None, report):
            known = {one.id for one in document.annotations()}
            assert all(entity.end <= len(document.text) for entity in document.entities)
            assert all(argument.target in known for one in document.relations for argument in one.arguments)
            assert len(known) == sum(1 for _ in document.annotations())
        assert report.documents == 1 or report.count("loss")


def test_a_nesting_that_has_no_end(tmp_path: Path) -> None:
    deep = "<passage><offset>0</offset>" * 20_000 + "</passage>" * 20_000
    found, report = read(tmp_path, collection(deep, identity="2") + "")
    assert found == [] and codes(report) == [("loss", "unreadable")]
