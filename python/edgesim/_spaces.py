"""Gymnasium's spaces and base classes where it is installed, else the little of them that is needed."""

from __future__ import annotations

import importlib.util
from typing import Any

import numpy as np
import numpy.typing as npt

HAS_GYMNASIUM = importlib.util.find_spec("gymnasium") is not None


class PlainBox:
    """Arrays of float32 between two bounds."""

    def __init__(self, low: npt.NDArray[np.float32], high: npt.NDArray[np.float32]) -> None:
        self.low, self.high, self.shape, self.dtype = low, high, low.shape, np.dtype(np.float32)

    def contains(self, x: Any) -> bool:
        """Whether an array is one of these."""
        array = np.asarray(x)
        return array.shape == self.shape and bool(np.all(array >= self.low) and np.all(array <= self.high))


class PlainDiscrete:
    """Whole numbers 0 .. n-1."""

    def __init__(self, n: int) -> None:
        self.n, self.shape, self.dtype = n, (), np.dtype(np.int64)
        self._rng = np.random.default_rng(0)

    def seed(self, seed: int) -> None:
        """Of `sample`."""
        self._rng = np.random.default_rng(seed)

    def sample(self, mask: npt.NDArray[np.int8] | None = None) -> int:
        """Uniform among all, or among those whose mask is 1."""
        return int(self._rng.integers(self.n) if mask is None else self._rng.choice(np.flatnonzero(mask)))

    def contains(self, x: Any) -> bool:
        """Whether a number is one of these."""
        return hasattr(x, "__index__") and 0 <= x.__index__() < self.n


class PlainMultiDiscrete:
    """One of `PlainDiscrete` per environment."""

    def __init__(self, nvec: npt.NDArray[np.int64]) -> None:
        self.nvec, self.shape, self.dtype = nvec, nvec.shape, np.dtype(np.int64)
        self._rng = np.random.default_rng(0)

    def seed(self, seed: int) -> None:
        """Of `sample`."""
        self._rng = np.random.default_rng(seed)

    def sample(self) -> npt.NDArray[np.int64]:
        """Uniform, independent."""
        return self._rng.integers(self.nvec)

    def contains(self, x: Any) -> bool:
        """Whether an array is one of these."""
        array = np.asarray(x)
        return array.shape == self.shape and bool(np.all(array >= 0) and np.all(array < self.nvec))


if HAS_GYMNASIUM:
    import gymnasium
    from gymnasium.vector import AutoresetMode

    EnvBase: Any = gymnasium.Env
    VectorEnvBase: Any = gymnasium.vector.VectorEnv
    NEXT_STEP: Any = AutoresetMode.NEXT_STEP

    def box(low: npt.NDArray[np.float32], high: npt.NDArray[np.float32]) -> Any:
        return gymnasium.spaces.Box(low, high, dtype=np.float32)

    def discrete(n: int) -> Any:
        return gymnasium.spaces.Discrete(n)

    def multi_discrete(nvec: npt.NDArray[np.int64]) -> Any:
        return gymnasium.spaces.MultiDiscrete(nvec)

else:
    EnvBase = object
    VectorEnvBase = object
    NEXT_STEP = "NextStep"  # the value of Gymnasium's AutoresetMode.NEXT_STEP
    box, discrete, multi_discrete = PlainBox, PlainDiscrete, PlainMultiDiscrete
