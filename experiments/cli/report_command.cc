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

// `python -m edgesim.report` without this folder among what can be imported: a numpy.py or json.py
// that happens to lie here is not for edgesim. What is not installed is said in one line.
constexpr const char* kStart = R"(import runpy, sys
sys.path[:] = [folder for folder in sys.path if folder not in ("", ".")]
try:
    runpy.run_module("edgesim.report", run_name="__main__", alter_sys=True)
except ImportError as error:
    line = " ".join(str(error).split())
    print(f"edgesim report: {sys.executable}: {line}; `edgesim doctor` says what to do", file=sys.stderr)
    sys.exit(2)
)";

// Becomes that program; returns only by throwing.
void Report(std::vector<std::string> arguments) {
  const PythonPlaces places = ThesePlaces();
  const std::string python = FindInterpreter(places).string();
  const std::string path = PythonPathWith(FindPackage(places), std::getenv("PYTHONPATH"));
  setenv("PYTHONPATH", path.c_str(), 1);
  arguments.insert(arguments.begin(), {python, "-c", kStart});
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
