// Tests of calibration/rail_fit.h: restarts, threads, and refitting.
#include "calibration/rail_fit.h"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "devices/hsmm_sampler.h"

namespace edgesim {
namespace {

constexpr double kInterval = 0.1;

// Three levels of which the middle one is rare: cuts by rank do not find it, random ones may.
RailSequences ThreeLevels(std::uint32_t sequences = 6, std::size_t length = 80) {
  const auto state = [](double mean_w, double sd_w, double mean_s) {
    return HsmmState{
        .name = "s",
        .mean_w = mean_w,
        .sd_w = sd_w,
        .duration = DurationLaw{
            .family = DurationFamily::kGamma, .mean_s = mean_s, .shape = 4, .table = {}}};
  };
  Hsmm model{.interval_s = kInterval,
             .states = {state(20, 1, 1), state(26, 1, 0.5), state(60, 3, 0.8)},
             .initial = Eigen::Vector3d(0.4, 0.3, 0.3),
             .transition = Eigen::Matrix3d{{0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}}};
  const HsmmSampler sampler(model);
  RailSequences data{.interval_s = kInterval, .watts = {}};
  for (std::uint32_t i = 0; i < sequences; ++i) {
    const Noise noise{.seed = 61, .entity = i};
    data.watts.emplace_back(length);
    sampler.Sample(0, noise.Words(Stream::kTie), noise.Words(Stream::kLevel), data.watts.back());
  }
  return data;
}

const ModelSpec kThree{.states = 3};

void ExpectSame(const HsmmFit& a, const HsmmFit& b) {
  EXPECT_EQ(a.log_likelihood, b.log_likelihood);
  EXPECT_EQ(a.iterations, b.iterations);
  EXPECT_EQ(a.level_w, b.level_w);
  EXPECT_EQ(a.model.initial, b.model.initial);
  EXPECT_EQ(a.model.transition, b.model.transition);
  ASSERT_EQ(a.model.states.size(), b.model.states.size());
  for (std::size_t j = 0; j < a.model.states.size(); ++j) {
    EXPECT_EQ(a.model.states[j].mean_w, b.model.states[j].mean_w);
    EXPECT_EQ(a.model.states[j].sd_w, b.model.states[j].sd_w);
    EXPECT_EQ(a.model.states[j].duration->mean_s, b.model.states[j].duration->mean_s);
  }
}

TEST(FitRail, ThreadsDoNotChangeTheResult) {
  const RailSequences data = ThreeLevels();
  const FitControl control{.restarts = 5, .seed = 3, .em = {}};
  ModelSpec spec = kThree;
  spec.level = true;
  const auto with_threads = [&](std::size_t n) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, n);
    return FitRail(spec, data, control);
  };
  const HsmmFit one = with_threads(1);
  ExpectSame(one, with_threads(2));
  ExpectSame(one, with_threads(4));
}

// The restarts are compared after 12 iterations, so that what is certain is the first one's value
// by then.
TEST(FitRail, RestartsAreNeverWorseThanTheFirstWhereTheyAreCompared) {
  for (std::uint32_t length : {40U, 80U}) {
    const RailSequences data = ThreeLevels(4, length);
    for (const std::uint64_t seed : {1U, 2U, 3U}) {
      FitControl alone{.restarts = 1, .seed = seed, .em = {}};
      alone.em.max_iterations = 12;
      const double first = FitRail(kThree, data, alone).log_likelihood;
      const HsmmFit best = FitRail(kThree, data, {.restarts = 6, .seed = seed, .em = {}});
      EXPECT_GE(best.log_likelihood, first - 1e-6 * std::abs(first)) << length << " " << seed;
    }
  }
}

TEST(FitRail, RestartsFindWhatTheRulesMiss) {
  const RailSequences data = ThreeLevels();
  const HsmmFit one = FitRail(kThree, data, {.restarts = 1, .seed = 1, .em = {}}),
                many = FitRail(kThree, data, {.restarts = 12, .seed = 1, .em = {}});
  EXPECT_GE(many.log_likelihood, one.log_likelihood - 1e-6 * std::abs(one.log_likelihood));
  std::vector<double> means;
  for (const HsmmState& state : many.model.states) means.push_back(state.mean_w);
  std::sort(means.begin(), means.end());
  // 480 readings, a quarter or more of them in each state.
  EXPECT_NEAR(means[0], 20, 4 * 1 / std::sqrt(120));
  EXPECT_NEAR(means[1], 26, 4 * 1 / std::sqrt(60));
  EXPECT_NEAR(means[2], 60, 4 * 3 / std::sqrt(120));
}

TEST(FitRail, StatesAreNamedByWhatTheyCameToMean) {
  const RailSequences data = ThreeLevels();
  for (const int restarts : {1, 12}) {
    const HsmmFit fit = FitRail(kThree, data, {.restarts = restarts, .seed = 1, .em = {}});
    std::map<double, std::string> name_of;
    for (const HsmmState& state : fit.model.states) name_of[state.mean_w] = state.name;
    std::vector<std::string> names;
    for (const auto& [mean_w, name] : name_of) names.push_back(name);
    EXPECT_EQ(names, (std::vector<std::string>{"low", "mid", "high"})) << restarts;
  }
}

// A recording with one stay in the middle, all that is seen of it: no sign of regular stays.
TEST(FitRail, ARecordingOfFewStaysIsNotTakenForClockwork) {
  RailSequences data{.interval_s = kInterval, .watts = {{}}};
  const Noise noise{.seed = 5};
  WordStream words = noise.Words(Stream::kRail);
  for (int t = 0; t < 120; ++t)
    data.watts[0].push_back((t < 40 || t >= 70 ? 20 : 60) + StandardNormal(words));
  const FitControl control{.restarts = 1, .seed = 1, .em = {}};
  const auto shape = [&] {
    const HsmmFit fit = FitRail({.states = 2}, data, control);
    return fit.model.states[fit.model.states[0].mean_w > 40 ? 0 : 1].duration->shape;
  };
  EXPECT_GT(shape(), 20);  // as requests are, where each shows its stays
  data.mid_stay = true;
  EXPECT_LT(shape(), 4);
}

TEST(FitRail, TheStructureIsTheOneAskedFor) {
  const RailSequences data = ThreeLevels(3, 60);
  ModelSpec spec{.states = 2,
                 .innovation = Innovation::kStudentT,
                 .autoregressive = true,
                 .duration = DurationFamily::kNegativeBinomial,
                 .level = true};
  const HsmmFit fit = FitRail(spec, data, {.restarts = 2, .seed = 1, .em = {}});
  ASSERT_EQ(fit.model.states.size(), 2U);
  EXPECT_TRUE(fit.model.first_reading.has_value());
  EXPECT_GT(fit.level_sd_w, 0);
  ASSERT_EQ(fit.level_w.size(), 3U);
  for (const HsmmState& state : fit.model.states) {
    EXPECT_TRUE(state.student_dof.has_value());
    EXPECT_EQ(state.duration->family, DurationFamily::kNegativeBinomial);
  }
  spec.autoregressive = false;
  spec.level = false;
  const HsmmFit plain = FitRail(spec, data, {.restarts = 1, .seed = 1, .em = {}});
  EXPECT_EQ(plain.level_sd_w, 0);
  for (const HsmmState& state : plain.model.states) EXPECT_EQ(state.phi, 0);
}

TEST(RefitRail, GoesOnFromTheFit) {
  const RailSequences data = ThreeLevels();
  FitControl brief{.restarts = 1, .seed = 1, .em = {}};
  brief.em.max_iterations = 3;
  const HsmmFit start = FitRail(kThree, data, brief);
  const HsmmFit end = RefitRail(start, kThree, data, {.restarts = 1, .seed = 1, .em = {}});
  EXPECT_GT(end.log_likelihood, start.log_likelihood);
  EXPECT_NEAR(end.course.front(), start.log_likelihood, 1e-9 * std::abs(start.log_likelihood));
}

}  // namespace
}  // namespace edgesim
