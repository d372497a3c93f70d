// Steps of tabular Q-learning per second of CPU time, environment and keyed draws included, one
// thread: a flat table of padded rows (policies/flat_q.h) beside the same loop on hash maps keyed
// by state, of plain rows and of the padded ones;
// and the time of an optimum under one constraint.
//   learn_bench [rounds] [episodes]
//
// The toy: 100 units of energy, 20 requests, 6 actions, with means, rewards and spread of our own
// choice. A request of action a takes kLeast[a] .. kLeast[a] + kSpread[a] - 1 units, all as likely,
// and earns kReward[a]; one that does not fit in what is left earns nothing and ends the episode.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <ctime>
#include <unordered_map>
#include <vector>

#include "policies/cmdp_solver.h"
#include "policies/flat_q.h"
#include "sim/rng.h"
#include "tests/support/presets.h"

namespace edgesim {
namespace {

constexpr std::uint32_t kEnergy = 100, kRequests = 20, kActions = 6;
constexpr std::array<std::uint32_t, kActions> kLeast = {1, 2, 3, 5, 8, 13};
constexpr std::array<std::uint32_t, kActions> kSpread = {3, 3, 4, 6, 9, 13};  // means 2 .. 19
constexpr std::array<float, kActions> kReward = {.55F, .67F, .75F, .80F, .84F, .87F};
constexpr std::uint32_t kStates = (kEnergy + 1) * kRequests;
constexpr float kLearningRate = 0.05F, kEpsilon = 0.1F;  // no discount
constexpr double kTwo32 = 4294967296.0;

std::uint32_t StateOf(std::uint32_t request, std::uint32_t left) {
  return request * (kEnergy + 1) + left;
}

// 0 .. n-1 from 32 random bits.
std::uint32_t Below(std::uint32_t n, std::uint32_t random) {
  return static_cast<std::uint32_t>((std::uint64_t{random} * n) >> 32);
}

// Six values, searched one by one.
class PlainRow {
 public:
  PlainRow() = default;
  PlainRow(std::size_t, float initial) { values_.fill(initial); }
  float Best() const { return *std::max_element(values_.begin(), values_.end()); }
  ActionId Greedy(float best, std::uint32_t random) const {
    const auto ties = std::count(values_.begin(), values_.end(), best);
    std::uint32_t skip = Below(static_cast<std::uint32_t>(ties), random);
    ActionId action = 0;
    while (values_[action] != best || skip-- > 0) ++action;
    return action;
  }
  void Move(ActionId action, float target, float learning_rate) {
    values_[action] += learning_rate * (target - values_[action]);
  }

 private:
  std::array<float, kActions> values_{};
};

// Rows behind a hash of their states, made when first seen.
template <class RowType>
class HashedQ {
 public:
  HashedQ(std::uint32_t, std::size_t actions, float initial) : fresh_(actions, initial) {}
  RowType& Row(std::uint32_t state) { return rows_.try_emplace(state, fresh_).first->second; }

 private:
  RowType fresh_;
  std::unordered_map<std::uint32_t, RowType> rows_;
};

struct Played {
  std::uint64_t steps = 0;
  double reward = 0;  // of an episode
};

// One block of two words per step: the first says whether to explore and with what, the second
// breaks ties and draws the energy. Learns where `epsilon` is above 0.
template <class Table>
Played Play(Table& table, std::uint64_t seed, std::uint32_t episodes, float epsilon) {
  const auto explore_below = static_cast<std::uint32_t>(static_cast<double>(epsilon) * kTwo32);
  Played played;
  for (std::uint32_t episode = 0; episode < episodes; ++episode) {
    std::uint32_t left = kEnergy;
    auto* row = &table.Row(StateOf(0, left));
    float best = row->Best();
    for (std::uint32_t request = 0; request < kRequests; ++request) {
      WordStream words(seed, request, episode);
      const std::uint64_t choice = words(), world = words();
      const ActionId random = Below(kActions, static_cast<std::uint32_t>(choice >> 32));
      const ActionId greedy = row->Greedy(best, static_cast<std::uint32_t>(world));
      const ActionId action = static_cast<std::uint32_t>(choice) < explore_below ? random : greedy;
      const std::uint32_t energy =
          kLeast[action] + Below(kSpread[action], static_cast<std::uint32_t>(world >> 32));
      ++played.steps;
      if (energy > left) {
        if (explore_below > 0) row->Move(action, 0, kLearningRate);
        break;
      }
      left -= energy;
      played.reward += static_cast<double>(kReward[action]);
      auto* next = row;
      float future = 0;
      if (request + 1 < kRequests) {
        next = &table.Row(StateOf(request + 1, left));
        future = next->Best();
      }
      if (explore_below > 0) row->Move(action, kReward[action] + future, kLearningRate);
      row = next;
      best = future;
    }
  }
  played.reward /= episodes;
  return played;
}

double CpuSeconds() {
  return static_cast<double>(std::clock()) / static_cast<double>(CLOCKS_PER_SEC);
}

struct Timed {
  std::vector<double> msteps_per_s;  // [round]
  double train_reward = 0, greedy_reward = 0;
};

template <class Table>
void Round(Timed& timed, std::uint64_t seed, std::uint32_t episodes) {
  Table table(kStates, kActions, 0);
  const double start = CpuSeconds();
  const Played training = Play(table, seed, episodes, kEpsilon);
  const double seconds = CpuSeconds() - start;
  timed.msteps_per_s.push_back(static_cast<double>(training.steps) / seconds * 1e-6);
  timed.train_reward = training.reward;
  constexpr std::uint32_t kTried = 20'000;
  timed.greedy_reward = Play(table, seed + 1, kTried, 0).reward;
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void Print(const char* name, const Timed& timed) {
  const auto [low, high] =
      std::minmax_element(timed.msteps_per_s.begin(), timed.msteps_per_s.end());
  fmt::print("{:<36}{:>10.1f} [{:.1f}, {:.1f}]{:>12.3f}{:>10.3f}\n", name,
             Median(timed.msteps_per_s), *low, *high, timed.train_reward, timed.greedy_reward);
}

int Run(int rounds, std::uint32_t episodes) {
  Timed flat, hashed, hashed_flat;
  for (int round = 0; round < rounds; ++round) {  // in turns: all meet the same neighbours
    const auto seed = static_cast<std::uint64_t>(2 * round);
    Round<FlatQ>(flat, seed, episodes);
    Round<HashedQ<PlainRow>>(hashed, seed, episodes);
    Round<HashedQ<FlatQRow>>(hashed_flat, seed, episodes);
    if (flat.greedy_reward != hashed.greedy_reward ||
        flat.greedy_reward != hashed_flat.greedy_reward) {
      fmt::print("the tables learned different values\n");
      return 1;
    }
  }
  fmt::print("{} episodes, median [range] of {} rounds, CPU time\n", episodes, rounds);
  fmt::print("{:<36}{:>10}{:>26}{:>10}\n", "table", "M steps/s", "reward, training", "greedy");
  Print("flat, padded rows", flat);
  Print("std::unordered_map of plain rows", hashed);
  Print("std::unordered_map of padded rows", hashed_flat);
  const double speed = Median(flat.msteps_per_s);
  fmt::print("flat / map: {:.2f} of plain rows, {:.2f} of padded rows\n",
             speed / Median(hashed.msteps_per_s), speed / Median(hashed_flat.msteps_per_s));
  return 0;
}

// The optimum under one constraint: S2 on 200 steps, P(brown-out) <= 0.01.
void TimeDualSearch(int rounds) {
  DecisionModel model = ModelOf(kS2, 200);
  model.brown_out_reward = 0;
  model.constraints = {{.kind = CostKind::kBrownOut, .limit = 0.01}};
  model = Filled(model);
  std::vector<double> ms;
  ConstrainedPlan plan;
  for (int round = 0; round < rounds; ++round) {
    const double start = CpuSeconds();
    plan = SolveConstrained(model);
    ms.push_back((CpuSeconds() - start) * 1e3);
  }
  const auto [low, high] = std::minmax_element(ms.begin(), ms.end());
  fmt::print("constrained optimum, 200 energy steps: {:.1f} ms [{:.1f}, {:.1f}], {} inductions\n",
             Median(ms), *low, *high, plan.inductions);
}

}  // namespace
}  // namespace edgesim

int main(int argc, char** argv) {
  const int rounds = argc > 1 ? std::atoi(argv[1]) : 9;
  const int episodes = argc > 2 ? std::atoi(argv[2]) : 100'000;
  if (rounds < 1 || episodes < 1) {
    fmt::print(stderr, "learn_bench [rounds] [episodes]: both at least 1\n");
    return 2;
  }
  edgesim::TimeDualSearch(rounds);
  return edgesim::Run(rounds, static_cast<std::uint32_t>(episodes));
}
