"""The page of a run folder."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd

from edgesim import plots
from edgesim.report._page import (Page, Picture, ReportError, Section, Table, Words, estimate, facts, number,
                                  picture, plain)
from edgesim.report._settings import settings

COSTS = {"energy": "energy over the budget", "brown_out": "probability of a brown-out",
         "cap_exceedance": "share of requests over the cap", "lateness": "share of requests that are late"}
MOST_CURVES, MOST_ROWS = 6, 14


class Run:
    """The files of a run folder, read and checked."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.summary = _object(folder / "summary.json")
        for key in ("experiment", "policies"):
            if not isinstance(self.summary.get(key), dict) or not self.summary[key]:
                raise ReportError(f"{folder / 'summary.json'}: no '{key}' in it; allowed: what `edgesim run` "
                                  "wrote")
        self.experiment: dict[str, Any] = self.summary["experiment"]
        self.policies: dict[str, Any] = self.summary["policies"]
        try:
            self.frame = plots.policy_frame(self.summary)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ReportError(f"{folder / 'summary.json'}: {error}; allowed: what `edgesim run` "
                              "wrote") from None
        self.evaluation = _csv(folder / "evaluation.csv", ["policy", "budget_used", "requests_cut"])
        self.curves = _csv(folder / "curves.csv", ["policy", "replica", "episode", "reward"])
        self.config = _text(folder / "config.resolved.yaml")
        self.manifest = _object(folder / "manifest.json") if (folder / "manifest.json").exists() else None
        self.learners = [name for name in self.frame.index if name in set(self.curves["policy"])]
        self.constant, self.router = self.summary.get("best_constant"), self.summary.get("static_router")
        self.optimum: dict[str, Any] = self.summary.get("optimum") or {}

    def constraints(self) -> list[tuple[str, dict[str, Any]]]:
        return [(name, c) for name in self.frame.index for c in self.policies[name].get("constraints") or []]

    def broken(self, name: str) -> bool:
        """Whether a constraint is broken, or its mean is beyond the limit, as the run picks its best."""
        constraints = self.policies[name].get("constraints") or []
        return any(c["verdict"] == "broken" or c["mean"] > c["limit"] for c in constraints)

    def best(self) -> str:
        """The policy that earns the most, of those that break no constraint if there is one."""
        names = [str(name) for name in self.frame.index]
        return next((name for name in names if not self.broken(name)), names[0])


def run_page(folder: Path) -> Page:
    run = Run(folder)
    sections = [Section("results", "Results", [_result_table(run)])]
    sections += _certificates(run) + _constraints(run)
    sections += [_curves(run), _budget(run), _pareto(run), _power(run)]
    rows = settings(run.config)
    sections.append(Section("settings", "Settings", [
        Table("config.resolved.yaml, every default filled in", [("setting", False), ("value", False)], rows)],
                            folded=True))
    sections.append(_provenance(run))
    verdicts = run.summary.get("verdicts") or []
    return Page("run", str(run.experiment.get("name", folder.name)), _question(run),
                [str(v) for v in verdicts] if isinstance(verdicts, list) else [], sections)


def _question(run: Run) -> str:
    e = run.experiment
    limits = {d["kind"]: d["limit"] for _, d in run.constraints()}
    text = (f"Which of {len(run.policies)} policies earns the most from {plain(e.get('requests'))} requests "
            f"on device {e.get('device')} with {plain(e.get('energy_budget_j'))}\u00a0J")
    if e.get("budget_mode") == "expected":
        text += " in the mean"
    arrivals = e.get("arrivals") or {}
    if arrivals.get("kind") not in (None, "closed_loop"):
        rate = f" at {plain(arrivals['rate_per_s'])} per s" if "rate_per_s" in arrivals else ""
        text += f", arriving as {arrivals['kind']}{rate}"
    if e.get("horizon_s"):
        text += f", within {plain(e['horizon_s'])} s"
    if cap := e.get("power_cap"):
        rule = "counted" if cap.get("mode") == "observe" else "the end of an episode"
        text += f", under a power cap of {plain(cap.get('limit_w'))}\u00a0W whose exceedance is {rule}"
    bounds = {"brown_out": "brown-outs in at most {} % of the episodes",
              "lateness": "at most {} % late requests",
              "cap_exceedance": "at most {} % of the requests over the cap"}
    said = [words.format(plain(100 * limits[kind])) for kind, words in bounds.items() if kind in limits]
    return text + (f", with {' and '.join(said)}" if said else "") + "?"


def _result_table(run: Run) -> Table:
    budget = run.experiment.get("energy_budget_j")
    joules = 1 if isinstance(budget, (int, float)) and budget >= 1000 else 2
    columns: list[tuple[str, str, int, float]] = [
        ("reward", "reward", 2, 1), ("regret", "short of the optimum", 2, 1),
        ("energy_per_request_j", "J per request", joules, 1),
        ("energy_per_success_j", "J per success", joules, 1), ("budget_used", "budget used, %", 1, 100),
        ("requests_served", "served", 2, 1), ("requests_cut", "cut", 2, 1),
        ("requests_unserved", "unserved", 2, 1),
        ("requests_rejected", "rejected", 2, 1), ("requests_succeeded", "succeeded", 2, 1),
        ("latency_s", "latency, s", 2, 1), ("cap_exceedance", "over the cap, % of requests", 2, 100)]

    def worth(key: str) -> bool:
        means = [p[key]["mean"] for p in run.policies.values() if isinstance(p.get(key), dict)]
        return any(means) if key in ("requests_unserved", "requests_rejected") else bool(means)

    def cell(value: Any, key: str, digits: int, scale: float) -> str:
        if key.startswith("requests_") or key == "latency_s":
            return number(value.get("mean"), digits, scale) if isinstance(value, dict) else "-"
        return estimate(value, digits, scale)

    shown = [column for column in columns if worth(column[0])]
    rows = [[str(name), *(cell(run.policies[name].get(key), key, digits, scale) for key, _, digits,
                          scale in shown)]
            for name in run.frame.index]
    replicas = plain(run.experiment.get("replicas"))
    return Table(f"Means of {plain(run.experiment.get('episodes_eval'))} evaluation episodes per replica, "
                 f"{replicas} replicas; brackets are 95 % intervals where replicas are enough; best first.",
                 [("policy", False), *((title, True) for _, title, _, _ in shown)], rows)


def _certificates(run: Run) -> list[Section]:
    simulated = (run.optimum.get("simulated") or {}).get("mean")
    names = [str(n) for n in run.frame.index
             if isinstance(run.policies[n].get("regret"),
                           dict) and (not str(n).startswith("always-") or n == run.constant)]
    if not isinstance(simulated, (int, float)) or not names:
        return []
    rows = [[name, number(100 * run.frame.loc[name, "reward"] / simulated, 1) if simulated > 0 else "-",
             *(estimate(run.policies[name].get(key), 3) for key in ("regret", "above_best_constant",
                                                                    "above_static_router"))]
            for name in names]
    table = Table("Differences are paired on the same requests and noise; brackets are 95 % intervals where "
                  "replicas are enough.",
                  [("policy", False), ("% of the optimum", True), ("gap to the optimum", True),
                   (f"over {run.constant} (best constant)", True), (f"over {run.router}", True)], rows)
    words = f"Optimum: simulated {estimate(run.optimum['simulated'])}"
    for key, name in (("computed", "computed"), ("upper_bound", "upper bound"),
                      ("hindsight", "in hindsight")):
        if run.optimum.get(key) is not None:
            words += f", {name} {number(run.optimum[key])}"
    gaps = run.frame.loc[names[:MOST_ROWS], ["regret", "regret_low", "regret_high"]]
    gaps.columns = ["gap", "low", "high"]
    interval = " with its 95 % interval" if gaps["low"].notna().any() else ""
    left = f" The {MOST_ROWS} best of {len(names)} are drawn." if len(names) > MOST_ROWS else ""
    drawn = picture(plots.forest(gaps), "gaps", "Gap to the optimum",
                    f"Gap of each policy to the optimum{interval}, reward per episode.{left}")
    return [Section("certificates", "Certificates", [Words(words + "."), table, drawn])]


def _constraints(run: Run) -> list[Section]:
    found = run.constraints()
    if not found:
        return []
    rows = [[name, COSTS.get(c["kind"], str(c["kind"])), estimate(c, 4), number(c["limit"], 4),
             str(c["verdict"]),
             plain(c.get("episodes_needed"))] for name, c in found]
    count = {v: sum(c["verdict"] == v for _, c in found) for v in ("met", "open", "broken")}
    words = (f"Of {len(found)} certificates, {count['met']} are met (the whole interval keeps the limit), "
             f"{count['open']} open "
             f"(the interval holds the limit) and {count['broken']} broken.")
    return [Section("constraints", "Constraints", [Words(words), Table(
        "Cost of each constraint with its 95 % interval. Episodes needed: how many would decide an open one.",
        [("policy", False), ("cost", False), ("measured", True), ("limit", True), ("verdict", False),
         ("episodes needed", True)], rows)])]


def _curves(run: Run) -> Section:
    section = Section("curves", "Learning curves")
    if not run.learners:
        section.blocks.append(Words("No policy of this run learns."))
        return section
    shown = run.learners[:MOST_CURVES]
    constant = None
    if run.constant in run.frame.index:
        constant = str(run.constant), float(run.frame.loc[run.constant, "reward"])
    ax = plots.reward_curves(run.curves, policies=shown, best_constant=constant,
                             optimum=(run.optimum.get("simulated") or {}).get("mean"))
    left = len(run.learners) - len(shown)
    caption = "Training reward, exploration included; the lines are evaluation rewards."
    if left:
        caption += f" The {len(shown)} learners with the best evaluation are drawn, {_left_out(left)}."
    section.blocks.append(picture(ax, "curves-svg", "Learning curves", caption))
    return section


def _left_out(count: int) -> str:
    return f"{count} {'is' if count == 1 else 'are'} left out"


def _shown(run: Run) -> tuple[list[str], str]:
    keep = [name for name in (run.constant, run.router, "random") if name]
    names = plots.select(run.frame, run.learners[:MOST_CURVES], keep, MOST_ROWS)
    left = len(run.frame) - len(names)
    note = (f" Drawn: best constant, router, random, up to {MOST_CURVES} learners and the best; "
            f"{_left_out(left)}.")
    return names, note if left else ""


def _budget(run: Run) -> Section:
    names, note = _shown(run)
    ax = plots.budget_use(run.evaluation, policies=names)
    return Section("budget", "Energy against the budget", [picture(
        ax, "budget-svg", "Energy against the budget",
        "Share of the energy budget that evaluation episodes use; a brown-out is an episode with a request "
        f"cut.{note}")])


def _pareto(run: Run) -> Section:
    section = Section("pareto", "Energy against quality")
    frame = run.frame.reindex(columns=run.frame.columns.union(["energy_per_request_j"], sort=False))
    frame = frame[frame["energy_per_request_j"].notna()]
    if frame.empty:
        section.blocks.append(Words("No policy of this run has an energy per request."))
        return section
    ax = plots.pareto(frame, named=[name for name in _shown(run)[0] if name in frame.index][:12])
    section.blocks.append(picture(ax, "pareto-svg", "Energy against quality",
                                  "Mean reward of an episode against energy per request; the front joins the "
                                  "policies "
                                  "that no other beats in both."))
    return section


def _power(run: Run) -> Section:
    best = run.best()
    section = Section("power", "Power of one episode")
    drawn = _trace(run, best)
    section.blocks.append(drawn)
    return section


def _trace(run: Run, policy: str) -> Picture | Words:
    try:
        import edgesim

        load = getattr(edgesim, "load")
    except (ImportError, AttributeError):
        return Words("Not drawn: an episode is replayed by the compiled package (edgesim.load), which is "
                     "missing here.")
    try:
        loaded = load(run.folder)
        episode = loaded.episode(policy, replica=0, episode=0)
        power, requests, cap = episode.power, episode.requests, episode.cap_w
    except (ValueError, RuntimeError, OSError) as error:
        return Words(f"Not drawn: {' '.join(str(error).split())}")
    spans = pd.DataFrame({"start_s": requests["dispatched_s"], "end_s": requests["ended_s"],
                          "label": requests["action"]})
    spans = spans[spans["end_s"] > spans["start_s"]]
    ax = plots.power_trace(power, spans=spans if len(spans) else None, cap_w=cap)
    return picture(ax, "power-svg", "Power of one episode",
                   f"Replica 0, evaluation episode 0 of {policy}, the policy that earns the most"
                   f"{' of those that break no constraint' if run.constraints() else ''}; colours are the "
                   "actions.")


def _provenance(run: Run) -> Section:
    manifest = dict(run.manifest or {})
    names = {"edgesim": "edgesim", "compiler": "compiler", "libm_class": "mathematics library",
             "host": "host",
             "finished": "finished", "seconds": "seconds", "threads": "threads",
             "episodes": "episodes simulated",
             "profile_hash": "hash of the device profile", "tables_hash": "hash of the tables",
             "config": "config"}
    assumed = manifest.pop("assumed", None) or run.experiment.get("assumed") or []
    pairs = [(names.get(key, key.replace("_", " ")), value) for key, value in manifest.items()]
    if "tables_hash" not in manifest:
        pairs.append(("hash of the tables", run.experiment.get("tables_hash")))
    pairs += [("seed", run.experiment.get("seed")), ("device", run.experiment.get("device"))]
    blocks: list[Table | Picture | Words] = [facts("Where these numbers come from", pairs)]
    if run.manifest is None:
        blocks.insert(0, Words("manifest.json is missing in the folder: versions, host and date are not "
                               "known."))
    sentences = [assumed] if isinstance(assumed, str) else list(assumed)
    blocks += [Words(f"Assumed: {sentence}") for sentence in sentences]
    if not sentences:
        blocks.append(Words("The run names no assumed figure."))
    return Section("provenance", "Provenance", blocks)


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise ReportError(f"{path}: no such file; allowed: a complete folder of `edgesim run`") from None
    except (OSError, UnicodeDecodeError) as error:
        raise ReportError(f"{path}: not readable: {error}") from None


def _object(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(_text(path))
    except json.JSONDecodeError as error:
        raise ReportError(f"{path}: not valid JSON: {error}; allowed: what edgesim wrote") from None
    if not isinstance(content, dict):
        raise ReportError(f"{path}: is no JSON object; allowed: what edgesim wrote")
    return content


def _csv(path: Path, needed: list[str]) -> pd.DataFrame:
    if not path.exists():
        raise ReportError(f"{path}: no such file; allowed: a complete folder of `edgesim run`")
    try:
        frame = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise ReportError(f"{path}: not a table: {' '.join(str(error).split())}") from None
    for name in needed:
        if name not in frame.columns:
            raise ReportError(f"{path}: no column '{name}'; allowed: what `edgesim run` wrote")
    return frame
