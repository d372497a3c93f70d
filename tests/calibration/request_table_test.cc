// Names in a table of requests.
#include "calibration/request_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

void Check(const std::string& rows) {
  CheckRequestNames(CsvTable("action,question_id\n" + rows, "requests.csv"));
}

TEST(CheckRequestNames, AcceptsOneSpellingOfEachAction) {
  EXPECT_NO_THROW(Check("Qwen-Q6,1\nQwen-Q6,2\nqwen-q8,1\n"));
}

TEST(CheckRequestNames, RefusesEmptyNamesAndOnesThatDifferInCaseWithTheirLine) {
  EXPECT_THAT([] { Check("a,1\n,2\n"); },
              ThrowsMessage<InputError>(HasSubstr("requests.csv:3: the action has no name")));
  EXPECT_THAT([] { Check("a,\n"); },
              ThrowsMessage<InputError>(HasSubstr("requests.csv:2: the question_id is empty")));
  EXPECT_THAT([] { Check("Qwen,1\nother,1\nqwen,2\n"); },
              ThrowsMessage<InputError>(HasSubstr(
                  "requests.csv:4: action 'qwen' differs from 'Qwen' of line 2 in case only")));
}

}  // namespace
}  // namespace edgesim
