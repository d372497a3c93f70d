// Tests of calibration/hsmm_filter.h against the E-step's posterior and hand cases.
#include "calibration/hsmm_filter.h"

#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "calibration/hsmm_expect.h"
#include "devices/hsmm_forward.h"
#include "tests/support/toy_power.h"

namespace edgesim {
namespace {

TEST(FilterStays, TellsStateAndAgeWhereReadingsAreClear) {
  const std::vector<StayWeight> stays =
      FilterStays(LowAndHigh(), std::vector<double>{20, 21, 19, 60, 61}, 0);
  ASSERT_EQ(stays.size(), 1U);
  EXPECT_EQ(stays[0].state, 1U);
  EXPECT_EQ(stays[0].age, 2U);
  EXPECT_EQ(stays[0].weight, 1);
}

// Summed over ages the weights are P(state at the last reading | readings), whatever the censoring.
TEST(FilterStays, SumsToTheStateProbabilities) {
  for (const bool mid_stay : {false, true}) {
    Hsmm model = LowAndHigh(mid_stay);
    model.states[1].mean_w = 22;  // hardly told apart
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const std::vector<double> watts = DrawSequences(model, 1, 25, seed).watts[0];
      const ExpectedCounts counts =
          ExpectCounts(MakeTables(model, 26), LogDensity(model, watts, 0, 0.01));
      std::map<std::uint32_t, double> by_state;
      double total = 0;
      for (const StayWeight& stay : FilterStays(model, watts, 0.01)) {
        EXPECT_GE(stay.age, 1U);
        EXPECT_LE(stay.age, 25U);
        by_state[stay.state] += stay.weight;
        total += stay.weight;
      }
      EXPECT_NEAR(total, 1, 1e-12);
      EXPECT_NEAR(by_state[0], counts.occupied(24, 0), 1e-7) << seed;
      EXPECT_NEAR(by_state[1], counts.occupied(24, 1), 1e-7) << seed;
    }
  }
}

TEST(FilterStays, AStayFromBeforeTheReadingsIsAsOldAsThey) {
  const std::vector<StayWeight> stays =
      FilterStays(LowAndHigh(true), std::vector<double>{20, 20, 20}, 0);
  double as_old = 0;
  for (const StayWeight& stay : stays) as_old += stay.age == 3 ? stay.weight : 0;
  EXPECT_GT(as_old, 0.999);
}

TEST(FilterStays, ImpossibleReadingsAreAnError) {
  Hsmm model = LowAndHigh();
  model.states[0].duration =
      DurationLaw{.family = DurationFamily::kTable, .mean_s = 0, .shape = 0, .table = {0, 0, 1}};
  model.initial = Eigen::Vector2d(1, 0);
  // Three readings of the low state, so the fourth must be of the high one: at 1e300 W the density
  // underflows.
  EXPECT_THROW(FilterStays(model, std::vector<double>{20, 20, 20, 1e300}, 0),
               std::invalid_argument);
}

}  // namespace
}  // namespace edgesim
