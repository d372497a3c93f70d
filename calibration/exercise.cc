#include "calibration/exercise.h"

#include <fmt/format.h>
#include <tbb/task_arena.h>

#include <numeric>

#include "calibration/model_run.h"
#include "calibration/timing.h"

namespace edgesim {

double ExerciseResult::TotalSeconds() const {
  return std::accumulate(decode_s.begin(), decode_s.end(), first_token_s);
}

ExerciseResult Exercise(const ModelCard& card, std::string_view quantization,
                        const RequestSize& size, const HostClock& clock,
                        const ExerciseOptions& options) {
  const std::size_t positions = size.prompt_tokens + size.generated_tokens - 1;
  ExerciseResult result;
  double worst = 0;
  bool quiet = false;
  tbb::task_arena everyone;
  tbb::task_arena arena(static_cast<int>(options.threads));
  // All cores fill the weights; only `threads` of them run the model.
  ModelRun run =
      everyone.execute([&] { return ModelRun(card, quantization, positions + 1, options.isa); });
  arena.execute([&] {
    const auto timed = [&](const ForwardPass& pass) {
      run.Prepare(pass);
      const double start = clock.seconds();
      run.Run();
      return clock.seconds() - start;
    };
    // The median of several, when all threads are awake again.
    const auto usual_speed = [&] {
      if (options.probe == nullptr) return true;
      constexpr int kToWake = 4, kMeasured = 11;
      for (int i = 0; i < kToWake; ++i) options.probe->Measure();
      options.probe->Forget();
      for (int i = 0; i < kMeasured; ++i) options.probe->Measure();
      return IsLike(options.probe->Typical(), options.usual, options.typical);
    };
    timed({.tokens = 1});  // wakes threads and code
    while (!quiet && result.disturbed <= options.retries) {
      quiet = usual_speed();
      const double start = clock.seconds();
      const double stolen = clock.stolen_s(), waited = clock.waited_s();
      result.first_token_s = timed({.tokens = size.prompt_tokens});
      quiet = quiet && usual_speed();
      result.decode_s.clear();
      for (std::size_t context = size.prompt_tokens; context < positions; ++context)
        result.decode_s.push_back(timed({.tokens = 1, .context = context}));
      const double taken = clock.stolen_s() - stolen + clock.waited_s() - waited;
      const double share =
          taken / ((clock.seconds() - start) * static_cast<double>(options.threads));
      // Tokens take alike long: what scatters was disturbed between the probes.
      const bool steady =
          result.decode_s.empty() || Summarise(result.decode_s).spread <= options.spread;
      quiet = quiet && steady && usual_speed() && share <= options.disturbed;
      worst = std::max(worst, share);
      if (!quiet) ++result.disturbed;
    }
  });
  if (!quiet) {
    throw ContentionError(
        fmt::format("the machine is not quiet, or not as fast as when it was calibrated: {} runs "
                    "were disturbed "
                    "(others took up to {:.1f} % of the CPU time; allowed: {:.0f} %)",
                    result.disturbed, 100 * worst, 100 * options.disturbed));
  }
  result.weight_bytes = run.weight_bytes();
  result.cache_bytes = run.cache_bytes();
  result.buffer_bytes = run.buffer_bytes();
  return result;
}

}  // namespace edgesim
