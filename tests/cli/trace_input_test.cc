// Tests for experiments/cli/trace_input.cc: which files are read as what, and what is refused.
#include "experiments/cli/trace_input.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "sim/input_error.h"

namespace edgesim {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

class TraceInputTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              (std::string("trace_input_") +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "other");
  }
  void TearDown() override { fs::remove_all(folder_); }
  std::string Write(const std::string& name, const std::string& text) {
    const fs::path path = folder_ / name;
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  std::string Recording(const std::string& name, double origin_s = 0) {
    std::string text = "t_s,run,kind,gpu_w,cpu_w\n";
    for (int i = 0; i < 60; ++i) {
      text += fmt::format("{:.1f},{},{},{},{}\n", origin_s + 0.1 * i, i / 20,
                          i < 40 ? "big-q4" : "tiny-q4", 50 + i * 7 % 11, 20 + i * 3 % 5);
    }
    return Write(name, text);
  }
  // Two tables of eight requests with 12 samples each.
  TraceArguments Tables(int held = 1) {
    std::string samples = "action,question_id,t_s,soc_w\n",
                requests = "action,question_id,completion_tokens,duration_s\n";
    for (int q = 0; q < 8; ++q) {
      requests += fmt::format("big-q4,{},10,1.2\n", q);
      for (int i = 0; i < 12; ++i)
        samples += fmt::format("big-q4,{},{:.1f},{}\n", q, 0.1 * i, 5 + (i / held + q) * 7 % 10);
    }
    TraceArguments args;
    args.samples = Write("samples.csv", samples);
    args.requests = Write("requests.csv", requests);
    return args;
  }
  static auto Refuses(const TraceArguments& args, const std::string& what) {
    EXPECT_THAT([&] { ReadTraceInput(args); }, ThrowsMessage<InputError>(HasSubstr(what)));
  }
  TraceArguments One(const std::string& path) const { return {.recordings = {path}}; }

  fs::path folder_;
};

TEST_F(TraceInputTest, RecordingIsOneCourseOfPower) {
  const TraceInput input = ReadTraceInput(One(Recording("r.csv")));
  EXPECT_TRUE(input.traces.mid_stay);
  EXPECT_THAT(input.traces.rails, ElementsAre("gpu", "cpu"));
  EXPECT_THAT(input.files, ElementsAre("r.csv"));
  EXPECT_THAT(input.traces.quantum_w, ElementsAre(1, 1));
  EXPECT_THAT(input.notes, Contains("r.csv: gpu: whole watts only"));
  EXPECT_EQ(input.recorded, "");
}

TEST_F(TraceInputTest, GroupsAreRequestsAndRailsAreChosen) {
  TraceArguments args = One(Recording("r.csv"));
  args.rails = {"soc=gpu_w"};
  args.group_column = "run";
  TraceInput input = ReadTraceInput(args);
  EXPECT_FALSE(input.traces.mid_stay);
  EXPECT_THAT(input.traces.rails, ElementsAre("soc"));
  ASSERT_EQ(input.traces.requests.size(), 3);
  EXPECT_EQ(input.traces.requests[0].action, "recording");
  args.action_column = "kind";
  input = ReadTraceInput(args);
  EXPECT_EQ(input.traces.requests[2].action, "tiny-q4");
  EXPECT_EQ(input.traces.requests[2].request, "2");
}

TEST_F(TraceInputTest, FilesAreSessionsAndTheirClockTellsTheDay) {
  TraceArguments args;
  args.recordings = {Recording("r.csv", 1760000000), Recording("other/r.csv", 1750000000)};
  const TraceInput input = ReadTraceInput(args);
  ASSERT_EQ(input.traces.requests.size(), 2);
  EXPECT_EQ(input.traces.requests[1].session, 1);
  EXPECT_EQ(input.traces.requests[1].request, args.recordings[1]);
  EXPECT_EQ(input.recorded, "2025-06-15");
}

TEST_F(TraceInputTest, TablesAreJoinedAndLoseHeldValues) {
  TraceInput input = ReadTraceInput(Tables());
  ASSERT_EQ(input.traces.requests.size(), 8);
  EXPECT_EQ(input.traces.requests[0].t_s.size(), 12);
  EXPECT_THAT(input.traces.quantum_w, IsEmpty());
  input = ReadTraceInput(Tables(3));
  EXPECT_EQ(input.traces.requests[0].t_s.size(), 4);
  EXPECT_THAT(input.notes, Contains("samples.csv: 64 of 96 samples dropped that repeat a held "
                                    "value"));
}

TEST_F(TraceInputTest, RequestsAreCutOutOfARecording) {
  TraceArguments args = One(Recording("r.csv", 1000));
  args.requests = Write("requests.csv",
                        "action,question_id,completion_tokens,start_s,duration_s\n"
                        "big-q4,1,10,1001,1\nbig-q4,2,10,1003,1\n");
  const TraceInput input = ReadTraceInput(args);
  ASSERT_EQ(input.traces.requests.size(), 2);
  EXPECT_NEAR(input.traces.requests[1].t_s.back(), 1, 0.06);
  EXPECT_THAT(input.traces.quantum_w, ElementsAre(1, 1));
  EXPECT_THAT(input.files, ElementsAre("r.csv", "requests.csv"));
  args.group_column = "run";
  Refuses(args, "--requests and --group exclude each other");
  args.group_column = "";
  args.recordings.push_back(args.recordings[0]);
  Refuses(args, "--requests is a table of one recording");
}

TEST_F(TraceInputTest, RefusesWhatIsNoFileOfText) {
  Refuses(One((folder_ / "no.csv").string()), "no.csv: no such file");
  Refuses(One(folder_.string()), ": is a folder, not a file");
  Refuses(One(Write("empty.csv", "")), "empty.csv:1:1: the file is empty");
  Refuses(One(Write("r.csv.gz", "\x1f\x8b\x08")), "unpack it first: gunzip -k r.csv.gz");
  Refuses(One(Write("junk", std::string("\x00\x01\xfe\xed", 4))), "not a known recording of power");
  TraceArguments args = Tables();
  args.requests = Write("requests.csv.gz", "\x1f\x8b\x08");
  Refuses(args, "unpack it first: gunzip -k requests.csv.gz");
}

TEST_F(TraceInputTest, RefusesArgumentsThatDoNotGoTogether) {
  Refuses({}, "no traces: name recordings, or --traces with --requests");
  TraceArguments args = Tables();
  args.group_column = "run";
  Refuses(args, "are for recordings, not --traces");
  args = Tables();
  args.recordings = {Recording("r.csv")};
  Refuses(args, "exclude each other");
  args = Tables();
  args.requests = "";
  Refuses(args, "--traces needs --requests");
  args = One(Recording("r.csv"));
  args.action_column = "kind";
  Refuses(args, "--action needs --group");
  args.action_column = "";
  args.rails = {"gpw"};
  Refuses(args, "did you mean 'gpu'?");
  args.rails = {};
  args.format = "hwinf";
  Refuses(args,
          "unknown format 'hwinf', allowed: tegrastats, spl, energibridge, hwinfo, generic; "
          "did you mean 'hwinfo'?");
}

TEST_F(TraceInputTest, RefusesTablesThatWouldMislead) {
  TraceArguments args = Tables();
  std::string samples = "action,question_id,t_s,soc_w\n";
  for (int q = 0; q < 8; ++q) {
    for (int i = 0; i < 12; ++i) samples += fmt::format("big-q4,{},{:.1f},5\n", q, 0.1 * i);
  }
  args.samples = Write("samples.csv", samples);
  Refuses(args, "samples.csv: soc is constant, 5 W");
}

}  // namespace
}  // namespace edgesim
