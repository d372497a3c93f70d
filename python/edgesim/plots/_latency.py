"""Predicted against measured time."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from edgesim._arguments import checked
from edgesim.plots import _check, _style


@checked
def latency(measured_s: Sequence[float], predicted_s: Sequence[float], *, labels: Iterable[str] | None = None,
            band: float = 0.1, ax: Axes | None = None) -> Axes:
    """Predicted over measured time on logarithmic axes, with the diagonal and a band of +-`band` around it.

    measured_s, predicted_s: seconds, above 0, as many of each. labels: what each point is of; points of one
    label share colour and marker. The title counts the points within the band.
    """
    measured = _check.finite(measured_s, "measured_s")
    predicted = _check.finite(predicted_s, "predicted_s")
    _check.same_length(measured, predicted, "measured_s and predicted_s")
    if not 0 < band < 1:
        raise ValueError(f"band: {band}; allowed: above 0 and below 1")
    usable = np.isfinite(measured) & np.isfinite(predicted)
    if not usable.any() or (measured[usable] <= 0).any() or (predicted[usable] <= 0).any():
        raise ValueError("measured_s and predicted_s: a time of 0 or below, or no pair; allowed: seconds "
                         "above 0")
    of = ["" for _ in measured] if labels is None else [str(label) for label in labels]
    if len(of) != len(measured):
        raise ValueError(f"labels: {len(of)} for {len(measured)} points; allowed: one for each")
    ax = _style.axes(ax, width=6.4, height=4.4)
    both = np.concatenate([measured[usable], predicted[usable]])
    ends = np.array([both.min() / 1.25, both.max() * 1.25])
    ax.fill_between(ends, (1 - band) * ends, (1 + band) * ends, color=_style.SERIES[7], alpha=0.25,
                    linewidth=0,
                    label=f"within {100 * band:g} %")
    ax.plot(ends, ends, color=_style.INK, linewidth=1.1, label="predicted = measured")
    for index, label in enumerate(dict.fromkeys(of)):
        here = np.array([name == label for name in of]) & usable
        if here.any():
            ax.plot(measured[here], predicted[here], **{**_style.series(index), "linestyle": "none"},
                    markersize=5,
                    markeredgecolor=_style.INK, markeredgewidth=0.5, label=label or None)
    inside = np.abs(predicted[usable] / measured[usable] - 1) <= band
    ax.set(xscale="log", yscale="log", xlim=ends, ylim=ends)
    subs = (1, 2, 5) if ends[1] < 1000 * ends[0] else (1,)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=subs))
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axis.set_minor_formatter(NullFormatter())
    _style.dress(ax, "measured, s", "predicted, s", grid="both",
                 title=f"{int(inside.sum())} of {len(inside)} within {100 * band:g} %")
    _style.legend(ax, loc="upper left")
    return ax
