#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <ctime>
#include <filesystem>
#include <regex>
#include <set>

#include "calibration/validation.h"
#include "devices/profile_io.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/terminal.h"
#include "experiments/files.h"
#include "experiments/text_table.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

struct FitArguments {
  std::string traces, requests, out;
  std::vector<std::string> models;  // "<rail>=<words>" or "<words>" for all
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

void PrintFit(const TraceSet& traces, const DeviceFit& fit) {
  std::vector<std::vector<std::string>> rows = {{"action, rail", "requests", "states", "parameters",
                                                 "log-likelihood", "BIC", "iterations",
                                                 "level sd W"}};
  for (const NamedActionFit& action : fit.actions) {
    for (std::size_t r = 0; r < traces.rails.size(); ++r) {
      const std::vector<HsmmFit>& classes = action.fit.rails[r].classes;
      for (std::size_t k = 0; k < classes.size(); ++k) {
        const HsmmFit& rail = classes[k];
        const std::string kind = classes.size() > 1 ? fmt::format(", class {}", k + 1) : "";
        rows.push_back({fmt::format("{}, {}{}", action.action, traces.rails[r], kind),
                        classes.size() > 1 ? std::to_string(rail.level_w.size())
                                           : std::to_string(action.requests),
                        std::to_string(rail.model.states.size()), std::to_string(rail.parameters),
                        fmt::format("{:.1f}", rail.log_likelihood), fmt::format("{:.1f}", rail.bic),
                        std::to_string(rail.iterations), fmt::format("{:.2f}", rail.level_sd_w)});
      }
    }
  }
  fmt::print("{}\n", TextTable(rows));
}

bool IsDate(const std::string& text) {
  static const std::regex form("[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])");
  return std::regex_match(text, form);
}

// What can be refused before minutes of fitting.
void CheckArguments(const FitArguments& args, const DeviceFitOptions& options) {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path out(args.out), folder = fs::absolute(out).parent_path();
  for (const std::string& input : {args.traces, args.requests}) {
    if (fs::equivalent(out, input, error))
      throw InputError("--out " + args.out + " would overwrite an input");
  }
  if (!out.has_filename() || fs::is_directory(out, error))
    throw InputError("--out " + args.out + ": is a folder, a file is needed");
  if (!fs::is_directory(folder, error))
    throw InputError("--out " + args.out + ": there is no folder " + folder.string());
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
  if (options.name.empty() || options.name.find_first_not_of(kLetters) != std::string::npos) {
    throw InputError("--name '" + options.name + "': only letters, digits, '-', '_' and '.'");
  }
  if (options.source.empty()) throw InputError("--source is empty; say where the traces come from");
  for (const std::string& date : {options.date_recorded, options.date_fitted}) {
    if (!IsDate(date)) throw InputError("'" + date + "' is not a date, YYYY-MM-DD is needed");
  }
}

// What a careful reader of the report would ask about.
std::vector<std::string> Doubts(const TraceSet& traces, const DeviceFit& fit,
                                const std::vector<EnergyCheck>& checks) {
  std::vector<std::string> doubts;
  std::size_t gaps = 0;
  for (const RequestTrace& trace : traces.requests) {
    constexpr double kIntervals = 5;
    gaps += LongestGap(trace) > kIntervals * fit.profile.emission_interval_s;
  }
  if (gaps > 0)
    doubts.push_back(
        fmt::format("{} requests have over five sampling periods without a reading", gaps));
  for (const NamedActionFit& action : fit.actions) {
    constexpr std::size_t kFew = 8;  // requests; a profile of fewer says little about the next one
    if (action.requests < kFew) {
      doubts.push_back(fmt::format("{}: {} recorded request{} are few; {} or more are better",
                                   action.action, action.requests, action.requests == 1 ? "" : "s",
                                   kFew));
    }
    for (std::size_t r = 0; r < traces.rails.size(); ++r) {
      for (const HsmmFit& rail : action.fit.rails[r].classes) {
        if (rail.converged) continue;
        doubts.push_back(fmt::format("{}, {}: still improving after {} iterations", action.action,
                                     traces.rails[r], rail.iterations));
      }
    }
  }
  for (const EnergyCheck& check : checks) {
    constexpr double kLargeBias = 0.02;
    if (!(std::abs(check.Bias()) <= kLargeBias)) {
      doubts.push_back(
          fmt::format("{}: simulated energy is {:+.1f} % off", check.action, 100 * check.Bias()));
    }
  }
  return doubts;
}

// One spec per rail; what names a rail wins over what is for all, a later word over an earlier one.
std::vector<ModelSpec> ReadModels(const std::vector<std::string>& models,
                                  const std::vector<std::string>& rails) {
  const auto is_for = [](const std::string& model, const std::string& rail) {
    return model.starts_with(rail + "=");
  };
  ModelSpec for_all = ParseModelSpec("free=2 level", "");
  for (const std::string& model : models) {
    if (std::any_of(rails.begin(), rails.end(), [&](const auto& r) { return is_for(model, r); }))
      continue;
    try {
      for_all = ParseModelSpec(model, "--model");
    } catch (const InputError& error) {
      throw InputError(fmt::format("{}; rails are {}", error.what(), fmt::join(rails, ", ")));
    }
  }
  std::vector<ModelSpec> specs;
  for (const std::string& rail : rails) {
    ModelSpec spec = for_all;
    for (const std::string& model : models) {
      if (is_for(model, rail))
        spec = ParseModelSpec(model.substr(rail.size() + 1), "--model " + rail);
    }
    specs.push_back(spec);
  }
  return specs;
}

void Fit(const FitArguments& args) {
  DeviceFitOptions options = args.options;
  if (options.date_fitted.empty()) options.date_fitted = Today();
  CheckArguments(args, options);
  const TraceSet traces = JoinTraces(CsvTable(ReadTextFile(args.traces), args.traces),
                                     CsvTable(ReadTextFile(args.requests), args.requests));
  std::set<std::string> names;
  for (const RequestTrace& trace : traces.requests) names.insert(trace.request);
  if (args.folds > 0 && static_cast<std::size_t>(args.folds) > names.size()) {
    throw InputError(
        fmt::format("--folds {}: there are {} different requests", args.folds, names.size()));
  }
  options.models = ReadModels(args.models, traces.rails);
  const DeviceFit fit = FitDevice(traces, options);
  const std::string text = FormatProfile(fit.profile);
  ParseProfile(text, args.out);  // what is written can be read

  PrintFit(traces, fit);
  const std::vector<EnergyCheck> checks = CheckEnergy(fit.profile, traces, kDraws, kSeed);
  PrintEnergy("energy per request, fitted", checks);
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
  WriteTextFile(args.out, text);
  for (const std::string& doubt : Doubts(traces, fit, checks)) PrintErrorLine("warning: " + doubt);
  fmt::print("Biases speak for the recorded session only.\nprofile in {}\n", args.out);
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
  fit->add_option("--model", args->models,
                  "Structure of a rail's model, RAIL=WORDS, or WORDS for all rails: ramp[=N] or "
                  "free[=N], gaussian, student or mixture, ar, level, classes=N, and a duration "
                  "family")
      ->expected(1)
      ->take_all();
  fit->add_option("--restarts", args->options.control.restarts, "EM runs, the best is kept")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  fit->add_option("--folds", args->folds,
                  "Also report energies of requests left out of the fit, in this many folds")
      ->check(CLI::Range(2, 1000));
  fit->callback([args] { Fit(*args); });
}

}  // namespace edgesim
