// Tests for experiments/summary.cc on a hand-made result.
#include "experiments/summary.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

// `replicas` equal replicas of one episode each.
PolicyRun HandMade(const std::string& name, std::size_t replicas, const EvalRow& row) {
  PolicyRun run{.name = name, .learns = false, .constant = {}, .replicas = {}};
  for (std::size_t r = 0; r < replicas; ++r)
    run.replicas.push_back({.eval = {row, row}, .curve = {}, .draws_clamped = 1});
  return run;
}

class SummaryTest : public testing::Test {
 protected:
  std::unique_ptr<BuiltExperiment> built_ = BuildSmall({"power_cap.limit_w=110"});

  RunResult Result(std::size_t replicas) const {
    RunResult result;
    result.optimum = {.none_because = "", .policy = "best", .computed = 3};
    result.policies.push_back(HandMade("always-x", replicas,
                                       {.reward = 1,
                                        .energy_j = 80,
                                        .budget_used = 0.5,
                                        .completed_energy_j = 60,
                                        .completed_latency_s = 9,
                                        .served = 3,
                                        .cut = 1,
                                        .exceeded = 3,
                                        .any_exceeded = true}));
    result.policies[0].constant = 0;
    result.policies.push_back(
        HandMade("best", replicas, {.reward = 3, .energy_j = 100, .budget_used = 1}));
    return result;
  }
};

TEST_F(SummaryTest, RatiosAreOverCompletedRequests) {
  const RunSummary summary = Summarise(*built_, Result(10));
  ASSERT_EQ(summary.policies.size(), 2U);
  EXPECT_EQ(summary.policies[0].name, "best");  // by falling reward
  const PolicySummary& x = summary.policies[1];
  EXPECT_DOUBLE_EQ(x.energy_per_request_j->mean, 20);
  EXPECT_DOUBLE_EQ(x.latency_s->mean, 3);
  EXPECT_DOUBLE_EQ(x.requests_cut.mean, 1);
  EXPECT_DOUBLE_EQ(x.cap_exceedance->mean, 1);
  EXPECT_DOUBLE_EQ(x.regret->mean, 2);
  EXPECT_EQ(summary.draws_clamped, 20U);
}

TEST_F(SummaryTest, IntervalsAreWilsonsForTheCapAndOverReplicasElsewhere) {
  const PolicySummary x = Summarise(*built_, Result(10)).policies[1];
  EXPECT_DOUBLE_EQ(x.reward.ci95->low, 1);  // equal replicas
  const Interval wilson = WilsonInterval(60, 60);
  EXPECT_DOUBLE_EQ(x.cap_exceedance->ci95->low, wilson.low);
  EXPECT_LT(x.cap_exceedance->ci95->low, 1);
  EXPECT_DOUBLE_EQ(x.cap_exceedance_episode->ci95->low, WilsonInterval(20, 20).low);
}

TEST_F(SummaryTest, FewReplicasGiveNoInterval) {
  EXPECT_FALSE(Summarise(*built_, Result(9)).policies[1].reward.ci95);
}

TEST_F(SummaryTest, UnknownIsNull) {
  const RunResult result = Result(10);
  const auto json = nlohmann::json::parse(SummaryJson(*built_, Summarise(*built_, result)));
  EXPECT_TRUE(json["policies"]["best"]["energy_per_request_j"].is_null());  // completed nothing
  EXPECT_TRUE(json["policies"]["best"]["latency_s"].is_null());
  EXPECT_EQ(json["policies"]["always-x"]["energy_per_request_j"]["mean"], 20);
  EXPECT_EQ(json["optimum"]["computed"], 3);
  EXPECT_EQ(json["optimum"]["simulated"]["mean"], 3);

  const auto uncapped = BuildSmall();
  const auto other = nlohmann::json::parse(SummaryJson(*uncapped, Summarise(*uncapped, result)));
  EXPECT_TRUE(other["policies"]["always-x"]["cap_exceedance"].is_null());
  EXPECT_NE(EvaluationCsv(*uncapped, result).find("always-x,0,0,1.000000,80.0000,0.500000,3,1,\n"),
            std::string::npos);
  EXPECT_NE(
      EvaluationCsv(*built_, result).find("always-x,0,0,1.000000,80.0000,0.500000,3,1,1.000000\n"),
      std::string::npos);
}

TEST_F(SummaryTest, NoOptimumIsNull) {
  RunResult result = Result(10);
  result.optimum = {.none_because = "a reason"};
  const auto json = nlohmann::json::parse(SummaryJson(*built_, Summarise(*built_, result)));
  EXPECT_TRUE(json["optimum"].is_null());
  EXPECT_TRUE(json["policies"]["always-x"]["regret"].is_null());
}

}  // namespace
}  // namespace edgesim
