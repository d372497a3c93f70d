// Tests for experiments/run_folder.cc.
#include "experiments/run_folder.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/policy_file.h"
#include "experiments/replica_run.h"
#include "sim/input_error.h"
#include "tests/experiments/run_on_disk.h"

namespace edgesim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(RunFolder, TrainsLearnersAnewOrLoadsThem) {
  const auto built = BuildSmall({"policies=[q-learning]"});
  const fs::path trained = WriteRun(*built, "anew", false), saved = WriteRun(*built, "saved", true);
  const RunFolder one(trained), other(saved);
  const auto anew = one.Restore(one.Find("q-learning"), 1);
  EXPECT_EQ(anew->Save(), other.Restore(other.Find("q-learning"), 1)->Save());
  EXPECT_NE(anew->Save(), one.Restore(one.Find("q-learning"), 0)->Save());
  EXPECT_EQ(one.config_hash(), other.config_hash());
  EXPECT_EQ(one.config_hash().size(), 16U);

  // A file is believed, not trained past: the other replica's shows.
  fs::copy_file(saved / "policies/q-learning.0.json", saved / "policies/q-learning.1.json",
                fs::copy_options::overwrite_existing);
  const RunFolder swapped(saved);
  EXPECT_NE(swapped.Restore(swapped.Find("q-learning"), 1)->Save(), anew->Save());
}

TEST(RunFolder, AResumedRunNeedsItsFiles) {
  const auto built = BuildSmall({"policies=[q-learning]"});
  const fs::path folder = WriteRun(*built, "resumed", true);
  WriteTextFile(folder / "manifest.json", R"({"resumed_from": "x"})");
  const RunFolder run(folder);
  EXPECT_NE(run.Restore(run.Find("q-learning"), 1), nullptr);
  fs::remove(folder / "policies/q-learning.1.json");
  EXPECT_THAT([&] { run.Restore(run.Find("q-learning"), 1); },
              ThrowsMessage<InputError>(HasSubstr("q-learning.1.json: no such file")));
}

TEST(RunFolder, SaysWhatIsNotThere) {
  const fs::path folder = WriteRun(*BuildSmall({"policies=[q-learning]"}), "there", false);
  const RunFolder run(folder);
  EXPECT_THAT([&] { run.Find("q-lerning"); },
              ThrowsMessage<InputError>(HasSubstr("did you mean 'q-learning'")));
  EXPECT_THAT([&] { run.Restore(run.Find("q-learning"), 2); },
              ThrowsMessage<InputError>(HasSubstr("no replica 2, allowed: 0 to 1")));
  EXPECT_THAT([] { RunFolder("no/such/folder"); },
              ThrowsMessage<InputError>(HasSubstr("no such folder")));
  EXPECT_THAT([] { RunFolder(fs::path(EDGESIM_SOURCE_DIR)); },
              ThrowsMessage<InputError>(HasSubstr("holds no finished run")));
}

// A relative path starts from the folder of the config that the manifest names.
TEST(RunFolder, FindsFilesBesideTheOriginalConfig) {
  const auto built = BuildSmall({"policies=[q-learning]"});
  const fs::path folder = WriteRun(*built, "relative", false);
  const fs::path beside = folder.parent_path() / "run_folder_configs";
  fs::create_directories(beside);
  fs::copy_file(fs::path(EDGESIM_SOURCE_DIR) / "workloads/data/mt_bench_18_questions.csv",
                beside / "q.csv", fs::copy_options::overwrite_existing);
  std::string config = ReadTextFile(folder / "config.resolved.yaml");
  const std::string name = "mt_bench_18_questions";
  config.replace(config.find(name), name.size(), "./q.csv");
  WriteTextFile(folder / "config.resolved.yaml", config);
  EXPECT_THAT([&] { RunFolder{folder}; }, ThrowsMessage<InputError>(HasSubstr("q.csv")));
  WriteTextFile(folder / "manifest.json", "{\"config\": \"" + (beside / "x.yaml").string() + "\"}");
  EXPECT_EQ(RunFolder(folder).built().questions.questions.size(), 18U);
  // Its folder is gone: from the run folder.
  WriteTextFile(folder / "manifest.json", R"({"config": "/no/such/folder/x.yaml"})");
  fs::copy_file(beside / "q.csv", folder / "q.csv", fs::copy_options::overwrite_existing);
  EXPECT_EQ(RunFolder(folder).built().questions.questions.size(), 18U);
}

}  // namespace
}  // namespace edgesim
