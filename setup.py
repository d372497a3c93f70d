"""pip's way to the one build description, CMakeLists.txt; see HACKING.md for the packages it needs."""

import os
import re
import subprocess
import sys
from pathlib import Path

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

ROOT = Path(__file__).resolve().parent


class CMakeBuild(build_ext):
    """Builds the module and installs the package beside it."""

    def build_extension(self, ext: Extension) -> None:
        # EDGESIM_BUILD_DIR names a configured build for this interpreter that is to be used again.
        build = Path(os.environ.get("EDGESIM_BUILD_DIR", ROOT / "build" / "pip"))
        if not (build / "CMakeCache.txt").exists():
            subprocess.check_call(
                ["cmake", "-S", str(ROOT), "-B", str(build), "-G", "Ninja", "-DCMAKE_BUILD_TYPE=Release",
                 "-DBUILD_TESTING=OFF", f"-DPython3_EXECUTABLE={sys.executable}"]
            )  # fmt: skip
        subprocess.check_call(["cmake", "--build", str(build), "--target", "_edgesim"])
        package = Path(self.get_ext_fullpath(ext.name)).resolve().parent
        subprocess.check_call(
            ["cmake", "--install", str(build), "--component", "python", "--prefix", str(package.parent)]
        )


version = re.search(r"project\(edgesim VERSION ([0-9.]+)", (ROOT / "CMakeLists.txt").read_text())
setup(
    version=version[1],
    packages=[],
    ext_modules=[Extension("edgesim._edgesim", sources=[])],
    cmdclass={"build_ext": CMakeBuild},
)
