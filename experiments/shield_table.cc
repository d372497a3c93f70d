#include "experiments/shield_table.h"

#include <fmt/format.h>

#include <memory>
#include <set>

#include "experiments/text_table.h"
#include "policies/baselines.h"
#include "policies/shield.h"

namespace edgesim {

namespace {

std::string OneTable(const BuiltExperiment& built, const DecisionModel& model, double epsilon) {
  const Shield shield(std::make_unique<Always>(0), {.epsilon = epsilon}, model);
  std::vector<std::vector<std::string>> rows = {{fmt::format("shield {:g} %", 100 * epsilon)}};
  for (ActionId a = 0; a < model.actions(); ++a) rows[0].push_back(built.actions[a].name);
  rows[0].emplace_back("in place of x");
  for (std::uint32_t c = 0; c < model.classes(); ++c) {
    rows.push_back({built.config.observe_category ? built.questions.classes[c] : "all"});
    for (ActionId a = 0; a < model.actions(); ++a) {
      const ActionOutlook& outlook = model.outlook[c][a];
      rows.back().push_back(fmt::format("{:.2f} < {:.2f}{}", 100 * outlook.exceedance,
                                        100 * outlook.exceedance_upper95,
                                        shield.Masked(c, a) ? " x" : "  "));
    }
    const ActionId stand_in = shield.StandIn(c);
    rows.back().push_back(stand_in == kReject ? "rejected" : built.actions[stand_in].name);
  }
  return TextTable(rows) + fmt::format(
                               "share of requests over {:g} W, % < its upper 95 % bound from {} "
                               "draws; x: masked, the "
                               "bound is above {:g} %\n",
                               built.config.power_cap->limit_w, model.draws, 100 * epsilon);
}

}  // namespace

std::string ShieldTables(const BuiltExperiment& built, const DecisionModel& model) {
  std::set<double> epsilons;
  for (const PolicyConfig& policy : built.config.policies) {
    if (policy.shield) epsilons.insert(policy.shield->epsilon);
  }
  std::string text;
  for (const double epsilon : epsilons) text += OneTable(built, model, epsilon);
  return text;
}

}  // namespace edgesim
