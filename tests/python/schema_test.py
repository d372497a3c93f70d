"""`edgesim schema`: what ships is valid by it, and what `edgesim run` refuses for its form is not."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

jsonschema = pytest.importorskip("jsonschema", reason="python3-jsonschema is not installed")
yaml = pytest.importorskip("yaml", reason="python3-yaml is not installed")

SOURCE = Path(os.environ["EDGESIM_SOURCE_DIR"])
CONFIGS = SOURCE / "experiments" / "configs"


class Loader(yaml.SafeLoader):  # type: ignore[misc, name-defined]
    """YAML 1.2's words for truth, as edgesim and editors read them: `off` is a text."""


Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:bool"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile("^(true|false)$"), list("tf"))


def stem(path: object) -> str:
    """Name of a test case."""
    return Path(str(path)).stem


def read(path: Path) -> Any:
    """The content of a YAML file."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=Loader)  # noqa: S506


def validator(what: str) -> Any:
    """A validator of config files of `edgesim run` ("experiment") or `edgesim fidelity`."""
    text = subprocess.run([os.environ["EDGESIM_BINARY"], "schema", what],
                          check=True, capture_output=True, text=True).stdout
    schema = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


EXPERIMENT = validator("experiment")
FIDELITY = validator("fidelity")


@pytest.mark.parametrize("path", sorted(CONFIGS.glob("*.yaml")), ids=stem)
def test_shipped_experiments_are_valid(path: Path) -> None:
    EXPERIMENT.validate(read(path))


@pytest.mark.parametrize("path", sorted((CONFIGS / "fidelity").glob("*.yaml")), ids=stem)
def test_shipped_comparisons_are_valid(path: Path) -> None:
    FIDELITY.validate(read(path))


WRONG: list[tuple[str, Any]] = [
    ("name", None), ("name", ".hidden"), ("seed", -1), ("replicas", 0), ("replicas", 1.5), ("unknown", 1),
    ("energy_budget.limit_j", "lots"), ("energy_budget.limit_j", None), ("energy_budget.mode", "soft"),
    ("energy_budget.limt_j", 1), ("workload", None), ("workload.requests", 0), ("power_cap", {}),
    ("workload.arrivals", "sometimes"), ("workload.arrivals", "poisson"),
    ("workload.arrivals", {"kind": "poisson", "rate_per_s": 0}), ("reject", "yes"), ("policies", None),
    ("policies", ["q-lerning"]), ("policies", ["table"]), ("policies", [{"name": "x"}]),
    ("policies", [{"kind": "q-learning", "energy_bin": 10}]),
    ("policies", [{"kind": "random", "energy_bins": 10}]),
    ("policies", [{"kind": "q-learning", "features": []}]), ("actions", ["a", "a"]), ("remotes", []),
    ("policies", [{"kind": "random", "shield": {"epsilon": 2}}]),
    ("device", {"synthetic": {"actions": [{"name": "a", "energy_j": [], "score": 1}]}}),
]


@pytest.mark.parametrize(("path", "value"), WRONG, ids=[f"{path}={value}" for path, value in WRONG])
def test_wrong_experiments_are_not(path: str, value: Any, tmp_path: Path) -> None:
    config = copy.deepcopy(read(CONFIGS / "six_actions.yaml"))
    *parents, key = path.split(".")
    at = config
    for parent in parents:
        at = at[parent]
    if value is None:
        del at[key]
    else:
        at[key] = value
    assert not EXPERIMENT.is_valid(config)
    file = tmp_path / "wrong.yaml"
    file.write_text(yaml.safe_dump(config), encoding="utf-8")
    refused = subprocess.run([os.environ["EDGESIM_BINARY"], "run", str(file), "--out", str(tmp_path / "out")],
                             check=False, capture_output=True, text=True)
    assert refused.returncode == 2, refused.stdout
    assert len(refused.stderr.splitlines()) == 1


@pytest.mark.parametrize("config", [
    {"name": "x", "models": []},
    {"name": "x", "models": [{"name": "a", "gpu": "replay"}], "folds": 1},
    {"name": "x", "models": [{"name": "a", "gpu": 5}]},
])
def test_wrong_comparisons_are_not(config: dict[str, Any]) -> None:
    assert not FIDELITY.is_valid(config)


def test_resolved_configs_are_valid(tmp_path: Path) -> None:
    small = ["replicas=2", "episodes.train=2", "episodes.eval=2", "optimum.draws=100"]
    for name in ("six_actions", "s2_chance", "cloud_fallback"):
        run = [os.environ["EDGESIM_BINARY"], "run", str(CONFIGS / f"{name}.yaml")]
        run += ["--out", str(tmp_path / name)]
        subprocess.run(run + [word for setting in small for word in ("--set", setting)], check=True,
                       capture_output=True)
        EXPERIMENT.validate(read(tmp_path / name / "config.resolved.yaml"))
