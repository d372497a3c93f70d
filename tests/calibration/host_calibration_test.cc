#include "calibration/host_calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/host_profile_io.h"
#include "tests/support/shipped_cards.h"
#include "tests/support/ticking_clock.h"

namespace edgesim {
namespace {

// The catalogue in small: all formats, every kind of operation, matrices of a few kilobytes.
std::vector<ModelCard> ThinCards() {
  ModelCard card = ShippedCards().at("llama-3.2-1b");
  ModelShape& shape = *card.shape;
  shape.layers = 1;
  shape.hidden = 256;
  shape.ffn = 256;
  shape.heads = 4;
  shape.kv_heads = 2;
  shape.head_dim = 64;
  shape.vocab = 512;
  return {card};
}

CalibrationOptions Fast(std::vector<std::size_t> threads) {
  return {.mode = CalibrationMode::kQuick,
          .threads = std::move(threads),
          .isa = kernels::FastestIsa(),
          .timing = {.least_runs = 1, .round_s = 0, .cold_bytes = 1 << 20},
          .warm_up_s = 0};
}

TEST(SlowHostCalibration, GivesAProfileThatCanBeWrittenAndRead) {
  TickingClock ticks;
  double last = -1;
  HostProfile profile =
      Calibrate(ThinCards(), Fast({1, 2}), ticks.Clock(), [&](double share, const std::string&) {
        EXPECT_GE(share, last);
        last = share;
      });
  EXPECT_NEAR(last, 1, 1e-9);
  ASSERT_EQ(profile.laws.size(), 2U);
  EXPECT_EQ(profile.laws[1].threads, 2U);
  ASSERT_EQ(profile.yardsticks.size(), 2U);
  EXPECT_GT(profile.yardsticks[0].read_bytes_per_s, 0);
  EXPECT_GT(profile.yardsticks[1].int8_operations_per_s, 0);
  EXPECT_TRUE(profile.laws[0].matmul.contains(TensorFormat::kQ4_K));
  EXPECT_EQ(profile.residual_ratios.size(), 24U);
  EXPECT_GT(profile.measurement.timings, 100U);
  profile.name = "toy";
  profile.date = "2026-01-01";
  profile.version = "0";
  profile.host = {.cpu = "toy", .isa = "scalar"};
  profile.provenance[""] = {.source = "a test", .date = "2026-01-01", .method = "none"};
  const std::string text = FormatHostProfile(profile);
  EXPECT_EQ(FormatHostProfile(ParseHostProfile(text, "toy.json")), text);
}

TEST(SlowHostCalibration, RefusesAMachineOnWhichOthersWork) {
  TickingClock ticks;
  HostClock clock = ticks.Clock();
  clock.others_s = [&] { return 0.5 * ticks.now_s; };
  EXPECT_THAT([&] { Calibrate(ThinCards(), Fast({1}), clock, [](double, const std::string&) {}); },
              testing::Throws<ContentionError>(testing::Property(
                  &ContentionError::what, testing::HasSubstr("other processes had"))));
}

}  // namespace
}  // namespace edgesim
