#include <fmt/format.h>

#include "experiments/catalog.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/request_arguments.h"

namespace edgesim {

void AddPredictCommand(CLI::App& app) {
  CLI::App* predict = app.add_subcommand(
      "predict", "Say how long a language model takes on a measured host, without running it");
  const auto args = AddRequestArguments(*predict);
  predict->footer(
      "Example: edgesim predict gemma-2-2b q4_k_m --prompt 128 --generate 64 --threads 2");
  predict->callback([args] {
    const PredictReport report = PredictReportOf(*args, FindModelCard(args->model));
    fmt::print("{}", args->json ? PredictJson(report) : PredictText(report));
  });
}

}  // namespace edgesim
