// Tests for experiments/text_plot.cc.
#include "experiments/text_plot.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::vector<std::string> Lines(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(TextPlot, TicksAreRoundAndHoldTheRange) {
  EXPECT_THAT(NiceTicks(0, 10, 6), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(NiceTicks(0, 10, 5), ElementsAre(0, 5, 10));
  EXPECT_THAT(NiceTicks(3, 3, 3), ElementsAre(3, 3.5, 4));
  for (const auto& [low, high] :
       {std::pair(-7.3, 12.9), std::pair(1e-9, 3e-9), std::pair(99e6, 1e8)}) {
    for (const std::size_t most : {3UL, 4UL, 9UL}) {
      const std::vector<double> ticks = NiceTicks(low, high, most);
      EXPECT_LE(ticks.size(), most);
      EXPECT_GE(ticks.size(), 2U);
      EXPECT_LE(ticks.front(), low + 1e-9 * (high - low));
      EXPECT_GE(ticks.back(), high - 1e-9 * (high - low));
    }
  }
}

TEST(TextPlot, AsciiDrawsWhatItSays) {
  const TextPlot plot{.title = "a line",
                      .x_name = "x",
                      .curves = {{.name = "up", .points = {{0, 0}, {4, 4}}}},
                      .levels = {{.name = "top", .y = 4}}};
  const std::vector<std::string> lines =
      Lines(DrawPlot(plot, {.columns = 40, .rows = 9, .braille = false}));
  ASSERT_EQ(lines.size(), 8U);
  EXPECT_EQ(lines[0], "a line");
  EXPECT_THAT(lines[1], testing::MatchesRegex("4 \\+[- ]+a* top"));
  EXPECT_THAT(lines[2], HasSubstr("a up"));  // its own row is taken
  EXPECT_THAT(lines[3], testing::StartsWith("2 +  "));
  EXPECT_THAT(lines[5], testing::StartsWith("0 +a"));
  EXPECT_THAT(lines[7], HasSubstr("x"));
  for (const std::string& line : lines) {
    EXPECT_LE(line.size(), 40U);
    for (const char c : line) EXPECT_TRUE(c >= ' ' && c <= '~');
  }
}

// A column of left dots is U+2847, four dots a cell.
TEST(TextPlot, BrailleHasEightDotsACell) {
  const TextPlot plot{
      .title = "", .x_name = "x", .curves = {{.name = "up", .points = {{0, 0}, {0, 1}}}}};
  const std::vector<std::string> lines = Lines(DrawPlot(plot, {.columns = 40, .rows = 8}));
  for (std::size_t row = 1; row <= 4; ++row)
    EXPECT_THAT(lines[row], HasSubstr("\xE2\xA1\x87")) << row;
  EXPECT_THAT(lines[1], testing::EndsWith("up"));
  EXPECT_THAT(DrawPlot(plot, {}), Not(HasSubstr("\033")));
  EXPECT_THAT(DrawPlot(plot, {.colors = true}), HasSubstr("\033[34m\xE2\xA1\x87\033[0m"));
}

TEST(TextPlot, LeavesOutWhatIsNoNumber) {
  const TextPlot plot{.title = "t",
                      .x_name = "x",
                      .curves = {{.name = "c", .points = {{0, NAN}, {INFINITY, 1}}}},
                      .levels = {{.name = "l", .y = 1}}};
  EXPECT_EQ(DrawPlot(plot, {}), "t\n(nothing to draw)\n");
  EXPECT_EQ(DrawPlot({.title = "t"}, {}), "t\n(nothing to draw)\n");
  const TextPlot one{
      .title = "t", .x_name = "x", .curves = {{.name = "c", .points = {{2, 5}, {3, NAN}}}}};
  EXPECT_THAT(DrawPlot(one, {.braille = false}), HasSubstr("a c"));
}

TEST(TextPlot, ManyNamesKeepTheirRows) {
  TextPlot plot{.title = "t", .x_name = "x"};
  for (int i = 0; i < 12; ++i)
    plot.curves.push_back({std::string(40, static_cast<char>('a' + i)), {{0, 0}, {1, 0}}});
  const std::vector<std::string> lines =
      Lines(DrawPlot(plot, {.columns = 80, .rows = 16, .braille = false}));
  std::size_t named = 0;
  for (const std::string& line : lines) {
    named += line.find('~') != std::string::npos;
    EXPECT_LE(line.size(), 80U);
  }
  EXPECT_EQ(named, 12U);
}

}  // namespace
}  // namespace edgesim
