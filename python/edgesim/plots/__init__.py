"""Figures of edgesim: one module for notebooks, documentation and reports.

Functions take plain DataFrames, arrays and dicts, draw on `ax` if one is given, and return the Axes, or the
Figure where there are several panels. Bad input is a ValueError of one line. `save` writes a figure, `svg`
gives it as text, `data_hash` tells what data it shows.
"""

from edgesim.plots._fidelity import fidelity
from edgesim.plots._heat import heat_map, policy_map
from edgesim.plots._latency import latency
from edgesim.plots._output import data_hash, save, svg
from edgesim.plots._policies import policy_frame, select
from edgesim.plots._power import power_trace
from edgesim.plots._runs import budget_use, forest, pareto, reward_curves
from edgesim.plots._style import DARK, LIGHT

__all__ = [
    "DARK", "LIGHT", "budget_use", "data_hash", "fidelity", "forest", "heat_map", "latency", "pareto",
    "policy_frame", "policy_map", "power_trace", "reward_curves", "save", "select", "svg",
]
