"""One look for all figures: colours, marks, axes.

The colours are those of Okabe & Ito (https://jfly.uni-koeln.de/color/), orange and sky blue darkened to a
contrast of 3 : 1 on white; a series also has its own line style, marker and hatch, so that grey print reads.
"""

from __future__ import annotations

from typing import Any

import matplotlib
import matplotlib.pyplot as plt
from matplotlib.axes import Axes

# Light colours by role, and what each becomes on a dark page. In CSS a role is a custom property, `--ink`.
LIGHT = {
    "ink": "#1d1f24", "muted": "#5b616b", "grid": "#d8dade", "paper": "#fefefe",
    "series-1": "#0072b2", "series-2": "#d55e00", "series-3": "#009e73", "series-4": "#c5679b",
    "series-5": "#c38200", "series-6": "#3f97d1", "series-7": "#7a5cb8", "series-8": "#6e7378",
}
DARK = {
    "ink": "#e9eaed", "muted": "#a9afb9", "grid": "#41454d", "paper": "#17191d",
    "series-1": "#5aaeea", "series-2": "#ff8b4d", "series-3": "#35c79c", "series-4": "#ee9ccb",
    "series-5": "#efb73e", "series-6": "#a4dcff", "series-7": "#b9a1f0", "series-8": "#9aa0a8",
}
INK, MUTED, GRID, PAPER = (LIGHT[role] for role in ("ink", "muted", "grid", "paper"))
SERIES = [LIGHT[f"series-{i}"] for i in range(1, 9)]
DASHES: list[Any] = ["-", (0, (6, 2)), (0, (2, 1.5)), (0, (7, 2, 1.5, 2)), (0, (4, 1.5, 1, 1.5, 1, 1.5)),
                     (0, (10, 2)), (0, (1, 1)), (0, (3, 3))]
MARKERS = ["o", "s", "^", "D", "v", "P", "X", "*"]
HATCHES = ["", "////", "\\\\\\\\", "xx", "---", "++", "|||", "//--"]  # lines only: dots make huge SVGs
OPTIMUM, CONSTANT, LIMIT = SERIES[2], SERIES[1], SERIES[1]

# What is read while a figure is made or written.
RC = {
    "font.family": "sans-serif", "font.sans-serif": ["DejaVu Sans"], "font.size": 9.5,
    "axes.titlesize": 10, "axes.labelsize": 9.5, "legend.fontsize": 8.5, "legend.frameon": False,
    "text.color": INK, "axes.edgecolor": MUTED, "axes.labelcolor": INK, "axes.facecolor": "none",
    "figure.facecolor": PAPER, "savefig.facecolor": PAPER, "hatch.linewidth": 0.5, "hatch.color": PAPER,
    "xtick.labelsize": 9, "ytick.labelsize": 9, "axes.unicode_minus": False, "lines.linewidth": 1.6,
}


def series(index: int) -> dict[str, Any]:
    """Colour, line style and marker of the index-th series; styles differ long after colours repeat."""
    return {"color": SERIES[index % 8], "linestyle": DASHES[(index + index // 8) % 8],
            "marker": MARKERS[(index + index // 8) % 8]}


def figure(width: float = 7.0, height: float = 3.6, rows: int = 1, columns: int = 1, **options: Any) -> Any:
    """A new Figure and its Axes (an array where there are several), in inches."""
    with matplotlib.rc_context(RC):
        return plt.subplots(rows, columns, figsize=(width, height), layout="constrained", **options)


def axes(ax: Axes | None, width: float = 7.0, height: float = 3.6) -> Axes:
    if ax is not None:
        return ax
    made: Axes = figure(width, height)[1]
    return made


def dress(ax: Axes, x: str, y: str, *, title: str = "", grid: str = "y") -> Axes:
    """Labels with units, quiet spines, a grid along `grid` ("x", "y", "both" or "")."""
    ax.set_xlabel(x, color=INK, fontsize=9.5)
    ax.set_ylabel(y, color=INK, fontsize=9.5)
    if title:
        ax.set_title(title, color=INK, fontsize=10, loc="left")
    ax.tick_params(which="both", color=MUTED, labelcolor=INK, labelsize=9)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_edgecolor(MUTED)
    if grid:
        ax.grid(True, axis=grid, color=GRID, linewidth=0.7)
    ax.set_axisbelow(True)
    return ax


def legend(ax: Axes, *, outside: bool = False, **options: Any) -> None:
    """The legend in ink, within the axes or below them, where it can hide nothing."""
    where: dict[str, Any] = {"loc": "best"}
    if outside:
        where = {"loc": "upper center", "bbox_to_anchor": (0.5, -0.17)}
    ax.legend(**{**where, "frameon": False, "fontsize": 8.5, "labelcolor": INK, **options})


def rows_height(count: int, *, least: float = 1.9) -> float:
    """Height in inches of a chart with one row per policy."""
    return max(least, 1.0 + 0.27 * count)
