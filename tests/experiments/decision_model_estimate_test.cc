// Tests for experiments/decision_model_estimate.cc.
#include "experiments/decision_model_estimate.h"

#include <gtest/gtest.h>

#include <numeric>

#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

TEST(DecisionModelEstimate, PmfsSumToOneAndKeepTheMean) {
  const auto built = BuildSmall({"optimum.draws=2000"});
  const DecisionModel model = EstimateDecisionModel(*built);
  EXPECT_EQ(model.classes(), 6U);
  EXPECT_EQ(model.actions(), 6U);
  EXPECT_NEAR(std::accumulate(model.class_probability.begin(), model.class_probability.end(), 0.0),
              1, 1e-12);
  for (const auto& row : model.outlook) {
    for (const ActionOutlook& o : row) {
      double sum = 0, mean = 0, low_sum = 0, low_mean = 0;
      for (std::size_t k = 0; k < o.energy_pmf.size(); ++k) {
        sum += o.energy_pmf[k];
        mean += o.energy_pmf[k] * static_cast<double>(k) * model.energy_step.value();
      }
      for (std::size_t k = 0; k < o.energy_pmf_low.size(); ++k) {
        low_sum += o.energy_pmf_low[k];
        low_mean +=
            o.energy_pmf_low[k] * static_cast<double>(k) * model.energy_step.value() / kBoundSteps;
      }
      EXPECT_NEAR(sum, 1, 1e-9);
      EXPECT_NEAR(mean, o.mean_energy_j, 1e-6 * o.mean_energy_j);
      EXPECT_NEAR(low_sum, 1, 1e-9);
      EXPECT_LT(low_mean, o.mean_energy_j);
      EXPECT_GT(low_mean, o.mean_energy_j - model.energy_step.value() / kBoundSteps -
                              4 * o.sd_energy_j / std::sqrt(2000.0));
    }
  }
}

// Every answer of the table is one measured answer, so the mean score of a class is known exactly.
TEST(DecisionModelEstimate, ScoresAgreeWithTheTable) {
  const auto built = BuildSmall({"optimum.draws=4000"});
  const DecisionModel model = EstimateDecisionModel(*built);
  for (std::uint32_t c = 0; c < model.classes(); ++c) {
    for (ActionId a = 0; a < model.actions(); ++a) {
      double sum = 0, n = 0;
      for (std::uint32_t q = 0; q < built->questions.questions.size(); ++q) {
        if (built->questions.questions[q].class_id != c) continue;
        sum += built->answer_table->Answers(q, a)[0].score;
        ++n;
      }
      const ActionOutlook& o = model.outlook[c][a];
      EXPECT_NEAR(o.mean_score, sum / n, 4.5 * o.mean_score_se + 1e-9) << c << " " << a;
    }
  }
}

TEST(DecisionModelEstimate, ExceedanceFollowsTheCapAndItsScope) {
  const auto model_with = [](std::vector<std::string> cap) {
    return EstimateDecisionModel(*BuildSmall(std::move(cap)));
  };
  EXPECT_EQ(model_with({}).outlook[0][0].exceedance, 0);
  const DecisionModel all = model_with({"power_cap.limit_w=120"});
  EXPECT_GT(all.outlook[0][0].exceedance, 0.99);
  const DecisionModel cpu = model_with({"power_cap.limit_w=120", "power_cap.scope=[cpu]"});
  EXPECT_EQ(cpu.outlook[0][0].exceedance, 0);
  EXPECT_GT(cpu.outlook[0][0].exceedance_upper95, 0);
  // A mean over five seconds is lower than the peak within them.
  const double instant = model_with({"power_cap.limit_w=145"}).outlook[0][0].exceedance;
  const DecisionModel window = model_with({"power_cap.limit_w=145", "power_cap.window_s=5"});
  EXPECT_GT(instant, 0.9);
  EXPECT_LT(window.outlook[0][0].exceedance, 0.1);
}

}  // namespace
}  // namespace edgesim
