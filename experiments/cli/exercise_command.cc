#include <fmt/format.h>

#include "experiments/catalog.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/exercise_report.h"
#include "experiments/cli/measuring_clock.h"
#include "experiments/cli/request_arguments.h"
#include "experiments/cli/this_host.h"
#include "experiments/record/host_load.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

// The profile may be that of a larger machine.
void CheckThatItFits(const PredictReport& report) {
  constexpr double kGiga = 1e9;
  if (const std::size_t cores = ThisHost().cores; report.threads > cores) {
    throw InputError(fmt::format("--threads: {} threads, but this machine has {} core{}",
                                 report.threads, cores, cores == 1 ? "" : "s"));
  }
  const std::optional<double> available = ReadAvailableMemory();
  if (available && report.memory.total > *available) {
    throw InputError(fmt::format("{} {} needs {:.1f} GB of memory, this machine has {:.1f} GB left",
                                 report.model, report.quantization, report.memory.total / kGiga,
                                 *available / kGiga));
  }
}

}  // namespace

void AddExerciseCommand(CLI::App& app) {
  CLI::App* exercise = app.add_subcommand(
      "exercise", "Run a model's kernels once with random weights, beside its prediction");
  const auto args = AddRequestArguments(*exercise);
  exercise->footer(
      "Example: edgesim exercise qwen3-0.6b q8_0 --prompt 64 --generate 16 --threads 1");
  exercise->callback([args] {
    const ModelCard card = FindModelCard(args->model);
    if (!card.shape) {
      throw InputError(
          fmt::format("model '{}' cannot be run: its shape is not published", card.name));
    }
    ExerciseReport report{.predicted = PredictReportOf(*args, card)};
    CheckThatItFits(report.predicted);
    constexpr std::size_t kProbeBytes = std::size_t{192} << 20;
    SpeedProbe probe(MeasuringClock(), kernels::FastestIsa(), kProbeBytes);
    const double before = ReadPeakMemory().value_or(0);
    ExerciseOptions options{.threads = report.predicted.threads, .isa = kernels::FastestIsa()};
    // Another host's profile says nothing of this one's speed.
    if (!report.predicted.for_other_host) {
      options.probe = &probe;
      options.usual = YardstickOf(report.predicted.profile, options.threads);
    }
    report.measured =
        Exercise(card, report.predicted.quantization, args->input.size, MeasuringClock(), options);
    if (const auto peak = ReadPeakMemory()) report.memory_bytes = *peak - before;
    fmt::print("{}", args->json ? ExerciseJson(report) : ExerciseText(report));
  });
}

}  // namespace edgesim
