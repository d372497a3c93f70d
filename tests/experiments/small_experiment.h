// The shipped six-action experiment, made small enough for a test.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "experiments/build.h"
#include "experiments/files.h"
#include "experiments/load.h"
#include "experiments/runner.h"
#include "experiments/summary.h"

namespace edgesim {

inline std::string SixActionsText() {
  return ReadTextFile(std::string(EDGESIM_SOURCE_DIR) + "/experiments/configs/six_actions.yaml");
}

inline LoadedExperiment LoadSmall(std::vector<std::string> overrides = {}) {
  std::vector<std::string> all = {"replicas=2", "episodes.train=20", "episodes.eval=10",
                                  "optimum.draws=500"};
  all.insert(all.end(), overrides.begin(), overrides.end());
  return ParseExperiment(SixActionsText(), "small.yaml", all);
}

inline std::unique_ptr<BuiltExperiment> BuildSmall(std::vector<std::string> overrides = {}) {
  return Build(LoadSmall(std::move(overrides)));
}

// The files of a run that must not depend on how it was computed.
struct RunFiles {
  std::string summary, evaluation, curves;
  friend bool operator==(const RunFiles&, const RunFiles&) = default;
};

inline RunFiles FilesOf(const BuiltExperiment& built, int threads = 2) {
  const RunResult result = RunExperiment(built, {.threads = threads});
  return {SummaryJson(built, Summarise(built, result)), EvaluationCsv(built, result),
          CurvesCsv(result)};
}

}  // namespace edgesim
