// Tests for experiments/figure_origin.cc.
#include "experiments/figure_origin.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "devices/profile_io.h"
#include "experiments/files.h"
#include "sim/input_error.h"
#include "tests/experiments/run_on_disk.h"

namespace edgesim {
namespace {

namespace fs = std::filesystem;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

DeviceProfile Laptop() {
  const fs::path file = ShareDir() / "devices/profiles/laptop-rtx3070.json";
  return ParseProfile(ReadTextFile(file), file.string());
}

TEST(FigureOrigin, ActionsHaveTheProfilesProvenance) {
  const DeviceProfile profile = Laptop();
  for (std::size_t a = 0; a < profile.actions.size(); ++a) {
    const std::vector<FigureOrigin> origins = OriginsOfAction(profile, a, "laptop.json");
    for (const FigureOrigin& origin : origins) {
      EXPECT_EQ(origin.file, "laptop.json");
      EXPECT_THAT(origin.source, HasSubstr("EMSLM")) << origin.field;
      EXPECT_THAT(origin.date, StartsWith("202")) << origin.field;
      EXPECT_FALSE(origin.method.empty()) << origin.field;
    }
    EXPECT_EQ(FindOrigin(origins, "x", "energy").kind, "modelled");
    EXPECT_EQ(FindOrigin(origins, "x", "power").kind, "calibrated");
    EXPECT_EQ(FindOrigin(origins, "x", "latency").kind, "measured");
    EXPECT_EQ(FindOrigin(origins, "x", "idle_gpu").kind, "assumed");
  }
  // Mean energies measured by the trapezoid: HACKING.md, "Fitting the shipped profile again".
  const auto energy = [&](std::size_t a) {
    return std::stod(OriginsOfAction(profile, a, "f").front().value);
  };
  EXPECT_NEAR(energy(0), 803.3, 8);
  EXPECT_NEAR(energy(4), 585.7, 4);
  EXPECT_EQ(OriginsOfAction(profile, 0, "f").back().field, "outlier");
}

TEST(FigureOrigin, WithoutRequestsThereIsPowerAlone) {
  DeviceProfile profile = Laptop();
  profile.actions[0].latency.reset();
  profile.rails[0].idle_w.reset();
  const std::vector<FigureOrigin> origins = OriginsOfAction(profile, 0, "f");
  EXPECT_EQ(origins.front().field, "power");
  EXPECT_EQ(FindOrigin(origins, "x", "idle_cpu").value, "unknown");
  EXPECT_THROW(FindOrigin(origins, "x", "latency"), InputError);
}

TEST(FigureOrigin, PartsOfACardHaveTheLongestPrefix) {
  const fs::path file = ShareDir() / "devices/catalog/models/gemma-2-2b.json";
  const std::vector<FigureOrigin> origins = OriginsOfCard(ReadTextFile(file), file);
  const auto find = [&](const char* field) { return FindOrigin(origins, "gemma-2-2b", field); };
  EXPECT_EQ(find("shape/vocab").value, "256000");
  EXPECT_THAT(find("shape/vocab").source, HasSubstr("mlc-llm"));
  EXPECT_EQ(find("shape/tied_embeddings").kind, "assumed");
  EXPECT_EQ(find("parameters").value, "unknown");
  EXPECT_EQ(find("parameters").source, "");
  EXPECT_EQ(find("file_bytes/q6_k").value, "2150000000");
  EXPECT_THAT([&] { find("shape/vocap"); },
              ThrowsMessage<InputError>(AllOf(HasSubstr("gemma-2-2b has no 'shape/vocap'"),
                                              HasSubstr("did you mean 'shape/vocab'?"))));
  EXPECT_THROW(OriginsOfCard("[]", "f"), InputError);
}

TEST(FigureOrigin, ResultsSayWhichRunTheyAreOf) {
  const auto built = BuildSmall({"policies=[pacing]"});
  const fs::path folder = WriteRun(*built, "origin", false);
  EXPECT_THROW(OriginsOfResult(folder, "pacing"), InputError);  // no manifest
  WriteTextFile(folder / "manifest.json",
                R"({"edgesim": "1.2.3", "finished": "2026-11-22T02:16:28Z", "config": "/a.yaml"})");
  const std::vector<FigureOrigin> origins = OriginsOfResult(folder, "pacing");
  const FigureOrigin& reward = FindOrigin(origins, "pacing", "reward");
  EXPECT_EQ(reward.kind, "simulated");
  EXPECT_EQ(reward.date, "2026-11-22T02:16:28Z");
  EXPECT_THAT(reward.source, AllOf(HasSubstr("edgesim 1.2.3, /a.yaml, seed 1"),
                                   HasSubstr("profile hash unknown")));
  EXPECT_THAT(reward.method, HasSubstr("2 replicas of 10 evaluation episodes"));
  EXPECT_GT(std::stod(reward.value), 5);
  EXPECT_THAT([&] { OriginsOfResult(folder, "pacin"); },
              ThrowsMessage<InputError>(HasSubstr("did you mean 'pacing'?")));
}

TEST(FigureOrigin, TextLeavesOutWhatIsNotKnown) {
  const FigureOrigin origin{.field = "f", .value = "5 W", .kind = "measured"};
  EXPECT_EQ(OriginText("a", origin), "a.f = 5 W\n  kind      measured\n");
  EXPECT_EQ(OriginList("a", {origin, {.field = "long", .value = "unknown"}}),
            "a\n  f     5 W (measured)\n  long  unknown\n");
}

}  // namespace
}  // namespace edgesim
