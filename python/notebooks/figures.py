"""Runs the notebooks beside this file, and keeps figures.json: a hash of the data of each figure.

    python figures.py                      run all, say what differs from figures.json
    python figures.py --update             write figures.json
    python figures.py --png FOLDER 01 05   run two, write their figures as PNG to look at
"""

from __future__ import annotations

import argparse
import copy
import json
import os
import pathlib
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import Any

import nbformat
from nbclient import NotebookClient

HERE = pathlib.Path(__file__).resolve().parent
HASHES = HERE / "figures.json"

# Appended to a notebook while it runs: figures stay open, for notebooks close none and the backend is Agg.
_LOOK = """
def _look(prefix):
    import json
    import matplotlib.pyplot as plt
    from edgesim import plots
    seen = []
    for number in plt.get_fignums():
        figure = plt.figure(number)
        axes = [ax for ax in figure.axes if ax.get_visible() and ax.get_label() != "<colorbar>"]
        drawn = [bool(ax.lines or ax.patches or ax.collections or ax.images) for ax in axes]
        seen.append({
            "hash": plots.data_hash(figure),
            "axes": len(axes),
            "empty": drawn.count(False),
            "x": [ax.get_xlabel() for ax in axes],
            "y": [ax.get_ylabel() for ax in axes],
        })
        if prefix:
            plots.save(figure, f"{prefix}-{number}.png")
    print(json.dumps(seen))
"""


def notebooks() -> list[pathlib.Path]:
    """All of them, in order."""
    return sorted(HERE.glob("*.ipynb"))


def execute(
    path: pathlib.Path, scratch: pathlib.Path, png: str = ""
) -> tuple[Any, list[dict[str, Any]], float]:
    """Runs a notebook with this interpreter in an empty folder below `scratch`, which also is its home.

    Returns the notebook with its outputs, what is known of each figure in the order it was made, and seconds.
    nbclient.exceptions.CellExecutionError where a cell fails.
    """
    spec = scratch / "jupyter" / "kernels" / "edgesim-notebooks"
    spec.mkdir(parents=True, exist_ok=True)
    argv = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel = {"argv": argv, "display_name": "edgesim", "language": "python"}
    (spec / "kernel.json").write_text(json.dumps(kernel), encoding="utf-8")
    home = scratch / "home"
    work = scratch / path.stem
    for folder in (home, work):
        folder.mkdir(exist_ok=True)
    surroundings = {
        "HOME": str(home), "IPYTHONDIR": str(home / "ipython"), "MPLCONFIGDIR": str(home / "matplotlib"),
        "JUPYTER_DATA_DIR": str(scratch / "jupyter"), "JUPYTER_RUNTIME_DIR": str(scratch / "runtime"),
        "JUPYTER_CONFIG_DIR": str(home / "config"), "MPLBACKEND": "Agg", "TQDM_DISABLE": "1",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    }
    before = dict(os.environ)
    os.environ.update(surroundings)
    os.environ.pop("EDGESIM_CALIBRATE", None)
    try:
        notebook = nbformat.read(path, as_version=4)
        running = copy.deepcopy(notebook)
        prefix = os.path.join(png, path.stem) if png else ""
        running.cells.append(nbformat.v4.new_code_cell(f"{_LOOK}\n_look({prefix!r})"))
        client = NotebookClient(running, timeout=300, kernel_name="edgesim-notebooks",
                                resources={"metadata": {"path": str(work)}})
        began = time.monotonic()
        client.execute()
        took = time.monotonic() - began
    finally:
        os.environ.clear()
        os.environ.update(before)
    said = "".join(output["text"] for output in running.cells.pop().outputs if output.get("name") == "stdout")
    return running, list(json.loads(said)), took


def hashes(figures: Sequence[dict[str, Any]]) -> list[str]:
    """Of the data of each figure; none of them shows measured time, which would differ from run to run."""
    return [str(figure["hash"]) for figure in figures]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("names", nargs="*", help="notebooks by the beginning of their names; all by default")
    parser.add_argument("--update", action="store_true", help="write figures.json")
    parser.add_argument("--png", default="", metavar="FOLDER", help="write every figure there")
    options = parser.parse_args()
    if options.png:
        pathlib.Path(options.png).mkdir(parents=True, exist_ok=True)
    known = json.loads(HASHES.read_text(encoding="utf-8")) if HASHES.exists() else {}
    found = dict(known)
    with tempfile.TemporaryDirectory(prefix="edgesim-notebooks-") as scratch:
        for path in notebooks():
            if options.names and not path.name.startswith(tuple(options.names)):
                continue
            png = os.path.abspath(options.png) if options.png else ""
            _, figures, took = execute(path, pathlib.Path(scratch), png)
            found[path.name] = hashes(figures)
            same = "as committed" if found[path.name] == known.get(path.name) else "DIFFERS"
            print(f"{path.name}: {took:.1f} s, {len(figures)} figures, {same}", flush=True)
    if options.update:
        HASHES.write_text(json.dumps(dict(sorted(found.items())), indent=1) + "\n", encoding="utf-8")
        return 0
    return 0 if found == known else 1


if __name__ == "__main__":
    sys.exit(main())
