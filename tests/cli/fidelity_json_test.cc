// Tests for experiments/cli/fidelity_json.cc.
#include "experiments/cli/fidelity_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/version.h"
#include "tests/cli/hand_made_run.h"
#include "tests/support/text_files.h"

namespace edgesim {
namespace {

TEST(FidelityJson, NumbersReadBackToTheSameBits) {
  FidelityRun run = HandMadeRun();
  run.report.interval_s = 0.1 + 0.2;
  run.report.models[0].actions[1].signals[2].window_w1_w[2] = 1.0 / 3;
  run.report.paired[0].difference.low = -1e-300;
  const nlohmann::json json = nlohmann::json::parse(FidelityJson(run));
  EXPECT_EQ(json["interval_s"].get<double>(), 0.1 + 0.2);
  EXPECT_EQ(json["models"][0]["actions"][1]["signals"][2]["window_w1_w"][2].get<double>(), 1.0 / 3);
  EXPECT_EQ(json["paired"][0]["low"].get<double>(), -1e-300);
  EXPECT_EQ(json["models"][0]["actions"][0]["signals"][1]["inside_90"], nlohmann::json({17, 16}));
}

// docs/fidelity_page.py is tested with these.
TEST(FidelityJson, TheWholeReportIsWritten) {
  for (const FidelityRun& run : {HandMadeRun(), HandMadeBlocks()}) {
    const nlohmann::json expected = nlohmann::json::parse(
        FileText(EDGESIM_SOURCE_DIR "/tests/cli/data/results/" + run.config.name + ".json"));
    nlohmann::json written = nlohmann::json::parse(FidelityJson(run));
    written["edgesim"] = expected["edgesim"];
    EXPECT_EQ(written, expected);
  }
}

TEST(FidelityJson, NaNIsNull) {
  const nlohmann::json json = nlohmann::json::parse(FidelityJson(HandMadeRun()));
  EXPECT_TRUE(json["models"][2]["actions"][0]["signals"][1]["log_score"].is_null());
  EXPECT_TRUE(json["models"][0]["actions"][0]["signals"][1]["ramp_s"]["ks_p"][0].is_null());
}

TEST(FidelityJson, SaysHowItCameAboutWithoutTheUsersFolders) {
  FidelityRun run = HandMadeRun();
  run.config.published = "/home/somebody/models/";
  const std::string text = FidelityJson(run);
  const nlohmann::json json = nlohmann::json::parse(text);
  EXPECT_EQ(json["edgesim"], kVersion);
  const nlohmann::json& config = json["config"];
  EXPECT_EQ(config["traces"]["samples"], "samples.csv");
  EXPECT_EQ(config["published"], "models");
  EXPECT_EQ(config["draws"], 2000);  // a default
  EXPECT_EQ(config["cap_w"], 120);
  EXPECT_EQ(config["models"][0]["gpu"], "ramp ar gamma level");
  EXPECT_EQ(config["compare"]["against"], "hmm");
  EXPECT_EQ(json["inputs"][0]["file"], "samples.csv");
  EXPECT_EQ(json["primary_signal"], "gpu");
  EXPECT_EQ(json["notes"].size(), 1U);
  EXPECT_EQ(text.find("somebody"), std::string::npos);
  EXPECT_EQ(text.find("somewhere"), std::string::npos);
}

}  // namespace
}  // namespace edgesim
