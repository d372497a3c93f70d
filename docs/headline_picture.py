#!/usr/bin/env python3
"""Draws docs/headline.svg from a run: headline_picture.py runs/headline docs/headline.svg

Needs python3-pandas and python3-matplotlib.
"""
import json
import pathlib
import sys

import matplotlib

matplotlib.use("svg")
import matplotlib.pyplot as plt
import pandas as pd

run, target = pathlib.Path(sys.argv[1]), sys.argv[2]
summary = json.loads((run / "summary.json").read_text())
curves = pd.read_csv(run / "curves.csv").query("policy == 'q-learning'")
by_episode = curves.groupby("episode").reward
mean = by_episode.mean()
low, high = by_episode.quantile(0.1), by_episode.quantile(0.9)
replicas = curves.replica.nunique()
reward = {name: p["reward"]["mean"] for name, p in summary["policies"].items()}
constant = max((n for n in reward if n.startswith("always-")), key=reward.get)

plt.rcParams.update({"font.size": 10, "svg.hashsalt": "edgesim", "font.family": "DejaVu Sans"})
figure, axes = plt.subplots(figsize=(7.5, 3.6), constrained_layout=True)
axes.fill_between(mean.index, low, high, color="#0072B2", alpha=0.15, linewidth=0,
                  label=f"middle 80 % of {replicas} seeds")
axes.plot(mean.index, mean, color="#0072B2", linewidth=1.6, label="Q-learning in training, mean")
axes.axhline(reward["exact-dp"], color="#009E73", linewidth=1.6, linestyle="--",
             label=f"optimum, {reward['exact-dp']:.2f}")
axes.axhline(reward[constant], color="#D55E00", linewidth=1.6,
             label=f"{constant}, {reward[constant]:.2f}")
axes.axhline(reward["random"], color="#999999", linewidth=1.2, linestyle=":", label=f"random, {reward['random']:.2f}")
axes.set(xlabel="training episode", ylabel="reward per episode of 20 requests", xlim=(0, mean.index.max()))
axes.set_title(f"{summary['experiment']['energy_budget_j'] / 1000:g} kJ for 20 MT-Bench requests: a constant action beats the trained policy", fontsize=10)
axes.legend(loc="lower right", frameon=False, fontsize=9)
axes.spines[["top", "right"]].set_visible(False)
figure.savefig(target, metadata={"Date": None})
