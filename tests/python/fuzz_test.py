"""Every public callable, 10,000 times, with arguments drawn parameter by parameter, good ones and junk: what comes out
is a result or a Python exception that says in one line what is wrong."""

import inspect
import math
import os
import pathlib
import random
import warnings

import edgesim
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

CALLS = 10_000
TINY = {"replicas": 2, "episodes.train": 1, "episodes.eval": 2, "optimum.draws": 100, "policies": '["random"]'}

JUNK = [
    None, True, 0, -1, 3, 2**31, 2**64, 10**40, 1.5, -0.0, math.nan, math.inf, 1 + 2j, "", "x", "a\nb: [", "\0", "é" * 300, b"bytes",
    [], [1], [math.nan], ["a", 2], [[1.0, 2.0], [3.0]], (), {}, {"a": 1}, {1: 2}, {"name": math.nan}, set(), object(), len, int, range(3),
    np.float32(1.5), np.int8(-3), np.uint64(2**63), np.array([]), np.array([1, 2]), np.array([math.nan, 1.0]), np.zeros((2, 2)),
    np.array(["a"]), np.array([1j]), np.array([None]), np.zeros(0, np.float32), np.datetime64("2026-01-01"), pathlib.Path("none/x"),
    pd.DataFrame(), pd.DataFrame({"reward": [math.nan]}), pd.DataFrame({"a": ["x"]}), pd.Series([1.0, math.inf]),
]  # fmt: skip


class Raises(edgesim.Policy):
    def act(self, observation, rng):
        raise KeyError("from the policy")


class Refuses(edgesim.Policy):
    def begin_episode(self, episode, phase):
        raise OSError("not today")


def raising_progress(done, total):
    raise LookupError("no bar")


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """Objects to call methods of, and good values for parameters by name."""
    folder = tmp_path_factory.mktemp("fuzz")
    os.chdir(folder)
    warnings.simplefilter("ignore")
    experiment = edgesim.Experiment("s1_hard", overrides=TINY)
    run = experiment.run(out=folder / "run")
    closed = edgesim.load(folder / "run")
    closed.close()
    profile = edgesim.Profile("laptop-rtx3070")
    model = profile.hsmm(profile.actions[0], "gpu")
    watts = model.sample(40)
    env, envs = edgesim.Env(experiment), edgesim.VectorEnv(experiment, num_envs=2)
    env.reset(), envs.reset()
    episode = run.episode("random")
    figure, _ = plt.subplots()
    figure.axes[0].plot([1, 2], [3, 4])
    good = {
        "config": [experiment, "s1_hard", experiment.to_yaml(), {"name": "x"}],
        "overrides": [TINY, [f"{k}={v}" for k, v in TINY.items()]],
        "policies": [None, {"mine": Raises}, {"mine": Refuses}, ["random"]],
        "progress": [None, False, raising_progress],
        "policy": ["random", "always-a2", "nobody"],
        "phase": ["train", "eval"],
        "out": [None],
        "folder": [folder / "run", str(folder)],
        "path": [folder / "run", folder / "saved.json"],
        "source": ["laptop-rtx3070", profile.to_dict()],
        "action": [0, np.int64(5), profile.actions[0], ""],
        "actions": [[0, 1], np.array([5, 0])],
        "rail": ["gpu"],
        "options": [None, {"episode": 2}],
        "seed": [None, 3, [1, 2]],
        "model": ["free=2", model.to_dict(), "gemma-2-2b"],
        "quantization": ["q4_k_m"],
        "sequences": [[watts, watts]],
        "watts": [watts],
        "trace": [pd.DataFrame({"t_s": np.arange(40) * 0.1, "gpu_w": watts})],
        "interval_s": [0.1],
        "threads": [None, 1],
        "max_iterations": [2],
        "restarts": [1],
        "models": ["free=1"],
        "curves": [run.curves],
        "evaluation": [run.evaluation],
        "power": [episode.power],
        "summary": [run.summary],
        "figure": [figure],
        "values": [pd.DataFrame([[1.0, 2.0], [3.0, 4.0]])],
        "measured_s": [[1.0, 2.0]],
        "predicted_s": [[1.1, 2.1]],
        "gaps": [pd.DataFrame({"policy": ["a"], "gap": [1.0], "gap_low": [0.5], "gap_high": [1.5]})],
    }
    targets = [
        edgesim.run, edgesim.Experiment, experiment.run, experiment.simulate, edgesim.load, run.episode, run.save, closed.episode,
        closed.save, edgesim.Env, env.reset, env.step, edgesim.VectorEnv, envs.reset, envs.step, edgesim.Hsmm, model.log_likelihood,
        model.decode, model.sample, edgesim.fit_hsmm, edgesim.Profile, profile.hsmm, profile.save, edgesim.fit, edgesim.predict,
        edgesim.report.write, edgesim.report.html,
        *(getattr(edgesim.plots, name) for name in edgesim.plots.__all__ if callable(getattr(edgesim.plots, name))),
    ]  # fmt: skip
    return targets, good


# Calls that measure this machine, or cannot take arguments.
NOT_FUZZED = {"calibrate", "model_names", "shipped_experiments", "Policy", "Run", "Episode", "Fit", "HsmmFit", "Observation",
              "Rng", "Transition", "EdgesimWarning", "InputError", "BusyMachineError"}  # fmt: skip


def test_every_public_callable_is_among_them(world):
    targets, _ = world
    fuzzed = {target.__name__ for target in targets} | {"plots", "report"}
    public = {name for name in edgesim.__all__ if not name.startswith("__")}
    assert public - fuzzed - NOT_FUZZED == set()


def drawn(rng, parameter, good):
    known = good.get(parameter.name)
    kinds = ["junk"]
    if known is not None:
        kinds += ["good", "good"]
    if parameter.default is not inspect.Parameter.empty:
        kinds += ["default", "default"]
    kind = rng.choice(kinds)
    return parameter.default if kind == "default" else rng.choice(known if kind == "good" else JUNK)


def acceptable(error: BaseException) -> str:
    """Why this exception tells a user nothing; "" if it does."""
    text = str(error)
    if isinstance(error, (KeyError, OSError, LookupError)) and any(w in text for w in ("from the policy", "not today", "no bar")):
        return ""
    if not isinstance(error, (TypeError, ValueError, NotImplementedError)):
        return "an exception of another kind"
    if not text.strip():
        return "no text"
    if "incompatible function arguments" in text or "internal error" in text:
        return "a signature instead of a sentence"
    if "\n" in text.strip():
        return "more than one line"
    return ""


def test_ten_thousand_calls(world):
    targets, good = world
    rng = random.Random(20261122)
    done = {"returned": 0, "raised": 0}
    slow = {edgesim.run, edgesim.fit}
    weights = [0.2 if target in slow else 1 for target in targets]
    wrong = {}
    for _ in range(CALLS):
        [target] = rng.choices(targets, weights)
        positional, keywords = [], {}
        for parameter in inspect.signature(target).parameters.values():
            value = drawn(rng, parameter, good)
            if parameter.kind is parameter.KEYWORD_ONLY:
                keywords[parameter.name] = value
            elif parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
                positional.append(value)
        if target.__name__ == "sample" and positional and isinstance(positional[0], int) and positional[0] > 10**6:
            positional[0] = 10**12  # allowed, but not ten thousand times
        try:
            target(*positional, **keywords)
            done["returned"] += 1
        except Exception as error:
            done["raised"] += 1
            why = acceptable(error)
            if why:
                wrong.setdefault((target.__qualname__, type(error).__name__, why), f"{positional} {keywords}: {str(error)[:200]}")
        plt.close("all")
    assert not wrong, "\n".join(f"{key}: {value[:600]}" for key, value in wrong.items())
    assert done["returned"] > 300 and done["raised"] > 5000, done
