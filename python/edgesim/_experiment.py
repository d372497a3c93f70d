"""Experiments: checked, built, run."""

from __future__ import annotations

import functools
import os
import pathlib
import sys
import warnings
from collections.abc import Callable, Mapping
from typing import Any, Optional

from edgesim import _edgesim
from edgesim._arguments import brief, count, flag, path_text
from edgesim._config import ConfigLike, Overrides, Source, override_list, shipped_experiments
from edgesim._episode import Episode
from edgesim._policy import Policy
from edgesim._progress import Progress, shown
from edgesim._run import Run, read_folder, run_dir

__all__ = ["EdgesimWarning", "Experiment", "load", "run", "shipped_experiments"]

_MOST_THREADS = 1024
PolicyFactories = Mapping[str, Callable[[], Policy]]


class EdgesimWarning(UserWarning):
    """A setting that is allowed but will hardly do what was meant."""


class Experiment:
    """An experiment, checked and built: its device, workload and limits are in memory.

    Args:
        config: path of a YAML file, YAML text, a dict of settings (docs/settings.md), or a name of
            `shipped_experiments()`. In a dict, `device.profile` may be a `Profile`, `workload.questions` and
            `workload.answers` data frames with the columns of the csv files, `policies.N.file` a path.
        overrides: {"key.path": value}, or "key.path=value" as `--set` takes them.

    Raises:
        InputError: one line that says where, what is wrong and what is allowed.

    >>> experiment = Experiment("s1_hard", overrides={"replicas": 2})
    >>> experiment.actions
    ['a0', 'a1', 'a2', 'a3', 'a4', 'a5']
    """

    def __init__(self, config: ConfigLike, *, overrides: Overrides = ()) -> None:
        source = Source(config)
        self._path = source.path
        self._core = _edgesim.Experiment(
            source.text, source.name, source.directory, override_list(overrides), source.attached
        )

    @property
    def name(self) -> str:
        """Of the experiment; it names run folders."""
        return self._core.name

    @property
    def device(self) -> str:
        """Name of the device."""
        return self._core.device

    @property
    def actions(self) -> list[str]:
        """Names of what policies choose between, in the order of their numbers."""
        return self._core.actions

    @property
    def classes(self) -> list[str]:
        """Names of the classes of requests that policies see."""
        return self._core.classes

    def to_yaml(self) -> str:
        """The experiment with every default filled in."""
        return self._core.to_yaml()

    def actions_table(self) -> str:
        """What each action costs and earns, and how that is known: the text of `edgesim actions`."""
        return self._core.actions_table()

    def run(
        self,
        *,
        out: str | os.PathLike[str] | None = None,
        force: bool = False,
        threads: int | None = None,
        policies: PolicyFactories | None = None,
        save_policies: bool = False,
        progress: Progress = None,
    ) -> Run:
        """Trains and evaluates every policy on every replica; see `edgesim.run`."""
        threads = 0 if threads is None else count(threads, "threads", _MOST_THREADS, least=1)
        factories = _factories(policies)
        target = None if out is None else run_dir(out, "out", self.name, force)
        with shown(progress, " episodes") as show:
            outcome = self._core.run(threads, flag(save_policies, "save_policies"), factories, self._path, show)
        for warning in outcome["warnings"]:
            warnings.warn(warning, EdgesimWarning, stacklevel=_level_of_caller())
        files = outcome["files"]
        folder = None if target is None else pathlib.Path(target.write(files))
        simulate = functools.partial(self._figures, phase="eval", policies=factories)
        return Run(files.__getitem__, simulate, folder=folder, files=files, table=outcome["text"])

    def simulate(
        self,
        policy: str,
        *,
        replica: int = 0,
        episode: int = 0,
        phase: str = "eval",
        policies: PolicyFactories | None = None,
    ) -> Episode:
        """One episode under a policy of the experiment, a constant action "always-<action>", or one of `policies`;
        learners are trained first. The same seed, replica and episode always meet the same requests and noise.

        >>> episode = Experiment("s1_hard", overrides={"replicas": 2}).simulate("always-a2")
        >>> len(episode.requests), bool(abs(episode.requests.energy_j.sum() - episode.energy_j) < 1e-6)
        (20, True)
        """
        replica, episode = count(replica, "replica"), count(episode, "episode")
        if not isinstance(policy, str):
            raise TypeError("policy must be a name")
        if not isinstance(phase, str):
            raise TypeError("phase must be 'train' or 'eval'")
        return Episode(
            policy, replica, episode, self._figures(policy, replica, episode, phase, _factories(policies))
        )

    def _figures(
        self, policy: str, replica: int, episode: int, phase: str, policies: dict[str, Any]
    ) -> dict[str, Any]:
        return self._core.simulate(policy, replica, episode, phase, policies)

    def __repr__(self) -> str:
        return f"<edgesim.Experiment {self.name} on {self.device}: {len(self.actions)} actions>"


def _level_of_caller() -> int:
    """The `stacklevel` with which a warning of the function that calls this names the line outside edgesim."""
    level, frame = 1, sys._getframe(1)
    while frame.f_back is not None and frame.f_globals.get("__name__", "").startswith("edgesim."):
        level, frame = level + 1, frame.f_back
    return level


def _factories(policies: Optional[PolicyFactories]) -> dict[str, Any]:
    if policies is None:
        return {}
    if not isinstance(policies, Mapping):
        raise TypeError("policies must be a dict: name -> class of a policy")
    for name in policies:
        if not isinstance(name, str):
            raise TypeError(f"policies: the name {brief(name)} must be text")
    return dict(policies)


def run(
    config: ConfigLike | Experiment,
    *,
    out: str | os.PathLike[str] | None = None,
    force: bool = False,
    overrides: Overrides = (),
    seed: int | None = None,
    threads: int | None = None,
    policies: PolicyFactories | None = None,
    save_policies: bool = False,
    progress: Progress = None,
) -> Run:
    """Trains and evaluates the policies of an experiment, like `edgesim run`, and writes nothing unless `out` is given.

    Args:
        config: as `Experiment` takes it, or an Experiment.
        out: folder for the files of the run; whole or not there at all. `force` replaces a finished run in it.
        overrides: {"key.path": value} or a list of "key.path=value".
        seed: of all noise, 0 to 2^64 - 1; the same as overriding `seed`.
        threads: default all; results do not depend on it.
        policies: policies written in Python: name -> class derived from `Policy` (or a function that makes one).
        save_policies: keep what learners have learned as files of the run.
        progress: True, False, a function of (episodes done, all episodes), or None: a bar on terminals and in
            notebooks.

    Raises:
        InputError: one line for bad settings, a taken folder, a policy that returns no action.
        KeyboardInterrupt: on Ctrl-C, once the episodes that run, or the decision model's sampling, are over.

    >>> run("s1_hard", overrides={"replicas": 2, "episodes.train": 5, "episodes.eval": 5}).name
    's1_hard'
    """
    changes = override_list(overrides)
    if seed is not None:
        changes.append(f"seed={count(seed, 'seed', 2**64 - 1)}")
    if isinstance(config, Experiment):
        if changes:
            raise _edgesim.InputError("an Experiment is built already; give overrides and seed where it is made")
        experiment = config
    else:
        experiment = Experiment(config, overrides=changes)
    return experiment.run(
        out=out, force=force, threads=threads, policies=policies, save_policies=save_policies, progress=progress
    )


def load(folder: str | os.PathLike[str]) -> Run:
    """Opens the folder of a finished run. Raises InputError where there is none."""
    path = pathlib.Path(path_text(folder, "folder"))
    read = read_folder(path)
    opened: list[_edgesim.RunFolder] = []

    def simulate(policy: str, replica: int, episode: int) -> dict[str, Any]:
        if not opened:
            opened.append(_edgesim.RunFolder(str(path)))
        return opened[0].simulate(policy, replica, episode)

    return Run(read, simulate, folder=path)
