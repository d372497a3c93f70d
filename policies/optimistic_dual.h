// The price of one constraint by optimistic gradient ascent with regularisation, whose last iterate
// converges where plain ascent circles (ReLOAD, Moskovitz et al., arXiv 2302.01275).
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace edgesim {

struct OptimisticDualConfig {
  double lambda_start = 0;
  double step = 5;               // the k-th step is step / sqrt(k),
  double step_floor = 0.05;      // but not less than this
  double regularisation = 1e-3;  // tau of (tau / 2) lambda^2
  template <class V>
  void Visit(V& v) {
    v.Field("lambda_start", lambda_start, 0, 1e6);
    v.Field("step", step, 1e-6, 1e6);
    v.Field("step_floor", step_floor, 0, 1e6);
    v.Field("regularisation", regularisation, 0, 1);
  }
};

class OptimisticDual {
 public:
  explicit OptimisticDual(const OptimisticDualConfig& config)
      : config_(config), lambda_(config.lambda_start) {}

  // Once the current policy costs `cost` where `limit` is allowed:
  //   g = (cost - limit) / limit - tau lambda,  lambda = max(0, lambda + eta (2 g - g of before)).
  // The excess is relative to the limit: the same steps serve limits of any size. Returns lambda.
  double Update(double cost, double limit) {
    const double excess = (cost - limit) / std::max(limit, kLeastLimit);
    const double gradient = excess - config_.regularisation * lambda_;
    const double before = updates_ > 0 ? gradient_ : gradient;
    const double eta = std::max(config_.step_floor, config_.step / std::sqrt(++updates_));
    lambda_ = std::max(0.0, lambda_ + eta * (2 * gradient - before));
    gradient_ = gradient;
    return lambda_;
  }
  double lambda() const { return lambda_; }

  static constexpr std::size_t kSaved = 3;  // numbers
  void SaveTo(std::vector<double>& out) const {
    out.insert(out.end(), {lambda_, gradient_, updates_});
  }
  void LoadFrom(const double* saved) {
    lambda_ = saved[0];
    gradient_ = saved[1];
    updates_ = saved[2];
  }

 private:
  static constexpr double kLeastLimit = 1e-6;  // a limit of 0 is priced as if it were this

  OptimisticDualConfig config_;
  double lambda_;
  double gradient_ = 0;
  double updates_ = 0;
};

}  // namespace edgesim
