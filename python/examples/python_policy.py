"""A policy in twenty lines: the dearest action that the energy left per request left can pay for.

    python python_policy.py

It learns what actions cost while it is trained, and is then compared, on the same requests and the same
noise, with tabular Q-learning, the best constant action and the optimum of the shipped experiment s1_hard.
"""

from __future__ import annotations

import edgesim


class WithinMeans(edgesim.Policy):
    """Keeps the mean energy of each action; tries all of them for ten episodes first."""

    learns = True

    def __init__(self) -> None:
        self.tries, self.energy_j, self.reward = [0] * 6, [0.0] * 6, [0.0] * 6
        self.exploring = False

    def begin_episode(self, episode: int, phase: str) -> None:
        self.exploring = phase == "train" and episode < 10

    def act(self, seen: edgesim.Observation, rng: edgesim.Rng) -> int:
        if self.exploring:
            return rng.integers(6)
        share_j = seen.energy_left_j / seen.requests_left
        tried = enumerate(zip(self.tries, self.energy_j, self.reward))
        means = [(reward / n, energy_j / n, action) for action, (n, energy_j, reward) in tried if n]
        payable = [mean for mean in means if mean[1] <= share_j]
        return max(payable)[2] if payable else min(means, key=lambda mean: mean[1])[2]

    def learn(self, outcome: edgesim.Transition) -> None:
        action = ACTIONS.index(outcome.action)
        self.tries[action] += 1
        self.energy_j[action] += outcome.energy_j
        self.reward[action] += outcome.reward


EXPERIMENT = edgesim.Experiment(
    "s1_hard",
    overrides={
        "replicas": 10,
        "episodes.train": 100,
        "episodes.eval": 200,
        "policies": ["q-learning", "exact-dp"],
    },
)
ACTIONS = EXPERIMENT.actions


def main() -> None:
    run = EXPERIMENT.run(policies={"within-means": WithinMeans}, progress=False)
    print(run.policies[["reward", "reward_low", "reward_high", "regret"]].round(2).to_string())
    row = run.policies.loc["within-means"]
    low, high = row.above_best_constant_low, row.above_best_constant_high
    print(
        f"within-means over the best constant action, {run.summary['best_constant']}: "
        f"{row.above_best_constant:.2f} [{low:.2f}, {high:.2f}] (95 %, paired, 10 replicas)"
    )


if __name__ == "__main__":
    main()
