"""Which theme the screens have: one of ours, or of a person's own files, and which of them was chosen last.

A file of one's own is `themes/NAME.toml` in the configuration folder:

    based_on = "dark"

    [colours]
    background = "#101418"
    foreground = "#e8e8e8"

What is wrong with it is told, and the theme is left out. The name of the chosen theme lies beside the folder, in
`theme`.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textual.color import Color, ColorParseError
from textual.theme import Theme

from assistant.tui.palette import CONTRAST
from assistant.tui.themes import DARK, GROUNDS, LIGHT, SHIPPED, TEXTS, contrasts

_BASES = {theme.name.removeprefix("bioassist-"): theme for theme in SHIPPED}


@dataclass(frozen=True, slots=True)
class Look:
    """The themes there are, in the order in which they go round. `problems` are of files that could not be taken.

    `folder` is where the choice is kept; without one it is not.
    """

    themes: tuple[Theme, ...] = SHIPPED
    chosen: str = DARK.name
    problems: tuple[str, ...] = ()
    folder: Path | None = None

    def after(self, name: str) -> Theme:
        """The theme that comes next."""
        names = [theme.name for theme in self.themes]
        return self.themes[(names.index(name) + 1) % len(names) if name in names else 0]

    def remember(self, name: str) -> None:
        """Keep the choice for the next time. Raises OSError if it cannot be written."""
        if self.folder is None:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        beside = self.folder / "theme.new"
        beside.write_text(f"{name}\n", "utf-8")
        beside.replace(self.folder / "theme")


def shown_name(theme_name: str) -> str:
    return theme_name.removeprefix("bioassist-").replace("-", " ")


def look_of(light: bool = False) -> Look:
    """The themes of this person. `light` asks for the light one, whatever was chosen last."""
    import platformdirs

    return load(platformdirs.user_config_path("bioassist", appauthor=False), light)


def load(folder: Path, light: bool = False) -> Look:
    """The themes of a configuration folder, which need not exist."""
    themes, problems = list(SHIPPED), []
    for file in sorted((folder / "themes").glob("*.toml")):
        try:
            themes.append(_read(file))
        except OSError as error:
            problems.append(f"{file}: it cannot be read: {(error.strerror or str(error)).lower()}.")
        except UnicodeDecodeError:
            problems.append(f"{file}: it is not UTF-8.")
        except ValueError as error:
            problems.append(f"{file}: {error}")
    try:
        chosen = (folder / "theme").read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError):
        chosen = DARK.name
    if chosen not in [theme.name for theme in themes]:
        chosen = DARK.name
    return Look(tuple(themes), LIGHT.name if light else chosen, tuple(problems), folder)


def _read(file: Path) -> Theme:
    """Raises ValueError, in words for the person, for what is no theme."""
    try:
        told = tomllib.loads(file.read_text("utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"it is not TOML: {error}.") from None
    if unknown := sorted(set(told) - {"based_on", "colours"}):
        raise ValueError(f"{unknown[0]} is not known; a theme has based_on and a table [colours].")
    base = _BASES.get(str(told.get("based_on", "dark")))
    if base is None:
        raise ValueError(f"based_on is one of {', '.join(_BASES)}.")
    colours = told.get("colours", {})
    if not isinstance(colours, dict):
        raise ValueError('colours is a table: [colours], then lines like background = "#101418".')
    chosen: dict[str, Any] = {name: _colour(name, value) for name, value in colours.items()}
    made = replace(base, name=file.stem, **chosen)
    ratio, text, ground = min(contrasts(made))
    if ratio < CONTRAST:
        raise ValueError(f"{text} on {ground} has a contrast of {ratio:.1f} to 1; {CONTRAST} is the least to be read.")
    return made


def _colour(name: str, value: Any) -> str:
    if name not in (*TEXTS, *GROUNDS):
        raise ValueError(f"colours.{name} is not known; there are {', '.join((*GROUNDS, *TEXTS))}.")
    try:
        parsed = Color.parse(value) if isinstance(value, str) else None
    except ColorParseError:
        parsed = None
    if parsed is None or parsed.a < 1 or parsed.ansi is not None:
        raise ValueError(f'colours.{name}: {value!r} is no colour; write it as "#rrggbb".')
    return parsed.hex
