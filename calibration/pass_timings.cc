#include "calibration/pass_timings.h"

#include <fmt/format.h>
#include <tbb/task_arena.h>

#include <optional>

#include "calibration/model_run.h"

namespace edgesim {

std::vector<PassCase> PassCases(const ModelCard& like) {
  ModelCard card = like;
  card.name = "calibration";
  card.shape = ModelShape{.hidden = 1536,
                          .ffn = 5120,
                          .layers = 6,
                          .heads = 12,
                          .kv_heads = 4,
                          .head_dim = 128,
                          .vocab = 24576,
                          .tied_embeddings = true};
  std::vector<PassCase> cases;
  for (const std::string quantization : {"q4_0", "q4_k_m", "q8_0"}) {
    for (const ForwardPass& pass :
         {ForwardPass{.tokens = 1, .context = 31}, ForwardPass{.tokens = 1, .context = 767},
          ForwardPass{.tokens = 32}, ForwardPass{.tokens = 256}})
      cases.push_back({card, quantization, pass});
  }
  return cases;
}

std::vector<PassTiming> TimePasses(const std::vector<PassCase>& cases, std::size_t threads,
                                   const HostClock& clock, const TimingOptions& options,
                                   SpeedProbe& probe, kernels::Isa isa, TimingTally& tally,
                                   const TimingProgress& progress) {
  std::vector<PassTiming> timings;
  Stopwatch watch(clock, options, threads, &probe);
  tbb::task_arena arena(static_cast<int>(threads));
  arena.execute([&] {
    std::optional<ModelRun> run;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      const PassCase& c = cases[i];
      constexpr std::size_t kCapacity = 1024;
      if (i == 0 || c.quantization != cases[i - 1].quantization) {
        run.reset();
        run.emplace(c.card, c.quantization, kCapacity, isa);
      }
      run->Prepare(c.pass);
      const auto name = fmt::format("a pass of {} tokens", c.pass.tokens);
      timings.push_back({c, watch.Time(name, [&](std::size_t) { run->Run(); })});
      progress(i + 1, cases.size());
    }
  });
  tally.Add(watch.tally());
  return timings;
}

}  // namespace edgesim
