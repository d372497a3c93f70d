#include "experiments/compare.h"

#include <fmt/format.h>

#include <algorithm>
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

// Episodes from `first_share` of the most any replica has onwards.
Rewards ReadRewards(const fs::path& file, double first_share) {
  const CsvTable csv(ReadTextFile(file), file.string());
  const std::size_t policy = csv.Column("policy"), replica = csv.Column("replica"),
                    episode = csv.Column("episode"), reward = csv.Column("reward");
  double episodes = 0;
  for (std::size_t i = 0; i < csv.rows(); ++i)
    episodes = std::max(episodes, csv.Number(i, episode) + 1);
  std::map<std::string, std::vector<std::pair<double, double>>> sums;  // reward, count
  for (std::size_t i = 0; i < csv.rows(); ++i) {
    if (csv.Number(i, episode) < std::floor(first_share * episodes)) continue;
    auto& replicas = sums[csv.Text(i, policy)];
    const auto r = static_cast<std::size_t>(csv.Number(i, replica));
    if (replicas.size() <= r) replicas.resize(r + 1);
    replicas[r].first += csv.Number(i, reward);
    replicas[r].second += 1;
  }
  Rewards rewards;
  for (const auto& [name, replicas] : sums) {
    for (const auto& [sum, count] : replicas) rewards[name].push_back(count > 0 ? sum / count : 0);
  }
  return rewards;
}

Run ReadRun(const fs::path& dir) {
  std::error_code error;
  if (!fs::is_directory(dir, error)) throw InputError(dir.string() + ": no such run folder");
  Run run;
  try {
    run.summary = Json::parse(ReadTextFile(dir / "summary.json"));
    run.summary.at("experiment").at("name");
    run.summary.at("policies").items();
  } catch (const Json::exception&) {
    throw InputError((dir / "summary.json").string() + ": is not the summary of a run");
  }
  run.evaluation = ReadRewards(dir / "evaluation.csv", 0);
  run.curve_end = ReadRewards(dir / "curves.csv", 0.9);
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
    if (base.curve_end.contains(policy) && fresh.curve_end.contains(policy)) {
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
