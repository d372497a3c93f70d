"""`edgesim new policy` writes a policy that runs at once."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_a_new_policy_runs_and_prints_its_table(tmp_path: Path) -> None:
    binary = os.environ["EDGESIM_BINARY"]
    subprocess.run([binary, "new", "policy", "Thrifty"], cwd=tmp_path, check=True, capture_output=True)
    ran = subprocess.run([sys.executable, "Thrifty.py"], cwd=tmp_path, check=False,
                         capture_output=True, text=True)
    assert ran.returncode == 0, ran.stderr
    rewards = {line.split()[0]: float(line.split()[1]) for line in ran.stdout.splitlines()
               if line.split() and line.split()[0] in ("Thrifty", "random", "exact-dp")}
    assert rewards["random"] < rewards["Thrifty"] <= rewards["exact-dp"] + 0.1
