// The shipped shield experiment over a million requests.
#include <gtest/gtest.h>

#include <cmath>

#include "experiments/summary.h"
#include "policies/baselines.h"
#include "policies/shield.h"
#include "tests/experiments/preset_experiment.h"

namespace edgesim {
namespace {

struct Rates {
  double requests = 0;  // all, served or not
  double served = 0, exceeded = 0;
  double Rate() const { return exceeded / served; }
};

Rates Measure(const RunResult& result, const std::string& name, std::uint32_t requests) {
  Rates rates;
  for (const PolicyRun& run : result.policies) {
    if (run.name != name) continue;
    for (const Replica& replica : run.replicas) {
      for (const EvalRow& row : replica.eval) {
        rates.requests += requests;
        rates.served += row.served;
        rates.exceeded += row.exceeded;
      }
    }
  }
  return rates;
}

// What a shield lets random choices exceed, by the decision model: mean and variance of the
// estimate.
struct Predicted {
  double rate = 0, variance = 0;
};

Predicted PredictRandom(const DecisionModel& model, double epsilon) {
  const Shield shield(std::make_unique<Always>(0), {.epsilon = epsilon}, model);
  const auto draws = static_cast<double>(model.draws), actions = double(model.actions());
  Predicted predicted;
  for (std::uint32_t c = 0; c < model.classes(); ++c) {
    std::vector<double> share(model.actions());
    for (ActionId a = 0; a < model.actions(); ++a)
      share[shield.Masked(c, a) ? shield.StandIn(c) : a] += 1 / actions;
    for (ActionId a = 0; a < model.actions(); ++a) {
      const double weight = model.class_probability[c] * share[a],
                   p = model.outlook[c][a].exceedance;
      predicted.rate += weight * p;
      predicted.variance += weight * weight * p * (1 - p) / draws;
    }
  }
  return predicted;
}

TEST(SlowShield, BoundsViolationsOverAMillionRequests) {
  for (const char* limit : {"120", "105"}) {
    SCOPED_TRACE(limit);
    const auto built =
        BuildPreset("six_actions_shield", {std::string("power_cap.limit_w=") + limit});
    const std::uint32_t requests = built->config.workload.requests;
    const double epsilon = 0.05;
    const RunResult result = RunExperiment(*built, {.threads = 2});
    const Rates open = Measure(result, "random", requests);
    ASSERT_EQ(open.requests, 1'000'000);
    const Predicted predicted = PredictRandom(result.model, epsilon);
    for (const char* name : {"random-shielded", "q-learning-shielded"}) {
      const Rates shielded = Measure(result, name, requests);
      EXPECT_LE(shielded.Rate(), epsilon) << name;
      EXPECT_GE(open.Rate(), 10 * shielded.Rate()) << name;
    }
    const Rates shielded = Measure(result, "random-shielded", requests);
    const double sd =
        std::sqrt(predicted.variance + predicted.rate * (1 - predicted.rate) / shielded.served);
    EXPECT_NEAR(shielded.Rate(), predicted.rate, 1.96 * sd);
    if (std::string(limit) == "120") {
      EXPECT_GE(shielded.served, 0.95 * shielded.requests);
    }
  }
}

}  // namespace
}  // namespace edgesim
