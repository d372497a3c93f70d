#include <fmt/format.h>
#include <fmt/ranges.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <exception>

#include "calibration/timing.h"
#include "experiments/cli/app.h"
#include "experiments/cli/terminal.h"
#include "sim/did_you_mean.h"
#include "sim/input_error.h"

int main(int argc, char** argv) {
  const std::unique_ptr<CLI::App> made = edgesim::MakeApp();
  CLI::App& app = *made;
  const auto bad_input = [](const std::string& what) {
    edgesim::PrintErrorLine("edgesim: " + what);
    return int{edgesim::kBadInput};
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
    return edgesim::kBusy;
  } catch (const edgesim::InputError& error) {
    return bad_input(error.what());
  } catch (const std::exception& error) {
    edgesim::PrintErrorLine(fmt::format("edgesim: internal error: {}", error.what()));
    return edgesim::kInternalError;
  }
}
