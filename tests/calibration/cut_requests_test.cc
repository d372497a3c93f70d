// Cutting a recording into requests: clocks, lead-in, and tables that do not fit.
#include "calibration/cut_requests.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::SizeIs;
using testing::ThrowsMessage;

constexpr const char* kHeader = "action,question_id,completion_tokens,start_s,duration_s\n";

// 40 s at four readings a second; the clock shows -3 at the first one. Watts are the clock's time.
PowerTrace Recording() {
  PowerTrace trace{.name = "power.csv", .rails = {"soc"}, .origin_s = -3, .rail_w = {{}}};
  for (int i = 0; i < 160; ++i) {
    trace.t_s.push_back(0.25 * i);
    trace.rail_w[0].push_back(3 + 0.25 * i);
    trace.group.emplace_back();
  }
  return trace;
}

TraceSet Cut(const std::string& rows) {
  return CutRequests(Recording(), CsvTable(kHeader + rows, "requests.csv"));
}

TEST(CutRequests, TimesAreOnTheRecordingsClock) {
  // In the table's order, not that of time.
  const TraceSet set = Cut("big-q4,2,20,10,2\nbig-q4,1,10,0,1.5\n");
  EXPECT_FALSE(set.mid_stay);
  ASSERT_THAT(set.requests, SizeIs(2));
  const RequestTrace &second = set.requests[0], &first = set.requests[1];
  EXPECT_EQ(second.request, "2");
  EXPECT_EQ(second.output_tokens, 20);
  EXPECT_EQ(second.duration_s, 2);
  // Half of the pause of 3 s before the first, 2 s of that of 8.5 s before the second.
  EXPECT_EQ(first.t_s.front(), -1.5);
  EXPECT_EQ(second.t_s.front(), -2);
  EXPECT_EQ(first.t_s.back(), 1.5);
  for (const RequestTrace& r : set.requests) {
    const double start_s = &r == &first ? 0 : 10;
    for (std::size_t i = 0; i < r.t_s.size(); ++i)
      EXPECT_EQ(r.rail_w[0][i], 6 + start_s + r.t_s[i]);
  }
}

TEST(CutRequests, BackToBackHasNoLead) {
  const TraceSet set = Cut("a,1,5,0,2\na,2,5,2,2\n");
  EXPECT_EQ(set.requests[1].t_s.front(), 0);
}

TEST(CutRequests, RefusesTablesThatDoNotFit) {
  const auto refuses = [](const std::string& rows, const std::string& what) {
    EXPECT_THAT([&] { Cut(rows); }, ThrowsMessage<InputError>(HasSubstr(what)));
  };
  refuses("", "requests.csv: no requests");
  refuses("a,1,5,0,2\na,2,5,1,2\n", "requests.csv:3: a, question 2: begins before");
  refuses("a,1,5,-4,2\n",
          "requests.csv:2: a, question 1: runs from -4.000 to -2.000 s, but "
          "power.csv covers -3.000 to 36.750 s");
  refuses("a,1,5,35,2\n", "covers");
  refuses("a,1,5,0,0\n", "duration_s must be positive");
  refuses("a,1,5,0.1,0.2\n", "fewer than two readings");
  refuses("a,1,5,0,2\na,1,5,4,2\n", "stands twice");
  refuses("a,1,0,0,2\n", "completion_tokens");
}

}  // namespace
}  // namespace edgesim
