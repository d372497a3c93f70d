#!/usr/bin/env python3
"""Draws docs/headline.svg from a run: headline_picture.py runs/headline docs/headline.svg

Needs edgesim on PYTHONPATH, python3-pandas and python3-matplotlib.
"""
import sys

import matplotlib

matplotlib.use("svg")
import edgesim

run = edgesim.load(sys.argv[1])
rewards = run.policies["reward"]
constant = run.summary["best_constant"]
axes = edgesim.plots.reward_curves(
    run.curves.query("policy == 'q-learning'"),
    best_constant=(constant, rewards[constant]),
    optimum=run.summary["optimum"]["simulated"]["mean"],
)
axes.set_ylabel("reward per episode of 20 requests")
edgesim.plots.save(axes, sys.argv[2])
