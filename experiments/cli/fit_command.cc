#include <fmt/format.h>
#include <tbb/global_control.h>

#include <filesystem>

#include "calibration/ensemble.h"
#include "devices/profile_io.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/fit_output.h"
#include "experiments/cli/fit_report.h"
#include "experiments/cli/fit_request.h"
#include "experiments/cli/fit_text.h"
#include "experiments/cli/option_checks.h"
#include "experiments/cli/terminal.h"
#include "experiments/files.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

struct FitArguments {
  FitRequest request;
  std::string out, report;
  int threads = 0;
};

// What can be refused before minutes of fitting.
void CheckArguments(const FitArguments& args) {
  if (args.request.members == 0 && args.request.session_level_sd_w != 0)
    throw InputError("--session-level-sd needs --bootstrap: it is a prior for the ensemble");
  CheckOutput({.profile = args.out, .report = args.report, .ensemble = args.request.members > 0},
              InputFiles(args.request.traces));
}

void Fit(const FitArguments& args) {
  CheckArguments(args);
  const auto threads = static_cast<std::size_t>(
      args.threads > 0
          ? args.threads
          : tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism));
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
  const FitRun run =
      RunFit(args.request, [](const std::string& what) { PrintErrorLine("warning: " + what); });
  std::vector<DeviceProfile> members;
  if (args.request.members > 0) {
    members = BootstrapProfiles(run.input.traces, run.fit,
                                {.members = args.request.members,
                                 .session_level_sd_w = args.request.session_level_sd_w,
                                 .seed = kFitSeed,
                                 .control = args.request.options.control});
  }
  const std::string text = FormatProfile(run.fit.profile);
  ParseProfile(text, args.out);  // what is written can be read

  const std::string tables = FitText(run);
  std::fwrite(tables.data(), 1, tables.size(), stdout);
  WriteTextFile(args.out, text);
  if (!args.report.empty()) WriteTextFile(args.report, FitReportJson(run));
  for (const std::string& doubt : Doubts(run)) PrintErrorLine("warning: " + doubt);
  if (!members.empty()) {
    fmt::print("{} resampled profiles in {}\n", members.size(),
               WriteEnsemble(args.out, members).string());
  }
  if (!args.report.empty()) fmt::print("report in {}\n", args.report);
  fmt::print("profile in {}\n", args.out);
}

}  // namespace

void AddFitCommand(CLI::App& app) {
  auto args = std::make_shared<FitArguments>();
  CLI::App* fit = app.add_subcommand("fit", "Fit a device profile to recorded power traces");
  AddTraceOptions(*fit, args->request.traces);
  fit->add_option("-o,--out", args->out, "Profile to write (JSON)")
      ->required()
      ->check(NotEmpty("the name of a file"));
  fit->add_option("--report", args->report, "Fit report to write (JSON, docs/fitting.md)")
      ->check(NotEmpty("the name of a file"));
  fit->add_option("--name", args->request.options.name,
                  "Name of the device; default the trace's name");
  fit->add_option("--description", args->request.options.description, "One line about the device");
  fit->add_option("--source", args->request.options.source,
                  "Where the traces come from, for the profile's provenance; default their names");
  fit->add_option("--recorded", args->request.options.date_recorded,
                  "Date of the recording, YYYY-MM-DD; default by the recording's clock");
  fit->add_option("--date", args->request.options.date_fitted,
                  "Date of the fit, YYYY-MM-DD; default today");
  fit->add_option("--model", args->request.models,
                  "Structure of a rail's model, RAIL=WORDS, or WORDS for all rails: auto "
                  "(default; chosen by held-out score), or ramp[=N] or free[=N], gaussian, student "
                  "or mixture, ar, level, classes=N, and a duration family")
      ->expected(1)
      ->take_all();
  fit->add_option("--interval", args->request.options.interval_s,
                  "Average readings over so many seconds; default as sampled")
      ->check(SecondsAboveZero());
  fit->add_option("--restarts", args->request.options.control.restarts, "EM runs, the best is kept")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  fit->add_option("--folds", args->request.folds,
                  "Also report energies of requests left out of the fit, in this many folds")
      ->check(CLI::Range(2, 1000));
  fit->add_option("--bootstrap", args->request.members,
                  "Also write so many profiles fitted to resampled requests, to OUT.boot/")
      ->check(CLI::Range(2, 10000));
  fit->add_option("--session-level-sd", args->request.session_level_sd_w,
                  "With --bootstrap: by how much total power differs between sessions, W")
      ->check(WattsFromZero());
  fit->add_option("-j,--threads", args->threads,
                  "Threads; default all. The results do not depend on it")
      ->check(CLI::Range(1, 1024));
  fit->footer(
      "Example: edgesim fit power.csv -o my.json\n"
      "         edgesim fit power.csv --group run --model \"ramp=4 ar level\" --bootstrap 50 -o "
      "my.json");
  fit->callback([args] { Fit(*args); });
}

}  // namespace edgesim
