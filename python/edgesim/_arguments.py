"""Arguments of public functions: what is wrong with one is said in one line."""

from __future__ import annotations

import functools
import inspect
import os
import types
import typing
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np

from edgesim import _edgesim

_Function = TypeVar("_Function", bound=Callable[..., Any])
_WORDS: dict[Any, str] = {
    str: "text",
    bool: "True or False",
    int: "a whole number",
    float: "a number",
    type(None): "None",
    os.PathLike: "a path",
    Sequence: "a list or an array",
}


def brief(value: Any) -> str:
    """A value as it may stand in a message: one line, not long."""
    text = " ".join(repr(value).split())
    most = 60
    return text if len(text) <= most else f"{text[:most]}..."


def count(value: Any, what: str, most: int = 0xFFFFFFFF, least: int = 0) -> int:
    """A whole number; TypeError and InputError say what was wanted."""
    if isinstance(value, (bool, np.bool_, np.ndarray)) or not hasattr(value, "__index__"):
        raise TypeError(f"{what} must be a whole number, not {type(value).__name__}")
    whole = value.__index__()
    if not least <= whole <= most:
        raise _edgesim.InputError(f"{what} is {brief(whole)}, allowed: {least} to {most}")
    return int(whole)


def number(value: Any, what: str) -> float:
    """A number; TypeError says what was wanted."""
    if isinstance(value, (bool, str, bytes)) or not hasattr(value, "__float__"):
        raise TypeError(f"{what} must be a number, not {type(value).__name__}")
    try:
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"{what} must be a number") from None


def flag(value: Any, what: str) -> bool:
    """True or False; TypeError says so."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{what} must be True or False, not {type(value).__name__}")
    return bool(value)


def path_text(path: Any, what: str) -> str:
    """A path as text that the system takes."""
    if not isinstance(path, (str, os.PathLike)):
        raise TypeError(f"{what} must be a path, not {type(path).__name__}")
    text = os.fspath(path)
    if not isinstance(text, str) or not text or any(letter < " " for letter in text):
        raise _edgesim.InputError(f"{what} must be the path of a file or folder, without control characters")
    try:
        os.stat(text)
    except FileNotFoundError:
        pass
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise _edgesim.InputError(f"{what}: {brief(text)}: {reason}") from None
    return text


def _is(value: Any, kind: Any) -> bool:
    if kind is bool:
        return isinstance(value, (bool, np.bool_))
    if kind is float:
        return not isinstance(value, (bool, np.bool_)) and isinstance(value, (int, float, np.integer, np.floating))
    if kind is int:
        return not isinstance(value, (bool, np.bool_)) and isinstance(value, (int, np.integer))
    origin = typing.get_origin(kind) or kind
    if origin is Callable:
        return callable(value)
    if origin is Sequence:  # arrays and series as well
        return hasattr(value, "__iter__") and hasattr(value, "__len__") and not isinstance(value, (str, bytes, dict))
    if not isinstance(origin, type):
        return True
    return isinstance(value, origin)


def _kinds(annotation: Any) -> tuple[Any, ...]:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return tuple(k for part in typing.get_args(annotation) for k in _kinds(part))
    return (annotation,)


def _name(kind: Any) -> str:
    origin = typing.get_origin(kind) or kind
    return _WORDS.get(origin, getattr(origin, "__name__", str(origin)))


def checked(function: _Function) -> _Function:
    """Holds arguments to their annotations, as far as these are classes: TypeError in one line.

    What the function itself makes of odd contents stays a ValueError of one line, too.
    """
    signature = inspect.signature(function)
    hints: dict[str, tuple[Any, ...]] = {}

    @functools.wraps(function)
    def called(*args: Any, **kwargs: Any) -> Any:
        if not hints:  # annotations are text until all modules are there
            hints.update((name, _kinds(hint)) for name, hint in typing.get_type_hints(function).items())
        for name, value in signature.bind(*args, **kwargs).arguments.items():
            kinds = hints.get(name, (Any,))
            if Any not in kinds and not any(_is(value, kind) for kind in kinds):
                allowed = " or ".join(dict.fromkeys(_name(kind) for kind in kinds))
                raise TypeError(f"{name} must be {allowed}, not {type(value).__name__}")
        try:
            return function(*args, **kwargs)
        except (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError) as error:
            if isinstance(error, _edgesim.InputError) or (type(error) is ValueError and "\n" not in str(error)):
                raise
            told = " ".join(str(error).split())
            raise ValueError(f"{function.__name__}: the data are not of the kind it draws: {told}") from error

    return typing.cast(_Function, called)
