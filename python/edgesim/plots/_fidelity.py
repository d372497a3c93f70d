"""How well models of power reproduce what they were not fitted to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from edgesim._arguments import checked
from edgesim.plots import _check, _style


@checked
def fidelity(result: dict[str, Any], *, signal: str | None = None,
             models: Iterable[str] | None = None) -> Figure:
    """Four panels with a row per model: energy bias, coverage, CRPS of energy, distance of peaks.

    result: the JSON of `edgesim fidelity` (docs/fidelity.md says what the scores are). signal: a rail or
    "total"; by default the primary one. Dots are actions, a bar is the mean over them; dashed lines are
    what a true law would have, dotted ones the distance between two halves of the measurements.
    """
    try:
        known = {str(model["name"]): _signals(model["actions"]) for model in result["models"]}
        wanted = str(result["primary_signal"] if signal is None else signal)
        signals = sorted({name for rows in known.values() for name, _, _ in rows})
        names = _check.chosen(models, known, "fidelity")
        if wanted not in signals:
            raise ValueError(f"fidelity: no signal '{wanted}'; it has {', '.join(signals)}")
        rows = {name: [(s, n) for of, s, n in known[name] if of == wanted] for name in names}
        floor = [s["peak_w"]["w1"] for of, s, _ in _signals(result.get("floors", [])) if of == wanted]
    except (KeyError, TypeError) as error:
        raise ValueError(f"fidelity: {type(error).__name__} {error}; allowed: the JSON of `edgesim "
                         "fidelity`") from None
    figure, panels = _style.figure(7.4, 1.1 + 0.27 * len(names), 1, 4, sharey=True)
    bias = {n: [100 * (s["energy_j"]["simulated"] / s["energy_j"]["measured"] - 1) for s, _ in rows[n]
                if s["energy_j"]["measured"]] for n in names}
    crps = {n: [100 * s["energy_j"]["crps"] / s["energy_j"]["measured"] for s, _ in rows[n]
                if s["energy_j"]["measured"] and s["energy_j"]["crps"] is not None] for n in names}
    peak = {n: [s["peak_w"]["w1"] for s, _ in rows[n] if s["peak_w"]["w1"] is not None] for n in names}
    _dots(panels[0], bias, 0)
    for level, index in ((90, 0), (50, 1)):
        inside = {n: _share([(s[f"inside_{level}"], count) for s, count in rows[n]]) for n in names}
        panels[1].axvline(level, color=_style.INK, linestyle=_style.DASHES[1], linewidth=1)
        shown = [(value, row) for row, value in enumerate(inside.values()) if value is not None]
        panels[1].plot([v for v, _ in shown], [r for _, r in shown],
                       **{**_style.series(index), "linestyle": "none"},
                       markersize=4.5, label=f"in {level} %")
    _dots(panels[2], crps, None)
    _dots(panels[3], peak, None)
    measured_floor = [value for value in floor if value]
    if measured_floor:
        panels[3].axvline(float(np.mean(measured_floor)), color=_style.INK, linestyle=_style.DASHES[6],
                          linewidth=1.2)
    figure.suptitle(f"{wanted}; dots: actions, bar: their mean, dashed: a true law, dotted: halves of the "
                    "measurements",
                    color=_style.INK, fontsize=9.5, x=0.01, ha="left")
    inside_of = "blocks" if result.get("blocks") else "requests"
    labels = ["energy bias, %", f"{inside_of} inside, %", "CRPS of energy, %", "peak W1, W"]
    for position, (ax, label) in enumerate(zip(panels, labels)):
        _style.dress(ax, label, "model" if position == 0 else "", grid="x")
        ax.set_ylim(len(names) - 0.4, -0.6)
    panels[0].set_yticks(range(len(names)), names)
    panels[1].set_xlim(0, 103)
    panels[1].legend(loc="lower left", bbox_to_anchor=(-0.05, 1), ncol=2, frameon=False, fontsize=8,
                     columnspacing=0.8,
                     handletextpad=0.1, labelcolor=_style.INK, borderaxespad=0.1)
    made: Figure = figure
    return made


def _signals(actions: list[dict[str, Any]]) -> list[tuple[str, dict[str, Any], int]]:
    return [(str(s["signal"]), s, int(a["requests"])) for a in actions for s in a["signals"]]


def _share(counts: list[tuple[list[float], int]]) -> float | None:
    """% of all requests inside, mean over seeds."""
    known = [(np.mean(seeds), requests) for seeds, requests in counts if seeds]
    total = sum(requests for _, requests in known)
    return 100 * float(sum(inside for inside, _ in known)) / total if total else None


def _dots(ax: Axes, values: dict[str, list[float]], target: float | None) -> None:
    if target is not None:
        ax.axvline(target, color=_style.INK, linestyle=_style.DASHES[1], linewidth=1)
    for row, found in enumerate(values.values()):
        if found:
            ax.plot(found, np.full(len(found), row), linestyle="none", marker="o", markersize=3, alpha=0.7,
                    color=_style.SERIES[0])
            ax.plot(np.mean(found), row, linestyle="none", marker="|", markersize=11, markeredgewidth=2,
                    color=_style.INK)
