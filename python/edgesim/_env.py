"""Experiments as environments for reinforcement learning, by the rules of Gymnasium."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from edgesim import _edgesim
from edgesim._arguments import brief, count, number
from edgesim._config import ConfigLike, Overrides, override_list
from edgesim._experiment import _MOST_THREADS, Experiment
from edgesim._spaces import HAS_GYMNASIUM, NEXT_STEP, EnvBase, VectorEnvBase, box, discrete, multi_discrete

COSTS = ("energy", "brown_out", "cap_exceedance", "lateness")
"""What each request may cost: its share of the energy budget; 1 if the budget's end cut it; and, as a share of the
episode's requests, whether it exceeded the power cap or came late. Constraints bound the sum over an episode."""

_MOST_SEED = 2**64 - 1
_MOST_ENVS = 1_000_000


def _build(config: ConfigLike | Experiment, overrides: Overrides) -> Experiment:
    if isinstance(config, Experiment):
        if override_list(overrides):
            raise _edgesim.InputError("an Experiment is built already; give overrides where it is made")
        return config
    return Experiment(config, overrides=overrides)


class _Shared:
    """What an experiment's environments have in common."""

    def __init__(
        self, config: ConfigLike | Experiment, overrides: Overrides, phase: str, shield: float | None
    ) -> None:
        if not isinstance(phase, str) or phase not in ("train", "eval"):
            raise _edgesim.InputError(f"phase is {brief(phase)}, allowed: 'train', 'eval'")
        epsilon = None if shield is None else number(shield, "shield")
        if epsilon is not None and not 0 <= epsilon <= 1:
            raise _edgesim.InputError(f"shield is {brief(shield)}, allowed: a probability, 0 to 1")
        self.experiment = _build(config, overrides)
        self.spec = _edgesim.EnvSpec(self.experiment._core, epsilon)
        self.features: list[str] = self.spec.features
        self.actions: list[str] = self.spec.actions
        self.cost_limits = {COSTS[kind]: limit for kind, limit in self.spec.cost_limits}
        self.cost_index = self.spec.cost_limits[0][0] if self.cost_limits else COSTS.index("energy")
        n = len(self.features)
        self.low, self.high = np.zeros(n, np.float32), np.full(n, np.inf, np.float32)
        self.low[0], self.high[0], self.high[1] = -np.inf, 1, 1
        self.high[n - len(self.experiment.classes) :] = 1


class Env(EnvBase):  # type: ignore[misc]
    """One environment: each step decides on one request.

    Observations are float32 (features,): see `features`: energy_left and requests_left as shares, time_s,
    prompt_tokens, queue_length, deferrals, and one 0 or 1 per class of requests. Actions are positions in `actions`.
    The reward is that of the request, score / 10 when it completes. An episode is `terminated` when the energy budget
    or a terminating power cap ends it, `truncated` when all requests are done or the horizon is over.

    `info["costs"]` has all of `COSTS`, `info["cost"]` that of the experiment's first constraint (energy without one),
    `info["action_mask"]` 1 for each action that is allowed now: all, unless `shield` asks for a shield's mask.

    Args:
        config, overrides: as `Experiment` takes them, or an Experiment.
        phase: "train" or "eval": they never share noise. In "eval" episode k of replica r with the experiment's
            seed meets the same requests and noise as evaluation episode k of replica r of a run.
        replica: of the noise.
        shield: mask actions whose chance to exceed the power cap may be above this (docs/shield.md).

    Works without gymnasium; where that is installed it is a gymnasium.Env, and `gymnasium.make("edgesim/Experiment-v0",
    config=...)` makes one.

    >>> env = Env("s1_hard")
    >>> observation, info = env.reset(seed=1)
    >>> observation, reward, terminated, truncated, info = env.step(0)
    >>> observation.shape, sorted(info["costs"])
    ((7,), ['brown_out', 'cap_exceedance', 'energy', 'lateness'])
    """

    metadata: dict[str, Any] = {"render_modes": []}
    render_mode = None

    def __init__(
        self,
        config: ConfigLike | Experiment = "six_actions",
        *,
        overrides: Overrides = (),
        phase: str = "train",
        replica: int = 0,
        shield: float | None = None,
    ) -> None:
        shared = _Shared(config, overrides, phase, shield)
        self.experiment, self.features, self.actions = shared.experiment, shared.features, shared.actions
        self.cost_limits: dict[str, float] = shared.cost_limits
        self._cost = shared.cost_index
        self._core = _edgesim.DecisionEnv(shared.spec, phase)
        self._replica = count(replica, "replica")
        self._seed: int = shared.experiment._core.seed
        self._next_episode = 0
        self.observation_space = box(shared.low, shared.high)
        self.action_space = discrete(len(self.actions))

    def reset(
        self, *, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[npt.NDArray[np.float32], dict[str, Any]]:
        """Begins the next episode, or with `seed` episode 0 of that seed; options={"episode": k} begins episode k."""
        if HAS_GYMNASIUM:
            super().reset(seed=seed)
        if options is not None and not isinstance(options, dict):
            raise TypeError("options must be a dict, as {'episode': 3}")
        unknown = set(options or ()) - {"episode"}
        if unknown:
            raise _edgesim.InputError(f"options: unknown {sorted(map(str, unknown))}, allowed: 'episode'")
        if seed is not None:
            self._seed, self._next_episode = count(seed, "seed", _MOST_SEED), 0
        if options:
            self._next_episode = count(options["episode"], "episode")
        observation, mask, episode = self._core.reset(self._seed, self._replica, self._next_episode)
        self._next_episode = episode + 1
        return observation, {"action_mask": mask, "episode_index": episode}

    def step(self, action: Any) -> tuple[npt.NDArray[np.float32], float, bool, bool, dict[str, Any]]:
        """Decides on the request just seen. InputError when the episode is over or there is no such action."""
        try:
            observation, reward, terminated, truncated, costs, mask = self._core.step(action)
        except TypeError:
            most = len(self.actions) - 1
            raise TypeError(f"action must be a whole number, 0 to {most}, not {brief(action)}") from None
        info = {"cost": costs[self._cost], "costs": dict(zip(COSTS, costs)), "action_mask": mask}
        return observation, reward, terminated, truncated, info

    def action_masks(self) -> npt.NDArray[np.int8]:
        """1 for each action that is allowed now, int8 (actions,)."""
        return self._core.mask()

    def close(self) -> None:
        """Nothing is held open."""

    def __repr__(self) -> str:
        return f"<edgesim.Env of {self.experiment.name}>"


class VectorEnv(VectorEnvBase):  # type: ignore[misc]
    """Many environments of one experiment, stepped together in C++ on several threads.

    An environment whose episode has ended begins the next one in the following step, whose action it ignores and
    which earns nothing (autoreset mode NEXT_STEP). Environment i with seed s lives through the same episodes as an
    `Env` with seed s; results do not depend on `threads`. Arrays are new at each step and belong to the caller.

    infos: "cost" (n,), "costs": {name: (n,)}, "action_mask" uint8 (n, actions).

    Args:
        config, overrides, phase, shield: as for `Env`.
        num_envs: n.
        threads: default all.

    >>> envs = VectorEnv("s1_hard", num_envs=4)
    >>> observations, infos = envs.reset(seed=[5, 6, 7, 8])
    >>> observations, rewards, terminated, truncated, infos = envs.step([0, 1, 2, 3])
    >>> observations.shape, rewards.shape
    ((4, 7), (4,))
    """

    metadata: dict[str, Any] = {"render_modes": [], "autoreset_mode": NEXT_STEP}
    render_mode = None
    spec = None

    def __init__(
        self,
        config: ConfigLike | Experiment = "six_actions",
        *,
        num_envs: int = 16,
        overrides: Overrides = (),
        phase: str = "train",
        threads: int | None = None,
        shield: float | None = None,
    ) -> None:
        self.num_envs = count(num_envs, "num_envs", _MOST_ENVS, least=1)
        used = 0 if threads is None else count(threads, "threads", _MOST_THREADS, least=1)
        shared = _Shared(config, overrides, phase, shield)
        self.experiment, self.features, self.actions = shared.experiment, shared.features, shared.actions
        self.cost_limits: dict[str, float] = shared.cost_limits
        self._cost = shared.cost_index
        self._core = _edgesim.VectorEnv(shared.spec, self.num_envs, used, phase)
        self._seed: int = shared.experiment._core.seed
        self.single_observation_space = box(shared.low, shared.high)
        self.single_action_space = discrete(len(self.actions))
        n = self.num_envs
        self.observation_space = box(np.tile(shared.low, (n, 1)), np.tile(shared.high, (n, 1)))
        self.action_space = multi_discrete(np.full(n, len(self.actions), np.int64))

    def reset(
        self, *, seed: int | Sequence[int] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[npt.NDArray[np.float32], dict[str, Any]]:
        """Begins episode 0 of each environment's seed: a whole number s gives s, s + 1, ...; or one seed each;
        None: the experiment's seed and those after it."""
        if options is not None and options != {}:
            raise _edgesim.InputError("options: there is nothing to choose")
        if seed is None:
            seed = self._seed
        if isinstance(seed, (str, bytes)):
            raise TypeError("seed must be a whole number, or one per environment")
        if hasattr(seed, "__iter__"):
            seeds = [count(s, "seed", _MOST_SEED) for s in seed]
        else:
            first = count(seed, "seed", _MOST_SEED)
            seeds = [(first + i) & _MOST_SEED for i in range(self.num_envs)]
        observations, mask = self._core.reset(np.array(seeds, np.uint64))
        return observations, {"action_mask": mask}

    def step(
        self, actions: npt.ArrayLike
    ) -> tuple[
        npt.NDArray[np.float32], npt.NDArray[np.float64], npt.NDArray[np.bool_], npt.NDArray[np.bool_], dict[str, Any]
    ]:
        """Decides in each environment; `actions` are whole numbers (n,)."""
        chosen = np.asarray(actions)
        if chosen.dtype.kind not in "iu":
            raise TypeError(f"actions must be whole numbers, shape ({self.num_envs},), not {chosen.dtype}")
        observations, rewards, terminated, truncated, costs, mask = self._core.step(
            chosen.astype(np.int64, copy=False)
        )
        by_name = {name: costs[:, k] for k, name in enumerate(COSTS)}
        infos = {"cost": costs[:, self._cost], "costs": by_name, "action_mask": mask}
        return observations, rewards, terminated, truncated, infos

    def close(self, **_: Any) -> None:
        """Nothing is held open."""

    def __repr__(self) -> str:
        return f"<edgesim.VectorEnv of {self.experiment.name}, {self.num_envs} environments>"


def register() -> None:
    """Makes `gymnasium.make("edgesim/Experiment-v0", config=...)` and `make_vec` work; done on import where gymnasium
    is installed."""
    import gymnasium

    if "edgesim/Experiment-v0" not in gymnasium.registry:
        gymnasium.register("edgesim/Experiment-v0", entry_point=Env, vector_entry_point=VectorEnv)
