"""`pip install .` gives a package that works away from the checkout; the build is the one that is tested."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import edgesim
import pytest

SOURCE = pathlib.Path(os.environ["EDGESIM_SOURCE_DIR"])
BUILD = pathlib.Path(os.environ["EDGESIM_BINARY"]).parent


@pytest.mark.skipif(
    any(importlib.util.find_spec(name) is None for name in ("pip", "setuptools", "wheel")), reason="pip has not its tools here"
)
def test_installed_package_needs_nothing_else(tmp_path):
    # A copy of what pip reads: it builds in the source tree.
    checkout = tmp_path / "checkout"
    checkout.mkdir()
    for name in ("pyproject.toml", "setup.py", "README.md", "CMakeLists.txt"):
        (checkout / name).write_bytes((SOURCE / name).read_bytes())
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-build-isolation", "--no-deps",
         "--break-system-packages", "--root-user-action=ignore", "--target", tmp_path / "site", checkout],
        env=os.environ | {"EDGESIM_BUILD_DIR": str(BUILD)}, check=True, capture_output=True,
    )  # fmt: skip
    code = (
        "import edgesim, edgesim._edgesim as core\n"
        "assert core.share_dir().startswith(edgesim.__path__[0]), core.share_dir()\n"
        "run = edgesim.run('six_actions', overrides={'replicas': 2, 'episodes.train': 2, 'episodes.eval': 2})\n"
        "print(edgesim.__file__, run.policies.shape[0] > 5)"
    )
    environment = os.environ | {"PYTHONPATH": str(tmp_path / "site"), "PYTHONWARNINGS": "ignore"}
    environment.pop("EDGESIM_SHARE_DIR", None)
    said = subprocess.run([sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True)
    assert said.stdout.split() == [str(tmp_path / "site" / "edgesim" / "__init__.py"), "True"], said.stderr
    assert (tmp_path / "site" / f"edgesim-{edgesim.__version__}.dist-info").is_dir()
