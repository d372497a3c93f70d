"""Policies written in Python."""

from __future__ import annotations

from edgesim._edgesim import Observation, Rng, Transition


class Policy:
    """Base of policies written in Python; give the class itself to `edgesim.run(policies=...)`.

    One object is made per replica, without arguments. Its methods may be called from any thread, one at a
    time. Whatever is random must come from `rng`, or results depend on the order of events.

    >>> class Thrifty(Policy):
    ...     def act(self, observation, rng):
    ...         return 0 if observation.energy_left_j < 50 else 1
    """

    learns: bool = False
    """True: the policy is trained for `episodes.train` episodes before it is evaluated."""

    def begin_episode(self, episode: int, phase: str) -> None:
        """Called before each episode; `phase` is "train" or "eval". In "eval" a policy is frozen."""

    def act(self, observation: Observation, rng: Rng) -> int | str:
        """The action for the request just seen: its position or its name among the experiment's actions."""
        raise NotImplementedError(f"{type(self).__name__} has no act(observation, rng)")

    def learn(self, transition: Transition) -> None:
        """Called in phase "train" only, once per decision, in order, when its outcome is known."""
