// The whole command line of edgesim: all subcommands and their options.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <span>

namespace edgesim {

// What the program ends with; commands that start another program end with that one's.
enum ExitCode : int { kDone = 0, kRegression = 1, kBadInput = 2, kInternalError = 3, kBusy = 4 };

struct ExitMeaning {
  int code;
  const char* meaning;
};
std::span<const ExitMeaning> ExitMeanings();

std::unique_ptr<CLI::App> MakeApp();

}  // namespace edgesim
