"""What a plot refuses: one line, what is wrong and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Floats = npt.NDArray[np.float64]


def columns(frame: Any, needed: Iterable[str], what: str) -> pd.DataFrame:
    """The frame, if it has rows and the needed columns; ValueError in one line else."""
    if not isinstance(frame, pd.DataFrame):
        raise ValueError(f"{what}: is a {type(frame).__name__}; allowed: a pandas DataFrame")
    for name in needed:
        if name not in frame.columns:
            there = [str(column) for column in frame.columns]
            close = get_close_matches(name, there, 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise ValueError(f"{what}: no column '{name}'; it has {', '.join(there) or 'none'}{hint}")
    if len(frame) == 0:
        raise ValueError(f"{what}: no rows; allowed: at least one")
    return frame


def finite(values: Any, what: str, *, ndim: int = 1) -> Floats:
    """The values as floats; ValueError where the shape differs, or nothing in them is finite."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise ValueError(f"{what}: not numbers; allowed: an array of numbers") from None
    if array.ndim != ndim:
        raise ValueError(f"{what}: has {array.ndim} dimensions; allowed: {ndim}")
    if array.size == 0:
        raise ValueError(f"{what}: empty; allowed: at least one number")
    if not np.isfinite(array).any():
        raise ValueError(f"{what}: no finite number in it; allowed: at least one")
    return array


def same_length(first: Floats, second: Floats, what: str) -> None:
    if len(first) != len(second):
        raise ValueError(f"{what}: {len(first)} and {len(second)} values; allowed: as many of each")


def chosen(policies: Iterable[str] | None, there: Iterable[str], what: str) -> list[str]:
    """The policies to draw, all of those there by default; ValueError names one that is not there."""
    known = list(dict.fromkeys(str(name) for name in there))
    if policies is None:
        return known
    names = [policies] if isinstance(policies, str) else list(policies)
    for name in names:
        if name not in known:
            close = get_close_matches(str(name), known, 1)
            hint = f"; did you mean '{close[0]}'?" if close else ""
            raise ValueError(f"{what}: no policy '{name}'; it has {', '.join(known)}{hint}")
    if not names:
        raise ValueError(f"{what}: no policy to draw; it has {', '.join(known)}")
    return names
