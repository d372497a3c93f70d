// Paths of fitted HSMMs.
#include <algorithm>
#include <cmath>

#include "calibration/hsmm_filter.h"
#include "calibration/rail_paths.h"
#include "devices/hsmm_forward.h"
#include "devices/hsmm_sampler.h"
#include "sim/inverse_cdf_table.h"

namespace edgesim {

namespace {

using Eigen::Index;

double LogSumExp(const std::vector<double>& terms) {
  const double largest = *std::max_element(terms.begin(), terms.end());
  if (!std::isfinite(largest)) return largest;
  double sum = 0;
  for (const double term : terms) sum += std::exp(term - largest);
  return largest + std::log(sum);
}

// The last reading that is there.
double LastKnown(const std::vector<double>& past) {
  for (std::size_t t = past.size(); t-- > 0;) {
    if (!std::isnan(past[t])) return past[t];
  }
  return 0;
}

class HsmmPaths final : public RailPaths {
 public:
  HsmmPaths(RailPowerModel model, double parameters, double outlier_weight)
      : model_(std::move(model)), parameters_(parameters), outlier_weight_(outlier_weight) {
    for (const PowerClass& c : model_.classes) samplers_.emplace_back(c.hsmm);
  }

  Paths Sample(const PathTask& task, std::size_t rail,
               const std::vector<std::size_t>& request_class,
               const std::vector<double>& shared_level, const Noise& noise) const override {
    const std::size_t draws = request_class.size();
    Paths paths(static_cast<Index>(draws), static_cast<Index>(task.steps));
    std::vector<StayWeight> stays;
    InverseCdfTable stay_law;
    if (!task.past.empty()) {
      stays = FilterStays(model_.classes[0].hsmm, task.past[rail], outlier_weight_);
      std::vector<double> weights;
      for (const StayWeight& stay : stays) weights.push_back(stay.weight);
      stay_law = InverseCdfTable(weights);
    }
    std::vector<double> watts(task.steps);
    const int r = static_cast<int>(rail);
    for (std::size_t i = 0; i < draws; ++i) {
      const std::size_t k = model_.classes.size() == 1 ? 0 : request_class[i];
      const Noise own = noise.Of(static_cast<std::uint32_t>(i));
      WordStream level_words = own.Words(StreamOfRail(r, RailStream::kLevel));
      const LevelLaw& level = model_.classes[k].level;
      const double level_w =
          level.shared_w * shared_level[i] + level.own_w * StandardNormal(level_words);
      std::optional<HsmmSampler::Past> past;
      if (!stays.empty()) {
        const StayWeight& stay = stays[stay_law.Draw(level_words())];
        past = {.watts = LastKnown(task.past[rail]), .state = stay.state, .age = stay.age};
      }
      samplers_[k].Sample(level_w, own.Words(StreamOfRail(r, RailStream::kDwell)),
                          own.Words(StreamOfRail(r, RailStream::kEmission)), watts, past);
      for (std::size_t t = 0; t < task.steps; ++t)
        paths(static_cast<Index>(i), static_cast<Index>(t)) = static_cast<float>(watts[t]);
    }
    return paths;
  }

  double LogScore(const PathTask& task, std::size_t rail, const std::vector<double>& watts,
                  const std::vector<double>& class_probability) const override {
    std::vector<double> terms;
    for (std::size_t k = 0; k < model_.classes.size(); ++k) {
      const double p = model_.classes.size() == 1 ? 1 : class_probability[k];
      if (p <= 0) continue;
      const PowerClass& c = model_.classes[k];
      const double tau = std::hypot(c.level.shared_w, c.level.own_w);
      // The level is integrated out on a grid over four standard deviations.
      constexpr int kNodes = 17;
      const int nodes = tau > 0 ? kNodes : 1;
      double weights = 0;
      std::vector<double> at_node;
      for (int n = 0; n < nodes; ++n) {
        const double z = nodes == 1 ? 0 : 8.0 * n / (nodes - 1) - 4;
        weights += std::exp(-0.5 * z * z);
        at_node.push_back(-0.5 * z * z + LogLikelihoodAfter(c.hsmm, task, rail, watts, tau * z));
      }
      terms.push_back(std::log(p) + LogSumExp(at_node) - std::log(weights));
    }
    return LogSumExp(terms);
  }

  double Parameters() const override { return parameters_; }

 private:
  double LogLikelihoodAfter(const Hsmm& hsmm, const PathTask& task, std::size_t rail,
                            const std::vector<double>& watts, double level_w) const {
    const auto score = [&](const std::vector<double>& x) {
      return Forward(MakeTables(hsmm, static_cast<int>(x.size()) + 1),
                     LogDensity(hsmm, x, level_w, outlier_weight_))
          .log_likelihood;
    };
    if (task.past.empty()) return score(watts);
    std::vector<double> all = task.past[rail];
    const double before = score(all);
    all.insert(all.end(), watts.begin(), watts.end());
    return score(all) - before;
  }

  RailPowerModel model_;
  double parameters_, outlier_weight_;
  std::vector<HsmmSampler> samplers_;
};

}  // namespace

std::unique_ptr<RailPaths> MakeHsmmPaths(RailPowerModel model, double parameters,
                                         double outlier_weight) {
  return std::make_unique<HsmmPaths>(std::move(model), parameters, outlier_weight);
}

}  // namespace edgesim
