"""HSMMs, profiles, fits and predictions."""

import os
import pathlib
import subprocess

import edgesim
import numpy as np
import pandas as pd
import pytest

SOURCE = pathlib.Path(os.environ["EDGESIM_SOURCE_DIR"])
TRACE = SOURCE / "calibration" / "data" / "jetson-orin-nano-vlm.csv"


@pytest.fixture(scope="module")
def model():
    return edgesim.Hsmm(
        {
            "states": [
                {"name": "low", "mean_w": 10, "sd_w": 1, "takes_level": False, "duration": {"family": "gamma", "mean_s": 2, "shape": 4}},
                {"name": "high", "mean_w": 30, "sd_w": 2, "takes_level": True, "duration": {"family": "geometric", "mean_s": 1}},
            ],
            "initial": [0.5, 0.5],
            "transition": [[0, 1], [1, 0]],
        },
        0.1,
    )


def test_samples_are_decoded_and_scored(model):
    watts = model.sample(3000, seed=4)
    assert np.array_equal(watts, model.sample(3000, seed=4)) and not np.array_equal(watts, model.sample(3000, seed=5))
    states = model.decode(watts)
    assert states.dtype == np.int32 and set(states) == {0, 1}
    assert np.mean((watts > 20) == (states == 1)) > 0.999
    assert np.mean(states == 0) == pytest.approx(2 / 3, abs=0.08)  # mean stays of 2 s and 1 s
    assert model.log_likelihood(watts) > model.log_likelihood(watts[::-1] + 3)
    assert np.mean(model.sample(3000, seed=4, level_w=5)[states == 1]) == pytest.approx(np.mean(watts[states == 1]) + 5)


def test_two_readings_score_as_by_hand(model):
    # One reading: the sum over states of initial probability times density; the stay is cut off.
    x = 12.0
    normal = lambda m, s: np.exp(-0.5 * ((x - m) / s) ** 2) / (s * np.sqrt(2 * np.pi))  # noqa: E731
    expected = np.log(0.5 * normal(10, 1) + 0.5 * normal(30, 2))
    assert model.log_likelihood([x]) == pytest.approx(expected, rel=1e-12)
    assert model.log_likelihood([x, np.nan]) == pytest.approx(expected, rel=1e-9)  # NaN tells nothing


def test_arrays_are_taken_as_they_are(model):
    watts = model.sample(500)
    scores = {model.log_likelihood(a) for a in (watts, list(watts), pd.Series(watts), np.repeat(watts, 2)[::2])}
    assert len(scores) == 1
    watts.setflags(write=False)
    assert model.decode(watts).shape == (500,)


def test_dict_and_back(model):
    again = edgesim.Hsmm(model.to_dict(), model.interval_s)
    assert again.to_dict() == model.to_dict() and again.states == ["low", "high"]
    profile = edgesim.Profile("laptop-rtx3070")
    shipped = profile.hsmm(profile.actions[0], "gpu")
    assert edgesim.Hsmm(shipped.to_dict(), shipped.interval_s).to_dict() == shipped.to_dict()


def test_fit_finds_what_was_drawn(model):
    sequences = [model.sample(400, seed=s) for s in range(6)]
    fit = edgesim.fit_hsmm(sequences, "free=2 gaussian gamma", interval_s=0.1, restarts=2)
    means = sorted(state["mean_w"] for state in fit.model.to_dict()["states"])
    assert means == pytest.approx([10, 30], abs=0.3)
    assert fit.readings == 2400 and fit.converged and fit.bic > 0 and len(fit.level_w) == 6
    assert all(b >= a - 1e-6 * abs(a) for a, b in zip(fit.course, fit.course[1:]))
    again = edgesim.fit_hsmm(sequences, "free=2 gaussian gamma", interval_s=0.1, restarts=2)
    assert again.model.to_dict() == fit.model.to_dict()


@pytest.mark.parametrize(
    "arguments, says",
    [
        ({"sequences": []}, "at least one array"),
        ({"sequences": [[np.inf, 1.0]]}, "sequence 0 has an infinite reading"),
        ({"sequences": [[np.nan, np.nan]]}, "sequence 0 has no reading"),
        ({"sequences": [[[1.0, 2.0]]]}, "sequence 0 must be one-dimensional"),
        ({"sequences": [[1.0] * 9], "model": "fre=2"}, "fre=2"),
        ({"sequences": [[1.0] * 9], "interval_s": -1}, "interval_s is -1"),
        ({"sequences": [[1.0, 2.0]], "model": "free=5"}, "too few for 5 states"),
    ],
)
def test_fit_hsmm_refuses(arguments, says):
    with pytest.raises(edgesim.InputError, match=says):
        edgesim.fit_hsmm(**({"interval_s": 0.1} | arguments))


@pytest.mark.parametrize("flat", [[1.0, 2.0, 3.0], np.arange(9.0), pd.Series([1, 2])])
def test_fit_hsmm_takes_no_flat_readings_for_sequences(flat):
    with pytest.raises(TypeError, match=r"give \[readings\]"):
        edgesim.fit_hsmm(flat, interval_s=0.1)


def test_fit_names_no_scratch_file():
    with pytest.raises(edgesim.InputError, match="^trace.csv:3:5: column 'a_w' is empty"):
        edgesim.fit(pd.DataFrame({"t_s": [0.0, 1, 2], "a_w": [1, np.nan, 2]}))


def test_profile_refuses_what_it_has_not():
    profile = edgesim.Profile("laptop-rtx3070")
    with pytest.raises(edgesim.InputError, match="no rail 'npu'; it has cpu, gpu"):
        profile.hsmm(profile.actions[0], "npu")
    with pytest.raises(edgesim.InputError, match="no action 'gpt'"):
        profile.hsmm("gpt", "gpu")
    broken = profile.to_dict()
    broken["actions"][0]["power"]["gpu"]["classes"][0]["initial"][0] = 3
    with pytest.raises(edgesim.InputError, match="/actions/0/power/gpu/classes/0/initial: must sum to 1"):
        edgesim.Profile(broken)
    with pytest.raises(edgesim.InputError):
        edgesim.Profile("no-such-device")


def test_fit_is_the_command_line_s(tmp_path):
    words = "free=3 ar lognormal"
    fit = edgesim.fit(TRACE, models=words, restarts=2, name="jetson", date="2026-01-01")
    subprocess.run(
        [os.environ["EDGESIM_BINARY"], "fit", TRACE, "--model", words, "--restarts", "2", "--name", "jetson",
         "--date", "2026-01-01", "-o", tmp_path / "p.json", "--report", tmp_path / "r.json"],
        check=True, capture_output=True,
    )  # fmt: skip
    assert fit.profile.to_json_text() == (tmp_path / "p.json").read_text()
    assert fit.report == edgesim_json(tmp_path / "r.json")
    assert fit.text and fit.profile.save(tmp_path / "again.json").read_text() == fit.profile.to_json_text()


def edgesim_json(path):
    import json

    return json.loads(path.read_text())


def test_fit_of_a_data_frame():
    model = edgesim.Profile("laptop-rtx3070").hsmm("gemma-2-2b-it-q6_k", "gpu")
    watts = np.concatenate([model.sample(80, seed=s) for s in range(12)])
    frame = pd.DataFrame({"t_s": np.arange(len(watts)) * model.interval_s, "gpu_w": watts})
    fit = edgesim.fit(frame, models="free=2", restarts=1, name="mine", recorded="2026-01-01")
    assert fit.profile.name == "mine" and len(fit.profile.rails) == 1
    with pytest.raises(edgesim.InputError):
        edgesim.fit(pd.DataFrame({"a": [1, 2]}))
    with pytest.raises(edgesim.InputError, match="no_such.csv"):
        edgesim.fit("no_such.csv")


def test_predict_needs_a_profile_and_a_known_model(tmp_path):
    with pytest.raises(edgesim.InputError, match="edgesim calibrate"):
        edgesim.predict("gemma-2-2b", "q4_k_m", prompt=10, generate=10, host_profile=tmp_path / "none.json")
    with pytest.raises(edgesim.InputError, match="gemma-2-2b"):
        edgesim.predict("gemma-2-2x", "q4_k_m", prompt=10, generate=10)
    with pytest.raises(edgesim.InputError, match="tokens"):
        edgesim.predict("gemma-2-2b", "q4_k_m", prompt=0, generate=10)
    assert "gemma-2-2b" in edgesim.model_names()


def test_calibrate_refuses_before_it_measures(tmp_path):
    with pytest.raises(edgesim.InputError, match="4000 threads, but this machine has"):
        edgesim.calibrate(threads=[4000], quick=True)
    with pytest.raises(edgesim.InputError, match="no such folder"):
        edgesim.calibrate(tmp_path / "none" / "p.json")
