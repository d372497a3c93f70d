"""The page of the JSON of `edgesim fidelity`."""

from __future__ import annotations

from typing import Any

import numpy as np

from edgesim import plots
from edgesim.report._page import Page, Section, Table, Words, facts, number, picture


def fidelity_page(json: dict[str, Any]) -> Page:
    config, unit = json["config"], "blocks" if json["blocks"] else "requests"
    primary = str(json["primary_signal"])
    signals = [primary] + [s for s in dict.fromkeys(x["signal"] for m in json["models"] for a in m["actions"]
                                                    for x in a["signals"]) if s != primary]
    sections = []
    for index, signal in enumerate(signals):
        drawn = plots.fidelity(json, signal=signal)
        sections.append(Section(f"signal-{index + 1}", f"Signal {signal}", [
            picture(drawn, f"signal{index + 1}", f"Fidelity of {signal}",
                    f"Each model on {signal}, which it was not fitted to: bias and CRPS of energy, {unit} "
                    "within the central "
                    "90 % and 50 % of their simulated energies, and distance of the peaks."),
                    _scores(json, signal, unit)]))
    if json["paired"]:
        sections.append(_paired(json, unit))
    notes = [Words(f"Note: {note}") for note in json["notes"]]
    pairs = [("edgesim", json["edgesim"]), ("reading interval, s", json["interval_s"]),
             ("rails", json["rails"])]
    pairs += [(str(i["file"]), str(i["hash"])) for i in json["inputs"]]
    sections.append(Section("settings", "Settings", [facts("The config, every default filled in", [
        (str(key), value) for key, value in config.items() if key != "models"])], folded=True))
    sections.append(Section("provenance", "Provenance", [
        facts("Where these numbers come from; inputs with their hashes", pairs), *notes]))
    question = (f"How well do {len(json['models'])} models reproduce the power of {json['requests']} {unit} "
                f"that they were not fitted to?")
    return Page("fidelity", str(config["name"]), question, [], sections)


def _scores(json: dict[str, Any], signal: str, unit: str) -> Table:
    rows = []
    for model in json["models"]:
        found = [(s, a["requests"]) for a in model["actions"] for s in a["signals"] if s["signal"] == signal]
        energy = [s["energy_j"] for s, _ in found if s["energy_j"]["measured"]]
        total = sum(n for s, n in found if s["inside_90"])
        inside = [f"{sum(np.mean(s[key]) for s, _ in found if s[key]):.1f} of {total}" if total else "-"
                  for key in ("inside_90", "inside_50")]
        rows.append([str(model["name"]), number(model["parameters"], 0), number(model["fit_s"], 1),
                     _mean([100 * (e["simulated"] / e["measured"] - 1) for e in energy], 2),
                     *inside,
                     _mean([100 * e["crps"] / e["measured"] for e in energy if e["crps"] is not None], 2),
                     _mean([s["peak_w"]["w1"] for s, _ in found], 2),
                     _mean([s["log_score"] for s, _ in found], 3)])
    return Table(f"{signal}: means over the actions. A true law has 90 % and 50 % of the {unit} inside.",
                 [("model", False), ("parameters", True), ("fit, s", True), ("energy bias, %", True),
                  ("in 90 %", True),
                  ("in 50 %", True), ("CRPS, %", True), ("peak W1, W", True), ("log score", True)], rows)


def _mean(values: list[Any], digits: int) -> str:
    known = [value for value in values if value is not None]
    return number(float(np.mean(known)), digits) if known else "-"


def _paired(json: dict[str, Any], unit: str) -> Section:
    pair = json["config"]["compare"]
    reference, against = str(pair["reference"]), str(pair["against"])
    rows = []
    for row in json["paired"]:
        low, high = row["low"], row["high"]
        known = low is not None and high is not None
        better = "does not separate"
        if known and low > 0:
            better = f"{reference} is better"
        if known and high < 0:
            better = f"{against} is better"
        interval = f"{row['mean']:.3g} [{low:.3g}, {high:.3g}]" if known and row["mean"] is not None else "-"
        rows.append([f"{row['signal']}, {row['score']}", interval, better,
                     f"{row['better_count']} of {row['count']}"])
    table = Table(f"{against} minus {reference} on the same {unit}, lower scores are better, with 95 % "
                  "bootstrap intervals.",
                  [("score", False), ("difference", True), ("which is better", False),
                   (f"{reference} lower in", True)], rows)
    return Section("paired", f"{reference} against {against}", [table])
