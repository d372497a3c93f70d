// tegrastats and PTDaemon: small texts, and the recordings of the data folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "calibration/power_trace.h"
#include "calibration/trace_quality.h"
#include "sim/input_error.h"
#include "tests/support/text_files.h"

namespace edgesim {
namespace {

using testing::DoubleNear;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;

constexpr double kRounding = 1e-6;  // times since 1970 in double
const std::string kData = EDGESIM_DATA_DIR;

PowerTrace Import(const std::string& text, const ImportOptions& options = {}) {
  std::istringstream in(text);
  return ImportTrace(in, "f", options);
}

std::string ErrorOf(const std::string& text, const ImportOptions& options = {}) {
  try {
    Import(text, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

std::string Tegrastats(const std::string& time, int milliwatts) {
  const std::string mw = std::to_string(milliwatts);
  return "04-19-2026 " + time + " RAM 519/7607MB CPU [0%@1728] VDD_IN " + mw +
         "mW/9999mW VDD_SOC " + mw + "mW/1mW\n";
}

TEST(TegrastatsTest, LinesOfOneSecondAreSpreadOverIt) {
  // 1 line of the first second, four of each inner one, 2 of the last; 23:59:59 to the next day.
  std::string text = Tegrastats("23:59:57", 1000);
  for (const char* second : {"23:59:58", "23:59:59"}) {
    for (int i = 0; i < 4; ++i) text += Tegrastats(second, 2000 + i);
  }
  for (int i = 0; i < 2; ++i) {
    std::string line = Tegrastats("00:00:00", 3000);
    text += line.replace(3, 2, "20");
  }
  const PowerTrace trace = Import(text);
  EXPECT_THAT(trace.rails, ElementsAre("VDD_IN"));  // VDD_SOC is a part of it
  std::vector<double> expected;
  for (int i = 0; i < 11; ++i) expected.push_back(0.25 * i);
  EXPECT_THAT(trace.t_s, Pointwise(DoubleNear(kRounding), expected));
  EXPECT_THAT(trace.rail_w[0],
              ElementsAre(1, 2, 2.001, 2.002, 2.003, 2, 2.001, 2.002, 2.003, 3, 3));
}

TEST(TegrastatsTest, OneLineASecondAndAPauseStayAsTheyAre) {
  const PowerTrace trace = Import(Tegrastats("01:00:00", 1) + Tegrastats("01:00:01", 2) +
                                  Tegrastats("01:00:05", 3) + Tegrastats("01:00:06", 4));
  EXPECT_THAT(trace.t_s, Pointwise(DoubleNear(kRounding), std::vector<double>{0, 1, 5, 6}));
}

TEST(TegrastatsTest, ChosenRailsAndWrongInputs) {
  const std::string text = Tegrastats("01:00:00", 1) + Tegrastats("01:00:01", 2);
  EXPECT_THAT(Import(text, {.rails = {"soc=VDD_SOC", "VDD_IN"}}).rails,
              ElementsAre("soc", "VDD_IN"));
  EXPECT_EQ(ErrorOf(text, {.rails = {"VDD_INN"}}),
            "f:1:1: no rail 'VDD_INN'; the rails are VDD_IN, VDD_SOC; did you mean 'VDD_IN'?");
  EXPECT_THAT(ErrorOf(text + "04-19-2026 01:00:02 RAM 519/7607MB\n"),
              HasSubstr("f:3:35: no rail 'VDD_IN' in this line: the recording was cut off"));
  EXPECT_EQ(ErrorOf(text + Tegrastats("00:00:00", 2)),
            "f:3:1: time goes back; one recording per file is expected");
  EXPECT_THAT(ErrorOf("RAM 5/9MB GR3D_FREQ 0% POM_5V_IN 2532/2532\n"),
              HasSubstr("f:1:1: no time such as"));
  EXPECT_THAT(ErrorOf("04-19-2026 01:00:02 RAM 5/9MB GR3D_FREQ 0%\n"),
              HasSubstr("no rail such as"));
  EXPECT_THAT(ErrorOf(text, {.group_column = "x"}), HasSubstr("no column to group by"));
}

TEST(TegrastatsTest, TheJetsonRecording) {
  if (kData.empty()) GTEST_SKIP() << "EDGESIM_DATA_DIR is not set";
  std::istringstream in(FileText(kData + "/jetson_orin_nano_tegrastats/trt_20260419_013102.raw"));
  const PowerTrace trace = ImportTrace(in, "jetson", {});
  EXPECT_THAT(trace.rails, ElementsAre("VDD_IN"));
  ASSERT_EQ(trace.t_s.size(), 661U);
  EXPECT_EQ(trace.rail_w[0].front(), 5.971);
  EXPECT_EQ(trace.rail_w[0].back(), 6.13);
  std::vector<double> steps;
  for (std::size_t i = 1; i < trace.t_s.size(); ++i)
    steps.push_back(trace.t_s[i] - trace.t_s[i - 1]);
  EXPECT_THAT(steps, Each(DoubleNear(0.1094, 0.011)));  // 9 or 10 lines a second
  EXPECT_NEAR(trace.t_s.back() / 660, 0.1094, 1e-4);
  const RailQuality quality = AssessRail(trace.t_s, trace.rail_w[0]);
  EXPECT_GT(quality.quantum_w, 0.02);
  EXPECT_LT(quality.quantum_w, 0.04);
  EXPECT_GT(quality.repeat_share, 0.5);  // steady and coarse, yet
  EXPECT_FALSE(quality.held);            // each sample is new where power moves
  EXPECT_EQ(WithoutHeldValues(trace).t_s.size(), 661U);

  // The shipped excerpt is this recording.
  std::istringstream shipped_in(
      FileText(std::string(EDGESIM_SOURCE_DIR) + "/calibration/data/jetson-orin-nano-vlm.csv"));
  const PowerTrace shipped = ImportTrace(shipped_in, "shipped", {});
  EXPECT_THAT(shipped.t_s, Pointwise(DoubleNear(0.00051), trace.t_s));
  EXPECT_EQ(shipped.rail_w, trace.rail_w);
}

const std::string kSpl =
    "Time,03-02-2023 13:38:13.142,Watts,14.240000,Volts,252.89,Amps,0.13,PF,0.42,Mark,a\n"
    "Time,03-02-2023 13:38:14.143,Watts,15.750000,Volts,252.88,Amps,0.14,PF,0.43,Mark,b\n";

TEST(SplTest, WattsByName) {
  const PowerTrace trace = Import(kSpl, {.group_column = "Mark"});
  EXPECT_THAT(trace.rails, ElementsAre("wall"));
  EXPECT_THAT(trace.t_s, Pointwise(DoubleNear(kRounding), std::vector<double>{0, 1.001}));
  EXPECT_THAT(trace.rail_w[0], ElementsAre(14.24, 15.75));
  EXPECT_THAT(trace.group, ElementsAre("a", "b"));
}

TEST(SplTest, WrongInputsGiveOneGoodLine) {
  EXPECT_EQ(
      ErrorOf(kSpl + "Time,03-02-2023 13:38:15.143,Wat\n"),
      "f:3:33: no 'Watts' in this line: the recording was cut off in its last line; remove it");
  EXPECT_EQ(ErrorOf(kSpl + "Time,2023-03-02 13:38:15.143,Watts,1\n"),
            "f:3:6: '2023-03-02 13:38:15.143' is no time, expected MM-DD-YYYY HH:MM:SS.mmm");
  EXPECT_EQ(ErrorOf(kSpl + "Time,03-02-2023 13:38:15.143,Watts,1x\n"),
            "f:3:36: '1x' is not a finite number of watts");
  EXPECT_EQ(ErrorOf(kSpl + "Time,03-02-2023 13:38:10.143,Watts,1\n"), "f:3:6: time goes back");
  EXPECT_THAT(ErrorOf("Time,03-02-2023 13:38:10.143,Watts,1,Watts,2\n"),
              HasSubstr("f:1:38: 'Watts' stands twice"));
  EXPECT_THAT(ErrorOf(kSpl, {.rails = {"Volts"}}), HasSubstr("it has 'Watts'"));
}

TEST(SplTest, AWallRecordingOfMlperf) {
  if (kData.empty()) GTEST_SKIP() << "EDGESIM_DATA_DIR is not set";
  std::istringstream in(
      Unzipped(kData + "/mlperf_power_v3.0/"
                       "Krai__orin-tflite-v2.11.0-ruy__resnet50__singlestream__run_1__spl.txt.gz"));
  const PowerTrace trace = ImportTrace(in, "spl", {});
  ASSERT_EQ(trace.t_s.size(), 628U);
  EXPECT_NEAR(trace.t_s.back(), 627, kRounding);
  EXPECT_EQ(trace.rail_w[0].front(), 14.24);
  EXPECT_EQ(trace.rail_w[0].back(), 14.27);
  const RailQuality quality = AssessRail(trace.t_s, trace.rail_w[0]);
  EXPECT_NEAR(quality.quantum_w, 0.01, 1e-12);
  EXPECT_NEAR(quality.refresh_s, 1, 0.002);
  RefuseMisleading(trace);
}

}  // namespace
}  // namespace edgesim
