#include "kernels/yardsticks.h"

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <atomic>

#include "kernels/yardstick_loops.h"

namespace edgesim::kernels {

namespace {

const YardstickLoops& LoopsOf(Isa isa) {
#ifdef __x86_64__
  if (isa == Isa::kAvx512Vnni) return YardsticksAvx512Vnni();
  if (isa == Isa::kAvxVnni) return YardsticksAvxVnni();
  if (isa == Isa::kAvx2) return YardsticksAvx2();
#endif
  return YardsticksScalar();
}

// f(part) once for each thread of the arena.
template <class F>
void OnEveryThread(F f) {
  const int threads = tbb::this_task_arena::max_concurrency();
  tbb::parallel_for(0, threads, f, tbb::simple_partitioner());
}

}  // namespace

std::uint64_t ReadMemory(ReadLoop loop, std::span<const std::byte> bytes, Isa isa) {
  constexpr std::size_t kPageBytes = 4096;
  const auto read = LoopsOf(isa).read[static_cast<int>(loop)];
  const auto threads = static_cast<std::size_t>(tbb::this_task_arena::max_concurrency());
  const std::size_t pages = bytes.size() / kPageBytes;
  std::atomic<std::uint64_t> total = 0;
  OnEveryThread([&](int part) {
    const auto p = static_cast<std::size_t>(part);
    const std::size_t first = pages * p / threads, end = pages * (p + 1) / threads;
    total += read(reinterpret_cast<const std::uint64_t*>(bytes.data() + first * kPageBytes),
                  (end - first) * kPageBytes / sizeof(std::uint64_t));
  });
  return total;
}

double RunDotProducts(double operations, Isa isa) {
  const YardstickLoops& loops = LoopsOf(isa);
  const auto rounds = static_cast<std::size_t>(operations / loops.operations) + 1;
  std::atomic<std::int32_t> sink = 0;
  OnEveryThread([&](int) { sink += loops.dot(rounds); });
  return static_cast<double>(rounds) * loops.operations * tbb::this_task_arena::max_concurrency();
}

}  // namespace edgesim::kernels
