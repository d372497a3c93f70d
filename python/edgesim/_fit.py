"""Device profiles, and fitting them to recorded traces."""

from __future__ import annotations

import json
import os
import pathlib
import tempfile
from collections.abc import Sequence
from typing import Any

import pandas as pd

from edgesim import _edgesim
from edgesim._arguments import brief, count, number, path_text
from edgesim._hsmm import Hsmm


class Profile:
    """A measured device: power models and latencies of its actions, each figure with where it comes from.

    Args:
        source: the name of a profile that ships with edgesim, the path of a .json file, or a dict as `to_dict` gives.

    It can stand as `device.profile` in the dict of an experiment.

    >>> Profile("laptop-rtx3070").rails
    ['cpu', 'gpu']
    """

    def __init__(self, source: str | os.PathLike[str] | dict[str, Any]) -> None:
        if isinstance(source, dict):
            try:
                text = json.dumps(source)
            except (TypeError, ValueError) as error:
                raise _edgesim.InputError(f"the profile holds what is no setting of it: {error}") from None
            self._text = _edgesim.check_profile(text, "the profile")
        else:
            self._text = _edgesim.read_profile(path_text(source, "source"))
        self._data: dict[str, Any] = json.loads(self._text)

    @classmethod
    def _of(cls, text: str) -> Profile:
        made = cls.__new__(cls)
        made._text, made._data = text, json.loads(text)
        return made

    @property
    def name(self) -> str:
        """Of the device."""
        return str(self._data["name"])

    @property
    def actions(self) -> list[str]:
        """Names "<model>-<quantization>"."""
        return [str(action["name"]) for action in self._data["actions"]]

    @property
    def rails(self) -> list[str]:
        """Names of the power rails."""
        return [str(rail["name"]) for rail in self._data["rails"]]

    def hsmm(self, action: str, rail: str, request_class: int = 0) -> Hsmm:
        """The power model of one rail under an action; `request_class` is the kind of requests."""
        self._check(action, self.actions, "action")
        self._check(rail, self.rails, "rail")
        found = self._data["actions"][self.actions.index(action)]
        classes = found["power"][rail]["classes"]
        kind = count(request_class, "request_class", len(classes) - 1)
        model = {key: value for key, value in classes[kind].items() if key != "level"}
        return Hsmm(model, float(self._data["emission_interval_s"]))

    @staticmethod
    def _check(name: Any, names: list[str], what: str) -> None:
        if not isinstance(name, str) or name not in names:
            raise _edgesim.InputError(f"the profile has no {what} {brief(name)}; it has {', '.join(names)}")

    def to_dict(self) -> dict[str, Any]:
        """All of it; a copy."""
        return dict(json.loads(self._text))

    def to_json_text(self) -> str:
        """As a profile's file holds it."""
        return self._text

    def save(self, path: str | os.PathLike[str]) -> pathlib.Path:
        """Writes the profile; replaces a file that is there."""
        target = pathlib.Path(path_text(path, "path"))
        try:
            target.write_text(self._text, encoding="utf-8")
        except OSError as error:
            raise _edgesim.InputError(f"{target}: {error.strerror}") from None
        return target

    def __repr__(self) -> str:
        return f"<edgesim.Profile {self.name}: {len(self.actions)} actions, rails {', '.join(self.rails)}>"


class Fit:
    """What a fit found.

    Attributes:
        profile: the device.
        report: every figure of the fit, as `edgesim fit --report` writes it (docs/fitting.md).
        text: the tables that `edgesim fit` prints.
        doubts: what a careful reader would ask about, one sentence each.
        ensemble: profiles fitted to resampled requests, if `bootstrap` asked for them.
    """

    def __init__(self, outcome: dict[str, Any]) -> None:
        self.profile = Profile._of(outcome["profile"])
        self.report: dict[str, Any] = json.loads(outcome["report"])
        self.text: str = outcome["text"]
        self.doubts: list[str] = outcome["doubts"]
        self.ensemble = [Profile._of(member) for member in outcome["members"]]

    def __repr__(self) -> str:
        return f"<edgesim.Fit of {self.profile.name}: {len(self.profile.actions)} actions, {len(self.doubts)} doubts>"


def fit(
    trace: pd.DataFrame | str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
    *,
    requests: pd.DataFrame | str | os.PathLike[str] | None = None,
    models: str | Sequence[str] = (),
    rails: Sequence[str] = (),
    group: str = "",
    action: str = "",
    format: str = "",
    name: str = "",
    description: str = "",
    source: str = "",
    recorded: str = "",
    date: str = "",
    interval_s: float = 0.0,
    restarts: int = 10,
    folds: int = 0,
    bootstrap: int = 0,
    session_level_sd_w: float = 0.0,
) -> Fit:
    """Fits a device profile to recorded power, as `edgesim fit` does (docs/fitting.md).

    Args:
        trace: a recording or several, in any format `edgesim fit` reads, or a data frame with a time column and
            one column of watts per rail, as the csv of `edgesim record`.
        requests: when each request ran and how many tokens it gave (columns action, question_id,
            completion_tokens, start_s, duration_s); with it the profile can stand in an experiment.
        models: words for all rails, or "<rail>=<words>" each; none: chosen by what they predict.
        rails: columns to take as rails; group, action: columns that name requests and actions.
        interval_s: average readings over so many seconds; 0: as sampled.
        restarts: runs of EM, 1 to 1000.
        folds: also judge requests left out of the fit, 2 or more; 0: not.
        bootstrap: also fit so many profiles to resampled requests, 2 or more; 0: none.
        session_level_sd_w: by how much total power differs between sessions, W.

    Raises:
        InputError: one line that names the file, what is wrong and what is allowed.
        KeyboardInterrupt: on Ctrl-C.
    """
    request = _edgesim.FitRequest()
    words = {
        "format": format,
        "group_column": group,
        "action_column": action,
        "name": name,
        "description": description,
        "source": source,
        "recorded": recorded,
        "date": date,
    }
    for key, value in words.items():
        if not isinstance(value, str):
            raise TypeError(f"{key.removesuffix('_column')} must be text, not {type(value).__name__}")
        setattr(request, key, value)
    request.rails = _texts(rails, "rails")
    request.models = [models] if isinstance(models, str) else _texts(models, "models")
    request.interval_s = number(interval_s, "interval_s")
    request.session_level_sd_w = number(session_level_sd_w, "session_level_sd_w")
    if not 0 <= request.interval_s < 1e6 or not 0 <= request.session_level_sd_w < 1e6:
        raise _edgesim.InputError("interval_s and session_level_sd_w must be from 0 to 1e6")
    request.restarts = count(restarts, "restarts", 1000)
    request.folds = count(folds, "folds", 1000)
    request.members = count(bootstrap, "bootstrap", 10_000)
    if request.restarts == 0 or request.folds == 1 or request.members == 1:
        raise _edgesim.InputError("allowed are 1 restart or more, 0 or 2 folds or more, and 0 or 2 profiles or more")
    if request.members == 0 and request.session_level_sd_w != 0:
        raise _edgesim.InputError("session_level_sd_w is a prior for the ensemble; it needs bootstrap")
    with tempfile.TemporaryDirectory(prefix="edgesim-") as scratch:
        request.recordings = _files(trace, pathlib.Path(scratch))
        if requests is not None:
            request.requests = _file(requests, pathlib.Path(scratch) / "requests.csv")
        try:
            return Fit(_edgesim.fit(request))
        except _edgesim.InputError as error:  # of data frames only, whose files are gone by then
            raise _edgesim.InputError(str(error).replace(f"{scratch}{os.sep}", "")) from None


def _texts(values: Any, what: str) -> list[str]:
    if isinstance(values, (str, bytes)) or not hasattr(values, "__iter__"):
        raise TypeError(f"{what} must be a list of texts")
    listed = list(values)
    for value in listed:
        if not isinstance(value, str):
            raise TypeError(f"{what}: {brief(value)} must be text")
    return listed


def _file(table: Any, path: pathlib.Path) -> str:
    if isinstance(table, pd.DataFrame):
        table.to_csv(path, index=False)
        return str(path)
    return path_text(table, path.stem)


def _files(trace: Any, scratch: pathlib.Path) -> list[str]:
    if isinstance(trace, (pd.DataFrame, str, os.PathLike)):
        return [_file(trace, scratch / "trace.csv")]
    if not isinstance(trace, Sequence) or not trace:
        raise TypeError("trace must be a data frame, the path of a recording, or a list of paths")
    return [_file(part, scratch / f"trace-{i}.csv") for i, part in enumerate(trace)]
