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
  refuses("gup=free=2", "--model: no rail 'gup'; rails are cpu, gpu; did you mean 'gpu'?");
  refuses("VDD=ramp=4 ar", "--model: no rail 'VDD'; rails are cpu, gpu");
  refuses("fre=2", "--model: 'fre=2' is not a word for a model; allowed are ramp[=N], free[=N]");
  refuses("free=two", "'free=two': a whole number from 1 to 12");
  refuses("auto ar", "--model: auto stands alone");
  refuses("gpu=atuo", "--model gpu: 'atuo' is not a word");
  refuses("atuo", "; or auto alone; did you mean 'auto'?");
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

// 300 readings at ten a second, and one more at `lone_s`.
TraceSet WithALoneReading(double lone_s) {
  TraceSet set{.rails = {"soc"}, .requests = {}, .mid_stay = true};
  RequestTrace course{.action = "recording", .request = "f.csv", .t_s = {}, .rail_w = {{}}};
  for (int i = 0; i < 300; ++i) {
    course.t_s.push_back(0.1 * i);
    course.rail_w[0].push_back(i % 30 < 15 ? 5 + i % 3 : 9 + i % 2);
  }
  const auto at = lone_s < 0 ? course.t_s.begin() : course.t_s.end();
  course.t_s.insert(at, lone_s);
  course.rail_w[0].push_back(5);
  for (double& t : course.t_s) t -= std::min(0.0, lone_s);
  course.duration_s = course.t_s.back();
  set.requests.push_back(course);
  return set;
}

TEST(TooFewToHoldOut, SeesThatAHalfHoldsHardlyAnyReadings) {
  EXPECT_EQ(TooFewToHoldOut(WithALoneReading(31)), "");
  EXPECT_EQ(TooFewToHoldOut(WithALoneReading(89.9)),
            "the second half of f.csv has 1 reading, 30 are needed (its longest gap is 60 s)");
  EXPECT_EQ(TooFewToHoldOut(WithALoneReading(-50)),
            "the first half of f.csv has 1 reading, 30 are needed (its longest gap is 50 s)");
}

TEST(ScoreModels, SaysWhyThereIsNone) {
  TraceSet brief = HandMadeTraces(3);
  for (RequestTrace& request : brief.requests) {
    request.t_s.resize(4);
    for (auto& rail : request.rail_w) rail.resize(4);
    request.duration_s = request.t_s.back();
  }
  std::string why;
  EXPECT_THAT(ScoreModels(brief, 0.1, {{.states = 1}, {.states = 1}}, {}, &why), IsEmpty());
  EXPECT_THAT(why, HasSubstr("at least five readings"));
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
