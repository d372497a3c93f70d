// The forward recursion of an explicit-duration HSMM with a right-censored last segment, in
// O(T (N^2 + N D)) time and O(T N) memory, scaled (no logarithm inside the recursion).
//
// All live segments of a state meet the same factor at each step. A segment's weight is therefore
// kept relative to a running product per state, and both sums over its age are dot products of a
// contiguous window with the duration law. Reference: Guedon 2003 (doi:10.1198/1061860032030); Yu
// 2010. What belongs to a state is a WideDouble, so a state far behind the others is not lost;
// within one state, segments more than 1e230 below the heaviest are.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "devices/hsmm.h"
#include "devices/wide_double.h"

namespace edgesim {

// The laws as tables; D intervals at most, N states. Probabilities below the smallest normal double
// count as 0.
struct HsmmTables {
  Eigen::VectorXd initial;     // (N)
  Eigen::MatrixXd transition;  // (N x N)
  Eigen::MatrixXd pmf;         // P(u), u = 1 .. D, one column per state (D x N)
  Eigen::MatrixXd survivor;    // P(U >= u), likewise (D x N)
  // Left censoring: the law of what remains of the first segment where the sequence begins in the
  // middle of a stay, and its survivor (D x N). Empty: the first segment begins with the sequence.
  Eigen::MatrixXd first_pmf = {};
  Eigen::MatrixXd first_survivor = {};
};

// An absorbing state gets all its mass at D: with D beyond the sequence it is always censored.
HsmmTables MakeTables(const Hsmm& model, int max_intervals, Tail tail = Tail::kLastCell);

// survivor from pmf (D x N).
Eigen::MatrixXd Survivor(const Eigen::MatrixXd& pmf);

// What remains of a stay found at a random time, that interval included: P(u) = P(U >= u) / E(U),
// the equilibrium law of renewal theory (D x N), for first_pmf.
Eigen::MatrixXd ResidualLife(const Eigen::MatrixXd& pmf);

// One WideDouble per time and state.
class WideTable {
 public:
  WideTable() = default;
  WideTable(Eigen::Index steps, Eigen::Index states)
      : states_(states), cells_(static_cast<std::size_t>(steps * states)) {}
  WideDouble& operator()(Eigen::Index t, Eigen::Index j) { return cells_[At(t, j)]; }
  const WideDouble& operator()(Eigen::Index t, Eigen::Index j) const { return cells_[At(t, j)]; }

 private:
  std::size_t At(Eigen::Index t, Eigen::Index j) const {
    return static_cast<std::size_t>(t * states_ + j);
  }
  Eigen::Index states_ = 0;
  std::vector<WideDouble> cells_;
};

struct ForwardMessages {
  double log_likelihood = 0;
  WideTable start;   // P(a segment of j starts at t | x before t)            (T x N)
  WideTable end;     // P(a segment of j ends at t | x up to t)                (T x N)
  WideTable factor;  // density of x_t in j over the predictive density of x_t  (T x N)
  // With left censoring, the weight of a first segment that lasts at least until t, its law not
  // counted: initial times the factors up to t  (min(T, D) x N). `start` is then 0 at t = 0.
  WideTable first;
};

// log_density (T x N), T >= 1, finite or -infinity. A sequence no path can produce has
// log_likelihood -infinity; the messages then end where it becomes impossible.
ForwardMessages Forward(const HsmmTables& tables, const Eigen::MatrixXd& log_density);

}  // namespace edgesim
