// Scores that follow the stated laws of synthetic actions.
#pragma once

#include <utility>
#include <vector>

#include "sim/action_law.h"
#include "sim/answer_model.h"

namespace edgesim {

class SyntheticAnswers final : public AnswerModel {
 public:
  explicit SyntheticAnswers(std::vector<ActionLaw> laws) : laws_(std::move(laws)) {}

  // No tokens: the device's laws do not ask for them.
  Answer Draw(const Request& request, ActionId action, const Noise& world) const override {
    const ActionLaw& law = laws_[action];
    Answer answer;
    answer.score = law.MeanScore(request.class_id);
    if (law.score_sd > 0) {
      WordStream words = world.Words(Stream::kAnswer);
      answer.score += law.score_sd * StandardNormal(words);
    }
    return answer;
  }

 private:
  std::vector<ActionLaw> laws_;
};

}  // namespace edgesim
