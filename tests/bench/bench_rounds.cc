#include "tests/bench/bench_rounds.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <thread>

#include "sim/stats.h"

namespace edgesim::bench {

namespace {

// Longer than OpenMP's threads spin before they sleep.
constexpr auto kSpin = std::chrono::milliseconds(20);

double SecondsOf(const Contender& contender, int threads) {
  const auto start = std::chrono::steady_clock::now();
  contender.run(threads);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  if (contender.spins && threads > 1) std::this_thread::sleep_for(kSpin);
  return elapsed.count();
}

Cell Summary(const Shape& shape, const Contender& contender, int threads,
             std::vector<double> seconds, double checksum) {
  std::sort(seconds.begin(), seconds.end());
  const double median = Quantile(seconds, 0.5);
  return {shape,
          contender.kind,
          contender.name,
          contender.n,
          threads,
          median,
          Quantile(seconds, 0.25),
          Quantile(seconds, 0.75),
          contender.bytes / median * 1e-9,
          contender.operations / median * 1e-9,
          checksum};
}

}  // namespace

std::string NameOf(const Shape& shape) { return fmt::format("{}x{}", shape.rows, shape.columns); }

double SumOf(std::span<const float> values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

std::vector<Cell> RunRounds(const Shape& shape, const std::vector<Contender>& contenders,
                            const std::vector<int>& threads, std::size_t rounds) {
  const std::size_t cells = contenders.size() * threads.size();
  std::vector<std::vector<double>> seconds(cells);
  std::vector<double> checksums(cells);
  for (std::size_t round = 0; round <= rounds; ++round) {
    for (std::size_t cell = 0; cell < cells; ++cell) {
      const Contender& contender = contenders[cell / threads.size()];
      const double elapsed = SecondsOf(contender, threads[cell % threads.size()]);
      const double checksum = contender.checksum();
      if (round == 0) {
        checksums[cell] = checksum;
        continue;
      }
      seconds[cell].push_back(elapsed);
      if (checksum != checksums[cell]) {
        throw std::runtime_error(fmt::format("{} {} n = {}: the checksum was {} and is {}",
                                             NameOf(shape), contender.name, contender.n,
                                             checksums[cell], checksum));
      }
    }
  }
  std::vector<Cell> out;
  for (std::size_t cell = 0; cell < cells; ++cell) {
    out.push_back(Summary(shape, contenders[cell / threads.size()], threads[cell % threads.size()],
                          std::move(seconds[cell]), checksums[cell]));
  }
  return out;
}

}  // namespace edgesim::bench
