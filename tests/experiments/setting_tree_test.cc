// Tests for experiments/setting_tree.cc.
#include "experiments/setting_tree.h"

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <variant>

#include "experiments/fidelity_config.h"
#include "experiments/yaml_reader.h"

namespace edgesim {
namespace {

std::map<std::string, const Setting*> ByPath(const std::vector<Setting>& settings) {
  std::map<std::string, const Setting*> by_path;
  for (const Setting* setting : Flattened(settings)) by_path.emplace(setting->path, setting);
  return by_path;
}

TEST(SettingTree, KnowsTypesRangesAndDefaults) {
  const std::vector<Setting> settings = ExperimentSettings();
  const auto at = ByPath(settings);
  EXPECT_EQ(at.size(), Flattened(settings).size());  // no path twice
  const Setting& replicas = *at.at("replicas");
  EXPECT_EQ(replicas.type, SettingType::kWhole);
  EXPECT_EQ(replicas.standard, "20");
  EXPECT_EQ(replicas.low, "1");
  EXPECT_EQ(replicas.high, "1000000");
  EXPECT_FALSE(replicas.required);
  EXPECT_EQ(at.at("seed")->high, "18446744073709551615");

  const Setting& limit = *at.at("energy_budget.limit_j");
  EXPECT_TRUE(limit.required);
  EXPECT_FALSE(limit.standard);
  EXPECT_TRUE(at.at("energy_budget")->required);
  EXPECT_FALSE(at.at("power_cap")->required);
  EXPECT_TRUE(at.at("power_cap.limit_w")->required);
  EXPECT_EQ(at.at("power_cap.mode")->choices, (std::vector<std::string>{"observe", "terminate"}));
  EXPECT_FALSE(at.at("remotes")->required);
  EXPECT_TRUE(at.at("device.synthetic.actions")->required);
  EXPECT_EQ(at.at("remotes.*.energy_j")->type, SettingType::kNumbers);
  EXPECT_EQ(at.at("workload.arrivals")->standard, "\"closed_loop\"");
  EXPECT_TRUE(at.at("workload.arrivals.poisson.rate_per_s")->required);

  EXPECT_EQ(at.at("policies")->keys.size(), std::variant_size_v<PolicyKind>);
  EXPECT_EQ(at.at("policies.q-learning.energy_bins")->standard, "10");
  EXPECT_EQ(at.at("policies.q-learning.features")->standard, "[\"energy\"]");
  EXPECT_EQ(at.at("policies.dyna-q.energy_bins")->standard, "15");
  EXPECT_TRUE(at.at("policies.table.file")->required);
  EXPECT_FALSE(at.at("policies.table.shield.epsilon")->required);
}

TEST(SettingTree, HoldsTheKeysThatAreRead) {
  KeyCollector read;
  ExperimentConfig config;
  config.Visit(read);
  std::vector<std::string> keys;
  for (const Setting& setting : ExperimentSettings()) keys.push_back(setting.key);
  EXPECT_EQ(keys, read.keys());

  KeyCollector compared;
  FidelityConfig fidelity;
  fidelity.Visit(compared);
  keys.clear();
  for (const Setting& setting : FidelitySettings()) keys.push_back(setting.key);
  EXPECT_EQ(keys, compared.keys());
  EXPECT_EQ(ByPath(FidelitySettings()).count("models.*.*"), 1U);
}

}  // namespace
}  // namespace edgesim
