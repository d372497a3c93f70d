// Energy checks of a profile: measured and simulated means, folds, outliers, the recorded session.
#include "calibration/validation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "devices/profile_io.h"
#include "sim/input_error.h"
#include "tests/support/text_files.h"

namespace edgesim {
namespace {

using testing::HasSubstr;

constexpr double kInterval = 0.1;

// Constant power with a little noise, so that a fit is quick and its energy obvious.
RequestTrace Flat(const std::string& action, const std::string& request, double watts,
                  double duration_s) {
  RequestTrace trace{.action = action,
                     .request = request,
                     .duration_s = duration_s,
                     .output_tokens = 100,
                     .t_s = {},
                     .rail_w = {{}}};
  for (int i = 0; (i + 0.5) * kInterval < duration_s; ++i) {
    trace.t_s.push_back((i + 0.5) * kInterval);
    trace.rail_w[0].push_back(watts + (i % 2 == 0 ? 0.5 : -0.5));
  }
  return trace;
}

// 30 W for 2 s under A, 60 W for 4 s under B.
TraceSet TwoActions(int requests) {
  TraceSet set{.rails = {"gpu"}, .requests = {}};
  for (int i = 0; i < requests; ++i)
    set.requests.push_back(Flat("A-Q6", std::to_string(10 + i), 30, 2));
  for (int i = 0; i < requests; ++i)
    set.requests.push_back(Flat("B-Q6", std::to_string(10 + i), 60, 4));
  return set;
}

DeviceFitOptions OneState() {
  return {.name = "flat",
          .description = "",
          .source = "this test",
          .date_recorded = "2025-09-16",
          .date_fitted = "2026-11-20",
          .models = {{.topology = Topology::kFree, .states = 1, .level = true}},
          .control = {.restarts = 1, .seed = 1, .em = {}}};
}

// 20 draws of 6 requests of 20 readings of 0.5 W, and levels shrunk to near 0.
constexpr double kTolerance = 0.01;

TEST(CheckEnergyTest, ComparesMeansPerAction) {
  const TraceSet traces = TwoActions(6);
  const std::vector<EnergyCheck> checks =
      CheckEnergy(FitDevice(traces, OneState()).profile, traces, 20, 1);
  ASSERT_EQ(checks.size(), 2U);
  EXPECT_EQ(checks[0].action, "a-q6");
  EXPECT_EQ(checks[1].action, "b-q6");
  for (const EnergyCheck& check : checks) {
    const double joules = check.action == "a-q6" ? 60 : 240;
    EXPECT_EQ(check.requests, 6U);
    EXPECT_NEAR(check.measured_j, joules, 0.1);  // the two ends: half an interval of 0.5 W
    EXPECT_NEAR(check.simulated_j, joules, kTolerance * joules);
    EXPECT_NEAR(check.Bias(), check.simulated_j / check.measured_j - 1, 1e-12);
  }
}

TEST(CheckEnergyTest, SeesABiasedProfile) {
  const TraceSet traces = TwoActions(6);
  DeviceProfile profile = FitDevice(traces, OneState()).profile;
  profile.actions[1].rails[0].classes[0].hsmm.states[0].mean_w *= 1.1;
  const std::vector<EnergyCheck> checks = CheckEnergy(profile, traces, 20, 1);
  EXPECT_NEAR(checks[0].Bias(), 0, kTolerance);
  EXPECT_NEAR(checks[1].Bias(), 0.1, kTolerance);
}

TEST(CheckEnergyTest, TheSeedIsTheOnlyNoise) {
  const TraceSet traces = TwoActions(3);
  const DeviceProfile profile = FitDevice(traces, OneState()).profile;
  const double first = CheckEnergy(profile, traces, 5, 1)[0].simulated_j;
  EXPECT_EQ(CheckEnergy(profile, traces, 5, 1)[0].simulated_j, first);
  EXPECT_NE(CheckEnergy(profile, traces, 5, 2)[0].simulated_j, first);
}

TEST(CheckEnergyTest, AnActionTheProfileLacksIsAnError) {
  const TraceSet traces = TwoActions(3);
  const DeviceProfile profile = FitDevice(traces, OneState()).profile;
  TraceSet other = traces;
  other.requests[0].action = "C-Q6";
  EXPECT_THROW(CheckEnergy(profile, other, 1, 1), InputError);
}

TEST(WithoutOutliersTest, DropsTheNamedRequestsOfTheirActionOnly) {
  const TraceSet traces = TwoActions(3);
  const TraceSet kept =
      WithoutOutliers(traces, {{.action = "a-q6", .request = "11", .why = "slow"},
                               {.action = "a-q6", .request = "11", .why = "late"}});
  EXPECT_EQ(kept.rails, traces.rails);
  ASSERT_EQ(kept.requests.size(), 5U);
  int elevens = 0;
  for (const RequestTrace& trace : kept.requests) {
    EXPECT_FALSE(trace.action == "A-Q6" && trace.request == "11");
    elevens += trace.request == "11";
  }
  EXPECT_EQ(elevens, 1);
  EXPECT_EQ(WithoutOutliers(traces, {}).requests.size(), 6U);
}

TEST(CrossValidateEnergyTest, FoldsMustBeTwoUpToTheNumberOfRequests) {
  const TraceSet traces = TwoActions(3);
  for (const int folds : {-1, 0, 1, 4}) {
    EXPECT_THROW(CrossValidateEnergy(traces, OneState(), folds, 1, 1), InputError) << folds;
  }
  EXPECT_NO_THROW(CrossValidateEnergy(traces, OneState(), 2, 1, 1));
  EXPECT_NO_THROW(CrossValidateEnergy(traces, OneState(), 3, 1, 1));
}

TEST(CrossValidateEnergyTest, EveryRequestIsLeftOutOnce) {
  const TraceSet traces = TwoActions(7);
  const std::vector<EnergyCheck> all =
      CheckEnergy(FitDevice(traces, OneState()).profile, traces, 5, 1);
  const std::vector<EnergyCheck> out = CrossValidateEnergy(traces, OneState(), 3, 5, 1);
  ASSERT_EQ(out.size(), 2U);
  for (std::size_t a = 0; a < 2; ++a) {
    EXPECT_EQ(out[a].action, all[a].action);
    EXPECT_EQ(out[a].requests, 7U);
    EXPECT_NEAR(out[a].measured_j, all[a].measured_j, 1e-9 * all[a].measured_j);
    EXPECT_NEAR(out[a].Bias(), 0, kTolerance);
  }
}

TEST(CrossValidateEnergyTest, RequestsLeftOutDoNotTeachTheirOwnPower) {
  // The two folds take every other request: 30 W for 2 s and 90 W for 4 s.
  TraceSet traces{.rails = {"gpu"}, .requests = {}};
  for (int i = 0; i < 6; ++i) {
    traces.requests.push_back(
        Flat("A-Q6", std::to_string(10 + i), i % 2 == 0 ? 30 : 90, i % 2 == 0 ? 2 : 4));
    traces.requests.back().output_tokens = i % 2 == 0 ? 100 : 200;
  }
  const std::vector<EnergyCheck> out = CrossValidateEnergy(traces, OneState(), 2, 20, 1);
  ASSERT_EQ(out.size(), 1U);
  EXPECT_NEAR(out[0].measured_j, (60 + 360) / 2.0, 0.2);
  // Each fold is simulated with the power of the other: 2 s of 90 W and 4 s of 30 W.
  EXPECT_NEAR(out[0].simulated_j, (180 + 120) / 2.0, kTolerance * 150);
}

// The order of the rows in a file says nothing about the requests.
TEST(CrossValidateEnergyTest, WithoutTokensTheRecordedDurationsAreGiven) {
  TraceSet traces = TwoActions(6);
  for (RequestTrace& trace : traces.requests) trace.output_tokens = NAN;
  const DeviceFit fit = FitDevice(traces, OneState());
  ASSERT_FALSE(fit.profile.actions[0].latency);
  const std::vector<EnergyCheck> all = CheckEnergy(fit, traces, 20, 1);
  const std::vector<EnergyCheck> out = CrossValidateEnergy(traces, OneState(), 3, 20, 1);
  ASSERT_EQ(out.size(), 2U);
  EXPECT_NEAR(all[0].measured_j, 60, 1);
  EXPECT_NEAR(all[1].measured_j, 240, 2);
  for (std::size_t a = 0; a < 2; ++a) {
    EXPECT_NEAR(all[a].Bias(), 0, kTolerance);
    EXPECT_NEAR(out[a].Bias(), 0, kTolerance);
    EXPECT_EQ(out[a].requests, 6U);
  }
}

TEST(InHalvesTest, ShareOutReadingsAndTime) {
  const TraceSet halves = InHalves(TwoActions(1));
  ASSERT_EQ(halves.requests.size(), 4U);
  EXPECT_EQ(halves.requests[1].request, "10 (second half)");
  for (const std::size_t i : {0U, 1U}) {
    EXPECT_EQ(halves.requests[i].duration_s, 1);
    EXPECT_EQ(halves.requests[i].t_s.size(), 10U);
    EXPECT_NEAR(halves.requests[i].t_s.front(), 0.05, 1e-9);
    EXPECT_NEAR(MeasuredEnergy(halves.requests[i], 0), 30, 0.1);
  }
}

TEST(CrossValidateEnergyTest, TheOrderOfTheRequestsDoesNotMatter) {
  const TraceSet traces = TwoActions(4);
  TraceSet mixed{.rails = traces.rails, .requests = {}};
  // A 10, B 11, A 11, B 10, ...: leaving 10 out, B comes first.
  for (const std::size_t i : {0U, 5U, 1U, 4U, 2U, 6U, 3U, 7U})
    mixed.requests.push_back(traces.requests[i]);
  const std::vector<EnergyCheck> checks = CrossValidateEnergy(mixed, OneState(), 4, 5, 1);
  ASSERT_EQ(checks.size(), 2U);
  for (const EnergyCheck& check : checks) {
    EXPECT_EQ(check.requests, 4U) << check.action;
    const double joules = check.action == "a-q6" ? 60 : 240;
    EXPECT_NEAR(check.measured_j, joules, 0.1) << check.action;
    EXPECT_NEAR(check.simulated_j, joules, kTolerance * joules) << check.action;
  }
}

// The recorded session: six actions, 18 questions each.

class SlowFitRecorded : public testing::Test {
 protected:
  void SetUp() override {
    const std::string data = EDGESIM_DATA_DIR;
    if (data.empty()) GTEST_SKIP() << "EDGESIM_DATA_DIR is empty: the recorded traces are not here";
    traces_ = JoinTraces(
        CsvTable(Unzipped(data + "/emslm/derived_traces.csv.gz"), "derived_traces.csv"),
        CsvTable(FileText(data + "/emslm/measured_requests.csv"), "measured_requests.csv"));
    committed_ = ParseProfile(FileText(EDGESIM_SOURCE_DIR "/devices/profiles/laptop-rtx3070.json"),
                              "laptop-rtx3070.json");
    options_.name = "laptop-rtx3070";
    options_.source = "the recorded session";
    options_.date_recorded = "2025-09-16";
    options_.date_fitted = "2026-11-20";
    for (const Rail& rail : committed_.rails) options_.models.push_back(CommittedModel(rail.name));
  }

  // The words of a rail's model, which the profile's provenance ends with.
  ModelSpec CommittedModel(const std::string& rail) const {
    const std::string& method = committed_.provenance.at("power").method;
    const std::string opens = "; " + rail + ": ";
    const std::size_t from = method.find(opens);
    EXPECT_NE(from, std::string::npos) << method;
    const std::size_t begin = from + opens.size(), end = method.find(';', begin);
    return ParseModelSpec(method.substr(begin, end == std::string::npos ? end : end - begin),
                          "the profile");
  }

  TraceSet traces_;
  DeviceProfile committed_;
  DeviceFitOptions options_;
};

// The file has six digits; the rest is room for another C library to end EM elsewhere.
constexpr double kWatts = 0.05, kShare = 0.02, kProbability = 0.01;

void ExpectAlike(const HsmmState& state, const HsmmState& other, const std::string& name) {
  EXPECT_EQ(state.name, other.name);
  EXPECT_EQ(state.takes_level, other.takes_level) << name;
  EXPECT_NEAR(state.mean_w, other.mean_w, kWatts) << name;
  EXPECT_NEAR(state.sd_w, other.sd_w, kWatts) << name;
  EXPECT_NEAR(state.phi, other.phi, kProbability) << name;
  ASSERT_EQ(state.student_dof.has_value(), other.student_dof.has_value()) << name;
  if (state.student_dof) {
    EXPECT_NEAR(*state.student_dof, *other.student_dof, kShare * *other.student_dof) << name;
  }
  ASSERT_EQ(state.mixture.size(), other.mixture.size()) << name;
  for (std::size_t k = 0; k < state.mixture.size(); ++k) {
    EXPECT_NEAR(state.mixture[k].weight, other.mixture[k].weight, kProbability) << name;
    EXPECT_NEAR(state.mixture[k].offset_w, other.mixture[k].offset_w, kWatts) << name;
    EXPECT_NEAR(state.mixture[k].sd_w, other.mixture[k].sd_w, kWatts) << name;
  }
  ASSERT_EQ(state.duration.has_value(), other.duration.has_value()) << name;
  if (!state.duration) return;
  EXPECT_EQ(state.duration->family, other.duration->family) << name;
  EXPECT_NEAR(state.duration->mean_s, other.duration->mean_s, kShare * other.duration->mean_s)
      << name;
  EXPECT_NEAR(state.duration->shape, other.duration->shape, kShare * other.duration->shape) << name;
  ASSERT_EQ(state.duration->table.size(), other.duration->table.size()) << name;
  for (std::size_t u = 0; u < state.duration->table.size(); ++u)
    EXPECT_NEAR(state.duration->table[u], other.duration->table[u], kProbability) << name;
}

void ExpectAlike(const PowerClass& ours, const PowerClass& theirs, const std::string& name) {
  EXPECT_NEAR(ours.level.shared_w, theirs.level.shared_w, kWatts) << name;
  EXPECT_NEAR(ours.level.own_w, theirs.level.own_w, kWatts) << name;
  const Hsmm &model = ours.hsmm, &file = theirs.hsmm;
  ASSERT_EQ(model.states.size(), file.states.size()) << name;
  EXPECT_LT((model.initial - file.initial).cwiseAbs().maxCoeff(), kProbability) << name;
  EXPECT_LT((model.transition - file.transition).cwiseAbs().maxCoeff(), kProbability) << name;
  EXPECT_EQ(model.starts_mid_stay, file.starts_mid_stay) << name;
  ASSERT_EQ(model.first_reading.has_value(), file.first_reading.has_value()) << name;
  if (model.first_reading) {
    EXPECT_NEAR(model.first_reading->mean_w, file.first_reading->mean_w, kWatts) << name;
    EXPECT_NEAR(model.first_reading->sd_w, file.first_reading->sd_w, kWatts) << name;
  }
  for (std::size_t j = 0; j < model.states.size(); ++j)
    ExpectAlike(model.states[j], file.states[j], name + " " + model.states[j].name);
}

TEST_F(SlowFitRecorded, GivesTheCommittedProfile) {
  const DeviceProfile fit = FitDevice(traces_, options_).profile;
  EXPECT_NEAR(fit.emission_interval_s, committed_.emission_interval_s, 1e-6);
  ASSERT_EQ(fit.rails.size(), committed_.rails.size());
  for (std::size_t r = 0; r < fit.rails.size(); ++r) {
    EXPECT_EQ(fit.rails[r].name, committed_.rails[r].name);
    ASSERT_TRUE(fit.rails[r].idle_w && committed_.rails[r].idle_w);
    EXPECT_NEAR(*fit.rails[r].idle_w, *committed_.rails[r].idle_w, 1e-3);
  }
  ASSERT_EQ(fit.outliers.size(), committed_.outliers.size());
  for (std::size_t i = 0; i < fit.outliers.size(); ++i) {
    EXPECT_EQ(fit.outliers[i].action, committed_.outliers[i].action);
    EXPECT_EQ(fit.outliers[i].request, committed_.outliers[i].request);
    EXPECT_EQ(fit.outliers[i].why, committed_.outliers[i].why);
  }
  ASSERT_EQ(fit.actions.size(), committed_.actions.size());
  for (std::size_t a = 0; a < fit.actions.size(); ++a) {
    const ActionProfile &ours = fit.actions[a], &theirs = committed_.actions[a];
    EXPECT_EQ(ours.spec.name, theirs.spec.name);
    EXPECT_EQ(ours.spec.model, theirs.spec.model);
    EXPECT_EQ(ours.spec.quantization, theirs.spec.quantization);
    EXPECT_EQ(ours.classes, theirs.classes);
    ASSERT_TRUE(ours.latency && theirs.latency);
    EXPECT_EQ(ours.latency->request_class, theirs.latency->request_class);
    ASSERT_EQ(ours.latency->output_tokens, theirs.latency->output_tokens);
    for (std::size_t i = 0; i < ours.latency->output_tokens.size(); ++i) {
      EXPECT_NEAR(ours.latency->seconds_per_output_token[i],
                  theirs.latency->seconds_per_output_token[i], 1e-6);
    }
    for (std::size_t r = 0; r < fit.rails.size(); ++r) {
      ASSERT_EQ(ours.rails[r].classes.size(), theirs.rails[r].classes.size());
      for (std::size_t k = 0; k < ours.rails[r].classes.size(); ++k)
        ExpectAlike(ours.rails[r].classes[k], theirs.rails[r].classes[k],
                    ours.spec.name + " " + fit.rails[r].name);
    }
  }
}

constexpr int kDraws =
    100;  // energy sd about 20 J a request: se 0.5 J of 460 J or more over 18 requests

TEST_F(SlowFitRecorded, EnergyPerRequestIsWithinThreePercent) {
  const std::vector<EnergyCheck> checks = CheckEnergy(committed_, traces_, kDraws, 1);
  const std::vector<double> measured_j = {803.3, 836.9, 463.0, 462.2, 585.7, 557.0};
  ASSERT_EQ(checks.size(), measured_j.size());
  for (std::size_t a = 0; a < checks.size(); ++a) {
    EXPECT_EQ(checks[a].requests, 18U);
    EXPECT_NEAR(checks[a].measured_j, measured_j[a], 0.05)
        << checks[a].action;  // half of the last digit
    EXPECT_NEAR(checks[a].Bias(), 0, 0.03) << checks[a].action;
  }
}

TEST_F(SlowFitRecorded, EnergyOfRequestsLeftOutIsWithinFourPercent) {
  options_.control.restarts = 1;  // six fits of all actions
  for (const EnergyCheck& check : CrossValidateEnergy(traces_, options_, 6, kDraws, 1)) {
    EXPECT_EQ(check.requests, 18U);
    EXPECT_NEAR(check.Bias(), 0, 0.04) << check.action;
  }
}

TEST_F(SlowFitRecorded, Question84OfQwen3AtQ6IsTheOutlier) {
  const std::vector<Outlier> outliers = FindOutliers(traces_, options_.models);
  ASSERT_FALSE(outliers.empty());
  for (const Outlier& outlier : outliers) {
    EXPECT_EQ(outlier.action, "qwen3-4b-q6_k");
    EXPECT_EQ(outlier.request, "84");
  }
  EXPECT_EQ(WithoutOutliers(traces_, outliers).requests.size(), 107U);
}

}  // namespace
}  // namespace edgesim
