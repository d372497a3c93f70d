// Tests for experiments/runner.cc: the same bytes however a run is computed, and every setting
// counts.
#include "experiments/runner.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/experiments/small_experiment.h"
#include "tests/support/toy_host_file.h"

namespace edgesim {
namespace {

// Lines of a csv that are about one policy.
std::vector<std::string> RowsOf(const std::string& csv, const std::string& policy) {
  std::vector<std::string> rows;
  std::istringstream in(csv);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(policy + ",")) rows.push_back(line);
  }
  return rows;
}

// What a run found, without the settings that summary.json repeats.
std::string Results(const RunFiles& files) {
  const auto summary = nlohmann::json::parse(files.summary);
  return summary["policies"].dump() + summary["optimum"].dump() + files.evaluation + files.curves;
}

TEST(Runner, SameBytesForAnyNumberOfThreads) {
  const auto built = BuildSmall({"power_cap.limit_w=110"});
  const RunFiles one = FilesOf(*built, 1);
  EXPECT_EQ(one, FilesOf(*built, 2));
  EXPECT_EQ(one, FilesOf(*built, 7));
}

TEST(Runner, SameRowsForAnyOrderAndSubsetOfPolicies) {
  const RunFiles all = FilesOf(*BuildSmall());
  LoadedExperiment reversed = LoadSmall();
  std::reverse(reversed.config.policies.begin(), reversed.config.policies.end());
  EXPECT_EQ(all, FilesOf(*Build(reversed)));

  LoadedExperiment few = LoadSmall();
  std::erase_if(few.config.policies, [](const PolicyConfig& p) { return p.name != "q-learning"; });
  const RunFiles subset = FilesOf(*Build(few));
  for (const std::string policy : {"q-learning", "exact-dp", "always-gemma-2-2b-it-q6_k"}) {
    EXPECT_EQ(RowsOf(all.evaluation, policy).size(), 20U) << policy;
    EXPECT_EQ(RowsOf(all.evaluation, policy), RowsOf(subset.evaluation, policy));
    EXPECT_EQ(RowsOf(all.curves, policy), RowsOf(subset.curves, policy));
  }
  EXPECT_TRUE(RowsOf(subset.evaluation, "random").empty());
}

TEST(Runner, AnotherSeedGivesOtherRows) {
  const RunFiles one = FilesOf(*BuildSmall()), other = FilesOf(*BuildSmall({"seed=2"}));
  EXPECT_NE(one.evaluation, other.evaluation);
  EXPECT_NE(one.curves, other.curves);
}

TEST(Runner, FewerReplicasOrEpisodesAreAPrefix) {
  const std::string more = FilesOf(*BuildSmall()).evaluation;
  const std::string fewer = FilesOf(*BuildSmall({"replicas=1", "episodes.eval=4"})).evaluation;
  const std::vector<std::string> rows = RowsOf(fewer, "random");
  ASSERT_EQ(rows.size(), 4U);
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(rows[i], RowsOf(more, "random")[i]);
}

TEST(Runner, WatchingACapChangesNoJoule) {
  const auto energies = [](const std::string& csv) {
    std::vector<std::string> rows;
    std::istringstream in(csv);
    for (std::string line; std::getline(in, line);) rows.push_back(line.substr(0, line.rfind(',')));
    return rows;
  };
  EXPECT_EQ(energies(FilesOf(*BuildSmall()).evaluation),
            energies(FilesOf(*BuildSmall({"power_cap.limit_w=105"})).evaluation));
}

// The paired policies meet the same requests, and the constant action that is cheaper spends less
// on each.
TEST(Runner, PoliciesMeetTheSameWorld) {
  const auto built = BuildSmall({"energy_budget.limit_j=1e6"});
  const RunResult result = RunExperiment(*built, {.threads = 2});
  const auto find = [&](const std::string& name) {
    return *std::find_if(result.policies.begin(), result.policies.end(),
                         [&](const PolicyRun& p) { return p.name == name; });
  };
  const PolicyRun cheap = find("always-dolly-v2-3b-q6_k"), dear = find("always-qwen3-4b-q6_k");
  for (std::size_t e = 0; e < 10; ++e)
    EXPECT_LT(cheap.replicas[0].eval[e].energy_j, dear.replicas[0].eval[e].energy_j);
}

// No dead options: each setting, changed, changes what the run writes.
TEST(Runner, EverySettingChangesAResult) {
  const std::vector<std::vector<std::string>> changes = {
      {"seed=2"},
      {"replicas=3"},
      {"episodes.train=21"},
      {"episodes.eval=11"},
      {"actions=[gemma-2-2b-it-q6_k, qwen3-4b-q6_k]"},
      {"workload.requests=19"},
      {"workload.arrivals.kind=poisson", "workload.arrivals.rate_per_s=0.1"},
      {"energy_budget.limit_j=11000"},
      {"energy_budget.brown_out_reward=-2"},
      {"power_cap.limit_w=110"},
      {"optimum.energy_steps=200"},
      {"optimum.draws=600"},
      {"policies.greedy-quality.margin_sd=3"},
      {"policies.q-learning.features=[energy, requests_left]"},
      {"policies.q-learning.energy_bins=7"},
      {"policies.q-learning.learning_rate=0.2"},
      {"policies.q-learning.discount=0.5"},
      {"policies.q-learning.epsilon_start=0.5"},
      {"policies.q-learning.epsilon_end=0.2"},
      {"policies.q-learning.epsilon_episodes=10"},
      {"policies.q-learning.initial_q=3"},
      {"policies.exact-dp-blind.category=true"},
      {"policies.q-learning.name=other"}};
  std::set<std::string> seen = {Results(FilesOf(*BuildSmall()))};
  for (const auto& change : changes) {
    EXPECT_TRUE(seen.insert(Results(FilesOf(*BuildSmall(change)))).second) << change[0];
  }
}

// The keys of synthetic problems; those of policies are in policy_conformance_test.cc.
TEST(Runner, EverySettingOfASyntheticProblemChangesAResult) {
  constexpr char kText[] = R"(name: x
replicas: 2
episodes: {train: 5, eval: 20}
device:
  synthetic:
    energy_step_j: 1
    actions:
      - {name: a, energy_j: 4, energy_cv: 0.3, score: 6, score_sd: 1}
      - {name: b, energy_j: 9, energy_cv: 0.3, score: 8, score_sd: 1, burst_w: 20, burst_probability: 0.3}
remotes: [{name: cloud, energy_j: 2, power_w: 3, score: 7}]
cascades: [{name: both, small: a, large: b}]
success_score: 6
workload: {requests: 6}
energy_budget: {limit_j: 30, mode: chance, delta: 0.2, brown_out_reward: -1}
power_cap: {limit_w: 15, exceedance_reward: -0.5, max_share: 0.3}
latency: {limit_s: 1, max_share: 0.5}
optimum: {energy_steps: 30, draws: 200}
policies: [{kind: random, shield: {epsilon: 0.5}}, lagrangian-q]
)";
  const std::string law = "device.synthetic.actions.b.";
  const std::vector<std::vector<std::string>> changes = {
      {},
      {"device.synthetic.energy_step_j=2"},
      {law + "name=c", "cascades.both.large=c"},
      {law + "energy_j=8"},
      {law + "energy_cv=0.5"},
      {law + "power_w=9"},
      {law + "burst_w=30"},
      {law + "burst_probability=0.4"},
      {law + "score=7"},
      {law + "score_sd=2"},
      {"remotes.cloud.energy_j=3"},
      {"remotes.cloud.power_w=2"},
      {"remotes.cloud.score=5"},
      {"cascades.both.small=cloud"},
      {"cascades.both.accept_success=0.5"},
      {"cascades.both.accept_failure=0.5"},
      {"cascades.both.verify_s=0.2"},
      {"cascades.both.verify_s=0.2", "cascades.both.verify_w=4"},
      {"reject=true"},
      {"success_score=7"},
      {"workload.classes=[light, heavy]"},
      {"energy_budget={limit_j: 30, mode: expected}"},
      {"energy_budget.delta=0.1"},
      {"energy_budget.beta=0.7"},
      {"energy_budget.brown_out_reward=-2"},
      {"power_cap.exceedance_reward=-1"},
      {"power_cap.max_share=0.1"},
      {"latency.limit_s=0.6"},
      {"latency.max_share=0.1"},
      {"policies.random.shield.epsilon=0.2"}};
  std::set<std::string> seen;
  for (const auto& change : changes) {
    const std::string results = Results(FilesOf(*Build(ParseExperiment(kText, "x.yaml", change))));
    EXPECT_TRUE(seen.insert(results).second) << (change.empty() ? "" : change.back());
  }
  // Deferral needs open arrivals.
  for (const char* defer : {"defer=false", "defer=true"}) {
    const auto built = Build(ParseExperiment(
        kText, "x.yaml",
        {defer, "workload.arrivals.kind=poisson", "workload.arrivals.rate_per_s=1"}));
    EXPECT_TRUE(seen.insert(Results(FilesOf(*built))).second) << defer;
  }
}

TEST(Runner, SettingsWithoutAnOptimumCountToo) {
  const auto files = [](std::vector<std::string> overrides) {
    LoadedExperiment loaded = LoadSmall(std::move(overrides));
    std::erase_if(loaded.config.policies, [](const PolicyConfig& p) {
      return std::holds_alternative<ExactDpConfig>(p.kind);
    });
    return FilesOf(*Build(loaded));
  };
  const std::vector<std::string> poisson = {"workload.arrivals.kind=poisson",
                                            "workload.arrivals.rate_per_s=0.05"};
  auto with = [&](std::vector<std::string> more) {
    more.insert(more.begin(), poisson.begin(), poisson.end());
    return files(more);
  };
  std::set<std::string> seen;
  for (const RunFiles& f :
       {with({}), with({"workload.horizon_s=200"}), with({"device.idle=assumed"}),
        with({"workload.arrivals.rate_per_s=0.08"}),
        with({"power_cap.limit_w=112", "power_cap.mode=terminate"}),
        with({"power_cap.limit_w=112"}), with({"power_cap.limit_w=112", "power_cap.window_s=2"}),
        with({"power_cap.limit_w=112", "power_cap.scope=[gpu]"})}) {
    EXPECT_TRUE(seen.insert(Results(f)).second);
  }
}

TEST(Runner, SettingsOfACalibratedHostCountToo) {
  const std::string file = ToyHostFile("runner_host");
  HostProfile slower = ToyHost();
  for (double& ratio : slower.residual_ratios) ratio *= 1.5;
  const std::string other_file = ToyHostFile("slower_host", slower);
  const auto files = [](const std::string& host, const std::string& device) {
    LoadedExperiment loaded =
        LoadSmall(OnToyHost(host, device,
                            {"workload.arrivals.kind=poisson", "workload.arrivals.rate_per_s=0.01",
                             "optimum.draws=100"}));
    std::erase_if(loaded.config.policies, [](const PolicyConfig& p) {
      return std::holds_alternative<ExactDpConfig>(p.kind);
    });
    return FilesOf(*Build(loaded));
  };
  std::set<std::string> seen;
  for (const RunFiles& f : {files(file, "power_w: 15"), files(other_file, "power_w: 15"),
                            files(file, "power_w: 15, threads: 1"), files(file, "power_w: 16"),
                            files(file, "power_w: 15, idle_w: 1, idle: assumed"),
                            files(file, "power_w: 15, idle_w: 2, idle: assumed"),
                            files(file, "power_profile: laptop-rtx3070")}) {
    EXPECT_TRUE(seen.insert(Results(f)).second);
  }
}

// Constant power: energy is power times time, request by request.
TEST(Runner, ACalibratedHostSpendsItsWattsTimesItsSeconds) {
  const auto built = BuildSmall(OnToyHost(ToyHostFile("runner_host"), "power_w: 15",
                                          {"energy_budget.limit_j=1e6", "optimum.draws=100"}));
  const RunResult result = RunExperiment(*built, {.threads = 2});
  for (const PolicyRun& policy : result.policies) {
    for (const EvalRow& row : policy.replicas[0].eval)
      EXPECT_NEAR(row.completed_energy_j, 15 * row.completed_latency_s, 1e-6) << policy.name;
  }
  EXPECT_NE(SummaryJson(*built, Summarise(*built, result)).find("Power is assumed"),
            std::string::npos);
}

TEST(Runner, HiddenClassesChangeThePlannersAndNotTheWorld) {
  LoadedExperiment loaded = LoadSmall({"observe_category=false"});
  std::erase_if(loaded.config.policies,
                [](const PolicyConfig& p) { return p.name == "q-learning-category"; });
  const RunFiles hidden = FilesOf(*Build(loaded)), seen = FilesOf(*BuildSmall());
  EXPECT_EQ(RowsOf(hidden.evaluation, "random"), RowsOf(seen.evaluation, "random"));
  EXPECT_EQ(RowsOf(hidden.evaluation, "exact-dp"), [&] {
    std::vector<std::string> rows = RowsOf(seen.evaluation, "exact-dp-blind");
    for (std::string& row : rows) row.replace(0, std::string("exact-dp-blind").size(), "exact-dp");
    return rows;
  }());
}

// Power comes from the profile: a corrupted one moves the figures of its action and of no other.
TEST(Runner, PowerIsDrawnFromTheProfile) {
  std::string text =
      ReadTextFile(std::string(EDGESIM_SOURCE_DIR) + "/devices/profiles/laptop-rtx3070.json");
  const std::size_t action = text.find("\"gemma-2-2b-it-q6_k\"");
  const std::size_t plateau = text.find("\"plateau\"", action),
                    mean = text.find("\"mean_w\": ", plateau);
  ASSERT_NE(mean, std::string::npos);
  text.replace(mean, text.find(',', mean) - mean, "\"mean_w\": 100");
  const std::string path = testing::TempDir() + "/corrupted.json";
  WriteTextFile(path, text);
  const auto energy = [](const BuiltExperiment& built, const std::string& policy) {
    const RunSummary summary = Summarise(built, RunExperiment(built, {.threads = 2}));
    const auto at = std::find_if(summary.policies.begin(), summary.policies.end(),
                                 [&](const auto& p) { return p.name == policy; });
    return at->energy_per_request_j->mean;
  };
  const auto honest = BuildSmall(), corrupted = BuildSmall({"device.profile=" + path});
  EXPECT_GT(energy(*corrupted, "always-gemma-2-2b-it-q6_k"),
            1.1 * energy(*honest, "always-gemma-2-2b-it-q6_k"));
  EXPECT_EQ(energy(*corrupted, "always-qwen3-4b-q6_k"), energy(*honest, "always-qwen3-4b-q6_k"));
}

}  // namespace
}  // namespace edgesim
