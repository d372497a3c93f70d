// Columns of power by header and unit.
#include "calibration/power_columns.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::HasSubstr;

// "rail@column*factor" of each, J marked, or the error.
std::string Choose(const std::string& header, const std::vector<std::string>& choices) {
  std::istringstream in(header + "\n");
  std::string text;
  try {
    LineReader lines(in, "f");
    const CsvRows rows(lines);
    const auto columns = choices.empty() ? PowerColumns(rows) : ChosenColumns(rows, choices);
    RefuseTwiceTheSameRail(rows, columns);
    for (const PowerColumn& column : columns) {
      std::ostringstream one;
      one << column.rail << '@' << column.column << '*' << column.to_si
          << (column.is_energy ? " J;" : ";");
      text += one.str();
    }
  } catch (const InputError& error) {
    return error.what();
  }
  return text;
}

TEST(PowerColumnsTest, UnitsOfTheHeader) {
  EXPECT_EQ(Choose("t_s,gpu_w,cpu_mw,note,T [°C],X [W],Y (Watts),Z (J),CPU [#0]: i7|Q [mW],_w", {}),
            "gpu@1*1;cpu@2*0.001;X@5*1;Y@6*1;Z@7*1 J;Q@8*0.001;");
}

TEST(PowerColumnsTest, AChoiceByHeaderTailOrRail) {
  const std::string header =
      "Date,\"CPU [#0]: i7|CPU Power [W]\",\"GPU [#0]: x|GPU Power [W]\",a_w";
  EXPECT_EQ(Choose(header, {"GPU Power [W]", "c=CPU [#0]: i7|CPU Power [W]", "a", "g=GPU Power"}),
            "GPU Power@2*1;c@1*1;a@3*1;g@2*1;");
}

TEST(PowerColumnsTest, DuplicatesAreChosenByNumber) {
  const std::string header = "t_s,GPU Power [W],GPU Power [W]";
  EXPECT_EQ(Choose(header, {"a=GPU Power [W]#1", "b=GPU Power [W]#2"}), "a@1*1;b@2*1;");
  EXPECT_EQ(Choose(header, {"a=GPU Power [W]"}),
            "f:1:19: column 'GPU Power [W]' stands 2 times; choose one: 'a=GPU Power [W]#1' to #2");
  EXPECT_THAT(Choose(header, {"GPU Power [W]#3"}), HasSubstr("there is no #3"));
  EXPECT_THAT(Choose(header, {}), HasSubstr("rail 'GPU Power' stands twice"));
}

TEST(PowerColumnsTest, ErrorsSuggest) {
  EXPECT_EQ(
      Choose("t_s,gpu_w,cpu_w,T [C]", {"gpv_w"}),
      "f:1:1: no column 'gpv_w'; columns that look like power: 'gpu_w', 'cpu_w'; did you mean "
      "'gpu_w'?");
  EXPECT_EQ(Choose("t_s,gpu_w,T [C]", {"T [C]"}),
            "f:1:11: column 'T [C]' names no unit of power or energy in its header; columns that "
            "look like power: 'gpu_w'");
  EXPECT_THAT(Choose("t_s,power", {"power"}), HasSubstr("no column names a unit of power"));
  EXPECT_THAT(
      Choose("t_s,gpu_w,gpu_mw", {}),
      HasSubstr("f:1:11: rail 'gpu' stands twice, as 'gpu_w' and 'gpu_mw' in another unit"));
}

}  // namespace
}  // namespace edgesim
