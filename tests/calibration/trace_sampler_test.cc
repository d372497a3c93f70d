#include "calibration/trace_sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "sim/input_error.h"
#include "sim/stats.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

constexpr double kInterval = 0.1;

HsmmState State(double mean_w, std::optional<double> stay_s, double sd_w = 0.5) {
  HsmmState state{.name = "s", .mean_w = mean_w, .sd_w = sd_w, .takes_level = true};
  if (stay_s) {
    state.duration =
        DurationLaw{.family = DurationFamily::kGamma, .mean_s = *stay_s, .shape = 8, .table = {}};
  }
  return state;
}

// 0.5 s at 10 W, then `top_w`.
PowerClass Rise(double top_w, LevelLaw level) {
  return {.hsmm = {.interval_s = kInterval,
                   .states = {State(10, 0.5), State(top_w, std::nullopt)},
                   .initial = Eigen::Vector2d(1, 0),
                   .transition = Eigen::Matrix2d{{0, 1}, {0, 0}}},
          .level = level};
}

// Rails whose levels are of opposite sign; "two" has two kinds of requests, the second of which is
// slower and draws more on the second rail.
DeviceProfile Known() {
  DeviceProfile profile;
  profile.name = "known";
  profile.emission_interval_s = kInterval;
  for (const std::string name : {"cpu", "gpu"})
    profile.rails.push_back({.name = name, .idle_w = {}, .idle_provenance = ""});
  ActionProfile one;
  one.spec.name = "one";
  one.rails = {{.classes = {Rise(30, {.shared_w = 1, .own_w = 0.5})}, .provenance = ""},
               {.classes = {Rise(60, {.shared_w = -2, .own_w = 0.5})}, .provenance = ""}};
  ActionProfile two = one;
  two.spec.name = "two";
  two.classes = 2;
  two.rails[1].classes.push_back(Rise(90, {}));
  two.latency = TokenLatency{.seconds_per_output_token = {0.02, 0.02, 0.02, 0.05},
                             .output_tokens = {100, 100, 100, 100},
                             .request_class = {0, 0, 0, 1},
                             .provenance = ""};
  profile.actions = {one, two};
  return profile;
}

Noise Of(std::uint32_t request, std::uint64_t seed = 1) {
  return {.seed = seed, .entity = request, .phase = Phase::kModel};
}

TEST(SyntheticTrace, TheLastIntervalIsCutOff) {
  const SyntheticTrace trace{
      .interval_s = 0.5, .duration_s = 1.2, .rail_w = {{1, 2, 10}, {4, 4, 4}}};
  EXPECT_NEAR(trace.EnergyJ(0), 0.5 + 1 + 0.2 * 10, 1e-12);
  EXPECT_NEAR(trace.EnergyJ(1), 1.2 * 4, 1e-12);
  EXPECT_NEAR(trace.EnergyJ(), 3.5 + 4.8, 1e-12);
}

TEST(TraceSampler, OneReadingPerInterval) {
  const DeviceProfile profile = Known();
  const TraceSampler sampler(profile, 0);
  EXPECT_EQ(sampler.Draw(3, Of(0)).rail_w[0].size(), 30U);
  EXPECT_EQ(sampler.Draw(30 * kInterval, Of(0)).rail_w[1].size(), 30U);
  EXPECT_EQ(sampler.Draw(3.01, Of(0)).rail_w[0].size(), 31U);
  EXPECT_EQ(sampler.Draw(0.01, Of(0)).rail_w[0].size(), 1U);
  EXPECT_EQ(sampler.Draw(3, Of(0)).rail_w.size(), 2U);
}

TEST(TraceSampler, IsAFunctionOfTheNoise) {
  const DeviceProfile profile = Known();
  const TraceSampler sampler(profile, 0);
  const auto draw = [&](const Noise& noise) { return sampler.Draw(2, noise).rail_w; };
  EXPECT_EQ(draw(Of(3)), draw(Of(3)));
  EXPECT_NE(draw(Of(3)), draw(Of(4)));
  EXPECT_NE(draw(Of(3)), draw(Of(3, 2)));
  // A longer request begins as the shorter one does.
  const std::vector<double> shorter = draw(Of(3))[0], longer = sampler.Draw(5, Of(3)).rail_w[0];
  EXPECT_TRUE(std::equal(shorter.begin(), shorter.end(), longer.begin()));
}

// The plateaus of 400 requests: levels of sd hypot(1, 0.5) and hypot(2, 0.5), correlation
// -2 / (1.118 * 2.062) = -0.868.
TEST(TraceSampler, LevelsAreThoseOfTheProfile) {
  const DeviceProfile profile = Known();
  const TraceSampler sampler(profile, 0);
  constexpr std::uint32_t kRequests = 400;
  std::vector<double> plateau[2], product;
  for (std::uint32_t i = 0; i < kRequests; ++i) {
    const SyntheticTrace trace = sampler.Draw(30, Of(i));
    for (std::size_t r = 0; r < 2; ++r)
      plateau[r].push_back(Mean(std::span(trace.rail_w[r]).subspan(100)));
    product.push_back((plateau[0].back() - 30) * (plateau[1].back() - 60));
  }
  EXPECT_NEAR(Mean(plateau[0]), 30, 4 * 1.118 / std::sqrt(kRequests));
  EXPECT_NEAR(Mean(plateau[1]), 60, 4 * 2.062 / std::sqrt(kRequests));
  // Relative standard error of a standard deviation: 1 / sqrt(2 n) = 3.5 %.
  EXPECT_NEAR(std::sqrt(SampleVariance(plateau[0])), 1.118, 4 * 0.035 * 1.118);
  EXPECT_NEAR(std::sqrt(SampleVariance(plateau[1])), 2.062, 4 * 0.035 * 2.062);
  // Of a covariance: sqrt((1 + rho^2) / n) of the product of the sds, 6.6 %.
  EXPECT_NEAR(Mean(product), -2, 4 * 0.066 * 1.118 * 2.062);
}

TEST(TraceSampler, AnswersTakeTheTimeOfTheirTokensAndClass) {
  const DeviceProfile profile = Known();
  const TraceSampler sampler(profile, 1);
  int slow = 0;
  constexpr std::uint32_t kRequests = 400;
  for (std::uint32_t i = 0; i < kRequests; ++i) {
    const SyntheticTrace trace = sampler.DrawAnswer(200, Of(i));
    const bool second = trace.request_class == 1;
    EXPECT_NEAR(trace.duration_s, second ? 10 : 4, 1e-12);
    EXPECT_EQ(trace.rail_w[0].size(), second ? 100U : 40U);
    EXPECT_NEAR(trace.rail_w[1].back(), second ? 90 : 60, second ? 4 * 0.5 : 4 * 2.12);
    EXPECT_NEAR(trace.rail_w[0].back(), 30, 4 * 1.22);
    slow += second;
  }
  EXPECT_NEAR(slow, 100, 4 * std::sqrt(400 * 0.25 * 0.75));
}

TEST(TraceSampler, ClassesAreAsFrequentAsTheirWeights) {
  const DeviceProfile profile = Known();
  const auto seconds = [&](const std::vector<double>& weights) {
    const TraceSampler sampler(profile, 1, weights);
    int count = 0;
    for (std::uint32_t i = 0; i < 400; ++i)
      count += sampler.Draw(1, Of(i)).request_class == 1 ? 1 : 0;
    return count;
  };
  EXPECT_NEAR(seconds({}), 100, 4 * std::sqrt(400 * 0.25 * 0.75));  // as in the latency
  EXPECT_NEAR(seconds({1, 4}), 320, 4 * std::sqrt(400 * 0.2 * 0.8));
  EXPECT_EQ(seconds({1, 0}), 0);
}

TEST(TraceSampler, WithoutLatencyTokensMeanNothing) {
  const DeviceProfile profile = Known();
  const TraceSampler sampler(profile, 0);
  EXPECT_THAT([&] { sampler.DrawAnswer(100, Of(0)); },
              ThrowsMessage<InputError>(HasSubstr("action 'one' has no latency")));
}

// Traces drawn from a profile, fitted, give its energies again.
class SlowSampleAndFit : public testing::Test {
 protected:
  static constexpr int kRequests = 30;
  static TraceSet Sampled(const DeviceProfile& profile) {
    TraceSet traces{.rails = {"cpu", "gpu"}, .requests = {}};
    for (std::size_t a = 0; a < profile.actions.size(); ++a) {
      const TraceSampler sampler(profile, a);
      for (std::uint32_t i = 0; i < kRequests; ++i) {
        const double duration_s = 4 + 0.1 * i;
        const SyntheticTrace drawn = sampler.Draw(duration_s, Of(i, a + 1));
        RequestTrace request{.action = profile.actions[a].spec.name,
                             .request = std::to_string(i),
                             .duration_s = duration_s,
                             .output_tokens = std::nan(""),
                             .t_s = {},
                             .rail_w = drawn.rail_w};
        for (std::size_t k = 0; k < drawn.rail_w[0].size(); ++k)
          request.t_s.push_back((static_cast<double>(k) + 0.5) * kInterval);
        traces.requests.push_back(std::move(request));
      }
    }
    return traces;
  }
};

TEST_F(SlowSampleAndFit, EnergiesAreRecovered) {
  const DeviceProfile profile = Known();
  const TraceSet traces = Sampled(profile);
  DeviceFitOptions options{
      .name = "again",
      .source = "this test",
      .date_recorded = "2026-01-01",
      .date_fitted = "2026-01-02",
      .models = {ParseModelSpec("ramp=1 level", ""), ParseModelSpec("ramp=1 classes=2", "")},
      .control = {.restarts = 1, .seed = 1, .em = {}}};
  const DeviceFit fit = FitDevice(traces, options);
  ASSERT_EQ(fit.profile.actions[1].classes, 2U);
  EXPECT_FALSE(fit.profile.actions[0].latency);
  constexpr int kDraws = 100;
  for (const EnergyCheck& check : CheckEnergyGivenDuration(fit, traces, kDraws, 3)) {
    EXPECT_EQ(check.requests, static_cast<std::size_t>(kRequests)) << check.action;
    // Their classes and mean level are those of the fit; drawing 3000 anew adds less than 0.1 %.
    EXPECT_NEAR(check.Bias(), 0, 0.01) << check.action;
    // What the profile itself draws over the same durations. The levels of 30 requests, of sd
    // 1.2 W, move their mean of about 80 W by 0.3 %; the share of the second class is known to
    // 0.08, which is 2.4 W of 90 W.
    const bool two = check.action == "two";
    const TraceSampler sampler(profile, two ? 1 : 0);
    double expected = 0;
    for (std::uint32_t i = 0; i < 3000; ++i)
      expected += sampler.Draw(4 + 0.1 * (i % kRequests), Of(i, 9)).EnergyJ() / 3000;
    EXPECT_NEAR(check.simulated_j / expected, 1, 4 * (two ? 0.027 : 0.003)) << check.action;
  }
}

TEST_F(SlowSampleAndFit, ActionsOfTheTracesMustBeInTheFit) {
  DeviceFit fit;
  fit.profile.emission_interval_s = kInterval;
  EXPECT_THAT([&] { CheckEnergyGivenDuration(fit, Sampled(Known()), 1, 1); },
              ThrowsMessage<InputError>(HasSubstr("no action for one")));
}

}  // namespace
}  // namespace edgesim
