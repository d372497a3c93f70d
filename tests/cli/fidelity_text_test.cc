// Tests for experiments/cli/fidelity_text.cc: the tables of a hand-made report, letter by letter.
#include "experiments/cli/fidelity_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "tests/cli/hand_made_run.h"
#include "tests/support/text_files.h"

namespace edgesim {
namespace {

const std::string kData = std::string(EDGESIM_SOURCE_DIR) + "/tests/cli/data/";

void ExpectBelow160Columns(const std::string& text) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LT(line.size(), 160U) << line;
}

TEST(FidelityText, RequestsLookAsExpected) {
  const std::string text = FidelityText(HandMadeRun());
  ExpectBelow160Columns(text);
  EXPECT_EQ(text, FileText(kData + "hand_made.txt"));
}

TEST(FidelityText, BlocksLookAsExpected) {
  const std::string text = FidelityText(HandMadeBlocks());
  ExpectBelow160Columns(text);
  EXPECT_EQ(text, FileText(kData + "hand_made_blocks.txt"));
}

TEST(FidelityText, LeavesOutWhatIsNotThere) {
  FidelityRun run = HandMadeRun();
  run.config.cap_w.reset();
  run.config.compare.reset();
  for (ModelScore& model : run.report.models) {
    for (ActionScore& action : model.actions) action.given_tokens_bias = NAN;
  }
  const std::string text = FidelityText(run);
  EXPECT_EQ(text.find("above"), std::string::npos);
  EXPECT_EQ(text.find("minus"), std::string::npos);
  EXPECT_EQ(text.find("tokens"), std::string::npos);
}

TEST(FidelityText, TheWorstCaseStaysNarrow) {
  FidelityRun run = HandMadeRun();
  for (ModelScore& model : run.report.models) {
    if (model.name == "hmm") model.name = "hsmm-nonparametric";
    while (model.actions.size() < 6) model.actions.push_back(model.actions.front());
    for (ActionScore& action : model.actions) {
      action.action = "gemma-2-2b-it-Q6_K";
      for (SignalScore& s : action.signals) {
        s.inside_90 = s.inside_50 = {18, 17, 18};
        s.peak_w.ks_p = s.roughness_w.ks_p = s.t50_s.ks_p = s.ramp_s.ks_p = {0.1, 0.01, 0.1};
        s.log_score = -11.5;
        s.peak_w.measured = s.peak_w.simulated = 155.25;
      }
    }
    model.actions[0].signals[1].peak_w.ks_p = {0.1, 0.1, 0.01};
    model.actions[1].signals[1].energy_j.simulated = 1024;
    model.actions[1].signals[1].peak_w.w1 = 12;
    model.parameters = 12345;
    model.fit_s = 12345;
  }
  ExpectBelow160Columns(FidelityText(run));
}

}  // namespace
}  // namespace edgesim
