"""What pictures have in common: drawn by matplotlib without a screen; as SVG, the same bytes for the same figures."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bioassist.errors import UsageError

if TYPE_CHECKING:
    from bioassist.metrics.calibration import Bin


def figure(width: float, height: float) -> tuple[Any, Any]:
    """A figure of inches and its axes. Raises UsageError where matplotlib is not installed."""
    try:
        import matplotlib
    except ImportError:
        raise UsageError("drawing needs matplotlib.", next_step="Run `pip install 'bioassist[train]'`.") from None
    matplotlib.use("Agg")
    from matplotlib import pyplot

    matplotlib.rcParams["svg.hashsalt"] = "bioassist"
    drawn, axes = pyplot.subplots(figsize=(width, height), layout="constrained")
    axes.spines[["top", "right"]].set_visible(False)
    return drawn, axes


def svg(drawn: Any) -> str:
    """The figure as an SVG element, to stand alone or in a page."""
    text = io.StringIO()
    _save(drawn, text, format="svg", metadata={"Date": None})
    return text.getvalue()[text.getvalue().index("<svg") :]


def png(drawn: Any, target: Path) -> None:
    """Write the figure to a file that any viewer shows."""
    _save(drawn, target, format="png", dpi=130)


def _save(drawn: Any, target: Any, **options: Any) -> None:
    from matplotlib import pyplot

    drawn.savefig(target, **options)
    pyplot.close(drawn)


def reliability(bins: Sequence[Bin], target: Path, title: str, axis: str) -> None:
    """Draw how often predictions were right by their probability, which is the `axis`; dots grow with their number."""
    drawn, axes = figure(4.5, 4.2)
    most = max((one.count for one in bins), default=1)
    axes.plot([0, 1], [0, 1], color="#b3b3b3", linewidth=1)
    axes.plot([one.confidence for one in bins], [one.accuracy for one in bins], color="#56b4e9", linewidth=1)
    sizes = [20 + 180 * one.count / most for one in bins]
    axes.scatter([one.confidence for one in bins], [one.accuracy for one in bins], s=sizes, color="#0072b2", zorder=3)
    for one in bins:
        axes.annotate(f"{one.count:,}", (one.confidence, one.accuracy), fontsize=7, xytext=(6, -9),
                      textcoords="offset points")  # fmt: skip
    axes.set(xlim=(0, 1), ylim=(0, 1), xlabel=axis, ylabel="share that was right")
    axes.set_title(title, fontsize=9)
    target.write_text(svg(drawn), "utf-8")
