"""Each notebook runs, says its answer, draws what figures.json says, and leaves nothing behind."""
import importlib.util
import json
import os
import pathlib
import re

import pytest

pytest.importorskip("ipykernel")
pytest.importorskip("nbclient")

SOURCE = pathlib.Path(os.environ["EDGESIM_SOURCE_DIR"])
FOLDER = SOURCE / "python" / "notebooks"


def _runner():
    spec = importlib.util.spec_from_file_location("edgesim_notebook_figures", FOLDER / "figures.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


RUNNER = _runner()
PATHS = RUNNER.notebooks()
NAMES = [path.name for path in PATHS]
HASHES = json.loads((FOLDER / "figures.json").read_text())
ON_STDERR = re.compile(r"Traceback|Error|Warning")


def texts(cell):
    """What a code cell printed and showed as text."""
    for output in cell.outputs:
        if output.output_type == "stream":
            yield output.name, output.text
        elif "data" in output:
            yield "shown", output.data.get("text/plain", "")


def files(folder):
    """Every file below it but the build's and git's, with size and time of change."""
    found = {}
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in ("build", ".git", "__pycache__", "runs")]
        for name in names:
            about = os.stat(os.path.join(root, name))
            found[os.path.join(root, name)] = about.st_size, about.st_mtime_ns
    return found


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    return tmp_path_factory.mktemp("notebooks")


def test_there_are_the_six():
    assert [name[:2] for name in NAMES] == ["01", "02", "03", "04", "05", "06"]
    assert sorted(HASHES) == NAMES


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_file_is_clean(path):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    assert notebook["metadata"]["kernelspec"]["name"] == "python3"
    cells = notebook["cells"]
    assert 8 <= len(cells) <= 24
    assert len({cell["id"] for cell in cells}) == len(cells)
    for cell in cells:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [] and cell["execution_count"] is None, cell["id"]
    first, last = cells[0], cells[-1]
    assert first["cell_type"] == "markdown" and "**Question.**" in "".join(first["source"])
    assert last["metadata"]["tags"] == ["answer"]


@pytest.mark.parametrize("path", PATHS, ids=NAMES)
def test_notebook_runs(path, scratch):
    before = files(SOURCE)
    notebook, figures, seconds = RUNNER.execute(path, scratch)
    assert files(SOURCE) == before, "wrote into the source tree"
    print(f"{path.name}: {seconds:.1f} s")

    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        assert not any(output.output_type == "error" for output in cell.outputs), cell.id
        for kind, text in texts(cell):
            assert kind != "stderr" or not ON_STDERR.search(text), (cell.id, text)

    said = " ".join(text for _, text in texts(notebook.cells[-1]))
    assert said.startswith("Answer"), said
    assert re.search(r"\[\d[\d.]*, \d[\d.]*\]", said), f"no interval: {said}"

    assert figures, "no figure"
    for number, figure in enumerate(figures):
        assert figure["axes"] >= 1 and figure["empty"] == 0, number
        assert any(figure["x"]) and any(figure["y"]), number
    assert RUNNER.hashes(figures) == HASHES[path.name], (
        "figures show other data than python/notebooks/figures.json says; if that was meant: "
        "python/notebooks/figures.py --update"
    )
