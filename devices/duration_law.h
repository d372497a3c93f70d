// Laws of the stay in a state of a hidden semi-Markov model, in whole emission intervals u >= 1.
#pragma once

#include <Eigen/Core>
#include <array>
#include <optional>
#include <string_view>
#include <vector>

namespace edgesim {

// geometric, Poisson, negative binomial: u - 1 follows the law; mean_s is that of u intervals.
// gamma, lognormal: P(u) = F(u dt) - F((u-1) dt); mean_s is that of the continuous law.
// table: P(u) as listed.
enum class DurationFamily { kGeometric, kPoisson, kNegativeBinomial, kGamma, kLognormal, kTable };

inline constexpr std::array<std::string_view, 6> kDurationFamilyNames = {
    "geometric", "poisson", "negative_binomial", "gamma", "lognormal", "nonparametric"};

struct DurationLaw {
  DurationFamily family = DurationFamily::kGamma;
  double mean_s = 0;          // > 0; of a table: 0
  double shape = 0;           // > 0: gamma shape, negative binomial size, sd of log time; else 0
  std::vector<double> table;  // P(u), u = 1, 2, ..; of the other families empty
};

// Shape parameters a family has beside its mean: 0 or 1; a table has one less than its cells.
int ShapeParameters(const DurationLaw& law);

// What happens to stays beyond the last cell of a pmf.
enum class Tail {
  kLastCell,    // the last cell takes them: exact where such stays are always cut off
  kRenormalise  // they cannot occur
};

// P(u) for u = 1 .. max_intervals.
Eigen::VectorXd DurationPmf(const DurationLaw& law, double interval_s, int max_intervals,
                            Tail tail = Tail::kLastCell);

// Longest stay worth a table cell: what is longer has a probability below about 2^-40, at most
// 100,000 intervals.
int LongestStay(const DurationLaw& law, double interval_s);

// What is wrong with the law, if anything.
std::optional<std::string_view> WhatIsWrong(const DurationLaw& law);

}  // namespace edgesim
