#include "experiments/cli/new_files.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <vector>

#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

constexpr const char* kKinds[] = {"experiment", "policy", "device"};

constexpr std::string_view kExperiment = R"(# edgesim run NAME.yaml
# Every key, its range and its default: docs/settings.md. Editors read `edgesim schema`.
name: NAME
seed: 1                  # the same seed, the same results
replicas: 10             # independent repetitions; intervals need 10
episodes:
  train: 200             # of each learner
  eval: 300              # of each policy, frozen
device:
  profile: laptop-rtx3070             # what requests cost: a profile that ships, or a file of `edgesim fit`
workload:
  questions: mt_bench_18_questions    # what is asked, drawn uniformly
  answers: mt_bench_six_actions_answers  # measured tokens and judged score per question and action
  requests: 20                        # of an episode
  arrivals: closed_loop               # or {kind: poisson, rate_per_s: 0.05}
energy_budget:
  limit_j: 12000         # for all requests of an episode; the best answers take more than that
# power_cap: {limit_w: 120}           # counts how often the sum of the rails is above it
# latency: {limit_s: 15}              # counts what is late
policies:                # the constant actions, the best static router and the optimum come by themselves
  - random
  - greedy-quality
  - pacing               # the best answer within an even share of what is left
  - q-learning           # learns from its own episodes
  - {name: q-learning-category, kind: q-learning, features: [energy, category]}
  - certainty-equivalent # plans on a model of its own transitions
)";

constexpr std::string_view kDevice = R"(# edgesim run NAME.yaml
# A device on paper: an experiment whose actions you describe by a few figures each. THE FIGURES BELOW ARE
# PLACEHOLDERS. Replace them by what you measured or read, and write down where each comes from.
# With recorded power use `edgesim fit` instead: it makes a profile that draws whole courses of power.
name: NAME
seed: 1
replicas: 10
episodes:
  train: 200
  eval: 300
device:
  synthetic:
    actions:
      - name: small-model
        # energy_j: mean energy of a request, J = mean power (W) x mean latency (s).
        energy_j: 300
        energy_cv: 0.2     # its standard deviation over its mean, from request to request
        # power_w: mean power while it runs, W. Latency follows: energy_j / power_w, here 6 s.
        # From tokens: latency = prompt tokens / prefill tokens per s + answer tokens / decode tokens per s.
        power_w: 50
        score: 6           # mean quality of an answer, 0 to 10
        score_sd: 1.5
      - name: large-model
        energy_j: 900      # 75 W x 12 s
        energy_cv: 0.3
        power_w: 75
        burst_w: 110       # now and then a request draws this instead
        burst_probability: 0.1
        score: 8
        score_sd: 1.5
workload:
  classes: [easy, hard]    # a figure above may be a list, one for each class: score: [7, 5]
  requests: 20
energy_budget:
  limit_j: 12000           # for all requests of an episode
power_cap:
  limit_w: 100             # counted, not enforced; `mode: terminate` ends the episode
policies:
  - random
  - greedy-quality
  - pacing
  - q-learning
)";

constexpr std::string_view kPolicy =
    R"("""A policy for edgesim: `edgesim doctor` says which Python has `import edgesim`."""

import edgesim


class NAME(edgesim.Policy):
    """Spends an even share of what is left: tries each action, then takes the best that fits.

    One object serves one replica: it is made anew for each, trained, then frozen and evaluated.
    """

    learns = True  # False: no training episodes

    def __init__(self):
        self.actions = ACTIONS
        self.tries = dict.fromkeys(self.actions, 0)
        self.energy_j = dict.fromkeys(self.actions, 0.0)  # mean of what requests took
        self.reward = dict.fromkeys(self.actions, 0.0)  # mean of what they earned
        self.phase = "train"

    def begin_episode(self, episode, phase):
        """`phase` is "train" or "eval"; explore in the former only."""
        self.phase = phase

    def act(self, observation, rng):
        """An action, by name or number. `observation` has energy_left_j, requests_left, class_name, ..."""
        if self.phase == "train" and rng.random() < 0.1:
            return self.actions[int(rng.random() * len(self.actions))]
        share_j = observation.energy_left_j / observation.requests_left
        fits = [a for a in self.actions if self.energy_j[a] <= share_j]
        if not fits:
            return min(self.actions, key=lambda a: self.energy_j[a])
        return max(fits, key=lambda a: (self.tries[a] == 0, self.reward[a]))

    def learn(self, outcome):
        """After each decision in training: outcome.before, .action, .reward, .energy_j, .completed, ..."""
        if not outcome.completed:
            return
        self.tries[outcome.action] += 1
        rate = 1 / self.tries[outcome.action]
        self.energy_j[outcome.action] += rate * (outcome.energy_j - self.energy_j[outcome.action])
        self.reward[outcome.action] += rate * (outcome.reward - self.reward[outcome.action])


EXPERIMENT = """
name: NAME
seed: 1
replicas: 10             # intervals need 10
episodes: {train: 100, eval: 50}
device:
  profile: laptop-rtx3070
workload:
  questions: mt_bench_18_questions
  answers: mt_bench_six_actions_answers
  requests: 20
energy_budget:
  limit_j: 12000
policies: [random, pacing]
"""
ACTIONS = edgesim.Experiment(EXPERIMENT).actions

if __name__ == "__main__":
    print(edgesim.run(EXPERIMENT, policies={"NAME": NAME}).table)
)";

constexpr std::string_view kLetters =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

void CheckName(const std::string& name, bool python) {
  constexpr std::size_t kLongest = 100;
  const std::string allowed = std::string(kLetters) + (python ? "" : "-.");
  const std::string front = python ? "0123456789" : ".-";
  if (!name.empty() && name.size() <= kLongest &&
      name.find_first_not_of(allowed) == std::string::npos &&
      front.find(name.front()) == std::string::npos) {
    return;
  }
  throw InputError(fmt::format(
      "'{}' is no name for {}: up to {} letters, digits{} are allowed, {} in front", name,
      python ? "a policy's class" : "an experiment", kLongest,
      python ? " and '_'" : ", '-', '_' and '.'", python ? "no digit" : "no '.' nor '-'"));
}

// Python's own words, those the file itself uses, and modules: a file of such a name in the folder
// is what `import` finds there, for edgesim too.
void CheckNotTaken(const std::string& name) {
  constexpr const char* kTaken[] = {
      "False",       "None",       "True",      "and",         "as",         "assert",
      "async",       "await",      "break",     "class",       "continue",   "def",
      "del",         "elif",       "else",      "except",      "finally",    "for",
      "from",        "global",     "if",        "import",      "in",         "is",
      "lambda",      "nonlocal",   "not",       "or",          "pass",       "raise",
      "return",      "try",        "while",     "with",        "yield",      "edgesim",
      "ACTIONS",     "EXPERIMENT", "random",    "pacing",      "numpy",      "pandas",
      "matplotlib",  "jinja2",     "gymnasium", "torch",       "scipy",      "sklearn",
      "abc",         "ast",        "bisect",    "calendar",    "code",       "codecs",
      "collections", "copy",       "csv",       "dataclasses", "datetime",   "decimal",
      "enum",        "fractions",  "functools", "gc",          "glob",       "hashlib",
      "heapq",       "html",       "importlib", "inspect",     "io",         "itertools",
      "json",        "locale",     "logging",   "math",        "numbers",    "operator",
      "os",          "pathlib",    "pickle",    "platform",    "queue",      "re",
      "secrets",     "select",     "shutil",    "signal",      "site",       "socket",
      "stat",        "statistics", "string",    "struct",      "subprocess", "sys",
      "tempfile",    "test",       "textwrap",  "threading",   "time",       "token",
      "traceback",   "types",      "typing",    "uuid",        "warnings",   "weakref"};
  if (std::find(std::begin(kTaken), std::end(kTaken), name) != std::end(kTaken))
    throw InputError(fmt::format("'{}' is taken in Python; give the policy another name", name));
}

std::string WithName(std::string_view text, const std::string& name) {
  std::string out(text);
  constexpr std::string_view kPlace = "NAME";
  for (std::size_t at = 0; (at = out.find(kPlace, at)) != std::string::npos; at += name.size())
    out.replace(at, kPlace.size(), name);
  return out;
}

}  // namespace

std::span<const char* const> NewFileKinds() { return kKinds; }

NewFile MakeNewFile(std::string_view kind, const std::string& given) {
  const std::vector<std::string> kinds(std::begin(kKinds), std::end(kKinds));
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
    throw InputError(fmt::format("unknown kind '{}'; there is {}{}", kind, fmt::join(kinds, ", "),
                                 DidYouMean(std::string(kind), kinds)));
  }
  const bool python = kind == "policy";
  const std::string ending = python ? ".py" : ".yaml";
  const std::string name =
      given.ends_with(ending) ? given.substr(0, given.size() - ending.size()) : given;
  CheckName(name, python);
  if (python) CheckNotTaken(name);
  const std::string_view text = python ? kPolicy : kind == "device" ? kDevice : kExperiment;
  const std::string file = name + ending;
  return {.name = file,
          .text = WithName(text, name),
          .next = python ? "python3 " + file : "edgesim run " + file};
}

}  // namespace edgesim
