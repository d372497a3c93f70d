#!/usr/bin/env python3
"""Writes docs/fidelity.md from results: fidelity_page.py experiments/results/fidelity docs/fidelity.md

Each result is the fidelity.json of a run of `edgesim fidelity`. Every number and every verdict on the
page is computed here. Needs the standard library only.
"""
import json
import math
import pathlib
import sys

TITLES = {
    "six_actions": "Six actions on a laptop",
    "jetson": "Jetson Orin Nano, board input",
    "m1pro": "MacBook Pro M1 Pro, system power",
    "mlperf_orin": "Jetson AGX Orin, MLPerf rnnt, wall power",
    "mlperf_rb6": "Qualcomm RB6, MLPerf bert-99, wall power",
}

PROTOCOL = """\
# How well the power models reproduce recorded power

Every number here is about power that the model was not fitted to. The page is written by \
`docs/fidelity_page.py` from the results in `experiments/results/fidelity/`, which `edgesim fidelity` \
wrote with the configs in `experiments/configs/fidelity/`; a test writes it anew and compares.

## What is compared, and how

- **Requests.** Where a recording says which request a reading belongs to, requests are dealt into folds \
by name, so that a request is left out under all actions at once. A model is fitted to the other folds, \
per action and rail, and simulates each request that was left out: its duration is given, its power is not.
- **Blocks.** A recording without requests is cut in two. Each part is predicted from a fit to the other, \
block by block, from what came before the block.
- **Simulation.** Many paths per request or block, on the sensor's interval, and the whole repeated over \
seeds. Models see the same paths' noise streams, requests and folds.
- **Models.** `hsmm` has explicit laws of the stays; `hmm` is the same with geometric stays; other names \
change one thing (`-nb`, `-nonparametric`: the law of the stays; `-gaussian`: no autoregression; \
`-student`: heavy tails; `-one-class`: one kind of request); `free-` models know no ramp; `ar1` is one \
autoregressive state; `iid` draws readings from the training part; `tcn` is a temporal convolutional \
network (Bai et al. 2018, arXiv:1803.01271: four dilated causal residual blocks of 32 channels, a head of two \
Gaussians, one network per rail; trained by maximum likelihood of the next reading with Adam and noise fed in, one fifth of the \
training requests held out to stop and to choose among as many seeds as the others have restarts; its defaults, \
in `calibration/tcn_fit.h`, were tuned on the six-action recordings, which flatters it there); `replay` plays a training trace as it was; `published` are \
the parameters that other work published for the same recordings; they were fitted to all of them, the \
requests that are left out here included. `auto` chooses its structure on the training part.

## Definitions

- **Energy bias**: mean simulated energy over mean measured energy, minus 1. Measured energy is the \
trapezoid over the sensor's own times.
- **In 90 %, in 50 %**: requests whose energy lies in the central interval of their simulated energies. A true \
law has 90 % and 50 % of them there.
- **CRPS**: continuous ranked probability score, the fair estimator; a proper score, lower is better \
(Gneiting & Raftery 2007, doi:10.1198/016214506000001437; Ferro 2014, doi:10.1002/qj.2270). Of energy it \
is given as a share of the mean energy.
- **W1**: Wasserstein distance between the measured and the simulated law, in W: of the highest reading of \
each request, or of means over windows.
- **KS**: actions for which the two-sample Kolmogorov-Smirnov test has p > 0.05 (Hodges 1958, \
doi:10.1007/BF02589501), per seed. Passing it shows no difference with so few requests; it does not show \
that there is none.
- **t50, ramp, step**: time to half the rise; from there to 95 % of it; mean absolute change from reading to \
reading.
- **Lag-1 error**: difference of the measured and the simulated lag-1 autocorrelation, absolute, mean over \
actions.
- **Log score**: log density of each reading given those before, nats per reading; higher is better. Models \
that only draw paths have none. All densities have a small uniform part (1e-5 on 150 W), so that one odd \
reading is not the end of a model.
- **Intervals of differences**: 95 %, paired bootstrap over the requests within each action (Efron & \
Tibshirani 1993), of blocks in runs of four neighbours (circular block bootstrap, Politis & Romano 1992). They are not corrected for the number of rows: of twenty rows without any difference \
one is expected to separate.
- **Floor**: the same distance between two random halves of the measured requests, median over splits. A \
distance near it is as small as so few requests can show.
"""

NOT_CLAIMED = """\
## What is not claimed

- Each recording is one device, one session, one sensor. Nothing here says how a model does on another \
day, at another temperature or on another copy of the device.
- Requests are judged with their measured duration given, except in the rows that say that only the tokens \
are given. How long requests take is another model's matter.
- What the sensor smooths or skips is not in the readings, and so not in the judgement: peaks are peaks of \
readings.
- Distances and tests compare laws. A model can have the right law of energies and still foresee the energy \
of a single request badly; CRPS and log score are about that.
- A recording cut in two is two samples of how a device is used. Where power drifts between the halves, a \
model of one is too sure of the other's level: low coverage there says so.
- Fit times are those of one machine and one run, summed over fits that ran beside each other.
"""


def number(value, digits, sign=False, scale=1):
    if value is None or math.isnan(value):
        return "-"
    return f"{scale * value:{'+' if sign else ''}.{digits}f}"


def mean(pairs):
    """Weighted mean of (value, weight) with the undefined left out, or None."""
    pairs = [(v, w) for v, w in pairs if v is not None and not math.isnan(v) and w > 0]
    return sum(v * w for v, w in pairs) / sum(w for _, w in pairs) if pairs else None


def spread(values, digits, sign=False, scale=1):
    values = [v for v in values if v is not None]
    if not values:
        return "-"
    low, high = (number(v, digits, sign, scale) for v in (min(values), max(values)))
    return low if low == high else f"{low} to {high}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|---" + "|---:" * (len(header) - 1) + "|"]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows]) + "\n"


class Figures:
    """What one model does on one signal, over its actions."""

    def __init__(self, actions, signal):
        self.found = [(a, s) for a in actions for s in a["signals"] if s["signal"] == signal]
        found = self.found
        self.biases = [s["energy_j"]["simulated"] / s["energy_j"]["measured"] - 1
                       for _, s in found if s["energy_j"]["measured"]]
        self.crps = mean((s["energy_j"]["crps"] / s["energy_j"]["measured"], a["requests"])
                         for a, s in found if s["energy_j"]["measured"] and s["energy_j"]["crps"] is not None)
        self.peaks = [s["peak_w"]["w1"] for _, s in found]
        self.peak = mean((w, 1) for w in self.peaks)
        self.lag1 = mean((abs(s["lag1"]["measured"] - s["lag1"]["simulated"]), 1) for _, s in found
                         if s["lag1"]["measured"] is not None and s["lag1"]["simulated"] is not None)
        self.windows = [mean((s["window_w1_w"][k], 1) for _, s in found) for k in range(3)]
        self.window_crps = mean((s["window_crps_w"], 1) for _, s in found)
        self.step = mean((s["roughness_w"]["w1"], 1) for _, s in found)
        self.log_score = mean((s["log_score"], 1) for _, s in found)

    def inside(self, key, of="signal"):
        """(mean over seeds, all requests, least, of)"""
        total, count, least = 0.0, 0, None
        for a, s in self.found:
            seeds = s[key]
            if not seeds:
                continue
            total += sum(seeds) / len(seeds)
            count += a["requests"]
            for n in seeds:
                if least is None or n * least[1] < least[0] * a["requests"]:
                    least = (n, a["requests"])
        return (total, count) + least if least else None

    def show_inside(self, key):
        inside = self.inside(key)
        if not inside:
            return "-"
        text = f"{inside[0]:.1f} of {inside[1]}"
        return text if inside[3] == inside[1] else f"{text}, least {inside[2]} of {inside[3]}"

    def passes(self, feature):
        defined = [s[feature]["ks_p"] for _, s in self.found
                   if s[feature]["ks_p"] and None not in s[feature]["ks_p"]]
        if not defined:
            return "-"
        per_seed = [sum(p > 0.05 for p in seed) for seed in zip(*defined)]
        low, high = min(per_seed), max(per_seed)
        return f"{low if low == high else f'{low} to {high}'} of {len(defined)}"


def signals(result):
    return result["rails"] + (["total"] if len(result["rails"]) > 1 else [])


def reference(result):
    return result["config"].get("compare", {}).get("reference") or result["models"][0]["name"]


def unit_of(score):
    """(unit, factor) of a paired score, by its name."""
    if "share of the energy" in score:
        return "% of the energy", 100
    if "nats" in score:
        return "nats per reading", 1
    if score.endswith("in W"):
        return "W", 1
    if score.endswith("in s"):
        return "s", 1
    return "", 1


def verdict(result, row):
    """A sentence about a paired row, and 1, 0 or -1: reference better, not separated, worse."""
    pair = result["config"]["compare"]
    unit, factor = unit_of(row["score"])
    if row["mean"] is None or row["low"] is None or row["high"] is None:
        return f"{row['signal']}, {row['score']}: nothing to compare.", 0
    values = [factor * row[k] for k in ("mean", "low", "high")]
    counts = f"{pair['reference']} lower in {row['better_count']} of {row['count']}"
    sign = -1 if row["low"] > 0 else 1 if row["high"] < 0 else 0
    if sign == 0:
        text = f"does not separate ({values[0]:+.3g} [{values[1]:+.3g}, {values[2]:+.3g}]"
        return f"{row['signal']}, {row['score']}: {text}{' ' if unit else ''}{unit}; {counts}).", 0
    better = pair["reference"] if sign > 0 else pair["against"]
    low, high = sorted(abs(v) for v in values[1:])
    text = f"{better} better by {abs(values[0]):.3g} [{low:.3g}, {high:.3g}]{' ' if unit else ''}{unit}"
    return f"{row['signal']}, {row['score']}: **{text}** ({counts}).", sign


def model_table(result, signal):
    rows = []
    for model in result["models"]:
        f = Figures(model["actions"], signal)
        row = [model["name"], number(model["parameters"], 0), number(model["fit_s"], 1),
               spread(f.biases, 1, True, 100), f.show_inside("inside_90"), f.show_inside("inside_50")]
        if result["blocks"]:
            row += [number(f.window_crps, 3), number(f.windows[0], 3), number(f.windows[1], 3),
                    number(f.windows[2], 3), spread(f.peaks, 2), number(f.lag1, 3), number(f.log_score, 3)]
        else:
            row += [number(f.crps, 2, scale=100), f.passes("peak_w"), spread(f.peaks, 2), f.passes("t50_s"),
                    f.passes("ramp_s"), f.passes("roughness_w"), number(f.lag1, 3), number(f.windows[1], 2),
                    number(f.log_score, 3)]
        rows.append(row)
    header = ["model", "parameters", "fit, s", "energy bias, %", "in 90 %", "in 50 %"]
    if result["blocks"]:
        header += ["CRPS of 1 s, W", "W1 of 0.1 s, W", "W1 of 1 s, W", "W1 of 10 s, W", "peak W1, W", "lag-1 error",
                   "log score"]
    else:
        header += ["CRPS, %", "KS peak", "peak W1, W", "KS t50", "KS ramp", "KS step", "lag-1 error", "W1 of 1 s, W",
                   "log score"]
        if result["floors"]:
            f = Figures(result["floors"], signal)
            rows.append(["floor: measured halves"] + ["-"] * 7 + [spread(f.peaks, 2)] + ["-"] * 4
                        + [number(f.windows[1], 2), "-"])
    return table(header, rows)


def cap_table(result):
    rows = []
    for model in result["models"]:
        n = sum(a["requests"] for a in model["actions"])
        if n == 0:
            continue

        def over(key):
            return sum(a["requests"] * a[key] for a in model["actions"]) / n

        rows.append([model["name"], number(over("cap_exceedance_measured"), 1, scale=100),
                     number(over("cap_exceedance_simulated"), 1, scale=100), number(over("cap_brier"), 4)])
    return table(["model", "measured, %", "simulated, %", "Brier score"], rows)


def tokens_table(result):
    rows = []
    for model in result["models"]:
        known = [a for a in model["actions"] if a["given_tokens_bias"] is not None and a["given_tokens_inside_90"]]
        if not known:
            continue
        n = sum(a["requests"] for a in known)

        def inside(key):
            return f"{sum(sum(a[key]) / len(a[key]) for a in known):.1f} of {n}"

        rows.append([model["name"], spread([a["given_tokens_bias"] for a in known], 1, True, 100),
                     inside("given_tokens_inside_90"), inside("given_tokens_inside_50")])
    return table(["model", "energy bias, %", "in 90 %", "in 50 %"], rows) if rows else None


def action_table(result, signal):
    model = next(m for m in result["models"] if m["name"] == reference(result))
    rows = []

    def pair(feature, digits):
        return f"{number(feature['measured'], digits)}, {number(feature['simulated'], digits)}"

    for action in model["actions"]:
        for s in action["signals"]:
            if s["signal"] != signal:
                continue
            f = Figures([action], signal)
            rows.append([action["action"], str(action["requests"]), spread(f.biases, 1, True, 100),
                         f.show_inside("inside_90"), f.show_inside("inside_50"), number(f.crps, 2, scale=100),
                         pair(s["peak_w"], 1), pair(s["t50_s"], 2), pair(s["ramp_s"], 2),
                         pair(s["roughness_w"], 2), pair(s["lag1"], 2)])
    return table(["action", "requests", "energy bias, %", "in 90 %", "in 50 %", "CRPS, %", "peak, W", "t50, s", "ramp, s",
                  "step, W", "lag-1"], rows)


def section(result):
    config, name = result["config"], result["config"]["name"]
    out = [f"## {TITLES.get(name, name)}\n"]
    if result["blocks"]:
        how = (f"{result['requests']} blocks of {config['block_s']:g} s, the recording cut at {config['split_share']:g} "
               "of its length")
    else:
        how = f"{result['requests']} requests in {config['folds']} folds"
    out.append(f"{how}; {config['draws']} paths each, {config['seeds']} seeds; a reading per "
               f"{result['interval_s']:.4g} s of {', '.join(result['rails'])}. edgesim {result['edgesim']}; inputs: "
               + ", ".join(f"{i['file']} ({i['hash']})" for i in result["inputs"]) + ".\n")
    out += [f"Note: {note}\n" for note in result["notes"]]
    shown = signals(result) if result["blocks"] else list(dict.fromkeys([result["primary_signal"], signals(result)[-1]]))
    for signal in shown:
        out.append(f"**{signal}**, by model; ranges are over actions.\n\n" + model_table(result, signal))
    if result["blocks"]:
        chosen = [f"`{m['name']}`: {'; '.join(m['words'])}" for m in result["models"]]
        out.append("Structures: " + ". ".join(chosen) + ".\n")
    else:
        if "cap_w" in config:
            out.append(f"Requests with a reading of all rails above {config['cap_w']:g} W.\n\n" + cap_table(result))
        tokens = tokens_table(result)
        if tokens:
            out.append("Energy of all rails with only the tokens given, the duration drawn from measured seconds per "
                       "token.\n\n" + tokens)
    if result["paired"]:
        pair = config["compare"]
        lines = "\n".join("- " + verdict(result, row)[0] for row in result["paired"])
        out.append(f"{pair['reference']} against {pair['against']} on the same {'blocks' if result['blocks'] else 'requests'}:"
                   f"\n\n{lines}\n")
    if not result["blocks"]:
        for signal in shown:
            out.append(f"**{signal}** of {reference(result)}, by action; pairs are measured, simulated means.\n\n"
                       + action_table(result, signal))
    return "\n".join(out)


# What is compared between models: name, how it is computed (lower is better), unit, factor, digits.
MEASURES = [
    ("energy CRPS", lambda f, r: f.crps if not r["blocks"] else None, "%", 100, 2),
    ("largest energy bias", lambda f, r: max(map(abs, f.biases), default=None), "%", 100, 1),
    ("CRPS of 1 s means", lambda f, r: f.window_crps, "W", 1, 3),
    ("peak W1", lambda f, r: f.peak, "W", 1, 2),
    ("W1 of 1 s means", lambda f, r: f.windows[1], "W", 1, 3),
    ("step W1", lambda f, r: f.step, "W", 1, 3),
    ("lag-1 error", lambda f, r: f.lag1, "", 1, 3),
    ("distance of the 90 % coverage from 90 %", lambda f, r: coverage_gap(f), "points", 100, 1),
    ("negative log score", lambda f, r: None if f.log_score is None else -f.log_score, "nats", 1, 3),
]


def coverage_gap(figures):
    inside = figures.inside("inside_90")
    return abs(inside[0] / inside[1] - 0.9) if inside else None


def losses(result):
    """Lines where the reference does not win."""
    name, lines = reference(result), []
    for row in result["paired"]:
        text, sign = verdict(result, row)
        if sign <= 0:
            lines.append(("Worse: " if sign < 0 else "Not separated: ") + text)
    model = next(m for m in result["models"] if m["name"] == name)
    for signal in signals(result):
        own = Figures(model["actions"], signal)
        for what, measure, unit, factor, digits in MEASURES:
            mine = measure(own, result)
            if mine is None:
                continue
            better = []
            for other in result["models"]:
                if other["name"] == name:
                    continue
                theirs = measure(Figures(other["actions"], signal), result)
                # As printed: what rounds to the same number is no win.
                if theirs is not None and round(factor * theirs, digits) < round(factor * mine, digits):
                    better.append((theirs, f"{other['name']} {number(theirs, digits, scale=factor)}"))
            if better:
                shown = ", ".join(text for _, text in sorted(better))
                lines.append(f"{signal}, {what}{', ' + unit if unit else ''}: {name} "
                             f"{number(mine, digits, scale=factor)}; lower: {shown}.")
    return lines


def page(results):
    out = [PROTOCOL]
    if not results:
        out.append("## Results\n\nNone are there yet.\n")
        return "\n".join(out + [NOT_CLAIMED])
    out += [section(result) for result in results]
    out.append("## Where the HSMM loses or does not win\n\nComputed from the tables: every paired row that does not favour "
               "the reference model, and every figure in which another model is lower. Figures are compared as printed, "
               "without intervals.\n")
    for result in results:
        lines = losses(result) or ["Nowhere."]
        name = result["config"]["name"]
        out.append(f"{TITLES.get(name, name)}:\n\n" + "\n".join("- " + line for line in lines) + "\n")
    return "\n".join(out + [NOT_CLAIMED])


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    folder = pathlib.Path(sys.argv[1])
    results = [json.loads(path.read_text()) for path in sorted(folder.glob("*.json"))]
    order = list(TITLES)
    results.sort(key=lambda r: (order.index(r["config"]["name"]) if r["config"]["name"] in order else len(order),
                                r["config"]["name"]))
    pathlib.Path(sys.argv[2]).write_text(page(results))


main()
