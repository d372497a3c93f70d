"""edgesim.Env and edgesim.VectorEnv; Gymnasium's own checks run where it is installed."""

import importlib.util

import edgesim
import numpy as np
import pytest

HAS_GYMNASIUM = importlib.util.find_spec("gymnasium") is not None


def roll(env, action, **reset):
    observation, info = env.reset(**reset)
    total, steps, ended = 0.0, [], False
    while not ended:
        observation, reward, terminated, truncated, info = env.step(action)
        total += reward
        steps.append(info)
        ended = terminated or truncated
    return total, steps, terminated, observation


def test_evaluation_episodes_are_those_of_a_run():
    overrides = {"replicas": 3, "episodes.train": 1, "episodes.eval": 8, "energy_budget.limit_j": 8000}
    experiment = edgesim.Experiment("six_actions", overrides=overrides | {"power_cap.limit_w": 120, "optimum.draws": 500})
    rows = experiment.run().evaluation
    env = edgesim.Env(experiment, phase="eval", replica=1)
    ends = set()
    for episode in range(8):
        total, steps, terminated, last = roll(env, 2, options={"episode": episode})
        row = rows.query(f"policy == 'always-{experiment.actions[2]}' and replica == 1 and episode == @episode").iloc[0]
        assert total == pytest.approx(row.reward, abs=1e-6)
        assert sum(step["costs"]["energy"] for step in steps) == pytest.approx(row.budget_used, abs=1e-6)
        assert sum(step["costs"]["brown_out"] for step in steps) == row.requests_cut
        assert terminated == (row.budget_used >= 1)
        assert last[0] == pytest.approx(1 - row.budget_used, abs=1e-5) and not last[6:].any()
        ends.add(terminated)
    assert ends == {True} or ends == {True, False}
    free = edgesim.Env("six_actions", phase="eval")
    assert not roll(free, 4)[2]  # truncated, not terminated


def test_observations_follow_the_features():
    env = edgesim.Env("six_actions")
    assert env.features[:6] == ["energy_left", "requests_left", "time_s", "prompt_tokens", "queue_length", "deferrals"]
    assert env.features[6:] == [f"class:{name}" for name in env.experiment.classes]
    observation, info = env.reset(seed=5)
    assert observation.dtype == np.float32 and observation[0] == observation[1] == 1 and observation[6:].sum() == 1
    assert env.observation_space.contains(observation)
    nexts, reward, *_ = env.step(0)
    assert nexts[0] < 1 and nexts[1] == pytest.approx(19 / 20) and nexts[2] > 0 and 0 <= reward <= 1


def test_seeds_decide_everything():
    one, two = edgesim.Env("s2_brownout"), edgesim.Env("s2_brownout")
    a, b = roll(one, 3, seed=11), roll(two, 3, seed=11)
    assert a[0] == b[0] and [s["cost"] for s in a[1]] == [s["cost"] for s in b[1]]
    assert roll(one, 3)[0] == roll(two, 3)[0] != a[0]  # the episode after
    assert roll(one, 3, seed=11)[0] == a[0]
    assert roll(one, 3, seed=12)[0] != a[0]
    assert roll(one, 3, options={"episode": 0})[0] == roll(two, 3, seed=12)[0]


def test_cost_is_that_of_the_first_constraint():
    env = edgesim.Env("s2_chance")
    assert env.cost_limits == {"brown_out": 0.01}
    total, steps, terminated, _ = roll(env, 5, seed=2)
    assert [s["cost"] for s in steps] == [s["costs"]["brown_out"] for s in steps]
    assert terminated and steps[-1]["cost"] == 1
    unconstrained = edgesim.Env("s1_hard")
    assert unconstrained.cost_limits == {}
    _, steps, _, _ = roll(unconstrained, 1, seed=2)
    assert [s["cost"] for s in steps] == [s["costs"]["energy"] for s in steps]


def test_masks_are_the_shield_s():
    capped = edgesim.Experiment("six_actions_cap", overrides={"optimum.draws": 2000, "power_cap.limit_w": 105})
    env = edgesim.Env(capped, shield=0.05)
    seen = set()
    for seed in range(30):
        observation, info = env.reset(seed=seed)
        assert (info["action_mask"] == env.action_masks()).all()
        seen.add((int(observation[6:].argmax()), tuple(info["action_mask"])))
    assert any(0 in mask for _, mask in seen) and all(1 in mask for _, mask in seen)
    assert len({c for c, _ in seen}) == len(seen)  # one mask per class
    assert edgesim.Env(capped).reset(seed=0)[1]["action_mask"].all()
    with pytest.raises(edgesim.InputError, match="power_cap"):
        edgesim.Env("s1_hard", shield=0.05)


def test_steps_that_make_no_sense_are_refused():
    env = edgesim.Env("s1_hard")
    with pytest.raises(edgesim.InputError, match="no decision is due.*reset"):
        env.step(0)
    env.reset()
    for action, error in ((6, edgesim.InputError), (-1, TypeError), ("a0", TypeError), (None, TypeError), (1.5, TypeError)):
        with pytest.raises(error, match="0 to 5"):
            env.step(action)
    assert env.step(np.int64(5))[1] > 0
    with pytest.raises(edgesim.InputError, match="unknown.*'episodes'"):
        env.reset(options={"episodes": 3})
    with pytest.raises(edgesim.InputError, match="phase is 'test'"):
        edgesim.Env("s1_hard", phase="test")


def test_vector_is_many_single_ones():
    n = 9
    envs = edgesim.VectorEnv("s2_brownout", num_envs=n, threads=2)
    singles = [edgesim.Env("s2_brownout") for _ in range(n)]
    observations, infos = envs.reset(seed=40)
    firsts = [env.reset(seed=40 + i)[0] for i, env in enumerate(singles)]
    assert np.array_equal(observations, firsts) and infos["action_mask"].shape == (n, 6)
    over = np.zeros(n, bool)
    resets = 0
    for step in range(120):
        actions = np.array([(i + step) % 6 for i in range(n)])
        observations, rewards, terminated, truncated, infos = envs.step(actions)
        for i, env in enumerate(singles):
            if over[i]:  # NEXT_STEP: this step began the next episode
                assert np.array_equal(observations[i], env.reset()[0])
                assert rewards[i] == 0 and not terminated[i] and not truncated[i]
                resets += 1
                continue
            observation, reward, ended, cut, info = env.step(int(actions[i]))
            assert np.array_equal(observations[i], observation)
            assert (rewards[i], terminated[i], truncated[i]) == (reward, ended, cut)
            assert infos["cost"][i] == info["cost"]
            assert {k: v[i] for k, v in infos["costs"].items()} == info["costs"]
        over = terminated | truncated
    assert resets > 20


def test_vector_results_do_not_depend_on_threads():
    def course(threads):
        envs = edgesim.VectorEnv("six_actions", num_envs=16, threads=threads)
        envs.reset(seed=list(range(16)))
        return np.stack([envs.step(np.arange(16) % 6)[1] for _ in range(30)])

    assert np.array_equal(course(1), course(2))


def test_vector_arrays_belong_to_the_caller():
    envs = edgesim.VectorEnv("s1_hard", num_envs=2)
    first, _ = envs.reset(seed=1)
    copy = first.copy()
    envs.step([0, 0])
    assert np.array_equal(first, copy)


def test_vector_refusals():
    envs = edgesim.VectorEnv("s1_hard", num_envs=3)
    with pytest.raises(edgesim.InputError, match="reset"):
        envs.step([0, 0, 0])
    envs.reset()
    with pytest.raises(edgesim.InputError, match=r"actions must be one per environment, shape \(3,\)"):
        envs.step([0, 0])
    with pytest.raises(edgesim.InputError, match="environment 2: there is no action 9"):
        envs.step([0, 0, 9])
    with pytest.raises(TypeError, match="whole numbers"):
        envs.step([0.5, 0, 0])
    with pytest.raises(edgesim.InputError, match="seeds must be one per environment"):
        envs.reset(seed=[1, 2])
    with pytest.raises(edgesim.InputError, match="num_envs"):
        edgesim.VectorEnv("s1_hard", num_envs=0)


def test_autoreset_mode_is_declared():
    mode = edgesim.VectorEnv.metadata["autoreset_mode"]
    assert getattr(mode, "value", mode) == "NextStep"


def test_spaces_sample_what_they_contain():
    env, envs = edgesim.Env("s1_hard"), edgesim.VectorEnv("s1_hard", num_envs=4)
    for space in (env.action_space, envs.action_space):
        space.seed(3)
        assert all(space.contains(space.sample()) for _ in range(50))
    mask = np.array([0, 0, 1, 0, 0, 0], np.int8)
    assert env.action_space.sample(mask) == 2
    assert not env.action_space.contains(6)
    assert envs.observation_space.shape == (4, 7) and envs.single_observation_space.shape == (7,)


@pytest.mark.skipif(not HAS_GYMNASIUM, reason="gymnasium is not installed (Debian 12 has no package of it)")
def test_gymnasium_finds_nothing_wrong():
    import gymnasium
    from gymnasium.utils.env_checker import check_env

    env = gymnasium.make("edgesim/Experiment-v0", config="s1_hard")
    check_env(env.unwrapped, skip_render_check=True)
    envs = gymnasium.make_vec("edgesim/Experiment-v0", num_envs=3, config="s1_hard", vectorization_mode="vector_entry_point")
    envs.reset(seed=1)
    assert envs.step(envs.action_space.sample())[1].shape == (3,)
    assert envs.metadata["autoreset_mode"] is gymnasium.vector.AutoresetMode.NEXT_STEP
