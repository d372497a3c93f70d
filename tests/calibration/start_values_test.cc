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

RailSequences Rail(std::vector<std::vector<double>> watts) {
  return {.interval_s = kInterval, .watts = std::move(watts)};
}

// A level for those states that may take it.
Hsmm RampStart(std::vector<std::vector<double>> watts) {
  return StartModel({.topology = Topology::kRamp, .states = 6, .level = true},
                    Rail(std::move(watts)), 0, 1);
}
Hsmm FreeStart(std::vector<std::vector<double>> watts, int states) {
  return StartModel({.topology = Topology::kFree, .states = states, .level = true},
                    Rail(std::move(watts)), 0, 1);
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

TEST(RampStartTest, ARampGivesOrderedRampMeans) {
  const Hsmm model = RampStart(Courses(110, 110));
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

TEST(RampStartTest, OnlyWhatFollowsTheRampTakesTheLevel) {
  const Hsmm model = RampStart(Courses(110, 110));
  for (std::size_t j = 0; j < model.states.size(); ++j)
    EXPECT_EQ(model.states[j].takes_level, j >= 7) << j;
}

TEST(RampStartTest, StaysAreThoseOfTheCourses) {
  const Hsmm model = RampStart(Courses(110, 110));
  // The rise of 20 intervals, 8 % to 95 % of it in six equal bins: 2.9 intervals each.
  for (std::size_t j = 1; j <= 6; ++j)
    EXPECT_NEAR(model.states[j].duration->mean_s, 0.29, 0.1) << j;
  EXPECT_NEAR(model.states[7].duration->mean_s, 0.6,
              0.11);  // settling ends 0.6 s and 1.5 s after the ramp
  EXPECT_NEAR(model.states[8].duration->mean_s, 0.9, 0.11);
}

TEST(RampStartTest, AnOvershootGetsAThirdSettlingState) {
  const Hsmm model = RampStart(Courses(80, 60));
  ExpectLeftToRight(model);
  ASSERT_EQ(model.states.size(), 11U);
  EXPECT_EQ(model.states[7].name, "overshoot");
  EXPECT_EQ(model.states[8].name, "settle_1");
  EXPECT_EQ(model.states[9].name, "settle_2");
  EXPECT_EQ(model.states[10].name, "plateau");
  EXPECT_NEAR(model.states[7].mean_w, 80, 2);
  EXPECT_NEAR(model.states[10].mean_w, 60, 1);
}

TEST(RampStartTest, ADropOfLessThan5WIsNoOvershoot) {
  EXPECT_EQ(RampStart(Courses(80, 77)).states.size(), 10U);
}

TEST(RampStartTest, MissingReadingsLeaveTheMeansInPlace) {
  std::vector<std::vector<double>> sequences = Courses(110, 110);
  for (auto& x : sequences) {
    for (const std::size_t t : {0U, 10U, 11U, 30U, 99U})
      x[t] = std::numeric_limits<double>::quiet_NaN();
  }
  const Hsmm model = RampStart(sequences);
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
    const Hsmm model = FreeStart(Bursts(), states);
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
    EXPECT_EQ(model.states.front().name, "state_1");
  }
}

TEST(FreeStartTest, TwoStatesSeparateTheBursts) {
  const Hsmm model = FreeStart(Bursts(), 2);
  EXPECT_NEAR(model.states[0].mean_w, 20, 1);
  EXPECT_GT(model.states[1].mean_w, 35);
}

TEST(FreeStartTest, OneStateIsAbsorbing) {
  const Hsmm model = FreeStart(Bursts(), 1);
  EXPECT_NO_THROW(Validate(model));
  ASSERT_EQ(model.states.size(), 1U);
  EXPECT_FALSE(model.states[0].duration.has_value());
  EXPECT_NEAR(model.states[0].mean_w, 20 + 20.0 / 3, 4 * kNoiseSd / std::sqrt(360));
}

TEST(RampStartTest, TheNumberOfRampStatesIsAChoice) {
  for (const int states : {1, 3, 12}) {
    const Hsmm model =
        StartModel({.topology = Topology::kRamp, .states = states}, Rail(Courses(110, 110)), 0, 1);
    ExpectLeftToRight(model);
    EXPECT_EQ(model.states.size(), static_cast<std::size_t>(states) + 4);
    EXPECT_EQ(model.states[static_cast<std::size_t>(states)].name,
              "ramp_" + std::to_string(states));
  }
}

// What a model is made of, for comparisons.
std::vector<double> Figures(const Hsmm& model) {
  std::vector<double> figures;
  for (const HsmmState& state : model.states) {
    figures.push_back(state.mean_w);
    figures.push_back(state.sd_w);
    if (state.duration) figures.push_back(state.duration->mean_s);
  }
  return figures;
}

TEST(StartModelTest, TheFirstStartIsTheRulesWhateverTheSeed) {
  for (const Topology topology : {Topology::kRamp, Topology::kFree}) {
    const ModelSpec spec{.topology = topology, .states = 3};
    const RailSequences data = Rail(topology == Topology::kRamp ? Courses(110, 110) : Bursts());
    EXPECT_EQ(Figures(StartModel(spec, data, 0, 1)), Figures(StartModel(spec, data, 0, 2)));
  }
}

TEST(StartModelTest, RestartsDifferAndAreKeyedBySeedAndNumber) {
  for (const Topology topology : {Topology::kRamp, Topology::kFree}) {
    const ModelSpec spec{.topology = topology, .states = 3};
    const RailSequences data = Rail(topology == Topology::kRamp ? Courses(110, 110) : Bursts());
    const auto figures = [&](int restart, std::uint64_t seed) {
      const Hsmm model = StartModel(spec, data, restart, seed);
      EXPECT_NO_THROW(Validate(model));
      return Figures(model);
    };
    EXPECT_EQ(figures(1, 1), figures(1, 1));
    EXPECT_NE(figures(1, 1), figures(0, 1));
    EXPECT_NE(figures(1, 1), figures(2, 1));
    EXPECT_NE(figures(1, 1), figures(1, 2));
  }
}

TEST(StartModelTest, EveryFamilyHasTheStaysOfTheLabels) {
  for (std::size_t k = 0; k < kDurationFamilyNames.size(); ++k) {
    const auto family = static_cast<DurationFamily>(k);
    const Hsmm model = StartModel({.states = 2, .duration = family}, Rail(Bursts()), 0, 1);
    ASSERT_NO_THROW(Validate(model)) << kDurationFamilyNames[k];
    // Bursts of three readings every nine; the cut lies within the noise of the low level, so that
    // only the mean stay's size is sure.
    for (const HsmmState& state : model.states) {
      ASSERT_EQ(state.duration->family, family);
      const Eigen::VectorXd pmf = DurationPmf(*state.duration, kInterval, 200);
      const double mean = pmf.dot(Eigen::VectorXd::LinSpaced(200, 1, 200));
      EXPECT_GT(mean, 1) << kDurationFamilyNames[k];
      EXPECT_LT(mean, 8) << kDurationFamilyNames[k];
    }
    if (family == DurationFamily::kTable) {
      EXPECT_EQ(model.states[0].duration->table.size(), 91U);  // a stay may outlast the sequence
    }
  }
}

TEST(StartModelTest, TheLevelIsTakenWhereThereIsOne) {
  for (const HsmmState& state : StartModel({.states = 2}, Rail(Bursts()), 0, 1).states)
    EXPECT_FALSE(state.takes_level);
}

// The stationary law stays that of the labelled readings.
TEST(StartModelTest, AutoregressiveStatesKeepTheirSpread) {
  const Hsmm plain = StartModel({.states = 2}, Rail(Bursts()), 0, 1),
             ar = StartModel({.states = 2, .autoregressive = true}, Rail(Bursts()), 0, 1);
  for (std::size_t j = 0; j < 2; ++j) {
    EXPECT_EQ(ar.states[j].phi, 0.5);
    EXPECT_NEAR(ar.states[j].sd_w * StationaryWidening(ar.states[j]), plain.states[j].sd_w, 1e-12);
    EXPECT_EQ(plain.states[j].phi, 0);
  }
  EXPECT_FALSE(plain.first_reading.has_value());
}

TEST(StartModelTest, TheFirstReadingHasTheMedianOfTheFirstReadings) {
  std::vector<std::vector<double>> sequences = {{10, 1, 2},
                                                {12, 1, 2},
                                                {14, 3, 1},
                                                {400, 1, 2},
                                                {std::numeric_limits<double>::quiet_NaN(), 2, 1}};
  const Hsmm model = StartModel({.states = 1, .autoregressive = true}, Rail(sequences), 0, 1);
  ASSERT_TRUE(model.first_reading.has_value());
  EXPECT_NEAR(model.first_reading->mean_w, 13, 1e-12);
  EXPECT_NEAR(model.first_reading->sd_w, 1.4826 * 2, 1e-12);  // deviations 1, 1, 3, 387
}

TEST(StartModelTest, InnovationsAreOfTheirKind) {
  for (const HsmmState& state :
       StartModel({.states = 2, .innovation = Innovation::kStudentT}, Rail(Bursts()), 0, 1).states)
    EXPECT_EQ(state.student_dof, 5);
  const Hsmm plain = StartModel({.states = 2}, Rail(Bursts()), 0, 1),
             mixed = StartModel({.states = 2, .innovation = Innovation::kMixture}, Rail(Bursts()),
                                0, 1);
  EXPECT_NO_THROW(Validate(mixed));
  for (std::size_t j = 0; j < 2; ++j) {
    ASSERT_EQ(mixed.states[j].mixture.size(), 2U);
    EXPECT_NE(mixed.states[j].mixture[0].sd_w, mixed.states[j].mixture[1].sd_w);
    EXPECT_TRUE(plain.states[j].mixture.empty());
  }
}

// A recording that nothing triggered may begin in any state, and its first reading is one like the
// others.
TEST(StartModelTest, AStretchOfARecordingStartsMidStay) {
  RailSequences data = Rail(Bursts());
  data.mid_stay = true;
  const Hsmm model = StartModel({.states = 3, .autoregressive = true}, data, 0, 1);
  EXPECT_TRUE(model.starts_mid_stay);
  EXPECT_FALSE(model.first_reading.has_value());
  EXPECT_NEAR(model.initial(0), 1.0 / 3, 1e-12);
  EXPECT_FALSE(StartModel({.states = 3}, Rail(Bursts()), 0, 1).starts_mid_stay);
}

}  // namespace
}  // namespace edgesim
