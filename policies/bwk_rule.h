// Parts of the primal-dual bandit with knapsacks (Badanidiyuru, Kleinberg and Slivkins, JACM 2018):
// what an arm is believed to earn and to cost, and the price of the resource.
#pragma once

#include <algorithm>
#include <cmath>

namespace edgesim {

// Means of what was seen, with a confidence radius sqrt(exploration ln(1 + rounds) / tries).
class BwkArm {
 public:
  void Update(double reward, double cost) {
    ++tries_;
    reward_ += (reward - reward_) / tries_;
    cost_ += (cost - cost_) / tries_;
  }
  // UCB of the reward less `price` times the LCB of the cost. An arm never tried comes first.
  double Score(double price, double exploration, double rounds) const {
    if (tries_ == 0) return INFINITY;
    const double radius = std::sqrt(exploration * std::log1p(rounds) / tries_);
    return reward_ + radius - price * std::max(0.0, cost_ - radius);
  }

  static constexpr std::size_t kSaved = 3;  // numbers
  void SaveTo(std::vector<double>& out) const { out.insert(out.end(), {tries_, reward_, cost_}); }
  void LoadFrom(const double* saved) {
    tries_ = saved[0];
    reward_ = saved[1];
    cost_ = saved[2];
  }

 private:
  double tries_ = 0, reward_ = 0, cost_ = 0;
};

// Online gradient descent on the price of a resource of which each round may use `allowed`: a round
// that used `cost` moves it by step / sqrt(round) (cost - allowed).
inline double MovedPrice(double price, double cost, double allowed, double step, double round) {
  return std::max(0.0, price + step / std::sqrt(round) * (cost - allowed));
}

}  // namespace edgesim
