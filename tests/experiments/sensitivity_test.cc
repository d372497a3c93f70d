// Worlds of the small six-action experiment. Its budget of 12 kJ pays for 15 answers of Qwen3 (800
// J, 0.55 each), and for 19 of actions chosen at random (615 J, 0.50). At half the price both
// answer all 20 requests, and Qwen3 is ahead.
#include "experiments/sensitivity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "devices/profile_io.h"
#include "experiments/sensitivity_text.h"
#include "sim/input_error.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr const char* kRandom = "random";
constexpr const char* kQwen = "always-qwen3-4b-q6_k";

const PolicyInWorld& Find(const WorldReport& world, const std::string& name) {
  return *std::find_if(world.policies.begin(), world.policies.end(),
                       [&](const PolicyInWorld& p) { return p.name == name; });
}

TEST(Sensitivity, FactorOneChangesNothing) {
  const SensitivityReport report =
      RunSensitivity(LoadSmall(), {EnergyScaled(1), LatencyScaled(1)}, {.threads = 2});
  ASSERT_EQ(report.size(), 3U);
  for (std::size_t w = 1; w < report.size(); ++w) {
    EXPECT_EQ(report[w].tau, 1);
    EXPECT_TRUE(report[w].swaps.empty());
    EXPECT_EQ(report[w].optimum->mean, report[0].optimum->mean);
    for (std::size_t p = 0; p < report[0].policies.size(); ++p) {
      const PolicyInWorld &here = report[w].policies[p], &as_is = report[0].policies[p];
      EXPECT_EQ(here.name, as_is.name);
      EXPECT_EQ(here.reward.mean, as_is.reward.mean);
      EXPECT_EQ(here.change.mean, 0);
      EXPECT_EQ(here.rank, as_is.rank);
      EXPECT_EQ(here.regret->mean, as_is.regret->mean);
    }
  }
  EXPECT_EQ(Find(report[0], "exact-dp").regret->mean, 0);
}

TEST(Sensitivity, CheapEnergyPutsTheDearModelAhead) {
  const SensitivityReport report =
      RunSensitivity(LoadSmall({"replicas=10", "policies=[random]"}),
                     {EnergyScaled(0.5), BandwidthScaled(2), LatencyScaled(0.5)}, {.threads = 2});
  EXPECT_LT(Find(report[0], kRandom).rank, Find(report[0], kQwen).rank);
  for (std::size_t w = 1; w < report.size(); ++w) {
    const WorldReport& world = report[w];
    // Half the power and half the time cost the same energy: the budget binds alike.
    EXPECT_NEAR(Find(world, kQwen).reward.mean, Find(report[1], kQwen).reward.mean, 1e-9);
    EXPECT_LT(Find(world, kQwen).rank, Find(world, kRandom).rank) << world.name;
    EXPECT_GT(Find(world, kQwen).change.ci95->low, 0);
    EXPECT_LT(*world.tau, 1);
    const auto swap = std::find_if(world.swaps.begin(), world.swaps.end(), [](const RankSwap& s) {
      return s.ahead == kRandom && s.behind == kQwen;
    });
    ASSERT_NE(swap, world.swaps.end());
    EXPECT_TRUE(swap->beyond_noise);
    EXPECT_GT(swap->as_is.ci95->low, 0);
    EXPECT_LT(swap->here.ci95->high, 0);
    // Planned for 12 kJ at the old price, the frozen optimum leaves energy unspent.
    EXPECT_GT(Find(world, "exact-dp").regret->mean, 0) << world.name;
    EXPECT_GT(world.optimum->mean, report[0].optimum->mean);
  }
}

TEST(Sensitivity, SameFiguresForAnyNumberOfThreads) {
  const LoadedExperiment loaded = LoadSmall({"power_cap.limit_w=110"});
  const auto built = Build(loaded);
  const auto json = [&](int threads) {
    return SensitivityJson(*built, RunSensitivity(loaded, {GeometricStays(), BandwidthScaled(0.9)},
                                                  {.threads = threads}));
  };
  const std::string one = json(1);
  EXPECT_EQ(one, json(2));
  EXPECT_EQ(one, json(7));
}

TEST(Sensitivity, GeometricStaysChangeEnergiesButNoAnswer) {
  const SensitivityReport report =
      RunSensitivity(LoadSmall({"energy_budget.limit_j=1e6",
                                "power_cap={limit_w: 108, max_share: 0.5}", "policies=[random]"}),
                     {GeometricStays()}, {.threads = 2});
  EXPECT_EQ(Find(report[1], "random").reward.mean, Find(report[0], "random").reward.mean);
  const Certificate &as_is = Find(report[0], "random").constraints.at(0),
                    &here = Find(report[1], "random").constraints.at(0);
  EXPECT_NE(as_is.cost.mean, here.cost.mean);
}

TEST(Sensitivity, DefaultsKnowTheDevice) {
  const std::vector<PerturbedWorld> measured = DefaultWorlds(LoadSmall());
  ASSERT_EQ(measured.size(), 5U);
  EXPECT_EQ(measured[0].name, "bandwidth x 0.9");
  EXPECT_DOUBLE_EQ(measured[0].change.scale.latency, 1 / 0.9);
  EXPECT_EQ(measured[3].name, "energy x 1.1");
  EXPECT_TRUE(measured[4].change.geometric);
  LoadedExperiment synthetic = LoadSmall();
  synthetic.config.device.profile.reset();
  synthetic.config.device.synthetic.emplace();
  EXPECT_EQ(DefaultWorlds(synthetic).size(), 4U);
}

// Writes the shipped profile with `from` replaced, and returns its path.
std::string Profile(const std::string& name, const std::string& from, const std::string& to) {
  std::string text =
      ReadTextFile(std::string(EDGESIM_SOURCE_DIR) + "/devices/profiles/laptop-rtx3070.json");
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos);
  text.replace(at, from.size(), to);
  const std::string path = testing::TempDir() + name;
  std::ofstream(path) << text;
  return path;
}

TEST(Sensitivity, RefusesWhatIsNoWorld) {
  const auto refuses = [](const LoadedExperiment& loaded, const std::vector<PerturbedWorld>& worlds,
                          const std::string& why) {
    EXPECT_THAT([&] { RunSensitivity(loaded, worlds, {.threads = 1}); },
                ThrowsMessage<InputError>(HasSubstr(why)));
  };
  refuses(LoadSmall(), {}, "no perturbed world");
  refuses(LoadSmall(), {EnergyScaled(1.1), EnergyScaled(1.1)}, "energy x 1.1: named twice");
  refuses(LoadSmall({"policies=[]"}), {EnergyScaled(1.1)}, "no policies");
  refuses(LoadSmall(), {OtherProfile("none.json")}, "none.json");
  const std::string renamed =
      Profile("renamed.json", "\"name\": \"qwen3-4b-q6_k\"", "\"name\": \"qwen4-4b-q6_k\"");
  refuses(LoadSmall(), {OtherProfile(renamed)},
          "renamed.json: the profile 'laptop-rtx3070' has no action qwen3-4b-q6_k; it has ");
  const auto synthetic =
      LoadExperiment(std::string(EDGESIM_SOURCE_DIR) + "/experiments/configs/s1_hard.yaml", {});
  refuses(synthetic, {GeometricStays()}, "geometric stays: another profile and a geometric twin");
  refuses(synthetic, {OtherProfile(renamed)}, "this experiment has a synthetic one");
}

TEST(Sensitivity, AnotherSamplingPeriodNeedsAStatedWindow) {
  const auto profile = ParseProfile(
      ReadTextFile(std::string(EDGESIM_SOURCE_DIR) + "/devices/profiles/laptop-rtx3070.json"), "p");
  DeviceProfile slower = profile;
  slower.emission_interval_s *= 1.25;
  for (ActionProfile& action : slower.actions) {
    for (RailPowerModel& rail : action.rails) {
      for (PowerClass& power : rail.classes) power.hsmm.interval_s *= 1.25;
    }
  }
  const std::string path = testing::TempDir() + "slower.json";
  std::ofstream(path) << FormatProfile(slower);
  const std::vector<PerturbedWorld> worlds = {OtherProfile(path)};
  const SensitivityOptions options{.threads = 2, .progress = {}};
  EXPECT_THAT([&] { RunSensitivity(LoadSmall({"power_cap.limit_w=110"}), worlds, options); },
              ThrowsMessage<InputError>(HasSubstr("give power_cap.window_s")));
  const SensitivityReport report = RunSensitivity(
      LoadSmall({"power_cap={limit_w: 110, window_s: 2}", "policies=[random]"}), worlds, options);
  EXPECT_NE(report[0].profile_hash, report[1].profile_hash);
  EXPECT_NE(Find(report[0], "random").reward.mean, Find(report[1], "random").reward.mean);
}

TEST(Sensitivity, SwapsAmongTheBestAreThoseOfTheBest) {
  WorldReport as_is, world;
  for (const char* name : {"a", "b", "c", "d"}) as_is.policies.emplace_back().name = name;
  world.swaps = {{.ahead = "c", .behind = "d", .as_is = {}, .here = {}},
                 {.ahead = "b", .behind = "d", .as_is = {}, .here = {}}};
  EXPECT_EQ(SwapsAmongBest(as_is, world, 2).size(), 1U);
  EXPECT_EQ(SwapsAmongBest(as_is, world, 2)[0].ahead, "b");
  EXPECT_EQ(SwapsAmongBest(as_is, world, 9).size(), 2U);
}

}  // namespace
}  // namespace edgesim
