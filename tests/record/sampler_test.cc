// Tests for experiments/record/sampler.cc. A busy machine may miss any deadline, so none is held to
// the clock: what is checked is the order and the count.
#include "experiments/record/sampler.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>

#include "experiments/record/clock.h"
#include "tests/record/scripted_sensor.h"

namespace edgesim {
namespace {

TEST(Sampler, ReadsOnceATickUntilTheGivenTime) {
  std::vector<std::unique_ptr<PowerSensor>> sensors;
  sensors.push_back(std::make_unique<ScriptedSensor>(3));
  const double before_s = MonotonicSeconds();
  Sampler sampler(sensors, 0.01);
  EXPECT_EQ(dynamic_cast<ScriptedSensor&>(*sensors[0]).interval_s(), 0.01);
  const double begin_s = MonotonicSeconds();
  EXPECT_FALSE(sampler.Run(begin_s + 0.2));
  const double end_s = MonotonicSeconds();
  EXPECT_GE(end_s, begin_s + 0.2);
  const std::vector<PowerReading>& readings = sampler.readings().at(0);
  ASSERT_FALSE(readings.empty());
  const auto ticks = static_cast<double>(readings.size() + sampler.missed());
  EXPECT_GE(ticks, std::floor((readings.back().t_s - begin_s) / 0.01) + 1);
  EXPECT_LE(ticks, std::floor((end_s - before_s) / 0.01) + 1);
  for (std::size_t i = 1; i < readings.size(); ++i) EXPECT_GT(readings[i].t_s, readings[i - 1].t_s);
}

TEST(Sampler, CountsTheTicksThatASlowSensorCosts) {
  std::vector<std::unique_ptr<PowerSensor>> sensors;
  sensors.push_back(std::make_unique<ScriptedSensor>(3, 35'000));
  Sampler sampler(sensors, 0.01);
  sampler.Run(MonotonicSeconds() + 0.1);
  EXPECT_GE(sampler.missed(), 3 * (sampler.readings().at(0).size() - 1));
}

TEST(Sampler, WakesForADescriptor) {
  std::vector<std::unique_ptr<PowerSensor>> sensors;
  sensors.push_back(std::make_unique<ScriptedSensor>(3));
  Sampler sampler(sensors, 0.01);
  int fds[2];
  ASSERT_EQ(pipe(fds), 0);
  EXPECT_FALSE(sampler.Run(MonotonicSeconds() + 0.02, fds[0]));
  ASSERT_EQ(write(fds[1], "x", 1), 1);
  EXPECT_TRUE(sampler.Run(MonotonicSeconds() + 3600, fds[0]));
  close(fds[0]);
  close(fds[1]);
}

TEST(Sampler, WaitsUntilEachSensorHasSpoken) {
  std::vector<std::unique_ptr<PowerSensor>> sensors;
  sensors.push_back(std::make_unique<ScriptedSensor>(3));
  {
    Sampler sampler(sensors, 0.01);
    EXPECT_TRUE(sampler.RunUntilAllGive(MonotonicSeconds() + 60));
    EXPECT_FALSE(sampler.readings()[0].empty());
  }
  sensors.push_back(std::make_unique<SilentSensor>());
  Sampler sampler(sensors, 0.01);
  EXPECT_FALSE(sampler.RunUntilAllGive(MonotonicSeconds() + 0.05));
}

}  // namespace
}  // namespace edgesim
