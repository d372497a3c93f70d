// Recorded power traces: joining, the true sampling period, the grid, the energy of a request.
#include "calibration/request_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <fstream>
#include <map>
#include <sstream>

#include "sim/input_error.h"
#include "tests/support/text_files.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kRounding = 1e-12;  // relative, of short sums

RequestTrace Trace(double duration_s, std::vector<double> t_s, std::vector<double> watts) {
  return {.action = "m-q6_k",
          .request = "1",
          .duration_s = duration_s,
          .output_tokens = 10,
          .t_s = std::move(t_s),
          .rail_w = {std::move(watts)}};
}

TEST(MeasuredEnergyTest, AConstantIsPowerTimesTimeWhereverTheSamplesLie) {
  EXPECT_NEAR(MeasuredEnergy(Trace(2, {0, 1, 2}, {30, 30, 30}), 0), 60, 60 * kRounding);
  EXPECT_NEAR(MeasuredEnergy(Trace(2, {-0.3, 0.9, 1.1, 2.7}, {30, 30, 30, 30}), 0), 60,
              60 * kRounding);
  EXPECT_NEAR(MeasuredEnergy(Trace(2, {0.4, 1.3}, {30, 30}), 0), 60, 60 * kRounding);
}

TEST(MeasuredEnergyTest, ALinearRiseIsExactWithBothEndsInterpolated) {
  // w(t) = 10 + 4 t, unevenly sampled from before the start to after the end: 10 * 3 + 2 * 9.
  std::vector<double> t = {-0.5, 0.2, 0.9, 1.0, 2.3, 3.4}, w;
  for (const double at : t) w.push_back(10 + 4 * at);
  EXPECT_NEAR(MeasuredEnergy(Trace(3, t, w), 0), 48, 48 * kRounding);
}

TEST(MeasuredEnergyTest, OutsideTheSamplesTheNearestReadingHolds) {
  // 0 .. 0.5 at 20, trapezoid to 1.5 at 40, then 40 until 2.
  EXPECT_NEAR(MeasuredEnergy(Trace(2, {0.5, 1.5}, {20, 40}), 0), 10 + 30 + 20, 60 * kRounding);
}

TEST(MeasuredEnergyTest, SamplesAtTheEndsAndOutsideCountOnce) {
  const double inside = MeasuredEnergy(Trace(2, {0, 1, 2}, {10, 20, 30}), 0);
  EXPECT_NEAR(inside, 15 + 25, 40 * kRounding);
  // Readings beyond those at the very ends change nothing.
  EXPECT_NEAR(MeasuredEnergy(Trace(2, {-1, 0, 1, 2, 3}, {500, 10, 20, 30, 500}), 0), inside,
              40 * kRounding);
}

TEST(MeasuredEnergyTest, ARequestBetweenTwoSamplesIsInterpolatedFromThem) {
  EXPECT_NEAR(MeasuredEnergy(Trace(1, {-1, 3}, {10, 50}), 0), 25,
              25 * kRounding);  // 20 at 0, 30 at 1
}

TEST(MeasuredEnergyTest, EachRailOnItsOwn) {
  RequestTrace trace = Trace(1, {0, 1}, {10, 10});
  trace.rail_w.push_back({70, 70});
  EXPECT_NEAR(MeasuredEnergy(trace, 0), 10, 10 * kRounding);
  EXPECT_NEAR(MeasuredEnergy(trace, 1), 70, 70 * kRounding);
}

// NaN cells as -1, so that vectors compare.
std::vector<double> Cells(const RequestTrace& trace, double interval_s) {
  std::vector<double> cells = OnGrid(trace, 0, interval_s);
  for (double& w : cells) w = std::isnan(w) ? -1 : w;
  return cells;
}

TEST(OnGridTest, OneCellPerReadingInsideTheRequest) {
  EXPECT_THAT(Cells(Trace(0.4, {0.0, 0.1, 0.2, 0.3, 0.4}, {1, 2, 3, 4, 5}), 0.1),
              ElementsAre(1, 2, 3, 4, 5));
}

TEST(OnGridTest, ReadingsBeforeTheStartAndAfterTheEndAreDropped) {
  EXPECT_THAT(Cells(Trace(0.25, {-0.15, -0.05, 0.05, 0.15, 0.25, 0.35}, {1, 2, 3, 4, 5, 6}), 0.1),
              ElementsAre(3, 4, 5));
}

TEST(OnGridTest, SkippedReadingsAreMissingCells) {
  EXPECT_THAT(Cells(Trace(1, {0.05, 0.15, 0.45, 0.55, 0.75}, {1, 2, 3, 4, 5}), 0.1),
              ElementsAre(1, 2, -1, -1, 3, 4, -1, 5));
}

TEST(OnGridTest, AFirstReadingThatComesLateLeavesMissingCellsBeforeIt) {
  EXPECT_THAT(Cells(Trace(1, {0.35, 0.45}, {1, 2}), 0.1), ElementsAre(-1, -1, -1, 1, 2));
}

TEST(OnGridTest, JitterBelowAQuarterOfTheIntervalAddsAndDropsNothing) {
  std::vector<double> t, w;
  for (int i = 0; i < 50; ++i) {
    t.push_back(0.1 * i + 0.05 + 0.024 * (i % 2 == 0 ? 1 : -1));
    w.push_back(i);
  }
  EXPECT_EQ(Cells(Trace(5, t, w), 0.1), w);
}

TEST(OnGridTest, MoreJitterDoesNotMakeTheRequestLonger) {
  std::vector<double> t;
  for (int i = 0; i < 50; ++i) t.push_back(0.1 * i + 0.05 + 0.026 * (i % 2 == 0 ? -1 : 1));
  // 50 readings in 5 s: each lies in the cell of its own.
  EXPECT_NEAR(static_cast<double>(OnGrid(Trace(5, t, std::vector<double>(50, 1)), 0, 0.1).size()),
              50, 1);
}

TEST(OnGridTest, ASmallErrorOfTheIntervalDoesNotAddUp) {
  std::vector<double> t, w;
  for (int i = 0; i < 500; ++i) {
    t.push_back(0.11 * i);
    w.push_back(i);
  }
  EXPECT_EQ(Cells(Trace(60, t, w), 0.109), w);
}

TEST(MeanSamplingPeriodTest, GapsDoNotCount) {
  TraceSet set{.rails = {"gpu"}, .requests = {}};
  set.requests.push_back(Trace(2, {0, 0.1, 0.21, 0.3, 1.3, 1.41}, {1, 1, 1, 1, 1, 1}));
  // 0.1, 0.11, 0.09, 0.11; the gap of a second is left out.
  EXPECT_NEAR(MeanSamplingPeriod(set), 0.41 / 4, kRounding);
}

TEST(MeanSamplingPeriodTest, SpansAllRequestsButNoStepBetweenThem) {
  TraceSet set{.rails = {"gpu"}, .requests = {}};
  set.requests.push_back(Trace(2, {0, 0.1, 0.2}, {1, 1, 1}));
  set.requests.push_back(Trace(2, {5, 5.12}, {1, 1}));
  EXPECT_NEAR(MeanSamplingPeriod(set), 0.32 / 3, kRounding);
}

constexpr const char* kRequests =
    "action,question_id,completion_tokens,duration_s\nA-Q6,1,250,6.5\nA-Q6,2,40,1.5\n";

TraceSet Join(const std::string& samples, const std::string& requests = kRequests) {
  return JoinTraces(CsvTable(samples, "samples.csv"), CsvTable(requests, "requests.csv"));
}

std::string ErrorOf(const std::string& samples, const std::string& requests = kRequests) {
  try {
    Join(samples, requests);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(JoinTracesTest, SamplesFindTheirRequest) {
  const TraceSet set = Join(
      "gpu_w,t_s,action,question_id,cpu_w,note\n"
      "10,-0.1,A-Q6,2,1,x\n"
      "20,0,A-Q6,1,2,x\n"
      "11,0.1,A-Q6,2,3,x\n"
      "12,0.2,A-Q6,2,6,x\n"
      "21,0.1,A-Q6,1,4,x\n"
      "22,0.2,A-Q6,1,5,x\n",
      "action,question_id,completion_tokens,duration_s\nA-Q6,1,250,0.5\nA-Q6,2,40,0.25\n");
  EXPECT_THAT(set.rails, ElementsAre("gpu", "cpu"));
  ASSERT_EQ(set.requests.size(), 2U);
  const RequestTrace& first = set.requests[0];
  EXPECT_EQ(first.action, "A-Q6");
  EXPECT_EQ(first.request, "1");
  EXPECT_EQ(first.duration_s, 0.5);
  EXPECT_EQ(first.output_tokens, 250);
  EXPECT_THAT(first.t_s, ElementsAre(0, 0.1, 0.2));
  EXPECT_THAT(first.rail_w[0], ElementsAre(20, 21, 22));
  EXPECT_THAT(first.rail_w[1], ElementsAre(2, 4, 5));
  EXPECT_THAT(set.requests[1].t_s, ElementsAre(-0.1, 0.1, 0.2));
}

TEST(JoinTracesTest, WhatDoesNotFitTogetherIsAnError) {
  const std::string header = "action,question_id,t_s,gpu_w\n";
  const std::string complete = header + "A-Q6,1,0,1\nA-Q6,1,1,1\nA-Q6,2,0,1\nA-Q6,2,1,1\n";
  EXPECT_EQ(ErrorOf(complete), "no error");
  EXPECT_THAT(ErrorOf(complete + "A-Q6,3,0,1\n"), HasSubstr("question 3"));
  EXPECT_THAT(ErrorOf(complete + "B-Q6,1,0,1\n"), HasSubstr("B-Q6"));
  EXPECT_THAT(ErrorOf(header + "A-Q6,1,0,1\nA-Q6,1,1,1\n"), HasSubstr("question 2"));  // no samples
  EXPECT_THAT(ErrorOf(complete + "A-Q6,1,0.5,1\n"), HasSubstr("time goes back"));
  EXPECT_THAT(ErrorOf(complete + "A-Q6,1,1,1\n"), HasSubstr("time goes back"));  // stands still
  EXPECT_THAT(ErrorOf("action,question_id,t_s,power\nA-Q6,1,0,1\n"), HasSubstr("_w"));
  EXPECT_THAT(ErrorOf(complete + "A-Q6,1,2,nan\n"), HasSubstr("gpu_w"));
}

TEST(JoinTracesTest, MilliwattsAreReadAsRecordingsReadThem) {
  const TraceSet set = Join(
      "action,question_id,t_s,gpu_mw,cpu_w\n"
      "A-Q6,1,0,1500,2\nA-Q6,1,1,2500,3\nA-Q6,2,0,1000,4\nA-Q6,2,1,1000,5\n");
  EXPECT_THAT(set.rails, ElementsAre("gpu", "cpu"));
  EXPECT_THAT(set.requests[0].rail_w[0], ElementsAre(1.5, 2.5));
  EXPECT_THAT(ErrorOf("action,question_id,t_s,gpu_w,gpu_mw\nA-Q6,1,0,1,1000\n"),
              HasSubstr("samples.csv:1: rail 'gpu' stands twice, as 'gpu_w' and 'gpu_mw'"));
  EXPECT_THAT(ErrorOf("action,question_id,t_s,t_ms,gpu_w\nA-Q6,1,0,0,1\n"), HasSubstr("'t_ms'"));
  EXPECT_THAT(ErrorOf("action,question_id,t_s,gpu_w\nA-Q6,1,0,5971\n"),
              HasSubstr("samples.csv:2: A-Q6, question 1, t_s = 0: gpu is 5971 W, allowed: 0 to "
                        "5000; is the column in mW?"));
}

TEST(JoinTracesTest, ADurationFarBeyondTheSamplesIsAnError) {
  const std::string samples =
      "action,question_id,t_s,gpu_w\nA-Q6,1,0,1\nA-Q6,1,1,1\nA-Q6,2,0,1\nA-Q6,2,1,1\n";
  const std::string header = "action,question_id,completion_tokens,duration_s\nA-Q6,1,250,2\n";
  EXPECT_EQ(ErrorOf(samples, header + "A-Q6,2,250,10.5\n"), "no error");  // up to ten periods
  EXPECT_THAT(ErrorOf(samples, header + "A-Q6,2,250,500\n"),
              HasSubstr("requests.csv:3: A-Q6, question 2: duration_s is 500, but its samples in "
                        "samples.csv end at 1 s"));
}

TEST(MeanSamplingPeriodTest, NeedsTwoSamples) {
  TraceSet set{.rails = {"gpu"}, .requests = {}};
  set.requests.push_back(Trace(2, {0.1}, {1}));
  EXPECT_THROW(MeanSamplingPeriod(set), InputError);
}

TEST(JoinTracesTest, RowsThatRepeatARequestAreAnError) {
  const std::string samples =
      "action,question_id,t_s,gpu_w\nA-Q6,1,0,1\nA-Q6,1,1,1\nA-Q6,2,0,1\nA-Q6,2,1,1\n";
  EXPECT_THAT(ErrorOf(samples, std::string(kRequests) + "A-Q6,1,250,6.5\n"),
              HasSubstr("question 1"));
}

TEST(RecordedTracesTest, EnergiesAreThoseOfTheIndependentIntegration) {
  const std::string data = EDGESIM_DATA_DIR;
  if (data.empty()) GTEST_SKIP() << "EDGESIM_DATA_DIR is empty: the recorded traces are not here";
  const CsvTable requests(FileText(data + "/emslm/measured_requests.csv"), "measured_requests.csv");
  const TraceSet set = JoinTraces(
      CsvTable(Unzipped(data + "/emslm/derived_traces.csv.gz"), "derived_traces.csv"), requests);
  ASSERT_THAT(set.rails, ElementsAre("cpu", "gpu"));
  ASSERT_EQ(set.requests.size(), 108U);
  constexpr double kTolerance =
      1e-2;  // J; the file has three decimals, its times six, the traces three
  for (std::size_t i = 0; i < set.requests.size(); ++i) {
    const RequestTrace& trace = set.requests[i];
    ASSERT_EQ(trace.request, requests.Text(i, requests.Column("question_id")));
    const std::string name = trace.action + " " + trace.request;
    EXPECT_NEAR(MeasuredEnergy(trace, 0), requests.Number(i, requests.Column("energy_cpu_j")),
                kTolerance)
        << name;
    EXPECT_NEAR(MeasuredEnergy(trace, 1), requests.Number(i, requests.Column("energy_gpu_j")),
                kTolerance)
        << name;
  }
}

TEST(RecordedTracesTest, TheSensorSamplesEvery109Milliseconds) {
  const std::string data = EDGESIM_DATA_DIR;
  if (data.empty()) GTEST_SKIP() << "EDGESIM_DATA_DIR is empty: the recorded traces are not here";
  const TraceSet set = JoinTraces(
      CsvTable(Unzipped(data + "/emslm/derived_traces.csv.gz"), "derived_traces.csv"),
      CsvTable(FileText(data + "/emslm/measured_requests.csv"), "measured_requests.csv"));
  EXPECT_NEAR(MeanSamplingPeriod(set), 0.1091,
              0.0002);  // 6,245 readings; the committed profile says 0.10911
  for (const RequestTrace& trace : set.requests) {
    const auto cells = static_cast<double>(OnGrid(trace, 0, 0.10911).size());
    // A grid as long as the request: each of its ends may take or lose a cell.
    EXPECT_NEAR(cells, trace.duration_s / 0.10911, 2) << trace.action << " " << trace.request;
  }
}

}  // namespace
}  // namespace edgesim
