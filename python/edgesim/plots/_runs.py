"""Figures of a run: learning curves, energy against budget, energy against quality, gaps to the optimum."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from edgesim._arguments import checked
from edgesim.plots import _check, _style
from edgesim.plots._policies import front

MOST_BANDS = 3  # more cover each other


@checked
def reward_curves(curves: pd.DataFrame, *, best_constant: tuple[str, float] | None = None,
                  optimum: float | None = None, window: int | None = None,
                  policies: Iterable[str] | None = None, ax: Axes | None = None) -> Axes:
    """Training reward of each learner over its episodes.

    curves: one row per policy, replica and episode with the reward of the episode, as curves.csv. Each curve
    is the mean over replicas of the running mean of the last `window` episodes (default: a twentieth of
    them); its band holds the middle 95 % of the replicas, where there are at most three curves.
    best_constant: name and mean evaluation reward of the best constant action; optimum: that of the optimum.
    Both become lines.
    """
    frame = _check.columns(curves, ["policy", "replica", "episode", "reward"], "curves")
    _check.finite(frame["reward"], "curves: reward")
    names = _check.chosen(policies, frame["policy"], "curves")
    episodes = int(frame["episode"].max()) + 1
    width = max(1, episodes // 20) if window is None else window
    if not 1 <= width <= episodes:
        raise ValueError(f"window: {width}; allowed: 1 to {episodes}, the episodes of a curve")
    ax = _style.axes(ax, height=3.9)
    for index, name in enumerate(names):
        of_policy = frame[frame["policy"] == name]
        wide = of_policy.pivot_table(index="episode", columns="replica", values="reward").sort_index()
        smooth = wide.rolling(width).mean().dropna(how="all")
        if smooth.empty:
            raise ValueError(f"curves: policy '{name}' has {len(wide)} episodes; allowed: at least {width}")
        look = _style.series(index)
        line_marks = {"markevery": max(1, len(smooth) // 8), "markersize": 4.5}
        ax.plot(smooth.index, smooth.mean(axis=1), label=name, **look, **line_marks)
        if smooth.shape[1] > 1 and len(names) <= MOST_BANDS:
            low, high = np.nanpercentile(smooth.to_numpy(), [2.5, 97.5], axis=1)
            ax.fill_between(smooth.index, low, high, color=look["color"], alpha=0.16, linewidth=0)
    if optimum is not None:
        ax.axhline(optimum, color=_style.INK, linestyle=(0, (6, 2)), linewidth=1.3,
                   label=f"optimum, {optimum:.2f}")
    if best_constant is not None:
        ax.axhline(best_constant[1], color=_style.INK, linestyle=(0, (1, 1.5)), linewidth=1.5,
                   label=f"{best_constant[0]} (best constant), {best_constant[1]:.2f}")
    replicas = frame["replica"].nunique()
    band = f", {replicas} replica{'s' if replicas > 1 else ''}"
    if replicas > 1:
        band += ", band: middle 95 % of them" if len(names) <= MOST_BANDS else " (no bands: too many curves)"
    _style.dress(ax, "training episode", "reward per episode",
                 title=f"mean of the last {width} episodes{band}")
    ax.set_xlim(0, episodes - 1 if episodes > 1 else 1)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    _style.legend(ax, outside=True, ncol=2)
    return ax


@checked
def budget_use(evaluation: pd.DataFrame, *, policies: Iterable[str] | None = None,
               ax: Axes | None = None) -> Axes:
    """How much of the energy budget each policy's evaluation episodes use.

    evaluation: one row per policy and episode with budget_used (share of the budget, 1 is all of it) and
    requests_cut, as evaluation.csv. Boxes are quartiles with the median, whiskers reach from the 5th to the
    95th percentile; crosses are episodes in which a request was cut, a brown-out, and their share is said.
    """
    frame = _check.columns(evaluation, ["policy", "budget_used", "requests_cut"], "evaluation")
    _check.finite(frame["budget_used"], "evaluation: budget_used")
    names = _check.chosen(policies, frame["policy"], "evaluation")
    ax = _style.axes(ax, height=_style.rows_height(len(names)))
    for row, name in enumerate(names):
        of_policy = frame[frame["policy"] == name]
        used = 100 * of_policy["budget_used"].to_numpy(dtype=float)
        low, q1, median, q3, high = np.nanpercentile(used, [5, 25, 50, 75, 95])
        ax.plot([low, high], [row, row], color=_style.SERIES[0], linewidth=1.2, solid_capstyle="butt")
        ax.barh(row, q3 - q1, left=q1, height=0.56, color=_style.SERIES[0], alpha=0.35, linewidth=0)
        ax.plot([median, median], [row - 0.28, row + 0.28], color=_style.INK, linewidth=1.8)
        cut = (of_policy["requests_cut"] > 0).to_numpy()
        if cut.any():
            spread = np.linspace(-0.24, 0.24, int(cut.sum()))
            some = slice(None, None, max(1, int(cut.sum()) // 40))
            ax.plot(used[cut][some], row + spread[some], linestyle="none", marker="x", markersize=3.4,
                    color=_style.LIMIT, markeredgewidth=0.8)
            ax.annotate(f"{_share(cut.mean())} brown-outs", (1.01, row), xycoords=("axes fraction", "data"),
                        va="center", fontsize=8.5, color=_style.INK, annotation_clip=False)
    ax.axvline(100, color=_style.INK, linestyle=(0, (6, 2)), linewidth=1.2)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    left, right = ax.get_xlim()
    ax.set_xlim(left, max(right, 100 + 0.03 * (100 - left)))
    _style.dress(ax, "energy used, % of the budget (dashed: all of it)", "policy", grid="x",
                 title="box: quartiles and median, whisker: 5 % to 95 %, cross: brown-out")
    return ax


def _share(share: float) -> str:
    return f"{100 * share:.0f} %" if share >= 0.01 else f"{100 * share:.1f} %"


@checked
def pareto(policies: pd.DataFrame, *, named: Iterable[str] | None = None, value: str = "reward",
           value_label: str = "reward per episode", ax: Axes | None = None) -> Axes:
    """Quality against energy: where each policy is, and the front that none beats in both.

    policies: indexed by policy, with energy_per_request_j (J) and `value`, each also with _low and _high
    where there is an interval; plots.policy_frame makes it. The line joins the front; error bars are the
    intervals. named: policies that get a marker of their own in the legend (default: the first twelve);
    the others are small dots.
    """
    frame = _check.columns(policies, ["energy_per_request_j", value], "policies")
    energy = _check.finite(frame["energy_per_request_j"], "policies: energy_per_request_j")
    reward = _check.finite(frame[value], f"policies: {value}")
    there = [str(name) for name in frame.index]
    names = _check.chosen(there[:12] if named is None else named, there, "policies")
    ax = _style.axes(ax, height=4.2)
    ahead = front(energy, reward)
    joined, = ax.plot(energy[ahead], reward[ahead], color=_style.MUTED, linewidth=1.1, linestyle=(0, (5, 2)),
                      zorder=1,
                       label="front: none earns more for less")
    x_error, y_error = _error(frame, "energy_per_request_j"), _error(frame, value)
    drawn, handles = 0, [joined]
    for position, name in enumerate(there):
        look = {"linestyle": "none", "marker": ".", "markersize": 4, "color": _style.SERIES[7]}
        if name in names:
            look = {**_style.series(drawn), "linestyle": "none", "markersize": 6.5,
                    "markeredgecolor": _style.INK, "markeredgewidth": 0.6}
            handles.append(Line2D([], [], label=name, **look))
            drawn += 1
        ax.errorbar(energy[position], reward[position], xerr=x_error[:, [position]],
                    yerr=y_error[:, [position]],
                    ecolor=_style.MUTED, elinewidth=0.9, capsize=2, **look)
    if len(names) < len(there):
        handles.append(Line2D([], [], linestyle="none", marker=".", color=_style.SERIES[7],
                              label=f"{len(there) - len(names)} others"))
    _style.dress(ax, "energy per request, J", value_label, grid="both",
                 title="mean and 95 % interval" if x_error.any() or y_error.any() else "mean")
    ax.legend(handles=handles, loc="center left", bbox_to_anchor=(1.0, 0.5), frameon=False, fontsize=8.5,
              labelcolor=_style.INK)
    return ax


def _error(frame: pd.DataFrame, key: str) -> _check.Floats:
    """(2, policies): what error bars reach down and up, 0 without an interval."""
    if f"{key}_low" not in frame.columns or f"{key}_high" not in frame.columns:
        return np.zeros((2, len(frame)))
    below = (frame[key] - frame[f"{key}_low"]).to_numpy(dtype=float)
    above = (frame[f"{key}_high"] - frame[key]).to_numpy(dtype=float)
    return np.nan_to_num(np.clip([below, above], 0, None))


@checked
def forest(gaps: pd.DataFrame, *, label: str = "gap to the optimum, reward per episode",
           row_label: str = "policy",
           target: str = "optimum", ax: Axes | None = None) -> Axes:
    """A certificate per row: the gap and its interval.

    gaps: indexed by policy (or what `row_label` says), with gap, low and high in the unit of `label`; low and
    high are NaN where there is no interval. The line at 0 is the `target`; an open mark is an interval that
    holds 0.
    """
    frame = _check.columns(gaps, ["gap", "low", "high"], "gaps")
    gap = _check.finite(frame["gap"], "gaps: gap")
    ax = _style.axes(ax, height=_style.rows_height(len(frame)))
    ax.axvline(0, color=_style.INK, linewidth=1.1)
    unsure = 0
    for row, (low, high) in enumerate(zip(frame["low"].astype(float), frame["high"].astype(float))):
        interval = np.isfinite(low) and np.isfinite(high)
        holds = interval and low <= 0 <= high
        unsure += holds
        if interval:
            ax.plot([low, high], [row, row], color=_style.SERIES[0], linewidth=1.6, marker="|", markersize=6)
        ax.plot(gap[row], row, linestyle="none", marker="o", markersize=5.5, color=_style.SERIES[0],
                markerfacecolor=_style.PAPER if holds else _style.SERIES[0])
    ax.set_yticks(range(len(frame)), [str(name) for name in frame.index])
    ax.set_ylim(len(frame) - 0.4, -0.6)
    note = "; open: its interval holds 0" if unsure else ""
    _style.dress(ax, label, row_label, grid="x", title=f"line at 0: {target}{note}")
    return ax
