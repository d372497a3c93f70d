"""Every figure draws its data on labelled axes, repeatably, and refuses in one line what it cannot draw."""
import json
import os
import pathlib
import re
import xml.etree.ElementTree as ElementTree

import matplotlib

matplotlib.use("agg")
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from edgesim import plots
from matplotlib.figure import Figure

SOURCE = pathlib.Path(os.environ["EDGESIM_SOURCE_DIR"])
RUN = SOURCE / "tests/golden/s2_chance"
SUMMARY = json.loads((RUN / "summary.json").read_text())
FRAME = plots.policy_frame(SUMMARY)
CURVES, EVALUATION = pd.read_csv(RUN / "curves.csv"), pd.read_csv(RUN / "evaluation.csv")
FIDELITY = json.loads((SOURCE / "experiments/results/fidelity/jetson.json").read_text())
POWER = pd.DataFrame({"start_s": [0.0, 1.0, 2.0, 5.0], "length_s": [1.0, 1.0, 1.5, 1.0],
                      "cpu_w": [5.0, 6.0, 7.0, 5.0],
                      "gpu_w": [10.0, 40.0, 50.0, 8.0], "total_w": [15.0, 46.0, 57.0, 13.0]})
SPANS = pd.DataFrame({"start_s": [0.0, 2.0], "end_s": [2.0, 3.5], "label": ["small", "large"]})
TABLE = {"actions": ["small", "large"], "classes": ["chat", "math"], "budget_j": 2000.0, "requests": 2,
         "tables": [
    {"requests_left": n, "class": c, "from_j": [0.0, 700.0 * n], "action": ["small", "large"]}
    for n in (1, 2) for c in ("chat", "math")]}
SWEEP = pd.DataFrame([[1.0, 2.0, 3.0], [4.0, np.nan, 6.0]], index=[10.0, 20.0], columns=[1, 2, 3])
GAPS = FRAME[["regret", "regret_low", "regret_high"]].set_axis(["gap", "low", "high"], axis=1)

FIGURES = {
    "reward_curves": lambda: plots.reward_curves(CURVES, best_constant=("always-a1", 14.25), optimum=15.17),
    "budget_use": lambda: plots.budget_use(EVALUATION),
    "power_trace": lambda: plots.power_trace(POWER, spans=SPANS, cap_w=50),
    "fidelity": lambda: plots.fidelity(FIDELITY),
    "pareto": lambda: plots.pareto(FRAME),
    "latency": lambda: plots.latency([0.1, 1.0, 3.0], [0.104, 1.3, 2.9],
                                     labels=["first", "further", "further"]),
    "policy_map": lambda: plots.policy_map(TABLE),
    "heat_map": lambda: plots.heat_map(SWEEP, x_label="requests", y_label="budget, J", value_label="reward"),
    "forest": lambda: plots.forest(GAPS),
}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def figure_of(drawn):
    return drawn if isinstance(drawn, Figure) else drawn.figure


def texts(svg):
    return ["".join(node.itertext()).strip() for node in ElementTree.fromstring(svg).iter()
            if node.tag.endswith("}text")]


@pytest.mark.parametrize("name", FIGURES)
def test_axes_are_labelled_and_hold_data(name):
    figure = figure_of(FIGURES[name]())
    seen = [ax for ax in figure.axes if ax.get_visible() and ax.get_label() != "<colorbar>"]
    assert all(ax.lines or ax.patches or ax.collections for ax in seen)
    shared_rows = {"fidelity": len(seen) - 1, "policy_map": len(seen) - 1}
    assert sum(not ax.get_ylabel() for ax in seen) == shared_rows.get(name, 0)
    assert all(ax.get_xlabel() for ax in seen)


@pytest.mark.parametrize("name", FIGURES)
def test_two_drawings_are_equal_to_the_byte(name, tmp_path):
    first, second = FIGURES[name](), FIGURES[name]()
    assert plots.svg(first) == plots.svg(second)
    assert plots.data_hash(first) == plots.data_hash(second)
    for suffix in ("svg", "pdf", "png"):
        one, two = plots.save(first, tmp_path / f"a.{suffix}"), plots.save(second, tmp_path / f"b.{suffix}")
        assert one.read_bytes() == two.read_bytes() and one.stat().st_size > 1000


@pytest.mark.parametrize("name", FIGURES)
def test_svg_is_text_that_can_be_themed_and_read_aloud(name):
    drawn = FIGURES[name]()
    themed = plots.svg(drawn, themed=True, title="Figure <1>", desc="What & why", prefix="fig1")
    root = ElementTree.fromstring(themed)
    assert root.get("role") == "img" and root.get("aria-labelledby") == "fig1-title fig1-desc"
    assert root[0].text == "Figure <1>" and root[1].text == "What & why"
    assert "var(--ink)" in themed and not [c for c in plots.LIGHT.values() if c in themed.lower()]
    ids = re.findall(r'\bid="([^"]+)"', themed)
    assert len(ids) == len(set(ids)) and all(i.startswith("fig1-") for i in ids)
    wanted = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', themed)
    assert {a or b for a, b in wanted} <= set(ids)
    label = figure_of(drawn).axes[0].get_xlabel() or figure_of(drawn).axes[0].get_ylabel()
    assert label in texts(plots.svg(drawn))
    dark = plots.svg(drawn, theme="dark")
    assert plots.DARK["ink"] in dark and plots.LIGHT["ink"] not in dark
    assert "<metadata" not in themed and "dc:date" not in dark


@pytest.mark.parametrize("name", sorted(set(FIGURES) - {"fidelity", "policy_map"}))
def test_draws_on_the_axes_it_is_given(name):
    calls = {
        "reward_curves": lambda ax: plots.reward_curves(CURVES, ax=ax),
        "budget_use": lambda ax: plots.budget_use(EVALUATION, ax=ax),
        "power_trace": lambda ax: plots.power_trace(POWER, ax=ax),
        "pareto": lambda ax: plots.pareto(FRAME, ax=ax),
        "latency": lambda ax: plots.latency([1.0], [1.1], ax=ax),
        "forest": lambda ax: plots.forest(GAPS, ax=ax),
        "heat_map": lambda ax: plots.heat_map(SWEEP, x_label="x", y_label="y", value_label="z", ax=ax)}
    _, ax = plt.subplots()
    assert calls[name](ax) is ax


def test_hash_tells_data_apart_and_overlooks_the_look():
    curves = CURVES.copy()
    before = plots.data_hash(plots.reward_curves(curves))
    assert re.fullmatch("[0-9a-f]{12}", before)
    looked = plots.reward_curves(curves)
    looked.lines[0].set_color("red")
    looked.set_title("another")
    assert plots.data_hash(looked) == before
    curves["reward"] *= 1 + 1e-12
    assert plots.data_hash(plots.reward_curves(curves)) == before
    curves.loc[curves.index[-1], "reward"] += 1
    assert plots.data_hash(plots.reward_curves(curves)) != before


def test_curve_is_the_running_mean_over_replicas():
    frame = pd.DataFrame({"policy": "q", "replica": [0, 0, 0, 1, 1, 1], "episode": [0, 1, 2] * 2,
                          "reward": [1.0, 3.0, 5.0, 2.0, 4.0, 6.0]})
    ax = plots.reward_curves(frame, window=2)
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[1, 2.5], [2, 4.5]])
    assert "last 2 episodes" in ax.get_title(loc="left") and "middle 95 %" in ax.get_title(loc="left")


def test_power_steps_keep_gaps_and_mark_what_is_above_the_cap():
    ax = plots.power_trace(POWER[["start_s", "length_s", "total_w"]], cap_w=50)
    total, cap, above = ax.lines
    x, y = total.get_data()
    assert x[:4].tolist() == [0, 1, 1, 2] and y[:4].tolist() == [15, 15, 46, 46] and np.isnan(y).sum() == 1
    assert cap.get_ydata()[0] == 50 and np.nanmin(above.get_ydata()) == 57


def test_front_is_what_none_beats():
    frame = pd.DataFrame({"energy_per_request_j": [3.0, 1.0, 2.0, 2.5], "reward": [5.0, 1.0, 4.0, 3.0]},
                         index=list("abcd"))
    line = plots.pareto(frame).lines[0]
    assert line.get_xydata().tolist() == [[1, 1], [2, 4], [3, 5]]


def test_policy_map_covers_the_whole_budget():
    figure = plots.policy_map(TABLE)
    for ax in figure.axes:
        area = 0.0
        for patch in ax.patches:
            for box in patch.get_path().to_polygons():
                area += np.ptp(box[:, 0]) * np.ptp(box[:, 1])
        assert area == pytest.approx(2.0 * 2)  # kJ times requests
    assert [text.get_text() for text in figure.legends[0].get_texts()] == TABLE["actions"]


def test_budget_use_counts_brown_outs():
    frame = pd.DataFrame({"policy": ["p"] * 4, "budget_used": [0.5, 0.7, 0.9, 1.0],
                          "requests_cut": [0, 0, 0, 1]})
    ax = plots.budget_use(frame)
    assert [text.get_text() for text in ax.texts] == ["25 % brown-outs"]
    assert [line.get_xdata().tolist() for line in ax.lines if line.get_marker() == "x"] == [[100.0]]


def test_selection_keeps_learners_and_says_order():
    names = plots.select(FRAME, learners=["saute-q"], keep=["always-a5"], most=4)
    assert len(names) == 4 and {"saute-q", "always-a5"} <= set(names)
    assert names == [name for name in FRAME.index if name in names]


NAN = float("nan")
REFUSED = {
    "empty curves": (lambda: plots.reward_curves(CURVES[:0]), "curves: no rows"),
    "curves of another shape": (lambda: plots.reward_curves(CURVES.rename(columns={"reward": "rewards"})),
                                "no column 'reward'.*did you mean 'rewards'"),
    "curves without a number": (lambda: plots.reward_curves(CURVES.assign(reward=NAN)), "no finite number"),
    "an array as curves": (lambda: plots.reward_curves(np.zeros(3)),
                           "curves must be DataFrame, not ndarray"),
    "a wide window": (lambda: plots.reward_curves(CURVES, window=100), "window: 100; allowed: 1 to 60"),
    "an unknown policy": (lambda: plots.budget_use(EVALUATION, policies=["pacin"]), "did you mean 'pacing'"),
    "no policy": (lambda: plots.budget_use(EVALUATION, policies=[]), "no policy to draw"),
    "budget without a number": (lambda: plots.budget_use(EVALUATION.assign(budget_used=NAN)),
                                "no finite number"),
    "power without watts": (lambda: plots.power_trace(POWER[["start_s", "length_s"]]),
                            "no column ends in _w"),
    "empty power": (lambda: plots.power_trace(POWER[:0]), "power: no rows"),
    "power without a number": (lambda: plots.power_trace(POWER.assign(total_w=NAN)), "no finite number"),
    "spans of another shape": (lambda: plots.power_trace(POWER, spans=SPANS[["label"]]),
                               "spans: no column 'start_s'"),
    "no fidelity": (lambda: plots.fidelity({"models": []}), "fidelity: .*allowed"),
    "an unknown signal": (lambda: plots.fidelity(FIDELITY, signal="gpu"), "no signal 'gpu'; it has VDD_IN"),
    "pareto without energy": (lambda: plots.pareto(FRAME[["reward"]]), "no column 'energy_per_request_j'"),
    "pareto without a number": (lambda: plots.pareto(FRAME.assign(reward=NAN)), "no finite number"),
    "latency of two lengths": (lambda: plots.latency([1, 2], [1]), "2 and 1 values"),
    "latency of no time": (lambda: plots.latency([1, 0], [1, 1]), "seconds above 0"),
    "latency of two dimensions": (lambda: plots.latency([[1.0]], [[1.0]]), "2 dimensions; allowed: 1"),
    "latency of words": (lambda: plots.latency(["a"], ["b"]), "not numbers"),
    "empty latency": (lambda: plots.latency([], []), "empty"),
    "a table of nothing": (lambda: plots.policy_map({}), "JSON of `edgesim policy export`"),
    "an unknown class": (lambda: plots.policy_map(TABLE, classes=["code"]), "no class 'code'"),
    "a map without a number": (lambda: plots.heat_map(SWEEP * NAN, x_label="", y_label="", value_label=""),
                               "no finite"),
    "an empty map": (lambda: plots.heat_map(SWEEP[:0], x_label="", y_label="", value_label=""), "empty"),
    "an empty forest": (lambda: plots.forest(GAPS[:0]), "gaps: no rows"),
    "a forest without a number": (lambda: plots.forest(GAPS * NAN), "no finite number"),
    "no summary": (lambda: plots.policy_frame({}), "no 'policies'"),
    "a theme": (lambda: plots.svg(plots.forest(GAPS), theme="sepia"), "allowed: light, dark"),
    "a suffix": (lambda: plots.save(plots.forest(GAPS), "x.bmp"), "allowed: .svg, .pdf, .png"),
    "no figure": (lambda: plots.data_hash("x"), "figure must be Figure or Axes, not str"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refuses_in_one_line(case):
    call, expected = REFUSED[case]
    with pytest.raises((TypeError, ValueError), match=expected) as error:
        call()
    assert "\n" not in str(error.value)
