from __future__ import annotations

import pytest

from bioassist.errors import SchemaError
from bioassist.schema import built_in, load, loads


def test_the_built_in_schema_survives_being_written() -> None:
    schema = built_in()
    assert loads(schema.dumps()) == schema
    assert load("clinical") == schema


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("name = ", "not valid TOML"),
        ("name = 'x'", "neither entities nor classes"),
        ("[[entities]]\ndescription = 'x'", "needs a name"),
        ("[[entities]]\nname = 'a b'", "not a label"),
        ("[[entities]]\nname = 'A'\n[[entities]]\nname = 'A'", "there twice"),
        ("[[entities]]\nname = 'A'\ncolor = '#ffffff'", "'color' is not known"),
        ("[[entities]]\nname = 'A'\ncolour = 'red'", "not a colour"),
        ("[[entities]]\nname = 'A'\nkey = 'xy'", "one character"),
        ("[[entities]]\nname = 'A'\n[[relations]]\nname = 'R'\nhead = ['A']\ntail = ['B']", "not an entity type"),
        ("[[entities]]\nname = 'A'\n[[relations]]\nname = 'R'\nhead = ['A']", "needs head and tail"),
        ("[[entities]]\nname = 'A'\n[[entities]]\nname = 'B'\nmodel_label = 'A'", "there twice"),
        ("[[entities]]\nname = 'A'\ndescription = \"two\\nlines\"", "one line"),
        ("entities = 3", "must be tables"),
    ],
)
def test_mistakes_are_told_with_their_place(text: str, said: str) -> None:
    with pytest.raises(SchemaError, match=said) as error:
        loads(text, "mine.toml")
    assert "mine.toml" in str(error.value)


def test_an_unknown_built_in_lists_those_there_are() -> None:
    with pytest.raises(SchemaError, match="clinical"):
        load("klinical")


def test_fingerprint_changes_with_labels_but_not_with_colours() -> None:
    plain = loads("[[entities]]\nname = 'A'")
    assert plain.fingerprint == loads("[[entities]]\nname = 'A'\ncolour = '#112233'\nkey = 'k'").fingerprint
    assert plain.fingerprint != loads("[[entities]]\nname = 'B'").fingerprint
