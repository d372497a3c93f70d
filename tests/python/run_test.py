"""edgesim.run, Experiment, load and Run."""

import json
import os
import pathlib
import subprocess
import time

import edgesim
import numpy as np
import pandas as pd
import pytest

SMALL = {"replicas": 10, "episodes.train": 20, "episodes.eval": 10, "optimum.draws": 500}
SOURCE = pathlib.Path(os.environ["EDGESIM_SOURCE_DIR"])


@pytest.fixture(scope="module")
def run():
    return edgesim.run("six_actions", overrides=SMALL | {"power_cap.limit_w": 110})


def test_files_are_those_of_the_command_line(tmp_path):
    edgesim.run("six_actions", overrides=SMALL, out=tmp_path / "python")
    settings = [f"--set={key}={value}" for key, value in SMALL.items()]
    config = SOURCE / "experiments" / "configs" / "six_actions.yaml"
    subprocess.run(
        [os.environ["EDGESIM_BINARY"], "run", config, "--out", tmp_path / "cli", "-j1", *settings],
        check=True, capture_output=True,
    )  # fmt: skip
    for name in ("summary.json", "evaluation.csv", "curves.csv", "config.resolved.yaml"):
        assert (tmp_path / "python" / name).read_bytes() == (tmp_path / "cli" / name).read_bytes(), name
    said = subprocess.run(
        [os.environ["EDGESIM_BINARY"], "compare", tmp_path / "cli", tmp_path / "python"], capture_output=True
    )
    assert said.returncode == 0


def test_nothing_is_written_unless_asked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = edgesim.run("s1_hard", overrides=SMALL)
    run.episode("q-learning")
    assert run.folder is None
    assert list(tmp_path.iterdir()) == []


def test_data_frames_say_what_the_summary_says(run):
    policies = run.policies
    assert list(policies.index[:1]) == [max(run.summary["policies"], key=lambda p: run.summary["policies"][p]["reward"]["mean"])]
    figures = run.summary["policies"]["q-learning"]
    assert policies.loc["q-learning", "reward"] == figures["reward"]["mean"]
    assert policies.loc["q-learning", "reward_high"] == figures["reward"]["ci95"][1]
    assert np.isnan(policies.loc["exact-dp-blind", "energy_per_success_j"])
    assert run.evaluation.groupby("policy").size().eq(100).all()
    mean = run.evaluation.groupby("policy")["reward"].mean()
    assert mean["pacing"] == pytest.approx(policies.loc["pacing", "reward"], abs=1e-6)
    assert len(run.curves[run.curves.policy == "q-learning"]) == 10 * 20
    assert run.constraints.empty
    assert run.verdicts and all(": earns " in sentence for sentence in run.verdicts)
    assert run.table.startswith("six_actions: 20 requests an episode")
    assert run.verdicts[0] in run.table.replace("\n", " ") or run.verdicts[0] in run.table
    assert "q-learning" in run._repr_html_() and "six_actions" in repr(run)


def test_constraints_are_a_table():
    run = edgesim.run("s2_chance", overrides=SMALL)
    table = run.constraints
    assert set(table.kind) == {"brown_out"} and (table.limit == 0.01).all()
    assert set(table.verdict) <= {"met", "broken", "open"}
    assert len(table) == len(run.policies)


@pytest.mark.parametrize("policy", ["q-learning", "exact-dp", "always-gemma-2-2b-it-q6_k"])
def test_an_episode_is_the_one_that_was_evaluated(run, policy, tmp_path):
    row = run.evaluation.query("policy == @policy and replica == 2 and episode == 3").iloc[0]
    episode = run.episode(policy, replica=2, episode=3)
    assert episode.reward == pytest.approx(row.reward, abs=1e-6)
    assert episode.energy_j == pytest.approx(row.energy_j, abs=1e-4)
    assert episode.requests.completed.sum() == row.requests_served
    assert episode.cap_w == 110 and episode.budget_j == 12000
    power = episode.power
    assert (power.total_w * power.length_s).sum() == pytest.approx(episode.energy_j, rel=1e-9)
    assert np.allclose(power.start_s[1:], (power.start_s + power.length_s)[:-1])
    assert np.allclose(power.filter(regex="^(cpu|gpu)_w$").sum(axis=1), power.total_w)
    by_request = (power.total_w * power.length_s).groupby(power.request).sum()
    assert np.allclose(by_request[episode.requests.request], episode.requests.energy_j)


def test_save_load_and_close(run, tmp_path):
    folder = run.save(tmp_path / "run")
    loaded = edgesim.load(folder)
    assert loaded.name == "six_actions" and loaded.folder == folder
    assert loaded.summary == run.summary and loaded.manifest["episodes"] == run.manifest["episodes"]
    pd.testing.assert_frame_equal(loaded.evaluation, run.evaluation)
    assert loaded.episode("q-learning", 1, 2).reward == run.episode("q-learning", 1, 2).reward
    with pytest.raises(edgesim.InputError, match="holds a finished run; force=True replaces it"):
        loaded.save(folder)
    assert loaded.save(tmp_path / "copy") == tmp_path / "copy"
    with edgesim.load(folder) as once:
        assert once.policies.shape[0] > 5
    for ask in ("policies", "summary", "table", "evaluation", "config_yaml"):
        with pytest.raises(ValueError, match="the run is closed; run or load it again"):
            getattr(once, ask)
    with pytest.raises(ValueError, match="closed"):
        once.episode("q-learning")
    assert "closed" in repr(once)
    with pytest.raises(edgesim.InputError, match="no such folder"):
        edgesim.load(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(edgesim.InputError, match="holds no finished run"):
        edgesim.load(tmp_path / "empty")


def test_a_copy_keeps_what_learners_have_learned(tmp_path):
    overrides = SMALL | {"policies": "[q-learning]"}
    edgesim.run("s1_hard", overrides=overrides, out=tmp_path / "run", save_policies=True)
    (tmp_path / "run" / "picture.png").write_bytes(b"\x89PNG\xff")
    copy = edgesim.load(tmp_path / "run").save(tmp_path / "copy")
    policies = sorted(path.name for path in (copy / "policies").iterdir())
    assert policies == [f"q-learning.{replica}.json" for replica in range(10)]
    for name in ("summary.json", "policies/q-learning.3.json", "manifest.json"):
        assert (copy / name).read_bytes() == (tmp_path / "run" / name).read_bytes()
    assert not (copy / "picture.png").exists()


def test_seed_and_threads():
    one = edgesim.run("s1_hard", overrides=SMALL, threads=1, seed=7)
    two = edgesim.run("s1_hard", overrides=SMALL | {"seed": 7}, threads=2)
    other = edgesim.run("s1_hard", overrides=SMALL, seed=8)
    assert one.summary == two.summary
    assert one.summary["policies"] != other.summary["policies"]


def test_configs_may_be_yaml_text_or_dicts(tmp_path):
    text = (SOURCE / "experiments" / "configs" / "s1_hard.yaml").read_text()
    from_text = edgesim.run(text, overrides=SMALL).summary
    path = tmp_path / "mine.yaml"
    path.write_text(text)
    assert edgesim.run(path, overrides=[f"{k}={v}" for k, v in SMALL.items()]).summary == from_text
    yaml = pytest.importorskip("yaml")
    assert edgesim.run(yaml.safe_load(text), overrides=SMALL).summary == from_text
    experiment = edgesim.Experiment(text, overrides=SMALL)
    assert edgesim.run(experiment).summary == from_text
    assert edgesim.Experiment(experiment.to_yaml()).to_yaml() == experiment.to_yaml()
    assert "a5" in experiment.actions_table()
    with pytest.raises(edgesim.InputError, match="built already"):
        edgesim.run(experiment, seed=3)


def test_profiles_and_data_frames_stand_in_a_dict(tmp_path):
    yaml = pytest.importorskip("yaml")
    config = yaml.safe_load((SOURCE / "experiments" / "configs" / "six_actions.yaml").read_text())
    data = SOURCE / "workloads" / "data"
    shipped = edgesim.run(config, overrides=SMALL)
    config["device"]["profile"] = edgesim.Profile(config["device"]["profile"])
    for key in ("questions", "answers"):
        config["workload"][key] = pd.read_csv(data / f"{config['workload'][key]}.csv")
    config["energy_budget"]["limit_j"] = np.float64(config["energy_budget"]["limit_j"])
    run = edgesim.run(config, overrides=SMALL, out=tmp_path / "run")
    pd.testing.assert_frame_equal(run.evaluation, shipped.evaluation)
    # The folder holds what was in memory only, so it can be opened elsewhere.
    assert (tmp_path / "run" / "device.profile.json").is_file()
    (tmp_path / "run").rename(tmp_path / "moved")
    loaded = edgesim.load(tmp_path / "moved")
    assert loaded.episode("pacing", 0, 1).energy_j == shipped.episode("pacing", 0, 1).energy_j


WRONG = {
    "misspelt key": ({"energy_bugdet.limit_j": 5}, "energy_bugdet"),
    "out of range": ({"replicas": 0}, "replicas"),
    "no number": ({"replicas": "many"}, "replicas"),
    "not finite": ({"energy_budget.limit_j": float("nan")}, "nan is no number a setting can have"),
    "object": ({"replicas": object()}, "a object is no setting"),
    "no text key": ({3: 4}, "the key 3 must be text"),
}


@pytest.mark.parametrize("overrides, says", WRONG.values(), ids=WRONG.keys())
def test_wrong_settings_are_one_line(overrides, says):
    with pytest.raises(edgesim.InputError) as error:
        edgesim.run("s1_hard", overrides=overrides)
    assert says in str(error.value) and "\n" not in str(error.value)


def test_a_wrong_key_in_a_dict_is_named_with_a_suggestion():
    with pytest.raises(edgesim.InputError, match="unknown key 'workloda'.*did you mean 'workload'"):
        edgesim.run({"name": "x", "workloda": {}})
    with pytest.raises(edgesim.InputError, match="no shipped experiment of this name; there is .*six_actions"):
        edgesim.run("six_action")
    with pytest.raises(edgesim.InputError, match="No such file"):
        edgesim.run("no/such.yaml")
    with pytest.raises(edgesim.InputError, match="config must be a path"):
        edgesim.run(3)


def test_warnings_are_python_s():
    with pytest.warns(edgesim.EdgesimWarning, match="no intervals") as said:
        edgesim.run("s1_hard", overrides=SMALL | {"replicas": 3})
    assert said[0].filename == __file__


def test_progress_reaches_the_end():
    seen = []
    run = edgesim.run("six_actions", overrides=SMALL | {"episodes.eval": 200}, progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1][0] <= seen[-1][1] == run.manifest["episodes"]

    def fails(done, total):
        raise RuntimeError("my bar broke")

    with pytest.raises(RuntimeError, match="my bar broke"):
        edgesim.run("six_actions", overrides={"episodes.eval": 1000}, progress=fails)


def test_python_runs_on_meanwhile():
    """The GIL is released: this thread counts while another simulates."""
    import threading

    counted = 0
    thread = threading.Thread(target=lambda: edgesim.run("six_actions", overrides=SMALL | {"episodes.eval": 200}))
    thread.start()
    while thread.is_alive():
        counted += 1
        time.sleep(0.001)
    assert counted > 20


def test_control_c_stops_a_run(tmp_path):
    code = (
        "import edgesim, sys, _thread, threading, time\n"
        "def stop(done, total):\n    print('begun', flush=True); _thread.interrupt_main()\n"
        "t = time.monotonic()\n"
        "try:\n    edgesim.run('six_actions', overrides={'episodes.train': 1000000, 'replicas': 1000}, out='run', progress=False)\n"
        "except KeyboardInterrupt:\n    print('stopped')\n"
    )
    import signal

    process = subprocess.Popen(["python3", "-c", code], executable=os.sys.executable, cwd=tmp_path, stdout=subprocess.PIPE, text=True)
    time.sleep(3)
    assert process.poll() is None
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=120)
    assert said == "stopped\n" and process.returncode == 0
    assert time.monotonic() - asked < 60
    assert list(tmp_path.iterdir()) == []


def test_json_of_the_profile_is_what_was_fitted():
    profile = edgesim.Profile("laptop-rtx3070")
    assert edgesim.Profile(profile.to_dict()).to_json_text() == profile.to_json_text()
    assert json.loads(profile.to_json_text()) == profile.to_dict()
