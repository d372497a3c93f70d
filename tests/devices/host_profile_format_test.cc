#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "devices/host_profile_io.h"
#include "tests/support/toy_host.h"

namespace edgesim {
namespace {

TEST(HostProfileFormat, ReadingAndWritingGivesTheSameBytes) {
  HostProfile profile = ToyHost();
  profile.laws[0].matmul[TensorFormat::kQ4_0].overhead_s = 1.0 / 3;  // needs all its digits
  profile.measurement.median_relative_iqr = 5e-324;
  const std::string text = FormatHostProfile(profile);
  EXPECT_EQ(FormatHostProfile(ParseHostProfile(text, "h.json")), text);
}

TEST(HostProfileFormat, NamesTheSchemaAndKeepsUnknownCachesNull) {
  const auto json = nlohmann::json::parse(FormatHostProfile(ToyHost()));
  EXPECT_EQ(json["schema"], "edgesim-host-profile/1");
  EXPECT_EQ(json["mode"], "quick");
  EXPECT_TRUE(json["host"]["l3_bytes"].is_null());
  EXPECT_EQ(json["host"]["l2_bytes"], 1048576);
  EXPECT_EQ(json["laws"][1]["matmul"]["q4_k"]["pass_s"].size(), 4U);
  EXPECT_EQ(json["laws"][1]["elements"]["rms_norm"]["overhead_s"], 1e-6);
}

// The file that the command line is tested with.
TEST(HostProfileFormat, WritesTheFixture) {
  std::ifstream in(std::string(EDGESIM_SOURCE_DIR) + "/tests/cli/data/toy_host.json");
  EXPECT_EQ(FormatHostProfile(ToyHost()), std::string(std::istreambuf_iterator<char>(in), {}));
}

TEST(HostProfileFormat, ChecksumDependsOnEveryDigit) {
  HostProfile profile = ToyHost();
  const std::string before = HostProfileChecksum(profile);
  EXPECT_EQ(before.size(), 16U);
  profile.laws[1].attention.score_s *= 1 + 1e-15;
  EXPECT_NE(HostProfileChecksum(profile), before);
}

}  // namespace
}  // namespace edgesim
