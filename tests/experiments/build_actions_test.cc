// Tests for experiments/build_actions.cc: remotes, cascades, rejection and deferral, with what they
// cost by hand.
#include "experiments/build_actions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "experiments/summary.h"
#include "sim/input_error.h"
#include "tests/experiments/preset_experiment.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

// Two actions without spread: small succeeds (score 5 or more) on easy requests alone.
std::string Text(const std::string& more) {
  return R"(name: x
replicas: 20
episodes: {train: 1, eval: 100}
device:
  synthetic:
    actions:
      - {name: small, energy_j: 2, score: [8, 3]}
      - {name: large, energy_j: 10, score: 9}
workload: {requests: 20, classes: [easy, hard]}
energy_budget: {limit_j: 10000}
success_score: 5
optimum: {draws: 100}
policies: [random]
)" + more;  // from line 14 on
}

RunSummary RunText(const std::string& more, const std::vector<std::string>& overrides = {}) {
  const auto built = Build(ParseExperiment(Text(more), "x.yaml", overrides));
  return Summarise(*built, RunExperiment(*built, {.threads = 2}));
}

const PolicySummary& Find(const RunSummary& summary, const std::string& name) {
  const auto at = std::find_if(summary.policies.begin(), summary.policies.end(),
                               [&](const auto& p) { return p.name == name; });
  if (at == summary.policies.end()) throw std::out_of_range(name);
  return *at;
}

// Within five standard errors; the interval is 2.09 of them wide to either side.
void ExpectNear(const Estimate& estimate, double value) {
  const double se = (estimate.ci95->high - estimate.ci95->low) / 2 / 2.09;
  EXPECT_NEAR(estimate.mean, value, 5 * se + 1e-9);
}

void ExpectRefused(const std::string& more, const std::string& message,
                   const std::vector<std::string>& overrides = {}) {
  EXPECT_THAT([&] { Build(ParseExperiment(Text(more), "x.yaml", overrides)); },
              ThrowsMessage<InputError>(HasSubstr(message)));
}

constexpr char kCascade[] =
    "cascades: [{name: both, small: small, large: large, accept_success: 0.9, accept_failure: 0.2, "
    "verify_s: 1, verify_w: 3}]\n";

// Easy: 2 + 3 + 0.1 x 10 = 6 J, always a success, score 0.9 x 8 + 0.1 x 9 = 8.1. Hard: 2 + 3 + 0.8
// x 10 = 13 J, a success where the large one ran, score 0.2 x 3 + 0.8 x 9 = 7.8. Per success 9.5 /
// 0.9 J.
TEST(BuildActions, ACascadeCostsWhatItsPartsAndItsVerifierDo) {
  const RunSummary summary = RunText(kCascade);
  const PolicySummary& both = Find(summary, "always-both");
  ExpectNear(both.energy_j, 20 * 9.5);
  ExpectNear(both.reward, 20 * 0.795);
  ExpectNear(*both.succeeded, 20 * 0.9);
  ExpectNear(*both.energy_per_success_j, 9.5 / 0.9);
  // At 10 W: 0.2 s, 1 s to verify, 1 s more for a share of 0.45.
  ExpectNear(*both.latency_s, 0.2 + 1 + 0.45);
  EXPECT_NEAR(Find(summary, "always-large").energy_per_success_j->mean, 10, 1e-9);
  ExpectNear(*Find(summary, "always-small").succeeded, 10);
}

// A verifier that never errs: energy per success of 2 + 10 x 1/2, for one success per request.
TEST(BuildActions, APerfectVerifierAcceptsSuccessesAlone) {
  const RunSummary summary = RunText("cascades: [{name: both, small: small, large: large}]\n");
  ExpectNear(*Find(summary, "always-both").energy_per_success_j, 7);
  EXPECT_EQ(Find(summary, "always-both").succeeded->mean, 20);
}

TEST(BuildActions, EveryKeyOfACascadeCounts) {
  std::set<double> energies;
  energies.insert(Find(RunText(kCascade), "always-both").energy_j.mean);
  for (const char* change :
       {"cascades.both.accept_success=0.5", "cascades.both.accept_failure=0.6",
        "cascades.both.verify_s=2", "cascades.both.verify_w=1", "cascades.both.small=large",
        "cascades.both.large=small", "success_score=8.5"}) {
    EXPECT_TRUE(
        energies.insert(Find(RunText(kCascade, {change}), "always-both").energy_j.mean).second)
        << change;
  }
}

TEST(BuildActions, ARemoteIsAnActionWithItsOwnLaw) {
  const RunSummary summary =
      RunText("remotes: [{name: cloud, energy_j: 1, power_w: 2, score: 9.5}]\n");
  const PolicySummary& cloud = Find(summary, "always-cloud");
  EXPECT_NEAR(cloud.energy_j.mean, 20, 1e-6);
  EXPECT_NEAR(cloud.reward.mean, 19, 1e-6);
  EXPECT_NEAR(cloud.latency_s->mean, 0.5, 1e-6);
}

TEST(BuildActions, ACascadeMayEndAtARemote) {
  const RunSummary summary = RunText(
      "remotes: [{name: cloud, energy_j: 1, score: 9.5}]\n"
      "cascades: [{name: both, small: small, large: cloud}]\n");
  ExpectNear(Find(summary, "always-both").energy_j, 20 * 2.5);
}

TEST(BuildActions, RejectingServesNothingAndCostsNothing) {
  const RunSummary summary = RunText("reject: true\n");
  const PolicySummary& never = Find(summary, "always-reject");
  EXPECT_EQ(never.reward.mean, 0);
  EXPECT_EQ(never.energy_j.mean, 0);
  EXPECT_EQ(never.requests_rejected->mean, 20);
  EXPECT_EQ(never.requests_served.mean, 0);
  EXPECT_FALSE(never.energy_per_success_j);
  EXPECT_EQ(Find(summary, "always-small").requests_rejected->mean, 0);
  EXPECT_GT(Find(summary, "random").requests_rejected->mean, 0);
}

TEST(BuildActions, WhatIsDeferredForEverIsRejectedAtTheEnd) {
  const RunSummary summary = RunText(
      "defer: true\n", {"workload.arrivals.kind=poisson", "workload.arrivals.rate_per_s=1"});
  EXPECT_EQ(Find(summary, "always-defer").requests_rejected->mean, 20);
  EXPECT_EQ(Find(summary, "always-small").requests_served.mean, 20);
  // A deferral costs waiting: half of random choices among two and a deferral are slower.
  EXPECT_GT(Find(summary, "random").latency_s->mean,
            Find(summary, "always-large").latency_s->mean / 2);
}

TEST(BuildActions, RefusesNamesThatAreTakenOrUnknown) {
  ExpectRefused("remotes: [{name: small, energy_j: 1, score: 9}]\n",
                "x.yaml:14:18: the name 'small' is taken by another action");
  ExpectRefused("remotes: [{name: reject, energy_j: 1, score: 9}]\n",
                "the name 'reject' is taken by another action");
  ExpectRefused("cascades: [{name: large, small: small, large: large}]\n",
                "x.yaml:14:19: the name 'large' is taken by another action");
  ExpectRefused("cascades: [{name: both, small: smal, large: large}]\n",
                "x.yaml:14:32: there is no action 'smal' to be part of a cascade; did you mean "
                "'small'?");
  ExpectRefused("remotes: [{name: cloud, energy_j: [1, 2, 3], score: 9}]\n",
                "'energy_j' has 3 numbers for 2 classes; give one for all, or one each");
}

TEST(BuildActions, ACascadeNeedsToKnowWhatASuccessIs) {
  std::string text = Text("cascades: [{name: both, small: small, large: large}]\n");
  text.replace(text.find("success_score: 5"), 16, "seed: 3");
  EXPECT_THAT(
      [&] { Build(ParseExperiment(text, "x.yaml", {})); },
      ThrowsMessage<InputError>(HasSubstr(
          "x.yaml:14:12: a cascade needs 'success_score', the least score of an answer that "
          "is good enough")));
}

}  // namespace
}  // namespace edgesim
