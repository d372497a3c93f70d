// Tests for experiments/run_output.cc.
#include "experiments/run_output.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "experiments/summary_text.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::Key;
using testing::UnorderedElementsAre;

TEST(RunOutput, HoldsTheFilesOfARunFolder) {
  LoadedExperiment loaded = LoadSmall({"policies=[q-learning]"});
  loaded.attached["note.csv"] = "a,b\n";
  const auto built = Build(loaded);
  const RunResult result = RunExperiment(*built, {.threads = 2, .keep_trained = true});
  const RunSummary summary = Summarise(*built, result);
  const auto files = FolderFiles(*built, result, summary,
                                 {.threads = 2, .seconds = 1.5, .config = "/x/small.yaml"});
  EXPECT_THAT(files, UnorderedElementsAre(
                         Key("summary.json"), Key("evaluation.csv"), Key("curves.csv"),
                         Key("config.resolved.yaml"), Key("manifest.json"), Key("note.csv"),
                         Key("policies/q-learning.0.json"), Key("policies/q-learning.1.json")));
  EXPECT_EQ(files.at("note.csv"), "a,b\n");
  const auto manifest = nlohmann::json::parse(files.at("manifest.json"));
  EXPECT_EQ(manifest["config"], "/x/small.yaml");
  EXPECT_EQ(manifest["threads"], 2);
  EXPECT_EQ(manifest["seconds"], 1.5);
  EXPECT_EQ(manifest["episodes"], result.episodes);
  EXPECT_FALSE(manifest.contains("resumed_from"));
  const auto written = nlohmann::json::parse(files.at("summary.json"));
  EXPECT_EQ(written["verdicts"].get<std::vector<std::string>>(), Verdicts(*built, summary));
}

TEST(RunOutput, NamesNoConfigWhereThereIsNoFile) {
  const auto built = BuildSmall({"policies=[random]"});
  const RunResult result = RunExperiment(*built, {.threads = 2});
  const auto files =
      FolderFiles(*built, result, Summarise(*built, result), {.resumed_from = "/x/earlier"});
  const auto manifest = nlohmann::json::parse(files.at("manifest.json"));
  EXPECT_FALSE(manifest.contains("config"));
  EXPECT_EQ(manifest["resumed_from"], "/x/earlier");
}

TEST(RunOutput, PrintsTablesThenVerdicts) {
  const auto built = BuildSmall({"policies=[q-learning]", "power_cap.limit_w=120"});
  const RunSummary summary = Summarise(*built, RunExperiment(*built, {.threads = 2}));
  const std::string text = RunText(*built, summary);
  EXPECT_THAT(text, HasSubstr(", cap 120 W, device laptop-rtx3070\n2 replicas, 20 training"));
  EXPECT_LT(text.find("certificate"), text.find("q-learning: earns"));
  EXPECT_LT(text.find("policy  "), text.find("certificate"));
}

}  // namespace
}  // namespace edgesim
