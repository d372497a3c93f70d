#include "devices/hsmm_sampler.h"

#include <algorithm>

namespace edgesim {

namespace {

// Longest stay in the table: far enough out that what is cut off is below one draw in 2^40.
int LongestStay(const GammaDuration& duration, double interval_s) {
  const double mean = duration.mean_s / interval_s;
  const double spread = mean / std::sqrt(duration.shape);
  return static_cast<int>(std::min(100'000.0, 8 + mean + 12 * spread + 30 * mean / duration.shape));
}

}  // namespace

HsmmSampler::HsmmSampler(const Hsmm& model) {
  Validate(model);
  initial_ =
      InverseCdfTable({model.initial.data(), static_cast<std::size_t>(model.initial.size())});
  for (std::size_t j = 0; j < model.states.size(); ++j) {
    const HsmmState& from = model.states[j];
    State state{.mean_w = from.mean_w,
                .sd_w = from.sd_w,
                .takes_level = from.takes_level,
                .absorbing = !from.duration.has_value(),
                .stay = {},
                .successors = {},
                .next = {}};
    if (!state.absorbing) {
      const Eigen::VectorXd pmf = DurationPmf(*from.duration, model.interval_s,
                                              LongestStay(*from.duration, model.interval_s));
      state.stay = InverseCdfTable({pmf.data(), static_cast<std::size_t>(pmf.size())});
      std::vector<double> weights;
      for (std::size_t k = 0; k < model.states.size(); ++k) {
        const double p =
            model.transition(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(k));
        if (p <= 0) continue;
        state.successors.push_back(static_cast<std::uint32_t>(k));
        weights.push_back(p);
      }
      state.next = InverseCdfTable(weights);
    }
    states_.push_back(std::move(state));
  }
}

std::uint32_t HsmmSampler::Sample(double level_w, WordStream dwell, WordStream emission,
                                  std::span<PowerSegment> path, std::size_t rail) const {
  boost::random::normal_distribution<double> normal;
  std::uint32_t clamped = 0;
  std::uint32_t at = initial_.Draw(dwell());
  for (std::size_t t = 0; t < path.size();) {
    const State& state = states_[at];
    const double mean_w = state.mean_w + (state.takes_level ? level_w : 0);
    const std::size_t end =
        state.absorbing ? path.size() : std::min(path.size(), t + 1 + state.stay.Draw(dwell()));
    for (; t < end; ++t) {
      const double watts = mean_w + state.sd_w * normal(emission);
      clamped += watts < 0;
      path[t].rail_w[rail] = std::max(watts, 0.0);
    }
    if (!state.absorbing) {
      at = state.successors.size() == 1 ? state.successors[0]
                                        : state.successors[state.next.Draw(dwell())];
    }
  }
  return clamped;
}

}  // namespace edgesim
