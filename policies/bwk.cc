#include "policies/bwk.h"

#include "policies/policy_state.h"

namespace edgesim {

KnapsackBandit::KnapsackBandit(const BwkConfig& config, const PolicyContext& context)
    : config_(config),
      actions_(context.actions),
      requests_(context.requests),
      arms_(context.classes * context.actions),
      refused_(arms_.size()) {}

void KnapsackBandit::BeginEpisode(std::uint32_t /*episode*/, Phase phase) {
  training_ = phase == Phase::kTrain;
}

double KnapsackBandit::Price(const Observation& seen) const {
  const double even = static_cast<double>(*seen.requests_left) / requests_;
  const double beyond = requests_ * (even - seen.energy_left / seen.energy_budget);
  return std::max(0.0, price_ + config_.pace * beyond);
}

ActionId KnapsackBandit::Act(const Observation& seen, const Noise&) {
  const double price = Price(seen);
  const double exploration = training_ ? config_.exploration : 0;
  const std::size_t first = seen.class_id * actions_;
  ActionId best = 0;
  double best_score = -INFINITY;
  for (ActionId a = 0; a < actions_; ++a) {
    const double score = arms_[first + a].Score(price, exploration, rounds_);
    if (refused_[first + a] == 0 && score > best_score) {
      best = a;
      best_score = score;
    }
  }
  return choice_.Chose(seen, best);
}

void KnapsackBandit::Learn(const Transition& t) {
  if (const auto refused = choice_.Refused(t))
    refused_[t.before.class_id * actions_ + *refused] = 1;
  const double cost = t.energy / t.before.energy_budget * requests_;
  ++rounds_;
  arms_[t.before.class_id * actions_ + t.action].Update(t.reward, cost);
  price_ = MovedPrice(price_, cost, 1, config_.step, rounds_);
}

PolicyState KnapsackBandit::Save() const {
  PolicyState state = {{"bwk.refused", refused_}};
  state["bwk.price"] = {price_, rounds_};
  for (const BwkArm& arm : arms_) arm.SaveTo(state["bwk.arms"]);
  return state;
}

void KnapsackBandit::Load(const PolicyState& state) {
  const auto& price = StatePart(state, "bwk.price", 2);
  const auto& arms = StatePart(state, "bwk.arms", arms_.size() * BwkArm::kSaved);
  refused_ = StatePart(state, "bwk.refused", refused_.size());
  price_ = price[0];
  rounds_ = price[1];
  for (std::size_t i = 0; i < arms_.size(); ++i) arms_[i].LoadFrom(&arms[i * BwkArm::kSaved]);
}

std::unique_ptr<Policy> BwkConfig::Make(const PolicyContext& context) const {
  return std::make_unique<KnapsackBandit>(*this, context);
}

}  // namespace edgesim
