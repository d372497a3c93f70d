#include "devices/scaled_device.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/toys.h"

namespace edgesim {
namespace {

using namespace std::chrono_literals;

// Lengths that no factor keeps whole.
std::vector<PowerSegment> Course(const Request&, ActionId, const Answer&, const Noise&) {
  std::vector<PowerSegment> course;
  for (int i = 0; i < 1000; ++i) course.push_back(toys::Flat(10 + i % 7, 33333333ns));
  course.push_back(toys::Flat(3, 1s));
  return course;
}

double EnergyJ(const Execution& execution) {
  double sum = 0;
  for (const PowerSegment& s : execution.segments) sum += s.rail_w[0] * InSeconds(s.length);
  return sum;
}

Execution Executed(const Device& device) {
  Execution out;
  device.Execute({}, 0, {}, {}, out);
  return out;
}

TEST(ScaledDevice, ScalesTimePowerAndEnergy) {
  const toys::Device base(Course, 5);
  const Execution plain = Executed(base);
  for (const double latency : {0.9, 1 / 0.9, 1.1, 3.0}) {
    for (const double power : {0.9, 1.0, 1.7}) {
      const ScaledDevice scaled(base, {.power = power, .latency = latency});
      const Execution out = Executed(scaled);
      ASSERT_EQ(out.segments.size(), plain.segments.size());
      // Half a nanosecond at the end, not one for each of the 1001 segments.
      EXPECT_NEAR(InSeconds(out.duration), latency * InSeconds(plain.duration), 1e-9);
      EXPECT_NEAR(EnergyJ(out) / EnergyJ(plain), power * latency, 1e-8);
      EXPECT_DOUBLE_EQ(out.segments[3].rail_w[0], power * 13);
      EXPECT_DOUBLE_EQ(scaled.Info().idle_w[0], power * 5);
      Duration sum{0};
      for (const PowerSegment& s : out.segments) {
        EXPECT_GE(s.length, 0ns);
        sum += s.length;
      }
      EXPECT_EQ(sum, out.duration);
      EXPECT_EQ(scaled.Info().emission_interval, base.Info().emission_interval);
    }
  }
}

TEST(ScaledDevice, FactorOneIsTheDeviceItself) {
  const toys::Device base(Course);
  const Execution plain = Executed(base), same = Executed(ScaledDevice(base, {}));
  ASSERT_EQ(same.duration, plain.duration);
  for (std::size_t i = 0; i < plain.segments.size(); ++i) {
    EXPECT_EQ(same.segments[i].length, plain.segments[i].length);
    EXPECT_EQ(same.segments[i].rail_w, plain.segments[i].rail_w);
  }
}

TEST(ScaledDevice, FactorsAreAboveZero) {
  const toys::Device base(Course);
  EXPECT_THROW(ScaledDevice(base, {.power = 0, .latency = 1}), std::invalid_argument);
  EXPECT_THROW(ScaledDevice(base, {.power = 1, .latency = -1}), std::invalid_argument);
}

}  // namespace
}  // namespace edgesim
