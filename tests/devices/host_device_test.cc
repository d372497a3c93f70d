#include "devices/host_device.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "sim/input_error.h"
#include "tests/support/shipped_cards.h"
#include "tests/support/toy_host.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr double kWatts = 15;

HostAction Toy(const std::string& quantization) {
  return {.card = SmallCard(),
          .quantization = quantization,
          .sizes = {{20, 4}, {7, 30}, {20, 1}},
          .power = kWatts};
}

DeviceInfo OneRail() {
  return {.rails = {"host"}, .idle_w = {}, .emission_interval = FromSeconds(0.1)};
}

HostDevice Device(const HostProfile& profile = ToyHost()) {
  return {profile, 0, {Toy("q8_0"), Toy("f16")}, OneRail()};
}

Execution Executed(const HostDevice& device, ActionId action, const Answer& answer,
                   std::uint32_t request) {
  Execution out;
  device.Execute({.index = request}, action, answer, Noise{.seed = 7, .entity = request}, out);
  return out;
}

double Predicted(const std::string& quantization, const RequestSize& size) {
  const HostProfile profile = ToyHost();
  return PredictRequest(SmallCard(), quantization, size, profile.laws[0], profile.yardsticks[0])
      .TotalSeconds();
}

TEST(HostDevice, PredictsWhatPredictionDoes) {
  const HostDevice device = Device();
  for (const RequestSize& size : Toy("q8_0").sizes) {
    const Answer answer{.prompt_tokens = static_cast<std::uint32_t>(size.prompt_tokens),
                        .output_tokens = static_cast<std::uint32_t>(size.generated_tokens)};
    const double q8_0_s = Predicted("q8_0", size), f16_s = Predicted("f16", size);
    EXPECT_NEAR(device.PredictedSeconds(0, answer), q8_0_s, 1e-12 * q8_0_s);
    EXPECT_NEAR(device.PredictedSeconds(1, answer), f16_s, 1e-12 * f16_s);
  }
}

TEST(HostDevice, AnEmptyAnswerIsThePromptsPass) {
  const HostDevice device = Device();
  const Answer empty{.prompt_tokens = 20, .output_tokens = 0};
  EXPECT_EQ(device.PredictedSeconds(0, empty),
            device.PredictedSeconds(0, {.prompt_tokens = 20, .output_tokens = 1}));
  EXPECT_EQ(SizeOf({}).prompt_tokens, 1U);
}

TEST(HostDevice, SizesThatWereNotAnnouncedAreAnError) {
  const HostDevice device = Device();
  EXPECT_THROW(device.PredictedSeconds(0, {.prompt_tokens = 8, .output_tokens = 1}),
               std::out_of_range);
  EXPECT_THROW(device.PredictedSeconds(0, {.prompt_tokens = 21, .output_tokens = 1}),
               std::out_of_range);
  EXPECT_THROW(device.PredictedSeconds(0, {.prompt_tokens = 20, .output_tokens = 40}),
               std::out_of_range);
}

TEST(HostDevice, DurationsAreOffAsInTheCalibration) {
  const HostDevice device = Device();
  const Answer answer{.prompt_tokens = 20, .output_tokens = 4};
  std::set<Duration> expected, seen;
  for (const double ratio : ToyHost().residual_ratios)
    expected.insert(FromSeconds(ratio * device.PredictedSeconds(0, answer)));
  for (std::uint32_t i = 0; i < 200; ++i) {
    const Execution out = Executed(device, 0, answer, i);
    seen.insert(out.duration);
    EXPECT_LE(out.duration, FromSeconds(device.LongestSeconds(0, answer)));
    ASSERT_EQ(out.segments.size(), 1U);
    EXPECT_EQ(out.segments[0].length, out.duration);
    EXPECT_EQ(out.segments[0].rail_w[0], kWatts);
    EXPECT_EQ(out.clamped, 0U);
  }
  EXPECT_EQ(seen, expected);
}

// Late under one action is late under the other.
TEST(HostDevice, ActionsAreComonotoneInLatency) {
  const HostDevice device = Device();
  const Answer answer{.prompt_tokens = 7, .output_tokens = 30};
  const double ratio = device.PredictedSeconds(1, answer) / device.PredictedSeconds(0, answer);
  for (std::uint32_t i = 0; i < 50; ++i) {
    EXPECT_NEAR(InSeconds(Executed(device, 1, answer, i).duration),
                ratio * InSeconds(Executed(device, 0, answer, i).duration), 2e-9);
  }
}

// One state of a known level per class: 30 W and 50 W, as often as the tokens of the answers say.
TEST(HostDevice, TakesThePowerOfAMeasuredAction) {
  ActionProfile measured;
  measured.classes = 2;
  RailPowerModel& rail = measured.rails.emplace_back();
  for (const double watts : {30.0, 50.0}) {
    Hsmm model;
    model.interval_s = 0.0001;
    model.states = {{.name = "on", .mean_w = watts, .sd_w = 1e-6, .takes_level = false}};
    model.initial = Eigen::VectorXd::Ones(1);
    model.transition = Eigen::MatrixXd::Zero(1, 1);
    rail.classes.push_back({.hsmm = model, .level = {}});
  }
  const auto shares = [&] {
    HostAction action = Toy("q8_0");
    action.power = measured;
    DeviceInfo info{.rails = {"soc"}, .idle_w = {}, .emission_interval = FromSeconds(0.0001)};
    const HostDevice device(ToyHost(), 0, {action}, info);
    double high = 0;
    constexpr std::uint32_t kDraws = 2000;
    for (std::uint32_t i = 0; i < kDraws; ++i) {
      const Execution out = Executed(device, 0, {.prompt_tokens = 20, .output_tokens = 4}, i);
      EXPECT_GT(out.segments.size(), 1U);
      Duration sum{};
      for (const PowerSegment& segment : out.segments) sum += segment.length;
      EXPECT_EQ(sum, out.duration);
      high += out.segments[0].rail_w[0] > 40 ? 1.0 / kDraws : 0;
    }
    return high;
  };
  EXPECT_NEAR(shares(), 0.5, 0.05);  // no table of requests: as often
  measured.latency = TokenLatency{.seconds_per_output_token = {0.1, 0.2, 0.3},
                                  .output_tokens = {300, 500, 200},
                                  .request_class = {1, 0, 1},
                                  .provenance = ""};
  EXPECT_NEAR(shares(), 0.5, 0.05);
  measured.latency->output_tokens = {50, 900, 50};
  EXPECT_NEAR(shares(), 0.1, 0.03);
}

TEST(HostDevice, RefusesWhatItCannotTime) {
  HostAction sealed = Toy("q8_0");
  sealed.card.shape.reset();
  EXPECT_THAT([&] { HostDevice(ToyHost(), 0, {sealed}, OneRail()); },
              ThrowsMessage<InputError>(HasSubstr("'small' has no shape")));
  HostProfile profile = ToyHost();
  profile.laws[0].matmul.erase(TensorFormat::kQ8_0);
  EXPECT_THAT([&] { Device(profile); },
              ThrowsMessage<InputError>(HasSubstr("no law for q8_0 weights on 1 thread")));
}

}  // namespace
}  // namespace edgesim
