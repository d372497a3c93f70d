// Tests for experiments/record/recording.cc.
#include "experiments/record/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sim/csv_table.h"

namespace edgesim {
namespace {

using testing::ElementsAre;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

RailSeries Series(const std::string& name, std::vector<double> t_s, std::vector<double> w) {
  return {
      .rail = {.name = name, .source = "", .scope = ""}, .t_s = std::move(t_s), .w = std::move(w)};
}

TEST(Recording, SeriesCountFromTheOriginAndSkipWhatIsMissing) {
  const auto series =
      SeriesOf({{.name = "a", .source = "", .scope = ""}, {.name = "b", .source = "", .scope = ""}},
               {{.t_s = 10, .w = {1, kNaN}},
                {.t_s = 11, .w = {2, kNaN}},
                {.t_s = 11, .w = {3, kNaN}},
                {.t_s = 12, .w = {kNaN, kNaN}}},
               11);
  ASSERT_EQ(series.size(), 2U);
  EXPECT_THAT(series[0].t_s, ElementsAre(-1, 0));
  EXPECT_THAT(series[0].w, ElementsAre(1, 3));
  EXPECT_TRUE(series[1].t_s.empty());
}

TEST(Recording, EnergyIsTheTrapezoidWithBothEndsInterpolated) {
  const RailSeries ramp = Series("r", {-1, 1, 3}, {0, 4, 4});
  EXPECT_DOUBLE_EQ(WattsAt(ramp, 0), 2);
  EXPECT_DOUBLE_EQ(WattsAt(ramp, -5), 0);
  EXPECT_DOUBLE_EQ(WattsAt(ramp, 5), 4);
  EXPECT_DOUBLE_EQ(WattsAt(ramp, 1), 4);
  EXPECT_DOUBLE_EQ(Energy(ramp, 0, 2), 3 + 4);      // 0.5 (2 + 4) 1 + 4
  EXPECT_DOUBLE_EQ(Energy(ramp, 0.25, 0.75), 1.5);  // between two readings
  EXPECT_DOUBLE_EQ(Energy(ramp, 2, 6), 16);         // held after the last
  EXPECT_DOUBLE_EQ(MeanPeriod(ramp), 2);
  EXPECT_TRUE(std::isnan(MeanPeriod(Series("one", {0}, {1}))));
}

TEST(Recording, CsvHasTheFirstRailsInstantsWithinAllRails) {
  const PowerCsv csv = FormatPowerCsv({Series("cpu", {-0.2, -0.1, 0, 0.1, 0.2}, {1, 2, 3, 4, 5}),
                                       Series("gpu", {-0.15, 0.05, 0.15}, {10, 20, 40})});
  EXPECT_EQ(csv.text,
            "t_s,cpu_w,gpu_w\n"
            "-0.100000,2.0000,12.5000\n"
            "0.000000,3.0000,17.5000\n"
            "0.100000,4.0000,30.0000\n");
  EXPECT_EQ(csv.rows, 3U);
  EXPECT_EQ(csv.first_s, -0.1);
  EXPECT_EQ(csv.last_s, 0.1);
  const CsvTable table(csv.text, "power.csv");  // what is written can be read
  EXPECT_EQ(table.Number(2, table.Column("gpu_w")), 30);
}

TEST(Recording, CsvWithoutACommonInstantHasNoRows) {
  const PowerCsv csv = FormatPowerCsv({Series("a", {0, 1}, {1, 1}), Series("b", {2, 3}, {1, 1})});
  EXPECT_EQ(csv.rows, 0U);
  EXPECT_EQ(csv.text, "t_s,a_w,b_w\n");
}

}  // namespace
}  // namespace edgesim
