// Actions of several sources in one table, and actions made of others: cascades.
#pragma once

#include <vector>

#include "sim/answer_model.h"
#include "sim/device.h"

namespace edgesim {

// The small action runs first; a verifier judges its answer; where it does not accept, the large
// action runs too and its answer counts. The verifier's errors are stated, not simulated.
struct Cascade {
  ActionId small = 0, large = 0;  // positions before those of all cascades
  double success_score = 0;       // an answer with at least this score is a success
  double accept_success = 1;      // P(accepted) of a success
  double accept_failure = 0;      // P(accepted) of a failure
  Watts verify_power{};
  Duration verify_time{};
};

// Positions 0 .. count-1 of a source stand behind those of the sources before it.
struct ActionSource {
  const Device* device = nullptr;
  const AnswerModel* answers = nullptr;
  ActionId count = 0;
};

// Sources first, then cascades. The parts are owned elsewhere.
class CompositeAnswers final : public AnswerModel {
 public:
  CompositeAnswers(std::vector<ActionSource> sources, std::vector<Cascade> cascades);

  // Of a cascade: the answer that counts.
  Answer Draw(const Request& request, ActionId action, const Noise& world) const override;

  // The cascade at this position; null for an action of a source.
  const Cascade* CascadeAt(ActionId action) const;
  bool Escalates(const Cascade& cascade, const Answer& small, const Noise& world) const;

 private:
  std::vector<ActionSource> sources_;
  std::vector<Cascade> cascades_;
  ActionId plain_ = 0;  // actions that are no cascade
};

// Rails and idle power are those of the first source; another's power is added to the same rails.
class CompositeDevice final : public Device {
 public:
  // `answers` has the same sources.
  CompositeDevice(std::vector<ActionSource> sources, const CompositeAnswers& answers)
      : sources_(std::move(sources)), answers_(answers) {}

  const DeviceInfo& Info() const override { return sources_.front().device->Info(); }
  void Execute(const Request& request, ActionId action, const Answer& answer, const Noise& world,
               Execution& out) const override;

 private:
  std::vector<ActionSource> sources_;
  const CompositeAnswers& answers_;
};

}  // namespace edgesim
