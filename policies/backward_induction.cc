#include "policies/backward_induction.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/answer.h"

namespace edgesim {

namespace {

// Energies per pass of the innermost loop: the compiler keeps their sums in registers.
constexpr std::size_t kTile = 8;

// One value per energy for each resident model, zeros on both sides for whole tiles.
class ValueRows {
 public:
  explicit ValueRows(const EpisodeDynamics& d)
      : stride_(kTile + d.points() + kTile), values_(d.models() * stride_) {}
  double* Row(std::size_t model) { return &values_[model * stride_ + kTile]; }
  void Clear() { std::fill(values_.begin(), values_.end(), 0.0); }

 private:
  std::size_t stride_;
  std::vector<double> values_;
};

// sum[e] = payoff[e] + sum over k of pmf[k] * after[e - k], begin <= e < end.
void Expect(const std::vector<double>& pmf, const std::vector<double>& payoff, const double* after,
            std::size_t begin, std::size_t end, double* sum) {
  for (std::size_t e = begin; e < end; e += kTile) {
    std::array<double, kTile> acc{};
    const std::size_t last = std::min(pmf.size(), e + kTile);
    for (std::size_t k = 0; k < last; ++k) {
      const double p = pmf[k];
      const double* from = after + static_cast<std::ptrdiff_t>(e) - static_cast<std::ptrdiff_t>(k);
      for (std::size_t i = 0; i < kTile; ++i) acc[i] += p * from[i];
    }
    const std::size_t here = std::min(kTile, end - e);
    for (std::size_t i = 0; i < here; ++i) sum[e + i] = payoff[e + i] + acc[i];
  }
}

// The value at energy e of a switch of `steps` followed by a request worth value[energy].
double AfterSwitch(const EpisodeDynamics& d, const EpisodePayoff& payoff, double steps,
                   const double* value, std::size_t e) {
  if (!d.energy_is_state) return value[0] + payoff.per_step * steps;
  const auto whole = static_cast<std::size_t>(steps);
  const double share = steps - static_cast<double>(whole);
  const auto spend = [&](std::size_t n) {
    return e < n ? payoff.of_cut_switch + payoff.per_step * static_cast<double>(e)
                 : value[e - n] + payoff.per_step * static_cast<double>(n);
  };
  return share > 0 ? (1 - share) * spend(whole) + share * spend(whole + 1) : spend(whole);
}

std::size_t GridOf(const DecisionModel& model, int per_step) {
  if (!model.budget_ends_episode) return 0;
  const double points = per_step * (model.energy_budget / model.energy_step);
  return std::max<std::size_t>(1, static_cast<std::size_t>(std::llround(points)));
}

// One law on the grid: all of it at 0 where energy is no state.
std::vector<double> OnGrid(const EpisodeDynamics& d, std::vector<double> pmf) {
  if (!d.energy_is_state) {
    double sum = 0;
    for (const double p : pmf) sum += p;
    return {sum};
  }
  pmf.resize(std::min(pmf.size(), d.points()));
  return pmf;
}

template <class Pmf>
EpisodeDynamics MakeDynamics(const DecisionModel& model, int per_step, const Pmf& pmf) {
  EpisodeDynamics d{.requests = model.requests,
                    .grid = GridOf(model, per_step),
                    .energy_is_state = model.budget_ends_episode,
                    .class_probability = model.class_probability,
                    .switch_steps = {{0}}};
  for (const auto& row : model.outlook) {
    auto& laws = d.pmf.emplace_back();
    for (const ActionOutlook& outlook : row) laws.push_back(OnGrid(d, pmf(outlook)));
    d.model_of.emplace_back(row.size(), 0);
    if (model.model_switch) d.model_of.back() = model.model_switch->model_of_action;
  }
  if (model.model_switch) {
    d.switch_steps = model.model_switch->energy_steps;
    d.resident_at_start = model.model_switch->resident_at_start;
  }
  return d;
}

// completed(outlook)[k] = E[payoff of a completed request; k steps]; one that is cut is worth
// `cut`.
template <class Pmf, class Completed>
EpisodePayoff MakePayoff(const DecisionModel& model, const EpisodeDynamics& d, const Pmf& pmf,
                         const Completed& completed, double cut) {
  EpisodePayoff payoff{.of_request = {}, .of_cut_switch = cut};
  for (const auto& row : model.outlook) {
    auto& of_class = payoff.of_request.emplace_back();
    for (const ActionOutlook& outlook : row) {
      const std::vector<double>& law = pmf(outlook);
      const std::vector<double> gain = completed(outlook);
      auto& now = of_class.emplace_back(d.points());
      double earned = 0, fits = 0;
      if (!d.energy_is_state) {
        for (const double g : gain) now[0] += g;
        continue;
      }
      for (std::size_t e = 0; e < d.points(); ++e) {
        if (e < law.size()) fits += law[e];
        if (e < gain.size()) earned += gain[e];
        now[e] = earned + (1 - fits) * cut;
      }
    }
  }
  return payoff;
}

const std::vector<double>& EnergyPmf(const ActionOutlook& outlook) { return outlook.energy_pmf; }
const std::vector<double>& LowEnergyPmf(const ActionOutlook& outlook) {
  return outlook.energy_pmf_low;
}

std::vector<double> Scaled(std::vector<double> pmf, double factor) {
  for (double& p : pmf) p *= factor;
  return pmf;
}

// Energy as a share of the budget; a cut request spends what was left.
EpisodePayoff EnergyPayoff(const DecisionModel& model, const EpisodeDynamics& d) {
  EpisodePayoff payoff;
  payoff.per_step = model.energy_step / model.energy_budget;
  for (const auto& row : model.outlook) {
    auto& of_class = payoff.of_request.emplace_back();
    for (const ActionOutlook& outlook : row) {
      auto& now = of_class.emplace_back(d.points());
      const std::vector<double>& law = outlook.energy_pmf;
      double spent = 0, fits = 0;
      for (std::size_t k = 0; k < law.size(); ++k) {
        spent += static_cast<double>(k) * law[k];
        fits += law[k];
        if (!d.energy_is_state) {
          now[0] = payoff.per_step * spent;
        } else if (k < d.points()) {
          now[k] = payoff.per_step * (spent + (1 - fits) * static_cast<double>(k));
        }
      }
      for (std::size_t e = law.size(); e < d.points() && d.energy_is_state; ++e)
        now[e] = payoff.per_step * spent;
    }
  }
  return payoff;
}

}  // namespace

EpisodeDynamics DynamicsOf(const DecisionModel& model) { return MakeDynamics(model, 1, EnergyPmf); }

EpisodePayoff RewardOf(const DecisionModel& model) {
  return MakePayoff(
      model, DynamicsOf(model), EnergyPmf,
      [](const ActionOutlook& o) { return Scaled(o.score_pmf, 1 / kMaxScore); },
      model.brown_out_reward);
}

EpisodePayoff PayoffOf(const DecisionModel& model, CostKind kind) {
  const EpisodeDynamics d = DynamicsOf(model);
  const auto nothing = [](const ActionOutlook&) { return std::vector<double>(); };
  const double share = 1.0 / model.requests;
  switch (kind) {
    case CostKind::kEnergy:
      return EnergyPayoff(model, d);
    case CostKind::kBrownOut:
      return MakePayoff(model, d, EnergyPmf, nothing, 1);
    case CostKind::kCapExceedance:
      return MakePayoff(
          model, d, EnergyPmf,
          [&](const ActionOutlook& o) { return Scaled(o.exceeded_pmf, share); }, 0);
    case CostKind::kLateness:
      return MakePayoff(
          model, d, EnergyPmf, [&](const ActionOutlook& o) { return Scaled(o.late_pmf, share); },
          0);
  }
  return {};
}

EpisodeDynamics LowDynamicsOf(const DecisionModel& model) {
  EpisodeDynamics d = MakeDynamics(model, kBoundSteps, LowEnergyPmf);
  for (auto& row : d.switch_steps) {
    for (double& steps : row) steps = std::floor(steps * kBoundSteps);
  }
  return d;
}

EpisodePayoff HighRewardOf(const DecisionModel& model, double brown_out_reward) {
  const auto raised = [](const ActionOutlook& o) {
    std::vector<double> reward = o.score_pmf_low;
    for (std::size_t k = 0; k < reward.size(); ++k) {
      const double p = o.energy_pmf_low[k];
      reward[k] = std::min(reward[k] / kMaxScore + 2 * o.mean_score_se / kMaxScore * p, p);
    }
    return reward;
  };
  return MakePayoff(model, LowDynamicsOf(model), LowEnergyPmf, raised, brown_out_reward);
}

double Induct(const EpisodeDynamics& d, const EpisodePayoff& payoff,
              const std::function<void(const InductionStage&)>& visit) {
  ValueRows after(d), now(d);
  std::vector<double> best(d.points());
  std::size_t most_actions = 0;
  for (const auto& row : d.pmf) most_actions = std::max(most_actions, row.size());
  std::vector<std::vector<double>> resident(most_actions, std::vector<double>(d.points()));
  std::vector<std::vector<double>> switched;
  const bool switching_is_free =
      std::all_of(d.switch_steps.begin(), d.switch_steps.end(), [](const std::vector<double>& row) {
        return std::all_of(row.begin(), row.end(), [](double steps) { return steps == 0; });
      });
  for (std::uint32_t left = 1; left <= d.requests; ++left) {
    now.Clear();
    for (std::size_t c = 0; c < d.classes(); ++c) {
      const std::size_t actions = d.pmf[c].size();
      for (std::size_t a = 0; a < actions; ++a) {
        Expect(d.pmf[c][a], payoff.of_request[c][a], after.Row(d.model_of[c][a]), 0, d.points(),
               resident[a].data());
      }
      for (std::size_t m = 0; m < d.models(); ++m) {
        if (!switching_is_free) {
          switched = resident;
          for (std::size_t a = 0; a < actions; ++a) {
            const double steps = d.switch_steps[m][d.model_of[c][a]];
            for (std::size_t e = 0; e < d.points(); ++e)
              switched[a][e] = AfterSwitch(d, payoff, steps, resident[a].data(), e);
          }
        }
        const std::vector<std::vector<double>>& value = switching_is_free ? resident : switched;
        if (visit) visit({left, m, c, value});
        best = value[0];
        for (std::size_t a = 1; a < actions; ++a) {
          for (std::size_t e = 0; e < d.points(); ++e) best[e] = std::max(best[e], value[a][e]);
        }
        double* row = now.Row(m);
        for (std::size_t e = 0; e < d.points(); ++e) row[e] += d.class_probability[c] * best[e];
      }
    }
    std::swap(now, after);
  }
  return after.Row(d.resident_at_start)[d.grid];
}

ActionGrid BestActions(const EpisodeDynamics& d, const EpisodePayoff& payoff) {
  ActionGrid actions(d.requests * d.models() * d.classes() * d.points());
  std::vector<double> best;
  Induct(d, payoff, [&](const InductionStage& stage) {
    ActionId* row = &actions[GridIndex(d, stage.requests_left, stage.resident, stage.class_id, 0)];
    best = stage.value[0];
    for (ActionId a = 1; a < d.pmf[stage.class_id].size(); ++a) {
      for (std::size_t e = 0; e < d.points(); ++e) {
        if (stage.value[a][e] > best[e]) {
          best[e] = stage.value[a][e];
          row[e] = a;
        }
      }
    }
  });
  return actions;
}

double Evaluate(const EpisodeDynamics& d, const EpisodePayoff& payoff, const ActionGrid& actions) {
  ValueRows after(d), now(d);
  std::vector<double> value(d.points());
  for (std::uint32_t left = 1; left <= d.requests; ++left) {
    now.Clear();
    for (std::size_t m = 0; m < d.models(); ++m) {
      for (std::size_t c = 0; c < d.classes(); ++c) {
        const ActionId* row = &actions[GridIndex(d, left, m, c, 0)];
        // Neighbouring energies mostly have the same action: one convolution for each run of them.
        for (std::size_t begin = 0, end = 0; begin < d.points(); begin = end) {
          const ActionId a = row[begin];
          while (end < d.points() && row[end] == a) ++end;
          const std::uint32_t model = d.model_of[c][a];
          const double steps = d.switch_steps[m][model];
          const auto down = static_cast<std::size_t>(std::ceil(steps));
          const std::size_t from = begin - std::min(begin, down);
          Expect(d.pmf[c][a], payoff.of_request[c][a], after.Row(model), from, end, value.data());
          for (std::size_t e = begin; e < end; ++e) {
            now.Row(m)[e] +=
                d.class_probability[c] * AfterSwitch(d, payoff, steps, value.data(), e);
          }
        }
      }
    }
    std::swap(now, after);
  }
  return after.Row(d.resident_at_start)[d.grid];
}

}  // namespace edgesim
