#include "policies/transition_counts.h"

#include <algorithm>

#include "sim/input_error.h"

namespace edgesim {

namespace {

std::size_t IndexBelow(std::size_t end, double value) {
  if (value >= 0 && value < static_cast<double>(end)) return static_cast<std::size_t>(value);
  throw InputError(
      "the saved policy counts a state that this policy does not have; load it into a policy of "
      "the same features, bins, requests and actions");
}

// The part's rows of `width` numbers.
std::vector<std::span<const double>> Rows(const PolicyState& state, const std::string& name,
                                          std::size_t width) {
  const std::vector<double>& values = StatePart(state, name);
  if (values.size() % width != 0)
    throw InputError("part '" + name + "' of the saved policy is cut off; save it again");
  std::vector<std::span<const double>> rows;
  for (std::size_t i = 0; i < values.size(); i += width) rows.emplace_back(&values[i], width);
  return rows;
}

}  // namespace

void TransitionCounts::Add(std::uint32_t state, ActionId action, std::optional<std::uint32_t> next,
                           std::span<const double> signals) {
  const std::size_t cell = Cell(state, action);
  if (visits_[cell] == 0) seen_.push_back(cell);
  ++visits_[cell];
  for (std::size_t i = 0; i < signals_; ++i) sums_[cell * signals_ + i] += signals[i];
  if (!next) return;
  std::vector<Next>& nexts = nexts_[cell];
  const auto found =
      std::find_if(nexts.begin(), nexts.end(), [&](const Next& n) { return n.state == *next; });
  if (found == nexts.end()) {
    nexts.push_back({*next, 1});
  } else {
    ++found->count;
  }
}

void TransitionCounts::Save(PolicyState& state) const {
  std::vector<double>&pairs = state["pairs"], &rows = state["nexts"];
  for (const std::size_t cell : seen_) {
    pairs.insert(pairs.end(), {static_cast<double>(cell), visits_[cell]});
    for (std::size_t i = 0; i < signals_; ++i) pairs.push_back(sums_[cell * signals_ + i]);
    for (const Next& next : nexts_[cell])
      rows.insert(rows.end(),
                  {static_cast<double>(cell), static_cast<double>(next.state), next.count});
  }
}

void TransitionCounts::Load(const PolicyState& state) {
  const std::size_t states = visits_.size() / actions_;
  TransitionCounts read(static_cast<std::uint32_t>(states), actions_, signals_);
  for (const auto row : Rows(state, "pairs", 2 + signals_)) {
    const std::size_t cell = IndexBelow(visits_.size(), row[0]);
    read.seen_.push_back(cell);
    read.visits_[cell] = row[1];
    for (std::size_t i = 0; i < signals_; ++i) read.sums_[cell * signals_ + i] = row[2 + i];
  }
  for (const auto row : Rows(state, "nexts", 3)) {
    const auto next = static_cast<std::uint32_t>(IndexBelow(states, row[1]));
    read.nexts_[IndexBelow(visits_.size(), row[0])].push_back({next, row[2]});
  }
  *this = std::move(read);
}

}  // namespace edgesim
