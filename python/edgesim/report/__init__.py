"""Reports: one HTML file that holds all it shows, of a run folder or of another output of edgesim.

`write(path)` writes it, `html(path)` gives it as text; `python -m edgesim.report PATH` is the command. The
kind is recognised by content: a run folder, or the JSON of `fit --report`, `fidelity`, `predict --json`,
`exercise --json` or `compare --json`.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from edgesim._arguments import flag, path_text
from edgesim.report._fidelity import fidelity_page
from edgesim.report._files import compare_page, exercise_page, fit_page, predict_page
from edgesim.report._page import Page, ReportError, render
from edgesim.report._run import run_page

__all__ = ["ReportError", "html", "write"]

_ALLOWED = ("allowed: a run folder of `edgesim run`, or the JSON of `edgesim fit --report`, `fidelity`, "
            "`predict --json`, `exercise --json` or `compare --json`")
# Kind: keys that only its JSON has all of, and what makes its page.
_KINDS: dict[str, tuple[set[str], Callable[[dict[str, Any]], Page]]] = {
    "fidelity": ({"models", "floors", "paired", "primary_signal"}, fidelity_page),
    "fit": ({"name", "models", "energy", "held_out", "actions"}, fit_page),
    "predict": ({"time_to_first_token_s", "measured_over_predicted", "host_profile"}, predict_page),
    "exercise": ({"first_token_s", "decode_s", "total_s"}, exercise_page),
    "compare": ({"base", "new", "lines", "margin"}, compare_page),
}


def html(path: str | Path) -> str:
    """The report of a run folder or JSON file; ReportError (a ValueError of one line) where none can be."""
    path = Path(path_text(path, "path"))
    if path.is_dir():
        folder = path
        if (path / "summary.json").exists():
            return _made(path, lambda: run_page(folder))
        if (path / "fidelity.json").exists():
            return html(path / "fidelity.json")
        raise ReportError(f"{path}: a folder without summary.json; {_ALLOWED}")
    if not path.exists():
        raise ReportError(f"{path}: no such file or folder; {_ALLOWED}")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ReportError(f"{path}: not readable as JSON: {_one_line(error)}; {_ALLOWED}") from None
    if isinstance(content, dict):
        if {"experiment", "policies"} <= content.keys():
            return html(path.parent)
        for keys, page_of in _KINDS.values():
            if keys <= content.keys():
                return _made(path, lambda: page_of(content))
    raise ReportError(f"{path}: of no known kind; {_ALLOWED}")


def write(path: str | Path, out: str | Path | None = None, *, force: bool = False) -> Path:
    """Writes the report to `out`, whole or not at all; default: report.html in a run folder, else FILE.html.

    ReportError where no report can be made, or `out` exists and `force` is not given.
    """
    force = flag(force, "force")
    source = Path(path_text(path, "path"))
    if out is not None:
        target = Path(path_text(out, "out"))
    else:
        target = source / "report.html" if source.is_dir() else source.with_suffix(".html")
    if target.is_dir():
        raise ReportError(f"{target}: is a folder; allowed: the name of a file")
    if target.exists() and not force:
        raise ReportError(f"{target}: exists already; allowed: another name, or --force (force=True) to "
                          "replace it")
    if source.exists() and target.exists() and target.samefile(source):
        raise ReportError(f"{target}: would overwrite the input; allowed: another name")
    if not target.parent.is_dir():
        raise ReportError(f"{target}: there is no folder {target.parent}; allowed: a file in a folder that "
                          "exists")
    text = html(source)
    try:
        handle, half = tempfile.mkstemp(prefix=".edgesim-", dir=target.parent)
    except OSError as error:
        raise ReportError(f"{target}: not writable: {_one_line(error)}") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(half, 0o644)
        os.replace(half, target)
    except OSError as error:
        os.unlink(half)
        raise ReportError(f"{target}: not writable: {_one_line(error)}") from None
    return target


def _made(path: Path, page: Callable[[], Page]) -> str:
    """The page as text; content of another shape than its kind has is said in one line."""
    try:
        return render(page())
    except ReportError:
        raise
    except KeyError as error:
        raise ReportError(f"{path}: no {error} where its kind has one; {_ALLOWED}") from None
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        raise ReportError(f"{path}: not what edgesim writes: {_one_line(error)}; {_ALLOWED}") from None


def _one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
