#include "experiments/sensitivity_text.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "experiments/text_table.h"

namespace edgesim {

namespace {

using Json = nlohmann::json;

constexpr std::size_t kBest = 5;  // whose order is judged

std::string Tau(const std::optional<double>& tau) {
  return tau ? fmt::format("{:.3f}", *tau) : std::string("unknown, all rewards are equal");
}

// `origin`: the experiment as it is.
std::string WorldTable(const WorldReport& world, const WorldReport& origin) {
  const bool as_is = &world == &origin;
  std::vector<std::vector<std::string>> rows = {{"policy", "rank"}};
  if (!as_is) rows[0].emplace_back("was");
  rows[0].emplace_back("reward");
  if (!as_is) rows[0].emplace_back("change");
  if (world.optimum) rows[0].emplace_back("regret");
  for (const Certificate& c : world.policies[0].constraints) {
    rows[0].push_back(fmt::format("{} <= {:g}", Title(c.constraint.kind), c.constraint.limit));
    rows[0].emplace_back("kept");
  }
  std::vector<std::size_t> listed(world.policies.size());
  for (std::size_t p = 0; p < listed.size(); ++p) listed[p] = p;
  std::stable_sort(listed.begin(), listed.end(), [&](std::size_t a, std::size_t b) {
    return world.policies[a].rank < world.policies[b].rank;
  });
  for (const std::size_t p : listed) {
    const PolicyInWorld& policy = world.policies[p];
    std::vector<std::string>& row = rows.emplace_back(1, policy.name);
    row.push_back(fmt::format("{}", policy.rank));
    if (!as_is) row.push_back(fmt::format("{}", origin.policies[p].rank));
    row.push_back(Show(policy.reward, 2));
    if (!as_is) row.push_back(Show(policy.change, 2));
    if (world.optimum) row.push_back(Show(policy.regret, 3));
    for (const Certificate& c : policy.constraints) {
      row.push_back(Show(c.cost, 4));
      row.emplace_back(c.verdict == ConstraintVerdict::kMet      ? "yes"
                       : c.verdict == ConstraintVerdict::kBroken ? "NO"
                                                                 : "open");
    }
  }
  std::string title = world.name;
  if (!as_is) title += fmt::format(": Kendall's tau-b {}", Tau(world.tau));
  if (world.optimum) {
    title += fmt::format("{} optimum {}{}", as_is ? ":" : ",", as_is ? "" : "planned for it ",
                         Show(*world.optimum, 2));
  } else {
    title += fmt::format("; no optimum: {}", world.none_because);
  }
  return title + '\n' + TextTable(rows) + '\n';
}

struct LargestRegret {
  Estimate regret;
  std::string world;
};

std::optional<LargestRegret> Largest(const SensitivityReport& report, std::size_t policy) {
  std::optional<LargestRegret> largest;
  for (const WorldReport& world : report) {
    const std::optional<Estimate>& regret = world.policies[policy].regret;
    if (regret && (!largest || regret->mean > largest->regret.mean))
      largest = {.regret = *regret, .world = world.name};
  }
  return largest;
}

std::string Overview(const SensitivityReport& report) {
  std::vector<std::vector<std::string>> rows = {
      {"over all worlds", "rank as it is", "ranks", "largest regret", "where"}};
  for (std::size_t p = 0; p < report[0].policies.size(); ++p) {
    std::size_t least = report.size() * report[0].policies.size(), most = 0;
    for (const WorldReport& world : report) {
      least = std::min(least, world.policies[p].rank);
      most = std::max(most, world.policies[p].rank);
    }
    const std::optional<LargestRegret> largest = Largest(report, p);
    rows.push_back({report[0].policies[p].name, fmt::format("{}", report[0].policies[p].rank),
                    least == most ? fmt::format("{}", least) : fmt::format("{}-{}", least, most),
                    largest ? Show(largest->regret, 3) : "-", largest ? largest->world : "-"});
  }
  return TextTable(rows);
}

std::string OrderOfTheBest(const SensitivityReport& report) {
  std::vector<std::string> best, moved;
  for (std::size_t p = 0; p < std::min(kBest, report[0].policies.size()); ++p)
    best.push_back(report[0].policies[p].name);
  for (std::size_t w = 1; w < report.size(); ++w) {
    const std::vector<RankSwap> swaps = SwapsAmongBest(report[0], report[w], kBest);
    if (swaps.empty()) continue;
    const bool within = std::all_of(swaps.begin(), swaps.end(), [](const RankSwap& swap) {
      return swap.here.ci95 && !swap.beyond_noise;
    });
    moved.push_back(report[w].name + (within ? " (within noise)" : ""));
  }
  const std::size_t worlds = report.size() - 1;
  std::string text =
      fmt::format("The order of the {} best policies ({}) is the same in {} of {} worlds",
                  best.size(), fmt::join(best, ", "), worlds - moved.size(), worlds);
  if (!moved.empty()) text += fmt::format("; it changes under {}", fmt::join(moved, ", "));
  return text + ".";
}

// The pairs that change places beyond noise, each with its worlds, and how many others do.
std::vector<std::string> WhoSwaps(const SensitivityReport& report) {
  struct Pair {
    RankSwap first;
    std::vector<std::string> worlds;
  };
  std::vector<Pair> pairs;
  std::size_t within = 0;
  bool intervals = true;
  for (const WorldReport& world : report) {
    for (const RankSwap& swap : world.swaps) {
      intervals = intervals && swap.here.ci95;
      if (!swap.beyond_noise) {
        ++within;
        continue;
      }
      auto at = std::find_if(pairs.begin(), pairs.end(), [&](const Pair& pair) {
        return pair.first.ahead == swap.ahead && pair.first.behind == swap.behind;
      });
      if (at == pairs.end()) at = pairs.insert(pairs.end(), {.first = swap, .worlds = {}});
      at->worlds.push_back(fmt::format("{} ({})", world.name, Show(swap.here, 3)));
    }
  }
  std::vector<std::string> sentences;
  for (const Pair& pair : pairs) {
    sentences.push_back(fmt::format(
        "{} and {} swap: the first is ahead by {} as it is, and behind under {}.", pair.first.ahead,
        pair.first.behind, Show(pair.first.as_is, 3), fmt::join(pair.worlds, ", ")));
  }
  if (pairs.empty() && within == 0) return {"No two policies swap in any world."};
  if (!intervals) {
    return {
        fmt::format("{} swaps in all; whether they are more than noise is not known: {} "
                    "replicas are needed.",
                    within, kMinReplicas)};
  }
  if (pairs.empty()) sentences.emplace_back("No two policies swap beyond noise in any world.");
  if (within > 0) {
    sentences.push_back(fmt::format(
        "{} {}within noise: the 95 % interval of the paired difference holds 0 as it "
        "is or in that world.",
        within, within == 1 ? "swap of a pair in a world is " : "swaps of a pair in a world are "));
  }
  return sentences;
}

std::string LeastTau(const SensitivityReport& report) {
  const WorldReport* least = nullptr;
  for (std::size_t w = 1; w < report.size(); ++w) {
    if (report[w].tau && (least == nullptr || *report[w].tau < *least->tau)) least = &report[w];
  }
  if (least == nullptr) return "Kendall's tau-b is unknown: all rewards are equal.";
  return fmt::format("Least Kendall's tau-b of all {} policies: {}, under {}.",
                     least->policies.size(), Tau(least->tau), least->name);
}

std::vector<std::string> LostConstraints(const SensitivityReport& report) {
  std::vector<std::string> sentences;
  for (std::size_t p = 0; p < report[0].policies.size(); ++p) {
    const PolicyInWorld& as_is = report[0].policies[p];
    for (std::size_t c = 0; c < as_is.constraints.size(); ++c) {
      if (as_is.constraints[c].verdict != ConstraintVerdict::kMet) continue;
      std::vector<std::string> worlds;
      for (std::size_t w = 1; w < report.size(); ++w) {
        const Certificate& here = report[w].policies[p].constraints[c];
        if (here.verdict == ConstraintVerdict::kBroken)
          worlds.push_back(fmt::format("{} ({})", report[w].name, Show(here.cost, 4)));
      }
      if (worlds.empty()) continue;
      sentences.push_back(fmt::format("{} keeps {} <= {:g} as it is and breaks it under {}.",
                                      as_is.name, Title(as_is.constraints[c].constraint.kind),
                                      as_is.constraints[c].constraint.limit,
                                      fmt::join(worlds, ", ")));
    }
  }
  return sentences;
}

Json ToJson(const Estimate& e) {
  return {{"mean", e.mean}, {"ci95", e.ci95 ? Json({e.ci95->low, e.ci95->high}) : Json()}};
}

Json ToJson(const std::optional<Estimate>& e) { return e ? ToJson(*e) : Json(); }

Json ToJson(const PolicyInWorld& policy) {
  Json constraints = Json::array();
  for (const Certificate& c : policy.constraints) {
    constraints.push_back({{"kind", Name(c.constraint.kind)},
                           {"limit", c.constraint.limit},
                           {"cost", ToJson(c.cost)},
                           {"verdict", Name(c.verdict)}});
  }
  return {{"reward", ToJson(policy.reward)},
          {"change", ToJson(policy.change)},
          {"rank", policy.rank},
          {"regret", ToJson(policy.regret)},
          {"constraints", constraints}};
}

}  // namespace

std::string SensitivityTables(const SensitivityReport& report) {
  std::string text;
  for (const WorldReport& world : report) text += WorldTable(world, report[0]);
  return text + Overview(report);
}

std::vector<std::string> SensitivityVerdicts(const SensitivityReport& report) {
  std::vector<std::string> sentences = {OrderOfTheBest(report)};
  for (std::string& swap : WhoSwaps(report)) sentences.push_back(std::move(swap));
  sentences.push_back(LeastTau(report));
  for (std::string& lost : LostConstraints(report)) sentences.push_back(std::move(lost));
  if (const std::optional<LargestRegret> largest = Largest(report, 0)) {
    sentences.push_back(
        fmt::format("The best policy as it is, {}, loses at most {} to a plan made for the world, "
                    "under {}.",
                    report[0].policies[0].name, Show(largest->regret, 3), largest->world));
  }
  return sentences;
}

std::string SensitivityJson(const BuiltExperiment& built, const SensitivityReport& report) {
  const ExperimentConfig& config = built.config;
  Json root = {{"schema_version", 1},
               {"experiment",
                {{"name", config.name},
                 {"seed", config.seed},
                 {"replicas", config.replicas},
                 {"episodes_train", config.episodes.train},
                 {"episodes_eval", config.episodes.eval},
                 {"device", built.device_facts.name},
                 {"tables_hash", built.tables_hash}}},
               {"worlds", Json::array()}};
  for (const WorldReport& world : report) {
    Json entry = {
        {"name", world.name},
        {"profile_hash", world.profile_hash},
        {"optimum", ToJson(world.optimum)},
        {"no_optimum_because", world.none_because.empty() ? Json() : Json(world.none_because)},
        {"kendall_tau_b", world.tau ? Json(*world.tau) : Json()},
        {"policies", Json::object()},
        {"swaps", Json::array()}};
    for (const PolicyInWorld& policy : world.policies)
      entry["policies"][policy.name] = ToJson(policy);
    for (const RankSwap& swap : world.swaps) {
      entry["swaps"].push_back({{"ahead", swap.ahead},
                                {"behind", swap.behind},
                                {"difference_as_is", ToJson(swap.as_is)},
                                {"difference_here", ToJson(swap.here)},
                                {"beyond_noise", swap.beyond_noise}});
    }
    root["worlds"].push_back(std::move(entry));
  }
  return root.dump(2) + "\n";
}

}  // namespace edgesim
