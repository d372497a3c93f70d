// Tests of the event loop (sim/episode.h) against queueing theory: M/M/1 and M/D/1.
#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "sim/episode.h"
#include "sim/stats.h"
#include "tests/support/toys.h"

namespace edgesim {
namespace {

constexpr std::uint32_t kWarmUp = 20'000, kBatches = 50, kBatchSize = 8'000;

struct Sojourn {
  double mean_s = 0, standard_error_s = 0;
};

// Mean time from arrival to completion, served at rate 1 per second; the error by batch means: a
// batch is some hundred times longer than the correlation of the waiting times at a load of 0.8.
Sojourn Simulate(double load, bool exponential_service, std::uint64_t seed) {
  const toys::Device device([=](const Request&, ActionId, const Answer&, const Noise& world) {
    WordStream words = world.Words(Stream::kLatency);
    return std::vector{
        toys::Flat(1, FromSeconds(exponential_service ? StandardExponential(words) : 1))};
  });
  const toys::Workload workload(
      false, [=](std::uint32_t index, SimTime previous, const Noise& world) {
        WordStream words = world.Words(Stream::kArrival);
        return Request{.index = index,
                       .arrival = previous + FromSeconds(StandardExponential(words) / load)};
      });
  const toys::Answers answers(1, 10);
  const World world{.device = &device,
                    .workload = &workload,
                    .answers = &answers,
                    .limits = {.budget = {.limit = Joules(1e12)},
                               .cap = {},
                               .requests = kWarmUp + kBatches * kBatchSize,
                               .horizon = {}}};
  Episode episode(world, {.seed = seed});
  while (episode.AdvanceToDecision()) episode.Decide(0);
  const EpisodeRecord record = episode.Finish();

  std::vector<double> batch_means;
  for (std::uint32_t b = 0; b < kBatches; ++b) {
    double sum = 0;
    for (std::uint32_t i = 0; i < kBatchSize; ++i) {
      const RequestRow& row = record.rows[kWarmUp + b * kBatchSize + i];
      sum += InSeconds(row.ended - row.request.arrival);
    }
    batch_means.push_back(sum / kBatchSize);
  }
  return {Mean(batch_means), std::sqrt(SampleVariance(batch_means) / kBatches)};
}

void ExpectMean(const Sojourn& simulated, double theory_s) {
  EXPECT_NEAR(simulated.mean_s, theory_s, 3 * simulated.standard_error_s);
  EXPECT_LT(simulated.standard_error_s, 0.02 * theory_s);  // otherwise the line above says little
}

// M/M/1: 1 / (mu - lambda).
TEST(SlowQueueing, ExponentialServiceAtHalfLoad) { ExpectMean(Simulate(0.5, true, 1), 2); }
TEST(SlowQueueing, ExponentialServiceAtHighLoad) { ExpectMean(Simulate(0.8, true, 2), 5); }

// M/D/1 (Pollaczek-Khinchine): 1 + load / (2 (1 - load)).
TEST(SlowQueueing, ConstantServiceAtHighLoad) { ExpectMean(Simulate(0.8, false, 3), 3); }

}  // namespace
}  // namespace edgesim
