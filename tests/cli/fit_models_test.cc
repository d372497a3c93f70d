// Tests for experiments/cli/fit_models.cc: words to models, choice by held-out score, too little
// data.
#include "experiments/cli/fit_models.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/input_error.h"
#include "tests/cli/hand_made_fit.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::ThrowsMessage;

const std::vector<std::string> kRails = {"cpu", "gpu"};

TEST(ReadModelWords, LaterWordsAndThoseOfARailWin) {
  auto choices = ReadModelWords({}, kRails);
  EXPECT_TRUE(choices[0].automatic && choices[1].automatic);
  choices = ReadModelWords({"gpu=ramp=4 ar", "free=3", "free=1"}, kRails);
  EXPECT_EQ(Format(choices[0].spec), "free=1 gaussian gamma");
  EXPECT_EQ(Format(choices[1].spec), "ramp=4 gaussian ar gamma");
  EXPECT_FALSE(choices[0].automatic || choices[1].automatic);
  choices = ReadModelWords({"gpu=auto", "free=3"}, kRails);
  EXPECT_TRUE(choices[1].automatic && !choices[0].automatic);
  choices = ReadModelWords({"gpu=auto", "gpu=hmm"}, kRails);
  EXPECT_TRUE(choices[0].automatic && !choices[1].automatic);
}

TEST(ReadModelWords, NamesTheWordAndWhatIsAllowed) {
  const auto refuses = [](const std::string& words, const std::string& what) {
    EXPECT_THAT([&] { ReadModelWords({words}, kRails); },
                ThrowsMessage<InputError>(HasSubstr(what)));
  };
  refuses("gup=free=2", "'gup=free=2' is not a word for a model; allowed are");
  refuses("gup=free=2", "rails are cpu, gpu; did you mean 'gpu'?");
  refuses("gpu=atuo", "--model gpu: 'atuo' is not a word");
  refuses("atuo", "or auto; did you mean 'auto'?");
  refuses("", "no model given");
}

TEST(ChooseModels, FillsInWhatIsOpenAndSaysWhatWasTried) {
  const FitRun run = HandMadeFit(3, true);
  const std::vector<CandidateScore>& tried = run.models[0].tried;
  EXPECT_THAT(tried, SizeIs(testing::Ge(12)));
  EXPECT_TRUE(std::any_of(tried.begin(), tried.end(), [&](const CandidateScore& score) {
    return score.spec == run.models[0].spec;
  }));
  EXPECT_THAT(run.models[1].tried, IsEmpty());
  for (std::size_t i = 0; i < tried.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) EXPECT_FALSE(tried[i].spec == tried[j].spec);
  }
}

TEST(ChooseModels, RefusesTooLittleData) {
  const TraceSet one = HandMadeTraces(1);
  auto open = ReadModelWords({}, one.rails), given = ReadModelWords({"free=1"}, one.rails);
  EXPECT_THAT([&] { ChooseModels(one, 0.1, {}, open); },
              ThrowsMessage<InputError>(
                  HasSubstr("too little data to choose a model: big-4b-q4 has a single request; "
                            "name one, e.g. --model free=2")));
  EXPECT_NO_THROW(ChooseModels(one, 0.1, {}, given));
  TraceSet course = one;
  course.mid_stay = true;
  EXPECT_THAT(TooFewToHoldOut(course), HasSubstr("0 has 40 readings, 100 are needed"));
  EXPECT_EQ(TooFewToHoldOut(HandMadeTraces(2)), "");
}

TEST(ScoreModels, GivesEveryActionAndRailItsScore) {
  const FitRun run = HandMadeFit(6);
  ASSERT_THAT(run.held_out, SizeIs(2));
  // CRPS of the mean of ten readings of sd 1 about its own law is 0.234 x 2.4 x sd / sqrt(10).
  for (const auto& action : run.held_out) {
    EXPECT_NEAR(action[0].window_crps_w, 0.18, 0.08);
    EXPECT_NEAR(action[0].log_score, -1.42, 0.1);  // of N(0, 1): -(1 + log 2 pi) / 2
    EXPECT_LT(action[1].window_crps_w, action[0].window_crps_w);
  }
  EXPECT_THAT(HandMadeFit(1).held_out, IsEmpty());
}

}  // namespace
}  // namespace edgesim
