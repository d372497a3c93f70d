"""The example scripts run as their docstrings say."""
import importlib.util
import os
import pathlib
import re
import subprocess
import sys

EXAMPLES = pathlib.Path(os.environ["EDGESIM_SOURCE_DIR"]) / "python" / "examples"
INTERVAL = re.compile(r"(-?\d+\.\d+) \[(-?\d+\.\d+), (-?\d+\.\d+)\]")


def said_by(folder, *words, blocked=()):
    """Standard output; `blocked` modules are as if they were not installed."""
    start = ("import runpy, sys\n"
             "sys.modules.update(dict.fromkeys(sys.argv.pop(1).split(',')))\n"
             "sys.argv.pop(0)\n"
             "runpy.run_path(sys.argv[0], run_name='__main__')")
    script, *options = words
    command = [sys.executable, "-c", start, ",".join(blocked) or "nothing", str(EXAMPLES / script), *options]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert list(folder.iterdir()) == []
    return done.stdout


def test_python_policy_beats_the_best_constant_action(tmp_path):
    said = said_by(tmp_path, "python_policy.py")
    mean, low, high = map(float, INTERVAL.search(said.splitlines()[-1]).groups())
    assert 0 < low <= mean <= high < 1


def test_dqn_without_torch_says_so_in_one_line(tmp_path):
    said = said_by(tmp_path, "dqn.py", "--quick", blocked=["torch"])
    assert said == "PyTorch is not installed (Debian: python3-torch); nothing to do\n"


def test_dqn_learns_what_its_intervals_say(tmp_path):
    said = said_by(tmp_path, "dqn.py", "--quick")
    if importlib.util.find_spec("torch") is None:
        assert said == "PyTorch is not installed (Debian: python3-torch); nothing to do\n"
        return
    lines = said.splitlines()
    assert [line.split(":")[0].split(",")[0] for line in lines] == [
        "dqn", "optimum", "over the best constant action", "over tabular q-learning"]
    reward, low, high = map(float, INTERVAL.search(lines[0]).groups())
    optimum, short = (float(found[0]) for found in INTERVAL.findall(lines[1]))
    assert low <= reward <= high
    assert abs(optimum - reward - short) < 0.02
    assert reward > 11  # acting at random earns 9.3
