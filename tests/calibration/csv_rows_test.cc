// A csv row by row: header, cells, errors at their place.
#include "calibration/csv_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <sstream>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

std::string ErrorOf(const std::string& text, const std::function<void(CsvRows&)>& read) {
  std::istringstream in(text);
  try {
    LineReader lines(in, "f");
    CsvRows rows(lines);
    read(rows);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

std::string ErrorOfAll(const std::string& text) {
  return ErrorOf(text, [](CsvRows& rows) {
    while (rows.Next()) {
      for (std::size_t i = 0; i < rows.header().size(); ++i) rows.Number(i);
    }
  });
}

TEST(CsvRowsTest, CellsByHeader) {
  std::istringstream in(
      "a,\"b, [\xB0"
      "C]\",c,\r\n1,\"2.5\",x,\r\na,\"b, [\xB0"
      "C]\",c,\r\n3,4,\"y \"\"z\"\"\",\r\n");
  LineReader lines(in, "f");
  CsvRows rows(lines);
  EXPECT_THAT(rows.header(), ElementsAre("a", "b, [°C]", "c"));
  EXPECT_EQ(rows.Find("c"), 2U);
  EXPECT_EQ(rows.Find("d"), 3U);
  ASSERT_TRUE(rows.Next());
  EXPECT_EQ(rows.Number(1), 2.5);
  EXPECT_EQ(rows.Text(2), "x");
  ASSERT_TRUE(rows.Next());
  EXPECT_EQ(rows.Number(0), 3);
  EXPECT_EQ(rows.Text(2), "y \"z\"");
  EXPECT_EQ(rows.Cell(9), "");
  EXPECT_FALSE(rows.Next());
  EXPECT_EQ(rows.repeated_headers(), 1U);
}

TEST(CsvRowsTest, ErrorsNameLineAndColumn) {
  EXPECT_EQ(ErrorOfAll("a,b\n1,2\n"), "no error");
  EXPECT_EQ(ErrorOfAll("a,b\n\n1,x\n"), "f:3:3: column 'b': 'x' is not a finite number");
  EXPECT_EQ(ErrorOfAll("a,b\n\"1\",nan\n"), "f:2:5: column 'b': 'nan' is not a finite number");
  EXPECT_EQ(ErrorOfAll("a,b\n1,\n"), "f:2:3: column 'b' is empty, a number is expected");
  EXPECT_EQ(ErrorOfAll("a,b\n1,\"2,5\"\n"),
            "f:2:3: column 'b': '2,5' is not a finite number: write decimal points, not commas");
  EXPECT_EQ(ErrorOfAll("a,b\n1,2,5\n"),
            "f:2:5: 3 cells, the header has 2: decimal commas? Write decimal points");
  EXPECT_EQ(ErrorOfAll("a,b,c\n1,2\n1,2,3\n"), "f:2:4: 2 cells, the header has 3");
  EXPECT_EQ(
      ErrorOfAll("a,b,c\n1,2,3\n1,2\n\n"),
      "f:3:4: 2 cells, the header has 3: the recording was cut off in its last line; remove it");
  EXPECT_THAT(ErrorOfAll("a;b\n1;2\n"), StartsWith("f:1:1: cells are separated by semicolons"));
  EXPECT_THAT(ErrorOfAll("a,b\n1,\"2\n"), StartsWith("f:2:5: not a csv line: a quote"));
  EXPECT_EQ(ErrorOf("a,b,a\n", [](CsvRows& rows) { rows.Find("a"); }),
            "f:1:5: column 'a' stands twice");
}

}  // namespace
}  // namespace edgesim
