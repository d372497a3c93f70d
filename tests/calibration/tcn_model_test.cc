// Scores of readings: hand-made models, causality, missing readings.
#include "calibration/tcn_model.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "calibration/mixture_density.h"
#include "sim/rng.h"

namespace edgesim {
namespace {

using Eigen::Index;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TcnModel RandomModel() {
  TcnModel model{.channels = 4, .blocks = 2, .kernel = 3, .components = 2};
  model.mean_w = 10;
  model.scale_w = 4;
  model.first_w = {8, 12};
  model.first_sd_w = 0.5;
  WordStream words(1, 0, 0);
  model.weights = Eigen::VectorXf::NullaryExpr(TcnLayout(model.Shape()).parameters, [&] {
    return 0.3F * static_cast<float>(StandardNormal(words));
  });
  return model;
}

const std::vector<double> kTrace = {8.2, 9, 11, 12, 12.5, 12.1, 12.4, 11.9, 12.2, 12};

TEST(TcnModel, WithoutWeightsScoresAreThoseOfOneGaussian) {
  TcnModel model = RandomModel();
  model.weights.setZero();  // both components: mean 0, sd floor + 1, in units of 4 W
  const Eigen::VectorXd scores = LogScores(model, kTrace);
  const double sd = 4 * (0.05 / 4 + 1);
  for (std::size_t t = 1; t < kTrace.size(); ++t) {
    const double z = (kTrace[t] - 10) / sd;
    EXPECT_NEAR(scores(static_cast<Index>(t)),
                -0.5 * z * z - std::log(sd * std::sqrt(2 * std::numbers::pi)), 1e-6);
  }
  // First: half a Gaussian around 8, the one around 12 is 7.6 sd away.
  EXPECT_NEAR(scores(0), std::log(0.5 / (0.5 * std::sqrt(2 * std::numbers::pi))) - 0.08, 1e-9);
  EXPECT_EQ(model.ParameterCount(), 4 * 7 + 4 * 13 + 4 * 3 + 2 * 4 * 13 + 6 * 5);
}

TEST(TcnModel, AReadingDoesNotTouchTheScoresBefore) {
  const TcnModel model = RandomModel();
  const Eigen::VectorXd before = LogScores(model, kTrace);
  std::vector<double> changed = kTrace;
  changed[5] += 1;
  const Eigen::VectorXd after = LogScores(model, changed);
  EXPECT_EQ(before.head(5), after.head(5));
  EXPECT_NE(before(5), after(5));
  EXPECT_NE(before(6), after(6));
}

TEST(TcnModel, MissingReadingsScoreNothingAndCountAsTheReadingBefore) {
  const TcnModel model = RandomModel();
  std::vector<double> held = kTrace, missing = kTrace;
  held[4] = held[3];
  missing[4] = kNan;
  const Eigen::VectorXd with = LogScores(model, held), without = LogScores(model, missing);
  EXPECT_EQ(without(4), 0);
  EXPECT_NE(with(4), 0);
  for (const Index t : {0, 3, 5, 6, 9}) EXPECT_EQ(with(t), without(t)) << t;
  // At the start the mean of the first reading's law, 10 W, stands in.
  missing = held = kTrace;
  missing[0] = kNan;
  held[0] = 10;
  EXPECT_EQ(LogScores(model, missing)(0), 0);
  EXPECT_EQ(LogScores(model, missing).tail(9), LogScores(model, held).tail(9));
}

TEST(TcnModel, AnEmptyTraceHasNoScores) {
  EXPECT_EQ(LogScores(RandomModel(), {}).size(), 0);
  EXPECT_EQ(LogScores(RandomModel(), std::vector<double>{8}).size(), 1);
}

}  // namespace
}  // namespace edgesim
