#pragma once

#include "sim/action.h"
#include "sim/answer.h"
#include "sim/request.h"
#include "sim/rng.h"

namespace edgesim {

class AnswerModel {
 public:
  virtual ~AnswerModel() = default;

  // One joint draw of tokens and score, made at dispatch; `world` is the noise of this request.
  virtual Answer Draw(const Request& request, ActionId action, const Noise& world) const = 0;
};

}  // namespace edgesim
