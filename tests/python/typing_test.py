"""The package is typed: mypy --strict finds nothing, and the stub says what the compiled module has."""

import os
import pathlib
import shutil
import subprocess
import sys

import pytest

PYTHON = pathlib.Path(os.environ["EDGESIM_SOURCE_DIR"]) / "python"
needs_mypy = pytest.mark.skipif(shutil.which("stubtest") is None, reason="mypy is not installed")


def run(*command: str, cwd: pathlib.Path, cache: pathlib.Path) -> subprocess.CompletedProcess:
    environment = os.environ | {"MYPYPATH": str(PYTHON), "MYPY_CACHE_DIR": str(cache)}
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True)


@needs_mypy
def test_package_is_strictly_typed(tmp_path):
    said = run(
        sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "-p", "edgesim", cwd=PYTHON, cache=tmp_path
    )
    assert said.returncode == 0, said.stdout


def stubtest(tmp_path, package: pathlib.Path):
    environment = os.environ | {"MYPYPATH": str(package), "MYPY_CACHE_DIR": str(tmp_path / "cache")}
    return subprocess.run(
        ["stubtest", "--mypy-config-file", str(PYTHON / "mypy.ini"), "--allowlist", str(PYTHON / "stubtest.allow"),
         "--concise", "edgesim._edgesim"],
        cwd=tmp_path, env=environment, capture_output=True, text=True,
    )  # fmt: skip


@needs_mypy
def test_stub_is_that_of_the_module(tmp_path):
    said = stubtest(tmp_path, PYTHON)
    assert said.returncode == 0, said.stdout + said.stderr


@needs_mypy
def test_stubtest_would_see_a_difference(tmp_path):
    shutil.copytree(PYTHON / "edgesim", tmp_path / "changed" / "edgesim", ignore=shutil.ignore_patterns("__pycache__"))
    stub = tmp_path / "changed" / "edgesim" / "_edgesim.pyi"
    text = stub.read_text()
    assert "def read_profile" in text
    stub.write_text(text.replace("def read_profile", "def read_profil"))
    assert stubtest(tmp_path, tmp_path / "changed").returncode != 0
