#include "experiments/certificate_text.h"

#include <fmt/format.h>

#include <vector>

#include "experiments/text_table.h"

namespace edgesim {

namespace {

int Decimals(CostKind kind) { return kind == CostKind::kEnergy ? 3 : 4; }

std::string Needed(const Certificate& c) {
  return c.episodes_needed ? fmt::format("{}", *c.episodes_needed) : "never";
}

}  // namespace

std::string CertificateTable(const BuiltExperiment& built, const RunSummary& summary) {
  const bool optimal = summary.optimum_simulated.has_value();
  std::vector<std::vector<std::string>> rows = {{"certificate"}};
  if (optimal) rows[0].insert(rows[0].end(), {"% of optimum", "gap to it"});
  if (!summary.best_constant.empty()) rows[0].push_back("over " + summary.best_constant);
  if (!summary.router.empty()) rows[0].push_back("over " + summary.router);
  const std::vector<CostConstraint> constraints = ConstraintsOf(built.config);
  for (const CostConstraint& c : constraints) {
    rows[0].push_back(fmt::format("{} <= {:g}", Title(c.kind), c.limit));
    rows[0].insert(rows[0].end(), {"kept", "episodes needed"});
  }
  if (rows[0].size() == 1) return "";
  for (const PolicySummary& p : summary.policies) {
    if (p.sort == PolicySort::kConstant && p.name != summary.best_constant) continue;
    std::vector<std::string>& row = rows.emplace_back(1, p.name);
    if (optimal) {
      row.push_back(fmt::format("{:.1f}", 100 * p.reward.mean / summary.optimum_simulated->mean));
      row.push_back(Show(p.regret, 3));
    }
    if (p.above_constant) row.push_back(Show(p.above_constant, 3));
    if (p.above_router) row.push_back(Show(p.above_router, 3));
    for (const Certificate& c : p.constraints) {
      row.push_back(Show(c.cost, Decimals(c.constraint.kind)));
      row.emplace_back(c.verdict == ConstraintVerdict::kMet      ? "yes"
                       : c.verdict == ConstraintVerdict::kBroken ? "NO"
                                                                 : "open");
      row.push_back(Needed(c));
    }
  }
  std::string text = TextTable(rows);
  text += "differences are paired on the same requests and noise\n";
  if (!constraints.empty()) {
    text +=
        "kept: the whole 95 % interval within the limit (yes) or beyond it (NO); episodes needed: "
        "of one frozen policy, for a one-sided 95 % bound within the limit\n";
  }
  for (std::size_t i = 0; i < summary.lambda.size(); ++i) {
    text += fmt::format("multiplier of {}: {:.4g} at the optimum", Title(constraints[i].kind),
                        summary.lambda[i]);
    for (const PolicySummary& p : summary.policies) {
      if (p.multipliers.empty()) continue;
      const PolicySummary::Multiplier& m = p.multipliers[i];
      text += fmt::format("; {} {:.4g} ({:.4g} to {:.4g} over replicas)", p.name, m.mean, m.least,
                          m.greatest);
    }
    text += "\n";
  }
  return text;
}

}  // namespace edgesim
