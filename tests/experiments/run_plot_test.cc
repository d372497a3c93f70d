// Tests for experiments/run_plot.cc.
#include "experiments/run_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(RunPlot, ReadsTheFiguresOfARun) {
  const auto built = BuildSmall({"policies=[q-learning, pacing]"});
  const RunResult result = RunExperiment(*built, {.threads = 2});
  const RunSummary summary = Summarise(*built, result);
  const RunFigures figures = ReadRunFigures(SummaryJson(*built, summary), "summary.json");
  EXPECT_EQ(figures.optimum, summary.optimum_simulated->mean);
  double best = 0, constant = 0;
  std::string name;
  for (const PolicySummary& policy : summary.policies) {
    if (policy.reward.mean > best) name = policy.name;
    best = std::max(best, policy.reward.mean);
    if (policy.name == summary.best_constant) constant = policy.reward.mean;
  }
  EXPECT_EQ(figures.best, name);
  EXPECT_EQ(figures.best_constant, constant);

  const TextPlot plot = TrainingPlot(CurvesCsv(result), "curves.csv", figures);
  ASSERT_EQ(plot.curves.size(), 1U);
  EXPECT_EQ(plot.curves[0].name, "q-learning");
  ASSERT_EQ(plot.curves[0].points.size(), 20U);  // too few to smooth
  for (const PolicyRun& run : result.policies) {
    if (!run.learns) continue;
    EXPECT_NEAR(plot.curves[0].points[7].second,
                (run.replicas[0].curve[7].reward + run.replicas[1].curve[7].reward) / 2, 1e-6);
  }
  EXPECT_EQ(plot.levels.size(), 2U);
}

TEST(RunPlot, SmoothsByAMovingMean) {
  std::string csv = "policy,replica,episode,reward,budget_used\n";
  for (int e = 0; e < 160; ++e) csv += "a,0," + std::to_string(e) + (e % 2 ? ",1,1\n" : ",0,1\n");
  const TextPlot plot = TrainingPlot(csv, "curves.csv", {.best = "a"});
  EXPECT_EQ(plot.curves[0].points[80].second, 2.0 / 5);  // of 78 to 82
  EXPECT_EQ(plot.curves[0].points[81].second, 3.0 / 5);
  EXPECT_EQ(plot.curves[0].points[0].second, 1.0 / 3);
  EXPECT_TRUE(plot.levels.empty());
  EXPECT_TRUE(TrainingPlot("policy,replica,episode,reward\n", "c", {}).curves.empty());
}

TEST(RunPlot, RefusesWhatIsNoSummary) {
  for (const char* text : {"", "[]", "{}", "{\"policies\": 5}", "{\"policies\": {}}"})
    EXPECT_THAT([&] { ReadRunFigures(text, "summary.json"); },
                ThrowsMessage<InputError>(HasSubstr("summary.json: ")))
        << text;
}

TEST(RunPlot, PowerIsThatOfTheCappedRails) {
  PowerCourse course;
  course.rails = {"cpu", "gpu"};
  course.stretches = {{SimTime{}, FromSeconds(2), {10, 30}, 0U},
                      {SimTime{} + FromSeconds(2), FromSeconds(1), {5, 0}, std::nullopt}};
  const TextPlot all = PowerPlot(course, std::nullopt);
  using Points = std::vector<std::pair<double, double>>;
  EXPECT_EQ(all.curves[0].points, (Points{{0, 40}, {2, 40}, {2, 5}, {3, 5}}));
  EXPECT_TRUE(all.levels.empty());
  const TextPlot gpu = PowerPlot(course, PowerCap{.limit = Watts(25), .rails = 2});
  EXPECT_EQ(gpu.curves[0].points[0].second, 30);
  ASSERT_EQ(gpu.levels.size(), 1U);
  EXPECT_EQ(gpu.levels[0].name, "cap 25 W");
}

}  // namespace
}  // namespace edgesim
