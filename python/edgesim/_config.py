"""Experiments as Python values: from a file, YAML text or a dict to what the core reads."""

from __future__ import annotations

import json
import math
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any, Union

from edgesim import _edgesim
from edgesim._arguments import brief

ConfigLike = Union[str, "os.PathLike[str]", Mapping[str, Any]]
Overrides = Union[Mapping[str, Any], Sequence[str]]


def _shipped_folder() -> pathlib.Path:
    return pathlib.Path(_edgesim.share_dir()) / "experiments" / "configs"


def shipped_experiments() -> list[str]:
    """Names of the experiments that ship with edgesim; each can stand where a config is wanted.

    >>> "six_actions" in shipped_experiments()
    True
    """
    return sorted(path.stem for path in _shipped_folder().glob("*.yaml"))


class _Attachments:
    """Values that YAML cannot hold become files in memory, named after the setting."""

    def __init__(self) -> None:
        self.files: dict[str, str] = {}

    def plain(self, value: Any, path: tuple[str, ...]) -> Any:
        if isinstance(value, Mapping):
            for key in value:
                if not isinstance(key, str):
                    raise _edgesim.InputError(f"{_dotted(path)}: the key {brief(key)} must be text")
            return {key: self.plain(item, (*path, key)) for key, item in value.items()}
        if isinstance(value, (str, bool, int)) or value is None:
            return value
        if isinstance(value, float):
            if math.isfinite(value):
                return value
            raise _edgesim.InputError(f"{_dotted(path)}: {value} is no number a setting can have")
        if hasattr(value, "to_json_text"):
            return self._attach(path, ".json", value.to_json_text())
        if hasattr(value, "to_csv"):
            return self._attach(path, ".csv", value.to_csv(index=False))
        if isinstance(value, os.PathLike):
            return os.fspath(value)
        if hasattr(value, "tolist"):  # numpy's scalars and arrays
            return self.plain(value.tolist(), path)
        if isinstance(value, Sequence):
            return [self.plain(item, (*path, str(i))) for i, item in enumerate(value)]
        raise _edgesim.InputError(
            f"{_dotted(path)}: a {type(value).__name__} is no setting; "
            "allowed are text, numbers, lists, dicts, profiles and data frames"
        )

    def _attach(self, path: tuple[str, ...], extension: str, text: str) -> str:
        name = ".".join(path) + extension
        self.files[name] = text
        return name


def _dotted(path: tuple[str, ...]) -> str:
    return ".".join(path) or "config"


def override_list(overrides: Overrides) -> list[str]:
    """As `--set` takes them: "key.path=value"."""
    if isinstance(overrides, Mapping):
        listed = []
        for key, value in overrides.items():
            if not isinstance(key, str):
                raise _edgesim.InputError(f"overrides: the key {brief(key)} must be text, as 'energy_budget.limit_j'")
            listed.append(f"{key}={value if isinstance(value, str) else json.dumps(_plain_override(key, value))}")
        return listed
    if isinstance(overrides, str) or not isinstance(overrides, Sequence):
        raise _edgesim.InputError("overrides must be a dict {'key.path': value} or a list of 'key.path=value'")
    for entry in overrides:
        if not isinstance(entry, str):
            raise _edgesim.InputError(f"overrides: {brief(entry)} must be text, as 'energy_budget.limit_j=12000'")
    return list(overrides)


def _plain_override(key: str, value: Any) -> Any:
    attachments = _Attachments()
    plain = attachments.plain(value, (key,))
    if attachments.files:
        raise _edgesim.InputError(f"overrides: '{key}' must be text, a number, a list or a dict; put objects into the config")
    return plain


class Source:
    """Text of an experiment, the place its paths start from, and files that exist in memory only."""

    def __init__(self, config: ConfigLike) -> None:
        self.attached: dict[str, str] = {}
        self.path = ""  # absolute, of a config that is a file
        if isinstance(config, Mapping):
            attachments = _Attachments()
            self.text = json.dumps(attachments.plain(config, ()), indent=1)
            self.name, self.directory = "config", ""
            self.attached = attachments.files
            return
        if isinstance(config, str) and "\n" in config:
            self.text, self.name, self.directory = config, "config", ""
            return
        if not isinstance(config, (str, os.PathLike)):
            raise _edgesim.InputError(
                f"config must be a path, YAML text, a dict or one of edgesim.shipped_experiments(), not {type(config).__name__}"
            )
        path = self._find(config)
        self.name, self.directory, self.path = str(path), str(path.parent), os.path.abspath(path)
        try:
            self.text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            raise _edgesim.InputError(f"{path}: is no text in UTF-8") from None
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            raise _edgesim.InputError(f"{path}: {reason}") from None

    @staticmethod
    def _find(config: str | os.PathLike[str]) -> pathlib.Path:
        path = pathlib.Path(config)
        if isinstance(config, str) and not path.suffix and "/" not in config and not os.path.exists(config):
            if config in shipped_experiments():
                return _shipped_folder() / f"{config}.yaml"
            raise _edgesim.InputError(
                f"there is no file {brief(config)} and no shipped experiment of this name; there is "
                + ", ".join(shipped_experiments())
            )
        return path
