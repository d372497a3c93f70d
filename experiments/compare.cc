#include "experiments/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "experiments/files.h"
#include "experiments/text_table.h"
#include "sim/csv_table.h"
#include "sim/input_error.h"
#include "sim/stats.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

// [policy][replica]: mean reward over the episodes of a csv that count.
using Rewards = std::map<std::string, std::vector<double>>;

struct Run {
  Json summary;
  Rewards evaluation;
  Rewards curve_end;
};

// Means over the episodes from `first` on. Every policy needs the same episodes in every replica.
Rewards ReadRewards(const fs::path& file, std::uint32_t replicas, std::uint32_t first,
                    std::uint32_t episodes) {
  const CsvTable csv(ReadTextFile(file), file.string());
  const std::size_t policy = csv.Column("policy"), replica = csv.Column("replica"),
                    episode = csv.Column("episode"), reward = csv.Column("reward");
  struct Sum {
    double reward = 0;
    std::uint32_t episodes = 0;
  };
  std::map<std::string, std::vector<Sum>> sums;
  for (std::size_t i = 0; i < csv.rows(); ++i) {
    std::vector<Sum>& of_policy = sums[csv.Text(i, policy)];
    of_policy.resize(replicas);
    const std::uint32_t r = csv.Count(i, replica, 0), e = csv.Count(i, episode, 0);
    if (r >= replicas || e >= episodes) {
      throw InputError(fmt::format("{}: policy {} has replica {}, episode {}; the run has {} x {}",
                                   file.string(), csv.Text(i, policy), r, e, replicas, episodes));
    }
    if (e < first) continue;
    of_policy[r].reward += csv.Number(i, reward);
    ++of_policy[r].episodes;
  }
  Rewards rewards;
  for (const auto& [name, replicas_of] : sums) {
    for (const Sum& sum : replicas_of) {
      if (sum.episodes != episodes - first) {
        throw InputError(
            fmt::format("{}: policy {} does not have {} episodes in each of {} replicas",
                        file.string(), name, episodes, replicas));
      }
      rewards[name].push_back(sum.reward / sum.episodes);
    }
  }
  return rewards;
}

Run ReadRun(const fs::path& dir) {
  std::error_code error;
  if (!fs::is_directory(dir, error)) throw InputError(dir.string() + ": no such run folder");
  Run run;
  std::uint32_t replicas = 0, eval = 0, train = 0;
  try {
    run.summary = Json::parse(ReadTextFile(dir / "summary.json"));
    const Json& experiment = run.summary.at("experiment");
    replicas = experiment.at("replicas").get<std::uint32_t>();
    eval = experiment.at("episodes_eval").get<std::uint32_t>();
    train = experiment.at("episodes_train").get<std::uint32_t>();
    for (const auto& [name, policy] : run.summary.at("policies").items()) {
      const Json& exceedance = policy.at("cap_exceedance");
      if (exceedance.is_null()) continue;
      exceedance.at("mean").get<double>();
      if (!exceedance.at("ci95").is_null()) exceedance.at("ci95").get<std::array<double, 2>>();
    }
  } catch (const Json::exception&) {
    throw InputError((dir / "summary.json").string() + ": is not the summary of a run");
  }
  run.evaluation = ReadRewards(dir / "evaluation.csv", replicas, 0, eval);
  run.curve_end =
      ReadRewards(dir / "curves.csv", replicas, train - std::max(1U, train / 10), train);
  for (const auto& [name, rewards] : run.evaluation) {
    if (!run.summary["policies"].contains(name)) {
      throw InputError(fmt::format("{}: policy {} is not in summary.json",
                                   (dir / "evaluation.csv").string(), name));
    }
  }
  return run;
}

CompareLine CompareRewards(const std::string& policy, const std::string& what,
                           const std::vector<double>& base, const std::vector<double>& fresh,
                           double margin) {
  std::vector<double> difference;
  for (std::size_t r = 0; r < base.size(); ++r) difference.push_back(fresh[r] - base[r]);
  const Estimate change = EstimateOverReplicas(difference);
  const double allowed = margin * std::abs(Mean(base));
  const bool significant = change.ci95 && change.ci95->high < 0;
  CompareLine line{.policy = policy,
                   .what = what,
                   .verdict = {},
                   .broken = significant && change.mean < -allowed};
  line.verdict = fmt::format(
      "{:.3f} -> {:.3f}, paired change {}; breaks when surely negative and below -{:.3f}",
      Mean(base), Mean(fresh), Show(change, 3), allowed);
  if (!change.ci95)
    line.verdict += fmt::format(" (under {} replicas nothing is sure)", kMinReplicas);
  return line;
}

}  // namespace

std::vector<CompareLine> Compare(const fs::path& base_dir, const fs::path& fresh_dir,
                                 const CompareOptions& options) {
  const Run base = ReadRun(base_dir), fresh = ReadRun(fresh_dir);
  for (const auto& [key, value] : base.summary["experiment"].items()) {
    const Json other = fresh.summary["experiment"].value(key, Json());
    if (other != value) {
      throw InputError(fmt::format("not runs of the same experiment: {} is {} in {} and {} in {}",
                                   key, value.dump(), base_dir.string(), other.dump(),
                                   fresh_dir.string()));
    }
  }
  std::vector<CompareLine> lines;
  for (const auto& [policy, base_rewards] : base.evaluation) {
    const auto found = fresh.evaluation.find(policy);
    if (found == fresh.evaluation.end()) {
      lines.push_back({.policy = policy,
                       .what = "policy",
                       .verdict = "is missing in the new run",
                       .broken = true});
      continue;
    }
    lines.push_back(
        CompareRewards(policy, "evaluation reward", base_rewards, found->second, options.margin));
    if (base.curve_end.contains(policy) && !fresh.curve_end.contains(policy)) {
      lines.push_back({.policy = policy,
                       .what = "training curve",
                       .verdict = "is missing in the new run",
                       .broken = true});
    } else if (base.curve_end.contains(policy)) {
      lines.push_back(CompareRewards(policy, "training curve", base.curve_end.at(policy),
                                     fresh.curve_end.at(policy), options.margin));
    }
    const Json& was = base.summary["policies"][policy]["cap_exceedance"];
    const Json& is = fresh.summary["policies"][policy]["cap_exceedance"];
    if (was.is_null() || is.is_null()) continue;
    const auto end = [](const Json& estimate, int side) {
      return estimate["ci95"].is_null() ? estimate["mean"].get<double>()
                                        : estimate["ci95"][side].get<double>();
    };
    const bool held = end(was, 1) <= options.cap_tolerance;
    const bool fails = end(is, 0) > options.cap_tolerance;
    lines.push_back({.policy = policy,
                     .what = "power cap",
                     .verdict = fmt::format(
                         "exceeded in {:.2f} % -> {:.2f} % of requests ({})",
                         100 * was["mean"].get<double>(), 100 * is["mean"].get<double>(),
                         held ? fmt::format("held: at most {:.3g} %", 100 * options.cap_tolerance)
                              : "did not hold before"),
                     .broken = held && fails});
  }
  return lines;
}

}  // namespace edgesim
