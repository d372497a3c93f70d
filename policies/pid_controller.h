// A Lagrange multiplier by a PID controller (Stooke, Achiam, Abbeel 2020, arXiv 2007.03964):
// lambda = [K_P e + K_I I + K_D (J - J_before)+]+ with e = J - d and I = [I + e]+.
#pragma once

#include <algorithm>
#include <array>

namespace edgesim {

struct PidGains {
  double proportional = 0.2;
  double integral = 0.45;
  double derivative = 0.1;
};

class PidController {
 public:
  // The integral starts where it gives lambda_start alone; integral > 0.
  PidController(const PidGains& gains, double lambda_start, double lambda_max)
      : gains_(gains), max_(lambda_max) {
    Reset(lambda_start);
  }

  void Reset(double lambda_start) {
    lambda_ = std::clamp(lambda_start, 0.0, max_);
    integral_ = lambda_ / gains_.integral;
    before_ = 0;
    started_ = 0;
  }

  // `cost` of an episode, or the mean of a batch of them; returns the new lambda. The integral is
  // held where it alone gives the largest lambda, so that it does not wind up.
  double Update(double cost, double limit) {
    const double error = cost - limit;
    integral_ = std::clamp(integral_ + error, 0.0, max_ / gains_.integral);
    const double rise = started_ != 0 ? std::max(0.0, cost - before_) : 0;
    before_ = cost;
    started_ = 1;
    const double sum =
        gains_.proportional * error + gains_.integral * integral_ + gains_.derivative * rise;
    return lambda_ = std::clamp(sum, 0.0, max_);
  }

  double lambda() const { return lambda_; }

  static constexpr std::size_t kMemory = 4;
  std::array<double, kMemory> Memory() const { return {lambda_, integral_, before_, started_}; }
  void SetMemory(const std::array<double, kMemory>& memory) {
    lambda_ = memory[0];
    integral_ = memory[1];
    before_ = memory[2];
    started_ = memory[3];
  }

 private:
  PidGains gains_;
  double max_;
  double lambda_ = 0, integral_ = 0, before_ = 0;
  double started_ = 0;  // 1: there is a cost before
};

}  // namespace edgesim
