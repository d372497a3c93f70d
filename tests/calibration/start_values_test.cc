// Start values for EM: shapes of power courses and the models read off them.
#include "calibration/start_values.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sim/rng.h"

namespace edgesim {
namespace {

constexpr double kInterval = 0.1;
constexpr double kNoiseSd = 0.3;  // W

double NoiseAt(std::uint32_t sequence, std::uint32_t t) {
  WordStream words = Noise{.seed = 31, .episode = sequence, .entity = t}.Words(Stream::kRail);
  return kNoiseSd * StandardNormal(words);
}

// Five courses: 3 intervals at 25 W, a rise to `top` over 20, 15 intervals there, then `plateau`.
std::vector<std::vector<double>> Courses(double top, double plateau) {
  std::vector<std::vector<double>> sequences(5);
  for (std::uint32_t i = 0; i < 5; ++i) {
    for (std::uint32_t t = 0; t < 100; ++t) {
      const double rise = t < 3 ? 0 : std::min(1.0, (t - 2) / 20.0);
      const double watts = t < 38 ? 25 + rise * (top - 25) : plateau;
      sequences[i].push_back(watts + NoiseAt(i, t));
    }
  }
  return sequences;
}

void ExpectLeftToRight(const Hsmm& model) {
  EXPECT_NO_THROW(Validate(model));
  const auto n = static_cast<Eigen::Index>(model.states.size());
  EXPECT_EQ(model.interval_s, kInterval);
  EXPECT_EQ(model.initial(0), 1);
  for (Eigen::Index j = 0; j < n; ++j) {
    for (Eigen::Index k = 0; k < n; ++k) EXPECT_EQ(model.transition(j, k), k == j + 1 ? 1 : 0);
    EXPECT_EQ(model.states[static_cast<std::size_t>(j)].duration.has_value(), j + 1 < n);
  }
}

TEST(LeftToRightStartTest, ARampGivesOrderedRampMeans) {
  const Hsmm model = LeftToRightStart(Courses(110, 110), kInterval);
  ExpectLeftToRight(model);
  ASSERT_EQ(model.states.size(), 10U);  // start, 6 of the ramp, 2 settling, plateau
  EXPECT_EQ(model.states[0].name, "start");
  EXPECT_EQ(model.states[1].name, "ramp_1");
  EXPECT_EQ(model.states[6].name, "ramp_6");
  EXPECT_EQ(model.states[7].name, "settle_1");
  EXPECT_EQ(model.states[8].name, "settle_2");
  EXPECT_EQ(model.states[9].name, "plateau");
  for (std::size_t j = 0; j < 6; ++j)
    EXPECT_LT(model.states[j].mean_w, model.states[j + 1].mean_w) << j;
  EXPECT_LT(model.states[6].mean_w, model.states[7].mean_w);
  EXPECT_NEAR(model.states[0].mean_w, 25, 5);  // start: below 8 % of the rise of 85 W
  EXPECT_NEAR(model.states[9].mean_w, 110, 4 * kNoiseSd / std::sqrt(5 * 40));
}

TEST(LeftToRightStartTest, OnlyWhatFollowsTheRampTakesTheLevel) {
  const Hsmm model = LeftToRightStart(Courses(110, 110), kInterval);
  for (std::size_t j = 0; j < model.states.size(); ++j)
    EXPECT_EQ(model.states[j].takes_level, j >= 7) << j;
}

TEST(LeftToRightStartTest, StaysAreThoseOfTheCourses) {
  const Hsmm model = LeftToRightStart(Courses(110, 110), kInterval);
  // The rise of 20 intervals, 8 % to 95 % of it in six equal bins: 2.9 intervals each.
  for (std::size_t j = 1; j <= 6; ++j)
    EXPECT_NEAR(model.states[j].duration->mean_s, 0.29, 0.1) << j;
  EXPECT_NEAR(model.states[7].duration->mean_s, 0.6,
              0.11);  // settling ends 0.6 s and 1.5 s after the ramp
  EXPECT_NEAR(model.states[8].duration->mean_s, 0.9, 0.11);
}

TEST(LeftToRightStartTest, AnOvershootGetsAThirdSettlingState) {
  const Hsmm model = LeftToRightStart(Courses(80, 60), kInterval);
  ExpectLeftToRight(model);
  ASSERT_EQ(model.states.size(), 11U);
  EXPECT_EQ(model.states[7].name, "overshoot");
  EXPECT_EQ(model.states[8].name, "settle_1");
  EXPECT_EQ(model.states[9].name, "settle_2");
  EXPECT_EQ(model.states[10].name, "plateau");
  EXPECT_NEAR(model.states[7].mean_w, 80, 2);
  EXPECT_NEAR(model.states[10].mean_w, 60, 1);
}

TEST(LeftToRightStartTest, ADropOfLessThan5WIsNoOvershoot) {
  EXPECT_EQ(LeftToRightStart(Courses(80, 77), kInterval).states.size(), 10U);
}

TEST(LeftToRightStartTest, MissingReadingsLeaveTheMeansInPlace) {
  std::vector<std::vector<double>> sequences = Courses(110, 110);
  for (auto& x : sequences) {
    for (const std::size_t t : {0U, 10U, 11U, 30U, 99U})
      x[t] = std::numeric_limits<double>::quiet_NaN();
  }
  const Hsmm model = LeftToRightStart(sequences, kInterval);
  ExpectLeftToRight(model);
  for (std::size_t j = 0; j < 6; ++j)
    EXPECT_LT(model.states[j].mean_w, model.states[j + 1].mean_w) << j;
  EXPECT_NEAR(model.states[9].mean_w, 110, 4 * kNoiseSd / std::sqrt(5 * 40));
}

// Bursts of 40 W on 20 W, a third of the time.
std::vector<std::vector<double>> Bursts() {
  std::vector<std::vector<double>> sequences(4);
  for (std::uint32_t i = 0; i < 4; ++i) {
    for (std::uint32_t t = 0; t < 90; ++t)
      sequences[i].push_back((t % 9 < 3 ? 40 : 20) + NoiseAt(i, t));
  }
  return sequences;
}

TEST(FreeStartTest, LevelsAreOrderedAndEachLeadsToEveryOther) {
  for (const int states : {2, 3, 4}) {
    const Hsmm model = FreeStart(Bursts(), kInterval, states);
    EXPECT_NO_THROW(Validate(model));
    ASSERT_EQ(model.states.size(), static_cast<std::size_t>(states));
    for (int j = 0; j < states; ++j) {
      const HsmmState& state = model.states[static_cast<std::size_t>(j)];
      EXPECT_TRUE(state.takes_level);
      EXPECT_TRUE(state.duration.has_value());
      EXPECT_NEAR(model.initial(j), 1.0 / states, 1e-12);
      for (int k = 0; k < states; ++k) {
        EXPECT_NEAR(model.transition(j, k), j == k ? 0 : 1.0 / (states - 1), 1e-12);
      }
      if (j > 0) {
        EXPECT_LT(model.states[static_cast<std::size_t>(j - 1)].mean_w, state.mean_w);
      }
    }
    EXPECT_EQ(model.states.front().name, "low");
    EXPECT_EQ(model.states.back().name, "high");
  }
}

TEST(FreeStartTest, TwoStatesSeparateTheBursts) {
  const Hsmm model = FreeStart(Bursts(), kInterval, 2);
  EXPECT_NEAR(model.states[0].mean_w, 20, 1);
  EXPECT_GT(model.states[1].mean_w, 35);
}

TEST(FreeStartTest, OneStateIsAbsorbing) {
  const Hsmm model = FreeStart(Bursts(), kInterval, 1);
  EXPECT_NO_THROW(Validate(model));
  ASSERT_EQ(model.states.size(), 1U);
  EXPECT_FALSE(model.states[0].duration.has_value());
  EXPECT_NEAR(model.states[0].mean_w, 20 + 20.0 / 3, 4 * kNoiseSd / std::sqrt(360));
}

}  // namespace
}  // namespace edgesim
