#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>

#include "calibration/timing.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/terminal.h"
#include "experiments/yaml_reader.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"
#include "sim/version.h"

int main(int argc, char** argv) {
  constexpr int kBadInput = 2, kBusyMachine = 4;
  CLI::App app(
      "edgesim replays request workloads on models of edge devices and compares policies that "
      "choose, request\n"
      "by request, which language model at which quantisation answers - within an energy budget "
      "and a power cap.");
  app.name("edgesim");
  app.require_subcommand(1);
  edgesim::AddRunCommand(app);
  edgesim::AddActionsCommand(app);
  edgesim::AddCalibrateCommand(app);
  edgesim::AddPredictCommand(app);
  edgesim::AddExerciseCommand(app);
  edgesim::AddRecordCommand(app);
  edgesim::AddFitCommand(app);
  edgesim::AddSegmentCommand(app);
  edgesim::AddSampleCommand(app);
  edgesim::AddFidelityCommand(app);
  edgesim::AddCompareCommand(app);
  edgesim::AddPolicyCommand(app);
  edgesim::AddWhyCommand(app);
  edgesim::AddSensitivityCommand(app);
  app.add_subcommand("version", "Print the version")->callback([] {
    fmt::print("edgesim {}\n", edgesim::kVersion);
  });
  app.footer(
      "A first run:    edgesim run experiments/configs/six_actions.yaml\n"
      "What it costs:  edgesim actions experiments/configs/six_actions.yaml\n"
      "Your own trace: edgesim record --help, then edgesim fit --help\n"
      "Exit codes: 0 done; 1 `compare` found a regression; 2 bad input, said in one line; 3 a bug "
      "in edgesim;\n"
      "4 `calibrate` or `exercise` found no quiet moment;\n"
      "`record` ends with its command's own.");
  app.set_version_flag("--version", fmt::format("edgesim {}", edgesim::kVersion));
  const auto bad_input = [](const std::string& what) {
    edgesim::PrintErrorLine("edgesim: " + what);
    return kBadInput;
  };
  try {
    const std::string first = argc > 1 ? argv[1] : "";
    std::vector<std::string> commands;
    for (const CLI::App* command : app.get_subcommands({})) commands.push_back(command->get_name());
    if (!first.empty() && first[0] != '-' &&
        std::find(commands.begin(), commands.end(), first) == commands.end()) {
      return bad_input(fmt::format("unknown command '{}'; there is {}{}", first,
                                   fmt::join(commands, ", "),
                                   edgesim::DidYouMean(first, commands)));
    }
    app.parse(argc, argv);
    if (std::fflush(stdout) != 0) return bad_input("standard output cannot be written");
    return 0;
  } catch (const CLI::RuntimeError& exit) {
    return exit.get_exit_code();
  } catch (const CLI::Success& help) {  // --help, --version
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    return bad_input(fmt::format("{}; see edgesim --help", error.what()));
  } catch (const edgesim::ContentionError& error) {
    edgesim::PrintErrorLine(fmt::format("edgesim: {}", error.what()));
    return kBusyMachine;
  } catch (const edgesim::InputError& error) {
    return bad_input(error.what());
  } catch (const std::exception& error) {
    edgesim::PrintErrorLine(fmt::format("edgesim: internal error: {}", error.what()));
    return 3;
  }
}
