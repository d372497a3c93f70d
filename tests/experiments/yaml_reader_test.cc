// Tests for experiments/yaml_reader.{h,cc}: errors name the place, what is wrong and what is
// allowed.
#include "experiments/yaml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

using testing::ThrowsMessage;

// The six-action config with one piece of text replaced.
std::string With(const std::string& from, const std::string& to) {
  std::string text = SixActionsText();
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

void ExpectRefused(const std::string& text, const std::string& message) {
  EXPECT_THAT([&] { ParseExperiment(text, "e.yaml", {}); }, ThrowsMessage<InputError>(message));
}

TEST(YamlReader, NamesUnknownKeysWithASuggestionOrTheChoices) {
  ExpectRefused(With("limit_j", "limt_j"),
                "e.yaml:17:3: unknown key 'limt_j' in energy_budget; did you mean 'limit_j'?");
  ExpectRefused(With("  train:", "  zzz: 1\n  train:"),
                "e.yaml:7:3: unknown key 'zzz' in episodes; allowed: train, eval");
  ExpectRefused(With("kind: q-learning, features", "kind: q-learning, feature"),
                "e.yaml:24:51: unknown key 'feature' in q-learning; did you mean 'features'?");
}

TEST(YamlReader, NamesMissingKeys) {
  ExpectRefused(With("name: six_actions\n", ""), "e.yaml:3:1: 'name' is missing");
  ExpectRefused(With("  requests: 20\n", ""), "e.yaml:12:3: 'requests' is missing in workload");
}

TEST(YamlReader, ChecksTypes) {
  ExpectRefused(With("12000", "lots"),
                "e.yaml:17:12: 'limit_j' must be a number from 0.001 to 1000000000000, not 'lots'");
  ExpectRefused(With("12000", ".inf"),
                "e.yaml:17:12: 'limit_j' must be a number from 0.001 to 1000000000000, not '.inf'");
  ExpectRefused(With("12000", "[1]"), "e.yaml:17:12: 'limit_j' must be a single value");
  ExpectRefused(With("replicas: 20", "replicas: 2.5"),
                "e.yaml:5:11: 'replicas' must be a whole number from 1 to 1000000, not '2.5'");
  ExpectRefused(
      With("seed: 1", "seed: -1"),
      "e.yaml:4:7: 'seed' must be a whole number from 0 to 18446744073709551615, not '-1'");
  ExpectRefused(With("category: false", "category: no"),
                "e.yaml:28:54: 'category' must be true or false, not 'no'");
  ExpectRefused(With("[energy, category]", "energy"), "e.yaml:24:61: 'features' must be a list");
}

TEST(YamlReader, ChecksRangesAndChoices) {
  ExpectRefused(With("replicas: 20", "replicas: 0"),
                "e.yaml:5:11: 'replicas' is 0, allowed: 1 to 1000000");
  ExpectRefused(With("[energy, category]", "[energy, categry]"),
                "e.yaml:24:70: 'features' has 'categry', allowed: energy, requests_left, category; "
                "did you mean 'category'?");
  ExpectRefused(With("[energy, category]", "[energy, energy]"),
                "e.yaml:24:70: 'energy' stands twice in 'features'");
  ExpectRefused(With("[energy, category]", "[]"),
                "e.yaml:24:61: 'features' needs at least one entry");
  ExpectRefused(With("arrivals: closed_loop", "arrivals: poison"),
                "e.yaml:15:13: unknown kind 'poison', allowed: closed_loop, poisson; did you mean "
                "'poisson'?");
  ExpectRefused(With("arrivals: closed_loop", "arrivals: poisson"),
                "e.yaml:15:13: 'rate_per_s' is missing in poisson");
}

TEST(YamlReader, ChecksPolicyNames) {
  ExpectRefused(With("- greedy-quality", "- random"),
                "e.yaml:20:5: two policies are named 'random'; give one a 'name'");
  ExpectRefused(With("name: q-learning-category", "name: always-x"),
                "e.yaml:24:12: names that begin with 'always-' are taken by the constant actions, "
                "which are always reported");
  ExpectRefused(
      With("name: q-learning-category", "name: 'a,b'"),
      "e.yaml:24:12: 'name' is 'a,b'; only up to 100 letters, digits, '-', '_' and '.' are "
      "allowed, no '.' in front");
}

TEST(YamlReader, KeepsTheOptimumsNameForTheOptimum) {
  const std::string taken =
      "the name 'exact-dp' is taken by the optimum, which is always reported; give this policy "
      "another 'name'";
  ExpectRefused(With("name: exact-dp-blind, ", ""), "e.yaml:28:5: " + taken);
  ExpectRefused(With("name: q-learning-category", "name: exact-dp"), "e.yaml:24:5: " + taken);
  ExpectRefused(
      With("name: q-learning-category", "name: static-router"),
      "e.yaml:24:5: the name 'static-router' is taken by the best static router, which is "
      "always reported; give this policy another 'name'");
  ExpectRefused(With("- random", "- {kind: exact-dp, shield: {epsilon: 0.1}}"),
                "e.yaml:19:5: " + taken);
}

// Every key a config struct reads, at any depth, stands in the documentation.
TEST(YamlReader, EveryKeyIsDocumented) {
  const std::string page = ReadTextFile(std::string(EDGESIM_SOURCE_DIR) + "/docs/settings.md");
  const auto expect = [&](auto config, const std::string& prefix) {
    KeyCollector collector;
    config.Visit(collector);
    for (const std::string& key : collector.keys()) {
      const bool section = page.find("`" + prefix + key + ".") != std::string::npos;
      EXPECT_TRUE(section || page.find("`" + prefix + key + "`") != std::string::npos)
          << prefix << key;
    }
  };
  expect(ExperimentConfig{}, "");
  expect(EpisodesConfig{}, "episodes.");
  expect(DeviceConfig{}, "device.");
  expect(WorkloadConfig{}, "workload.");
  expect(PoissonConfig{}, "workload.arrivals.");
  expect(EnergyBudgetConfig{}, "energy_budget.");
  expect(PowerCapConfig{}, "power_cap.");
  expect(OptimumConfig{}, "optimum.");
  expect(GreedyQualityConfig{}, "");
  expect(QLearningConfig{}, "");
  expect(ExactDpConfig{}, "");
  expect(FidelityConfig{}, "");
  expect(TracesConfig{}, "traces.");
  expect(FidelityModelConfig{}, "models.");
  expect(ModelPairConfig{}, "compare.");
}

}  // namespace
}  // namespace edgesim
