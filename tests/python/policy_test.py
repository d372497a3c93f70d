"""Policies written in Python."""

import edgesim
import pytest

SMALL = {"replicas": 10, "episodes.train": 20, "episodes.eval": 10}


def policies_like_c_plus_plus():
    class Always(edgesim.Policy):
        def act(self, observation, rng):
            return 2

    class ByName(Always):
        def act(self, observation, rng):
            return "a2"

    return {"by-number": Always, "by-name": ByName}


def test_the_same_choices_earn_the_same():
    run = edgesim.run("s1_hard", overrides=SMALL, policies=policies_like_c_plus_plus(), threads=2)
    rewards = run.evaluation.pivot(index=["replica", "episode"], columns="policy", values="reward")
    assert (rewards["by-number"] == rewards["always-a2"]).all() and (rewards["by-name"] == rewards["always-a2"]).all()
    assert run.episode("by-name", 3, 4).reward == pytest.approx(rewards["always-a2"][3, 4], abs=1e-6)
    assert "by-name" in run.table


class Counter(edgesim.Policy):
    """A learner: the action with the best mean reward per joule, first each once."""

    learns = True
    made = 0

    def __init__(self):
        type(self).made += 1
        self.reward, self.energy, self.phases, self.transitions = [0.0] * 6, [1e-9] * 6, [], []

    def begin_episode(self, episode, phase):
        self.phases.append((episode, phase))

    def act(self, observation, rng):
        assert 0 <= observation.energy_left_j <= observation.energy_budget_j == 200
        assert observation.requests_left + observation.request_index == 20
        assert observation.class_name == "all" or observation.class_id == 0
        untried = [a for a in range(6) if self.energy[a] < 1e-6]
        if untried:
            return untried[rng.integers(len(untried))]
        return max(range(6), key=lambda a: self.reward[a] / self.energy[a])

    def learn(self, transition):
        action = int(transition.action[1:])
        self.reward[action] += transition.reward
        self.energy[action] += transition.energy_j
        self.transitions.append((transition.before.request_index, transition.after is None))


def test_a_learner_is_trained_then_frozen():
    made = []

    class Kept(Counter):
        def __init__(self):
            super().__init__()
            made.append(self)

    run = edgesim.run("s1_hard", overrides=SMALL, policies={"counter": Kept})
    trained = [policy for policy in made if policy.phases]
    assert len(trained) == 10  # one per replica
    for policy in trained:
        assert policy.phases == [(e, "train") for e in range(20)] + [(e, "eval") for e in range(10)]
        indices = [index for index, _ in policy.transitions]
        assert indices.count(0) == 20 and sum(last for _, last in policy.transitions) == 20
    assert len(run.curves[run.curves.policy == "counter"]) == 10 * 20
    assert any(sentence.startswith("counter: earns") for sentence in run.verdicts)


def test_results_do_not_depend_on_threads():
    one = edgesim.run("s1_hard", overrides=SMALL, policies={"counter": Counter}, threads=1)
    two = edgesim.run("s1_hard", overrides=SMALL, policies={"counter": Counter}, threads=2)
    assert one.summary == two.summary


def test_rng_draws_are_uniform_and_differ_between_requests():
    drawn = []

    class Draws(edgesim.Policy):
        def act(self, observation, rng):
            drawn.append((rng.random(), rng.integers(3)))
            with pytest.raises(edgesim.InputError, match="n is 0"):
                rng.integers(0)
            return 0

    edgesim.run("s1_hard", overrides=SMALL, policies={"draws": Draws})
    uniform = [u for u, _ in drawn]
    assert len(set(uniform)) == len(uniform) > 1000
    assert abs(sum(uniform) / len(uniform) - 0.5) < 0.03 and {k for _, k in drawn} == {0, 1, 2}


@pytest.mark.parametrize("returned", [6, -1, "a9", None, 1.5, True, [0], 10**30])
def test_what_is_no_action_is_named(returned):
    class Wrong(edgesim.Policy):
        def act(self, observation, rng):
            return returned

    with pytest.raises(edgesim.InputError, match=r"policy 'wrong': act\(\) returned .*; it must return an action: 0 to 5"):
        edgesim.run("s1_hard", overrides=SMALL, policies={"wrong": Wrong})


@pytest.mark.parametrize("method", ["begin_episode", "act", "learn", "__init__"])
def test_what_a_policy_raises_comes_out(method):
    def fails(self, *args):
        raise KeyError(f"in {method}")

    policy = type("Fails", (Counter,), {method: fails})
    with pytest.raises(KeyError, match=f"in {method}"):
        edgesim.run("s1_hard", overrides=SMALL, policies={"fails": policy}, threads=2)


def test_what_is_no_policy_is_named():
    run = lambda policies: edgesim.run("s1_hard", overrides=SMALL, policies=policies)  # noqa: E731
    with pytest.raises(edgesim.InputError, match="'x' must be a class, or a function that makes a policy"):
        run({"x": 3})
    with pytest.raises(edgesim.InputError, match=r"'x' makes a dict, which has no method begin_episode\(\)"):
        run({"x": dict})
    with pytest.raises(edgesim.InputError, match="two policies are named 'pacing'"):
        run({"pacing": Counter})
    with pytest.raises(edgesim.InputError, match="must be 1 to 100 letters"):
        run({"a,b": Counter})
    with pytest.raises(TypeError, match="policies must be a dict"):
        run([Counter])
    with pytest.raises(NotImplementedError, match=r"Empty has no act\(observation, rng\)"):
        run({"empty": type("Empty", (edgesim.Policy,), {})})
