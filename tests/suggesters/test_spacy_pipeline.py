"""A spaCy pipeline as a suggester: its labels, its own words, our offsets."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import pytest
import spacy
from spacy.language import Language
from spacy.tokens import Doc, SpanGroup

from assistant.suggesters.protocol import Suggester
from assistant.suggesters.specification import parse, read
from bioassist.errors import InputError
from bioassist.schema import loads

SCHEMA = loads("\n".join(f"[[entities]]\nname = '{name}'" for name in ("Medication", "Disease", "Symptom")))


@Language.component("sure_of_fever")
def sure_of_fever(doc: Doc) -> Doc:
    """As a span categorizer leaves them: spans that may overlap, with a score each."""
    spans = [doc[place : place + 1] for place in range(len(doc)) if doc[place].lower_ == "fever"]
    group = SpanGroup(doc, name="sc", spans=[doc.char_span(s.start_char, s.end_char, "Symptom") for s in spans])
    group.attrs["scores"] = [0.75] * len(spans)
    doc.spans["sc"] = group
    return doc


def pipeline(folder: Path, *, scores: bool = False, precision: dict[str, float] | None = None) -> Path:
    nlp = spacy.blank("en")
    ruler = nlp.add_pipe("entity_ruler")
    patterns = {"DRUG": "aspirin", "Disease": "flu", "PLACE": "ward"}
    ruler.add_patterns([{"label": label, "pattern": word} for label, word in patterns.items()])  # type: ignore[attr-defined]
    if scores:
        nlp.add_pipe("sure_of_fever")
    nlp.meta["name"], nlp.meta["version"] = "ward", "1.2.0"
    if precision is not None:
        nlp.meta["performance"] = {"ents_p": 0.6, "ents_per_type": {k: {"p": p} for k, p in precision.items()}}
    nlp.to_disk(folder / "model-best")
    return folder / "model-best"


def opened(path: Path, types: str = "=DRUG:Medication") -> Suggester:
    specification = parse(f"spacy:{path}{types}")
    return read(specification).for_schema(SCHEMA, specification.renamed)


def found(suggester: Suggester, text: str) -> list[tuple[str, str, float]]:
    mentions = sorted(chain(*suggester.suggest(text, pytest.fail)), key=lambda one: one.span)
    return [(one.type, one.span.of(text), round(one.confidence, 2)) for one in mentions]


def test_entities_come_under_the_schemas_types_with_the_precision_of_their_label(tmp_path: Path) -> None:
    suggester = opened(pipeline(tmp_path, precision={"DRUG": 0.8}))
    assert (suggester.source, suggester.name) == ("spacy", "en_ward 1.2.0")
    assert found(suggester, "On the ward: aspirin for flu.") == [
        ("Medication", "aspirin", 0.8),
        ("Disease", "flu", 0.6),
    ]
    assert suggester.remarks == ("these labels are no types of the schema, and are left out: PLACE.",)


def test_without_measured_precision_it_is_one_half(tmp_path: Path) -> None:
    assert found(opened(pipeline(tmp_path)), "flu") == [("Disease", "flu", 0.5)]


def test_spans_have_their_scores(tmp_path: Path) -> None:
    assert found(opened(pipeline(tmp_path, scores=True)), "Flu, fever and flu") == [
        ("Symptom", "fever", 0.75),
        ("Disease", "flu", 0.5),
    ]


def test_offsets_are_those_of_the_note_however_long(tmp_path: Path) -> None:
    text = "😀\r\nSeen again today.  \n\n" * 800 + "Then flu."
    assert found(opened(pipeline(tmp_path)), text) == [("Disease", "flu", 0.5)]


def test_all_labels_can_be_one_type(tmp_path: Path) -> None:
    suggester = opened(pipeline(tmp_path), "=Symptom")
    assert [one[0] for one in found(suggester, "ward, aspirin, flu")] == ["Symptom", "Symptom", "Disease"]
    assert suggester.remarks == ("these labels are no types of the schema, and count as Symptom: DRUG, PLACE.",)


def test_a_label_that_it_does_not_have_is_told(tmp_path: Path) -> None:
    assert opened(pipeline(tmp_path), "=DRGU:Medication").remarks == (
        "these labels are no types of the schema, and are left out: DRUG, PLACE.",
        "it has no label 'DRGU', which was to be Medication; its labels: DRUG, Disease, PLACE.",
    )


def test_a_long_note_is_given_a_stretch_at_a_time(tmp_path: Path) -> None:
    stretches = opened(pipeline(tmp_path)).suggest("Seen again today for flu.\n" * 900, pytest.fail)
    assert 0 < len(next(stretches)) < 900
    assert sum(len(one) for one in stretches) > 450


def test_the_fingerprint_follows_the_files(tmp_path: Path) -> None:
    path = pipeline(tmp_path)
    first = opened(path).fingerprint
    assert opened(path).fingerprint == first and opened(path, "").fingerprint != first
    assert opened(pipeline(tmp_path, precision={})).fingerprint != first


def test_what_is_no_pipeline(tmp_path: Path) -> None:
    for wrong in (tmp_path, tmp_path / "none"):
        with pytest.raises(InputError, match=r"no spaCy pipeline that can be loaded.*spacy train"):
            opened(wrong)
    broken = pipeline(tmp_path)
    (broken / "config.cfg").write_text("[nlp]\nlang = 'xx-none'\n", "utf-8")
    with pytest.raises(InputError, match="no spaCy pipeline"):
        opened(broken)


def test_a_pipeline_without_any_label_of_the_schema_is_refused(tmp_path: Path) -> None:
    path = pipeline(tmp_path)
    specification = parse(f"spacy:{path}")
    other = loads("[[entities]]\nname = 'Device'")
    with pytest.raises(InputError, match=r"none of its labels is a type of the schema \(DRUG, Disease, PLACE\)"):
        read(specification).for_schema(other, {})
