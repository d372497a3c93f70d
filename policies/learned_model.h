// What a learner knows of the world from its own transitions, as a decision model. No family of the
// energy law is assumed: it is the product-limit estimate (Kaplan and Meier, JASA 1958) on a grid
// of energy, where a request that the budget's end cut is known to need more than was left.
#pragma once

#include <cstdint>
#include <vector>

#include "policies/context.h"

namespace edgesim {

// What was seen of one action on one class of requests; index k stands for k energy steps, the last
// one for all that does not fit into the budget. A drawn energy is split between its two grid
// points so that the mean is kept.
struct OutcomeCounts {
  explicit OutcomeCounts(std::size_t cells = 0)
      : ended(cells), cut(cells), reward(cells), exceeded(cells), late(cells) {}
  void Add(const OutcomeCounts& other);

  bool refused = false;
  double tries = 0;            // both that ended and that were cut
  double reward_squares = 0;   // summed over what ended
  std::vector<double> ended;   // requests that took this energy
  std::vector<double> cut;     // requests cut with this energy spent
  std::vector<double> reward;  // summed over what ended here, as are the next two
  std::vector<double> exceeded;
  std::vector<double> late;
};

// P(energy = k steps) from weights of what ended and what was cut at k; sums to 1. What no
// observation tells apart lies one step above the highest cut.
std::vector<double> ProductLimit(const std::vector<double>& ended, const std::vector<double>& cut);

// Its memory does not grow with what it has seen.
class LearnedModel {
 public:
  // `energy_steps` of the grid that make up the budget.
  LearnedModel(const PolicyContext& context, std::uint32_t energy_steps);

  void Add(const Transition& transition);
  // This action is not to be had on this class.
  void Refuse(std::uint32_t class_id, ActionId action);

  double Requests() const { return requests_seen_; }
  double Tries(std::uint32_t class_id, ActionId action) const {
    return Cell(class_id, action).tries;
  }
  // An action tried less than `least` times on this class, the least tried first, the refused left
  // out; `actions` if there is none.
  ActionId Untried(std::uint32_t class_id, double least) const;

  // The estimate. An action never tried on a class is as it was on the others; one never tried at
  // all costs nothing and earns the highest score; one refused takes more than the budget. Needs
  // one transition at least.
  DecisionModel Estimate() const;
  // A draw from the posterior: each observation weighs Exp(1) (the Bayesian bootstrap; Lo, Annals
  // of Statistics 1993, for censored data); the mean score moves by its standard error.
  DecisionModel Draw(WordStream& words) const;

  // Load throws InputError on other sizes.
  void Save(PolicyState& state) const;
  void Load(const PolicyState& state);

 private:
  const OutcomeCounts& Cell(std::uint32_t class_id, ActionId action) const {
    return cells_[class_id * actions_ + action];
  }
  OutcomeCounts Known(std::uint32_t class_id, ActionId action) const;
  DecisionModel Make(WordStream* words) const;

  std::size_t actions_;
  std::uint32_t requests_, energy_steps_;
  bool budget_ends_episode_;
  std::vector<CostConstraint> constraints_;
  std::vector<OutcomeCounts> cells_;  // [class][action]
  std::vector<double> class_count_;
  double requests_seen_ = 0;
  double budget_j_ = 0;
  double brown_outs_ = 0, brown_out_reward_ = 0;  // number and sum
};

}  // namespace edgesim
