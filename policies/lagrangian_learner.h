// Lagrangian learning of a constrained Markov decision process on tables: separate critics of the
// reward and of each constraint's cost, and a controller per constraint that moves its multiplier.
// Controllers see only episodes played without exploration: the costs of random actions, a
// brown-out above all, say nothing of the policy that will be used, and drive a multiplier far too
// high. Frozen, the policy is greedy at the mean multipliers of the last half of training: a single
// iterate still carries the chance of a few dozen episodes.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "policies/context.h"
#include "policies/cost_critics.h"
#include "policies/dual_ascent.h"
#include "policies/multipliers.h"
#include "policies/pid_controller.h"

namespace edgesim {

struct LagrangianConfig {
  static constexpr PolicySort kSort = PolicySort::kLearner;
  std::vector<std::string> features = {"energy", "requests_left", "category"};
  std::uint32_t energy_bins = 25;
  std::uint32_t planning_steps = 10;  // after each step
  // Epsilon of the episodes that explore falls linearly from 1 to 0.05 over this share of training.
  double epsilon_share = 0.75;
  double greedy_share = 0.75;  // of the episodes, played without exploration
  // Greedy episodes before this share of training move no multiplier: the critics are still wrong.
  double warm_up_share = 0.25;
  std::uint32_t batch_episodes = 25;  // greedy episodes per move of the multipliers
  double lambda_start = 0;
  double lambda_max = 100;

  template <class V>
  void Visit(V& v) {
    v.OneOrMoreOf("features", features, {"energy", "requests_left", "category"});
    v.Field("energy_bins", energy_bins, 2, 1000);
    v.Field("planning_steps", planning_steps, 0, 10000);
    v.Field("epsilon_share", epsilon_share, 0, 1);
    v.Field("greedy_share", greedy_share, 0, 1);
    v.Field("warm_up_share", warm_up_share, 0, 1);
    v.Field("batch_episodes", batch_episodes, 1, 1000000);
    v.Field("lambda_start", lambda_start, 0, 1e6);
    v.Field("lambda_max", lambda_max, 0, 1e6);
  }
};

struct LagrangianQConfig : LagrangianConfig {
  static constexpr const char* kKind = "lagrangian-q";
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  DualAscentSteps steps;  // for costs in units of their limit
  template <class V>
  void Visit(V& v) {
    LagrangianConfig::Visit(v);
    v.Field("step_start", steps.start, 0, 1e9);
    v.Field("step_power", steps.power, 0, 1);
    v.Field("step_floor", steps.floor, 0, 1e9);
  }
};

struct PidLagrangianConfig : LagrangianConfig {
  static constexpr const char* kKind = "pid-lagrangian";
  std::unique_ptr<Policy> Make(const PolicyContext& context) const;
  PidGains gains;  // for costs in units of their limit
  template <class V>
  void Visit(V& v) {
    LagrangianConfig::Visit(v);
    v.Field("gain_p", gains.proportional, 0, 1e9);
    v.Field("gain_i", gains.integral, 1e-9, 1e9);
    v.Field("gain_d", gains.derivative, 0, 1e9);
  }
};

// Controller: DualAscent or PidController.
template <class Controller>
class LagrangianLearner final : public Policy, public PricesConstraints {
 public:
  // InputError where the context has no constraint.
  LagrangianLearner(const LagrangianConfig& config, const PolicyContext& context,
                    const Controller& controller, const char* kind);

  void BeginEpisode(std::uint32_t episode, Phase phase) override;
  ActionId Act(const Observation& seen, const Noise& noise) override;
  void Learn(const Transition& transition) override;
  PolicyState Save() const override;  // between episodes
  void Load(const PolicyState& state) override;

  std::vector<double> Multipliers() const override;
  const std::vector<Controller>& Controllers() const { return controllers_; }

 private:
  void EndGreedyEpisode();

  LagrangianConfig config_;
  std::vector<CostConstraint> constraints_;
  std::uint32_t requests_, train_episodes_;
  Discretizer cells_;
  std::uint32_t actions_;
  CostCritics critics_;
  std::vector<Controller> controllers_;            // [constraint]
  std::vector<double> multipliers_;                // [constraint], of this episode
  std::vector<double> episode_cost_, batch_cost_;  // [constraint], sums
  std::vector<double> mean_sum_;                   // [constraint], of the multipliers averaged
  double batch_size_ = 0, averaged_ = 0;
  std::uint32_t episode_ = 0;
  double epsilon_ = 0;
  bool training_ = false, greedy_ = false;
  Noise decision_;
};

}  // namespace edgesim
