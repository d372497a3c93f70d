#include <fmt/format.h>

#include <ctime>

#include "calibration/validation.h"
#include "devices/profile_io.h"
#include "experiments/cli/commands.h"
#include "experiments/files.h"
#include "experiments/text_table.h"

namespace edgesim {

namespace {

struct FitArguments {
  std::string traces, requests, out;
  DeviceFitOptions options;
  int folds = 0;
};

constexpr int kDraws = 500;  // simulated requests per recorded one
constexpr std::uint64_t kSeed = 1;

std::string Today() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[16];
  std::strftime(text, sizeof text, "%Y-%m-%d", &utc);
  return text;
}

void PrintEnergy(const std::string& title, const std::vector<EnergyCheck>& checks) {
  std::vector<std::vector<std::string>> rows = {
      {title, "requests", "measured J", "simulated J", "bias %"}};
  for (const EnergyCheck& check : checks) {
    rows.push_back(
        {check.action, std::to_string(check.requests), fmt::format("{:.1f}", check.measured_j),
         fmt::format("{:.1f}", check.simulated_j), fmt::format("{:+.2f}", 100 * check.Bias())});
  }
  fmt::print("{}\n", TextTable(rows));
}

void Fit(const FitArguments& args) {
  DeviceFitOptions options = args.options;
  if (options.date_fitted.empty()) options.date_fitted = Today();
  const TraceSet traces = JoinTraces(CsvTable(ReadTextFile(args.traces), args.traces),
                                     CsvTable(ReadTextFile(args.requests), args.requests));
  const DeviceFit fit = FitDevice(traces, options);

  std::vector<std::vector<std::string>> rows = {{"action, rail", "requests", "states", "parameters",
                                                 "log-likelihood", "BIC", "iterations",
                                                 "level sd W"}};
  for (const ActionFit& action : fit.actions) {
    constexpr std::size_t kFew = 8;  // requests; a profile of fewer says little about the next one
    if (action.requests < kFew) {
      fmt::print(stderr, "warning: {}: {} recorded request{} are few; {} or more are better\n",
                 action.action, action.requests, action.requests == 1 ? "" : "s", kFew);
    }
    for (const RailFit& rail : action.rails) {
      rows.push_back(
          {fmt::format("{}, {}", action.action, rail.rail), std::to_string(action.requests),
           std::to_string(rail.fit.model.states.size()), std::to_string(rail.fit.parameters),
           fmt::format("{:.1f}", rail.fit.log_likelihood), fmt::format("{:.1f}", rail.fit.bic),
           std::to_string(rail.fit.iterations), fmt::format("{:.2f}", rail.fit.level_sd_w)});
    }
  }
  fmt::print("{}\n", TextTable(rows));
  PrintEnergy("energy per request, fitted", CheckEnergy(fit.profile, traces, kDraws, kSeed));
  if (args.folds > 0) {
    PrintEnergy(fmt::format("energy per request, left out ({} folds)", args.folds),
                CrossValidateEnergy(traces, options, args.folds, kDraws, kSeed));
  }
  for (const Outlier& o : fit.profile.outliers)
    fmt::print("outlier, kept: {}, request {}: {}\n", o.action, o.request, o.why);
  if (!fit.profile.outliers.empty()) {
    const TraceSet rest = WithoutOutliers(traces, fit.profile.outliers);
    fmt::print("\n");
    PrintEnergy("energy per request, without the outliers",
                CheckEnergy(FitDevice(rest, options).profile, rest, kDraws, kSeed));
  }
  WriteTextFile(args.out, FormatProfile(fit.profile));
  fmt::print("Intervals and biases speak for the recorded session only.\nprofile in {}\n",
             args.out);
}

}  // namespace

void AddFitCommand(CLI::App& app) {
  auto args = std::make_shared<FitArguments>();
  CLI::App* fit = app.add_subcommand("fit", "Fit a device profile to recorded power traces");
  fit->add_option("--traces", args->traces,
                  "csv: action, question_id, t_s (seconds since the request began), and one column "
                  "<rail>_w per rail")
      ->required();
  fit->add_option("--requests", args->requests,
                  "csv: action, question_id, completion_tokens, duration_s")
      ->required();
  fit->add_option("-o,--out", args->out, "Profile to write (JSON)")->required();
  fit->add_option("--name", args->options.name, "Name of the device")->required();
  fit->add_option("--description", args->options.description, "One line about the device");
  fit->add_option("--source", args->options.source,
                  "Where the traces come from; it goes into the profile's provenance")
      ->required();
  fit->add_option("--recorded", args->options.date_recorded, "Date of the recording, YYYY-MM-DD")
      ->required();
  fit->add_option("--date", args->options.date_fitted,
                  "Date of the fit, YYYY-MM-DD; default today");
  fit->add_option(
         "--ramp", args->options.ramping_rails,
         "Rail that ramps up and settles (left-to-right states); others get a free topology")
      ->type_name("RAIL")
      ->expected(1)
      ->take_all();
  fit->add_option("--states", args->options.free_states, "States of a rail with free topology")
      ->check(CLI::Range(1, 8))
      ->capture_default_str();
  fit->add_option("--folds", args->folds,
                  "Also report energies of requests left out of the fit, in this many folds")
      ->check(CLI::Range(2, 1000));
  fit->callback([args] { Fit(*args); });
}

}  // namespace edgesim
