#include "workloads/answer_table.h"

#include <fmt/format.h>

#include <map>

#include "sim/input_error.h"

namespace edgesim {

AnswerTable::AnswerTable(const CsvTable& table, const QuestionSet& questions,
                         const ActionTable& actions)
    : actions_(actions.size()), answers_(questions.questions.size() * actions.size()) {
  std::map<std::string, std::size_t> question_at, action_at;
  for (std::size_t q = 0; q < questions.questions.size(); ++q)
    question_at[questions.questions[q].id] = q;
  for (std::size_t a = 0; a < actions.size(); ++a) action_at[actions[a].name] = a;

  const std::size_t question = table.Column("question_id"), action = table.Column("action"),
                    prompt = table.Column("prompt_tokens"), output = table.Column("output_tokens"),
                    score = table.Column("score");
  for (std::size_t i = 0; i < table.rows(); ++i) {
    const Answer answer{.prompt_tokens = table.Count(i, prompt, 0),
                        .output_tokens = table.Count(i, output, 1),
                        .score = table.Number(i, score)};
    if (answer.score < 0 || answer.score > kMaxScore) {
      throw InputError(fmt::format("{}:{}: the score is {}, allowed: 0 to {}", table.name(),
                                   table.Line(i), answer.score, kMaxScore));
    }
    // Rows of other questions or actions belong to other experiments.
    const auto q = question_at.find(table.Text(i, question));
    const auto a = action_at.find(table.Text(i, action));
    if (q != question_at.end() && a != action_at.end()) {
      answers_[q->second * actions_ + a->second].push_back(answer);
    }
  }

  std::string missing;
  std::size_t count = 0;
  for (std::size_t k = 0; k < answers_.size(); ++k) {
    if (!answers_[k].empty()) continue;
    constexpr std::size_t kListed = 12;
    if (++count <= kListed) {
      missing += fmt::format("{}({}, {})", missing.empty() ? "" : ", ",
                             questions.questions[k / actions_].id, actions[k % actions_].name);
    }
    if (count == kListed + 1) missing += ", ...";
  }
  if (count > 0) {
    throw InputError(fmt::format("{}: no answer for {} (question, action) pairs: {}", table.name(),
                                 count, missing));
  }
}

Answer AnswerTable::Draw(const Request& request, ActionId action, const Noise& world) const {
  const std::vector<Answer>& answers = Answers(request.question, action);
  WordStream words = world.Words(Stream::kAnswer);
  return answers[UniformIndex(words, static_cast<std::uint32_t>(answers.size()))];
}

}  // namespace edgesim
