import os
import subprocess

import edgesim


def test_version_is_the_binary_s():
    said = subprocess.run([os.environ["EDGESIM_BINARY"], "--version"], capture_output=True, text=True, check=True)
    assert said.stdout.split()[1] == edgesim.__version__
