// How far simulated values lie from recorded ones, and how well a predictive law foresaw a value.
//
// Two kinds, not to be mixed up in a claim:
//   simulation fidelity  distances of two samples (Wasserstein, Kolmogorov-Smirnov) and coverage of
//                        intervals. They compare laws; a forecaster can better them while
//                        foreseeing the single value worse.
//   proper scores        CRPS, Brier: lower is better, in the mean lowest for the true law
//                        (Gneiting & Raftery 2007, doi:10.1198/016214506000001437).
//
// All values must be numbers, not NaN. A score of nothing (an empty sample) is NaN.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "sim/stats.h"

namespace edgesim {

// ---- simulation fidelity

// Area between the two empirical distribution functions, in the unit of the values. Exact.
double Wasserstein1(std::vector<double> a, std::vector<double> b);

struct KsTest {
  double statistic = 0;  // largest distance of the two empirical distribution functions
  double p = 1;          // two-sided; of independent values of one continuous law
};

// p is exact up to a.size() * b.size() = 10^7: the share of the orders of the pooled values that
// lie as far apart (Hodges 1958, doi:10.1007/BF02589501), as scipy.stats.ks_2samp computes it by
// default. Above that it is the limit law with Stephens' correction (1970,
// doi:10.1111/j.2517-6161.1970.tb00821.x). With ties the true p is smaller: the test is
// conservative.
KsTest KolmogorovSmirnov(std::vector<double> a, std::vector<double> b);

// The interval that holds a further draw of the same law with probability `level`: draw number k
// of m in ascending order is taken as the k / (m + 1) quantile, so that the draws' own finite
// number does not make a true law look overconfident. Needs m >= (1 + level) / (1 - level) draws
// (19 for 90 %): with fewer it is their range, which holds less.
Interval CentralInterval(std::span<const double> sorted_draws, double level);

// Ends included.
bool InCentralInterval(double observed, std::span<const double> sorted_draws, double level);

// ---- proper scores

// Continuous ranked probability score, in the unit of the values: mean |x - y| - mean |x - x'| / 2
// over the draws. The fair estimator: x and x' are different draws, so that in the mean it is the
// score of the law, not of m draws from it (Ferro 2014, doi:10.1002/qj.2270). It may therefore be
// slightly negative. A single draw is scored as the certain forecast it is. O(m).
double CrpsOfSample(double observed, std::span<const double> sorted_draws);

// Mean (probability - happened)^2. happened: 0 or 1, one per probability, or
// std::invalid_argument.
double BrierScore(std::span<const double> probability, std::span<const char> happened);

}  // namespace edgesim
