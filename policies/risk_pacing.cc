#include "policies/risk_pacing.h"

#include <algorithm>

namespace edgesim {

namespace {

// The quantiles of 1, 2, .. `requests` draws' sums, in steps, sought up to `most`; most + 1 beyond.
std::vector<double> SumQuantiles(const std::vector<double>& pmf, std::uint32_t requests,
                                 std::size_t most, double quantile) {
  std::vector<double> quantiles, sum = {1}, next;
  for (std::uint32_t n = 0; n < requests; ++n) {
    next.assign(std::min(most + 1, sum.size() + pmf.size()), 0.0);
    for (std::size_t i = 0; i < sum.size(); ++i) {
      for (std::size_t k = 0; k < pmf.size() && i + k < next.size(); ++k)
        next[i + k] += sum[i] * pmf[k];
    }
    std::swap(sum, next);
    constexpr double kRounding = 1e-12;  // of a sum of probabilities
    double below = 0;
    std::size_t at = 0;
    while (at < sum.size() && (below += sum[at]) < quantile - kRounding) ++at;
    quantiles.push_back(static_cast<double>(at < sum.size() ? at : most + 1));
  }
  return quantiles;
}

}  // namespace

RiskPacing::RiskPacing(const RiskPacingConfig& config, const DecisionModel& model) : model_(model) {
  const auto most = static_cast<std::size_t>(model.energy_budget / model.energy_step + 1);
  for (const auto& row : model.outlook) {
    auto& of_class = needs_j_.emplace_back();
    for (const ActionOutlook& outlook : row) {
      auto& needs = of_class.emplace_back(
          SumQuantiles(outlook.energy_pmf, model.requests, most, config.quantile));
      for (double& steps : needs) steps *= model.energy_step.value();
    }
  }
}

ActionId RiskPacing::Act(const Observation& seen, const Noise&) {
  constexpr double kRounding = 1e-9;  // what is left is a sum
  const std::vector<ActionOutlook>& outlook = model_.outlook[seen.class_id];
  const auto needs_j = [&](ActionId a) {
    return needs_j_[seen.class_id][a][*seen.requests_left - 1];
  };
  const double left_j = seen.energy_left.value() * (1 + kRounding);
  ActionId best = 0;
  for (ActionId a = 1; a < outlook.size(); ++a) {
    const bool fits = needs_j(a) <= left_j, best_fits = needs_j(best) <= left_j;
    const bool better = fits && best_fits ? outlook[a].mean_score > outlook[best].mean_score
                        : fits || best_fits
                            ? fits
                            : std::pair(needs_j(a), outlook[a].mean_energy_j) <
                                  std::pair(needs_j(best), outlook[best].mean_energy_j);
    if (better) best = a;
  }
  return best;
}

std::unique_ptr<Policy> RiskPacingConfig::Make(const PolicyContext& context) const {
  return std::make_unique<RiskPacing>(*this, *context.model);
}

}  // namespace edgesim
