#include "policies/saute_q.h"

#include <algorithm>

#include "policies/q_lambda_rule.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

// The limit of the first constraint of this kind, or -1.
double LimitOf(const PolicyContext& context, CostKind kind) {
  for (const CostConstraint& constraint : context.constraints) {
    if (constraint.kind == kind) return constraint.limit;
  }
  return -1;
}

}  // namespace

SauteQ::SauteQ(const SauteQConfig& config, const PolicyContext& context)
    : unsafe_reward_(config.unsafe_reward), bins_(config.energy_bins + 1) {
  const double energy = LimitOf(context, CostKind::kEnergy);
  if (energy > 0) {
    allowed_ = energy;
  } else if (!context.budget_ends_episode || LimitOf(context, CostKind::kBrownOut) < 0) {
    throw InputError(
        "saute-q needs a constraint with a budget per episode: on energy "
        "(energy_budget.mode expected), or on brown-outs (energy_budget.mode "
        "chance); a hard budget alone is an ordinary Markov decision process, use q-lambda");
  }
  TabularConfig augmented = config;
  augmented.energy_bins = bins_;
  learner_ = MakeTabularLearner<QLambdaRule>(augmented, context, config.trace_decay);
}

Observation SauteQ::Augmented(Observation seen) const {
  const double spent = 1 - seen.energy_left / seen.energy_budget;
  const double z = 1 - spent / allowed_;
  const double safe = bins_ - 1.0;
  const double bin = z < 0 ? 0.5 : 1 + std::min(z * safe, safe - 0.5);
  seen.energy_left = seen.energy_budget * (bin / bins_);
  return seen;
}

void SauteQ::BeginEpisode(std::uint32_t episode, Phase phase) {
  learner_->BeginEpisode(episode, phase);
}

ActionId SauteQ::Act(const Observation& seen, const Noise& noise) {
  return learner_->Act(Augmented(seen), noise);
}

void SauteQ::Learn(const Transition& t) {
  Transition augmented = t;
  augmented.before = Augmented(t.before);
  if (t.after) augmented.after = Augmented(*t.after);
  const double left = t.before.energy_left.value() - t.energy.value();
  const double reserve = (1 - allowed_) * t.before.energy_budget.value();
  if (t.browned_out || left < reserve) augmented.reward = unsafe_reward_;
  learner_->Learn(augmented);
}

std::unique_ptr<Policy> SauteQConfig::Make(const PolicyContext& context) const {
  return std::make_unique<SauteQ>(*this, context);
}

}  // namespace edgesim
