"""Results of a run."""

from __future__ import annotations

import io
import json
import os
import pathlib
from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from edgesim import _edgesim
from edgesim._arguments import count, flag, path_text
from edgesim._episode import Episode

_FILES = ("summary.json", "evaluation.csv", "curves.csv", "config.resolved.yaml")


class Run:
    """A finished run, in memory or in its folder. A context manager; after `close` it can no longer be asked.

    >>> import edgesim
    >>> with edgesim.run("s1_hard", overrides={"replicas": 2, "episodes.train": 5, "episodes.eval": 5}) as run:
    ...     sorted(run.evaluation.columns)[:3]
    ['budget_used', 'cap_exceedance', 'energy_j']
    """

    def __init__(
        self,
        read: Callable[[str], str],
        simulate: Callable[[str, int, int], dict[str, Any]],
        *,
        folder: pathlib.Path | None = None,
        files: Mapping[str, str] | None = None,
        table: str | None = None,
    ) -> None:
        self._read: Callable[[str], str] | None = read
        self._simulate = simulate
        self._files = files
        self._folder = folder
        self._table = table
        self._parsed: dict[str, Any] = {}

    def _get(self, name: str, parse: Callable[[str], Any]) -> Any:
        if self._read is None:
            raise ValueError("the run is closed; run or load it again")
        if name not in self._parsed:
            self._parsed[name] = parse(self._read(name))
        return self._parsed[name]

    @property
    def folder(self) -> pathlib.Path | None:
        """Where its files are; None for a run that was not written."""
        return self._folder

    @property
    def summary(self) -> dict[str, Any]:
        """summary.json: every figure with its interval, the optimum, the verdicts."""
        return dict(self._get("summary.json", json.loads))

    @property
    def name(self) -> str:
        """Of the experiment."""
        return str(self.summary["experiment"]["name"])

    @property
    def verdicts(self) -> list[str]:
        """One sentence per learner: what it earns beside the optimum, the best constant action and the best router."""
        return list(self.summary["verdicts"])

    @property
    def evaluation(self) -> pd.DataFrame:
        """One row per policy, replica and evaluation episode: evaluation.csv."""
        return self._get("evaluation.csv", lambda text: pd.read_csv(io.StringIO(text)))

    @property
    def curves(self) -> pd.DataFrame:
        """One row per learner, replica and training episode: curves.csv."""
        return self._get("curves.csv", lambda text: pd.read_csv(io.StringIO(text)))

    @property
    def manifest(self) -> dict[str, Any]:
        """How the run came about: versions, host, threads, seconds, hashes of what it read."""
        return dict(self._get("manifest.json", json.loads))

    @property
    def config_yaml(self) -> str:
        """The experiment with every default filled in: config.resolved.yaml."""
        return str(self._get("config.resolved.yaml", str))

    @property
    def policies(self) -> pd.DataFrame:
        """One row per policy, best first: means over replicas, with 95 % bounds as `<figure>_low`, `<figure>_high`."""
        rows = {}
        for policy, figures in self.summary["policies"].items():
            row: dict[str, float | None] = {}
            for key, value in figures.items():
                if isinstance(value, dict):
                    low, high = value["ci95"] or (None, None)
                    row |= {key: value["mean"], f"{key}_low": low, f"{key}_high": high}
                elif value is None:
                    row |= {key: None, f"{key}_low": None, f"{key}_high": None}
            rows[policy] = row
        table = pd.DataFrame.from_dict(rows, orient="index").astype(float)
        first = [f"{key}{end}" for key in ("reward", "regret", "energy_j", "budget_used") for end in ("", "_low", "_high")]
        table = table[first + [column for column in table.columns if column not in first]]
        return table.rename_axis("policy").sort_values("reward", ascending=False, kind="stable")

    @property
    def constraints(self) -> pd.DataFrame:
        """One row per policy and constraint: kind, limit, mean cost with its 95 % bounds, verdict; empty without any."""
        rows = []
        for policy, figures in self.summary["policies"].items():
            for entry in figures["constraints"]:
                low, high = entry["ci95"] or (None, None)
                rows.append(
                    {
                        "policy": policy,
                        "kind": entry["kind"],
                        "limit": entry["limit"],
                        "cost": entry["mean"],
                        "cost_low": low,
                        "cost_high": high,
                        "verdict": entry["verdict"],
                        "episodes_needed": entry["episodes_needed"],
                    }
                )
        columns = ["policy", "kind", "limit", "cost", "cost_low", "cost_high", "verdict", "episodes_needed"]
        return pd.DataFrame(rows, columns=columns)

    @property
    def table(self) -> str:
        """The text that `edgesim run` prints; of a loaded run its table of figures."""
        if self._read is None:
            raise ValueError("the run is closed; run or load it again")
        if self._table is None:
            columns = ["reward", "reward_low", "reward_high", "regret", "energy_per_request_j", "budget_used"]
            self._table = str(self.policies[columns].round(3).to_string())
        return self._table

    def episode(self, policy: str, replica: int = 0, episode: int = 0) -> Episode:
        """Simulates one evaluation episode again, the same to the last bit; a learner is trained anew for it
        unless the run saved its policies. InputError where there is no such policy, replica or episode."""
        self._get("summary.json", json.loads)
        replica, episode = count(replica, "replica"), count(episode, "episode")
        if not isinstance(policy, str):
            raise TypeError("policy must be a name, as in run.policies.index")
        evaluated = self.summary["experiment"]["episodes_eval"]
        if episode >= evaluated:
            raise _edgesim.InputError(f"there is no evaluation episode {episode}, allowed: 0 to {evaluated - 1}")
        return Episode(policy, replica, episode, self._simulate(policy, replica, episode))

    def save(self, folder: str | os.PathLike[str], *, force: bool = False) -> pathlib.Path:
        """Writes the run's files, whole or not at all; what is not a run is never replaced, a run only with `force`."""
        name = self.name
        files = self._files
        if files is None:
            assert self._folder is not None
            parts = [path for path in (*self._folder.iterdir(), *self._folder.glob("policies/*.json")) if path.is_file()]
            files = {
                str(path.relative_to(self._folder)): path.read_text(encoding="utf-8")
                for path in parts
                if path.suffix in (".json", ".csv", ".yaml")  # what runs are made of; a picture beside them stays
            }
        target = run_dir(folder, "folder", name, force)
        self._folder = pathlib.Path(target.write(dict(files)))
        return self._folder

    def close(self) -> None:
        """Lets go of what the run holds."""
        self._read = self._files = None
        self._parsed.clear()

    def __enter__(self) -> Run:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        if self._read is None:
            return "<edgesim.Run, closed>"
        best = self.policies.iloc[0]
        return f"<edgesim.Run of {self.name}: {len(self.policies)} policies, best {best.name} with reward {best.reward:.2f}>"

    def _repr_html_(self) -> str:
        columns = ["reward", "reward_low", "reward_high", "regret", "energy_per_request_j", "budget_used"]
        return str(self.policies[columns].round(3).to_html())


def run_dir(folder: Any, what: str, name: str, force: Any) -> _edgesim.RunDir:
    """The folder a run will be written to; InputError where that cannot be."""
    try:
        return _edgesim.RunDir(path_text(folder, what), name, flag(force, "force"))
    except _edgesim.InputError as refused:  # in the words of the command line
        told = str(refused).replace("--force replaces", "force=True replaces").replace("--out", what)
        raise _edgesim.InputError(told) from None


def read_folder(folder: pathlib.Path) -> Callable[[str], str]:
    """Reads files of a run folder; InputError where it holds no finished run."""
    if not folder.is_dir():
        raise _edgesim.InputError(f"{folder}: no such folder; a run folder of `edgesim run` is needed")
    for name in _FILES:
        if not (folder / name).is_file():
            raise _edgesim.InputError(f"{folder}: holds no finished run: it has no {name}")

    def read(name: str) -> str:
        try:
            return (folder / name).read_text(encoding="utf-8")
        except OSError as error:
            raise _edgesim.InputError(f"{folder / name}: {error.strerror}") from None

    return read
