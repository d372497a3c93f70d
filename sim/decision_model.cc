#include "sim/decision_model.h"

#include <algorithm>
#include <cmath>

namespace edgesim {

namespace {

void AddScaled(std::vector<double>& sum, const std::vector<double>& pmf, double weight) {
  sum.resize(std::max(sum.size(), pmf.size()));
  for (std::size_t k = 0; k < pmf.size(); ++k) sum[k] += weight * pmf[k];
}

}  // namespace

DecisionModel MergeClasses(const DecisionModel& model) {
  DecisionModel merged = model;
  merged.class_probability = {1};
  merged.outlook.assign(1, std::vector<ActionOutlook>(model.actions()));
  for (std::size_t a = 0; a < model.actions(); ++a) {
    ActionOutlook& out = merged.outlook[0][a];
    double second_moment = 0, se_squared = 0;
    for (std::size_t c = 0; c < model.classes(); ++c) {
      const ActionOutlook& from = model.outlook[c][a];
      const double p = model.class_probability[c];
      AddScaled(out.energy_pmf, from.energy_pmf, p);
      AddScaled(out.energy_pmf_low, from.energy_pmf_low, p);
      AddScaled(out.score_pmf, from.score_pmf, p);
      AddScaled(out.score_pmf_low, from.score_pmf_low, p);
      AddScaled(out.exceeded_pmf, from.exceeded_pmf, p);
      AddScaled(out.late_pmf, from.late_pmf, p);
      out.mean_energy_j += p * from.mean_energy_j;
      second_moment +=
          p * (from.sd_energy_j * from.sd_energy_j + from.mean_energy_j * from.mean_energy_j);
      out.mean_score += p * from.mean_score;
      se_squared += p * p * from.mean_score_se * from.mean_score_se;
      out.exceedance += p * from.exceedance;
      out.exceedance_upper95 += p * from.exceedance_upper95;
    }
    out.sd_energy_j =
        std::sqrt(std::max(0.0, second_moment - out.mean_energy_j * out.mean_energy_j));
    out.mean_score_se = std::sqrt(se_squared);
  }
  return merged;
}

}  // namespace edgesim
