// The arguments that `predict` and `exercise` share.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "experiments/cli/predict_report.h"

namespace edgesim {

struct RequestArguments {
  std::string model, profile = "host-profile.json";
  PredictRequestInput input;
  bool json = false;
};

// Adds them to a command.
std::shared_ptr<RequestArguments> AddRequestArguments(CLI::App& command);

// The prediction they ask for. Throws InputError.
PredictReport PredictReportOf(const RequestArguments& args, const ModelCard& card);

}  // namespace edgesim
