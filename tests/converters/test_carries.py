"""What formats declare is true: what they carry comes back, and what they do not is in the report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args
from zipfile import ZipFile

import pytest
from feature_strategies import content, documents_with
from hypothesis import given, settings
from hypothesis import strategies as st

from bioassist.documents import Document
from converters.brat.profiles import CARRIES as PROFILES
from converters.formats import Feature, Profile, WriteOptions, available, by_name
from converters.report import Report


@dataclass(frozen=True)
class Way:
    """A format, and the brat profile to write in."""

    format: str
    profile: Profile
    carries: frozenset[Feature]

    def __str__(self) -> str:
        return self.format if self.profile == "brat" else self.profile

    def there_and_back(self, document: Document) -> tuple[Document, Report]:
        made = by_name(self.format)
        with TemporaryDirectory() as folder:
            destination = Path(folder) / ("out.spacy" if made.name == "spacy" else "out")
            report = made.write([document], destination, None, WriteOptions(profile=self.profile))
            for packed in Path(folder).rglob("*.zip"):
                with ZipFile(packed) as archive:
                    archive.extractall(packed.parent)
            (back,) = made.read(destination)
        return back, report


def ways() -> Iterator[Way]:
    for name in available():
        carries = by_name(name).carries
        yield Way(name, "brat", carries)
        if name == "brat":
            assert carries == PROFILES["brat"]
            yield from (Way(name, profile, PROFILES[profile]) for profile in PROFILES if profile != "brat")


# What a format may be silent about, and what none is without.
UNTOLD = ("provenance", "names", "entities")
LACKING = [(way, one) for way in ways() for one in get_args(Feature) if one not in way.carries and one not in UNTOLD]


@pytest.mark.parametrize("way", list(ways()), ids=str)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_what_is_carried_comes_back(way: Way, data: st.DataObject) -> None:
    document = data.draw(documents_with(way.carries))
    back, report = way.there_and_back(document)
    assert content(back, way.carries) == content(document, way.carries)
    assert report.documents == 1


@pytest.mark.parametrize(("way", "feature"), LACKING, ids=str)
@given(data=st.data())
@settings(max_examples=10, deadline=None)
def test_what_is_not_carried_is_reported(way: Way, feature: Feature, data: st.DataObject) -> None:
    document = data.draw(documents_with(way.carries, certain=feature))
    back, report = way.there_and_back(document)
    # PubTator keeps one line end, as that behind a title.
    came_back = feature == "text" and back.text == document.text
    assert came_back or not report.lossless
