// Tests for experiments/cli/fidelity_setup.cc: from a config and files to options.
#include "experiments/cli/fidelity_setup.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "sim/input_error.h"

namespace edgesim {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

class FidelitySetup : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = fs::path(testing::TempDir()) /
              (std::string("fidelity_setup_") +
               testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(folder_);
    fs::create_directories(folder_ / "models/recording");
    std::string text = "t_s,run,gpu_w,cpu_w\n";
    for (int i = 0; i < 60; ++i)
      text += fmt::format("{:.1f},{},{},{}\n", 0.1 * i, i / 20, 50 + i % 7, 20 + i % 5);
    Write("r.csv", text);
    Write("packed.csv.gz", "\x1f\x8b\x08");
    for (const char* rail : {"gpu", "cpu"}) {
      Write(fmt::format("models/recording/{}_hsmm.json", rail),
            R"({"dt": 0.1, "startprob": [1, 0], "transmat": [[0.5, 0.5], [0.5, 0.5]],
                "means_W": [20, 60], "covars_W2": [4, 9],
                "duration_gamma": [{"shape": 2, "scale": 0.3}, {"shape": 2, "scale": 0.3}]})");
    }
  }
  void TearDown() override { fs::remove_all(folder_); }
  void Write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name) << text;
  }
  LoadedFidelity Load(const std::vector<std::string>& overrides) {
    const std::string text = R"(name: x
traces: {recordings: [r.csv], group_column: run}
folds: 3
models:
  - {name: hsmm, gpu: ramp ar, all: free=3 gamma level}
  - {name: published, all: published}
)";
    LoadedFidelity loaded = ParseFidelity(text, "f.yaml", overrides);
    loaded.directory = folder_;
    return loaded;
  }
  FidelityOptions Options(const std::vector<std::string>& overrides) {
    const LoadedFidelity loaded = Load(overrides);
    run_ = {.config = loaded.config};
    const TraceSet traces = ReadTraces(loaded, run_);
    return MakeOptions(loaded, traces, run_);
  }
  void ExpectRefused(const std::vector<std::string>& overrides, const std::string& message) {
    EXPECT_THAT([&] { Options(overrides); }, ThrowsMessage<InputError>(HasSubstr(message)))
        << message;
  }
  fs::path folder_;
  FidelityRun run_;
};

TEST_F(FidelitySetup, GroupsBecomeRequestsAndWordsGoToRails) {
  const LoadedFidelity loaded = Load({});
  FidelityRun run;
  const TraceSet traces = ReadTraces(loaded, run);
  EXPECT_EQ(traces.requests.size(), 3U);
  ASSERT_EQ(run.inputs.size(), 1U);
  EXPECT_EQ(run.inputs[0].file, "r.csv");
  EXPECT_EQ(run.inputs[0].hash.size(), 16U);
  const FidelityOptions options = MakeOptions(loaded, traces, run);
  ASSERT_EQ(options.models.size(), 1U);
  EXPECT_THAT(options.models[0].rails, ElementsAre("ramp ar", "free=3 gamma level"));
  EXPECT_THAT(run.notes,
              testing::Contains("published: left out, for 'published' gives no folder of models"));
}

TEST_F(FidelitySetup, PublishedModelsAreReadByActionAndRail) {
  const FidelityOptions options = Options({"published=models"});
  ASSERT_EQ(options.models.size(), 2U);
  ASSERT_EQ(options.published.size(), 2U);
  EXPECT_EQ(options.published.at({"recording", "cpu"}).states[1].mean_w, 60);
  EXPECT_EQ(run_.inputs.size(), 3U);
}

TEST_F(FidelitySetup, NumbersArePassedOn) {
  const FidelityOptions options =
      Options({"seeds=2", "seed=7", "draws=30", "restarts=4", "cap_w=90", "block_s=3",
               "split_share=0.25", "compare={reference: hsmm, against: b}",
               "models=[{name: hsmm, all: free=2}, {name: b, all: replay}]"});
  EXPECT_EQ(options.seeds, 2);
  EXPECT_EQ(options.seed, 7U);
  EXPECT_EQ(options.draws, 30);
  EXPECT_EQ(options.restarts, 4);
  EXPECT_EQ(options.folds, 3);
  EXPECT_EQ(options.cap_w, 90);
  EXPECT_EQ(options.block_s, 3);
  EXPECT_EQ(options.split_share, 0.25);
  EXPECT_EQ(options.reference, "hsmm");
  EXPECT_EQ(options.against, "b");
}

TEST_F(FidelitySetup, SaysWhatIsWrongAndWhere) {
  ExpectRefused({"traces.recordings=[no.csv]"}, "--set traces.recordings: no file '");
  ExpectRefused({"traces.recordings=[packed.csv.gz]"},
                "is compressed; unpack it, e.g. zcat packed.csv.gz > packed.csv");
  ExpectRefused({"traces.rails=[npu_w]"}, "npu_w");
  ExpectRefused({"folds=4"}, "--set folds: 'folds' is 4, but there are 3 different requests");
  ExpectRefused({"models.hsmm.gpuu=iid"},
                "--set models.0.gpuu: the traces have no rail 'gpuu'; allowed: all, gpu, cpu; did "
                "you mean 'gpu'?");
  ExpectRefused({"models=[{name: a, gpu: iid}]"},
                "model 'a' says nothing about the rail 'cpu'; add it, or 'all'");
  ExpectRefused({"models.hsmm.gpu=rmap"}, "--set models.0.gpu: ");
  ExpectRefused({"models.hsmm.gpu=replya"}, "did you mean 'replay'?");
  ExpectRefused({"models=[{name: p, all: published}]"}, "no model is left to compare");
  ExpectRefused({"compare={reference: hsmm, against: published}"},
                "'published' is compared, but 'published' is not given");
  ExpectRefused({"published=nowhere"}, "recording/cpu_hsmm.json'");
}

TEST(ShippedFidelityConfigs, TheirWordsAreKnown) {
  const fs::path folder = fs::path(EDGESIM_SOURCE_DIR) / "experiments/configs/fidelity";
  for (const char* name : {"six_actions", "jetson", "m1pro", "mlperf_orin", "mlperf_rb6"}) {
    const LoadedFidelity loaded = LoadFidelity(folder / (std::string(name) + ".yaml"), {});
    TraceSet traces;
    traces.rails = std::string(name) == "six_actions" ? std::vector<std::string>{"cpu", "gpu"}
                                                      : std::vector<std::string>{"power"};
    traces.mid_stay = true;  // no request is there to be counted
    FidelityRun run;
    EXPECT_FALSE(MakeOptions(loaded, traces, run).models.empty()) << name;
  }
}

TEST(ShippedFidelityConfigs, TheRecordingThatShipsIsRead) {
  const fs::path file = fs::path(EDGESIM_SOURCE_DIR) / "experiments/configs/fidelity/jetson.yaml";
  FidelityRun run;
  const TraceSet traces = ReadTraces(LoadFidelity(file, {}), run);
  EXPECT_TRUE(traces.mid_stay);
  ASSERT_EQ(traces.requests.size(), 1U);
  EXPECT_GT(traces.requests[0].t_s.size(), 600U);
  // The cut lies where the board idles between the bursts.
  const double cut_s = 0.72 * traces.requests[0].duration_s;
  const auto& t = traces.requests[0].t_s;
  const auto at = static_cast<std::size_t>(std::lower_bound(t.begin(), t.end(), cut_s) - t.begin());
  EXPECT_LT(traces.requests[0].rail_w[0][at], 8);
}

}  // namespace
}  // namespace edgesim
