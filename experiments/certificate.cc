#include "experiments/certificate.h"

#include <algorithm>
#include <cmath>

namespace edgesim {

namespace {

std::optional<std::uint64_t> EpisodesNeeded(const Certificate& certificate,
                                            const std::vector<double>& costs) {
  const double mean = certificate.cost.mean, limit = certificate.constraint.limit;
  if (certificate.constraint.kind == CostKind::kBrownOut && limit < 1)
    return TrialsToCertify(mean, limit);
  if (mean > limit) return std::nullopt;
  const double variance = SampleVariance(costs);
  if (variance == 0) return 1;
  if (mean == limit) return std::nullopt;
  constexpr double kOneSided = 1.6448536269514722;  // 95 % point of the normal law
  const double n = kOneSided * kOneSided * variance / ((limit - mean) * (limit - mean));
  constexpr double kMost = 1e12;
  return n < kMost ? std::optional(static_cast<std::uint64_t>(std::ceil(n))) : std::nullopt;
}

ConstraintVerdict Judge(const Estimate& cost, double limit) {
  if (!cost.ci95) return ConstraintVerdict::kOpen;
  // Sums of shares differ from a limit they meet exactly in the last bits.
  constexpr double kRounding = 1e-12;
  if (cost.ci95->high <= limit + kRounding) return ConstraintVerdict::kMet;
  return cost.ci95->low > limit + kRounding ? ConstraintVerdict::kBroken : ConstraintVerdict::kOpen;
}

}  // namespace

double EpisodeCost(CostKind kind, const EvalRow& row, std::uint32_t requests) {
  switch (kind) {
    case CostKind::kEnergy:
      return row.budget_used;
    case CostKind::kBrownOut:
      return row.browned_out ? 1 : 0;
    case CostKind::kCapExceedance:
      return static_cast<double>(row.exceeded) / requests;
    case CostKind::kLateness:
      return static_cast<double>(row.late) / requests;
  }
  return 0;
}

std::vector<Certificate> Certify(const PolicyRun& run,
                                 const std::vector<CostConstraint>& constraints,
                                 std::uint32_t requests) {
  std::vector<Certificate> certificates;
  for (const CostConstraint& constraint : constraints) {
    std::vector<double> means, all;
    for (const Replica& replica : run.replicas) {
      double sum = 0;
      for (const EvalRow& row : replica.eval)
        sum += all.emplace_back(EpisodeCost(constraint.kind, row, requests));
      means.push_back(sum / static_cast<double>(replica.eval.size()));
    }
    Certificate& c = certificates.emplace_back();
    c.constraint = constraint;
    c.cost = EstimateOverReplicas(means);
    if (constraint.kind == CostKind::kBrownOut && !run.learns) {
      const auto brown_outs = static_cast<std::uint64_t>(std::count(all.begin(), all.end(), 1.0));
      c.cost.ci95 = ClopperPearsonInterval(brown_outs, all.size());
    } else if (c.cost.ci95) {
      c.cost.ci95->low = std::max(0.0, c.cost.ci95->low);  // a t-interval knows nothing of 0
    }
    c.verdict = Judge(c.cost, constraint.limit);
    c.episodes_needed = EpisodesNeeded(c, all);
  }
  return certificates;
}

const char* Title(CostKind kind) {
  switch (kind) {
    case CostKind::kEnergy:
      return "energy / budget";
    case CostKind::kBrownOut:
      return "P(brown-out)";
    case CostKind::kCapExceedance:
      return "over the cap, share of requests";
    case CostKind::kLateness:
      return "late, share of requests";
  }
  return "";
}

const char* Name(CostKind kind) {
  switch (kind) {
    case CostKind::kEnergy:
      return "energy";
    case CostKind::kBrownOut:
      return "brown_out";
    case CostKind::kCapExceedance:
      return "cap_exceedance";
    case CostKind::kLateness:
      return "lateness";
  }
  return "";
}

const char* Name(ConstraintVerdict verdict) {
  switch (verdict) {
    case ConstraintVerdict::kMet:
      return "met";
    case ConstraintVerdict::kBroken:
      return "broken";
    case ConstraintVerdict::kOpen:
      return "open";
  }
  return "";
}

}  // namespace edgesim
