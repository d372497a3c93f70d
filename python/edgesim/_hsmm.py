"""Hidden semi-Markov models of power."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from edgesim import _edgesim
from edgesim._arguments import count, flag, number

_MOST_SEED = 2**64 - 1


def _readings(watts: Any, what: str) -> npt.NDArray[np.float64]:
    """Its own memory where it is an array of doubles in a row; a copy of anything else that holds numbers."""
    if isinstance(watts, (str, bytes)) or np.iscomplexobj(watts):
        raise TypeError(f"{what} must be an array of power readings in W, not {type(watts).__name__}")
    try:
        return np.ascontiguousarray(watts, dtype=np.float64)
    except (TypeError, ValueError):
        raise TypeError(f"{what} must be a one-dimensional array of power readings in W") from None


class Hsmm:
    """A hidden semi-Markov model of one power rail: explicit durations, one reading per `interval_s`.

    Args:
        model: states, initial, transition, first_reading, starts_mid_stay as in a device profile's classes.
        interval_s: time between readings, s.

    >>> from edgesim import Profile
    >>> model = Profile("laptop-rtx3070").hsmm("gemma-2-2b-it-q6_k", "gpu")
    >>> watts = model.sample(100, seed=1)
    >>> watts.shape, model.decode(watts).shape
    ((100,), (100,))
    """

    def __init__(self, model: dict[str, Any], interval_s: float) -> None:
        if not isinstance(model, dict):
            raise TypeError(f"model must be a dict with states, initial and transition, not {type(model).__name__}")
        try:
            text = json.dumps({"first_reading": None, "starts_mid_stay": False} | model)
        except (TypeError, ValueError) as error:
            raise _edgesim.InputError(f"the model holds what is no setting of it: {error}") from None
        self._core = _edgesim.Hsmm.from_json(text, number(interval_s, "interval_s"))

    @classmethod
    def _of(cls, core: _edgesim.Hsmm) -> Hsmm:
        made = cls.__new__(cls)
        made._core = core
        return made

    @property
    def interval_s(self) -> float:
        """Time between readings, s."""
        return self._core.interval_s

    @property
    def states(self) -> list[str]:
        """Names, in the order of their numbers."""
        return self._core.states

    def to_dict(self) -> dict[str, Any]:
        """What the constructor takes."""
        return dict(json.loads(self._core.to_json()))

    def log_likelihood(self, watts: npt.ArrayLike, *, level_w: float = 0.0) -> float:
        """log density of the readings (n,), W, NaN = missing; the last stay is cut off by the end.

        `level_w` is added to the mean of the states that take the request's level. Doubles in a row are not copied.
        """
        return self._core.log_likelihood(_readings(watts, "watts"), number(level_w, "level_w"))

    def decode(self, watts: npt.ArrayLike, *, level_w: float = 0.0) -> npt.NDArray[np.int32]:
        """The most probable state at each reading (n,), as positions in `states`."""
        return self._core.decode(_readings(watts, "watts"), number(level_w, "level_w"))

    def sample(self, n: int, *, seed: int = 1, level_w: float = 0.0) -> npt.NDArray[np.float64]:
        """n readings, W, none below 0; the same for the same seed."""
        return self._core.sample(
            count(n, "n", 100_000_000), count(seed, "seed", _MOST_SEED), number(level_w, "level_w")
        )

    def __repr__(self) -> str:
        return f"<edgesim.Hsmm of {len(self.states)} states, one reading per {self.interval_s:.3g} s>"


@dataclasses.dataclass(frozen=True)
class HsmmFit:
    """A fitted model and how it was reached.

    Attributes:
        model: the fit.
        level_sd_w: spread of the level between sequences, W; 0 without one.
        level_w: posterior mean of each sequence's level, W.
        log_likelihood: of all sequences, given these levels.
        readings: that are not missing.
        iterations, converged: of the run of EM that was kept.
        parameters, bic: parameters log(readings) - 2 log_likelihood.
        course: log-likelihood before each M-step.
    """

    model: Hsmm
    level_sd_w: float
    level_w: list[float]
    log_likelihood: float
    readings: int
    iterations: int
    converged: bool
    parameters: int
    bic: float
    course: list[float]


def fit_hsmm(
    sequences: Sequence[npt.ArrayLike],
    model: str = "free=2",
    *,
    interval_s: float,
    mid_stay: bool = False,
    restarts: int = 10,
    max_iterations: int = 80,
    seed: int = 1,
) -> HsmmFit:
    """Expectation-maximisation on power sequences.

    Args:
        sequences: arrays (n_i,) of readings in W, one per request or recording; NaN = missing.
        model: words as `edgesim fit --model` takes them: ramp[=N] or free[=N], gaussian, student or mixture, ar,
            level, and a duration family (docs/fitting.md).
        interval_s: time between readings, s.
        mid_stay: the sequences begin at no particular moment.
        restarts: runs of EM; the best is kept. The result does not depend on the number of threads.
        max_iterations: of the run that is kept.

    >>> import numpy as np
    >>> watts = np.r_[np.full(50, 10.0), np.full(50, 30.0)] + np.random.default_rng(1).normal(0, 1, 100)
    >>> fit = fit_hsmm([watts, watts[::-1]], "free=2", interval_s=0.1, mid_stay=True)
    >>> [round(state["mean_w"] / 10) for state in fit.model.to_dict()["states"]]
    [1, 3]
    """
    if isinstance(sequences, (str, bytes)) or not hasattr(sequences, "__iter__"):
        raise TypeError("sequences must be a list of arrays of power readings in W")
    sequences = list(sequences)
    if sequences and all(isinstance(watts, (int, float, np.number)) for watts in sequences):
        raise TypeError("sequences must be a list of arrays; for one course of power give [readings]")
    if not isinstance(model, str):
        raise TypeError("model must be words, as 'ramp=4 ar level'")
    arrays = [_readings(watts, f"sequence {i}") for i, watts in enumerate(sequences)]
    result = _edgesim.fit_hsmm(
        arrays,
        model,
        number(interval_s, "interval_s"),
        flag(mid_stay, "mid_stay"),
        count(restarts, "restarts", 1000),
        count(max_iterations, "max_iterations", 10_000),
        count(seed, "seed", _MOST_SEED),
    )
    result["model"] = Hsmm._of(result["model"])
    return HsmmFit(**result)
