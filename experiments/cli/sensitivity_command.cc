#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "experiments/cli/commands.h"
#include "experiments/cli/option_checks.h"
#include "experiments/cli/output_file.h"
#include "experiments/cli/progress_bar.h"
#include "experiments/files.h"
#include "experiments/load.h"
#include "experiments/sensitivity.h"
#include "experiments/sensitivity_text.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

namespace fs = std::filesystem;

struct SensitivityArguments {
  std::string config, ensemble, json;
  std::vector<std::string> overrides, profiles;
  std::vector<double> energy, latency, bandwidth;
  bool geometric = false;
  int threads = 0;
};

// The profiles that `edgesim fit --bootstrap` writes: DIR/001.json and so on.
std::vector<fs::path> Members(const fs::path& folder) {
  std::error_code error;
  if (!fs::is_directory(folder, error)) {
    throw InputError(
        fmt::format("--ensemble {}: there is no such folder; `edgesim fit --bootstrap "
                    "N -o FILE.json` writes one, FILE.boot",
                    folder.string()));
  }
  std::vector<fs::path> members;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".json") members.push_back(entry.path());
  }
  if (members.empty())
    throw InputError(fmt::format("--ensemble {}: no profile (*.json) in it", folder.string()));
  std::sort(members.begin(), members.end());
  return members;
}

std::vector<PerturbedWorld> Worlds(const SensitivityArguments& args,
                                   const LoadedExperiment& loaded) {
  std::vector<PerturbedWorld> worlds;
  for (const double factor : args.bandwidth) worlds.push_back(BandwidthScaled(factor));
  for (const double factor : args.latency) worlds.push_back(LatencyScaled(factor));
  for (const double factor : args.energy) worlds.push_back(EnergyScaled(factor));
  if (args.geometric) worlds.push_back(GeometricStays());
  for (const std::string& file : args.profiles) worlds.push_back(OtherProfile(file));
  if (!args.ensemble.empty()) {
    for (const fs::path& member : Members(args.ensemble)) worlds.push_back(OtherProfile(member));
  }
  return worlds.empty() ? DefaultWorlds(loaded) : worlds;
}

void RunSensitivityCommand(const SensitivityArguments& args) {
  const LoadedExperiment loaded = LoadExperiment(args.config, args.overrides);
  const std::vector<PerturbedWorld> worlds = Worlds(args, loaded);
  if (!args.json.empty()) {
    std::vector<std::string> inputs = args.profiles;
    inputs.push_back(args.config);
    for (const PerturbedWorld& world : worlds) {
      if (world.change.profile) inputs.push_back(world.change.profile->string());
    }
    CheckOutputFile("--json", args.json, inputs);
  }
  const int threads = args.threads > 0
                          ? args.threads
                          : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
  SensitivityReport report;
  {
    ProgressBar bar;
    report = RunSensitivity(
        loaded, worlds,
        {.threads = threads,
         .progress = [&](double share, const std::string& what) { bar.Show(share, what); }});
  }
  const std::unique_ptr<BuiltExperiment> built = Build(loaded);
  if (!args.json.empty()) WriteTextFile(args.json, SensitivityJson(*built, report));
  const ExperimentConfig& config = loaded.config;
  fmt::print(
      "{}: {} policies trained or planned on device {} as it is, frozen, and evaluated in {} other "
      "worlds\n{} replicas, {} training episodes of each learner, {} evaluation episodes of each "
      "policy in each world\n\n",
      config.name, report[0].policies.size(), built->device_facts.name, report.size() - 1,
      config.replicas, config.episodes.train, config.episodes.eval);
  fmt::print("{}", SensitivityTables(report));
  fmt::print("{}; change and regret are paired on the same requests and noise\n",
             config.replicas >= kMinReplicas
                 ? fmt::format("[ ] 95 % interval over {} replicas", config.replicas)
                 : fmt::format("no interval over replicas: {} of them, {} are needed",
                               config.replicas, kMinReplicas));
  for (const std::string& sentence : SensitivityVerdicts(report)) fmt::print("\n{}\n", sentence);
}

}  // namespace

void AddSensitivityCommand(CLI::App& app) {
  auto args = std::make_shared<SensitivityArguments>();
  CLI::App* command = app.add_subcommand(
      "sensitivity",
      "Evaluate the policies of an experiment, trained or planned as it is and then frozen, with "
      "other models of power and latency: does their ranking survive?");
  command->add_option("config", args->config, "Experiment file (YAML)")->required();
  const auto factors = [&](const char* option, std::vector<double>& values, const char* help) {
    command->add_option(option, values, help)
        ->type_name("FACTOR,..")
        ->expected(1)
        ->delimiter(',')
        ->take_all()
        ->check(FiniteNumber("a factor from 0.01 to 100 is",
                             [](double value) { return value >= 0.01 && value <= 100; }));
  };
  factors("--bandwidth", args->bandwidth,
          "Memory bandwidth times these factors: a decode that waits for memory takes 1/FACTOR as "
          "long at the same power, so that energy too is divided by FACTOR");
  factors("--scale-latency", args->latency,
          "Latency times these factors, at the same power: energy scales too");
  factors("--scale-energy", args->energy, "Power, and so energy, times these factors");
  command->add_flag("--geometric", args->geometric,
                    "The same profile with geometric stays of the same means: a hidden Markov "
                    "model instead of a semi-Markov one");
  command
      ->add_option("--profile", args->profiles,
                   "Power and latency of the same actions from another device profile")
      ->type_name("FILE")
      ->expected(1)
      ->take_all();
  command
      ->add_option("--ensemble", args->ensemble,
                   "Every profile of a folder that `edgesim fit --bootstrap` wrote")
      ->type_name("DIR")
      ->check(NotEmpty("a folder"));
  command->add_option("--json", args->json, "Write the figures to this file too")
      ->type_name("FILE")
      ->check(NotEmpty("the name of a file"));
  command
      ->add_option("-j,--threads", args->threads,
                   "Threads; default all. The results do not depend on it")
      ->check(CLI::Range(1, 1024));
  command->add_option("--set", args->overrides, "Change a setting, as in `edgesim run`")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  command->footer(
      "Each factor, profile or flag is a world of its own. With none of them: --bandwidth 0.9,1.1 "
      "--scale-energy 0.9,1.1, and --geometric where the device is a profile.");
  command->callback([args] { RunSensitivityCommand(*args); });
}

}  // namespace edgesim
