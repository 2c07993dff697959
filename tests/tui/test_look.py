"""Themes: what can be read in them, which one comes next, and files of a person's own."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.color import Color
from textual.widget import Widget

from assistant.review.session import ReviewSession
from assistant.tui.app import ReviewApp
from assistant.tui.look import Look, load, shown_name
from assistant.tui.marks import SIGNS
from assistant.tui.palette import Palette, contrast
from assistant.tui.screens.dialogs import MessageDialog
from assistant.tui.themes import DARK, HIGH_CONTRAST, LIGHT, SHIPPED, contrast_of, contrasts
from bioassist.schema import PALETTE

from .test_review_keys import SIZE, press

SEPIA = """
based_on = "light"

[colours]
background = "#f4ecd8"
surface = "#eee4cc"
foreground = "#2b2118"
"""


@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: shown_name(theme.name))
def test_text_stands_out_from_every_ground(theme: object) -> None:
    for ratio, text, ground in contrasts(theme):  # type: ignore[arg-type]
        assert ratio >= contrast_of(theme.name), (text, ground)  # type: ignore[attr-defined]


@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: shown_name(theme.name))
def test_words_and_tags_stand_out_from_their_tints(theme: object) -> None:
    ink, ground, accent = (Color.parse(getattr(theme, name)) for name in ("foreground", "background", "primary"))
    ratio = contrast_of(theme.name)  # type: ignore[attr-defined]
    palette = Palette(ink, ground, accent, ratio=ratio)
    styles = [palette.text, palette.faint, palette.chosen, palette.caret, palette.found, palette.odd]
    for colour in PALETTE:
        for status in SIGNS:
            for focused in (False, True):
                shades = palette.span(colour, status, focused)
                styles += [shades.words, shades.tag]
    for style in styles:
        assert style.color is not None and style.bgcolor is not None
        assert contrast(Color.from_rich_color(style.color), Color.from_rich_color(style.bgcolor)) >= ratio, style


@pytest.mark.parametrize("theme", SHIPPED, ids=lambda theme: shown_name(theme.name))
async def test_every_part_of_the_screen_can_be_read(session: ReviewSession, theme: object) -> None:
    name = theme.name  # type: ignore[attr-defined]
    app = ReviewApp(session, look=Look(chosen=name))
    async with app.run_test(size=SIZE):
        parts: list[Widget] = [widget for widget in app.screen.walk_children(Widget) if widget.display]
        for part in parts:
            for styles in (part.styles, *(part.get_component_styles(one) for one in part.COMPONENT_CLASSES)):
                below = part.background_colors[1]
                ground = below if styles is part.styles else below + styles.background
                if styles.has_rule("color"):
                    ink = ground.get_contrast_text(styles.color.a) if styles.auto_color else styles.color
                    assert contrast(ground + ink, ground) >= contrast_of(name), (part, styles)


async def test_T_goes_round_and_the_last_choice_is_kept(session: ReviewSession, tmp_path: Path) -> None:
    app = ReviewApp(session, look=load(tmp_path))
    async with app.run_test(size=SIZE) as pilot:
        seen = [app.theme]
        for _ in range(3):
            await press(pilot, "T")
            await app.workers.wait_for_complete()
            seen.append(app.theme)
            assert load(tmp_path).chosen == app.theme
        assert seen == [DARK.name, LIGHT.name, HIGH_CONTRAST.name, DARK.name]
        await press(pilot, "T", "T")
        await app.workers.wait_for_complete()
        assert "high contrast" in str(app.review.status.render())
    assert load(tmp_path).chosen == HIGH_CONTRAST.name
    assert load(tmp_path, light=True).chosen == LIGHT.name


async def test_a_choice_that_cannot_be_kept_is_told_and_counts_until_the_end(
    session: ReviewSession, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    app = ReviewApp(session, look=Look(folder=tmp_path / "file" / "folder"))
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "T")
        await app.workers.wait_for_complete()
        await pilot.pause()
        assert app.theme == LIGHT.name
        assert "could not be kept" in str(app.review.status.render())


async def test_a_theme_of_ones_own_comes_after_ours(session: ReviewSession, tmp_path: Path) -> None:
    folder = tmp_path / "themes"
    folder.mkdir()
    (folder / "sepia.toml").write_text(SEPIA, "utf-8")
    look = load(tmp_path)
    assert look.problems == () and look.themes[-1].name == "sepia" and not look.themes[-1].dark
    app = ReviewApp(session, look=look)
    async with app.run_test(size=SIZE) as pilot:
        await press(pilot, "T", "T", "T")
        await app.workers.wait_for_complete()
        assert app.screen.query_one("#note").background_colors[1] == Color.parse("#f4ecd8")
        await press(pilot, "T")
        await app.workers.wait_for_complete()
        assert app.theme == DARK.name


BROKEN = {
    "colours = 7": "colours is a table",
    "[colours": "it is not TOML",
    '[colours]\nbackgrund = "#fff"': "colours.backgrund is not known",
    '[colours]\nbackground = "greenish"': "'greenish' is no colour",
    "[colours]\nbackground = 7": "7 is no colour",
    '[colours]\nbackground = "#00000080"': "is no colour",
    'based_on = "night"': "based_on is one of dark, light, high-contrast",
    'name = "x"': "name is not known",
    '[colours]\nforeground = "#333333"': "foreground on panel has a contrast of 1.",
}


@pytest.mark.parametrize("text", BROKEN)
async def test_a_broken_theme_is_told_and_nothing_else_is_lost(
    session: ReviewSession, tmp_path: Path, text: str
) -> None:
    folder = tmp_path / "themes"
    folder.mkdir()
    (folder / "mine.toml").write_text(text, "utf-8")
    (folder / "sepia.toml").write_text(SEPIA, "utf-8")
    look = load(tmp_path)
    assert [theme.name for theme in look.themes] == [*(theme.name for theme in SHIPPED), "sepia"]
    app = ReviewApp(session, look=look)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, MessageDialog)
        said = str(app.screen.query_one(".dialog--body").render())
        assert "mine.toml" in said and BROKEN[text] in said.replace("\n", " ")
        await press(pilot, "escape", "a")
        assert app.theme == DARK.name
        assert "accepted" in str(app.review.status.render())


def test_what_is_no_text_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "themes"
    folder.mkdir()
    (folder / "mine.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "theme").write_bytes(b"\xff")
    look = load(tmp_path)
    assert look.problems == (f"{folder / 'mine.toml'}: it is not UTF-8.",)
    assert look.chosen == DARK.name and look.themes == SHIPPED


def test_a_choice_that_is_gone_gives_the_first_theme(tmp_path: Path) -> None:
    (tmp_path / "theme").write_text("sepia\n", "utf-8")
    assert load(tmp_path).chosen == DARK.name
