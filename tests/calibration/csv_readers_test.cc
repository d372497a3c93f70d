// Generic csv, HWiNFO and EnergiBridge: small texts, and the recordings of the data folder.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <numeric>
#include <sstream>

#include "calibration/power_trace.h"
#include "calibration/trace_quality.h"
#include "sim/input_error.h"
#include "tests/support/text_files.h"

namespace edgesim {
namespace {

using testing::Contains;
using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pointwise;
using testing::StartsWith;

constexpr double kRounding = 1e-9;
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

TEST(GenericCsvTest, AllRailsInEitherUnitAndOrder) {
  const PowerTrace trace = Import("cpu_mw,note,t_ms,gpu_w\n1500,a,-100,20\n2500,b,150,21\n");
  EXPECT_THAT(trace.rails, ElementsAre("cpu", "gpu"));
  EXPECT_THAT(trace.rail_w, ElementsAre(ElementsAre(1.5, 2.5), ElementsAre(20, 21)));
  EXPECT_THAT(trace.t_s, ElementsAre(0, DoubleNear(0.25, kRounding)));
  EXPECT_NEAR(trace.origin_s, -0.1, kRounding);
  EXPECT_THAT(trace.group, ElementsAre("", ""));
}

TEST(GenericCsvTest, GroupsMayInterleaveAndBeginAgain) {
  const std::string text =
      "action,request,t_s,gpu_w\nA,1,0.5,1\nA,2,0.1,2\nA,1,0.6,3\nB,1,0.0,4\nB,1,0.0,5\n";
  const PowerTrace trace = Import(text, {.group_column = "action+request"});
  EXPECT_THAT(trace.group, ElementsAre("A/1", "A/2", "A/1", "B/1", "B/1"));
  EXPECT_THAT(trace.t_s,
              Pointwise(DoubleNear(kRounding), std::vector<double>{0.0, -0.4, 0.1, -0.5, -0.5}));
  EXPECT_THAT(ErrorOf(text), StartsWith("f:3:5: time goes back; if the file holds several runs"));
  EXPECT_EQ(ErrorOf("request,t_s,gpu_w\n1,1,1\n2,5,1\n1,0.5,1\n", {.group_column = "request"}),
            "f:4:3: time goes back in group '1'");
}

TEST(GenericCsvTest, WrongInputsGiveOneGoodLine) {
  EXPECT_EQ(ErrorOf("t_s,gpu_w\n0,1\n1,abc\n"),
            "f:3:3: column 'gpu_w': 'abc' is not a finite number");
  EXPECT_EQ(ErrorOf("t_s,gpu_w\n0,1\n1,NaN\n"),
            "f:3:3: column 'gpu_w': 'NaN' is not a finite number");
  EXPECT_EQ(
      ErrorOf("t_s,gpu_w,cpu_w\n0,1,2\n1,1\n"),
      "f:3:4: 2 cells, the header has 3: the recording was cut off in its last line; remove it");
  EXPECT_THAT(ErrorOf("t_s,gpu_w\n0,1\n1,2"), StartsWith("f:3:4: the last line has no line end"));
  EXPECT_THAT(ErrorOf("t_s,gpu_w\n0,\"1,5\"\n"), HasSubstr("write decimal points, not commas"));
  EXPECT_THAT(ErrorOf("t_s;gpu_w\n0;1,5\n"), HasSubstr("separated by semicolons"));
  EXPECT_THAT(ErrorOf("t_s,gpu_w,gpu_mw\n0,1,1000\n"), HasSubstr("in another unit"));
  EXPECT_EQ(ErrorOf("t_s,power\n0,1\n"),
            "f:1:1: no column '<rail>_w' or '<rail>_mw'; the columns are t_s, power");
  EXPECT_THAT(ErrorOf("t_s,gpu_w\n0,1\n", {.rails = {"gpu_v"}}),
              HasSubstr("did you mean 'gpu_w'?"));
  EXPECT_EQ(ErrorOf("t_s,request,gpu_w\n0,a,1\n", {.group_column = "requests"}),
            "f:1:1: no column 'requests' to group by; the columns are t_s, request, gpu_w; did you "
            "mean 'request'?");
  EXPECT_THAT(ErrorOf("time,gpu_w\n0,1\n", {.format = "generic"}),
              HasSubstr("no column 't_s' or 't_ms', which a generic trace has"));
  EXPECT_THAT(ErrorOf("t_s,t_ms,cpu_w\n0,0,1\n"),
              HasSubstr(":1:5: time stands twice, as 't_s' and 't_ms'"));
  EXPECT_THAT(ErrorOf(std::string("t_s,cpu_w\n0,1\0x\n", 16)),
              HasSubstr("column 'cpu_w': '1?x' is not a finite number"));
}

TEST(GenericCsvTest, TheShippedJetsonRecording) {
  std::istringstream in(
      FileText(std::string(EDGESIM_SOURCE_DIR) + "/calibration/data/jetson-orin-nano-vlm.csv"));
  const PowerTrace trace = ImportTrace(in, "jetson-orin-nano-vlm.csv", {});
  EXPECT_THAT(trace.rails, ElementsAre("VDD_IN"));
  ASSERT_EQ(trace.t_s.size(), 661U);
  EXPECT_NEAR(trace.t_s.back() / 660, 0.1094, 1e-4);
  RefuseMisleading(trace);
  EXPECT_LT(*std::min_element(trace.rail_w[0].begin(), trace.rail_w[0].end()), 6.0);
  EXPECT_GT(*std::max_element(trace.rail_w[0].begin(), trace.rail_w[0].end()), 21.5);
}

// As HWiNFO writes: byte order mark, Latin-1 degrees, CR LF, a comma at each line's end, no leading
// zeros, the header and the devices again at the end.
const std::string kHwinfoHeader =
    "Date,Time,\"Core Temp [\xB0"
    "C]\",\"CPU Package Power [W]\",\"IA Cores Power [W]\",\"GPU Power [W]\",\r\n";
const std::string kHwinfo = "\xEF\xBB\xBF" + kHwinfoHeader +
                            "16.9.2025,23:59:59.780,50,14.472,9,23.638,\r\n"
                            "16.9.2025,23:59:59.890,50,14.5,9,24,\r\n"
                            "17.9.2025,0:0:0.19,51,35.559,9,25.188,\r\n" +
                            kHwinfoHeader + ",,\"CPU [#0]: i7\",\"CPU [#0]: i7\",\"GPU\"\r\n";

TEST(HwinfoTest, PackageAndGpuAcrossMidnight) {
  const PowerTrace trace = Import(kHwinfo);
  EXPECT_THAT(trace.rails, ElementsAre("cpu", "gpu"));
  EXPECT_THAT(trace.t_s, Pointwise(DoubleNear(kRounding), std::vector<double>{0, 0.11, 0.239}));
  EXPECT_THAT(trace.rail_w,
              ElementsAre(ElementsAre(14.472, 14.5, 35.559), ElementsAre(23.638, 24, 25.188)));
  EXPECT_THAT(trace.notes, Contains("1 repeated header lines passed over"));
}

TEST(HwinfoTest, MidnightWithoutADate) {
  const PowerTrace trace =
      Import("Time,GPU Power [W]\n23:59:59.500,1\n0:0:0.500,2\n23:59:59.0,3\n0:0:1.0,4\n",
             {.format = "hwinfo"});
  EXPECT_THAT(trace.rails, ElementsAre("gpu"));
  EXPECT_THAT(trace.t_s,
              Pointwise(DoubleNear(kRounding), std::vector<double>{0, 1, 86399.5, 86401.5}));
}

TEST(HwinfoTest, WrongInputsGiveOneGoodLine) {
  EXPECT_EQ(
      ErrorOf("Date,Time,GPU Power [W],GPU Power [W]\n1.1.2025,0:0:0.0,1,2\n"),
      "f:1:25: column 'GPU Power [W]' stands 2 times; choose one: 'gpu=GPU Power [W]#1' to #2");
  EXPECT_EQ(ErrorOf("Date,Time,IA Cores Power [W]\n"),
            "f:1:1: neither 'CPU Package Power [W]' nor 'GPU Power [W]' is there; choose rails; "
            "columns that look like power: 'IA Cores Power [W]'");
  EXPECT_EQ(ErrorOf("Date,Time,GPU Power [W]\n1/1/2025,0:0:0.0,1\n"),
            "f:2:1: '1/1/2025' is no date, expected D.M.YYYY");
  EXPECT_EQ(ErrorOf("Date,Time,GPU Power [W]\n1.1.2025,0:0,1\n"),
            "f:2:10: '0:0' is no time, expected H:M:S.ms");
  EXPECT_EQ(ErrorOf("Date,Time,GPU Power [W]\n1.1.2025,0:0:1.0,1\n1.1.2025,0:0:0.0,1\n"),
            "f:3:10: time goes back; if the file holds several runs, name the column that tells "
            "them apart as the group");
}

TEST(EnergiBridgeTest, TimeIsTheReadingsOwn) {
  const PowerTrace trace = Import(
      "Delta,Time,CPU_USAGE_0,SYSTEM_POWER (Watts)\n0,1771977195749,NaN,5.5\n"
      "204,1771977195749,50,5.5\n203,1771977195954,50,6.5\n");
  EXPECT_THAT(trace.rails, ElementsAre("system"));
  EXPECT_THAT(trace.t_s, Pointwise(DoubleNear(kRounding), std::vector<double>{0, 0, 0.205}));
  EXPECT_THAT(trace.rail_w[0], ElementsAre(5.5, 5.5, 6.5));
  EXPECT_THAT(WithoutHeldValues(trace).t_s,
              Pointwise(DoubleNear(kRounding), std::vector<double>{0, 0.205}));
}

TEST(EnergiBridgeTest, CountersAreMeanPowerSinceTheRowBefore) {
  const std::string header = "Delta,Time,DRAM_ENERGY (J),PACKAGE_ENERGY (J),PP0_ENERGY (J)\n";
  const PowerTrace trace = Import(header +
                                  "0,1000,1,100,1\n200,1000,1,100.5,1\n200,1200,2,104,1\n"
                                  "200,1400,3,110,1\n200,1600,4,2,1\n200,1800,5,8,1\n");
  EXPECT_THAT(trace.rails, ElementsAre("dram", "package"));
  // The row of the wrap and the second one, at the first one's time, give no power.
  EXPECT_THAT(trace.t_s, Pointwise(DoubleNear(kRounding), std::vector<double>{0, 0.2, 0.6}));
  EXPECT_THAT(trace.rail_w[0], Pointwise(DoubleNear(kRounding), std::vector<double>{5, 5, 5}));
  EXPECT_THAT(trace.rail_w[1], Pointwise(DoubleNear(kRounding), std::vector<double>{20, 30, 30}));
  EXPECT_THAT(trace.notes, Contains("1 samples left out where an energy counter went back"));
  EXPECT_THAT(ErrorOf("Delta,Time,GPU0_POWER\n0,1,2\n"),
              HasSubstr("neither a column '... (Watts)' nor the energy of a package is there"));
}

TEST(EnergiBridgeTest, TheM1ProRefreshesOnceASecond) {
  if (kData.empty()) GTEST_SKIP() << "EDGESIM_DATA_DIR is not set";
  std::istringstream in(Unzipped(
      kData + "/m1pro_llm_power/energy_results_Llama-3.2-3B-Instruct-Q4_K_M_trial_10.csv.gz"));
  const PowerTrace trace = ImportTrace(in, "trial_10", {});
  EXPECT_THAT(trace.rails, ElementsAre("system"));
  ASSERT_EQ(trace.t_s.size(), 2054U);
  EXPECT_NEAR(trace.t_s.back(), 419.238, 1e-6);
  EXPECT_EQ(trace.rail_w[0].front(), 5.744338512420654);
  EXPECT_EQ(trace.rail_w[0].back(), 40.70506286621094);
  const RailQuality quality = AssessRail(trace.t_s, trace.rail_w[0]);
  EXPECT_TRUE(quality.held);
  EXPECT_NEAR(quality.refresh_s, 1.0, 0.02);
  EXPECT_NEAR(quality.repeat_share, 0.8, 0.01);
  EXPECT_EQ(quality.quantum_w, 0);
  EXPECT_NEAR(static_cast<double>(WithoutHeldValues(trace).t_s.size()), 420, 2);
}

// The raw logs of a request each; the reference table has been made from them by another program.
TEST(HwinfoTest, TheSeedStudysLogs) {
  if (kData.empty()) GTEST_SKIP() << "EDGESIM_DATA_DIR is not set";
  const std::string command =
      "unzip -p '" + kData +
      "/emslm/6_runs_mtbench.zip' '*/Qwen3-4B-Q6_K/*/q_0001_*/raw_hwinfo.csv'";
  FILE* pipe = popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string text;
  char buffer[4096];
  for (std::size_t n; (n = fread(buffer, 1, sizeof buffer, pipe)) > 0;) text.append(buffer, n);
  if (pclose(pipe) != 0 || text.empty()) GTEST_SKIP() << "unzip is not installed";
  const PowerTrace raw = Import(text);
  std::istringstream in(Unzipped(kData + "/emslm/derived_traces.csv.gz"));
  const PowerTrace all = ImportTrace(in, "derived", {.group_column = "action+question_id"});
  EXPECT_EQ(all.t_s.size(), 6245U);
  EXPECT_THAT(raw.rails, ElementsAre("cpu", "gpu"));
  std::vector<double> t_s, cpu_w, gpu_w;
  for (std::size_t i = 0; i < all.t_s.size(); ++i) {
    if (all.group[i] != all.group[0]) continue;
    t_s.push_back(all.t_s[i]);
    cpu_w.push_back(all.rail_w[0][i]);
    gpu_w.push_back(all.rail_w[1][i]);
  }
  EXPECT_THAT(raw.t_s, Pointwise(DoubleNear(1e-6), t_s));
  EXPECT_EQ(raw.rail_w[0], cpu_w);
  EXPECT_EQ(raw.rail_w[1], gpu_w);
}

}  // namespace
}  // namespace edgesim
