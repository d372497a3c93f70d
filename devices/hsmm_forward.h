// The forward recursion of an explicit-duration HSMM with a right-censored last segment, in
// O(T (N^2 + N D)) time and O(T N) memory, scaled (no logarithm inside the recursion).
//
// All live segments of a state meet the same factor at each step. A segment's weight is therefore
// kept relative to a running product per state, and both sums over its age are dot products of a
// contiguous window with the duration law. Reference: Guedon 2003 (doi:10.1198/1061860032030); Yu
// 2010.
#pragma once

#include <Eigen/Core>

#include "devices/hsmm.h"

namespace edgesim {

// The laws as tables; D intervals at most, N states.
struct HsmmTables {
  Eigen::VectorXd initial;     // (N)
  Eigen::MatrixXd transition;  // (N x N)
  Eigen::MatrixXd pmf;         // P(u), u = 1 .. D, one column per state (D x N)
  Eigen::MatrixXd survivor;    // P(U >= u), likewise (D x N)
};

// An absorbing state gets all its mass at D: with D beyond the sequence it is always censored.
HsmmTables MakeTables(const Hsmm& model, int max_intervals, Tail tail = Tail::kLastCell);

// survivor from pmf (D x N).
Eigen::MatrixXd Survivor(const Eigen::MatrixXd& pmf);

struct ForwardMessages {
  double log_likelihood = 0;
  Eigen::MatrixXd start;   // P(a segment of j starts at t | x before t)           (T x N)
  Eigen::MatrixXd end;     // P(a segment of j ends at t | x up to t)               (T x N)
  Eigen::MatrixXd factor;  // density of x_t in j over the predictive density of x_t (T x N)
};

// log_density (T x N), T >= 1. A sequence no path can produce has log_likelihood -infinity.
ForwardMessages Forward(const HsmmTables& tables, const Eigen::MatrixXd& log_density);

// A running product is folded into its window when it leaves this range.
inline constexpr double kFoldBelow = 1e-120;
inline constexpr double kFoldAbove = 1e120;

}  // namespace edgesim
