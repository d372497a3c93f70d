#include "experiments/policy_table.h"

#include <fmt/format.h>

#include <algorithm>

#include "experiments/replica_run.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

// Steps or bins of energy of one kind; 0 where it has none.
template <class Kind>
std::uint32_t EnergySteps(const Kind& kind) {
  if constexpr (requires { kind.energy_bins; }) {
    return kind.energy_bins + 1;  // saute-q has one more
  } else if constexpr (requires { kind.learner.energy_steps; }) {
    return kind.learner.energy_steps;
  } else if constexpr (requires { kind.energy_steps; }) {
    return kind.energy_steps;
  } else {
    return 0;
  }
}

constexpr const char* kHint =
    "a table needs a policy that chooses by energy left, requests left and class alone, such as "
    "exact-dp, pacing or a frozen q-learning";

class Asker {
 public:
  Asker(Policy& policy, const TableGrid& grid, const std::string& name)
      : policy_(policy), grid_(grid), name_(name) {}

  ActionId Ask(double left_j, std::uint32_t requests_left, std::uint32_t class_id) {
    return Once({.energy_left = Joules(left_j),
                 .energy_budget = Joules(grid_.budget_j),
                 .requests_left = requests_left,
                 .request_index = grid_.requests - requests_left,
                 .class_id = class_id});
  }

  ActionId AskTwice(double left_j, std::uint32_t requests_left, std::uint32_t class_id) {
    const ActionId one = Ask(left_j, requests_left, class_id);
    if (one != Ask(left_j, requests_left, class_id)) {
      throw InputError(fmt::format(
          "policy '{}' draws at random: asked twice at {:g} J and {} requests left it chose two "
          "actions; {}",
          name_, left_j, requests_left, kHint));
    }
    return one;
  }

 private:
  ActionId Once(const Observation& seen) {
    const Noise noise{.seed = 1,
                      .replica = 0,
                      .episode = asked_++,  // a mixture draws anew
                      .entity = seen.request_index,
                      .phase = Phase::kEval};
    policy_.BeginEpisode(noise.episode, noise.phase);
    return policy_.Act(seen, noise);
  }

  Policy& policy_;
  const TableGrid& grid_;
  const std::string& name_;
  std::uint32_t asked_ = 0;
};

PolicyTable::Ladder LadderOf(Asker& asker, const TableGrid& grid, std::uint32_t requests_left,
                             std::uint32_t class_id) {
  const double smallest = 1e-18 * grid.budget_j;
  const auto point = [&](std::uint32_t i) { return grid.budget_j * i / grid.points; };
  PolicyTable::Ladder ladder{.from_j = {0}, .action = {asker.AskTwice(0, requests_left, class_id)}};
  for (std::uint32_t i = 1; i <= grid.points; ++i) {
    double low = point(i - 1);
    const ActionId end = asker.AskTwice(point(i), requests_left, class_id);
    while (ladder.action.back() != end) {  // from `low` on up to its next change
      double high = point(i);
      ActionId next = end;
      while (high - low > smallest) {
        const double middle = low + (high - low) / 2;
        if (middle <= low || middle >= high) break;
        const ActionId there = asker.Ask(middle, requests_left, class_id);
        (there == ladder.action.back() ? low : high) = middle;
        if (there != ladder.action.back()) next = there;
      }
      ladder.from_j.push_back(high);
      ladder.action.push_back(next);
      low = high;
    }
  }
  return ladder;
}

// Compares with a table at each decision.
class Compared final : public Policy {
 public:
  Compared(Policy& inside, const PolicyTable& table, const std::string& name)
      : inside_(inside), table_(table), name_(name) {}
  void BeginEpisode(std::uint32_t episode, Phase phase) override {
    inside_.BeginEpisode(episode, phase);
  }
  ActionId Act(const Observation& seen, const Noise& noise) override {
    const ActionId action = inside_.Act(seen, noise);
    const std::uint32_t left = seen.requests_left.value_or(table_.requests);
    if (action != table_.Choose(seen.energy_left, left, seen.class_id)) {
      throw InputError(fmt::format(
          "policy '{}' cannot be a table: in an evaluation episode, at {:.9g} J and {} requests "
          "left, it chose otherwise than when asked alone; {}",
          name_, seen.energy_left.value(), left, kHint));
    }
    return action;
  }

 private:
  Policy& inside_;
  const PolicyTable& table_;
  const std::string& name_;
};

}  // namespace

TableGrid TableGridOf(const BuiltExperiment& built, const PolicyConfig* policy) {
  constexpr std::uint32_t kPointsPerStep = 4;
  std::uint32_t steps = built.config.optimum.energy_steps;
  if (policy != nullptr) {
    steps = std::max(steps,
                     std::visit([](const auto& kind) { return EnergySteps(kind); }, policy->kind));
  }
  return {.budget_j = built.config.energy_budget.limit_j,
          .requests = built.config.workload.requests,
          .classes = static_cast<std::uint32_t>(built.VisibleClasses()),
          .points = kPointsPerStep * steps};
}

PolicyTable Tabulate(Policy& policy, const TableGrid& grid, const std::string& name) {
  PolicyTable table{.requests = grid.requests, .classes = grid.classes, .ladders = {}};
  Asker asker(policy, grid, name);
  for (std::uint32_t left = 1; left <= grid.requests; ++left) {
    for (std::uint32_t c = 0; c < grid.classes; ++c)
      table.ladders.push_back(LadderOf(asker, grid, left, c));
  }
  return table;
}

void CheckTable(const BuiltExperiment& built, Policy& policy, const PolicyTable& table,
                std::uint32_t replica, const std::string& name) {
  constexpr std::uint32_t kEpisodes = 20;
  Compared compared(policy, table, name);
  for (std::uint32_t e = 0; e < std::min(kEpisodes, built.config.episodes.eval); ++e)
    RunEpisode(built.world, compared, name, EpisodeNoise(built, replica, e, Phase::kEval));
}

}  // namespace edgesim
