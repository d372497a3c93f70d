"""Power over time."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from edgesim._arguments import checked
from edgesim.plots import _check, _style


@checked
def power_trace(power: pd.DataFrame, *, spans: pd.DataFrame | None = None, cap_w: float | None = None,
                ax: Axes | None = None) -> Axes:
    """Power as steps, with coloured spans and the cap.

    power: one row per constant stretch: start_s, length_s and columns that end in _w, in W; the thickest
    line is total_w, or the only column. spans: start_s, end_s and label, one colour and hatch per label,
    such as the requests of an episode by action or the states of a model. cap_w: a line in W; stretches of
    the total above it are drawn thicker in its colour.
    """
    frame = _check.columns(power, ["start_s", "length_s"], "power")
    rails = [str(column) for column in frame.columns if str(column).endswith("_w")]
    if not rails:
        raise ValueError("power: no column ends in _w; allowed: watts of at least one rail, such as total_w")
    start = _check.finite(frame["start_s"], "power: start_s")
    length = _check.finite(frame["length_s"], "power: length_s")
    main = "total_w" if "total_w" in rails else rails[0]
    watts = {rail: _check.finite(frame[rail], f"power: {rail}") for rail in rails}
    ax = _style.axes(ax, height=3.4)
    ends = start + length
    others = [rail for rail in rails if rail != main] if len(rails) > 2 or main != "total_w" else []
    for index, rail in enumerate([*others, main]):
        look = {"color": _style.INK, "linewidth": 1.3} if rail == main else {
            "color": _style.MUTED, "linestyle": _style.DASHES[(index + 1) % 8], "linewidth": 1.0}
        time, level = _steps(start, ends, watts[rail])
        ax.plot(time, level, label=rail[:-2], **look)
    if cap_w is not None:
        ax.axhline(cap_w, color=_style.LIMIT, linestyle=(0, (6, 2)), linewidth=1.3, label=f"cap, {cap_w:g} W")
        over = np.where(watts[main] > cap_w, watts[main], np.nan)
        if np.isfinite(over).any():
            time, level = _steps(start, ends, over)
            ax.plot(time, level, color=_style.LIMIT, linewidth=2.2, label="above the cap")
    handles, labels = ax.get_legend_handles_labels()
    if spans is not None:
        for patch in _draw_spans(ax, spans):
            handles.append(patch)
            labels.append(patch.get_label())
    _style.dress(ax, "time, s", "power, W")
    ax.set_xlim(start[0], ends[-1] if ends[-1] > start[0] else start[0] + 1)
    ax.set_ylim(bottom=0)
    ax.legend(handles, labels, loc="upper center", bbox_to_anchor=(0.5, -0.17), ncol=4, frameon=False,
              fontsize=8.5,
              labelcolor=_style.INK)
    return ax


def _steps(start: _check.Floats, end: _check.Floats,
           level: _check.Floats) -> tuple[_check.Floats, _check.Floats]:
    """Corners of the steps; a gap between stretches stays a gap."""
    time, power = [], []
    for i, (begin, stop, watts) in enumerate(zip(start, end, level)):
        if i > 0 and begin - end[i - 1] > 1e-6 * max(1.0, abs(begin)):
            time.append(begin)
            power.append(float("nan"))
        time += [begin, stop]
        power += [watts, watts]
    return np.array(time), np.array(power)


def _draw_spans(ax: Axes, spans: pd.DataFrame) -> list[Patch]:
    frame = _check.columns(spans, ["start_s", "end_s", "label"], "spans")
    labels = list(dict.fromkeys(frame["label"].astype(str)))
    patches = []
    colours = [colour for colour in _style.SERIES if colour != _style.LIMIT]
    for index, label in enumerate(labels):
        colour = colours[index % len(colours)]
        look = {"facecolor": colour, "edgecolor": _style.MUTED, "alpha": 0.25, "linewidth": 0,
                "hatch": _style.HATCHES[index % 8]}
        for span in frame[frame["label"].astype(str) == label].itertuples():
            ax.axvspan(span.start_s, span.end_s, **look)
            ax.axvline(span.start_s, color=_style.PAPER, linewidth=0.8)
        patches.append(Patch(**look, label=label))
    return patches
