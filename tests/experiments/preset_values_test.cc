// Baselines on the shipped problems with known values, through real episodes, against 40,000
// episodes of an independent program.
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <optional>

#include "experiments/summary.h"
#include "tests/experiments/preset_experiment.h"

namespace edgesim {
namespace {

struct Row {
  double reward;
  std::optional<double> used;  // share of the budget
};

struct Table {
  const char* preset;
  std::map<std::string, Row> rows;
};

TEST(CurvesPresets, BaselinesEarnWhatAnIndependentProgramSays) {
  const Table kTables[] = {{"s1_hard",
                            {{"random", {8.98, .999}},
                             {"greedy-efficiency", {11.00, .42}},
                             {"always-a0", {11.00, .42}},
                             {"always-a2", {14.84, .934}},
                             {"always-a3", {10.33, 1.0}},
                             {"pacing", {14.89, .980}},
                             {"exact-dp", {14.98, .965}}}},
                           {"s2_brownout",
                            {{"random", {9.04, .975}},
                             {"greedy-efficiency", {12.40, .42}},
                             {"always-a2", {14.70, .837}},
                             {"always-a3", {8.69, .995}},
                             {"pacing", {13.46, .978}},
                             {"exact-dp", {15.05, .905}}}},
                           {"s3_powercap",
                            {{"random", {8.97, .858}},
                             {"greedy-efficiency", {11.60, {}}},
                             {"always-a2", {14.80, .620}},
                             {"always-a3", {15.21, .869}},
                             {"pacing", {15.33, .869}},
                             {"exact-dp", {15.39, .866}}}},
                           {"s5_headline",
                            {{"random", {8.77, .991}},
                             {"greedy-efficiency", {13.60, .42}},
                             {"always-a2", {15.74, .876}},
                             {"always-a3", {9.86, .999}},
                             {"pacing", {15.01, .979}},
                             {"exact-dp", {16.21, .921}}}}};
  for (const Table& table : kTables) {
    const auto built =
        BuildPreset(table.preset, {"replicas=20", "episodes.eval=400",
                                   "policies=[random, greedy-efficiency, pacing, exact-dp]"});
    const RunSummary summary = Summarise(*built, RunExperiment(*built, {.threads = 2}));
    std::size_t found = 0;
    for (const PolicySummary& p : summary.policies) {
      const auto row = table.rows.find(p.name);
      if (row == table.rows.end()) continue;
      ++found;
      const auto three_se = [](const Estimate& e) {
        return 3 * (e.ci95->high - e.ci95->low) / 2 / 2.09;  // t(19, 0.975) = 2.09
      };
      EXPECT_NEAR(p.reward.mean, row->second.reward, 0.02 + three_se(p.reward))
          << table.preset << ' ' << p.name;
      if (row->second.used) {
        EXPECT_NEAR(p.budget_used.mean, *row->second.used, 0.006 + three_se(p.budget_used))
            << table.preset << ' ' << p.name;
      }
    }
    EXPECT_EQ(found, table.rows.size()) << table.preset;
  }
}

}  // namespace
}  // namespace edgesim
