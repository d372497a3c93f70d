// The table of measured answers: what is read, what is refused, how answers are drawn.
#include "workloads/answer_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <map>
#include <sstream>

#include "sim/input_error.h"
#include "tests/support/text_files.h"

namespace edgesim {
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr const char* kHeader = "question_id,action,prompt_tokens,output_tokens,score\n";

QuestionSet TwoQuestions() {
  return ReadQuestions(CsvTable("question_id,category,prompt_tokens\n81,a,10\n82,b,20\n", "q.csv"));
}

ActionTable TwoActions() {
  return {{.name = "m-q6_k", .model = "m", .quantization = "q6_k"},
          {.name = "m-q8_0", .model = "m", .quantization = "q8_0"}};
}

AnswerTable Make(const std::string& rows) {
  return AnswerTable(CsvTable(kHeader + rows, "answers.csv"), TwoQuestions(), TwoActions());
}

std::string ErrorOf(const std::string& rows) {
  try {
    Make(rows);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

const std::string kComplete =
    "81,m-q6_k,11,101,1\n"
    "81,m-q8_0,12,102,2\n"
    "82,m-q6_k,13,103,3\n"
    "82,m-q8_0,14,104,4\n";

TEST(AnswerTableTest, EachPairGetsItsOwnAnswer) {
  const AnswerTable table = Make(kComplete);
  for (std::uint32_t q = 0; q < 2; ++q) {
    for (ActionId a = 0; a < 2; ++a) {
      const Answer answer = table.Draw(Request{.question = q}, a, Noise{.seed = 1});
      EXPECT_EQ(answer.prompt_tokens, 11 + 2 * q + a);
      EXPECT_EQ(answer.output_tokens, 101 + 2 * q + a);
      EXPECT_EQ(answer.score, 1 + 2 * q + a);
    }
  }
}

TEST(AnswerTableTest, MissingPairsAreCountedAndListed) {
  const std::string error = ErrorOf("81,m-q6_k,11,101,1\n82,m-q8_0,14,104,4\n");
  EXPECT_THAT(error, HasSubstr("answers.csv"));
  EXPECT_THAT(error, HasSubstr("2 (question, action) pairs"));
  EXPECT_THAT(error, HasSubstr("(81, m-q8_0)"));
  EXPECT_THAT(error, HasSubstr("(82, m-q6_k)"));
  EXPECT_THAT(error, Not(HasSubstr("(81, m-q6_k)")));
  EXPECT_THAT(error, Not(HasSubstr("(82, m-q8_0)")));
}

TEST(AnswerTableTest, ALongListOfMissingPairsIsCutButCountedInFull) {
  std::string csv = "question_id,category,prompt_tokens\n";
  for (int q = 0; q < 20; ++q) csv += std::to_string(100 + q) + ",a,1\n";
  const QuestionSet questions = ReadQuestions(CsvTable(csv, "q.csv"));
  try {
    const AnswerTable table(CsvTable(std::string(kHeader), "a.csv"), questions, TwoActions());
    FAIL() << "an empty table was taken";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("40 (question, action) pairs"));
    EXPECT_THAT(error.what(), HasSubstr("..."));
    EXPECT_THAT(error.what(), Not(HasSubstr("(119, m-q8_0)")));
  }
}

TEST(AnswerTableTest, SeveralAnswersOfOnePairAreDrawnEquallyOften) {
  const AnswerTable table = Make(kComplete + "81,m-q6_k,11,201,5\n81,m-q6_k,11,301,9\n");
  EXPECT_EQ(table.Answers(0, 0).size(), 3U);
  EXPECT_EQ(table.Answers(0, 1).size(), 1U);
  constexpr int kDraws = 9'000;
  std::map<std::uint32_t, int> drawn;
  for (std::uint32_t i = 0; i < kDraws; ++i) {
    const Answer answer = table.Draw(Request{.question = 0}, 0, Noise{.seed = 4}.Of(i));
    ++drawn[answer.output_tokens];
    // Tokens and score belong together.
    const double score = answer.output_tokens == 101 ? 1 : answer.output_tokens == 201 ? 5 : 9;
    EXPECT_EQ(answer.score, score);
  }
  ASSERT_EQ(drawn.size(), 3U);
  const double se = std::sqrt(kDraws * (1.0 / 3) * (2.0 / 3));
  for (const auto& [tokens, n] : drawn) EXPECT_NEAR(n, kDraws / 3.0, 4 * se) << tokens;
}

TEST(AnswerTableTest, TheDrawIsTheSameForTheSameNoiseAndDoesNotUseOtherStreams) {
  const AnswerTable table = Make(kComplete + "81,m-q6_k,11,201,5\n81,m-q8_0,11,202,6\n");
  for (std::uint32_t i = 0; i < 50; ++i) {
    const Noise noise = Noise{.seed = 8}.Of(i);
    const Answer first = table.Draw(Request{.question = 0}, 0, noise);
    EXPECT_EQ(first.output_tokens, table.Draw(Request{.question = 0}, 0, noise).output_tokens);
    // Two actions on one request are comonotone: the n-th answer of one meets the n-th of the
    // other.
    EXPECT_EQ(first.output_tokens > 150,
              table.Draw(Request{.question = 0}, 1, noise).output_tokens > 150);
  }
}

TEST(AnswerTableTest, AScoreOutOfRangeIsAnError) {
  EXPECT_THAT(ErrorOf(kComplete + "81,m-q6_k,11,101,10.5\n"), HasSubstr("score"));
  EXPECT_THAT(ErrorOf(kComplete + "82,m-q8_0,11,101,-0.5\n"),
              HasSubstr("the score is -0.5, allowed: 0 to 10"));
  EXPECT_EQ(ErrorOf(kComplete + "81,m-q6_k,11,101,10\n82,m-q6_k,1,1,0\n"), "no error");
}

TEST(AnswerTableTest, AnAnswerWithoutTokensIsAnError) {
  EXPECT_THAT(ErrorOf(kComplete + "81,m-q6_k,11,0,5\n"), HasSubstr("output_tokens"));
}

TEST(AnswerTableTest, RowsOfOtherActionsAndQuestionsAreIgnored) {
  const AnswerTable table = Make(kComplete + "81,other-q4_0,1,999,9\n83,m-q6_k,1,998,9\n");
  for (std::uint32_t q = 0; q < 2; ++q) {
    for (ActionId a = 0; a < 2; ++a) {
      ASSERT_EQ(table.Answers(q, a).size(), 1U);
      EXPECT_LT(table.Answers(q, a)[0].output_tokens, 200U);
    }
  }
}

// The shipped tables.

ActionTable SixActions() {
  ActionTable actions;
  for (const char* model : {"qwen3-4b", "dolly-v2-3b", "gemma-2-2b-it"}) {
    for (const char* quantization : {"q6_k", "q8_0"}) {
      actions.push_back({.name = std::string(model) + "-" + quantization,
                         .model = model,
                         .quantization = quantization});
    }
  }
  return actions;
}

QuestionSet ShippedQuestions() {
  return ReadQuestions(CsvTable(
      FileText(EDGESIM_SOURCE_DIR "/workloads/data/mt_bench_18_questions.csv"), "questions"));
}

AnswerTable ShippedAnswers(const QuestionSet& questions) {
  return AnswerTable(
      CsvTable(FileText(EDGESIM_SOURCE_DIR "/workloads/data/mt_bench_six_actions_answers.csv"),
               "answers"),
      questions, SixActions());
}

TEST(ShippedAnswersTest, MeanScoresAreThoseOfTheJudge) {
  const QuestionSet questions = ShippedQuestions();
  const AnswerTable table = ShippedAnswers(questions);
  const std::vector<double> mean_score = {5.57, 5.15, 2.75, 2.85, 6.89, 6.62};
  constexpr double kPrinted = 0.005;  // half of the last digit
  for (ActionId a = 0; a < 6; ++a) {
    double sum = 0;
    for (std::uint32_t q = 0; q < questions.questions.size(); ++q) {
      ASSERT_EQ(table.Answers(q, a).size(), 1U);
      sum += table.Answers(q, a)[0].score;
    }
    EXPECT_NEAR(sum / static_cast<double>(questions.questions.size()), mean_score[a], kPrinted)
        << SixActions()[a].name;
  }
}

TEST(ShippedAnswersTest, EveryRowIsThatOfTheScoresOnFile) {
  const std::string data = EDGESIM_DATA_DIR;
  if (data.empty())
    GTEST_SKIP() << "EDGESIM_DATA_DIR is empty: judge_scores/scores.csv is not here";
  const CsvTable scores(FileText(data + "/judge_scores/scores.csv"), "scores.csv");
  const QuestionSet questions = ShippedQuestions();
  const AnswerTable table = ShippedAnswers(questions);
  const ActionTable actions = SixActions();
  ASSERT_EQ(scores.rows(), 108U);
  for (std::size_t i = 0; i < scores.rows(); ++i) {
    std::string action = scores.Text(i, scores.Column("action"));
    for (char& c : action) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    const std::string id = scores.Text(i, scores.Column("question_id"));
    std::uint32_t q = 0;
    while (q < questions.questions.size() && questions.questions[q].id != id) ++q;
    ActionId a = 0;
    while (a < actions.size() && actions[a].name != action) ++a;
    ASSERT_LT(q, questions.questions.size()) << id;
    ASSERT_LT(a, actions.size()) << action;
    EXPECT_EQ(questions.classes[questions.questions[q].class_id],
              scores.Text(i, scores.Column("category")));
    const Answer& answer = table.Answers(q, a)[0];
    EXPECT_EQ(answer.prompt_tokens, scores.Number(i, scores.Column("prompt_tokens")))
        << id << action;
    EXPECT_EQ(answer.output_tokens, scores.Number(i, scores.Column("completion_tokens")))
        << id << action;
    EXPECT_EQ(answer.score, scores.Number(i, scores.Column("mean_total"))) << id << action;
  }
}

}  // namespace
}  // namespace edgesim
