// One function per subcommand: each adds itself to the parser and does its work in the callback. A
// callback throws InputError for bad input and CLI::RuntimeError(code) for any other exit code.
#pragma once

#include <CLI/CLI.hpp>

namespace edgesim {

void AddRunCommand(CLI::App& app);
void AddActionsCommand(CLI::App& app);
void AddCalibrateCommand(CLI::App& app);
void AddPredictCommand(CLI::App& app);
void AddExerciseCommand(CLI::App& app);
void AddFitCommand(CLI::App& app);
void AddSegmentCommand(CLI::App& app);
void AddSampleCommand(CLI::App& app);
void AddFidelityCommand(CLI::App& app);
void AddCompareCommand(CLI::App& app);
void AddRecordCommand(CLI::App& app);
void AddPolicyCommand(CLI::App& app);
void AddWhyCommand(CLI::App& app);
void AddSensitivityCommand(CLI::App& app);
void AddSchemaCommand(CLI::App& app);
void AddCompletionCommand(CLI::App& app);
void AddManualCommand(CLI::App& app);
void AddNewCommand(CLI::App& app);
void AddDoctorCommand(CLI::App& app);
void AddReportCommand(CLI::App& app);
void AddExplainCommand(CLI::App& app);
void AddPlotCommand(CLI::App& app);

}  // namespace edgesim
