// MT-Bench requests: reading the question table, drawing questions, arrivals.
#include "workloads/mt_bench.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "sim/input_error.h"
#include "tests/support/text_files.h"

namespace edgesim {
namespace {

using testing::DoubleNear;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr double kRounding = 1e-12;  // of sums of a few probabilities

QuestionSet Read(const std::string& csv) { return ReadQuestions(CsvTable(csv, "questions.csv")); }

std::string ErrorOf(const std::string& csv) {
  try {
    Read(csv);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

QuestionSet ShippedQuestions() {
  return Read(FileText(EDGESIM_SOURCE_DIR "/workloads/data/mt_bench_18_questions.csv"));
}

TEST(ReadQuestionsTest, ClassesAreSortedAndEachQuestionKeepsItsOwn) {
  const QuestionSet set = Read(
      "question_id,category,prompt_tokens\n"
      "7,writing,30\n"
      "8,coding,41\n"
      "9,math,52\n"
      "10,coding,63\n");
  EXPECT_THAT(set.classes, ElementsAre("coding", "math", "writing"));
  ASSERT_EQ(set.questions.size(), 4U);
  const std::vector<std::string> ids = {"7", "8", "9", "10"};
  const std::vector<std::string> categories = {"writing", "coding", "math", "coding"};
  const std::vector<std::uint32_t> tokens = {30, 41, 52, 63};
  for (std::size_t q = 0; q < 4; ++q) {
    EXPECT_EQ(set.questions[q].id, ids[q]);
    EXPECT_EQ(set.classes[set.questions[q].class_id], categories[q]);
    EXPECT_EQ(set.questions[q].prompt_tokens, tokens[q]);
  }
}

TEST(ReadQuestionsTest, ColumnsAreFoundByNameAndOthersIgnored) {
  const QuestionSet set = Read("text_id,prompt_tokens,question_id,category\nx,12,q1,math\n");
  ASSERT_EQ(set.questions.size(), 1U);
  EXPECT_EQ(set.questions[0].id, "q1");
  EXPECT_EQ(set.questions[0].prompt_tokens, 12U);
}

TEST(ReadQuestionsTest, ClassProbabilityIsTheShareOfQuestions) {
  const QuestionSet set =
      Read("question_id,category,prompt_tokens\n1,b,1\n2,a,1\n3,b,1\n4,b,1\n5,c,1\n");
  EXPECT_THAT(set.ClassProbability(),
              ElementsAre(DoubleNear(0.2, kRounding), DoubleNear(0.6, kRounding),
                          DoubleNear(0.2, kRounding)));
}

TEST(ReadQuestionsTest, ARepeatedQuestionIsAnErrorThatNamesIt) {
  EXPECT_THAT(ErrorOf("question_id,category,prompt_tokens\n81,a,1\n84,a,1\n81,b,2\n"),
              HasSubstr("question 81"));
}

TEST(ReadQuestionsTest, AnEmptyTableIsAnError) {
  EXPECT_THAT(ErrorOf("question_id,category,prompt_tokens\n"), HasSubstr("no questions"));
}

TEST(ReadQuestionsTest, AMissingColumnOrABadNumberIsAnError) {
  EXPECT_THAT(ErrorOf("question_id,prompt_tokens\n1,2\n"), HasSubstr("category"));
  EXPECT_THAT(ErrorOf("question_id,category,prompt_tokens\n1,a,many\n"), HasSubstr("many"));
}

TEST(ReadQuestionsTest, TheShippedTableHas18QuestionsIn6Classes) {
  const QuestionSet set = ShippedQuestions();
  EXPECT_EQ(set.questions.size(), 18U);
  EXPECT_THAT(set.classes,
              ElementsAre("coding", "humanities", "math", "reasoning", "roleplay", "writing"));
  const std::vector<double> share = set.ClassProbability();
  double sum = 0;
  for (const double p : share) {
    EXPECT_GT(p, 0);
    sum += p;
  }
  EXPECT_NEAR(sum, 1, kRounding);
}

TEST(MtBenchTest, QuestionsAreUniformAndBringTheirClassAndTokens) {
  const QuestionSet set = ShippedQuestions();
  const MtBench workload(set);
  constexpr int kDraws = 36'000;
  std::vector<int> drawn(set.questions.size(), 0);
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const Noise noise{
        .seed = 11, .replica = 0, .episode = i / 20, .entity = i % 20, .phase = Phase::kEval};
    const Request request = workload.Next(i % 20, SimTime{}, noise);
    ASSERT_LT(request.question, set.questions.size());
    EXPECT_EQ(request.index, i % 20);
    EXPECT_EQ(request.class_id, set.questions[request.question].class_id);
    EXPECT_EQ(request.prompt_tokens, set.questions[request.question].prompt_tokens);
    ++drawn[request.question];
  }
  const double expected = kDraws / static_cast<double>(drawn.size());
  double chi_square = 0;
  for (const int n : drawn) chi_square += (n - expected) * (n - expected) / expected;
  constexpr double kChiSquare17At999 = 40.79;  // 99.9 % quantile, 17 degrees of freedom
  EXPECT_LT(chi_square, kChiSquare17At999);
}

TEST(MtBenchTest, TheSameNoiseGivesTheSameRequestAndAnotherEntityAnother) {
  const MtBench workload(ShippedQuestions());
  const Noise noise{.seed = 5, .replica = 1, .episode = 2, .entity = 0, .phase = Phase::kTrain};
  int differ = 0;
  for (std::uint32_t i = 0; i < 50; ++i) {
    const std::uint32_t question = workload.Next(i, SimTime{}, noise.Of(i)).question;
    EXPECT_EQ(question, workload.Next(i, SimTime{}, noise.Of(i)).question);
    differ += question != workload.Next(i, SimTime{}, noise.Of(i + 1000)).question;
  }
  EXPECT_GT(differ, 30);  // 47.2 expected, binomial sd 1.6
}

TEST(MtBenchTest, InAClosedLoopTheNextRequestArrivesAtOnce) {
  const MtBench workload(ShippedQuestions(), ClosedLoopConfig{});
  EXPECT_TRUE(workload.ClosedLoop());
  const SimTime previous{FromSeconds(12.5)};
  for (std::uint32_t i = 0; i < 20; ++i) {
    EXPECT_EQ(workload.Next(i, previous, Noise{.seed = 1}.Of(i)).arrival, previous);
  }
}

TEST(MtBenchTest, PoissonGapsAreExponentialWithTheMeanOfTheRate) {
  constexpr double kRate = 0.25, kMean = 1 / kRate;
  const MtBench workload(ShippedQuestions(), PoissonConfig{.rate_per_s = kRate});
  EXPECT_FALSE(workload.ClosedLoop());
  constexpr int kDraws = 20'000;
  const SimTime previous{FromSeconds(100)};
  std::vector<double> gaps;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    gaps.push_back(
        InSeconds(workload.Next(i, previous, Noise{.seed = 3}.Of(i)).arrival - previous));
  }
  const double n = kDraws;
  double sum = 0;
  for (const double gap : gaps) sum += gap;
  // The sd of an exponential is its mean; four standard errors.
  EXPECT_NEAR(sum / n, kMean, 4 * kMean / std::sqrt(n));

  // Kolmogorov-Smirnov against 1 - exp(-t/mean); 1.95/sqrt(n) is the 99.9 % quantile.
  std::sort(gaps.begin(), gaps.end());
  EXPECT_GT(gaps.front(), 0);
  double distance = 0;
  for (std::size_t i = 0; i < gaps.size(); ++i) {
    const double law = 1 - std::exp(-gaps[i] / kMean);
    distance = std::max(
        {distance, law - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - law});
  }
  EXPECT_LT(distance, 1.95 / std::sqrt(n));
}

TEST(MtBenchTest, ArrivalsDoNotChangeWhichQuestionsAreAsked) {
  const MtBench closed(ShippedQuestions()),
      open(ShippedQuestions(), PoissonConfig{.rate_per_s = 2});
  for (std::uint32_t i = 0; i < 100; ++i) {
    const Noise noise = Noise{.seed = 9}.Of(i);
    EXPECT_EQ(closed.Next(i, SimTime{}, noise).question, open.Next(i, SimTime{}, noise).question);
  }
}

}  // namespace
}  // namespace edgesim
