// The network: gradients by differences, causality, receptive field, batching.
#include "calibration/tcn.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "sim/rng.h"

namespace edgesim {
namespace {

using Eigen::Index;

Eigen::MatrixXd Normals(Index rows, Index columns, std::uint64_t key) {
  WordStream words(key, 0, 0);
  return Eigen::MatrixXd::NullaryExpr(rows, columns, [&] { return StandardNormal(words); });
}

Eigen::VectorXd Weights(const TcnShape& shape, std::uint64_t key) {
  return 0.5 * Normals(TcnLayout(shape).parameters, 1, key);
}

TEST(Tcn, GradientOfEveryParameterMatchesDifferences) {
  const TcnShape shape{.inputs = 2, .channels = 3, .blocks = 2, .kernel = 3, .outputs = 4};
  constexpr Index kBatch = 3, kSteps = 20;
  const Eigen::MatrixXd inputs = Normals(2, kBatch * kSteps, 1);
  const Eigen::MatrixXd pull = Normals(4, kBatch * kSteps, 2);
  Eigen::VectorXd weights = Weights(shape, 3);
  // Biases that open the ReLUs often enough for every weight to matter: where one is shut at all
  // steps, its gradient is 0 and nothing is tested.
  for (const auto& block : TcnLayout(shape).blocks) {
    block.first.Bias(weights).array() += 1;
    block.second.Bias(weights).array() += 1;
  }
  TcnNetwork<double> network(shape);
  // Loss: sum of pull * outputs^2 / 2.
  const auto loss = [&] {
    return 0.5 * network.Forward(weights, inputs, kBatch).cwiseAbs2().cwiseProduct(pull).sum();
  };
  const Eigen::MatrixXd outputs = network.Forward(weights, inputs, kBatch);
  Eigen::VectorXd gradient;
  network.Backward(weights, outputs.cwiseProduct(pull), gradient);
  ASSERT_EQ(gradient.size(), 21 + 30 + 9 + 30 + 30 + 16);
  double worst = 0;
  for (Index i = 0; i < weights.size(); ++i) {
    constexpr double kStep = 1e-5;
    const double kept = weights(i);
    weights(i) = kept + kStep;
    const double up = loss();
    weights(i) = kept - kStep;
    const double slope = (up - loss()) / (2 * kStep);
    weights(i) = kept;
    worst = std::max(worst, std::abs(gradient(i) - slope) / std::max(0.01, std::abs(slope)));
  }
  EXPECT_LT(worst, 1e-6);
  EXPECT_GT(gradient.cwiseAbs().minCoeff(), 0) << "some weight plays no part";
}

TEST(Tcn, OutputsSeeTheReceptiveFieldAndNothingElse) {
  const TcnShape shape{.inputs = 2, .channels = 4, .blocks = 3, .kernel = 2, .outputs = 3};
  EXPECT_EQ(shape.ReceptiveField(), 15);
  constexpr Index kSteps = 40, kChanged = 12;
  // Weights and inputs above 0 keep every ReLU open, so that each path is seen.
  const Eigen::VectorXd weights = Weights(shape, 4).cwiseAbs();
  Eigen::MatrixXd inputs = Normals(2, kSteps, 5).cwiseAbs();
  TcnNetwork<double> network(shape);
  const Eigen::MatrixXd before = network.Forward(weights, inputs, 1);
  inputs(0, kChanged) += 1;
  const Eigen::MatrixXd after = network.Forward(weights, inputs, 1);
  for (Index t = 0; t < kSteps; ++t) {
    const bool sees = t >= kChanged && t < kChanged + shape.ReceptiveField();
    EXPECT_EQ(before.col(t) != after.col(t), sees) << t;
  }
}

TEST(Tcn, SequencesOfABatchDoNotMix) {
  const TcnShape shape{.inputs = 2, .channels = 4, .blocks = 2, .kernel = 3, .outputs = 3};
  const Eigen::VectorXd weights = Weights(shape, 6);
  const Eigen::MatrixXd one = Normals(2, 20, 7), other = Normals(2, 20, 8);
  Eigen::MatrixXd both(2, 40);
  for (Index t = 0; t < 20; ++t) {
    both.col(2 * t) = one.col(t);
    both.col(2 * t + 1) = other.col(t);
  }
  TcnNetwork<double> network(shape);
  const Eigen::MatrixXd together = network.Forward(weights, both, 2);
  const Eigen::MatrixXd alone = network.Forward(weights, other, 1);
  for (Index t = 0; t < 20; ++t) EXPECT_TRUE(together.col(2 * t + 1).isApprox(alone.col(t), 1e-12));
}

TEST(Tcn, RejectsShapesWithoutSense) {
  EXPECT_THROW(TcnLayout({.channels = 0}), std::invalid_argument);
  EXPECT_THROW(TcnLayout({.blocks = 21}), std::invalid_argument);
}

}  // namespace
}  // namespace edgesim
