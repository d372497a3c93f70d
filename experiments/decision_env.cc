#include "experiments/decision_env.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/contestants.h"
#include "policies/shield.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

enum Feature : std::size_t {
  kEnergyLeft,
  kRequestsLeft,
  kTime,
  kPromptTokens,
  kQueueLength,
  kDeferrals,
  kFirstClass
};

// What a shield with this epsilon leaves of the experiment's actions, [class][action].
std::vector<std::vector<std::uint8_t>> ShieldMasks(const BuiltExperiment& built, double epsilon) {
  if (!built.config.power_cap)
    throw InputError("an action mask bounds how often 'power_cap' is exceeded; there is none");
  const auto lineup = MakeLineup(built);
  ShieldConfig config;
  config.epsilon = epsilon;
  const Shield shield(std::make_unique<Always>(0), config, lineup->model);
  std::vector<std::vector<std::uint8_t>> masks;
  for (std::uint32_t c = 0; c < built.VisibleClasses(); ++c) {
    masks.emplace_back();
    for (ActionId a = 0; a < built.actions.size(); ++a)
      masks.back().push_back(shield.Masked(c, a) ? 0 : 1);
  }
  return masks;
}

}  // namespace

EnvSpec::EnvSpec(const BuiltExperiment& built, std::optional<double> epsilon)
    : built_(built),
      features_{"energy_left",   "requests_left", "time_s",
                "prompt_tokens", "queue_length",  "deferrals"},
      actions_(built.ActionNames()) {
  for (const std::string& name : built.VisibleClassNames()) features_.push_back("class:" + name);
  masks_.assign(built.VisibleClasses(), std::vector<std::uint8_t>(actions_.size(), 1));
  if (epsilon) masks_ = ShieldMasks(built, *epsilon);
  for (std::size_t c = 0; c < masks_.size(); ++c) {
    if (std::find(masks_[c].begin(), masks_[c].end(), 1) != masks_[c].end()) continue;
    throw InputError(
        fmt::format("the shield masks every action for requests of class '{}'; raise epsilon, or "
                    "let requests be turned away (reject: true)",
                    built.VisibleClassNames()[c]));
  }
}

void EnvSpec::Write(const Observation& seen, std::span<float> out) const {
  std::fill(out.begin(), out.end(), 0.0F);
  out[kEnergyLeft] = static_cast<float>(seen.energy_left / seen.energy_budget);
  if (seen.requests_left) {
    out[kRequestsLeft] = static_cast<float>(*seen.requests_left) /
                         static_cast<float>(built_.config.workload.requests);
  }
  out[kTime] = static_cast<float>(InSeconds(seen.now));
  out[kPromptTokens] = static_cast<float>(seen.prompt_tokens);
  out[kQueueLength] = static_cast<float>(seen.queue_length);
  out[kDeferrals] = static_cast<float>(seen.deferrals);
  out[kFirstClass + seen.class_id] = 1.0F;
}

bool DecisionEnv::Advance(std::span<float> seen) {
  const std::optional<Observation> next = episode_->AdvanceToDecision();
  due_ = next.has_value();
  if (!due_) return false;
  class_id_ = next->class_id;
  spec_->Write(*next, seen);
  return true;
}

Noise DecisionEnv::Reset(Noise noise, std::span<float> seen) {
  constexpr int kMostSkipped = 1000;
  for (int tries = 0; tries < kMostSkipped; ++tries, ++noise.episode) {
    episode_.emplace(spec_->built().world, noise);
    if (Advance(seen)) return noise;
  }
  throw InputError(
      fmt::format("{} episodes in a row end before their first request; lengthen "
                  "workload.horizon_s or raise the budget",
                  kMostSkipped));
}

EnvStep DecisionEnv::Step(std::uint32_t action, std::span<float> seen) {
  if (!due_)
    throw InputError("no decision is due: the episode has ended, or none has begun; reset");
  if (action >= spec_->actions().size()) {
    throw InputError(fmt::format("there is no action {}, allowed: 0 to {}", action,
                                 spec_->actions().size() - 1));
  }
  episode_->Decide(action);
  const bool goes_on = Advance(seen);
  EnvStep step;
  // A decision to defer that nothing follows has no outcome of its own.
  if (const auto outcome = episode_->TakeTransition()) {
    step.reward = outcome->reward;
    for (std::size_t k = 0; k < kEnvCosts; ++k) {
      step.costs[k] =
          CostOf(static_cast<CostKind>(k), *outcome, spec_->built().config.workload.requests);
    }
  }
  if (goes_on) return step;
  record_ = episode_->Finish();
  step.terminated = record_.Terminated();
  step.truncated = !step.terminated;
  std::fill(seen.begin(), seen.end(), 0.0F);
  seen[kEnergyLeft] =
      static_cast<float>(1 - record_.energy / spec_->built().world.limits.budget.limit);
  seen[kTime] = static_cast<float>(InSeconds(record_.end_time));
  return step;
}

}  // namespace edgesim
