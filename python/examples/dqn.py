"""A small deep Q-network on many environments at once, held against the optimum.

    python dqn.py            six_actions: 12 kJ for 20 requests on a laptop, six (model, quantisation) actions
    python dqn.py --quick    a few seconds, to see that it runs

Ten networks, one per replica, are trained together on one `edgesim.VectorEnv`: their weights are stacked and
multiplied as batches. What they see is what a budget needs: energy left, requests left, energy left per
request left, and the category of the request; actions that the mask forbids are neither taken nor
bootstrapped from. The frozen networks then meet the very requests and noise of the evaluation episodes of
`edgesim.run`, so that the differences to the optimum and to the best constant action are paired.

`python dqn.py` reached 13.82 [13.78, 13.86] in 26 s of training (33 s in all) on one core of an AMD EPYC with
PyTorch 1.13: 0.21 [0.16, 0.27] short of the optimum, 0.13 [0.09, 0.18] over the best constant action and
0.40 [0.13, 0.66] over tabular q-learning, which saw far fewer episodes (95 %, paired, 10 replicas).

Needs PyTorch (Debian: python3-torch); without it one line says so.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from typing import Any

import numpy as np
import numpy.typing as npt

import edgesim

try:
    import torch
except ImportError:
    torch = None  # type: ignore[assignment]

Floats = npt.NDArray[Any]
REPLICAS = 10
REQUESTS = 20  # of an episode
EPISODES = 100  # of evaluation, per replica
ENVS = 32  # per network
BATCH = 128
KEPT = 400  # steps of all environments that are remembered
STEPS = 1200  # of all environments, each with one step of the optimiser
LEARNING_RATE = 4e-3  # falls to a fiftieth
FOLLOW = 0.05  # share of the way that the target goes towards the network per step


class Networks:
    """As many networks as replicas, (replica, batch, features) -> (replica, batch, actions).

    Two hidden layers say what a request is worth under each action; that times the requests left is the
    value. Without the factor the networks have to learn first that rewards add up.
    """

    def __init__(self, features: int, actions: int, hidden: int = 64) -> None:
        sizes = [features, hidden, hidden, actions]
        self.parameters = []
        for fan_in, fan_out in zip(sizes, sizes[1:]):
            weights = torch.randn(REPLICAS, fan_in, fan_out) * math.sqrt(2 / fan_in)
            self.parameters += [weights.requires_grad_(), torch.zeros(REPLICAS, 1, fan_out).requires_grad_()]

    def __call__(self, seen: torch.Tensor) -> torch.Tensor:
        requests_left = REQUESTS * seen[..., 1:2]
        for weights, bias in zip(self.parameters[:-2:2], self.parameters[1:-2:2]):
            seen = torch.relu(torch.baddbmm(bias, seen, weights))
        return requests_left * torch.baddbmm(self.parameters[-1], seen, self.parameters[-2])

    def follow(self, other: Networks, share: float = FOLLOW) -> None:
        """Goes a share of the way to the other's parameters."""
        with torch.no_grad():
            for mine, theirs in zip(self.parameters, other.parameters):
                mine.lerp_(theirs, share)


def budget_features(observations: Floats, names: list[str]) -> torch.Tensor:
    """Shares of energy and requests left, energy per request left (1: as the budget at first), classes."""
    energy, requests = (observations[:, names.index(name)] for name in ("energy_left", "requests_left"))
    pace = np.clip(energy / np.maximum(requests, 1e-6), 0, 3)
    classes = observations[:, [i for i, name in enumerate(names) if name.startswith("class:")]]
    return torch.from_numpy(np.column_stack([energy, requests, pace, classes]).astype(np.float32))


def best_allowed(values: torch.Tensor, allowed: torch.Tensor) -> torch.Tensor:
    """The best action among those that the mask allows."""
    return torch.where(allowed, values, torch.tensor(-math.inf)).argmax(dim=-1)


def train(experiment: edgesim.Experiment, steps: int) -> Networks:
    """Double Q-learning (van Hasselt et al. 2016, arXiv:1509.06461) from a replay memory; no discount."""
    envs = edgesim.VectorEnv(experiment, num_envs=REPLICAS * ENVS)
    observations, infos = envs.reset(seed=1)
    seen = budget_features(observations, envs.features).view(REPLICAS, ENVS, -1)
    allowed = torch.from_numpy(infos["action_mask"]).view(REPLICAS, ENVS, -1).bool()
    network, target = (Networks(seen.shape[2], len(envs.actions)) for _ in range(2))
    target.follow(network, 1.0)
    optimiser = torch.optim.Adam(network.parameters, lr=LEARNING_RATE)

    def memory(*shape: int, kind: torch.dtype = torch.float32) -> torch.Tensor:
        return torch.zeros(REPLICAS, KEPT * ENVS, *shape, dtype=kind)

    before, after = memory(seen.shape[2]), memory(seen.shape[2])
    taken, earned, going, real = memory(kind=torch.int64), memory(), memory(), memory()
    allowed_after = memory(len(envs.actions), kind=torch.bool)
    ended = torch.zeros(REPLICAS, ENVS, dtype=torch.bool)
    rows = torch.arange(REPLICAS)[:, None]
    filled = 0
    for step in range(steps):
        with torch.no_grad():
            actions = best_allowed(network(seen), allowed)
        explore = torch.rand(REPLICAS, ENVS) < max(0.05, 1 - 2.5 * step / steps)
        drawn = torch.multinomial(allowed.view(-1, allowed.shape[2]).float(), 1).view(REPLICAS, ENVS)
        actions = torch.where(explore, drawn, actions)
        observations, rewards, terminated, truncated, infos = envs.step(actions.view(-1).numpy())
        seen_after = budget_features(observations, envs.features).view(REPLICAS, ENVS, -1)
        mask = torch.from_numpy(infos["action_mask"]).view(REPLICAS, ENVS, -1).bool()
        over = torch.from_numpy(terminated | truncated).view(REPLICAS, ENVS)
        slots = torch.arange(ENVS) + (step % KEPT) * ENVS
        before[:, slots], after[:, slots] = seen, seen_after
        taken[:, slots] = actions
        earned[:, slots] = torch.from_numpy(rewards.astype(np.float32)).view(REPLICAS, ENVS)
        going[:, slots] = torch.where(over, 0.0, 1.0)
        allowed_after[:, slots] = mask
        real[:, slots] = torch.where(ended, 0.0, 1.0)  # what had ended before this step only began anew in it
        filled = min(filled + 1, KEPT)
        ended, seen, allowed = over, seen_after, mask
        if filled < 20:
            continue
        picked = torch.randint(filled * ENVS, (REPLICAS, BATCH))
        with torch.no_grad():
            following = after[rows, picked]
            choice = best_allowed(network(following), allowed_after[rows, picked])
            bootstrapped = target(following).gather(2, choice[..., None])[..., 0]
            wanted = earned[rows, picked] + going[rows, picked] * bootstrapped
        value = network(before[rows, picked]).gather(2, taken[rows, picked][..., None])[..., 0]
        errors = torch.nn.functional.smooth_l1_loss(value, wanted, reduction="none")
        loss = REPLICAS * (errors * real[rows, picked]).mean()  # per network the mean over its own batch
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        target.follow(network)
        for group in optimiser.param_groups:
            group["lr"] = LEARNING_RATE * max(0.02, 1 - step / steps)
    return network


def evaluate(experiment: edgesim.Experiment, network: Networks, episodes: int) -> Floats:
    """Mean reward of each network, (replicas,), over the evaluation episodes of its replica."""
    envs = [edgesim.Env(experiment, phase="eval", replica=replica) for replica in range(REPLICAS)]
    rewards = np.zeros(REPLICAS)
    for _ in range(episodes):  # an Env begins with episode 0 of the experiment's seed
        begun = [env.reset() for env in envs]
        observations = np.stack([observation for observation, _ in begun])
        masks = np.stack([info["action_mask"] for _, info in begun])
        over = [False] * REPLICAS
        while not all(over):
            with torch.no_grad():
                values = network(budget_features(observations, envs[0].features)[:, None])[:, 0]
            actions = best_allowed(values, torch.from_numpy(masks).bool()).tolist()
            for replica, env in enumerate(envs):
                if not over[replica]:
                    observations[replica], reward, terminated, truncated, info = env.step(actions[replica])
                    masks[replica] = info["action_mask"]
                    rewards[replica] += reward
                    over[replica] = terminated or truncated
    return rewards / episodes


def interval(differences: Floats) -> str:
    """Mean and 95 % interval over replicas (Student's t, 9 degrees of freedom)."""
    half = 2.262 * differences.std(ddof=1) / math.sqrt(len(differences))
    return f"{differences.mean():.2f} [{differences.mean() - half:.2f}, {differences.mean() + half:.2f}]"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="few steps: it runs, and reaches less")
    options = parser.parse_args()
    if torch is None:
        print("PyTorch is not installed (Debian: python3-torch); nothing to do")
        return 0
    torch.manual_seed(1)
    episodes = 10 if options.quick else EPISODES
    experiment = edgesim.Experiment(
        "six_actions",
        overrides={
            "replicas": REPLICAS,
            "episodes.eval": episodes,
            "workload.requests": REQUESTS,
            "policies": ["q-learning", "exact-dp"],
        },
    )
    run = experiment.run(progress=False)
    began = time.perf_counter()
    network = train(experiment, 150 if options.quick else STEPS)
    seconds = time.perf_counter() - began
    reached = evaluate(experiment, network, episodes)
    of = run.evaluation.groupby(["policy", "replica"]).reward.mean()
    constant = run.summary["best_constant"]
    print(f"dqn: {interval(reached)} after {seconds:.0f} s of training")
    optimum = of["exact-dp"].to_numpy()
    print(f"optimum: {interval(optimum)}; short of it by {interval(optimum - reached)}")
    print(f"over the best constant action, {constant}: {interval(reached - of[constant].to_numpy())}")
    print(f"over tabular q-learning: {interval(reached - of['q-learning'].to_numpy())}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
