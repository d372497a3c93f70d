#include "policies/cmdp_solver.h"

#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <optional>

namespace edgesim {

namespace {

constexpr double kOptimal = 1e-10;      // relative to the value: reduced costs below are none
constexpr double kKept = 1e-9;          // constraints are kept up to this
constexpr double kPivot = 1e-12;        // smaller entries of a column do not limit its entry
constexpr std::uint32_t kMost = 10000;  // inductions; tens are usual

// A column of the programme: a policy, or what fills or breaks one constraint's limit.
struct MasterColumn {
  enum class Kind : std::uint8_t { kPlan, kSlack, kExcess } kind;
  Eigen::VectorXd entries;  // costs, then the weight
  PlanComponent plan;
};

class Master {
 public:
  explicit Master(const DecisionModel& model)
      : size_(static_cast<Eigen::Index>(model.constraints.size())),
        priced_(model),
        limits_(size_ + 1) {
    for (Eigen::Index i = 0; i < size_; ++i)
      limits_[i] = model.constraints[static_cast<std::size_t>(i)].limit;
    limits_[size_] = 1;
  }

  // The best policy at these prices of the costs.
  PlanComponent Price(double reward_weight, const Eigen::VectorXd& lambda) {
    ++inductions_;
    return priced_.Best({lambda.begin(), lambda.end()}, reward_weight);
  }

  bool Keeps(const PlanComponent& plan) const {
    for (Eigen::Index i = 0; i < size_; ++i) {
      if (plan.costs[static_cast<std::size_t>(i)] > limits_[i]) return false;
    }
    return true;
  }

  void StartWith(PlanComponent plan) {
    for (Eigen::Index i = 0; i < size_; ++i) {
      const bool broken = plan.costs[static_cast<std::size_t>(i)] > limits_[i];
      MasterColumn column{broken ? MasterColumn::Kind::kExcess : MasterColumn::Kind::kSlack,
                          Eigen::VectorXd::Zero(size_ + 1),
                          {}};
      column.entries[i] = broken ? -1 : 1;
      basis_.push_back(std::move(column));
    }
    basis_.push_back(ColumnOf(std::move(plan)));
    Solve();
  }

  // Least excess over the limits first, then most reward within them. False: the limits cannot be
  // kept.
  bool Optimise() {
    while (Excess() > 0 && Step(true)) {
    }
    if (Excess() > kKept) return false;
    while (Step(false)) {
    }
    return true;
  }

  double Excess() const {
    double excess = 0;
    for (Eigen::Index j = 0; j <= size_; ++j) {
      if (At(j).kind == MasterColumn::Kind::kExcess) excess += std::max(0.0, weights_[j]);
    }
    return excess;
  }

  ConstrainedPlan Result() const {
    ConstrainedPlan result{.feasible = true,
                           .lambda = std::vector<double>(prices_.begin(), prices_.end() - 1),
                           .dual_value = dual_value_,
                           .costs = std::vector<double>(static_cast<std::size_t>(size_)),
                           .inductions = inductions_};
    for (Eigen::Index j = 0; j <= size_; ++j) {
      if (At(j).kind != MasterColumn::Kind::kPlan || weights_[j] <= 0) continue;
      PlanComponent& component = result.components.emplace_back(At(j).plan);
      component.weight = weights_[j];
      result.value += component.weight * component.reward;
      for (std::size_t i = 0; i < result.costs.size(); ++i)
        result.costs[i] += component.weight * component.costs[i];
    }
    return result;
  }

  std::uint32_t inductions() const { return inductions_; }
  const EpisodeDynamics& dynamics() const { return priced_.dynamics(); }

 private:
  MasterColumn ColumnOf(PlanComponent plan) const {
    Eigen::VectorXd entries(size_ + 1);
    for (Eigen::Index i = 0; i < size_; ++i) entries[i] = plan.costs[static_cast<std::size_t>(i)];
    entries[size_] = 1;
    return {MasterColumn::Kind::kPlan, std::move(entries), std::move(plan)};
  }

  const MasterColumn& At(Eigen::Index j) const { return basis_[static_cast<std::size_t>(j)]; }

  void Solve() {
    Eigen::MatrixXd matrix(size_ + 1, size_ + 1);
    for (Eigen::Index j = 0; j <= size_; ++j) matrix.col(j) = At(j).entries;
    basis_lu_.compute(matrix);
    weights_ = basis_lu_.solve(limits_);
  }

  // One exchange of columns; false where none improves.
  bool Step(bool excess_only) {
    Eigen::VectorXd gain(size_ + 1);
    for (Eigen::Index j = 0; j <= size_; ++j) {
      const bool excess = At(j).kind == MasterColumn::Kind::kExcess;
      const bool plan = At(j).kind == MasterColumn::Kind::kPlan;
      gain[j] = excess_only ? (excess ? -1 : 0) : (plan ? At(j).plan.reward : 0);
    }
    prices_ = basis_lu_.transpose().solve(gain);
    const double tolerance = kOptimal * std::max(1.0, std::abs(gain.dot(weights_)));

    Eigen::Index cheapest = 0;
    const double least = size_ > 0 ? prices_.head(size_).minCoeff(&cheapest) : 0;
    if (least < -tolerance) {  // room below a limit is worth more than its use
      MasterColumn slack{MasterColumn::Kind::kSlack, Eigen::VectorXd::Zero(size_ + 1), {}};
      slack.entries[cheapest] = 1;
      return Enter(std::move(slack));
    }
    prices_.head(size_) = prices_.head(size_).cwiseMax(0);
    if (inductions_ >= kMost) return false;
    PlanComponent plan = Price(excess_only ? 0 : 1, prices_.head(size_));
    MasterColumn column = ColumnOf(std::move(plan));
    const double worth = (excess_only ? 0 : column.plan.reward) -
                         prices_.head(size_).dot(column.entries.head(size_));
    if (!excess_only) {
      const double bound = worth + prices_.head(size_).dot(limits_.head(size_));
      dual_value_ = std::min(dual_value_, bound);
    }
    if (worth - prices_[size_] <= tolerance) return false;
    return Enter(std::move(column));
  }

  // Puts the column in the place of the one that limits it.
  bool Enter(MasterColumn column) {
    const Eigen::VectorXd use = basis_lu_.solve(column.entries);
    std::optional<Eigen::Index> leaves;
    double least = INFINITY;
    for (Eigen::Index j = 0; j <= size_; ++j) {
      // Excess that is down to nothing must not come back.
      const bool spent = At(j).kind == MasterColumn::Kind::kExcess && weights_[j] <= kKept;
      if (spent ? std::abs(use[j]) <= kPivot : use[j] <= kPivot) continue;
      const double ratio = spent ? 0 : std::max(0.0, weights_[j]) / use[j];
      if (ratio < least) {
        least = ratio;
        leaves = j;
      }
    }
    if (!leaves) return false;
    basis_[static_cast<std::size_t>(*leaves)] = std::move(column);
    Solve();
    return true;
  }

  Eigen::Index size_;  // constraints
  PricedModel priced_;
  Eigen::VectorXd limits_;  // and 1, the sum of weights
  std::vector<MasterColumn> basis_;
  Eigen::PartialPivLU<Eigen::MatrixXd> basis_lu_;
  Eigen::VectorXd weights_, prices_;
  double dual_value_ = INFINITY;
  std::uint32_t inductions_ = 0;
};

const char* NameOf(CostKind kind) {
  switch (kind) {
    case CostKind::kEnergy:
      return "energy per budget";
    case CostKind::kBrownOut:
      return "probability of a brown-out";
    case CostKind::kCapExceedance:
      return "share of requests over the power cap";
    case CostKind::kLateness:
      return "share of late requests";
  }
  return "";
}

std::string WhyInfeasible(const DecisionModel& model, Master& master) {
  const auto count = static_cast<Eigen::Index>(model.constraints.size());
  for (Eigen::Index i = 0; i < count; ++i) {
    const auto at = static_cast<std::size_t>(i);
    const CostConstraint& constraint = model.constraints[at];
    const double least = master.Price(0, Eigen::VectorXd::Unit(count, i)).costs[at];
    if (least <= constraint.limit) continue;
    char line[160];
    std::snprintf(line, sizeof(line),
                  "no policy keeps the %s within %.6g; the least that can be reached is %.6g",
                  NameOf(constraint.kind), constraint.limit, least);
    return line;
  }
  std::string line = "no policy keeps all at once, though each alone can be kept:";
  for (const CostConstraint& constraint : model.constraints) {
    char part[96];
    std::snprintf(part, sizeof(part), "%s %s within %.6g",
                  &constraint == &model.constraints.front() ? "" : ",", NameOf(constraint.kind),
                  constraint.limit);
    line += part;
  }
  return line;
}

}  // namespace

ActionId ConstrainedPlan::Best(std::size_t component, Joules left, std::uint32_t requests_left,
                               std::uint32_t class_id, std::uint32_t resident) const {
  constexpr double kRounding = 1e-9;  // of a step: what is left is a sum
  const double steps = std::clamp(std::floor(left / energy_step + kRounding), 0.0,
                                  static_cast<double>(dynamics.grid));
  return components[component].actions[GridIndex(dynamics, requests_left, resident, class_id,
                                                 static_cast<std::size_t>(steps))];
}

ConstrainedPlan SolveConstrained(const DecisionModel& model) {
  Master master(model);
  const auto count = static_cast<Eigen::Index>(model.constraints.size());
  PlanComponent free = master.Price(1, Eigen::VectorXd::Zero(count));
  ConstrainedPlan plan;
  if (master.Keeps(free)) {
    free.weight = 1;
    plan = {.feasible = true,
            .lambda = std::vector<double>(model.constraints.size(), 0.0),
            .value = free.reward,
            .dual_value = free.reward,
            .costs = free.costs,
            .components = {std::move(free)}};
  } else {
    master.StartWith(std::move(free));
    if (master.Optimise()) {
      plan = master.Result();
    } else {
      plan.infeasible_because = WhyInfeasible(model, master);
    }
  }
  plan.inductions = master.inductions();
  plan.dynamics = master.dynamics();
  plan.energy_step = model.energy_step;
  return plan;
}

}  // namespace edgesim
