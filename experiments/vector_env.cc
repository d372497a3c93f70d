#include "experiments/vector_env.h"

#include <fmt/format.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>

#include "sim/input_error.h"
#include "sim/task_fence.h"

namespace edgesim {

struct VectorEnv::Arena {
  explicit Arena(int threads) : tasks(threads) {}
  tbb::task_arena tasks;
};

VectorEnv::VectorEnv(const EnvSpec& spec, std::size_t count, int threads, Phase phase)
    : spec_(spec),
      envs_(count, DecisionEnv(spec)),
      noise_(count),
      arena_(std::make_unique<Arena>(threads)),
      phase_(phase) {}

VectorEnv::~VectorEnv() = default;

template <class Body>
void VectorEnv::ForEach(const Body& body) {
  // Episodes differ in length: several blocks per thread keep all of them busy.
  constexpr std::size_t kBlocksPerThread = 8;
  const auto threads = static_cast<std::size_t>(arena_->tasks.max_concurrency());
  if (threads == 1) {
    for (std::size_t i = 0; i < size(); ++i) body(i);
    return;
  }
  const std::size_t grain = std::max<std::size_t>(1, size() / (threads * kBlocksPerThread));
  TaskFence fence;
  arena_->tasks.execute([&] {
    tbb::parallel_for(
        tbb::blocked_range<std::size_t>(0, size(), grain),
        [&](const tbb::blocked_range<std::size_t>& range) {
          const TaskFence::Task task(fence);
          for (std::size_t i = range.begin(); i != range.end(); ++i) body(i);
        },
        tbb::simple_partitioner());
  });
  fence.Join();
}

namespace {

template <class T>
std::span<T> Row(std::span<T> table, std::size_t row, std::size_t columns) {
  return table.empty() ? table : table.subspan(row * columns, columns);
}

void WriteMask(const DecisionEnv& env, std::span<std::uint8_t> out) {
  if (out.empty()) return;
  if (env.Due()) {
    const std::span<const std::uint8_t> mask = env.Mask();
    std::copy(mask.begin(), mask.end(), out.begin());
  } else {
    std::fill(out.begin(), out.end(), std::uint8_t{1});  // it is ignored
  }
}

}  // namespace

void VectorEnv::Reset(std::span<const std::uint64_t> seeds, const VectorStep& out) {
  begun_ = false;
  ForEach([&](std::size_t i) {
    noise_[i] =
        envs_[i].Reset({.seed = seeds[i], .replica = 0, .episode = 0, .entity = 0, .phase = phase_},
                       Row(out.seen, i, spec_.features().size()));
    WriteMask(envs_[i], Row(out.mask, i, spec_.actions().size()));
  });
  begun_ = true;
}

void VectorEnv::Step(std::span<const std::int64_t> actions, const VectorStep& out) {
  if (!begun_) throw InputError("the environments have not begun; reset them first");
  const auto most = static_cast<std::int64_t>(spec_.actions().size()) - 1;
  for (std::size_t i = 0; i < size(); ++i) {
    if (actions[i] < 0 || actions[i] > most) {
      throw InputError(fmt::format("environment {}: there is no action {}, allowed: 0 to {}", i,
                                   actions[i], most));
    }
  }
  ForEach([&](std::size_t i) {
    DecisionEnv& env = envs_[i];
    const std::span<float> seen = Row(out.seen, i, spec_.features().size());
    EnvStep step;
    if (env.Due()) {
      step = env.Step(static_cast<std::uint32_t>(actions[i]), seen);
    } else {
      ++noise_[i].episode;
      noise_[i] = env.Reset(noise_[i], seen);
    }
    out.reward[i] = step.reward;
    out.terminated[i] = step.terminated;
    out.truncated[i] = step.truncated;
    const std::span<double> costs = Row(out.costs, i, kEnvCosts);
    if (!costs.empty()) std::copy(step.costs.begin(), step.costs.end(), costs.begin());
    WriteMask(env, Row(out.mask, i, spec_.actions().size()));
  });
}

}  // namespace edgesim
