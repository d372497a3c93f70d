// Fitting a whole device: a known device from its own traces, outliers, threads, names and errors.
#include "calibration/device_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "calibration/validation.h"
#include "devices/edge_device.h"
#include "devices/profile_io.h"
#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::HasSubstr;

constexpr double kInterval = 0.11;
constexpr double kIdleGpu = 25, kIdleCpu = 22;

HsmmState State(const std::string& name, double mean_w, double sd_w, bool level, double mean_s,
                double shape) {
  return {.name = name,
          .mean_w = mean_w,
          .sd_w = sd_w,
          .takes_level = level,
          .duration = DurationLaw{
              .family = DurationFamily::kGamma, .mean_s = mean_s, .shape = shape, .table = {}}};
}

Hsmm KnownGpu(double top_w) {
  Hsmm model{.interval_s = kInterval,
             .states = {State("start", kIdleGpu, 1.5, false, 0.3, 10)},
             .initial = {},
             .transition = {}};
  for (int k = 1; k <= 6; ++k) {
    model.states.push_back(
        State("ramp", kIdleGpu + (top_w - kIdleGpu) * k / 7.0, 2.5, false, 0.16, 12));
  }
  model.states.push_back(State("settle", top_w + 1, 0.6, true, 1.2, 4));
  model.states.push_back(
      {.name = "plateau", .mean_w = top_w, .sd_w = 0.4, .takes_level = true, .duration = {}});
  const auto n = static_cast<Eigen::Index>(model.states.size());
  model.initial = Eigen::VectorXd::Zero(n);
  model.initial(0) = 1;
  model.transition = Eigen::MatrixXd::Zero(n, n);
  for (Eigen::Index j = 0; j + 1 < n; ++j) model.transition(j, j + 1) = 1;
  return model;
}

Hsmm KnownCpu() {
  return {.interval_s = kInterval,
          .states = {State("low", 24, 1, true, 0.7, 2), State("high", 32, 3, true, 0.4, 3)},
          .initial = Eigen::Vector2d(0.3, 0.7),
          .transition = (Eigen::Matrix2d() << 0, 1, 1, 0).finished()};
}

// The levels of the two rails are negatively correlated.
constexpr LevelLaw kGpuLevel{.shared_w = 0.8, .own_w = 0.5},
    kCpuLevel{.shared_w = -0.6, .own_w = 0.3};

DeviceProfile KnownDevice() {
  DeviceProfile profile;
  profile.name = "known";
  profile.emission_interval_s = kInterval;
  profile.rails = {{.name = "cpu", .idle_w = {}, .idle_provenance = ""},
                   {.name = "gpu", .idle_w = {}, .idle_provenance = ""}};
  for (const double top : {110.0, 70.0}) {
    ActionProfile action;
    action.latency.emplace();
    action.spec.name = top > 100 ? "big-4b-q6_k" : "small-2b-q8_0";
    for (int i = 0; i < 9; ++i) {
      action.latency->seconds_per_output_token.push_back(0.0250 + 0.0001 * i);
      action.latency->output_tokens.push_back(250);
      action.latency->request_class.push_back(0);
    }
    action.rails = {{.classes = {{.hsmm = KnownCpu(), .level = kCpuLevel}}, .provenance = ""},
                    {.classes = {{.hsmm = KnownGpu(top), .level = kGpuLevel}}, .provenance = ""}};
    profile.actions.push_back(action);
  }
  return profile;
}

// What the sensor would have recorded: a reading in the middle of each interval, one before the
// start.
TraceSet Record(const DeviceProfile& profile, std::uint32_t requests) {
  const EdgeDevice device(profile, {0, 1}, false);
  TraceSet set{.rails = {"cpu", "gpu"}, .requests = {}};
  Execution run;
  for (ActionId a = 0; a < 2; ++a) {
    for (std::uint32_t i = 0; i < requests; ++i) {
      device.Execute(Request{}, a, Answer{.output_tokens = 250},
                     Noise{.seed = 41, .episode = a, .entity = i}, run);
      RequestTrace trace{.action = a == 0 ? "Big-4B-Q6_K" : "Small-2B-Q8_0",
                         .request = std::to_string(100 + i),
                         .duration_s = InSeconds(run.duration),
                         .output_tokens = 250,
                         .t_s = {-kInterval / 2},
                         .rail_w = {{kIdleCpu}, {kIdleGpu}}};
      for (std::size_t k = 0; k < run.segments.size(); ++k) {
        trace.t_s.push_back((static_cast<double>(k) + 0.5) * kInterval);
        for (std::size_t r = 0; r < 2; ++r) trace.rail_w[r].push_back(run.segments[k].rail_w[r]);
      }
      set.requests.push_back(std::move(trace));
    }
  }
  return set;
}

const ModelSpec kFree{.topology = Topology::kFree, .states = 2, .level = true};
const ModelSpec kRamp{.topology = Topology::kRamp, .states = 6, .level = true};

DeviceFitOptions Options() {
  return {.name = "refit",
          .description = "a device that is known",
          .source = "this test",
          .date_recorded = "2025-09-16",
          .date_fitted = "2026-11-20",
          .models = {kFree, kRamp},
          .control = {.restarts = 1, .seed = 1, .em = {}}};
}

class SlowFitKnownDevice : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    traces_ = new TraceSet(Record(KnownDevice(), 40));
    fit_ = new DeviceFit(FitDevice(*traces_, Options()));
  }
  static void TearDownTestSuite() {
    delete traces_;
    delete fit_;
  }
  static const TraceSet* traces_;
  static const DeviceFit* fit_;
};
const TraceSet* SlowFitKnownDevice::traces_ = nullptr;
const DeviceFit* SlowFitKnownDevice::fit_ = nullptr;

TEST_F(SlowFitKnownDevice, EnergyPerRequestIsReproduced) {
  // A level of 1 W is 0.8 % of the power; its mean over 40 requests is known to 0.13 %.
  for (const EnergyCheck& check : CheckEnergy(fit_->profile, *traces_, 100, 1)) {
    EXPECT_EQ(check.requests, 40U);
    EXPECT_GT(check.measured_j, 400);
    EXPECT_NEAR(check.Bias(), 0, 0.01) << check.action;
  }
}

TEST_F(SlowFitKnownDevice, PlateauAndBurstsAreFound) {
  for (std::size_t a = 0; a < 2; ++a) {
    const ActionProfile& action = fit_->profile.actions[a];
    const double se_of_level = std::sqrt(0.8 * 0.8 + 0.5 * 0.5) / std::sqrt(40);
    EXPECT_NEAR(action.rails[1].classes[0].hsmm.states.back().mean_w, a == 0 ? 110 : 70,
                4 * se_of_level + 0.1);
    EXPECT_FALSE(action.rails[1].classes[0].hsmm.states.back().duration.has_value());
    ASSERT_EQ(action.rails[0].classes[0].hsmm.states.size(), 2U);
    // Levels of 0.67 W over 40 requests: 0.11 W; bursts of 40 * 20 readings of 3 W: 0.1 W.
    EXPECT_NEAR(action.rails[0].classes[0].hsmm.states[0].mean_w, 24, 4 * 0.11);
    EXPECT_NEAR(action.rails[0].classes[0].hsmm.states[1].mean_w, 32, 4 * 0.15);
  }
}

TEST_F(SlowFitKnownDevice, TheSharedLevelCarriesTheCorrelationOfTheRails) {
  // True sds 0.94 and 0.67 W, correlation -0.76: standard errors 0.106, 0.075 and 0.07 from 40
  // levels.
  for (const ActionProfile& action : fit_->profile.actions) {
    const LevelLaw cpu = action.rails[0].classes[0].level, gpu = action.rails[1].classes[0].level;
    const double cpu_sd = std::hypot(cpu.shared_w, cpu.own_w),
                 gpu_sd = std::hypot(gpu.shared_w, gpu.own_w);
    EXPECT_NEAR(gpu_sd, 0.943, 4 * 0.106);
    EXPECT_NEAR(cpu_sd, 0.671, 4 * 0.075);
    EXPECT_NEAR(cpu.shared_w * gpu.shared_w / (cpu_sd * gpu_sd), -0.76, 4 * 0.07);
    EXPECT_GE(cpu.shared_w, 0);
    EXPECT_GE(cpu.own_w, 0);
    EXPECT_GE(gpu.own_w, 0);
  }
}

TEST_F(SlowFitKnownDevice, TheProfileSaysWhatItIs) {
  const DeviceProfile& profile = fit_->profile;
  EXPECT_EQ(profile.name, "refit");
  EXPECT_NEAR(profile.emission_interval_s, kInterval, 1e-9);
  ASSERT_EQ(profile.rails.size(), 2U);
  EXPECT_EQ(profile.rails[0].name, "cpu");
  EXPECT_EQ(profile.rails[1].name, "gpu");
  EXPECT_EQ(profile.rails[0].idle_w, kIdleCpu);
  EXPECT_EQ(profile.rails[1].idle_w, kIdleGpu);
  ASSERT_EQ(profile.actions.size(), 2U);
  EXPECT_EQ(profile.actions[0].spec.name, "big-4b-q6_k");
  EXPECT_EQ(profile.actions[0].spec.model, "big-4b");
  EXPECT_EQ(profile.actions[0].spec.quantization, "q6_k");
  EXPECT_EQ(profile.actions[1].spec.model, "small-2b");
  for (const auto& [key, provenance] : profile.provenance) {
    EXPECT_EQ(provenance.source, "this test") << key;
    const bool measured = provenance.kind == ProvenanceKind::kMeasured;
    EXPECT_EQ(provenance.date, measured ? "2025-09-16" : "2026-11-20") << key;
  }
  EXPECT_TRUE(profile.outliers.empty());
  EXPECT_NO_THROW(ParseProfile(FormatProfile(profile), "refit"));
}

TEST_F(SlowFitKnownDevice, TheLatencyLawIsTheMeasuredAnswers) {
  const TokenLatency& latency = *fit_->profile.actions[0].latency;
  ASSERT_EQ(latency.seconds_per_output_token.size(), 40U);
  EXPECT_TRUE(std::is_sorted(latency.seconds_per_output_token.begin(),
                             latency.seconds_per_output_token.end()));
  double total = 0, measured = 0;
  for (std::size_t i = 0; i < 40; ++i) {
    EXPECT_EQ(latency.output_tokens[i], 250);
    total += latency.seconds_per_output_token[i] * latency.output_tokens[i];
    measured += traces_->requests[i].duration_s;
  }
  EXPECT_NEAR(total, measured, 1e-9 * measured);
}

TEST_F(SlowFitKnownDevice, ThreadsDoNotChangeTheResult) {
  const tbb::global_control one(tbb::global_control::max_allowed_parallelism, 1);
  const DeviceFit alone = FitDevice(*traces_, Options());
  EXPECT_EQ(FormatProfile(alone.profile), FormatProfile(fit_->profile));
  for (std::size_t a = 0; a < 2; ++a) {
    EXPECT_EQ(alone.actions[a].action, fit_->actions[a].action);
    for (std::size_t r = 0; r < 2; ++r) {
      const HsmmFit &ours = alone.actions[a].fit.rails[r].classes[0],
                    &theirs = fit_->actions[a].fit.rails[r].classes[0];
      EXPECT_EQ(ours.log_likelihood, theirs.log_likelihood);
      EXPECT_EQ(ours.level_w, theirs.level_w);
    }
  }
}

TEST(FitDeviceTest, TwoThreadsGiveTheSameBytesAsOne) {
  const TraceSet traces = Record(KnownDevice(), 4);
  const auto with_threads = [&](std::size_t n) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, n);
    return FormatProfile(FitDevice(traces, Options()).profile);
  };
  EXPECT_EQ(with_threads(1), with_threads(2));
}

TEST(FitDeviceTest, TheProvenanceNamesTheModels) {
  DeviceFitOptions options = Options();
  options.models = {{.states = 1}, {.states = 1, .autoregressive = true}};
  const DeviceProfile profile = FitDevice(Record(KnownDevice(), 2), options).profile;
  EXPECT_THAT(profile.provenance.at("power").method,
              HasSubstr("cpu: free=1 gaussian gamma; gpu: free=1 gaussian ar gamma"));
}

// Traces without a table of requests give power and no latency.
TEST(FitDeviceTest, WithoutTokensThereIsNoLatency) {
  TraceSet traces = Record(KnownDevice(), 2);
  for (RequestTrace& trace : traces.requests) trace.output_tokens = std::nan("");
  DeviceFitOptions options = Options();
  options.models = {{.states = 1}, {.states = 1}};
  const DeviceProfile profile = FitDevice(traces, options).profile;
  for (const ActionProfile& action : profile.actions) EXPECT_FALSE(action.latency.has_value());
  EXPECT_FALSE(profile.provenance.contains("latency"));
  EXPECT_NO_THROW(ParseProfile(FormatProfile(profile), "refit"));
}

// Two kinds of requests, 40 W fast and 60 W slow: the profile's answers know their class.
TEST(FitDeviceTest, KindsOfRequestsAreInTheLatency) {
  TraceSet traces{.rails = {"gpu"}, .requests = {}};
  for (int i = 0; i < 12; ++i) {
    const bool slow = i % 2 == 1;
    RequestTrace trace{.action = "A-Q6",
                       .request = std::to_string(i),
                       .duration_s = slow ? 4.0 : 3.0,
                       .output_tokens = 100,
                       .t_s = {},
                       .rail_w = {{}}};
    for (int k = 0; (k + 0.5) * 0.1 < trace.duration_s; ++k) {
      trace.t_s.push_back((k + 0.5) * 0.1);
      trace.rail_w[0].push_back((slow ? 60 : 40) + (k % 2 == 0 ? 0.5 : -0.5));
    }
    traces.requests.push_back(std::move(trace));
  }
  DeviceFitOptions options = Options();
  options.models = {{.states = 1, .max_classes = 2}};
  const DeviceProfile profile = FitDevice(traces, options).profile;
  const ActionProfile& action = profile.actions[0];
  ASSERT_EQ(action.classes, 2U);
  for (std::size_t i = 0; i < 12; ++i) {
    const std::size_t k = action.latency->request_class[i];
    const bool slow = action.latency->seconds_per_output_token[i] > 0.035;
    EXPECT_NEAR(action.rails[0].classes[k].hsmm.states[0].mean_w, slow ? 60 : 40, 0.5);
  }
  EXPECT_NO_THROW(ParseProfile(FormatProfile(profile), "refit"));
}

TEST(FitDeviceTest, IdleIsUnknownWhereNothingWasReadBeforeTheRequests) {
  TraceSet traces = Record(KnownDevice(), 2);
  for (RequestTrace& trace : traces.requests) {
    trace.t_s.erase(trace.t_s.begin());
    for (auto& rail : trace.rail_w) rail.erase(rail.begin());
  }
  DeviceFitOptions options = Options();
  options.models = {{.states = 1}, {.states = 1}};
  for (const Rail& rail : FitDevice(traces, options).profile.rails)
    EXPECT_FALSE(rail.idle_w.has_value());
}

// What comes of joining and fitting two files, run in a process of its own: a crash is an answer
// too.
void FitFilesAndExit(const std::string& samples, const std::string& requests) {
  try {
    DeviceFitOptions options = Options();
    options.models = {kFree};
    FitDevice(JoinTraces(CsvTable("action,question_id,t_s,gpu_w\n" + samples, "samples.csv"),
                         CsvTable("action,question_id,completion_tokens,duration_s\n" + requests,
                                  "requests.csv")),
              options);
  } catch (const InputError&) {
    std::exit(2);
  }
  std::exit(0);
}

class BadFilesDeathTest : public testing::Test {
 protected:
  BadFilesDeathTest() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }

  static constexpr const char* kGood =
      "A-Q6,2,0.1,10\nA-Q6,2,0.2,11\nA-Q6,2,0.3,10\nA-Q6,2,0.4,11\n";
};

TEST_F(BadFilesDeathTest, GoodFilesAreFitted) {
  EXPECT_EXIT(FitFilesAndExit(kGood, "A-Q6,2,10,0.5\n"), testing::ExitedWithCode(0), "");
}

TEST_F(BadFilesDeathTest, ARequestWithoutReadingsInsideItIsAnInputError) {
  const std::string samples = std::string(kGood) + "A-Q6,1,-0.2,10\nA-Q6,1,-0.1,10\n";
  EXPECT_EXIT(FitFilesAndExit(samples, "A-Q6,1,10,0.5\nA-Q6,2,10,0.5\n"),
              testing::ExitedWithCode(2), "");
}

TEST_F(BadFilesDeathTest, NoRequestsAtAllAreAnInputError) {
  EXPECT_EXIT(FitFilesAndExit("", ""), testing::ExitedWithCode(2), "");
}

TEST_F(BadFilesDeathTest, ARequestWithoutTokensOrDurationIsAnInputError) {
  EXPECT_EXIT(FitFilesAndExit(kGood, "A-Q6,2,0,0.5\n"), testing::ExitedWithCode(2), "");
  EXPECT_EXIT(FitFilesAndExit(kGood, "A-Q6,2,10,0\n"), testing::ExitedWithCode(2), "");
}

TEST(ProfileActionNameTest, IsLowerCase) {
  EXPECT_EQ(ProfileActionName("Qwen3-4B-Q6_K"), "qwen3-4b-q6_k");
  EXPECT_EQ(ProfileActionName("gemma-2-2b-it-q8_0"), "gemma-2-2b-it-q8_0");
}

// A course that stands at 25 W until `starts_s`, rises within a second and stays at 110 W.
RequestTrace Course(const std::string& request, double starts_s, double duration_s,
                    double tokens = 250) {
  RequestTrace trace{.action = "Big-4B-Q6_K",
                     .request = request,
                     .duration_s = duration_s,
                     .output_tokens = tokens,
                     .t_s = {},
                     .rail_w = {{}, {}}};
  for (double t = -0.05; t < duration_s; t += 0.1) {
    trace.t_s.push_back(t);
    trace.rail_w[0].push_back(20);
    trace.rail_w[1].push_back(25 + 85 * std::clamp(t - starts_s, 0.0, 1.0));
  }
  return trace;
}

TraceSet Courses() {
  TraceSet set{.rails = {"cpu", "gpu"}, .requests = {}};
  for (int i = 0; i < 9; ++i)
    set.requests.push_back(Course(std::to_string(i), 0.4 + 0.02 * i, 6.2 + 0.02 * i));
  return set;
}

TEST(FindOutliersTest, RequestsThatAreAlikeAreNone) {
  EXPECT_TRUE(FindOutliers(Courses(), {kFree, kRamp}).empty());
}

TEST(FindOutliersTest, ALateStarterIsNamedAndNoOther) {
  TraceSet traces = Courses();
  traces.requests[3] = Course("3", 2.9, 6.3);
  const std::vector<Outlier> outliers = FindOutliers(traces, {kFree, kRamp});
  ASSERT_EQ(outliers.size(), 1U);
  EXPECT_EQ(outliers[0].action, "big-4b-q6_k");
  EXPECT_EQ(outliers[0].request, "3");
  EXPECT_THAT(outliers[0].why, HasSubstr("gpu"));
  // A rail that is not said to ramp is not looked at.
  EXPECT_TRUE(FindOutliers(traces, {kRamp, kFree}).empty());
  EXPECT_TRUE(FindOutliers(traces, {kFree, kFree}).empty());
}

TEST(FindOutliersTest, ASlowRequestIsNamed) {
  TraceSet traces = Courses();
  traces.requests[7] = Course("7", 0.5, 8.2);
  const std::vector<Outlier> outliers = FindOutliers(traces, {kFree, kRamp});
  ASSERT_EQ(outliers.size(), 1U);
  EXPECT_EQ(outliers[0].request, "7");
  EXPECT_THAT(outliers[0].why, HasSubstr("ms per token"));
}

TEST(FindOutliersTest, MoreTokensAreNotSlowness) {
  TraceSet traces = Courses();
  traces.requests[7] = Course("7", 0.5, 6.3 * 2, 500);
  EXPECT_TRUE(FindOutliers(traces, {kFree, kRamp}).empty());
}

TEST(FindOutliersTest, ADeviationTooSmallToMatterIsNone) {
  // All others equal: any deviation is many robust standard deviations, but below a second and a
  // tenth.
  TraceSet traces{.rails = {"cpu", "gpu"}, .requests = {}};
  for (int i = 0; i < 9; ++i) traces.requests.push_back(Course(std::to_string(i), 0.5, 6.3));
  traces.requests[4] = Course("4", 1.3, 6.8);
  EXPECT_TRUE(FindOutliers(traces, {kFree, kRamp}).empty());
  traces.requests[4] = Course("4", 1.7, 6.3);
  EXPECT_EQ(FindOutliers(traces, {kFree, kRamp}).size(), 1U);
  traces.requests[4] = Course("4", 0.5, 7.0);
  EXPECT_EQ(FindOutliers(traces, {kFree, kRamp}).size(), 1U);
}

TEST(FindOutliersTest, EachActionHasItsOwnMedian) {
  TraceSet traces = Courses();
  for (int i = 0; i < 9; ++i) {
    RequestTrace slow = Course(std::to_string(i), 2.4 + 0.02 * i, 9.2 + 0.02 * i);
    slow.action = "Small-2B-Q8_0";
    traces.requests.push_back(std::move(slow));
  }
  EXPECT_TRUE(FindOutliers(traces, {kFree, kRamp}).empty());
}

}  // namespace
}  // namespace edgesim
