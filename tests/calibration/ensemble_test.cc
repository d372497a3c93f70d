// Bootstrap of profiles: what varies, by how much, over what is drawn, and what it does not depend
// on.
#include "calibration/ensemble.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <cmath>
#include <set>

#include "calibration/trace_sampler.h"
#include "devices/profile_io.h"
#include "sim/input_error.h"
#include "sim/stats.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::Ge;
using testing::HasSubstr;
using testing::SizeIs;
using testing::ThrowsMessage;

constexpr double kInterval = 0.1, kMeanGpu = 40, kMeanCpu = 10, kNoise = 1, kLevel = 2;

// White noise around a level per request, on two rails; the sessions' means are apart.
TraceSet Noisy(std::size_t requests, std::size_t sessions = 1, double apart_w = 0) {
  TraceSet set{.rails = {"gpu", "cpu"}, .requests = {}};
  for (std::size_t i = 0; i < requests; ++i) {
    WordStream words =
        Noise{.seed = 5, .entity = static_cast<std::uint32_t>(i)}.Words(Stream::kLevel);
    RequestTrace trace{.action = "big-4b-q4",
                       .request = std::to_string(i),
                       .duration_s = 6,
                       .output_tokens = 100 + static_cast<double>(i),
                       .t_s = {},
                       .rail_w = std::vector<std::vector<double>>(2),
                       .session = i % sessions};
    const double level =
        kLevel * StandardNormal(words) + apart_w * static_cast<double>(i % sessions);
    for (int t = 0; t < 60; ++t) {
      trace.t_s.push_back(kInterval * (t + 0.5));
      trace.rail_w[0].push_back(kMeanGpu + level + kNoise * StandardNormal(words));
      trace.rail_w[1].push_back(kMeanCpu + kNoise * StandardNormal(words));
    }
    set.requests.push_back(std::move(trace));
  }
  return set;
}

DeviceFitOptions Options(const std::string& gpu) {
  return {.name = "d",
          .source = "this test",
          .date_recorded = "2026-01-02",
          .date_fitted = "2026-01-02",
          .models = {ParseModelSpec(gpu, ""), ParseModelSpec("free=1", "")},
          .control = {.restarts = 1, .seed = 1, .em = {}}};
}

std::vector<double> Means(const std::vector<DeviceProfile>& members, std::size_t rail) {
  std::vector<double> means;
  for (const DeviceProfile& p : members)
    means.push_back(p.actions[0].rails[rail].classes[0].hsmm.states[0].mean_w);
  return means;
}

TEST(Ensemble, MeansVaryAsTheMeanOfTheRequestsDoes) {
  constexpr std::size_t kRequests = 24;
  const TraceSet traces = Noisy(kRequests);
  const DeviceFit fit = FitDevice(traces, Options("free=1 level"));
  const auto members = BootstrapProfiles(traces, fit, {.members = 200});
  const double expected = kLevel / std::sqrt(static_cast<double>(kRequests));
  EXPECT_NEAR(std::sqrt(SampleVariance(Means(members, 0))), expected, 0.35 * expected);
  EXPECT_NEAR(Mean(Means(members, 0)), Means({fit.profile}, 0)[0], 0.15);
  // The answers' times are drawn with their requests.
  std::set<double> shortest;
  for (const DeviceProfile& p : members) {
    EXPECT_THAT(p.actions[0].latency->output_tokens, SizeIs(kRequests));
    shortest.insert(p.actions[0].latency->output_tokens.front());
  }
  EXPECT_THAT(shortest, SizeIs(Ge(3)));
  EXPECT_THAT(members[6].provenance.at("power").method, HasSubstr("bootstrap replicate 7 of 200"));
}

TEST(Ensemble, SessionLevelIsOneShiftSharedOutByMeanPower) {
  const TraceSet traces = Noisy(8);
  const DeviceFit fit = FitDevice(traces, Options("free=1"));
  constexpr double kSession = 5;
  const auto plain = BootstrapProfiles(traces, fit, {.members = 400});
  const auto shifted =
      BootstrapProfiles(traces, fit, {.members = 400, .session_level_sd_w = kSession});
  const std::vector<double> gpu = Means(shifted, 0), cpu = Means(shifted, 1),
                            gpu0 = Means(plain, 0), cpu0 = Means(plain, 1);
  std::vector<double> total;
  for (std::size_t m = 0; m < gpu.size(); ++m) {
    total.push_back(gpu[m] + cpu[m] - gpu0[m] - cpu0[m]);
    EXPECT_NEAR(gpu[m] - gpu0[m], 0.8 * total.back(), 0.02 * std::abs(total.back()));
  }
  EXPECT_NEAR(std::sqrt(SampleVariance(total)), kSession, 0.5);
  EXPECT_THAT(shifted[0].provenance.at("power").method, HasSubstr("drawn from N(0, 5 W)"));
  for (const double wrong : {-1.0, 20.0, std::nan("")}) {
    EXPECT_THAT(
        [&] { BootstrapProfiles(traces, fit, {.members = 1, .session_level_sd_w = wrong}); },
        ThrowsMessage<InputError>(HasSubstr("a third of the mean power")));
  }
}

TEST(Ensemble, DrawsSessionsBeforeRequests) {
  const DeviceFitOptions options = Options("free=1");
  const TraceSet apart = Noisy(24, 3, 10);  // session means 10 W apart
  TraceSet merged = apart;
  for (RequestTrace& request : merged.requests) request.session = 0;
  const auto spread = [&](const TraceSet& traces) {
    const DeviceFit fit = FitDevice(traces, options);
    return std::sqrt(SampleVariance(Means(BootstrapProfiles(traces, fit, {.members = 200}), 0)));
  };
  // Of three means 10 W apart: sd 8.2 / sqrt(3); of 24 requests that mix them: 8.4 / sqrt(24).
  EXPECT_NEAR(spread(apart), 4.7, 0.8);
  EXPECT_NEAR(spread(merged), 1.7, 0.4);
}

TEST(Ensemble, CourseOfPowerIsResampledInBlocks) {
  TraceSet traces = Noisy(1);
  traces.mid_stay = true;
  RequestTrace& course = traces.requests[0];
  course.t_s.clear();
  for (auto& rail : course.rail_w) rail.clear();
  for (int t = 0; t < 600; ++t) {  // 2 s at 30 W, 2 s at 50 W
    WordStream words =
        Noise{.seed = 8, .entity = static_cast<std::uint32_t>(t)}.Words(Stream::kLevel);
    course.t_s.push_back(kInterval * (t + 0.5));
    course.rail_w[0].push_back((t / 20 % 2 == 0 ? 30 : 50) + StandardNormal(words));
    course.rail_w[1].push_back(10 + StandardNormal(words));
  }
  course.duration_s = 60;
  course.output_tokens = NAN;
  const DeviceFit fit = FitDevice(traces, Options("free=2"));
  const auto members = BootstrapProfiles(traces, fit, {.members = 20});
  for (const DeviceProfile& p : members) {
    EXPECT_FALSE(p.actions[0].latency);
    const Hsmm& gpu = p.actions[0].rails[0].classes[0].hsmm;
    EXPECT_TRUE(gpu.starts_mid_stay);
    EXPECT_NEAR(gpu.states[0].mean_w, 30, 0.5);
    EXPECT_NEAR(gpu.states[1].mean_w, 50, 0.5);
    EXPECT_NEAR(gpu.states[0].duration->mean_s, 2, 0.3);
  }
  EXPECT_GT(SampleVariance(Means(members, 0)), 0);
}

TEST(Ensemble, MembersDependOnSeedAndNumberAlone) {
  const TraceSet traces = Noisy(12);
  const DeviceFit fit = FitDevice(traces, Options("free=1 level"));
  const auto text = [&](int members, std::uint64_t seed, std::size_t threads) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    std::string all;
    for (const DeviceProfile& p :
         BootstrapProfiles(traces, fit, {.members = members, .seed = seed}))
      all += FormatProfile(p);
    return all;
  };
  EXPECT_EQ(text(6, 1, 1), text(6, 1, 2));
  EXPECT_NE(text(6, 1, 2), text(6, 2, 2));
  const auto few = BootstrapProfiles(traces, fit, {.members = 2}),
             more = BootstrapProfiles(traces, fit, {.members = 6});
  EXPECT_EQ(Means(few, 0)[1], Means(more, 0)[1]);
}

TEST(Ensemble, EveryKindOfRequestStays) {
  const TraceSet traces = Noisy(12);
  DeviceFit fit = FitDevice(traces, Options("free=1"));
  // As if the fit had found a kind of four requests.
  ActionFit& action = fit.actions[0].fit;
  action.classes = 2;
  for (std::size_t i = 0; i < 4; ++i) action.request_class[i] = 1;
  action.rails[0].spec.max_classes = 2;
  action.rails[0].classes.push_back(action.rails[0].classes[0]);
  fit.profile.actions[0].classes = 2;
  for (const DeviceProfile& p : BootstrapProfiles(traces, fit, {.members = 200})) {
    const auto& kinds = p.actions[0].latency->request_class;
    EXPECT_THAT(std::count(kinds.begin(), kinds.end(), 1), Ge(2));
    EXPECT_THAT(p.actions[0].rails[0].classes, SizeIs(2));
  }
}

TEST(Ensemble, SaysWhatIntervalsHoldFor) {
  EXPECT_EQ(CountSessions(Noisy(6, 3)), 3);
  EXPECT_THAT(ScopeOfIntervals(1, 0), HasSubstr("hold for the recorded session: "));
  EXPECT_EQ(ScopeOfIntervals(3, 0), "Intervals hold for sessions like the 3 recorded ones.");
  EXPECT_THAT(ScopeOfIntervals(1, 2.5), HasSubstr("a level between sessions of 2.5 W"));
}

}  // namespace
}  // namespace edgesim
