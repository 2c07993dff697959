"""Agreement as a table of text, for the command line and the screen."""

from __future__ import annotations

from collections.abc import Sequence

from bioassist.agreement import Agreement, Figure, Figures


def table(found: Agreement) -> str:
    """In lines of at most 80 columns for two annotators; the other intervals are in the JSON."""
    kappa = "Cohen" if len(found.annotators) == 2 else "Fleiss"
    names = "".join(f"{name[:8]:>9}" for name in found.annotators)
    lines = [
        f"{len(found.documents):,} documents",
        "",
        f"{'entities':<14}{names}{'F1':>7}  {'95%':<14}{'relaxed':>8}{kappa:>8}{'alpha':>7}{'unitised':>9}",
    ]
    lines += [_row(type_, figures.entities, figures) for type_, figures in found.by_type.items()]
    lines += ["", _row("all", found.together.entities, found.together)]
    for (one, other), figures in found.pairs.items():
        counts = dict(zip((one, other), figures.entities, strict=True))
        lines.append(_row(f"{one}, {other}", [counts.get(name) for name in found.annotators], figures))
    own = "Cohen's" if kappa == "Cohen" else "Fleiss'"
    lines += ["", f"F1: same type and characters; relaxed: sharing a character. {own} kappa and"]
    lines.append("Krippendorff's alpha over words; unitised alpha by length of the text.")
    return "\n".join(lines)


def _row(name: str, entities: Sequence[int | None], figures: Figures) -> str:
    counts = "".join(f"{'' if number is None else f'{number:,}':>9}" for number in entities)
    strict = figures.strict.interval
    between = f"{strict.low:.3f} to {strict.high:.3f}" if strict else ""
    return (
        f"{name[:14]:<14}{counts}{_shown(figures.strict):>7}  {between:<14}{_shown(figures.relaxed):>8}"
        f"{_shown(figures.kappa):>8}{_shown(figures.alpha):>7}{_shown(figures.unitised):>9}"
    )


def _shown(figure: Figure) -> str:
    return "-" if figure.value is None else f"{figure.value:.3f}"
