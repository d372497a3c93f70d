#include "policies/linucb.h"

#include <algorithm>
#include <cmath>

#include "policies/policy_state.h"

namespace edgesim {

LinUcb::LinUcb(const LinUcbConfig& config, const PolicyContext& context)
    : config_(config),
      requests_(context.requests),
      classes_(context.classes),
      rules_(context.actions, LinUcbRule(context.classes + 2, config.ridge)),
      refused_(context.classes * context.actions) {}

void LinUcb::BeginEpisode(std::uint32_t /*episode*/, Phase phase) {
  width_ = phase == Phase::kTrain ? config_.alpha : 0;
}

Eigen::VectorXd LinUcb::Features(const Observation& seen) const {
  Eigen::VectorXd x = Eigen::VectorXd::Zero(classes_ + 2);
  x[seen.class_id] = 1;
  x[classes_] = 1;
  const double share = seen.energy_left / seen.energy_budget * requests_ / *seen.requests_left;
  x[classes_ + 1] = std::min(share, 2.0);
  return x;
}

ActionId LinUcb::Act(const Observation& seen, const Noise&) {
  const Eigen::VectorXd x = Features(seen);
  ActionId best = 0;
  double best_score = -INFINITY;
  for (ActionId a = 0; a < rules_.size(); ++a) {
    const double score = rules_[a].Mean(x) + width_ * rules_[a].Width(x);
    if (refused_[seen.class_id * rules_.size() + a] == 0 && score > best_score) {
      best = a;
      best_score = score;
    }
  }
  return choice_.Chose(seen, best);
}

void LinUcb::Learn(const Transition& t) {
  if (const auto refused = choice_.Refused(t))
    refused_[t.before.class_id * rules_.size() + *refused] = 1;
  const bool within =
      t.energy * static_cast<double>(*t.before.requests_left) <= t.before.energy_left;
  const bool counts = config_.objective == "reward" || within || t.browned_out;
  rules_[t.action].Update(Features(t.before), counts ? t.reward : 0);
}

PolicyState LinUcb::Save() const {
  PolicyState state = {{"linucb.refused", refused_}};
  auto& inverse = state["linucb.inverse"];
  auto& moment = state["linucb.moment"];
  for (const LinUcbRule& rule : rules_) {
    inverse.insert(inverse.end(), rule.inverse().data(),
                   rule.inverse().data() + rule.inverse().size());
    moment.insert(moment.end(), rule.moment().data(), rule.moment().data() + rule.moment().size());
  }
  return state;
}

void LinUcb::Load(const PolicyState& state) {
  const std::size_t features = classes_ + 2;
  const auto& inverse = StatePart(state, "linucb.inverse", rules_.size() * features * features);
  const auto& moment = StatePart(state, "linucb.moment", rules_.size() * features);
  refused_ = StatePart(state, "linucb.refused", refused_.size());
  const auto n = static_cast<Eigen::Index>(features);
  for (std::size_t a = 0; a < rules_.size(); ++a) {
    rules_[a].inverse() =
        Eigen::Map<const Eigen::MatrixXd>(&inverse[a * features * features], n, n);
    rules_[a].moment() = Eigen::Map<const Eigen::VectorXd>(&moment[a * features], n);
  }
}

std::unique_ptr<Policy> LinUcbConfig::Make(const PolicyContext& context) const {
  return std::make_unique<LinUcb>(*this, context);
}

}  // namespace edgesim
