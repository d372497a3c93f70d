#include "experiments/build_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

void ExpectRefused(const std::vector<std::string>& overrides, const std::string& part) {
  EXPECT_THAT([&] { ReadDevice(LoadSmall(overrides)); },
              ThrowsMessage<InputError>(HasSubstr(part)));
}

TEST(BuildDevice, ReadsAMeasuredDevice) {
  const ChosenDevice chosen = ReadDevice(LoadSmall({"actions=[qwen3-4b-q8_0]"}));
  EXPECT_EQ(chosen.facts.name, "laptop-rtx3070");
  EXPECT_THAT(chosen.facts.assumed, IsEmpty());
  EXPECT_FALSE(chosen.facts.provenance.empty());
  EXPECT_THAT(chosen.actions, ElementsAre(Field(&ActionSpec::name, "qwen3-4b-q8_0")));
  const MadeDevice made = chosen.make({{}});
  EXPECT_THAT(made.device->Info().rails, ElementsAre("cpu", "gpu"));
  const double ten_s = made.longest_s(0, {.prompt_tokens = 1, .output_tokens = 10});
  EXPECT_GT(ten_s, 0);
  EXPECT_DOUBLE_EQ(made.longest_s(0, {.prompt_tokens = 1, .output_tokens = 20}), 2 * ten_s);
}

TEST(BuildDevice, IsOneOfTwoKinds) {
  ExpectRefused({"device={idle: off}"},
                "--set device: 'device' needs 'profile', a measured device");
  ExpectRefused({"device.host_profile=h.json"},
                "'profile', 'host_profile' and 'synthetic' are different devices");
  ExpectRefused({"device.power_w=3"},
                "--set device.power_w: 'power_w' belongs to a 'host_profile'");
  ExpectRefused({"device.threads=3"}, "'threads' belongs to");
  ExpectRefused({"device.idle_w=3"}, "'idle_w' belongs to");
  ExpectRefused({"device.power_profile=laptop-rtx3070"}, "'power_profile' belongs to");
  ExpectRefused({"device.hots_profile=x"}, "did you mean 'host_profile'?");
}

}  // namespace
}  // namespace edgesim
