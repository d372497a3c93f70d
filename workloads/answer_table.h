// Measured answers: tokens and judged score of one (question, action) pair belong together.
#pragma once

#include <string>
#include <vector>

#include "sim/answer_model.h"
#include "sim/csv_table.h"
#include "workloads/mt_bench.h"

namespace edgesim {

class AnswerTable final : public AnswerModel {
 public:
  // Columns question_id, action, prompt_tokens, output_tokens, score (docs/judging.md). Several
  // rows of one pair are several measured answers, drawn with equal probability. Throws InputError;
  // pairs without an answer are listed in it.
  AnswerTable(const CsvTable& table, const QuestionSet& questions, const ActionTable& actions);

  Answer Draw(const Request& request, ActionId action, const Noise& world) const override;

  std::size_t actions() const { return actions_; }

  // The answers to one question under one action; at least one.
  const std::vector<Answer>& Answers(std::uint32_t question, ActionId action) const {
    return answers_[question * actions_ + action];
  }

 private:
  std::size_t actions_;
  std::vector<std::vector<Answer>> answers_;  // [question * actions_ + action]
};

}  // namespace edgesim
