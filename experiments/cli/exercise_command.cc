#include <fmt/format.h>

#include "experiments/catalog.h"
#include "experiments/cli/commands.h"
#include "experiments/cli/exercise_report.h"
#include "experiments/cli/measuring_clock.h"
#include "experiments/cli/request_arguments.h"
#include "experiments/record/host_load.h"
#include "sim/input_error.h"

namespace edgesim {

void AddExerciseCommand(CLI::App& app) {
  CLI::App* exercise = app.add_subcommand(
      "exercise", "Run a model's kernels once with random weights, beside its prediction");
  const auto args = AddRequestArguments(*exercise);
  exercise->footer(
      "Example: edgesim exercise qwen3-0.6b q8_0 --prompt 64 --generate 16 --threads 1");
  exercise->callback([args] {
    const ModelCard card = FindModelCard(args->model);
    ExerciseReport report{.predicted = PredictReportOf(*args, card)};
    if (!card.shape) {
      throw InputError(fmt::format(
          "'{}' cannot be run: its shape is not published, only what decoding reads", card.name));
    }
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
