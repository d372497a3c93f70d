// Tests for experiments/power_course.cc: the course is the episode's, to the last joule.
#include "experiments/power_course.h"

#include <gtest/gtest.h>

#include <map>

#include "experiments/replica_run.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

struct Episodes {
  std::uint64_t idle = 0, requests = 0, cut = 0;
  std::map<EndReason, int> ends;
};

// Runs ten episodes of an untrained policy and holds each against the same one without a tap.
Episodes CheckCourses(const std::vector<std::string>& overrides, const std::string& policy) {
  const auto built = BuildSmall(overrides);
  const auto lineup = MakeLineup(*built);
  const Contestant& contestant = *lineup->Find(policy);
  Episodes seen;
  for (std::uint32_t episode = 0; episode < 10; ++episode) {
    const auto plain = contestant.make(0), tapped = contestant.make(0);
    const EpisodeRecord record =
        RunEpisode(built->world, *plain, policy, EpisodeNoise(*built, 1, episode, Phase::kEval));
    const PowerCourse course = RecordCourse(*built, contestant, *tapped, 1, episode);
    EXPECT_EQ(course.record.energy, record.energy);
    EXPECT_EQ(course.record.reward, record.reward);
    EXPECT_EQ(course.record.end_time, record.end_time);
    EXPECT_EQ(course.rails, built->world.device->Info().rails);

    SimTime now{};
    std::map<std::uint32_t, Joules> energy;
    std::map<std::uint32_t, Watts> peak;
    for (const PowerStretch& stretch : course.stretches) {
      EXPECT_EQ(stretch.start, now);
      EXPECT_GT(stretch.length, Duration(0));
      now += stretch.length;
      if (!stretch.request) {
        EXPECT_EQ(stretch.rail_w, built->world.device->Info().idle_w);
        ++seen.idle;
        continue;
      }
      energy[*stretch.request] += TotalOf(stretch) * stretch.length;
      peak[*stretch.request] = std::max(peak[*stretch.request], TotalOf(stretch));
    }
    EXPECT_EQ(now, record.end_time);
    const bool exhausted = record.end_reason == EndReason::kEnergyExhausted;
    ++seen.ends[record.end_reason];
    for (const RequestRow& row : record.rows) {
      ++seen.requests;
      seen.cut += !row.completed && !row.rejected;
      if (row.completed || !exhausted) {
        EXPECT_EQ(energy[row.request.index], row.energy);
      } else {  // power times the nanosecond in which the budget ran out
        EXPECT_NEAR(energy[row.request.index].value(), row.energy.value(), 1e-6);
      }
      EXPECT_EQ(peak[row.request.index], row.peak);
    }
    if (exhausted) {
      EXPECT_NEAR(EnergyOf(course).value(), record.energy.value(), 1e-6);
    } else if (built->world.workload->ClosedLoop()) {
      EXPECT_EQ(EnergyOf(course), record.energy);
    } else {  // the episode meters an idle time in pieces
      EXPECT_NEAR(EnergyOf(course) / record.energy, 1, 1e-12);
    }
  }
  return seen;
}

TEST(PowerCourse, IntegratesToTheRecordsEnergy) {
  const Episodes seen = CheckCourses({}, "always-qwen3-4b-q8_0");
  EXPECT_GT(seen.cut, 0U);
  EXPECT_EQ(seen.ends.at(EndReason::kEnergyExhausted), 10);
  const Episodes done = CheckCourses({"energy_budget.limit_j=60000"}, "random");
  EXPECT_EQ(done.cut, 0U);
  EXPECT_EQ(done.requests, 200U);
  EXPECT_EQ(done.idle, 0U);
}

TEST(PowerCourse, IdleTimeIsPartOfIt) {
  const std::vector<std::string> idle = {
      "device.idle=assumed", "workload.arrivals={kind: poisson, rate_per_s: 0.03}",
      "energy_budget.limit_j=40000", "policies=[random, pacing]"};
  EXPECT_GT(CheckCourses(idle, "random").idle, 20U);
  std::vector<std::string> horizon = idle;
  horizon[1] = "workload.arrivals={kind: poisson, rate_per_s: 0.1}";
  horizon.push_back("workload.horizon_s=100");
  const Episodes cut = CheckCourses(horizon, "random");
  EXPECT_EQ(cut.ends.at(EndReason::kHorizon), 10);
  EXPECT_GT(cut.cut, 0U);
}

TEST(PowerCourse, EndsWhereACapEndsTheEpisode) {
  const Episodes seen =
      CheckCourses({"power_cap={limit_w: 105, mode: terminate}", "policies=[random]"}, "random");
  EXPECT_GT(seen.ends.at(EndReason::kCapExceeded), 0);
}

TEST(PowerCourse, RejectedAndDeferredRequestsDrawNothing) {
  const Episodes seen = CheckCourses({"reject=true", "defer=true", "policies=[random]",
                                      "workload.arrivals={kind: poisson, rate_per_s: 0.1}"},
                                     "random");
  EXPECT_LT(seen.idle, seen.requests);
}

TEST(PowerCourse, LearnsInPhaseTrain) {
  const auto built = BuildSmall({"policies=[q-learning]"});
  const auto lineup = MakeLineup(*built);
  const Contestant& contestant = *lineup->Find("q-learning");
  const auto policy = contestant.make(0), other = contestant.make(0);
  const PolicyState before = policy->Save();
  RecordCourse(*built, contestant, *policy, 0, 0);
  EXPECT_EQ(policy->Save(), before);
  const PowerCourse course = RecordCourse(*built, contestant, *policy, 0, 0, Phase::kTrain);
  EXPECT_NE(policy->Save(), before);
  RunEpisode(built->world, *other, contestant.name, EpisodeNoise(*built, 0, 0, Phase::kTrain));
  EXPECT_EQ(policy->Save(), other->Save());
  EXPECT_GT(course.stretches.size(), course.record.rows.size());
}

}  // namespace
}  // namespace edgesim
