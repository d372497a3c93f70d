#include "devices/hsmm_sampler.h"

#include <algorithm>
#include <limits>

namespace edgesim {

namespace {

std::span<const double> View(const Eigen::VectorXd& v) {
  return {v.data(), static_cast<std::size_t>(v.size())};
}

constexpr std::size_t kForEver = std::numeric_limits<std::size_t>::max();

}  // namespace

HsmmSampler::HsmmSampler(const Hsmm& model)
    : first_reading_(model.first_reading), starts_mid_stay_(model.starts_mid_stay) {
  Validate(model);
  initial_ = InverseCdfTable(View(model.initial));
  for (std::size_t j = 0; j < model.states.size(); ++j) {
    State state{.emission = model.states[j]};
    if (!state.emission.mixture.empty()) {
      std::vector<double> weights;
      for (const MixtureComponent& c : state.emission.mixture) weights.push_back(c.weight);
      state.component = InverseCdfTable(weights);
    }
    if (const auto& law = state.emission.duration) {
      const Eigen::VectorXd pmf =
          DurationPmf(*law, model.interval_s, LongestStay(*law, model.interval_s));
      state.stay = InverseCdfTable(View(pmf));
      std::vector<double> survivor(static_cast<std::size_t>(pmf.size()) + 1, 0.0);
      for (std::size_t u = survivor.size() - 1; u > 0; --u)
        survivor[u - 1] = survivor[u] + pmf(static_cast<Eigen::Index>(u) - 1);
      if (starts_mid_stay_)
        state.remaining = InverseCdfTable({survivor.data(), survivor.size() - 1});
      state.survivor = std::move(survivor);
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

double HsmmSampler::Innovation(const State& state, WordStream& words) {
  if (state.emission.student_dof)
    return state.emission.sd_w * StandardStudentT(words, *state.emission.student_dof);
  if (state.emission.mixture.empty()) return state.emission.sd_w * StandardNormal(words);
  const MixtureComponent& c = state.emission.mixture[state.component.Draw(words())];
  return c.offset_w + c.sd_w * StandardNormal(words);
}

// Intervals that remain of a stay of which `age` have passed, by inversion of the survivor; at
// least 1. A stay older than its table ends with the next interval.
std::size_t HsmmSampler::Remaining(const State& state, std::uint32_t age,
                                   std::uint64_t word) const {
  const std::vector<double>& survivor = state.survivor;
  if (age + 1 >= survivor.size() || survivor[age] <= 0) return 1;
  const double threshold = survivor[age] * (1 - static_cast<double>(word >> 11) * 0x1p-53);
  std::size_t u = age + 1;
  while (u + 1 < survivor.size() && survivor[u] >= threshold) ++u;
  return u - age;
}

std::uint32_t HsmmSampler::Sample(double level_w, WordStream dwell, WordStream emission,
                                  std::span<double> watts, const std::optional<Past>& past) const {
  std::uint32_t clamped = 0;
  std::uint32_t at = past ? past->state : initial_.Draw(dwell());
  bool first_stay = true;
  for (std::size_t t = 0; t < watts.size();) {
    const State& state = states_[at];
    const HsmmState& law = state.emission;
    std::size_t stay = kForEver;
    if (law.duration) {
      const std::uint64_t word = dwell();
      if (first_stay && past) {
        stay = Remaining(state, past->age, word);
      } else if (first_stay && starts_mid_stay_) {
        stay = std::size_t{1} + state.remaining.Draw(word);
      } else {
        stay = std::size_t{1} + state.stay.Draw(word);
      }
    }
    first_stay = false;
    const double mean_w = law.mean_w + (law.takes_level ? level_w : 0);
    const std::size_t end = stay < watts.size() - t ? t + stay : watts.size();
    for (; t < end; ++t) {
      double x = 0;
      if (t == 0 && !past && first_reading_) {
        x = first_reading_->mean_w + first_reading_->sd_w * StandardNormal(emission);
      } else if (law.phi == 0) {
        x = mean_w + Innovation(state, emission);
      } else if (t == 0 && !past) {
        x = mean_w + StationaryWidening(law) * Innovation(state, emission);
      } else {
        const double before = t == 0 ? past->watts : watts[t - 1];
        x = mean_w + law.phi * (before - mean_w) + Innovation(state, emission);
      }
      clamped += x < 0;
      watts[t] = std::max(x, 0.0);
    }
    if (law.duration) {
      at = state.successors.size() == 1 ? state.successors[0]
                                        : state.successors[state.next.Draw(dwell())];
    }
  }
  return clamped;
}

}  // namespace edgesim
