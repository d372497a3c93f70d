"""The pages of single JSON files: fit reports, predictions, exercises, comparisons."""

from __future__ import annotations

from typing import Any

import pandas as pd

from edgesim import plots
from edgesim.report._page import Page, Picture, Section, Table, Words, facts, number, picture, plain


# `chosen_by` of a fit report, in a sentence.
_CHOSEN = {"words": "as asked for", "held-out CRPS": "chosen by its score on requests left out (CRPS)"}


def fit_page(json: dict[str, Any]) -> Page:
    sections = [_energies(json), _candidates(json)]
    held = json["held_out"]
    how = f"not made: {plain(held.get('why_not'))}"
    if held.get("folds"):
        how = f"in {plain(held['folds'])} folds"
    rows = [[f"{a['action']}, {r['rail']}", str(r["model"]), str(a["requests"]), str(len(r["classes"])),
             *(number((r["held_out"] or {}).get(key), 3) for key in ("window_crps_w", "peak_crps_w",
                                                                     "step_crps_w", "log_score"))]
            for a in json["actions"] for r in a["rails"]]
    sections.append(Section("actions", "Actions", [Table(
        f"The model of each action and rail; held-out scores ({how}).",
        [("action, rail", False), ("model", False), ("requests", True), ("classes", True),
         ("CRPS of windows, W", True),
         ("CRPS of peaks, W", True), ("CRPS of steps, W", True), ("log score", True)], rows)]))
    states = [[f"{a['action']}, {r['rail']}, class {k + 1}: {s['name']}", number(s["mean_w"]),
               number(s["sd_w"]),
               plain(s.get("duration"))]
              for a in json["actions"] for r in a["rails"]
              for k, c in enumerate(r["classes"]) for s in c["states"]]
    sections.append(Section("states", "States", [Table(
        "The states of the models, and the law of the stays in them.",
        [("state", False), ("mean, W", True), ("sd, W", True), ("stay", False)], states)], folded=True))
    sentences = [*json["doubts"], *json["noticed"], json["intervals"]]
    words = [Words(str(sentence)) for sentence in sentences if sentence]
    sections.append(Section("doubts", "Doubts and scope", [*words, *_outliers(json)]))
    sections.append(Section("provenance", "Provenance", [facts("What was fitted", [
        (key.replace("interval_s", "interval, s"), json[key]) for key in ("files", "kind", "sessions", "requests", "readings",
                                                       "interval_s")])]))
    return Page("fit", str(json["name"]), f"How well does the profile {json['name']} reproduce the power of "
                                          "the "
                f"{json['requests']} {json['kind']} that it was fitted to?", [], sections)


def _outliers(json: dict[str, Any]) -> list[Table | Picture | Words]:
    return [Words(f"Outlier: {plain(outlier)}") for outlier in json["outliers"] or []]


def _energies(json: dict[str, Any]) -> Section:
    section = Section("energy", "Energy")
    energy = json["energy"]
    kinds = {"fitted": "requests that were fitted",
             "left_out": f"left out: {plain(energy.get('left_out_how'))}",
             "without_outliers": "without outliers"}
    for key, title in kinds.items():
        checks = energy.get(key) or []
        if not checks:
            continue
        if key == "fitted":
            bias = pd.DataFrame({"gap": [c["bias_percent"] for c in checks]},
                                index=[str(c["action"]) for c in checks])
            bias["low"] = bias["high"] = float("nan")
            if bias["gap"].notna().any():
                ax = plots.forest(bias, label="simulated over measured energy less 1, %", row_label="action",
                                  target="measured")
                section.blocks.append(picture(ax, "energy-svg", "Energy bias",
                                              "Mean simulated against mean measured energy "
                                              "per request of each action, requests that were fitted."))
        section.blocks.append(Table(f"Mean energy of a request, {title}.", [
            ("action", False), ("requests", True), ("measured, J", True), ("simulated, J", True),
            ("bias, %", True)], [
            [str(c["action"]), str(c["requests"]), number(c["measured_j"]), number(c["simulated_j"]),
             number(c["bias_percent"])]
            for c in checks]))
    if not section.blocks:
        section.blocks.append(Words("The file holds no check of energies."))
    return section


def _candidates(json: dict[str, Any]) -> Section:
    blocks: list[Table | Picture | Words] = []
    for model in json["models"]:
        blocks.append(Words(f"{model['rail']}: {model['model']}, {_CHOSEN.get(model['chosen_by'], model['chosen_by'])}."))
        if model["tried"]:
            rows = [[str(t["model"]), number(t["score"], 3), number(t["standard_error"], 3),
                     number(t["bic_per_reading"], 3),
                     plain(t["parameters"])] for t in model["tried"]]
            blocks.append(Table(f"{model['rail']}: what was tried, in stages. 1 is the average score of a "
                                "stage, lower is better; the simplest "
                                "within one standard error, or one percent, of the best is kept.", [
                ("model", False), ("score", True), ("standard error", True), ("BIC per reading", True),
                ("parameters", True)], rows))
    return Section("models", "Models", blocks or [Words("The file names no model.")])


def predict_page(json: dict[str, Any]) -> Page:
    host = json["host_profile"]
    prompt, tokens = json["prompt_tokens"], json["generated_tokens"]
    further = json["further_tokens_s"]
    memory = json["memory_bytes"]
    rows = [["time to first token, s", number(json["time_to_first_token_s"], 4)],
            ["further tokens, sum, s", number(float(sum(further)), 4)],
            ["further token, first and last, s", f"{number(further[0], 5)}, "
                                                 f"{number(further[-1], 5)}" if further else "-"],
            ["total, s", number(json["total_s"], 4)],
            *([f"memory, {key.replace('_', ' ')}, MB", number(value, 1, 1e-6)]
              for key, value in memory.items())]
    sections = [Section("prediction", "Prediction",
                        [Table("What is predicted.", [("what", False), ("value", True)], rows)])]
    ratio = json["measured_over_predicted"]
    sections[0].blocks.append(Words(
        f"Whole passes of the calibration took {number(ratio['p10'])} to {number(ratio['p90'])} times their "
        "predicted time "
        f"(the middle eight of ten; median {number(ratio['median'])})."))
    if json["for_other_host"]:
        sections[0].blocks.append(Words("The profile is that of another host: the prediction is for that "
                                        "one, not this."))
    first, rest = json["first_token_by_part_s"] or {}, json["further_tokens_by_part_s"] or {}
    parts = sorted({*first, *rest}, key=lambda part: (-(first.get(part, 0) + rest.get(part, 0)), part))
    sections.append(Section("parts", "Where the time goes", [Table("Time by part, longest first.", [
        ("part", False), ("first token, s", True), ("further tokens, s", True)], [
        [str(part), number(first.get(part), 4), number(rest.get(part), 4)] for part in parts])]))
    residuals = [[str(r["law"]), plain(r["timings"]),
                  *(number(r[key], 1, 100) for key in ("median", "p90", "max", "bias"))]
                 for r in json["residuals"]]
    trust: Table | Words = Words("The profile holds no residuals of the laws that the time rests on.")
    if residuals:
        trust = Table("Laws of the host that most of the time rests on: timings held against the law, "
                      "relative errors in %.",
                      [("law", False), ("timings", True), ("median", True), ("p90", True), ("max", True),
                       ("bias", True)],
                      residuals)
    sections.append(Section("residuals", "How far to trust it", [trust]))
    sections.append(Section("provenance", "Provenance", [facts("Where these numbers come from", [
        ("edgesim", json["edgesim"]), ("threads", json["threads"]),
        *((f"host {key}", value) for key, value in host.items())])]))
    return Page("prediction", f"{json['model']} {json['quantization']}",
                f"How long does {json['model']} in {json['quantization']} "
                f"take for a prompt of {prompt} and {tokens} generated tokens on {host['cpu']}?", [],
                sections)


def exercise_page(json: dict[str, Any]) -> Page:
    pairs = [("time to first token, s", json["first_token_s"], 1.0, 4),
             ("further tokens, sum, s", json["further_tokens_s"], 1.0, 4),
             ("total, s", json["total_s"], 1.0, 4), ("memory, MB", json["memory_bytes"], 1e-6, 1)]
    rows = [[name, number(p["measured"], digits, scale), number(p["predicted"], digits, scale),
             number(100 * (p["predicted"] / p["measured"] - 1), 1) if p["measured"] else "-"]
            for name, p, scale, digits in pairs]
    section = Section("times", "Measured and predicted",
                      [Table("One run with random weights beside its prediction.", [
        ("what", False), ("measured", True), ("predicted", True), ("off by, %", True)], rows)])
    measured = [json["first_token_s"]["measured"], *json["decode_s"]["measured"]]
    predicted = [json["first_token_s"]["predicted"], *json["decode_s"]["predicted"]]
    labels = ["first token", *["further token"] * (len(measured) - 1)]
    section.blocks.append(picture(plots.latency(measured, predicted, labels=labels), "latency-svg",
                                  "Predicted against measured",
                                  "Each token of the request: predicted over measured time."))
    provenance = Section("provenance", "Provenance", [facts("Where these numbers come from", [
        (key.replace("_", " "), json[key]) for key in ("profile", "for_other_host", "threads",
                                                       "disturbed_runs")])])
    return Page("exercise", f"{json['model']} {json['quantization']}",
                f"How far is the prediction of {json['model']} in "
                f"{json['quantization']} from one run of its kernels?", [], [section, provenance])


def compare_page(json: dict[str, Any]) -> Page:
    lines = json["lines"]
    broken = [line for line in lines if line["broken"]]
    said = f"No regression in {len(lines)} checks."
    if any("nothing is sure" in str(line["verdict"]) for line in lines):
        said = f"No regression is sure in {len(lines)} checks: the runs have too few replicas to tell."
    if broken:
        said = f"{len(broken)} of {len(lines)} checks are broken."
    rows = [[str(line["policy"]), str(line["what"]), "broken" if line["broken"] else "ok",
             str(line["verdict"])]
            for line in [*broken, *(line for line in lines if not line["broken"])]]
    table = Table("Broken checks first. Differences are paired by replica.", [
        ("policy", False), ("check", False), ("result", False), ("figures", False)], rows)
    settings = facts("What was compared", [("base run", json["base"]), ("new run", json["new"]),
                     ("share of the base reward a policy may lose", json["margin"]),
                     ("share of requests that may exceed the cap", json["cap_tolerance"]),
                                           ("edgesim", json["edgesim"])])
    return Page("comparison", f"{_last(json['new'])} against {_last(json['base'])}",
                f"Is the run {_last(json['new'])} worse than {_last(json['base'])}?",
                [said], [Section("checks", "Checks", [table]),
                         Section("provenance", "Provenance", [settings])])


def _last(path: Any) -> str:
    return str(path).rstrip("/").rsplit("/", 1)[-1] or str(path)
