"""What Python costs: Env and VectorEnv per step, edgesim.run beside the command line, a policy in Python beside C++.

    PYTHONPATH=build/ci/python /usr/bin/python3 tests/bench/env_bench.py [rounds]

All take turns, round after round; figures are medians with quartiles. Wants build/ci/edgesim and env_bench built.
"""

import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

import edgesim
import numpy as np

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 9
BUILD = pathlib.Path(edgesim.__file__).parents[2]
CONFIG = {"episodes.eval": 1000}


def spread(values, digits=2):
    low, middle, high = np.percentile(values, [25, 50, 75])
    return f"{middle:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def env_us(env, steps=20_000):
    env.reset()
    begun, done = time.perf_counter(), 0
    while done < steps:
        _, _, terminated, truncated, _ = env.step(1)
        done += 1
        if terminated or truncated:
            env.reset()
    return (time.perf_counter() - begun) / done * 1e6


def core_us(env, steps=20_000):
    """The same through the compiled module alone: no info dict, no Python method."""
    core = env._core
    core.reset(1, 0, 0)
    begun, done, episode = time.perf_counter(), 0, 0
    while done < steps:
        out = core.step(1)
        done += 1
        if out[2] or out[3]:
            episode += 1
            core.reset(1, 0, episode)
    return (time.perf_counter() - begun) / done * 1e6


def vector_m(envs, seconds=1.0):
    actions = np.ones(envs.num_envs, np.int64)
    begun, steps = time.perf_counter(), 0
    while time.perf_counter() - begun < seconds:
        envs.step(actions)
        steps += envs.num_envs
    return steps / (time.perf_counter() - begun) / 1e6


def timed(call):
    begun = time.perf_counter()
    call()
    return time.perf_counter() - begun


class AlwaysOne(edgesim.Policy):
    def act(self, observation, rng):
        return 1


def main():
    warnings.simplefilter("ignore")
    constant = edgesim.Experiment("s1_hard")
    measured = edgesim.Experiment("six_actions", overrides=CONFIG)
    env = edgesim.Env(constant)
    vectors = {}
    for name, experiment in (("constant power", constant), ("six actions", measured)):
        for threads in (1, 2):
            vectors[name, threads] = edgesim.VectorEnv(experiment, num_envs=256, threads=threads)
            vectors[name, threads].reset()
    config = pathlib.Path(edgesim._edgesim.share_dir()) / "experiments" / "configs" / "six_actions.yaml"
    settings = [f"--set={key}={value}" for key, value in CONFIG.items()]
    few = edgesim.Experiment("s1_hard", overrides={"policies": '["random"]', "replicas": 4, "episodes.eval": 500})
    figures: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as scratch:
        for round_ in range(ROUNDS):
            out = pathlib.Path(scratch) / str(round_)
            take = lambda key, value: figures.setdefault(key, []).append(value)  # noqa: E731
            step, core = env_us(env), core_us(env)
            take("Env.step, us", step)
            take("of that the compiled call, us", core)
            for (name, threads), envs in vectors.items():
                take(f"VectorEnv(256), {name}, {threads} thread(s), M steps/s", vector_m(envs))
            python = timed(lambda: measured.run(out=out / "python"))
            cli = timed(lambda: subprocess.run([BUILD / "edgesim", "run", config, "--out", out / "cli", *settings], check=True, capture_output=True))
            take("edgesim.run, s", python)
            take("edgesim run, s", cli)
            take("edgesim.run / edgesim run", python / cli)
            plain = timed(lambda: few.run(threads=1))
            guest = timed(lambda: few.run(threads=1, policies={"one": AlwaysOne}))
            take("a policy in Python, us per decision more", (guest - plain) / (4 * 500 * 20) * 1e6)
    for key, values in figures.items():
        print(f"{key}: {spread(values, 3 if 'edgesim' in key else 2)}")


if __name__ == "__main__":
    main()
