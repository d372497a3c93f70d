#include "experiments/named_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "experiments/files.h"
#include "sim/input_error.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(NamedFile, IsAShippedNameOrAPathFromTheConfigsFolder) {
  LoadedExperiment loaded = LoadSmall();
  const auto find = [&](const std::string& value) {
    return FindNamedFile(loaded, "device.profile", value, "devices/profiles", ".json");
  };
  EXPECT_EQ(find("laptop-rtx3070"), ShareDir() / "devices/profiles/laptop-rtx3070.json");
  loaded.directory = ShareDir() / "devices";
  EXPECT_EQ(find("profiles/laptop-rtx3070.json"),
            ShareDir() / "devices/profiles/laptop-rtx3070.json");
  EXPECT_THAT([&] { find("laptop-rtx3071"); },
              ThrowsMessage<InputError>(HasSubstr("unknown profile 'laptop-rtx3071'; there is ")));
  EXPECT_THAT([&] { find("no.json"); }, ThrowsMessage<InputError>(HasSubstr("no file '")));
}

TEST(NamedFile, WhatIsAttachedNeedsNoFile) {
  LoadedExperiment loaded = LoadSmall();
  loaded.attached["mine.json"] = "text";
  const auto path =
      FindNamedFile(loaded, "device.profile", "mine.json", "devices/profiles", ".json");
  EXPECT_EQ(ReadNamedFile(loaded, path), "text");
  EXPECT_THAT([&] { ReadNamedFile(loaded, "other.json"); }, testing::Throws<InputError>());

  // The same experiment from attached files as from those that ship.
  LoadedExperiment attached =
      LoadSmall({"device.profile=p.json", "workload.questions=q.csv", "workload.answers=a.csv"});
  const LoadedExperiment shipped = LoadSmall();
  const auto text = [&](const char* folder, const std::string& name) {
    return ReadTextFile(ShareDir() / folder / name);
  };
  attached.attached["p.json"] = text("devices/profiles", *shipped.config.device.profile + ".json");
  attached.attached["q.csv"] = text("workloads/data", *shipped.config.workload.questions + ".csv");
  attached.attached["a.csv"] = text("workloads/data", *shipped.config.workload.answers + ".csv");
  const auto one = Build(attached), other = Build(shipped);
  EXPECT_EQ(one->profile_hash, other->profile_hash);
  EXPECT_EQ(one->tables_hash, other->tables_hash);
  EXPECT_EQ(one->attached.size(), 3U);
}

}  // namespace
}  // namespace edgesim
