// Tests for experiments/policy_file.cc: what was learned comes back to the bit, and goes on as if
// it had never stopped.
#include "experiments/policy_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "sim/input_error.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

const std::string kLearners =
    "policies=[q-learning, {name: ce, kind: certainty-equivalent, energy_steps: 20}, sarsa, "
    "pacing]";

RunResult RunOf(const BuiltExperiment& built, const TrainedStates* resume = nullptr) {
  return RunExperiment(built, {.threads = 2, .keep_trained = true, .resume = resume});
}

// A folder of its own with the policies of a run.
fs::path Saved(const BuiltExperiment& built, const RunResult& result) {
  const fs::path folder =
      fs::path(testing::TempDir()) /
      ("policy_file_" + std::string(testing::UnitTest::GetInstance()->current_test_info()->name()));
  fs::remove_all(folder);
  fs::create_directories(folder / "policies");
  for (const auto& [name, text] : PolicyFiles(built, result)) WriteTextFile(folder / name, text);
  return folder;
}

TrainedStates StatesOf(const RunResult& result) {
  TrainedStates states;
  for (const PolicyRun& run : result.policies) {
    for (std::uint32_t r = 0; r < run.replicas.size(); ++r) {
      if (run.replicas[r].trained) states[{run.name, r}] = *run.replicas[r].trained;
    }
  }
  return states;
}

TEST(PolicyFile, HasOneForEachLearnerAndReplica) {
  const auto built = BuildSmall({kLearners});
  const auto files = PolicyFiles(*built, RunOf(*built));
  std::vector<std::string> names;
  for (const auto& [name, text] : files) names.push_back(name);
  EXPECT_THAT(names,
              testing::ElementsAre("policies/ce.0.json", "policies/ce.1.json",
                                   "policies/q-learning.0.json", "policies/q-learning.1.json",
                                   "policies/sarsa.0.json", "policies/sarsa.1.json"));
  EXPECT_THAT(files.at("policies/q-learning.1.json"),
              AllOf(HasSubstr(R"("kind":"q-learning","settings":{"features":["energy"])"),
                    HasSubstr(R"("replica":1)"), HasSubstr(R"("episodes_trained":20)")));
  EXPECT_TRUE(PolicyFiles(*built, RunExperiment(*built, {.threads = 2})).empty());
}

TEST(PolicyFile, BringsEveryDoubleBack) {
  PolicyFile file{.policy = "p", .kind = "k", .settings = "{a: 1, b: [x, true]}", .requests = 3};
  const double inf = std::numeric_limits<double>::infinity();
  file.trained = {
      .episodes = 7,
      .state = {{"x", {0.1, -0.0, 1.0 / 3, 5e-324, 1.7976931348623157e308, 2, inf, -inf}},
                {"empty", {}},
                {"nan", {std::nan("")}}}};
  const PolicyFile back = ParsePolicyFile(PolicyFileText(file), "p.json");
  EXPECT_EQ(back.trained.episodes, 7U);
  EXPECT_EQ(back.trained.state.at("x"), file.trained.state.at("x"));
  EXPECT_TRUE(std::signbit(back.trained.state.at("x")[1]));
  EXPECT_TRUE(back.trained.state.at("empty").empty());
  EXPECT_TRUE(std::isnan(back.trained.state.at("nan")[0]));
}

// 20 episodes and 20 more are 40, for learners whose schedules do not depend on their number.
TEST(PolicyFile, GoesOnAsIfItHadNeverStopped) {
  const auto half = BuildSmall({kLearners}), whole = BuildSmall({kLearners, "episodes.train=40"});
  const TrainedStates read = ReadAllTrained(*half, Saved(*half, RunOf(*half)));
  const RunResult resumed = RunOf(*half, &read), at_once = RunOf(*whole);
  const TrainedStates one = StatesOf(resumed), other = StatesOf(at_once);
  ASSERT_EQ(one.size(), 6U);
  for (const auto& [key, trained] : one) {
    EXPECT_EQ(trained.episodes, 40U) << key.first;
    if (key.first == "sarsa") continue;
    EXPECT_EQ(trained.state, other.at(key).state) << key.first << " " << key.second;
  }
  // The share of epsilon's fall was that of 20 episodes at first, of 40 then.
  EXPECT_NE(one.at({"sarsa", 0}).state, other.at({"sarsa", 0}).state);
}

TEST(PolicyFile, RefusesWhatDoesNotFit) {
  const auto built = BuildSmall({"policies=[q-learning]"});
  const fs::path folder = Saved(*built, RunOf(*built));
  const auto refused = [&](const std::vector<std::string>& overrides, const std::string& what) {
    const auto other = BuildSmall(overrides);
    EXPECT_THAT([&] { ReadAllTrained(*other, folder); },
                ThrowsMessage<InputError>(AllOf(HasSubstr("q-learning."), HasSubstr(what),
                                                testing::Not(HasSubstr("\n")))))
        << what;
  };
  refused({"policies=[{name: q-learning, kind: sarsa}]"}, "it is of kind q-learning");
  refused({"policies=[q-learning]", "actions=[qwen3-4b-q6_k]"}, "it has the actions ");
  refused({"policies=[q-learning]", "observe_category=false"}, "it has the classes ");
  refused({"policies=[q-learning]", "workload.requests=19"}, "it has requests: 20");
  refused({"policies=[{kind: q-learning, energy_bins: 9}]"}, "part 'q'");
  refused({"policies=[q-learning]", "replicas=3"}, "q-learning.2.json: no such file");
  EXPECT_THAT([&] { ReadAllTrained(*built, folder / "policies"); },
              ThrowsMessage<InputError>(HasSubstr("holds no saved policies")));
}

TEST(PolicyFile, RefusesCutFilesAndOtherVersions) {
  const std::string good = PolicyFileText({.policy = "p", .kind = "k", .settings = "{}"});
  const auto refused = [&](const std::string& text, const std::string& what) {
    EXPECT_THAT([&] { ParsePolicyFile(text, "p.json"); },
                ThrowsMessage<InputError>(AllOf(StartsWith("p.json: "), HasSubstr(what))));
  };
  for (const std::size_t length :
       {std::size_t{0}, std::size_t{1}, good.size() / 2, good.size() - 2})
    refused(good.substr(0, length), "cut");
  refused("{}", "no schema_version");
  std::string other = good;
  other.replace(other.find(":1"), 2, ":2");
  refused(other, "schema_version is 2, this edgesim reads 1");
  other = good;
  other.replace(other.find("\"requests\""), 10, "\"requestz\"");
  refused(other, "requests");
}

}  // namespace
}  // namespace edgesim
