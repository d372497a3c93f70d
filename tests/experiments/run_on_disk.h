// A finished run in a folder, as `edgesim run` leaves it but for the manifest.
#pragma once

#include <filesystem>
#include <string>

#include "experiments/policy_file.h"
#include "experiments/resolved.h"
#include "experiments/run_dir.h"
#include "tests/experiments/small_experiment.h"

namespace edgesim {

inline std::filesystem::path WriteRun(const BuiltExperiment& built, const std::string& name,
                                      bool save_policies) {
  const auto* info = testing::UnitTest::GetInstance()->current_test_info();
  const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) /
                                       (std::string(info->test_suite_name()) + "_" + name);
  std::filesystem::remove_all(folder);
  const RunResult result = RunExperiment(built, {.threads = 2, .keep_trained = save_policies});
  std::map<std::string, std::string> files = PolicyFiles(built, result);
  files["summary.json"] = SummaryJson(built, Summarise(built, result));
  files["evaluation.csv"] = EvaluationCsv(built, result);
  files["config.resolved.yaml"] = ResolvedYaml(built.config);
  return RunDir(folder, name, false).Write(files);
}

}  // namespace edgesim
