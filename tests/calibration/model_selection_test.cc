// Tests of calibration/model_selection.h: structures that data of known structure ask for.
#include "calibration/model_selection.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "sim/input_error.h"
#include "tests/support/toy_power.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

SelectionOptions Options() {
  SelectionOptions options;
  options.draws = 100;
  options.control.restarts = 2;
  return options;
}

TEST(ScoreCandidates, TheTrueNumberOfStatesScoresBetterThanOne) {
  const RailSequences data = DrawSequences(LowAndHigh(), 9, 60, 11);
  const std::vector<CandidateScore> scores =
      ScoreCandidates({data}, {{.states = 1}, {.states = 2}}, Options());
  ASSERT_EQ(scores.size(), 2U);
  EXPECT_EQ(scores[0].spec.states, 1);
  EXPECT_GT(scores[0].peak_crps_w, 2 * scores[1].peak_crps_w);
  EXPECT_GT(scores[0].step_crps_w, 2 * scores[1].step_crps_w);
  EXPECT_GT(scores[0].score, scores[1].score + 3 * scores[0].standard_error);
  EXPECT_NEAR(scores[0].score + scores[1].score, 2, 1e-12);
  EXPECT_GT(scores[0].standard_error, 0);
  EXPECT_EQ(scores[1].standard_error, 0);  // the best against itself
  EXPECT_LT(scores[0].log_score, scores[1].log_score - 1);
  EXPECT_GT(scores[0].bic, scores[1].bic);
  EXPECT_LT(scores[0].parameters, scores[1].parameters);
}

// White noise is one state; a change between two levels is two. More states than needed cost.
TEST(SelectModel, TakesTheSimplestThatPredictsAsWell) {
  const Hsmm steady{.interval_s = 0.1,
                    .states = {{.name = "s", .mean_w = 50, .sd_w = 2, .duration = {}}},
                    .initial = Eigen::VectorXd::Ones(1),
                    .transition = Eigen::MatrixXd::Zero(1, 1)};
  const ModelSpec flat = SelectModel({DrawSequences(steady, 16, 40, 1)}, Options());
  EXPECT_EQ(flat.topology, Topology::kFree);
  EXPECT_EQ(flat.states, 1);
  EXPECT_FALSE(flat.level);

  std::vector<CandidateScore> scored;
  const ModelSpec two = SelectModel({DrawSequences(LowAndHigh(), 16, 60, 2)}, Options(), &scored);
  EXPECT_EQ(two.topology, Topology::kFree);
  EXPECT_EQ(two.states, 2);
  EXPECT_FALSE(two.autoregressive);
  EXPECT_GE(scored.size(), 7U + 6 + 6 + 2);
}

TEST(SelectModel, ALevelPerRequestIsFound) {
  Hsmm steady{.interval_s = 0.1,
              .states = {{.name = "s", .mean_w = 50, .sd_w = 1, .duration = {}}},
              .initial = Eigen::VectorXd::Ones(1),
              .transition = Eigen::MatrixXd::Zero(1, 1)};
  RailSequences data = DrawSequences(steady, 12, 60, 3);
  for (std::size_t i = 0; i < data.watts.size(); ++i)
    for (double& w : data.watts[i]) w += 3 * std::cos(2.4 * static_cast<double>(i));
  const auto scores =
      ScoreCandidates({data}, {{.states = 1}, {.states = 1, .level = true}}, Options());
  EXPECT_LT(scores[1].window_crps_w, scores[0].window_crps_w);
}

TEST(SelectModel, ARecordingIsCutInHalves) {
  const ModelSpec spec = SelectModel({DrawSequences(LowAndHigh(true), 1, 400, 4)}, Options());
  EXPECT_EQ(spec.topology, Topology::kFree);
  EXPECT_EQ(spec.states, 2);
}

TEST(SelectModel, TooLittleDataIsRefused) {
  EXPECT_THAT([] { SelectModel({DrawSequences(LowAndHigh(), 1, 60, 2)}, Options()); },
              ThrowsMessage<InputError>(HasSubstr("at least two requests")));
  EXPECT_THAT([] { SelectModel({DrawSequences(LowAndHigh(), 4, 4, 2)}, Options()); },
              ThrowsMessage<InputError>(HasSubstr("at least five readings")));
}

}  // namespace
}  // namespace edgesim
