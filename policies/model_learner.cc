#include "policies/model_learner.h"

#include <algorithm>
#include <cmath>

#include "policies/policy_state.h"
#include "policies/priced_model.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {
constexpr double kSpreadRate = 0.05;  // of the moving average
constexpr double kHighPrice = 1e4;    // rewards per unit of cost: an episode earns tens
constexpr double kRounding = 1e-9;    // energies on the grid stay there
}  // namespace

ModelLearner::ModelLearner(const ModelLearnerConfig& config, const PolicyContext& context)
    : config_(config),
      actions_(context.actions),
      requests_(context.requests),
      classes_(context.classes),
      levels_(context.budget_ends_episode ? config.energy_steps + 1 : 1),
      model_(context, config.energy_steps),
      spread_(context.constraints.size()) {}

void ModelLearner::BeginEpisode(std::uint32_t episode, Phase phase) {
  episode_ = episode;
  training_ = phase == Phase::kTrain;
  if (training_) {
    due_ = model_.Requests() > 0 && model_.Requests() >= config_.growth * planned_at_;
  } else if (frozen_at_ != model_.Requests()) {
    DecisionModel cautious = model_.Estimate();
    for (std::size_t i = 0; i < spread_.size(); ++i) {
      double& limit = cautious.constraints[i].limit;
      limit =
          std::max(limit / 10, limit - config_.margin * std::sqrt(spread_[i] / model_.Requests()));
    }
    frozen_ = PlanFrozen(cautious);
    frozen_at_ = model_.Requests();
  }
}

PlanMixture ModelLearner::Optimum(const DecisionModel& model) {
  if (model.constraints.empty())
    return {{.weight = 1, .actions = BestActions(DynamicsOf(model), RewardOf(model))}};
  ConstrainedPlan plan = SolveConstrained(model);
  if (plan.feasible) return std::move(plan.components);
  return {PricedModel(model).Best(std::vector<double>(model.constraints.size(), kHighPrice))};
}

ActionId ModelLearner::Act(const Observation& seen, const Noise& noise) {
  if (!training_) return frozen_.empty() ? 0 : Follow(frozen_, seen, noise);
  if (due_) {
    WordStream words = noise.Of(0).Words(Stream::kResample);
    plan_ = PlanForTraining(words);
    planned_at_ = model_.Requests();
    due_ = false;
    if (!spread_.empty()) MeasureSpread(words);
  }
  return choice_.Chose(seen, Explore(seen, noise));
}

void ModelLearner::Learn(const Transition& transition) {
  if (const auto refused = choice_.Refused(transition))
    model_.Refuse(transition.before.class_id, *refused);
  model_.Add(transition);
}

ActionId ModelLearner::Explore(const Observation& seen, const Noise& noise) const {
  const ActionId untried = model_.Untried(seen.class_id, config_.least_tries);
  if (untried < actions_) return untried;
  WordStream explore = noise.Words(Stream::kExplore);
  if (plan_.empty() || Uniform01(explore) < Epsilon(episode_))
    return UniformIndex(explore, static_cast<std::uint32_t>(actions_));
  return Follow(plan_, seen, noise);
}

ActionId ModelLearner::Follow(const PlanMixture& plans, const Observation& seen,
                              const Noise& noise) const {
  WordStream words = noise.Of(0).Words(Stream::kMixture);
  double at = Uniform01(words);
  std::size_t which = 0;
  while (which + 1 < plans.size() && at >= plans[which].weight) at -= plans[which++].weight;
  const double steps = seen.energy_left / seen.energy_budget * config_.energy_steps;
  const auto level =
      std::min(levels_ - 1, static_cast<std::size_t>(std::max(0.0, steps + kRounding)));
  const std::uint32_t left = std::clamp(seen.requests_left.value_or(requests_), 1U, requests_);
  return plans[which].actions[((left - 1) * classes_ + seen.class_id) * levels_ + level];
}

void ModelLearner::MeasureSpread(WordStream& words) {
  const auto expected = PricedModel(model_.Estimate()).CostsOf(plan_[0].actions);
  const auto drawn = PricedModel(model_.Draw(words)).CostsOf(plan_[0].actions);
  for (std::size_t i = 0; i < spread_.size(); ++i) {
    const double deviation = drawn[i] - expected[i];
    const double now = deviation * deviation * model_.Requests();
    spread_[i] += (spread_[i] > 0 ? kSpreadRate : 1) * (now - spread_[i]);
  }
}

PolicyState ModelLearner::Save() const {
  PolicyState state;
  model_.Save(state);
  state["plan.requests"] = {planned_at_};
  state["plan.spread"] = spread_;
  auto& weights = state["plan.weights"];
  auto& actions = state["plan.actions"];
  for (const PlanComponent& plan : plan_) {
    weights.push_back(plan.weight);
    actions.insert(actions.end(), plan.actions.begin(), plan.actions.end());
  }
  return state;
}

void ModelLearner::Load(const PolicyState& state) {
  const double planned_at = StatePart(state, "plan.requests", 1)[0];
  const auto& spread = StatePart(state, "plan.spread", spread_.size());
  const auto& weights = StatePart(state, "plan.weights");
  const std::size_t length = requests_ * classes_ * levels_;
  const auto& actions = StatePart(state, "plan.actions", weights.size() * length);
  for (const double a : actions) {
    if (!(a >= 0 && a < static_cast<double>(actions_)))
      throw InputError("part 'plan.actions' of the saved policy names action " + std::to_string(a) +
                       ", this policy has " + std::to_string(actions_) +
                       "; load it into a policy of the same actions");
  }
  model_.Load(state);
  planned_at_ = planned_at;
  spread_ = spread;
  plan_.clear();
  for (std::size_t i = 0; i < weights.size(); ++i) {
    PlanComponent& plan = plan_.emplace_back();
    plan.weight = weights[i];
    for (std::size_t j = 0; j < length; ++j)
      plan.actions.push_back(static_cast<ActionId>(actions[i * length + j]));
  }
  frozen_.clear();
  frozen_at_ = 0;
}

}  // namespace edgesim
