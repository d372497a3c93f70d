"""Discrete-event simulation of edge inference under energy and power limits.

>>> import edgesim
>>> run = edgesim.run("s1_hard", overrides={"replicas": 2, "episodes.train": 20, "episodes.eval": 20})
>>> run.policies.index[0] in run.summary["policies"]
True
"""

import importlib as _importlib
import importlib.util as _importlib_util
import os as _os
import pathlib as _pathlib
import typing as _typing

# Installed by pip, what ships with edgesim lies beside this file.
_share = _pathlib.Path(__file__).resolve().parent / "share"
if _share.is_dir():
    _os.environ.setdefault("EDGESIM_SHARE_DIR", str(_share))

from edgesim._edgesim import BusyMachineError, InputError, Observation, Rng, Transition, __version__
from edgesim._config import share_dir
from edgesim._episode import Episode
from edgesim._experiment import EdgesimWarning, Experiment, load, run, shipped_experiments
from edgesim._fit import Fit, Profile, fit
from edgesim._host import calibrate, model_names, predict
from edgesim._hsmm import Hsmm, HsmmFit, fit_hsmm
from edgesim._policy import Policy
from edgesim._run import Run

__all__ = [
    "BusyMachineError",
    "EdgesimWarning",
    "Env",
    "Episode",
    "Experiment",
    "Fit",
    "Hsmm",
    "HsmmFit",
    "InputError",
    "Observation",
    "Policy",
    "Profile",
    "Rng",
    "Run",
    "Transition",
    "VectorEnv",
    "__version__",
    "calibrate",
    "fit",
    "fit_hsmm",
    "load",
    "model_names",
    "plots",
    "predict",
    "report",
    "run",
    "share_dir",
    "shipped_experiments",
]

if _typing.TYPE_CHECKING:
    from edgesim import plots as plots
    from edgesim import report as report
    from edgesim._env import Env, VectorEnv

# What needs gymnasium, matplotlib or jinja2 is imported when it is first asked for.
_LAZY = {"Env": "edgesim._env", "VectorEnv": "edgesim._env", "plots": "edgesim.plots", "report": "edgesim.report"}


def __getattr__(name: str) -> _typing.Any:
    if name not in _LAZY:
        raise AttributeError(f"module 'edgesim' has no attribute '{name}'")
    module = _importlib.import_module(_LAZY[name])
    value = module if _LAZY[name] == f"edgesim.{name}" else getattr(module, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)


if _importlib_util.find_spec("gymnasium") is not None:
    from edgesim._env import register as _register

    _register()
