#include "experiments/run_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <ctime>
#include <nlohmann/json.hpp>

#include "experiments/certificate_text.h"
#include "experiments/policy_file.h"
#include "experiments/resolved.h"
#include "experiments/summary_text.h"
#include "sim/version.h"

namespace edgesim {

namespace {

// Figures are the same bits on machines of one class; see docs/semantics.md, section 16.
std::string LibmClass() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("fma") ? "x86_64 with FMA" : "x86_64 without FMA";
#else
  return "other";
#endif
}

std::string Manifest(const BuiltExperiment& built, const RunFacts& facts, std::uint64_t episodes) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char stamp[32], host[256] = {};
  std::strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%SZ", &utc);
  gethostname(host, sizeof host - 1);
  nlohmann::ordered_json manifest = {{"edgesim", kVersion},
                                     {"compiler", __VERSION__},
                                     {"libm_class", LibmClass()},
                                     {"profile_hash", built.profile_hash},
                                     {"tables_hash", built.tables_hash},
                                     {"finished", stamp},
                                     {"host", host},
                                     {"threads", facts.threads},
                                     {"seconds", facts.seconds},
                                     {"episodes", episodes}};
  if (!facts.config.empty()) manifest["config"] = facts.config;
  if (!facts.resumed_from.empty()) manifest["resumed_from"] = facts.resumed_from;
  if (!built.device_facts.assumed.empty()) manifest["assumed"] = built.device_facts.assumed;
  return manifest.dump(2) + "\n";
}

}  // namespace

std::string RunText(const BuiltExperiment& built, const RunSummary& summary) {
  const ExperimentConfig& config = built.config;
  std::string text = fmt::format(
      "{}: {} requests an episode, {:g} J{}, device {}\n{} replicas, {} training episodes of each "
      "learner, {} evaluation episodes of each policy\n\n{}\n{}",
      config.name, config.workload.requests, config.energy_budget.limit_j,
      config.power_cap ? fmt::format(", cap {:g} W", config.power_cap->limit_w) : "",
      built.device_facts.name, config.replicas, config.episodes.train, config.episodes.eval,
      ResultTable(built, summary), CertificateTable(built, summary));
  for (const std::string& sentence : built.device_facts.assumed) text += "\n" + sentence + "\n";
  for (const std::string& sentence : Verdicts(built, summary)) text += "\n" + sentence + "\n";
  return text;
}

std::map<std::string, std::string> FolderFiles(const BuiltExperiment& built,
                                               const RunResult& result, const RunSummary& summary,
                                               const RunFacts& facts) {
  std::map<std::string, std::string> files = PolicyFiles(built, result);
  files["summary.json"] = SummaryJson(built, summary);
  files["evaluation.csv"] = EvaluationCsv(built, result);
  files["curves.csv"] = CurvesCsv(result);
  files["config.resolved.yaml"] = ResolvedYaml(built.config);
  files["manifest.json"] = Manifest(built, facts, result.episodes);
  files.insert(built.attached.begin(), built.attached.end());
  return files;
}

}  // namespace edgesim
