"""Maps: what a policy chooses where, and a value over two settings."""

from __future__ import annotations

from typing import Any

import matplotlib
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch, PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator

from edgesim._arguments import checked
from edgesim.plots import _check, _style


@checked
def policy_map(table: dict[str, Any], *, classes: list[str] | None = None) -> Figure:
    """The action that a policy chooses over energy left and requests left, one panel per class of requests.

    table: the JSON of `edgesim policy export` (docs/policies_as_files.md): actions, classes, budget_j,
    requests and, for each number of requests left and class, rising thresholds from_j (J) with the action
    from each on. classes: the panels, all by default.
    """
    try:
        actions, there = [str(a) for a in table["actions"]], [str(c) for c in table["classes"]]
        budget, requests, ladders = float(table["budget_j"]), int(table["requests"]), list(table["tables"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"table: {type(error).__name__} {error}; allowed: the JSON of `edgesim policy "
                         "export`") from None
    if not ladders or not actions or requests < 1 or not budget > 0:
        raise ValueError("table: no actions, requests, budget or thresholds in it; allowed: at least one of "
                         "each")
    unit, scale = ("kJ", 1000.0) if budget >= 1000 else ("J", 1.0)
    shown = [c for c in (classes or there)]
    for name in shown:
        if name not in there:
            raise ValueError(f"table: no class '{name}'; it has {', '.join(there)}")
    columns = min(3, len(shown))
    rows = -(-len(shown) // columns)
    figure, panels = _style.figure(7.2, 0.9 + 2.1 * rows, rows, columns, squeeze=False, sharex=True,
                                   sharey=True)
    used: set[str] = set()
    for position, ax in enumerate(panels.flat):
        if position >= len(shown):
            ax.set_visible(False)
            continue
        of_class = [ladder for ladder in ladders if ladder["class"] == shown[position]]
        areas = _areas(of_class, actions, budget, scale)
        used.update(areas)
        for action, boxes in areas.items():
            index = actions.index(action)
            with matplotlib.rc_context(_style.RC):
                closed = [Path(np.vstack([box, box[:1]]), closed=True) for box in boxes]
                ax.add_patch(PathPatch(Path.make_compound_path(*closed), facecolor=_style.SERIES[index % 8],
                                       edgecolor=_style.PAPER, linewidth=0, hatch=_style.HATCHES[index % 8]))
        ax.set(xlim=(0, budget / scale), ylim=(0.5, requests + 0.5))
        _style.dress(ax, f"energy left, {unit}" if position + columns >= len(shown) else "",
                     "requests left" if position % columns == 0 else "", title=shown[position], grid="")
        ax.tick_params(labelbottom=position + columns >= len(shown))
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
    if not used:
        raise ValueError("table: no thresholds of a class that is shown; allowed: at least one")
    with matplotlib.rc_context(_style.RC):
        patches = [Patch(facecolor=_style.SERIES[i % 8], edgecolor=_style.PAPER,
                         hatch=2 * _style.HATCHES[i % 8],
                         label=action, linewidth=0) for i, action in enumerate(actions) if action in used]
    figure.legend(handles=patches, loc="outside lower center" if _outside() else "lower center", ncol=3,
                  frameon=False, fontsize=8.5, labelcolor=_style.INK, handlelength=2.4, handleheight=1.3)
    if not _outside():
        room = (0.24 * -(-len(patches) // 3) + 0.12) / figure.get_figheight()
        figure.get_layout_engine().set(rect=(0, room, 1, 1 - room))
    made: Figure = figure
    return made


def _outside() -> bool:
    """Whether legends outside of the axes are laid out by matplotlib itself."""
    return tuple(int(part) for part in matplotlib.__version__.split(".")[:2]) >= (3, 7)


def _areas(ladders: list[dict[str, Any]], actions: list[str], budget: float,
           scale: float) -> dict[str, list[_check.Floats]]:
    """By action: boxes in `scale` J and requests left; neighbouring thresholds of one action are one box."""
    areas: dict[str, list[_check.Floats]] = {}
    for ladder in ladders:
        starts = [*ladder["from_j"], budget]
        if len(ladder["action"]) != len(ladder["from_j"]):
            raise ValueError("table: a threshold without an action; allowed: one action for each")
        row = float(ladder["requests_left"])
        for begin, end, action in zip(starts, starts[1:], ladder["action"]):
            if action not in actions:
                raise ValueError(f"table: unknown action '{action}'; it has {', '.join(actions)}")
            left, right = begin / scale, min(end, budget) / scale
            if right > left:
                areas.setdefault(action, []).append(np.array(
                    [[left, row - 0.5], [right, row - 0.5], [right, row + 0.5], [left, row + 0.5]]))
    return areas


@checked
def heat_map(values: pd.DataFrame, *, x_label: str, y_label: str, value_label: str, digits: int = 2,
             ax: Axes | None = None) -> Axes:
    """A value over two settings, as colours and, up to 150 cells, as numbers.

    values: index are the settings along y, columns those along x, cells the value; NaN cells stay empty. The
    labels name setting and unit. Colours are cividis, which colour-blind eyes and grey print order the same.
    """
    if not isinstance(values, pd.DataFrame):
        raise ValueError(f"values: is a {type(values).__name__}; allowed: a pandas DataFrame")
    cells = _check.finite(values.to_numpy(), "values", ndim=2)
    ax = _style.axes(ax, height=max(2.4, 1.2 + 0.42 * cells.shape[0]))
    low, high = float(np.nanmin(cells)), float(np.nanmax(cells))
    mesh = ax.pcolormesh(cells, cmap="cividis", vmin=low,
                         vmax=high if high > low else low + 1,
                         edgecolors="none", rasterized=cells.size > 4000)
    if cells.size <= 150:
        for (row, column), value in np.ndenumerate(cells):
            if np.isfinite(value):
                dark = mesh.norm(value) < 0.55
                ax.text(column + 0.5, row + 0.5, f"{value:.{digits}f}", ha="center", va="center",
                        fontsize=8.5,
                        color="#fafafa" if dark else "#101010")
    ax.set_xticks(np.arange(cells.shape[1]) + 0.5, [_word(name) for name in values.columns])
    ax.set_yticks(np.arange(cells.shape[0]) + 0.5, [_word(name) for name in values.index])
    _style.dress(ax, x_label, y_label, grid="")
    bar = ax.figure.colorbar(mesh, ax=ax, pad=0.02)
    bar.set_label(value_label, color=_style.INK, fontsize=9.5)
    bar.ax.tick_params(color=_style.MUTED, labelcolor=_style.INK, labelsize=9)
    bar.outline.set_visible(False)
    return ax


def _word(name: object) -> str:
    return f"{name:g}" if isinstance(name, (float, np.floating)) else str(name)
