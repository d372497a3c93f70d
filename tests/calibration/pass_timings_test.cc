#include "calibration/pass_timings.h"

#include <gtest/gtest.h>

#include "devices/weights.h"
#include "tests/support/shipped_cards.h"
#include "tests/support/ticking_clock.h"

namespace edgesim {
namespace {

TEST(PassTimings, CasesAreOfNoShippedShapeAndLargerThanCaches) {
  const std::vector<PassCase> cases = PassCases(ShippedCards().at("llama-3.2-1b"));
  EXPECT_EQ(cases.size(), 12U);
  for (const PassCase& c : cases) {
    EXPECT_GT(WeightBytes(c.card, c.quantization).value(), 96e6) << c.quantization;
    for (const auto& [name, card] : ShippedCards()) {
      if (!card.shape) continue;
      EXPECT_FALSE(card.shape->hidden == c.card.shape->hidden &&
                   card.shape->ffn == c.card.shape->ffn)
          << name;
    }
  }
}

TEST(PassTimings, TimesEveryCase) {
  TickingClock ticks;
  SpeedProbe probe(ticks.Clock(), kernels::FastestIsa(), 1 << 25);
  std::vector<PassCase> cases = {{SmallCard(), "q8_0", {.tokens = 4}},
                                 {SmallCard(), "q8_0", {.tokens = 1, .context = 4}},
                                 {SmallCard(), "f16", {.tokens = 1, .context = 9}}};
  TimingTally tally;
  std::size_t done = 0;
  const auto timings =
      TimePasses(cases, 1, ticks.Clock(), {.least_runs = 2, .round_s = 0}, probe,
                 kernels::FastestIsa(), tally, [&](std::size_t at, std::size_t) { done = at; });
  ASSERT_EQ(timings.size(), 3U);
  EXPECT_EQ(done, 3U);
  EXPECT_EQ(tally.rounds, 3U);
  EXPECT_EQ(timings[2].what.quantization, "f16");
  EXPECT_NEAR(timings[1].timing.median_s, ticks.step_s, 1e-12);
}

}  // namespace
}  // namespace edgesim
