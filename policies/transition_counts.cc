#include "policies/transition_counts.h"

#include "sim/input_error.h"

namespace edgesim {

namespace {

std::size_t IndexBelow(std::size_t end, double value) {
  if (value >= 0 && value < static_cast<double>(end)) return static_cast<std::size_t>(value);
  throw InputError(
      "the saved policy counts a state that this policy does not have; load it into a policy of "
      "the same features, bins, requests and actions");
}

}  // namespace

void TransitionCounts::Add(std::uint32_t state, ActionId action, std::uint32_t next,
                           std::span<const double> signals) {
  const std::size_t cell = state * actions_ + action;
  if (outcomes_[cell].empty()) seen_.push_back(cell);
  Outcome& outcome = outcomes_[cell][next];
  ++outcome.count;
  outcome.sums.resize(signals_);
  for (std::size_t i = 0; i < signals_; ++i) outcome.sums[i] += signals[i];
}

void TransitionCounts::Save(PolicyState& state) const {
  std::vector<double>&pairs = state["pairs"], &rows = state["outcomes"];
  for (const std::size_t cell : seen_) {
    pairs.push_back(static_cast<double>(cell));
    for (const auto& [next, outcome] : outcomes_[cell]) {
      rows.insert(rows.end(),
                  {static_cast<double>(cell), static_cast<double>(next), outcome.count});
      rows.insert(rows.end(), outcome.sums.begin(), outcome.sums.end());
    }
  }
}

void TransitionCounts::Load(const PolicyState& state) {
  const std::vector<double>&pairs = StatePart(state, "pairs"), &rows = StatePart(state, "outcomes");
  const std::size_t width = 3 + signals_;
  bool whole = rows.size() % width == 0;
  std::vector<Outcomes> outcomes(outcomes_.size());
  for (std::size_t i = 0; whole && i < rows.size(); i += width) {
    Outcomes& at = outcomes[IndexBelow(outcomes.size(), rows[i])];
    const auto sums = rows.begin() + static_cast<std::ptrdiff_t>(i) + 3;
    at[static_cast<std::uint32_t>(IndexBelow(std::size_t{states_} + 1, rows[i + 1]))] = {
        rows[i + 2], {sums, sums + static_cast<std::ptrdiff_t>(signals_)}};
  }
  std::vector<std::size_t> seen;
  for (const double pair : pairs) {
    seen.push_back(IndexBelow(outcomes.size(), pair));
    whole = whole && !outcomes[seen.back()].empty();
  }
  if (!whole) throw InputError("part 'outcomes' of the saved policy is not whole; save it again");
  outcomes_ = std::move(outcomes);
  seen_ = std::move(seen);
}

}  // namespace edgesim
