#include "calibration/exercise.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "calibration/timing.h"
#include "devices/memory.h"
#include "devices/weights.h"
#include "tests/support/shipped_cards.h"
#include "tests/support/ticking_clock.h"

namespace edgesim {
namespace {

TEST(Exercise, TimesThePromptAndEachFurtherToken) {
  TickingClock ticks;
  const ExerciseResult result =
      Exercise(SmallCard(), "q8_0", {.prompt_tokens = 7, .generated_tokens = 4}, ticks.Clock(),
               {.isa = kernels::FastestIsa()});
  EXPECT_NEAR(result.first_token_s, ticks.step_s, 1e-12);
  ASSERT_EQ(result.decode_s.size(), 3U);
  EXPECT_NEAR(result.TotalSeconds(), 4 * ticks.step_s, 1e-12);
  EXPECT_EQ(result.disturbed, 0U);
  EXPECT_EQ(result.weight_bytes, WeightBytes(SmallCard(), "q8_0").value());
  EXPECT_GE(result.cache_bytes, KvCacheBytes(SmallCard(), 10));
}

TEST(Exercise, RepeatsAndCountsRunsThatOthersTookTimeFrom) {
  TickingClock ticks;
  HostClock clock = ticks.Clock();
  std::size_t readings = 0;
  // Two runs of three readings each lose time, the third does not.
  clock.waited_s = [&] { return ++readings <= 4 ? 0.01 * static_cast<double>(readings) : 0.04; };
  const ExerciseResult result =
      Exercise(SmallCard(), "q8_0", {5, 1}, clock, {.isa = kernels::FastestIsa()});
  EXPECT_EQ(result.disturbed, 2U);
  clock.stolen_s = [&] { return ticks.now_s; };
  EXPECT_THAT(
      [&] {
        Exercise(SmallCard(), "q8_0", {5, 1}, clock, {.retries = 1});
      },
      testing::Throws<ContentionError>(
          testing::Property(&ContentionError::what, testing::HasSubstr("2 runs were disturbed"))));
}

TEST(Exercise, ARunWhoseTokensScatterIsDisturbed) {
  TickingClock ticks;
  HostClock clock = ticks.Clock();
  std::size_t readings = 0;
  // Every third interval is twice as long while the first run lasts.
  clock.seconds = [&] { return ticks.now_s += ++readings < 24 && readings % 3 == 0 ? 2 : 1; };
  EXPECT_EQ(Exercise(SmallCard(), "q8_0", {5, 9}, clock, {.isa = kernels::FastestIsa()}).disturbed,
            1U);
}

TEST(Exercise, RefusesWhatHasNoShape) {
  TickingClock ticks;
  ModelCard card = SmallCard();
  card.shape.reset();
  EXPECT_ANY_THROW(Exercise(card, "q8_0", {5, 1}, ticks.Clock(), {}));
}

}  // namespace
}  // namespace edgesim
