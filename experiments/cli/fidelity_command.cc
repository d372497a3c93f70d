#include <fmt/format.h>
#include <tbb/global_control.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>

#include "calibration/fidelity.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/fidelity_json.h"
#include "experiments/cli/fidelity_setup.h"
#include "experiments/cli/fidelity_text.h"
#include "experiments/cli/option_checks.h"
#include "experiments/cli/terminal.h"
#include "experiments/load.h"
#include "experiments/run_dir.h"

namespace edgesim {

namespace {

struct FidelityArguments {
  std::string config, out;
  std::vector<std::string> overrides;
  int threads = 0;
  bool force = false;
};

void Fidelity(const FidelityArguments& args) {
  const LoadedFidelity loaded = LoadFidelity(args.config, args.overrides);
  FidelityRun run{.config = loaded.config};
  const TraceSet traces = ReadTraces(loaded, run);
  FidelityOptions options = MakeOptions(loaded, traces, run);
  RunDir dir(args.out, run.config.name, args.force,
             {.parent = "fidelity", .mark = "fidelity.json"});

  const auto start = std::chrono::steady_clock::now();
  options.now_s = [start] {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  };
  const auto threads = static_cast<std::size_t>(
      args.threads > 0
          ? args.threads
          : tbb::global_control::active_value(tbb::global_control::max_allowed_parallelism));
  const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
  if (isatty(STDERR_FILENO) != 0) {
    options.done = [&](const std::string& model) {
      PrintErrorLine(fmt::format("{:6.1f} s: {} judged", options.now_s(), model));
    };
  }
  run.report = JudgeFidelity(traces, options);

  const std::string text = FidelityText(run);
  std::fwrite(text.data(), 1, text.size(), stdout);
  const std::filesystem::path written =
      dir.Write({{"fidelity.json", FidelityJson(run)}, {"fidelity.txt", text}});
  fmt::print("{:.1f} s; results in {}\n", options.now_s(), written.string());
}

}  // namespace

void AddFidelityCommand(CLI::App& app) {
  auto args = std::make_shared<FidelityArguments>();
  CLI::App* fidelity = app.add_subcommand(
      "fidelity", "Judge how well power models reproduce recorded power they were not fitted on");
  fidelity->add_option("config", args->config, "Which traces and models (YAML, docs/settings.md)")
      ->required();
  fidelity
      ->add_option(
          "-o,--out", args->out,
          "Folder for the results; default fidelity/<name>, then fidelity/<name>-2 and so on")
      ->check(NotEmpty("the name of a folder"));
  fidelity->add_flag("--force", args->force,
                     "Replace a finished run in the folder given with --out");
  fidelity
      ->add_option("-j,--threads", args->threads,
                   "Threads; default all. The results do not depend on it")
      ->check(CLI::Range(1, 1024));
  fidelity
      ->add_option("--set", args->overrides,
                   "Change a setting: --set draws=200; --set traces.samples=samples.csv")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->take_all();
  fidelity->callback([args] { Fidelity(*args); });
}

}  // namespace edgesim
