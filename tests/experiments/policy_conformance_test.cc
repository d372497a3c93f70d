// What every policy of policies/registry.h must do. A new kind is tested by standing in that list.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "sim/input_error.h"
#include "tests/experiments/preset_experiment.h"

namespace edgesim {
namespace {

constexpr std::size_t kKinds = std::variant_size_v<PolicyKind>;

template <std::size_t... I>
PolicyKind KindAt(std::size_t index, std::index_sequence<I...>) {
  PolicyKind kind;
  ((I == index ? void(kind.emplace<I>()) : void()), ...);
  return kind;
}

std::string NameOf(std::size_t index) {
  return std::visit([](const auto& kind) { return std::string(kind.kKind); },
                    KindAt(index, std::make_index_sequence<kKinds>()));
}

// Frozen, these draw an action for each request, or what to follow for each episode.
const std::set<std::string> kDrawPerRequest = {"random", "fluid"};
const std::set<std::string> kDrawPerEpisode = {"constrained-dp", "certainty-equivalent",
                                               "posterior-sampling", "optimistic-primal-dual"};

// Explore by confidence bounds, which draw nothing.
const std::set<std::string> kExploreWithoutDraws = {"linucb", "bwk"};

using Actions = std::vector<ActionId>;

class PolicyConformance : public testing::TestWithParam<std::size_t> {
 protected:
  // Two classes of 6 requests on 45 J: enough for the middle actions, a fifth of what the dearest
  // need. `subject` is the policy under test, as an experiment file names it.
  std::unique_ptr<BuiltExperiment> BuildSmallProblem(std::vector<std::string> overrides) {
    const std::vector<std::string> small = {"workload.requests=6",
                                            "workload.classes=[light, heavy]",
                                            "energy_budget.limit_j=45",
                                            "optimum.energy_steps=45",
                                            "optimum.draws=200",
                                            "episodes.train=40",
                                            "device.synthetic.actions.a1.score=[7.1, 4]",
                                            "policies=[{name: subject, kind: " + kind_ + "}]"};
    overrides.insert(overrides.begin(), small.begin(), small.end());
    return BuildPreset("s2_brownout", overrides);
  }
  PlannedExperiment Unconstrained() { return PlannedExperiment(BuildSmallProblem({})); }
  PlannedExperiment Constrained() {
    return PlannedExperiment(BuildSmallProblem(
        {"energy_budget.mode=chance", "energy_budget.delta=0.1", "energy_budget.beta=0.9"}));
  }
  // The budget ends nothing: energy left may fall below 0.
  PlannedExperiment InExpectation() {
    return PlannedExperiment(
        BuildSmallProblem({"energy_budget.mode=expected", "energy_budget.beta=0.8",
                           "energy_budget.brown_out_reward=0"}));
  }
  // The first in which the policy can be made.
  PlannedExperiment Suitable() { return NeedsConstraint() ? Constrained() : Unconstrained(); }

  bool NeedsConstraint() {
    try {
      const PlannedExperiment planned = Unconstrained();
      Make(planned);
    } catch (const InputError&) {
      return true;
    }
    return false;
  }

  std::unique_ptr<Policy> Make(const PlannedExperiment& planned) const {
    return MakePolicy(planned.built->config.policies.at(0), *planned.built, planned.plans);
  }
  bool Learns(const PlannedExperiment& planned) const {
    return SortOf(planned.built->config.policies.at(0)) == PolicySort::kLearner;
  }

  // Actions of episodes from .. to - 1.
  static Actions Play(const PlannedExperiment& planned, Policy& policy, std::uint32_t from,
                      std::uint32_t to, Phase phase = Phase::kTrain,
                      const std::string& name = "subject") {
    Actions actions;
    for (std::uint32_t e = from; e < to; ++e) {
      const EpisodeRecord record =
          RunEpisode(planned.built->world, policy, name, {.seed = 3, .episode = e, .phase = phase});
      for (const RequestRow& row : record.rows) actions.push_back(row.action);
    }
    return actions;
  }

  // Corners and the middle of what can be seen.
  static std::vector<Observation> Observations(const PlannedExperiment& planned) {
    const Joules budget = planned.built->world.limits.budget.limit;
    std::vector<Observation> all;
    for (const double share : {1.0, 0.999, 0.61, 0.3, 0.02, 1e-9, 0.0, -1e-9, -0.4, -3.0}) {
      for (std::uint32_t request = 0; request < 6; ++request) {
        for (std::uint32_t class_id = 0; class_id < 2; ++class_id) {
          all.push_back({.energy_left = budget * share,
                         .energy_budget = budget,
                         .requests_left = 6 - request,
                         .request_index = request,
                         .class_id = class_id});
        }
      }
    }
    return all;
  }

  static Actions Answers(Policy& policy, const std::vector<Observation>& observations,
                         const Noise& noise) {
    Actions actions;
    for (const Observation& seen : observations)
      actions.push_back(policy.Act(seen, noise.Of(seen.request_index)));
    return actions;
  }

  std::string kind_ = NameOf(GetParam());
};

class LearnerConformance : public PolicyConformance {};

// Positions in the registry.
template <std::size_t... I>
std::vector<std::size_t> Learners(std::index_sequence<I...>) {
  std::vector<std::size_t> learners;
  ((std::variant_alternative_t<I, PolicyKind>::kSort == PolicySort::kLearner ? learners.push_back(I)
                                                                             : void()),
   ...);
  return learners;
}

TEST_P(PolicyConformance, IsMadeOrSaysInOneLineThatItNeedsAConstraint) {
  try {
    const PlannedExperiment planned = Unconstrained();
    EXPECT_NE(Make(planned), nullptr);
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr(kind_ + " needs a constraint"));
    EXPECT_THAT(error.what(), testing::Not(testing::HasSubstr("\n")));
  }
  const PlannedExperiment planned = Constrained();
  const auto policy = Make(planned);
  EXPECT_FALSE(Play(planned, *policy, 0, 1).empty());
}

TEST_P(PolicyConformance, ChoosesAnActionOfTheTableWhateverItSees) {
  const PlannedExperiment alternatives[] = {Suitable(), Constrained()};
  for (const PlannedExperiment& planned : alternatives) {
    const auto policy = Make(planned);
    const auto observations = Observations(planned);
    for (const std::uint32_t trained : {0U, 1U, 30U}) {
      Play(planned, *policy, 0, trained);
      for (const Phase phase : {Phase::kTrain, Phase::kEval}) {
        policy->BeginEpisode(trained, phase);
        for (const ActionId action : Answers(*policy, observations, {.seed = 5, .phase = phase}))
          ASSERT_LT(action, planned.built->actions.size());
      }
    }
  }
}

TEST_P(PolicyConformance, PlaysWhereTheBudgetEndsNothing) {
  const PlannedExperiment planned = InExpectation();
  const auto policy = Make(planned);
  EXPECT_EQ(Play(planned, *policy, 0, 10).size(), 60U);  // no episode is cut
  EXPECT_EQ(Play(planned, *policy, 0, 10, Phase::kEval).size(), 60U);
}

TEST_P(PolicyConformance, FrozenItDependsOnWhatItSeesAlone) {
  const PlannedExperiment planned = Suitable();
  const auto policy = Make(planned);
  Play(planned, *policy, 0, 30);
  const PolicyState learned = policy->Save();
  const auto observations = Observations(planned);
  const Noise noise{.seed = 5, .episode = 7, .phase = Phase::kEval};
  policy->BeginEpisode(7, Phase::kEval);
  const Actions first = Answers(*policy, observations, noise);
  Play(planned, *policy, 0, 10, Phase::kEval);
  policy->BeginEpisode(7, Phase::kEval);
  EXPECT_EQ(Answers(*policy, observations, noise), first);
  EXPECT_EQ(policy->Save(), learned);
  if (kDrawPerRequest.contains(kind_)) return;

  // Other draws within the episode, and unless it draws what to follow, of any episode.
  for (std::size_t i = 0; i < observations.size(); ++i)
    ASSERT_EQ(policy->Act(observations[i], noise.Of(100)), first[i]) << i;
  if (kDrawPerEpisode.contains(kind_)) return;
  for (std::uint32_t episode = 0; episode < 5; ++episode) {
    policy->BeginEpisode(episode, Phase::kEval);
    EXPECT_EQ(Answers(*policy, observations,
                      {.seed = 77, .replica = 3, .episode = episode, .phase = Phase::kEval}),
              first);
  }
}

TEST_P(PolicyConformance, TheSameKeyGivesTheSameBytes) {
  const PlannedExperiment planned = Suitable();
  const auto one = Make(planned), two = Make(planned), other = Make(planned);
  const Actions actions = Play(planned, *one, 0, 40);
  EXPECT_EQ(Play(planned, *two, 0, 40), actions);
  EXPECT_EQ(one->Save(), two->Save());
  EXPECT_EQ(Play(planned, *one, 0, 10, Phase::kEval), Play(planned, *two, 0, 10, Phase::kEval));
  const bool explores =
      (Learns(planned) && !kExploreWithoutDraws.contains(kind_)) || kDrawPerRequest.contains(kind_);
  EXPECT_EQ(Play(planned, *other, 0, 40, Phase::kTrain, "another name") != actions, explores);
}

TEST_P(PolicyConformance, GoesOnFromWhatItSaved) {
  const PlannedExperiment planned = Suitable();
  const auto policy = Make(planned), resumed = Make(planned);
  Play(planned, *policy, 0, 17);
  const PolicyState saved = policy->Save();
  EXPECT_EQ(saved.empty(), !Learns(planned));
  resumed->Load(saved);
  EXPECT_EQ(resumed->Save(), saved);
  EXPECT_EQ(Play(planned, *resumed, 17, 40), Play(planned, *policy, 17, 40));
  EXPECT_EQ(Play(planned, *resumed, 0, 10, Phase::kEval),
            Play(planned, *policy, 0, 10, Phase::kEval));
  EXPECT_EQ(resumed->Save(), policy->Save());
}

TEST_P(PolicyConformance, LoadsNothingThatDoesNotFit) {
  const PlannedExperiment planned = Suitable();
  const auto policy = Make(planned);
  if (!Learns(planned)) {
    EXPECT_NO_THROW(policy->Load({}));
    return;
  }
  Play(planned, *policy, 0, 17);
  const PolicyState saved = policy->Save();
  EXPECT_THROW(policy->Load({}), InputError);
  for (const auto& [part, values] : saved) {
    PolicyState longer = saved, missing = saved;
    longer[part].push_back(0);
    missing.erase(part);
    EXPECT_THROW(Make(planned)->Load(longer), InputError) << part;
    EXPECT_THROW(Make(planned)->Load(missing), InputError) << part;
  }
}

// A learner must not profit from what only planners may know.
TEST_P(LearnerConformance, DoesNotSeeTheDecisionModel) {
  const PlannedExperiment planned = Suitable();
  DecisionModel garbage = planned.model;
  for (auto& row : garbage.outlook) {
    for (ActionOutlook& outlook : row) {
      outlook = ActionOutlook{.energy_pmf = {0, 0, 0, 1},
                              .energy_pmf_low = {0, 0, 0, 0, 1},
                              .score_pmf = {0, 0, 0, -7},
                              .score_pmf_low = {0, 0, 0, 0, -7},
                              .mean_energy_j = 3,
                              .mean_score = -7};
    }
  }
  const auto wrong_plan = std::make_shared<ExactPlan>(garbage);
  const Plans wrong{.model = &garbage,
                    .optimum = wrong_plan,
                    .class_blind = wrong_plan,
                    .constrained = nullptr,
                    .router = {5, 5}};
  const auto policy = Make(planned);
  const Actions trained = Play(planned, *policy, 0, 40),
                frozen = Play(planned, *policy, 0, 10, Phase::kEval);
  for (const Plans& plans : {wrong, Plans{}}) {
    const auto other = MakePolicy(planned.built->config.policies[0], *planned.built, plans);
    EXPECT_EQ(Play(planned, *other, 0, 40), trained);
    EXPECT_EQ(Play(planned, *other, 0, 10, Phase::kEval), frozen);
  }
}

// Two of six actions draw more than the cap in 30 and 55 % of requests.
TEST_P(PolicyConformance, KeepsWithinAShield) {
  const std::vector<std::string> capped = {"device.synthetic.actions.a4.burst_w=20",
                                           "device.synthetic.actions.a4.burst_probability=0.3",
                                           "device.synthetic.actions.a5.burst_w=20",
                                           "device.synthetic.actions.a5.burst_probability=0.55",
                                           "power_cap.limit_w=15",
                                           "policies.subject.shield.epsilon=0.05",
                                           "reject=true"};
  std::vector<std::string> overrides = capped;
  if (NeedsConstraint())
    overrides.insert(overrides.end(), {"energy_budget.mode=chance", "energy_budget.delta=0.1"});
  const PlannedExperiment planned(BuildSmallProblem(overrides));
  const ActionId reject = *planned.built->world.reject;
  const auto policy = Make(planned);
  for (const auto& [phase, episodes] :
       {std::pair(Phase::kTrain, 40U), std::pair(Phase::kEval, 20U)}) {
    for (const ActionId action : Play(planned, *policy, 0, episodes, phase))
      ASSERT_TRUE(action < 4 || action == reject || action == kReject) << action;
  }
  // A cap that nothing keeps: all is rejected.
  overrides.emplace_back("power_cap.limit_w=5");
  const PlannedExperiment closed(BuildSmallProblem(overrides));
  const auto idle = Make(closed);
  for (const Phase phase : {Phase::kTrain, Phase::kEval}) {
    for (const ActionId action : Play(closed, *idle, 0, 5, phase))
      ASSERT_TRUE(action == reject || action == kReject) << action;
  }
}

TEST_P(LearnerConformance, RejectsAndDefersToo) {
  std::vector<std::string> overrides = {"reject=true", "defer=true",
                                        "workload.arrivals.kind=poisson",
                                        "workload.arrivals.rate_per_s=1"};
  if (NeedsConstraint())
    overrides.insert(overrides.end(), {"energy_budget.mode=chance", "energy_budget.delta=0.1"});
  const PlannedExperiment planned(BuildSmallProblem(overrides));
  const auto policy = Make(planned);
  std::uint64_t deferrals = 0, rejections = 0;
  for (std::uint32_t e = 0; e < 60; ++e) {
    const EpisodeRecord record =
        RunEpisode(planned.built->world, *policy, "subject", {.seed = 3, .episode = e});
    deferrals += record.deferrals;
    for (const RequestRow& row : record.rows) rejections += row.rejected;
  }
  EXPECT_GT(deferrals, 0U);
  EXPECT_GT(rejections, 0U);
  EXPECT_FALSE(Play(planned, *policy, 0, 10, Phase::kEval).empty());
}

// The visitor that holds defaults against their ranges.
struct DefaultsCheck {
  std::size_t keys = 0;
  void Field(const char*, const bool&) { ++keys; }
  template <class T, class Low, class High>
  void Field(const char* key, const T& value, Low low, High high) {
    ++keys;
    EXPECT_GE(value, static_cast<T>(low)) << key;
    EXPECT_LE(value, static_cast<T>(high)) << key;
  }
  template <class T, class Low, class High>
  void Field(const char* key, const std::optional<T>& value, Low low, High high) {
    if (value) {
      Field(key, *value, low, high);
    } else {
      ++keys;
    }
  }
  void Required(const char*, const std::string&) { ++keys; }  // has no default
  void OneOf(const char* key, const std::string& value, std::vector<std::string> allowed) {
    ++keys;
    EXPECT_THAT(allowed, testing::Contains(value)) << key;
  }
  void OneOrMoreOf(const char* key, const std::vector<std::string>& values,
                   std::vector<std::string> allowed) {
    EXPECT_FALSE(values.empty()) << key;
    for (const std::string& value : values) OneOf(key, value, allowed);
  }
};

TEST_P(PolicyConformance, DefaultsAreWithinTheirRanges) {
  DefaultsCheck check;
  PolicyKind kind = KindAt(GetParam(), std::make_index_sequence<kKinds>());
  std::visit([&](auto& config) { config.Visit(check); }, kind);
  KeyCollector collector;
  std::visit([&](auto& config) { config.Visit(collector); }, kind);
  EXPECT_GE(check.keys, collector.keys().size());
  const std::set<std::string> names(collector.keys().begin(), collector.keys().end());
  EXPECT_EQ(names.size(), collector.keys().size()) << "a key is read twice";
  for (const char* taken : {"kind", "name", "shield"}) EXPECT_FALSE(names.contains(taken));
}

// The visitor that gives the key at `position` another value.
struct ChangeOne {
  std::size_t position;
  std::string key;  // the one that was changed
  bool Here(const char* name) {
    if (position-- != 0) return false;
    key = name;
    return true;
  }
  void Required(const char* name, std::string& value) {
    if (Here(name)) value += "-other";
  }
  void Field(const char* name, bool& value) {
    if (Here(name)) value = !value;
  }
  template <class T, class Low, class High>
  void Field(const char* name, T& value, Low low, High high) {
    if (!Here(name)) return;
    // Halved or, where that is nothing, raised; what only caps or bounds is moved to where it
    // binds.
    static const std::map<std::string, double> kBinding = {{"learning_rate_floor", 0.5},
                                                           {"lambda_max", 0.01},
                                                           {"unsafe_reward", 0},
                                                           {"growth", 3},
                                                           {"step_floor", 5},
                                                           {"regularisation", 1},
                                                           {"margin", 100},
                                                           {"energy_steps", 20},
                                                           {"lambda_start", 1e5},
                                                           {"gain_p", 20},
                                                           {"gain_d", 20}};
    const auto binding = kBinding.find(name);
    const double half = static_cast<double>(value) / 2;
    value =
        binding != kBinding.end() ? static_cast<T>(binding->second)
        : half >= static_cast<double>(low) && value != 0
            ? static_cast<T>(half)
            : static_cast<T>(std::min(static_cast<double>(value) + 1, static_cast<double>(high)));
  }
  template <class T, class Low, class High>
  void Field(const char* name, std::optional<T>& value, Low, High) {
    if (Here(name)) value = T{};
  }
  void OneOf(const char* name, std::string& value, std::vector<std::string> allowed) {
    if (Here(name)) value = allowed[allowed[0] == value ? 1 : 0];
  }
  void OneOrMoreOf(const char* name, std::vector<std::string>& values,
                   const std::vector<std::string>& allowed) {
    if (Here(name)) values = {allowed[values.size() == 1 && values[0] == allowed[0] ? 1 : 0]};
  }
};

// Of controllers that need many more episodes to move: tests/policies/lagrangian_learner_test.cc.
const std::set<std::string> kSlowKeys = {"warm_up_share", "batch_episodes", "step_start",
                                         "step_power",    "step_floor",     "gain_p",
                                         "gain_i",        "gain_d"};

// No dead keys: each, changed, changes what is chosen in training or frozen.
TEST_P(PolicyConformance, EveryKeyChangesWhatItDoes) {
  // Limits that bind, and enough episodes for multipliers to move.
  constexpr std::uint32_t kEpisodes = 160;
  const PlannedExperiment planned(BuildSmallProblem(
      {"energy_budget.mode=chance", "energy_budget.delta=0.05", "energy_budget.beta=0.75",
       "episodes.train=" + std::to_string(kEpisodes)}));
  const auto actions_of = [&](const PolicyConfig& config) {
    const auto policy = MakePolicy(config, *planned.built, planned.plans);
    Actions trained = Play(planned, *policy, 0, kEpisodes);
    return std::pair(std::move(trained), Play(planned, *policy, 0, kEpisodes, Phase::kEval));
  };
  const PolicyConfig& config = planned.built->config.policies[0];
  const auto before = actions_of(config);
  KeyCollector collector;
  PolicyKind kind = config.kind;
  std::visit([&](auto& chosen) { chosen.Visit(collector); }, kind);
  for (std::size_t i = 0; i < collector.keys().size(); ++i) {
    if (kSlowKeys.contains(collector.keys()[i])) continue;
    PolicyConfig changed = config;
    ChangeOne change{.position = i, .key = {}};
    std::visit([&](auto& chosen) { chosen.Visit(change); }, changed.kind);
    ASSERT_EQ(change.key, collector.keys()[i]);
    EXPECT_TRUE(actions_of(changed) != before) << change.key;
  }
}

// A table needs a file: tests/experiments/policy_table_json_test.cc.
static_assert(std::is_same_v<std::variant_alternative_t<kKinds - 1, PolicyKind>, TableConfig>);
std::string TestName(const testing::TestParamInfo<std::size_t>& test) {
  std::string name = NameOf(test.param);
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Registry, PolicyConformance, testing::Range(std::size_t{0}, kKinds - 1),
                         TestName);
INSTANTIATE_TEST_SUITE_P(Registry, LearnerConformance,
                         testing::ValuesIn(Learners(std::make_index_sequence<kKinds>())), TestName);

TEST(PolicyRegistry, KindsHaveTheirNamesToThemselves) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < kKinds; ++i) EXPECT_TRUE(names.insert(NameOf(i)).second) << NameOf(i);
}

}  // namespace
}  // namespace edgesim
