// Tests for calibration/trace_set.cc.
#include "calibration/trace_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "sim/input_error.h"
#include "tests/support/text_files.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

// Every 0.1 s a sample of power that never repeats; groups as given, one letter per sample.
PowerTrace Recording(const std::string& name, const std::string& groups) {
  PowerTrace trace{.name = name, .rails = {"gpu", "cpu"}, .rail_w = {{}, {}}};
  for (std::size_t i = 0; i < groups.size(); ++i) {
    const auto at = static_cast<double>(i);
    trace.t_s.push_back(0.1 * at);
    trace.rail_w[0].push_back(50 + at);
    trace.rail_w[1].push_back(20 + at / 8);
    trace.group.push_back(groups[i] == ' ' ? "" : std::string(1, groups[i]));
  }
  return trace;
}

TEST(TraceSet, GroupsBecomeRequestsThatStartAtZero) {
  const TraceSet set = FromRecordings({Recording("r.csv", "  aaaaaaaaaa  bbbbbbbb  ")});
  EXPECT_FALSE(set.mid_stay);
  EXPECT_THAT(set.rails, ElementsAre("gpu", "cpu"));
  ASSERT_EQ(set.requests.size(), 2U);
  const RequestTrace& b = set.requests[1];
  EXPECT_EQ(b.action, "recording");
  EXPECT_EQ(b.request, "b");
  ASSERT_EQ(b.t_s.size(), 8U);
  EXPECT_EQ(b.t_s.front(), 0);
  EXPECT_DOUBLE_EQ(b.t_s.back(), 0.7);
  EXPECT_EQ(b.duration_s, b.t_s.back());
  EXPECT_EQ(b.rail_w[0].front(), 64);
  EXPECT_TRUE(std::isnan(b.output_tokens));
}

TEST(TraceSet, GroupsMayNameTheAction) {
  PowerTrace trace = Recording("r.csv", "aaaaaaaaaabbbbbbbbbb");
  for (std::string& group : trace.group) group = group == "a" ? "model-Q8/81" : "model-Q6/8/1";
  const TraceSet set = FromRecordings({trace}, {.action_in_group = true});
  EXPECT_EQ(set.requests[0].action, "model-Q8");
  EXPECT_EQ(set.requests[0].request, "81");
  EXPECT_EQ(set.requests[1].action, "model-Q6");
  EXPECT_EQ(set.requests[1].request, "8/1");
  trace.group[4] = "/81";
  EXPECT_THAT([&] { FromRecordings({trace}, {.action_in_group = true}); },
              ThrowsMessage<InputError>("r.csv: t = 0.4 s: '/81' names no action and request"));
}

TEST(TraceSet, AWholeRecordingBeginsMidStay) {
  const TraceSet set = FromRecordings(
      {Recording("a.csv", std::string(30, ' ')), Recording("b.csv", std::string(40, ' '))});
  EXPECT_TRUE(set.mid_stay);
  ASSERT_EQ(set.requests.size(), 2U);
  EXPECT_EQ(set.requests[1].request, "b.csv");
  EXPECT_EQ(set.requests[1].t_s.size(), 40U);
  EXPECT_DOUBLE_EQ(set.requests[1].duration_s, 3.9);
}

TEST(TraceSet, SeveralRecordingsTellTheirRequestsApart) {
  const std::string groups(20, 'a');
  const TraceSet set = FromRecordings({Recording("x.csv", groups), Recording("y.csv", groups)});
  EXPECT_EQ(set.requests[0].request, "x.csv: a");
  EXPECT_EQ(set.requests[1].request, "y.csv: a");
}

TEST(TraceSet, KeepsTheCoarsestStepAndTheSession) {
  PowerTrace fine = Recording("x.csv", std::string(40, ' ')), coarse = fine;
  coarse.name = "y.csv";
  for (double& w : coarse.rail_w[1]) w = std::round(w);
  const TraceSet set = FromRecordings({fine, coarse});
  EXPECT_THAT(FromRecordings({fine}).quantum_w, ElementsAre(1, 0.125));
  EXPECT_THAT(set.quantum_w, ElementsAre(1, 1));
  EXPECT_EQ(set.requests[0].session, 0U);
  EXPECT_EQ(set.requests[1].session, 1U);
}

TEST(TraceSet, ASensorThatHoldsItsValuesGivesOneSamplePerRefresh) {
  PowerTrace trace = Recording("r.csv", std::string(100, ' '));
  for (auto& watts : trace.rail_w) {
    for (std::size_t i = 0; i < watts.size(); ++i)
      watts[i] = 10 + static_cast<double>((i / 5) * 7 % 11);
  }
  std::vector<std::string> notes;
  const TraceSet set = FromRecordings({trace}, {}, &notes);
  EXPECT_EQ(set.requests[0].t_s.size(), 20U);
  ASSERT_FALSE(notes.empty());
  EXPECT_EQ(notes.back(), "r.csv: 80 of 100 samples dropped that repeat a held value");
}

TEST(TraceSet, RefusesWhatDoesNotFitTogether) {
  const PowerTrace good = Recording("a.csv", std::string(20, 'a'));
  const auto refused = [](const std::vector<PowerTrace>& traces, const std::string& message) {
    EXPECT_THAT([&] { FromRecordings(traces); }, ThrowsMessage<InputError>(message));
  };
  refused({}, "no recordings");
  PowerTrace other = Recording("b.csv", std::string(20, 'a'));
  other.rails = {"gpu", "npu"};
  refused({good, other}, "b.csv: has the rails gpu, npu, a.csv has gpu, cpu");
  refused({good, Recording("b.csv", std::string(20, ' '))}, "b.csv: has no groups, but a.csv has");
  refused({Recording("b.csv", std::string(20, ' ')), good},
          "a.csv: has groups, but b.csv has none");
  refused({Recording("a.csv", std::string(20, 'a') + "b")},
          "a.csv: request 'b' has a single sample");
  refused({good, good}, "a.csv: request 'a.csv: a' of recording stands in another recording too");
  refused({Recording("a.csv", "aaaa")}, "a.csv: 4 samples, at least 20 are needed");
}

TEST(TraceSet, ReadsThePublishedRecordingsByRequest) {
  const std::string data = EDGESIM_DATA_DIR;
  if (data.empty()) GTEST_SKIP() << "no EDGESIM_DATA_DIR";
  std::istringstream in(Unzipped(data + "/emslm/derived_traces.csv.gz"));
  const PowerTrace trace =
      ImportTrace(in, "derived_traces.csv", {.group_column = "action+question_id"});
  const TraceSet set = FromRecordings({trace}, {.action_in_group = true});
  EXPECT_EQ(set.requests.size(), 108U);
  EXPECT_EQ(set.requests[0].action, "Qwen3-4B-Q6_K");
  EXPECT_EQ(set.requests[0].request, "81");
  EXPECT_FALSE(set.mid_stay);
}

}  // namespace
}  // namespace edgesim
