// Requests per second of the plain loop over episodes and of the vector environment, in turns.
//   env_bench CONFIG.yaml [rounds]
#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>

#include "experiments/build.h"
#include "experiments/vector_env.h"
#include "policies/baselines.h"

using namespace edgesim;

namespace {

constexpr std::size_t kEnvs = 256;
constexpr double kRound_s = 1.0;

double SecondsSince(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

struct Middle {
  double low, median, high;  // quartiles
};

Middle MiddleOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return {values[values.size() / 4], values[values.size() / 2], values[3 * values.size() / 4]};
}

double PlainLoop(const BuiltExperiment& built, int threads, std::uint32_t& episode) {
  tbb::task_arena arena(threads);
  const auto start = std::chrono::steady_clock::now();
  std::atomic<std::uint64_t> requests = 0;
  while (SecondsSince(start) < kRound_s) {
    const std::uint32_t first = episode;
    episode += kEnvs;
    arena.execute([&] {
      tbb::parallel_for(std::uint32_t{0}, static_cast<std::uint32_t>(kEnvs), [&](std::uint32_t i) {
        Always always(1);
        const Noise noise{.seed = 1, .replica = 0, .episode = first + i};
        requests += RunEpisode(built.world, always, "always", noise).rows.size();
      });
    });
  }
  return static_cast<double>(requests) / SecondsSince(start);
}

class Vector {
 public:
  Vector(const EnvSpec& spec, int threads)
      : envs_(spec, kEnvs, threads, Phase::kTrain),
        seen_(kEnvs * spec.features().size()),
        reward_(kEnvs),
        costs_(kEnvs * kEnvCosts),
        terminated_(kEnvs),
        truncated_(kEnvs),
        mask_(kEnvs * spec.actions().size()) {
    std::vector<std::uint64_t> seeds(kEnvs);
    for (std::size_t i = 0; i < kEnvs; ++i) seeds[i] = i;
    envs_.Reset(seeds, Out());
  }
  // Steps per second; those that begin an episode count as steps, not as requests.
  std::pair<double, double> Run() {
    const auto start = std::chrono::steady_clock::now();
    std::uint64_t steps = 0, resets = 0;
    while (SecondsSince(start) < kRound_s) {
      envs_.Step(actions_, Out());
      steps += kEnvs;
      for (std::size_t i = 0; i < kEnvs; ++i) resets += terminated_[i] || truncated_[i];
    }
    const double seconds = SecondsSince(start);
    return {static_cast<double>(steps) / seconds, static_cast<double>(steps - resets) / seconds};
  }

 private:
  VectorStep Out() { return {seen_, reward_, terminated_, truncated_, costs_, mask_}; }
  VectorEnv envs_;
  std::vector<std::int64_t> actions_ = std::vector<std::int64_t>(kEnvs, 1);
  std::vector<float> seen_;
  std::vector<double> reward_, costs_;
  std::vector<std::uint8_t> terminated_, truncated_, mask_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "env_bench CONFIG.yaml [rounds]\n");
    return 2;
  }
  const int rounds = argc > 2 ? std::atoi(argv[2]) : 9;
  const auto built = Build(LoadExperiment(argv[1], {}));
  const EnvSpec spec(*built, {});
  for (const int threads : {1, 2}) {
    Vector vector(spec, threads);
    std::uint32_t episode = 0;
    std::vector<double> plain, steps, requests, ratio;
    for (int r = 0; r < rounds; ++r) {
      plain.push_back(PlainLoop(*built, threads, episode));
      const auto [s, q] = vector.Run();
      steps.push_back(s);
      requests.push_back(q);
      ratio.push_back(q / plain.back());
    }
    const Middle p = MiddleOf(plain), s = MiddleOf(steps), q = MiddleOf(requests),
                 x = MiddleOf(ratio);
    fmt::print(
        "{} thread{}: episode loop {:.0f} [{:.0f}, {:.0f}] requests/s; VectorEnv({}) {:.0f} "
        "[{:.0f}, {:.0f}] requests/s, {:.0f} steps/s; ratio {:.2f} [{:.2f}, {:.2f}]\n",
        threads, threads == 1 ? "" : "s", p.median, p.low, p.high, kEnvs, q.median, q.low, q.high,
        s.median, x.median, x.low, x.high);
  }
}
