// Tests for experiments/fidelity_config.{h,cc}: what a comparison's config may be.
#include "experiments/fidelity_config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "experiments/load.h"
#include "sim/input_error.h"

namespace edgesim {
namespace {

using testing::ElementsAre;
using testing::ThrowsMessage;

const std::string kGood = R"(name: x
traces:
  samples: s.csv
  requests: r.csv
folds: 6
cap_w: 120
models:
  - {name: hsmm, gpu: ramp ar gamma level classes=2, cpu: free=3 gamma level}
  - {name: iid, all: iid}
compare: {reference: hsmm, against: iid}
)";

std::string With(const std::string& from, const std::string& to) {
  std::string text = kGood;
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(FidelityConfig, ReadsModelsPerRailAndFillsDefaults) {
  const FidelityConfig config = ParseFidelity(kGood, "f.yaml", {}).config;
  EXPECT_EQ(config.traces.samples, "s.csv");
  EXPECT_EQ(config.traces.format, "auto");
  EXPECT_EQ(config.draws, 2000U);
  EXPECT_EQ(config.seeds, 3U);
  EXPECT_EQ(config.split_share, 0.5);
  EXPECT_EQ(config.cap_w, 120);
  ASSERT_EQ(config.models.size(), 2U);
  EXPECT_EQ(config.models[0].words.at("gpu"), "ramp ar gamma level classes=2");
  EXPECT_EQ(config.models[1].words.at("all"), "iid");
  EXPECT_EQ(config.compare->against, "iid");
  EXPECT_FALSE(config.published);
}

TEST(FidelityConfig, TheCommandLineReachesEveryPlace) {
  const FidelityConfig config =
      ParseFidelity(kGood, "f.yaml",
                    {"draws=50", "models.hsmm.gpu=free=2 ar", "compare.reference=hsmm",
                     "published=models", "traces={recordings: [a.csv, b.csv], group_column: run}"})
          .config;
  EXPECT_EQ(config.draws, 50U);
  EXPECT_EQ(config.models[0].words.at("gpu"), "free=2 ar");
  EXPECT_EQ(config.published, "models");
  EXPECT_THAT(config.traces.recordings, ElementsAre("a.csv", "b.csv"));
  EXPECT_EQ(config.traces.group_column, "run");
}

TEST(FidelityConfig, NamesWhatIsWrongAndWhere) {
  const auto refused = [](const std::string& text, const std::string& message) {
    EXPECT_THAT([&] { ParseFidelity(text, "f.yaml", {}); },
                ThrowsMessage<InputError>("f.yaml:" + message));
  };
  refused(With("folds", "fodls"),
          "5:1: unknown key 'fodls' in the comparison; did you mean 'folds'?");
  refused(With("samples: s", "sample: s"),
          "3:3: unknown key 'sample' in traces; did you mean 'samples'?");
  refused(With("folds: 6", "folds: 1"), "5:8: 'folds' is 1, allowed: 2 to 1000");
  refused(With("  requests: r.csv\n", ""), "3:3: 'requests' is missing in traces");
  refused(With("  requests: r.csv\n", "  requests: r.csv\n  recordings: [a.csv]\n"),
          "5:15: 'traces' has both 'recordings' and 'samples' with 'requests'; give one kind");
  refused(With("  samples: s.csv\n  requests: r.csv\n", "  rails: [gpu]\n"),
          "3:3: 'traces' needs 'samples' and 'requests', or 'recordings'");
  refused(With("  requests: r.csv\n", "  requests: r.csv\n  group_column: run\n"),
          "5:17: 'group_column' is for 'recordings'; 'samples' and 'requests' take all columns "
          "'<rail>_w'");
  refused(With("  samples: s.csv\n  requests: r.csv\n",
               "  recordings: [a.csv]\n  action_column: model\n"),
          "4:18: 'action_column' needs 'group_column', which tells requests apart");
  refused(With("  samples: s.csv\n  requests: r.csv\n", "  recordings: [a]\n  format: tegrastat\n"),
          "4:11: 'format' is 'tegrastat', allowed: auto, generic, hwinfo, tegrastats, spl, "
          "energibridge; did you mean 'tegrastats'?");
  refused(With("against: iid", "against: idi"),
          "10:37: there is no model 'idi'; there is hsmm, iid; did you mean 'iid'?");
  refused(With("against: iid", "against: hsmm"), "10:37: a model is compared with itself");
  refused(With("name: iid, ", ""), "9:5: 'name' is missing in an entry of models");
  refused(With("name: iid", "name: hsmm"), "9:5: two entries of models are named 'hsmm'");
  refused(With(", all: iid", ""), "9:5: model 'iid' has no words; give 'all', or a key per rail");
  refused(With("all: iid", "all: [iid]"), "9:22: 'all' must be a single value");
  refused(With("cap_w: 120", "cap_w: -1"), "6:8: 'cap_w' is -1, allowed: 0.001 to 1000000");
}

TEST(FidelityConfig, ShippedConfigsAreRead) {
  const std::filesystem::path folder =
      std::filesystem::path(EDGESIM_SOURCE_DIR) / "experiments/configs/fidelity";
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    const LoadedFidelity loaded = LoadFidelity(entry.path(), {});
    EXPECT_EQ(loaded.config.name, entry.path().stem().string());
    EXPECT_EQ(loaded.directory, folder);
    ++count;
  }
  EXPECT_EQ(count, 5U);
}

}  // namespace
}  // namespace edgesim
