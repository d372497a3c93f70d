#include "experiments/cli/app.h"

#include <fmt/format.h>

#include "experiments/cli/commands.h"
#include "sim/version.h"

namespace edgesim {

namespace {

constexpr ExitMeaning kMeanings[] = {
    {kDone, "done"},
    {kRegression, "`compare` found a regression, or `doctor` something broken"},
    {kBadInput, "bad input, said in one line"},
    {kInternalError, "a bug in edgesim"},
    {kBusy, "`calibrate` or `exercise` found no quiet moment"},
};

}  // namespace

std::span<const ExitMeaning> ExitMeanings() { return kMeanings; }

std::unique_ptr<CLI::App> MakeApp() {
  auto app = std::make_unique<CLI::App>(
      "edgesim replays request workloads on models of edge devices and compares policies that "
      "choose, request\n"
      "by request, which language model at which quantisation answers - within an energy budget "
      "and a power cap.");
  app->name("edgesim");
  app->require_subcommand(1);
  AddNewCommand(*app);
  AddRunCommand(*app);
  AddReportCommand(*app);
  AddPlotCommand(*app);
  AddWhyCommand(*app);
  AddExplainCommand(*app);
  AddActionsCommand(*app);
  AddSensitivityCommand(*app);
  AddCompareCommand(*app);
  AddPolicyCommand(*app);
  AddCalibrateCommand(*app);
  AddPredictCommand(*app);
  AddExerciseCommand(*app);
  AddRecordCommand(*app);
  AddFitCommand(*app);
  AddSegmentCommand(*app);
  AddSampleCommand(*app);
  AddFidelityCommand(*app);
  AddDoctorCommand(*app);
  AddSchemaCommand(*app);
  AddCompletionCommand(*app);
  AddManualCommand(*app);
  app->add_subcommand("version", "Print the version")->callback([] {
    fmt::print("edgesim {}\n", kVersion);
  });
  std::string codes = "Exit codes:";
  for (const ExitMeaning& exit : kMeanings)
    codes += fmt::format("{} {} {}", exit.code > 0 ? ";" : "", exit.code, exit.meaning);
  app->footer(
      "A first run:    edgesim new experiment first, then edgesim run first.yaml\n"
      "What it costs:  edgesim actions experiments/configs/six_actions.yaml\n"
      "Your own trace: edgesim record --help, then edgesim fit --help\n"
      "What is amiss:  edgesim doctor\n" +
      codes + ";\n`record` and `report` end with the exit code of what they start.");
  app->set_version_flag("--version", fmt::format("edgesim {}", kVersion),
                        "Print the version and exit");
  return app;
}

}  // namespace edgesim
