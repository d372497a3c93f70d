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

}  // namespace
}  // namespace edgesim
