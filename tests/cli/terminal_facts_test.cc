// Tests for experiments/cli/terminal_facts.cc.
#include "experiments/cli/terminal_facts.h"

#include <gtest/gtest.h>

#include <map>

namespace edgesim {
namespace {

TerminalFacts With(const std::map<std::string, const char*>& variables, bool terminal = true) {
  return FactsFrom(
      [&](const char* name) {
        const auto at = variables.find(name);
        return at == variables.end() ? nullptr : at->second;
      },
      terminal);
}

TEST(TerminalFacts, TheFirstLocaleThatIsSetCounts) {
  EXPECT_FALSE(With({}).utf8);
  EXPECT_TRUE(With({{"LANG", "de_DE.UTF-8"}}).utf8);
  EXPECT_TRUE(With({{"LANG", "C"}, {"LC_CTYPE", "C.utf8"}}).utf8);
  EXPECT_FALSE(With({{"LANG", "C.UTF-8"}, {"LC_ALL", "C"}}).utf8);
  EXPECT_TRUE(With({{"LANG", "C.UTF-8"}, {"LC_ALL", ""}}).utf8);
}

TEST(TerminalFacts, ColoursNeedATerminalThatWantsThem) {
  EXPECT_TRUE(With({{"TERM", "xterm"}}).colors);
  EXPECT_FALSE(With({{"TERM", "xterm"}}, false).colors);
  EXPECT_FALSE(With({{"TERM", "dumb"}}).colors);
  EXPECT_FALSE(With({{"NO_COLOR", "1"}}).colors);
  EXPECT_TRUE(With({{"NO_COLOR", ""}}).colors);
}

TEST(TerminalFacts, SizeIsWithinReason) {
  EXPECT_EQ(With({}).columns, 80U);
  EXPECT_EQ(With({{"COLUMNS", "132"}, {"LINES", "50"}}).columns, 132U);
  EXPECT_EQ(With({{"COLUMNS", "132"}, {"LINES", "50"}}).rows, 50U);
  EXPECT_EQ(With({{"COLUMNS", "0"}}).columns, 10U);
  EXPECT_EQ(With({{"COLUMNS", "99999"}}).columns, 1000U);
  EXPECT_EQ(With({{"COLUMNS", "wide"}}).columns, 80U);
}

}  // namespace
}  // namespace edgesim
