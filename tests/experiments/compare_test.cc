// Tests for experiments/compare.cc: what breaks the gate and what does not.
#include "experiments/compare.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "experiments/files.h"
#include "sim/input_error.h"

namespace edgesim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

struct FakeRun {
  int replicas = 12;
  double reward = 10;  // of the evaluation, +- 0.2 by replica
  double curve = 9;    // from the last tenth of training on; 1 before
  std::string exceedance = R"({"mean": 0.01, "ci95": [0.005, 0.02]})";
  double budget = 100;
};

class CompareTest : public testing::Test {
 protected:
  // A folder of the test's own: ctest runs tests side by side.
  fs::path Write(const std::string& name, const FakeRun& run) {
    const fs::path dir = fs::path(testing::TempDir()) /
                         testing::UnitTest::GetInstance()->current_test_info()->name() / name;
    fs::remove_all(dir);
    fs::create_directories(dir);
    WriteTextFile(
        dir / "summary.json",
        fmt::format(
            R"({{"experiment": {{"name": "t", "replicas": {}, "episodes_eval": 20, "episodes_train": 20,
                 "energy_budget_j": {}}}, "policies": {{"p": {{"cap_exceedance": {}}}}}}})",
            run.replicas, run.budget, run.exceedance));
    std::string evaluation = "policy,replica,episode,reward\n", curves = evaluation;
    for (int r = 0; r < run.replicas; ++r) {
      for (int e = 0; e < 20; ++e) {
        evaluation += fmt::format("p,{},{},{}\n", r, e, run.reward + (r % 2 == 0 ? 0.2 : -0.2));
        curves += fmt::format("p,{},{},{}\n", r, e, e < 18 ? 1 : run.curve);
      }
    }
    WriteTextFile(dir / "evaluation.csv", evaluation);
    WriteTextFile(dir / "curves.csv", curves);
    return dir;
  }

  // What broke, by name.
  std::vector<std::string> Broken(const FakeRun& fresh, const FakeRun& base = {},
                                  CompareOptions options = {}) {
    std::vector<std::string> broken;
    for (const CompareLine& line : Compare(Write("base", base), Write("new", fresh), options)) {
      if (line.broken) broken.push_back(line.what);
    }
    return broken;
  }
};

TEST_F(CompareTest, EqualRunsPass) { EXPECT_THAT(Broken({}), testing::IsEmpty()); }
TEST_F(CompareTest, BetterRunsPass) {
  EXPECT_THAT(Broken({.reward = 11, .curve = 10}), testing::IsEmpty());
}
TEST_F(CompareTest, AMaterialLossBreaks) {
  EXPECT_THAT(Broken({.reward = 9.8}), testing::ElementsAre("evaluation reward"));
  EXPECT_THAT(Broken({.curve = 8.5}), testing::ElementsAre("training curve"));
}
TEST_F(CompareTest, ALossWithinTheMarginPasses) {
  EXPECT_THAT(Broken({.reward = 9.95}), testing::IsEmpty());
  EXPECT_THAT(Broken({.reward = 9.95}, {}, {.margin = 0.001}),
              testing::ElementsAre("evaluation reward"));
}
TEST_F(CompareTest, TooFewReplicasProveNothing) {
  EXPECT_THAT(Broken({.replicas = 9, .reward = 5}, {.replicas = 9}), testing::IsEmpty());
}
TEST_F(CompareTest, AnInsignificantLossPasses) {
  // Two replicas lose a lot, ten nothing: -0.33 in the mean, but not surely below zero.
  const fs::path base = Write("base", {}), fresh = Write("new", {});
  std::string csv = ReadTextFile(fresh / "evaluation.csv");
  for (int e = 0; e < 20; ++e) {
    for (const char* row : {"p,0,{},10.2", "p,2,{},10.2"}) {
      const std::string line = fmt::format(fmt::runtime(row), e);
      const std::size_t at = csv.find("\n" + line + "\n");
      ASSERT_NE(at, std::string::npos);
      csv.replace(at + 1, line.size(), line.substr(0, line.rfind(',')) + ",8.2");
    }
  }
  WriteTextFile(fresh / "evaluation.csv", csv);
  for (const CompareLine& line : Compare(base, fresh, {}))
    EXPECT_FALSE(line.broken) << line.verdict;
}
TEST_F(CompareTest, ABrokenConstraintBreaks) {
  const FakeRun over{.exceedance = R"({"mean": 0.2, "ci95": [0.15, 0.25]})"};
  EXPECT_THAT(Broken(over), testing::ElementsAre("power cap"));
  EXPECT_THAT(Broken(over, over), testing::IsEmpty());  // it did not hold before either
  EXPECT_THAT(Broken(over, {}, {.cap_tolerance = 0.3}), testing::IsEmpty());
  EXPECT_THAT(Broken({.exceedance = R"({"mean": 0.05, "ci95": [0.03, 0.07]})"}),
              testing::IsEmpty());  // not sure
}
TEST_F(CompareTest, AMissingPolicyOrCurveBreaks) {
  const fs::path base = Write("base", {}), fresh = Write("new", {});
  WriteTextFile(fresh / "curves.csv", "policy,replica,episode,reward\n");
  EXPECT_THAT(Compare(base, fresh, {}),
              testing::Contains(testing::AllOf(testing::Field(&CompareLine::what, "training curve"),
                                               testing::Field(&CompareLine::broken, true))));
  WriteTextFile(fresh / "evaluation.csv", "policy,replica,episode,reward\n");
  const std::vector<CompareLine> lines = Compare(base, fresh, {});
  ASSERT_EQ(lines.size(), 1U);
  EXPECT_TRUE(lines[0].broken);
}
TEST_F(CompareTest, RunsWithHolesAreRefused) {
  const fs::path base = Write("base", {}), fresh = Write("new", {});
  const std::string whole = ReadTextFile(fresh / "evaluation.csv");
  const auto expect = [&](const std::string& text, const std::string& message) {
    WriteTextFile(fresh / "evaluation.csv", text);
    EXPECT_THAT([&] { Compare(base, fresh, {}); }, ThrowsMessage<InputError>(HasSubstr(message)));
  };
  expect(whole.substr(0, whole.find("p,11,0,")),
         "does not have 20 episodes in each of 12 replicas");
  expect(whole + "p,12,0,1\n", "policy p has replica 12, episode 0; the run has 12 x 20");
  expect(whole + "p,-1,0,1\n", "'-1' is not a whole number");
  expect(whole + "p,0,3,1\n", "does not have 20 episodes");
}
TEST_F(CompareTest, OtherExperimentsAreNotCompared) {
  EXPECT_THAT([&] { Compare(Write("base", {}), Write("new", {.budget = 90}), {}); },
              ThrowsMessage<InputError>(
                  HasSubstr("not runs of the same experiment: energy_budget_j is 100")));
  EXPECT_THAT([&] { Compare("no/run", Write("new", {}), {}); },
              ThrowsMessage<InputError>("no/run: no such run folder"));
  const fs::path broken = Write("base", {});
  WriteTextFile(broken / "summary.json", "[]");
  EXPECT_THAT([&] { Compare(broken, Write("new", {}), {}); },
              ThrowsMessage<InputError>(HasSubstr("is not the summary of a run")));
}

}  // namespace
}  // namespace edgesim
