#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

#include "experiments/cli/commands.h"
#include "sim/input_error.h"
#include "sim/version.h"

int main(int argc, char** argv) {
  constexpr int kBadInput = 2;
  CLI::App app(
      "edgesim replays request workloads on models of edge devices and compares policies that "
      "choose, request\n"
      "by request, which language model at which quantisation answers - within an energy budget "
      "and a power cap.");
  app.name("edgesim");
  app.require_subcommand(1);
  edgesim::AddRunCommand(app);
  edgesim::AddActionsCommand(app);
  edgesim::AddFitCommand(app);
  edgesim::AddCompareCommand(app);
  app.add_subcommand("version", "Print the version")->callback([] {
    fmt::print("edgesim {}\n", edgesim::kVersion);
  });
  app.footer(
      "A first run:    edgesim run experiments/configs/six_actions.yaml\n"
      "What it costs:  edgesim actions experiments/configs/six_actions.yaml\n"
      "Your own trace: edgesim fit --help\n"
      "Exit codes: 0 done; 1 `compare` found a regression; 2 bad input, said in one line.");
  try {
    app.parse(argc, argv);
    return 0;
  } catch (const CLI::RuntimeError& exit) {
    return exit.get_exit_code();
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::CallForAllHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    fmt::print(stderr, "edgesim: {}; see edgesim --help\n", error.what());
    return kBadInput;
  } catch (const edgesim::InputError& error) {
    fmt::print(stderr, "edgesim: {}\n", error.what());
    return kBadInput;
  } catch (const std::exception& error) {
    fmt::print(stderr, "edgesim: internal error: {}\n", error.what());
    return 3;
  }
}
