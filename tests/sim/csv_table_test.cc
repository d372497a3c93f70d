// Tests of sim/csv_table.h: what is read, and the lines that errors name.
#include "sim/csv_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// The message with which `use` fails.
template <class Use>
std::string ErrorOf(Use use) {
  try {
    use();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}
std::string ErrorOfText(const std::string& text) {
  return ErrorOf([&] { CsvTable(text, "t.csv"); });
}

TEST(CsvTable, ReadsByColumnName) {
  const CsvTable table("id,score\na,1.5\nb,-2e3\n", "t.csv");
  ASSERT_EQ(table.rows(), 2U);
  EXPECT_THAT(table.header(), ElementsAre("id", "score"));
  EXPECT_EQ(table.Column("score"), 1U);
  EXPECT_EQ(table.Text(0, table.Column("id")), "a");
  EXPECT_EQ(table.Number(0, 1), 1.5);
  EXPECT_EQ(table.Number(1, 1), -2000);
}

TEST(CsvTable, HeaderAlone) { EXPECT_EQ(CsvTable("id,score\n", "t.csv").rows(), 0U); }

TEST(CsvTable, LastLineNeedsNoNewline) {
  const CsvTable table("id,score\na,1\nb,2", "t.csv");
  ASSERT_EQ(table.rows(), 2U);
  EXPECT_EQ(table.Number(1, 1), 2);
}

TEST(CsvTable, CarriageReturns) {
  const CsvTable table("id,score\r\na,1\r\nb,2\r\n", "t.csv");
  ASSERT_EQ(table.rows(), 2U);
  EXPECT_THAT(table.header(), ElementsAre("id", "score"));
  EXPECT_EQ(table.Number(1, 1), 2);
}

TEST(CsvTable, QuotedCells) {
  const CsvTable table("id,why\n\"a,b\",\"said \"\"no\"\"\"\nc,\"two\nlines\"\nd,\"\"\n", "t.csv");
  ASSERT_EQ(table.rows(), 3U);
  EXPECT_EQ(table.Text(0, 0), "a,b");
  EXPECT_EQ(table.Text(0, 1), "said \"no\"");
  EXPECT_EQ(table.Text(1, 1), "two\nlines");
  EXPECT_EQ(table.Text(2, 1), "");
}

TEST(CsvTable, EmptyCellsAreCells) {
  const CsvTable table("a,b,c\n,,\nx,,\n", "t.csv");
  ASSERT_EQ(table.rows(), 2U);
  EXPECT_EQ(table.Text(0, 2), "");
  EXPECT_EQ(table.Text(1, 0), "x");
}

TEST(CsvTable, MissingColumnListsTheColumns) {
  const CsvTable table("id,score\na,1\n", "t.csv");
  EXPECT_EQ(ErrorOf([&] { table.Column("tokens"); }),
            "t.csv:1: no column 'tokens'; the columns are id, score");
}

TEST(CsvTable, SemicolonsAreNamed) {
  EXPECT_EQ(ErrorOfText("id;score\n1;2\n"),
            "t.csv:1: cells are separated by semicolons or tabs; write commas between cells, and "
            "decimal points");
}

TEST(CsvTable, RaggedRowNamesItsLine) {
  EXPECT_EQ(ErrorOfText("id,score\na,1\nb\n"), "t.csv:3: 1 cells, the header has 2");
  EXPECT_EQ(ErrorOfText("id,score\na,1,2\nb,1\n"), "t.csv:2: 3 cells, the header has 2");
}

TEST(CsvTable, NotANumberNamesItsLineAndColumn) {
  for (const std::string cell : {"x", "", "1.5 W", "1,5", "nan", "inf", "0x10", "1e999"}) {
    const CsvTable table("id,score\na,1\nb,\"" + cell + "\"\n", "t.csv");
    EXPECT_EQ(table.Number(0, 1), 1);
    EXPECT_EQ(ErrorOf([&] { table.Number(1, 1); }),
              "t.csv:3: column 'score': '" + cell + "' is not a finite number");
  }
}

TEST(CsvTable, EmptyTextNamesTheFile) {
  for (const char* text : {"", "\n", "\n\n"}) {
    EXPECT_THAT(ErrorOfText(text), AllOf(StartsWith("t.csv:1:"), HasSubstr("empty")))
        << '"' << text << '"';
  }
}

TEST(CsvTable, StrayQuoteNamesItsLine) {
  EXPECT_THAT(ErrorOfText("id,score\na,1\nb\"c,2\n"), StartsWith("t.csv:3:"));
  EXPECT_THAT(ErrorOfText("id,score\n\"a\"b,1\n"), StartsWith("t.csv:2:"));
}

// A file cut off inside a quoted cell is damaged, not short.
TEST(CsvTable, UnterminatedQuoteIsRefused) {
  EXPECT_THAT(ErrorOfText("id,why\na,x\nb,\"cut off"), StartsWith("t.csv:3:"));
}

}  // namespace
}  // namespace edgesim
