"""This machine: calibration of its kernels, and predictions for language models."""

from __future__ import annotations

import json
import os
import pathlib
from collections.abc import Sequence
from typing import Any

from edgesim import _edgesim
from edgesim._arguments import count, flag, path_text
from edgesim._progress import Progress, shown

_MOST_TOKENS = 1_000_000


def model_names() -> list[str]:
    """Language models of the catalogue (docs/model_cards.md).

    >>> "gemma-2-2b" in model_names()
    True
    """
    return _edgesim.model_names()


def calibrate(
    out: str | os.PathLike[str] | None = None,
    *,
    threads: Sequence[int] = (),
    quick: bool = False,
    name: str = "this-host",
    progress: Progress = None,
) -> dict[str, Any]:
    """Times this machine's kernels, as `edgesim calibrate` does, and gives its host profile.

    Args:
        out: file to write it to, for `predict` and experiments; None writes nothing.
        threads: thread counts to measure; none: 1, 2, 4, ... and all cores.
        quick: about a minute: fewer shapes, shorter rounds.

    Raises:
        BusyMachineError: no quiet moment was found.
        InputError: threads this machine does not have.
        KeyboardInterrupt: on Ctrl-C.
    """
    if not isinstance(name, str) or not name:
        raise TypeError("name must be text")
    if isinstance(threads, (str, bytes)) or not hasattr(threads, "__iter__"):
        raise TypeError("threads must be a list of whole numbers")
    counts = [count(n, "threads", 4096) for n in threads]
    if 0 in counts:
        raise _edgesim.InputError("threads are 0, allowed: 1 and more")
    target = None if out is None else pathlib.Path(path_text(out, "out"))
    if target is not None and not target.absolute().parent.is_dir():
        raise _edgesim.InputError(f"{target}: there is no such folder to write to")
    with shown(progress, "") as show:
        text = _edgesim.calibrate(name, counts, flag(quick, "quick"), show)
    if target is not None:
        try:
            target.write_text(text, encoding="utf-8")
        except OSError as error:
            raise _edgesim.InputError(f"{target}: {error.strerror}") from None
    return dict(json.loads(text))


def predict(
    model: str,
    quantization: str,
    *,
    prompt: int,
    generate: int,
    threads: int | None = None,
    host_profile: str | os.PathLike[str] = "host-profile.json",
    other_host: bool = False,
) -> dict[str, Any]:
    """How long a language model takes on a calibrated host, without running it (docs/predicting.md).

    Args:
        model: a name of `model_names()`, or the path of a model card.
        quantization: as "q4_k_m".
        prompt, generate: tokens, 1 to 1,000,000.
        threads: one of the profile's counts; None: its most.
        host_profile: file that `calibrate` wrote.
        other_host: the profile may be that of another CPU.

    Returns:
        Every figure of `edgesim predict --json`: seconds, bytes, and what they rest on.
    """
    for value, what in ((model, "model"), (quantization, "quantization")):
        if not isinstance(value, str):
            raise TypeError(f"{what} must be text, not {type(value).__name__}")
    prompt, generate = count(prompt, "prompt", _MOST_TOKENS), count(generate, "generate", _MOST_TOKENS)
    if 0 in (prompt, generate):
        raise _edgesim.InputError(f"prompt and generate must be 1 to {_MOST_TOKENS} tokens")
    chosen = None if threads is None else count(threads, "threads", 4096)
    text = _edgesim.predict(
        model, quantization, prompt, generate, chosen, path_text(host_profile, "host_profile"), flag(other_host, "other_host")
    )
    return dict(json.loads(text))
