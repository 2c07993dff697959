from __future__ import annotations

import string
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from textual.color import Color

from assistant.project.state import Item
from assistant.tui.marks import SIGNS, Marking, abbreviations, state_of
from assistant.tui.palette import CONTRAST, Palette, contrast, legible
from assistant.tui.themes import DARK, LIGHT
from bioassist.documents import Span
from bioassist.schema import PALETTE, built_in

names = st.lists(
    st.text(string.ascii_letters + string.digits + "_-", min_size=1, max_size=12), unique=True, max_size=60
)


def item(status: str, *spans: tuple[int, int]) -> Item:
    return Item(
        "s-1", "Symptom", tuple(Span(*span) for span in spans), status, 0.9, "model", "m", "p", True, None, None
    )  # type: ignore[arg-type]


@given(names)
def test_tags_are_three_characters_and_all_different(labels: list[str]) -> None:
    short = abbreviations(labels)
    assert list(short) == labels
    assert len(set(short.values())) == len(labels)
    assert {len(tag) for tag in short.values()} <= {3}


def test_tags_of_the_clinical_schema_are_their_first_letters() -> None:
    assert abbreviations(entity.name for entity in built_in().entities)["Medication"] == "Med"


def test_every_status_has_a_sign_of_its_own_and_tags_keep_their_width() -> None:
    items = [item("pending" if status == "disputed" else status, (0, 4)) for status in SIGNS]
    items[1] = replace(items[1], disagreement="rules:rules.toml says Disease [0, 4)")
    assert [state_of(one) for one in items] == list(SIGNS)
    tags = [Marking({"Symptom": "Sym"}).of([one])[0].tag for one in items]
    assert tags == ["Sym?", "Sym≠", "Sym✓", "Sym~", "Sym+", "Sym✗"]


def test_fragments_say_that_they_go_on() -> None:
    tags = [mark.tag for mark in Marking({"Symptom": "Sym"}).of([item("pending", (0, 4), (9, 12))])]
    assert tags == ["…", "Sym?"]


def test_rejected_ones_can_be_left_out_without_renumbering_the_others() -> None:
    marks = Marking({}).of([item("rejected", (0, 4)), item("accepted", (5, 9))], rejected=False)
    assert [mark.owner for mark in marks] == [1]


def test_words_and_tags_can_be_read_on_every_tint_of_both_themes() -> None:
    for theme in (DARK, LIGHT):
        palette = Palette(
            Color.parse(theme.foreground or ""), Color.parse(theme.background or ""), Color.parse(theme.primary)
        )
        for colour in PALETTE:
            for status in SIGNS:
                for focused in (False, True):
                    shades = palette.span(colour, status, focused)
                    styles = (shades.words,) if status == "rejected" and not focused else (shades.words, shades.tag)
                    for style in styles:
                        ink, ground = style.color, style.bgcolor
                        assert ink is not None and ground is not None
                        assert contrast(Color.from_rich_color(ink), Color.from_rich_color(ground)) >= CONTRAST


def test_without_colour_the_states_still_differ() -> None:
    palette = Palette(Color(0, 0, 0), Color(255, 255, 255), Color(0, 0, 255), colourless=True)
    shades = [
        palette.span("#e69f00", status, focused) for status in ("pending", "accepted", "rejected") for focused in (0, 1)
    ]  # type: ignore[arg-type]
    assert len({str(one) for one in shades}) == len(shades)
    assert all(style.color is None for one in shades for style in (one.words, one.bar, one.tag))


@given(st.tuples(*[st.integers(0, 255)] * 3), st.tuples(*[st.integers(0, 255)] * 3))
def test_legible_is_legible_on_any_ground(colour: tuple[int, int, int], ground: tuple[int, int, int]) -> None:
    assert contrast(legible(Color(*colour), Color(*ground)), Color(*ground)) >= CONTRAST
