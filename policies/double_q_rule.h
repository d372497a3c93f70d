// Double Q-learning (van Hasselt 2010; Sutton and Barto, section 6.7): one table names the best
// action next, the other says what it is worth; a coin says which of them learns.
#pragma once

#include <algorithm>
#include <array>

#include "policies/policy_state.h"
#include "policies/tabular_rule.h"

namespace edgesim {

class DoubleQRule final : public TabularRule {
  static constexpr std::array<const char*, 5> kParts = {"q1", "q2", "count1", "count2", "mean"};
  template <class Self>
  static auto& Part(Self& self, std::size_t i) {
    return i < 2 ? self.tables_[i] : i < 4 ? self.counts_[i - 2] : self.mean_;
  }

 public:
  DoubleQRule(std::uint32_t states, std::size_t actions)
      : tables_{QTable(states, actions, 0), QTable(states, actions, 0)},
        counts_{QTable(states, actions, 0), QTable(states, actions, 0)},
        mean_(states, actions, 0) {}

  // The mean of the two, or of the one that has learned the action.
  const QTable& Values() const override { return mean_; }
  const QTable& Table(std::size_t which) const { return tables_[which]; }

  void Update(const TabularStep& step, const Noise& noise) override {
    WordStream words = noise.Words(Stream::kResample);
    const std::uint32_t coin = UniformIndex(words, 2);
    UpdateTable(coin, step, words);
  }

  // `which` (0 or 1) learns, at a rate of its own count; ties of its best actions go by `ties`.
  void UpdateTable(std::size_t which, const TabularStep& step, WordStream& ties) {
    QTable& own = tables_[which];
    const QTable& other = tables_[1 - which];
    double future = 0;
    if (step.next) future = step.discount * other.Value(*step.next, own.Greedy(*step.next, ties));
    const double count = counts_[which].Value(step.state, step.action) + 1;
    counts_[which].Move(step.state, step.action, count, 1);
    own.Move(step.state, step.action, step.reward + future, std::max(step.rate_floor, 1 / count));
    SetMean(step.state, step.action);
  }

  void Save(PolicyState& state) const override {
    for (std::size_t i = 0; i < kParts.size(); ++i) state[kParts[i]] = Part(*this, i).Flat();
  }
  void Load(const PolicyState& state) override {
    for (std::size_t i = 0; i < kParts.size(); ++i)
      Part(*this, i).SetFlat(StatePart(state, kParts[i], mean_.size()));
  }

 private:
  void SetMean(std::uint32_t state, ActionId action) {
    double sum = 0, learned = 0;
    for (std::size_t i = 0; i < 2; ++i) {
      if (counts_[i].Value(state, action) == 0) continue;
      sum += tables_[i].Value(state, action);
      ++learned;
    }
    mean_.Move(state, action, sum / learned, 1);
  }

  std::array<QTable, 2> tables_, counts_;
  QTable mean_;
};

}  // namespace edgesim
