// Tests for experiments/policy_c_header.cc; tests/cli_policy_test.sh compiles what it writes.
#include "experiments/policy_c_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/experiments/hand_made_table.h"

namespace edgesim {
namespace {

using testing::HasSubstr;

TEST(PolicyCHeader, HoldsTheTableAndWhereItCameFrom) {
  const std::string text = PolicyCHeader(HandMadeTable());
  EXPECT_THAT(text, HasSubstr("#ifndef EDGESIM_POLICY_MY_POLICY_H\n"));
  EXPECT_THAT(text, HasSubstr("edgesim 1.2.3: config 00ff, seed 18446744073709551615, replica 4."));
  EXPECT_THAT(text, HasSubstr("\"small\", \"mid\", \"large\","));
  EXPECT_THAT(text, HasSubstr("rows[5] = {\n    0, 1, 3, 6, 9,\n"));
  EXPECT_THAT(text, HasSubstr("0.0, 0.0, 3.3333333333333335, 0.0, 40.0, 66.6, 0.0, 5e-17, "
                              "99.99999999999999,\n"));
  EXPECT_THAT(text, HasSubstr("action[9] = {\n    0, 0, 2, 0, 1, 2, 1, 0, 2,\n"));
}

TEST(PolicyCHeader, KeepsLinesShort) {
  PolicyTableFile file = HandMadeTable();
  file.table.ladders[0].from_j.clear();
  file.table.ladders[0].action.clear();
  for (int i = 0; i < 1000; ++i) {
    file.table.ladders[0].from_j.push_back(i / 7.0);
    file.table.ladders[0].action.push_back(1);
  }
  const std::string text = PolicyCHeader(file);
  for (std::size_t at = 0, end = 0; (end = text.find('\n', at)) != std::string::npos; at = end + 1)
    EXPECT_LE(end - at, 110U) << text.substr(at, end - at);
}

TEST(PolicyCHeader, NoNameEndsACommentOrAString) {
  PolicyTableFile file = HandMadeTable();
  file.policy = "x */ int y; /*";
  file.classes[0] = "quo\"te\\";
  file.classes[1] = "line\nend";
  const std::string text = PolicyCHeader(file);
  EXPECT_THAT(text, HasSubstr("'x _/ int y; /_'"));
  EXPECT_THAT(text, HasSubstr("\"quo_te_\", \"line_end\","));
}

}  // namespace
}  // namespace edgesim
