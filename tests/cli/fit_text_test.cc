// Tests for experiments/cli/fit_text.cc and fit_run.cc: what is printed about a fit.
#include "experiments/cli/fit_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/cli/hand_made_fit.h"

namespace edgesim {
namespace {

using testing::Contains;
using testing::ContainsRegex;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

TEST(FitText, SaysWhatWasFittedAndHowWell) {
  FitRun run = HandMadeFit(6);
  std::string text = FitText(run);
  EXPECT_THAT(text, HasSubstr("noticed: hand.csv: something\n"));
  EXPECT_THAT(text, ContainsRegex("big-4b-q4, gpu +6 +1 +[0-9]+ +-[0-9.]+ +[0-9.]+ +0\\.[0-9]{3} "
                                  "+-1\\.[0-9]{3} "));
  EXPECT_THAT(text, ContainsRegex("tiny-1b-q4, gpu: plateau +(19|20)\\.[0-9]{2} .* to the end"));
  EXPECT_THAT(text, HasSubstr("held out: requests, in 2 folds"));
  EXPECT_THAT(text, ContainsRegex("energy per request, fitted .*\n-+\nbig-4b-q4 +6 +14"));
  EXPECT_THAT(text, HasSubstr("outlier, kept: tiny-1b-q4, request 5: 80.0 ms per token"));
  EXPECT_THAT(text, HasSubstr("Intervals hold for the recorded session: "));
  for (const char* absent : {"models tried", "chosen:", "left out"})
    EXPECT_THAT(text, Not(HasSubstr(absent)));
  run.left_out = run.fitted;
  run.left_out_how = "3 folds";
  EXPECT_THAT(FitText(run), HasSubstr("energy per request, left out (3 folds)"));
  EXPECT_EQ(ModelWords(run),
            "--model \"gpu=free=1 gaussian gamma level\" --model \"cpu=free=1 gaussian gamma\"");
}

TEST(FitText, MarksTheChosenModel) {
  const FitRun run = HandMadeFit(3, true);
  const std::string text = FitText(run), words = Format(run.models[0].spec);
  EXPECT_THAT(text, HasSubstr("gpu: models tried"));
  EXPECT_THAT(text, HasSubstr("\n* " + words + " "));
  EXPECT_THAT(text, HasSubstr("chosen: --model \"gpu=" + words + "\" --model \"cpu="));
}

TEST(FitText, SaysWhyThereIsNoHeldOutScore) {
  EXPECT_THAT(FitText(HandMadeFit(1)),
              HasSubstr("no held-out scores: big-4b-q4 has a single request"));
}

TEST(FitDoubts, AreAboutFewRequestsGapsBiasAndIterations) {
  FitRun run = HandMadeFit(6);
  EXPECT_THAT(Doubts(run),
              Contains("big-4b-q4: 6 recorded requests are few; 8 or more are better"));
  run = HandMadeFit(8);
  run.fitted[1].simulated_j = run.fitted[1].measured_j;
  run.fitted[0].simulated_j = run.fitted[0].measured_j;
  EXPECT_THAT(Doubts(run), IsEmpty());
  run.fitted[0].simulated_j = 1.05 * run.fitted[0].measured_j;
  run.fit.actions[1].fit.rails[1].classes[0].converged = false;
  run.input.traces.requests[3].duration_s = 5;
  const std::vector<std::string> doubts = Doubts(run);
  EXPECT_THAT(doubts, Contains("big-4b-q4: simulated energy is +5.0 % off"));
  EXPECT_THAT(doubts, Contains(ContainsRegex("^tiny-1b-q4, cpu: still improving after [0-9]+ ")));
  EXPECT_THAT(doubts, Contains("1 request has over five sampling periods without a reading, up to "
                               "1.05 s"));
}

}  // namespace
}  // namespace edgesim
