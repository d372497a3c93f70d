"""Policies as a table, and which of them a figure has room for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from edgesim._arguments import checked
from edgesim.plots import _check


@checked
def policy_frame(summary: dict[str, Any]) -> pd.DataFrame:
    """The estimates of a summary.json, indexed by policy, best reward first.

    Each estimate X (reward, energy_per_request_j, budget_used, ...) has the columns X, X_low and X_high: mean
    and 95 % interval over replicas, NaN where there is none.
    """
    if not isinstance(summary, dict) or not isinstance(summary.get("policies"), dict):
        raise ValueError("summary: no 'policies' in it; allowed: the content of a summary.json")
    rows = {}
    for name, values in summary["policies"].items():
        row = {}
        for key, value in values.items():
            if isinstance(value, dict) and "mean" in value:
                low, high = value.get("ci95") or (float("nan"), float("nan"))
                row[key], row[f"{key}_low"], row[f"{key}_high"] = value["mean"], low, high
            elif value is None:
                row[key] = row[f"{key}_low"] = row[f"{key}_high"] = float("nan")
        rows[name] = row
    frame = _check.columns(pd.DataFrame.from_dict(rows, orient="index"), ["reward"], "summary")
    return frame.sort_values("reward", ascending=False, kind="stable")


@checked
def select(policies: pd.DataFrame, learners: Iterable[str] = (), keep: Iterable[str] = (),
           most: int = 12) -> list[str]:
    """At most `most` names of a policy_frame in its order: kept ones and learners first, then the best."""
    _check.columns(policies, ["reward"], "policies")
    if most < 1:
        raise ValueError(f"most: {most}; allowed: at least 1")
    names = [str(name) for name in policies.index]
    wanted = [name for name in dict.fromkeys([*keep, *learners]) if name in names][:most]
    wanted += [name for name in names if name not in wanted][:most - len(wanted)]
    return [name for name in names if name in wanted]


def front(energy: Iterable[float], reward: Iterable[float]) -> list[int]:
    """Positions of the points that no other point beats in both, by rising energy."""
    points = sorted(enumerate(zip(energy, reward)), key=lambda point: (point[1][0], -point[1][1]))
    kept: list[int] = []
    best = float("-inf")
    for position, (_, earned) in points:
        if earned > best:
            kept.append(position)
            best = earned
    return kept
