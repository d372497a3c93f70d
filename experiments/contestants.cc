#include "experiments/contestants.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/decision_model_estimate.h"
#include "policies/constrained_router.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

// All that is computed on the decision model before any episode runs.
void MakePlans(const BuiltExperiment& built, const DecisionModel& by_class, Lineup& lineup) {
  lineup.no_optimum_because = WhyNoOptimum(built);
  Plans& plans = lineup.plans = {.model = &lineup.model};
  if (!lineup.no_optimum_because.empty()) return;
  plans.optimum = std::make_shared<ExactPlan>(lineup.model);
  plans.class_blind = built.config.observe_category
                          ? std::make_shared<ExactPlan>(MergeClasses(by_class))
                          : plans.optimum;
  if (lineup.model.constraints.empty()) {
    plans.router = BestRouter(lineup.model).action_of_class;
    return;
  }
  auto plan = std::make_shared<ConstrainedPlan>(SolveConstrained(lineup.model));
  if (!plan->feasible) {
    lineup.no_optimum_because = plan->infeasible_because;
    plans = {.model = &lineup.model};
    return;
  }
  plans.constrained = std::move(plan);
  if (const auto router = BestRouterUnder(lineup.model)) plans.router = router->action_of_class;
}

// The kind whose simulated reward is the optimum.
bool IsOptimum(const PolicyKind& kind, bool constrained) {
  if (constrained) return std::holds_alternative<ConstrainedDpConfig>(kind);
  const auto* dp = std::get_if<ExactDpConfig>(&kind);
  return dp != nullptr && dp->category;
}

void Enter(const BuiltExperiment& built, Lineup& lineup, const std::vector<Contestant>& guests) {
  std::vector<Contestant>& contestants = lineup.contestants;
  const Plans& plans = lineup.plans;
  for (ActionId a = 0; a < built.actions.size(); ++a) {
    contestants.push_back({.name = "always-" + built.actions[a].name,
                           .make = [a](std::uint32_t) { return std::make_unique<Always>(a); },
                           .constant = a,
                           .config = {}});
  }
  const auto add = [&](const PolicyConfig& policy) {
    contestants.push_back({.name = policy.name,
                           .make =
                               [&built, &plans, policy](std::uint32_t trained_before) {
                                 return MakePolicy(policy, built, plans, trained_before);
                               },
                           .learns = SortOf(policy) == PolicySort::kLearner,
                           .plans = SortOf(policy) == PolicySort::kPlanner,
                           .constant = {},
                           .shielded = policy.shield.has_value(),
                           .config = policy});
  };
  const bool constrained = plans.constrained != nullptr;
  for (const PolicyConfig& policy : built.config.policies) {
    if (!policy.shield && IsOptimum(policy.kind, constrained) && lineup.optimum.empty())
      lineup.optimum = policy.name;
    if (!policy.shield && std::holds_alternative<StaticRouterConfig>(policy.kind))
      lineup.router = policy.name;
    add(policy);
  }
  if (plans.optimum && lineup.optimum.empty()) {
    lineup.optimum = constrained ? ConstrainedDpConfig::kKind : ExactDpConfig::kKind;
    add({.name = lineup.optimum,
         .kind = constrained ? PolicyKind(ConstrainedDpConfig{}) : PolicyKind(ExactDpConfig{}),
         .shield = {}});
  }
  if (!plans.router.empty() && lineup.router.empty()) {
    lineup.router = StaticRouterConfig::kKind;
    add({.name = lineup.router, .kind = StaticRouterConfig{}, .shield = {}});
  }
  for (const Contestant& guest : guests) {
    if (lineup.Find(guest.name) != nullptr)
      throw InputError(fmt::format("two policies are named '{}'; rename one", guest.name));
    contestants.push_back(guest);
  }
  std::sort(contestants.begin(), contestants.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
}

}  // namespace

const Contestant* Lineup::Find(const std::string& name) const {
  const auto at = std::find_if(contestants.begin(), contestants.end(),
                               [&](const Contestant& c) { return c.name == name; });
  return at == contestants.end() ? nullptr : &*at;
}

std::unique_ptr<const Lineup> MakeLineup(const BuiltExperiment& built,
                                         const std::function<void(const DecisionModel&)>& on_model,
                                         const std::vector<Contestant>& guests) {
  auto lineup = std::make_unique<Lineup>();
  const DecisionModel by_class = EstimateDecisionModel(built);
  lineup->model = built.config.observe_category ? by_class : MergeClasses(by_class);
  if (on_model) on_model(lineup->model);
  MakePlans(built, by_class, *lineup);
  Enter(built, *lineup, guests);
  return lineup;
}

}  // namespace edgesim
