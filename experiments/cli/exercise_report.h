// What `edgesim exercise` says: a run on this host beside its prediction.
#pragma once

#include <optional>
#include <string>

#include "calibration/exercise.h"
#include "experiments/cli/predict_report.h"

namespace edgesim {

struct ExerciseReport {
  PredictReport predicted;
  ExerciseResult measured;
  std::optional<double> memory_bytes;  // the process's peak less what it held before the model
};

std::string ExerciseText(const ExerciseReport& report);
std::string ExerciseJson(const ExerciseReport& report);

}  // namespace edgesim
