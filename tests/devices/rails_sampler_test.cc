// Tests of devices/rails_sampler.h; levels and laws of whole requests are in edge_device_test.cc.
#include "devices/rails_sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace edgesim {
namespace {

RailPowerModel Steady(std::vector<double> watts_of_class) {
  RailPowerModel rail;
  for (const double watts : watts_of_class) {
    Hsmm model;
    model.interval_s = 0.1;
    model.states = {{.name = "on", .mean_w = watts, .sd_w = 1e-9, .takes_level = false}};
    model.initial = Eigen::VectorXd::Ones(1);
    model.transition = Eigen::MatrixXd::Zero(1, 1);
    rail.classes.push_back({.hsmm = model, .level = {}});
  }
  return rail;
}

Execution Drawn(const RailsSampler& power, double seconds, std::size_t request_class) {
  Execution out;
  out.clamped = 9;
  out.duration = FromSeconds(seconds);
  power.Draw(request_class, FromSeconds(0.1), Noise{.seed = 1}, out);
  return out;
}

TEST(RailsSampler, CutsTheDurationIntoTicks) {
  const RailsSampler power({Steady({20}), Steady({30, 70})});
  const Execution out = Drawn(power, 0.25, 1);
  ASSERT_EQ(out.segments.size(), 3U);
  EXPECT_EQ(out.segments[1].length, FromSeconds(0.1));
  EXPECT_EQ(out.segments[2].length, FromSeconds(0.05));
  EXPECT_NEAR(out.segments[2].rail_w[0], 20, 1e-6);
  EXPECT_NEAR(out.segments[2].rail_w[1], 70, 1e-6);
  EXPECT_NEAR(Drawn(power, 0.25, 0).segments[0].rail_w[1], 30, 1e-6);
  EXPECT_EQ(out.clamped, 0U);
  EXPECT_TRUE(Drawn(power, 0, 0).segments.empty());
}

TEST(RailsSampler, CountsDrawsBelowZero) {
  EXPECT_EQ(Drawn(RailsSampler({Steady({-5})}), 0.3, 0).clamped, 3U);
}

TEST(RailsSampler, InfoIsTheProfiles) {
  DeviceProfile profile;
  profile.emission_interval_s = 0.2;
  profile.rails = {{.name = "soc", .idle_w = 3, .idle_provenance = ""}};
  EXPECT_EQ(InfoOf(profile, true).idle_w[0], 3);
  EXPECT_EQ(InfoOf(profile, false).idle_w[0], 0);
  EXPECT_EQ(InfoOf(profile, false).emission_interval, FromSeconds(0.2));
  EXPECT_EQ(InfoOf(profile, false).rails, std::vector<std::string>{"soc"});
}

}  // namespace
}  // namespace edgesim
