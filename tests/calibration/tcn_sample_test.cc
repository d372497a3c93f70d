// Free-running paths: the streaming network is the network, paths follow their keys.
#include "calibration/tcn_sample.h"

#include <gtest/gtest.h>

#include <cmath>

#include "calibration/mixture_density.h"

namespace edgesim {
namespace {

using Eigen::Index;

TcnModel Model() {
  TcnModel model{.channels = 4, .blocks = 3, .kernel = 3, .components = 2};
  model.mean_w = 10;
  model.scale_w = 4;
  model.first_w = {8, 9};
  model.first_sd_w = 0.1;
  model.lowest_w = -1000;
  model.highest_w = 1000;
  WordStream words(1, 0, 0);
  model.weights = Eigen::VectorXf::NullaryExpr(TcnLayout(model.Shape()).parameters, [&] {
    return 0.2F * static_cast<float>(StandardNormal(words));
  });
  return model;
}

// Each path is drawn again, the slow way: the whole past through the network at every step.
TEST(TcnSample, MatchesTheNetworkRunOnTheWholePast) {
  const TcnModel model = Model();
  constexpr int kSteps = 40;  // beyond the receptive field of 29
  const Noise noise{.seed = 5};
  const Eigen::MatrixXf paths = SampleTcn(model, kSteps, 3, noise);
  TcnNetwork<float> network(model.Shape());
  for (Index i = 0; i < 3; ++i) {
    WordStream words =
        noise.Of(static_cast<std::uint32_t>(i)).Words(StreamOfRail(0, RailStream::kEmission));
    std::vector<double> path = {model.first_w[UniformIndex(words, 2)]};
    path[0] += model.first_sd_w * StandardNormal(words);
    EXPECT_NEAR(paths(i, 0), path[0], 1e-4);
    for (Index t = 1; t < kSteps; ++t) {
      Eigen::MatrixXf inputs(kTcnInputs, t);
      for (Index s = 0; s < t; ++s) {
        inputs(0, s) = static_cast<float>((path[static_cast<std::size_t>(s)] - 10) / 4);
        inputs(1, s) = static_cast<float>(TcnElapsed(s + 1));
      }
      const Eigen::MatrixXf& outputs = network.Forward(model.weights, inputs, 1);
      path.push_back(10 + 4 * DrawFromMixture(outputs.col(t - 1).data(), 2,
                                              static_cast<float>(model.FloorSd()), words));
      ASSERT_NEAR(paths(i, t), path.back(), 1e-2) << i << " " << t;
    }
  }
}

TEST(TcnSample, APathDependsOnItsKeyAlone) {
  const TcnModel model = Model();
  const Eigen::MatrixXf few = SampleTcn(model, 20, 5, {.seed = 5});
  const Eigen::MatrixXf many = SampleTcn(model, 20, 300, {.seed = 5});
  EXPECT_TRUE(few.isApprox(many.topRows(5), 1e-4F));
  EXPECT_EQ(few, SampleTcn(model, 20, 5, {.seed = 5}));
  EXPECT_FALSE(few.isApprox(SampleTcn(model, 20, 5, {.seed = 6}), 1e-2F));
  EXPECT_FALSE(many.row(0).isApprox(many.row(256), 1e-2F));
}

TEST(TcnSample, StaysWithinTheModelsRange) {
  TcnModel model = Model();
  model.lowest_w = 9.5;
  model.highest_w = 10.5;
  const Eigen::MatrixXf paths = SampleTcn(model, 20, 50, {.seed = 5});
  EXPECT_EQ(paths.rightCols(19).minCoeff(), 9.5F);
  EXPECT_EQ(paths.rightCols(19).maxCoeff(), 10.5F);
}

TEST(TcnSample, NoStepsAndNoDrawsAreEmpty) {
  EXPECT_EQ(SampleTcn(Model(), 0, 3, {}).cols(), 0);
  EXPECT_EQ(SampleTcn(Model(), 5, 0, {}).rows(), 0);
}

}  // namespace
}  // namespace edgesim
