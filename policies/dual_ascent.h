// A Lagrange multiplier by projected dual ascent, lambda <- [lambda + eta_n (J - d)] held within
// [0, max], with steps eta_n = max(floor, start / n^power) (Tessler et al. 2019, arXiv 1805.11074,
// without the learning).
#pragma once

#include <algorithm>
#include <array>
#include <cmath>

namespace edgesim {

struct DualAscentSteps {
  double start = 10;
  double power = 0.75;
  double floor = 0;
};

class DualAscent {
 public:
  DualAscent(const DualAscentSteps& steps, double lambda_start, double lambda_max)
      : steps_(steps), max_(lambda_max) {
    Reset(lambda_start);
  }

  void Reset(double lambda_start) {
    lambda_ = std::clamp(lambda_start, 0.0, max_);
    updates_ = 0;
  }

  // `cost` of an episode, or the mean of a batch of them; returns the new lambda.
  double Update(double cost, double limit) {
    ++updates_;
    const double step = std::max(steps_.floor, steps_.start / std::pow(updates_, steps_.power));
    return lambda_ = std::clamp(lambda_ + step * (cost - limit), 0.0, max_);
  }

  double lambda() const { return lambda_; }

  static constexpr std::size_t kMemory = 2;
  std::array<double, kMemory> Memory() const { return {lambda_, updates_}; }
  void SetMemory(const std::array<double, kMemory>& memory) {
    lambda_ = memory[0];
    updates_ = memory[1];
  }

 private:
  DualAscentSteps steps_;
  double max_;
  double lambda_ = 0;
  double updates_ = 0;
};

}  // namespace edgesim
