#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "experiments/cli/commands.h"
#include "experiments/cli/python_home.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

// Becomes `python -m edgesim.report`; returns only by throwing.
void Report(std::vector<std::string> arguments) {
  const PythonPlaces places = ThesePlaces();
  const std::string python = FindInterpreter(places).string();
  const std::string path = PythonPathWith(FindPackage(places), std::getenv("PYTHONPATH"));
  setenv("PYTHONPATH", path.c_str(), 1);
  arguments.insert(arguments.begin(), {python, "-m", "edgesim.report"});
  std::vector<char*> argv;
  for (std::string& argument : arguments) argv.push_back(argument.data());
  argv.push_back(nullptr);
  std::fflush(nullptr);
  execv(python.c_str(), argv.data());
  throw InputError(fmt::format("{}: cannot be run: {}", python, std::strerror(errno)));
}

}  // namespace

void AddReportCommand(CLI::App& app) {
  CLI::App* report = app.add_subcommand(
      "report", "Write a page about finished runs, with tables and figures (in Python)");
  report->set_help_flag();  // the program that is started has its own
  report->prefix_command();
  report->callback([report] { Report(report->remaining()); });
  report->footer(
      "All arguments are those of `python3 -m edgesim.report`; see edgesim report --help");
}

}  // namespace edgesim
