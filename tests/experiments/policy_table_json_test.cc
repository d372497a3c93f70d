// Tests for experiments/policy_table_json.cc.
#include "experiments/policy_table_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/input_error.h"
#include "tests/experiments/hand_made_table.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

TEST(PolicyTableJson, ReadsBackToTheSameFile) {
  const PolicyTableFile file = HandMadeTable();
  const PolicyTableFile back = ParsePolicyTable(PolicyTableJson(file), "t.json");
  EXPECT_EQ(back.table.ladders, file.table.ladders);  // thresholds to the bit
  EXPECT_EQ(back.actions, file.actions);
  EXPECT_EQ(back.classes, file.classes);
  EXPECT_EQ(back.budget_j, file.budget_j);
  EXPECT_EQ(back.table.requests, file.table.requests);
  EXPECT_EQ(back.seed, file.seed);
  EXPECT_EQ(back.config_hash, file.config_hash);
  EXPECT_EQ(PolicyTableJson(back), PolicyTableJson(file));
}

TEST(PolicyTableJson, ActionsAndClassesGoByName) {
  const PolicyTableFile file = HandMadeTable();
  const PolicyTable table = TableFor(file, {"mid", "large", "small"}, {"math", "chat"}, "t.json");
  EXPECT_EQ(table.Choose(Joules(90), 1, 0), 1U);  // chat and math have changed places
  EXPECT_EQ(table.Choose(Joules(90), 1, 1), 2U);
  EXPECT_EQ(table.Choose(Joules(50), 2, 1), 0U);
}

TEST(PolicyTableJson, RefusesOtherActionsOrClasses) {
  const auto refused = [](const std::vector<std::string>& actions,
                          const std::vector<std::string>& classes, const std::string& what) {
    EXPECT_THAT([&] { TableFor(HandMadeTable(), actions, classes, "t.json"); },
                ThrowsMessage<InputError>(AllOf(StartsWith("t.json: it has the " + what),
                                                HasSubstr("a table runs only with"))));
  };
  refused({"small", "mid"}, {"chat", "math"}, "actions small, mid, large");
  refused({"small", "mid", "large", "huge"}, {"chat", "math"}, "actions");
  refused({"small", "mid", "large"}, {"chat"}, "classes chat, math");
}

TEST(PolicyTableJson, RejectionsHaveAName) {
  PolicyTableFile file = HandMadeTable();
  file.table.ladders[0].action[0] = kReject;
  NameRejections(file);
  EXPECT_EQ(file.actions.back(), "reject");
  EXPECT_EQ(file.table.ladders[0].action[0], 3U);
  const PolicyTableFile back = ParsePolicyTable(PolicyTableJson(file), "t.json");
  // As what a shield does, or as an action of the experiment.
  EXPECT_EQ(TableFor(back, {"small", "mid", "large"}, {"chat", "math"}, "t").ladders[0].action[0],
            kReject);
  EXPECT_EQ(TableFor(back, {"small", "mid", "large", "reject"}, {"chat", "math"}, "t")
                .ladders[0]
                .action[0],
            3U);
}

TEST(PolicyTableJson, RefusesWhatIsNoTable) {
  const std::string good = PolicyTableJson(HandMadeTable());
  const auto changed = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    EXPECT_NE(text.find(from), std::string::npos) << from;
    return text.replace(text.find(from), from.size(), to);
  };
  const auto refused = [](const std::string& text, const std::string& what) {
    EXPECT_THAT([&] { ParsePolicyTable(text, "t.json"); },
                ThrowsMessage<InputError>(AllOf(StartsWith("t.json: "), HasSubstr(what))))
        << what;
  };
  refused(good.substr(0, good.size() / 2), "cut");
  refused(changed("\"schema_version\": 1", "\"schema_version\": 9"), "schema_version is 9");
  refused(changed("\"requests\": 2", "\"requests\": 3"), "no table of 3 requests left, class chat");
  refused(changed("\"requests\": 2", "\"requests\": 1"), "requests_left is 2, allowed: 1 to 1");
  refused(changed("\"requests_left\":2", "\"requests_left\":1"), "stands twice");
  refused(changed("[\"small\"]", "[\"smal\"]"), "did you mean 'small'");
  refused(changed("[0.0,40.0,66.6]", "[0.0,66.6,40.0]"), "must begin with 0, rise");
  refused(changed("[0.0,40.0,66.6]", "[0.0,40.0]"), "one action each");
  refused(changed("\"budget_j\"", "\"budget\""), "budget_j");
}

// A table run again in the experiment of its policy has that policy's rows.
TEST(PolicyTableJson, RunsAgainInAnExperiment) {
  const std::string path = testing::TempDir() + "/table_policy.json";
  PolicyTableFile file = HandMadeTable();
  const auto plain = BuildSmall();
  file.actions = plain->ActionNames();
  file.classes = plain->VisibleClassNames();
  file.table = {.requests = 20,
                .classes = static_cast<std::uint32_t>(file.classes.size()),
                .ladders = std::vector<PolicyTable::Ladder>(20 * file.classes.size(), {{0}, {2}})};
  WriteTextFile(path, PolicyTableJson(file));
  const auto built = BuildSmall({"policies=[{name: mine, kind: table, file: " + path + "}]"});
  const RunResult result = RunExperiment(*built, {.threads = 2});
  const auto run = [&](const std::string& name) {
    return *std::find_if(result.policies.begin(), result.policies.end(),
                         [&](const PolicyRun& r) { return r.name == name; });
  };
  const PolicyRun mine = run("mine"), constant = run("always-" + built->actions[2].name);
  for (std::size_t e = 0; e < 10; ++e) {
    EXPECT_EQ(EvaluationLine(*built, "x", 0, e, mine.replicas[0].eval[e]),
              EvaluationLine(*built, "x", 0, e, constant.replicas[0].eval[e]));
  }
  EXPECT_THAT([] { BuildSmall({"policies=[{kind: table, file: none.json}]"}); },
              ThrowsMessage<InputError>(HasSubstr("none.json: no such file")));
  EXPECT_THAT([] { BuildSmall({"policies=[table]"}); },
              ThrowsMessage<InputError>(HasSubstr("'file' is missing in table")));
}

}  // namespace
}  // namespace edgesim
