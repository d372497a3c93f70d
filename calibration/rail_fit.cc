#include "calibration/rail_fit.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <stdexcept>

#include "calibration/in_parallel.h"
#include "calibration/name_states.h"

namespace edgesim {

namespace {

constexpr double kStartLevelSd = 0.5;  // W
constexpr int kScreening = 12;         // iterations after which restarts are compared

EmOptions Options(const ModelSpec& spec, const RailSequences& data, const FitControl& control) {
  EmOptions options = control.em;
  options.emission.autoregressive = spec.autoregressive;
  // Rounding to steps of q adds an error of q / sqrt(12); no law is narrower than that.
  const double rounding_w = data.quantum_w / std::sqrt(12.0);
  options.emission.floor_sd_w = std::max(options.emission.floor_sd_w, rounding_w);
  // A recording shows few stays, and what is predicted begins inside one.
  constexpr double kLogShapeSd = 1;
  if (data.mid_stay) options.duration.log_shape_sd = kLogShapeSd;
  return options;
}

HsmmFit Named(HsmmFit fit) {
  const std::vector<std::string> names = StateNames(fit.model);
  for (std::size_t j = 0; j < names.size(); ++j) fit.model.states[j].name = names[j];
  return fit;
}

}  // namespace

HsmmFit FitRail(const ModelSpec& spec, const RailSequences& data, const FitControl& control) {
  EmOptions options = Options(spec, data, control);
  const double level_sd = spec.level ? kStartLevelSd : 0;
  if (control.restarts > 1) options.max_iterations = std::min(kScreening, options.max_iterations);
  std::vector<std::optional<HsmmFit>> fits(static_cast<std::size_t>(control.restarts));
  InParallel(fits.size(), [&](std::size_t k) {
    try {
      fits[k] = FitHsmm(StartModel(spec, data, static_cast<int>(k), control.seed), level_sd,
                        data.watts, options);
    } catch (const std::invalid_argument&) {
      if (k == 0) throw;  // a random start may leave a reading without a state; the first may not
    }
  });
  std::size_t best = 0;
  for (std::size_t k = 1; k < fits.size(); ++k) {
    if (fits[k] && fits[k]->log_likelihood > fits[best]->log_likelihood) best = k;
  }
  if (fits[best]->converged || control.restarts == 1) return Named(std::move(*fits[best]));
  return RefitRail(*fits[best], spec, data, control);
}

HsmmFit RefitRail(const HsmmFit& start, const ModelSpec& spec, const RailSequences& data,
                  const FitControl& control) {
  return Named(FitHsmm(start.model, spec.level ? std::max(start.level_sd_w, 1e-3) : 0, data.watts,
                       Options(spec, data, control)));
}

}  // namespace edgesim
