// Tests for experiments/cli/fit_report.cc: the report as JSON.
#include "experiments/cli/fit_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "devices/profile_io.h"
#include "tests/cli/hand_made_fit.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

TEST(FitReport, HoldsEveryFigureOfTheFit) {
  FitRun run = HandMadeFit(3, true);
  run.left_out = run.fitted;
  run.left_out_how = "3 folds";
  const Json report = Json::parse(FitReportJson(run));
  EXPECT_EQ(report["name"], "hand");
  EXPECT_EQ(report["files"], Json({"hand.csv"}));
  EXPECT_EQ(report["kind"], "requests");
  EXPECT_EQ(report["sessions"], 1);
  EXPECT_EQ(report["requests"], 6);
  EXPECT_EQ(report["readings"], 240);
  EXPECT_EQ(report["noticed"], Json({"hand.csv: something"}));
  const Json &gpu = report["models"][0], &cpu = report["models"][1];
  EXPECT_EQ(gpu["chosen_by"], "held-out CRPS");
  EXPECT_EQ(gpu["model"], Format(run.models[0].spec));
  EXPECT_EQ(gpu["tried"].size(), run.models[0].tried.size());
  EXPECT_TRUE(gpu["tried"][0].contains("window_crps_w"));
  EXPECT_TRUE(gpu["tried"][0].contains("standard_error"));
  EXPECT_EQ(cpu["chosen_by"], "words");
  EXPECT_EQ(cpu["quantum_w"], 0.25);
  EXPECT_EQ(report["held_out"]["folds"], 2);
  const Json& rail = report["actions"][1]["rails"][0];
  EXPECT_EQ(report["actions"][1]["action"], "tiny-1b-q4");
  EXPECT_NEAR(rail["held_out"]["log_score"].get<double>(), run.held_out[1][0].log_score, 1e-4);
  const HsmmFit& fit = run.fit.actions[1].fit.rails[0].classes[0];
  const Json& kind = rail["classes"][0];
  EXPECT_EQ(kind["requests"], 3);
  EXPECT_EQ(kind["readings"], 120);
  EXPECT_EQ(kind["parameters"], fit.parameters);
  EXPECT_EQ(kind["restarts"], 1);
  EXPECT_EQ(kind["converged"], fit.converged);
  EXPECT_NEAR(kind["bic"].get<double>(), fit.bic, 1e-5 * std::abs(fit.bic));
  EXPECT_NEAR(kind["states"][0]["mean_w"].get<double>(), fit.model.states[0].mean_w, 1e-3);
  EXPECT_EQ(report["energy"]["fitted"].size(), 2U);
  EXPECT_EQ(report["energy"]["left_out_how"], "3 folds");
  EXPECT_TRUE(report["energy"]["without_outliers"].is_null());
  EXPECT_EQ(report["outliers"][0]["request"], "2");
  EXPECT_EQ(report["doubts"].size(), Doubts(run).size());
  EXPECT_EQ(report["intervals"], run.scope);
}

TEST(FitReport, HasNeitherDatesNorPaths) {
  const std::string text = FitReportJson(HandMadeFit(2));
  EXPECT_THAT(text, Not(HasSubstr("2026-01-0")));
  EXPECT_EQ(text, FitReportJson(HandMadeFit(2)));
}

TEST(FitReport, SaysWhyNothingWasHeldOut) {
  const Json report = Json::parse(FitReportJson(HandMadeFit(1)));
  EXPECT_TRUE(report["held_out"]["folds"].is_null());
  EXPECT_THAT(report["held_out"]["why_not"].get<std::string>(), HasSubstr("a single request"));
  EXPECT_TRUE(report["actions"][0]["rails"][0]["held_out"].is_null());
}

}  // namespace
}  // namespace edgesim
