#include "devices/geometric_twin.h"

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "devices/profile_io.h"

namespace edgesim {
namespace {

constexpr double kInterval_s = 0.05;

double MeanIntervals(const DurationLaw& law) {
  const int longest = LongestStay(law, kInterval_s);
  const Eigen::VectorXd pmf = DurationPmf(law, kInterval_s, longest);
  double mean = 0;
  for (int u = 1; u <= longest; ++u) mean += u * pmf(u - 1);
  return mean;
}

TEST(GeometricTwin, StaysAsLongOnAverage) {
  const std::vector<DurationLaw> laws = {
      {.family = DurationFamily::kGeometric, .mean_s = 0.4, .table = {}},
      {.family = DurationFamily::kPoisson, .mean_s = 0.4, .table = {}},
      {.family = DurationFamily::kNegativeBinomial, .mean_s = 0.4, .shape = 3, .table = {}},
      {.family = DurationFamily::kGamma, .mean_s = 0.4, .shape = 5, .table = {}},
      {.family = DurationFamily::kGamma, .mean_s = 0.01, .shape = 5, .table = {}},
      {.family = DurationFamily::kLognormal, .mean_s = 0.4, .shape = 0.5, .table = {}},
      {.family = DurationFamily::kTable, .table = {0.25, 0.5, 0, 0.25}}};
  for (const DurationLaw& law : laws) {
    const DurationLaw twin = GeometricTwin(law, kInterval_s);
    EXPECT_EQ(twin.family, DurationFamily::kGeometric);
    EXPECT_FALSE(WhatIsWrong(twin));
    EXPECT_NEAR(MeanIntervals(twin), MeanIntervals(law), 1e-6 * MeanIntervals(law))
        << kDurationFamilyNames[static_cast<std::size_t>(law.family)];
  }
  EXPECT_DOUBLE_EQ(GeometricTwin(laws.back(), kInterval_s).mean_s, 2.25 * kInterval_s);
}

TEST(GeometricTwin, OfAProfileChangesOnlyTheStays) {
  std::ifstream file(std::string(EDGESIM_SOURCE_DIR) + "/devices/profiles/laptop-rtx3070.json");
  std::stringstream text;
  text << file.rdbuf();
  const DeviceProfile profile = ParseProfile(text.str(), "laptop"), twin = GeometricTwin(profile);
  std::size_t replaced = 0, autoregressive = 0;
  for (std::size_t a = 0; a < profile.actions.size(); ++a) {
    EXPECT_EQ(twin.actions[a].latency->seconds_per_output_token,
              profile.actions[a].latency->seconds_per_output_token);
    for (std::size_t r = 0; r < profile.rails.size(); ++r) {
      for (std::size_t c = 0; c < profile.actions[a].rails[r].classes.size(); ++c) {
        const Hsmm& from = profile.actions[a].rails[r].classes[c].hsmm;
        const Hsmm& to = twin.actions[a].rails[r].classes[c].hsmm;
        EXPECT_NO_THROW(Validate(to));
        EXPECT_EQ(to.transition, from.transition);
        for (std::size_t s = 0; s < from.states.size(); ++s) {
          EXPECT_EQ(to.states[s].mean_w, from.states[s].mean_w);
          EXPECT_EQ(to.states[s].phi, from.states[s].phi);
          EXPECT_EQ(to.states[s].duration.has_value(), from.states[s].duration.has_value());
          autoregressive += to.states[s].phi > 0;
          if (!to.states[s].duration) continue;
          EXPECT_EQ(to.states[s].duration->family, DurationFamily::kGeometric);
          replaced += from.states[s].duration->family != DurationFamily::kGeometric;
        }
      }
    }
  }
  EXPECT_GT(replaced, 50U);
  EXPECT_GT(autoregressive, 0U);
}

}  // namespace
}  // namespace edgesim
