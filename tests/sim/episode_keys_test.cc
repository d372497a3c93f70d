// Tests of sim/episode.h on a noisy toy world: same key, same record; records add up.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <vector>

#include "sim/episode.h"
#include "tests/support/fnv.h"
#include "tests/support/toy_world.h"

namespace edgesim {
namespace {

using namespace std::chrono_literals;
using toys::Budget;
using toys::Flat;
using toys::Toy;

// Poisson arrivals, random tokens, scores, powers and actions; idle power; budget crossings.
struct NoisyToy : Toy {
  NoisyToy() {
    device = toys::Device(
        [](const Request&, ActionId action, const Answer& answer, const Noise& world) {
          std::vector<PowerSegment> segments;
          WordStream words = world.Words(StreamOfRail(0, RailStream::kEmission));
          for (std::uint32_t i = 0; i < answer.output_tokens; ++i) {
            segments.push_back(Flat(std::max(0.0, 10 + 5 * action + StandardNormal(words)), 20ms));
          }
          return segments;
        },
        2);
    workload = toys::Workload(false, [](std::uint32_t index, SimTime previous, const Noise& world) {
      WordStream words = world.Words(Stream::kArrival);
      return Request{.index = index,
                     .arrival = previous + FromSeconds(2 * StandardExponential(words))};
    });
    answers = toys::Answers([](const Request&, ActionId action, const Noise& world) {
      WordStream words = world.Words(Stream::kAnswer);
      const std::uint32_t tokens = 20 + UniformIndex(words, 100);
      return Answer{.output_tokens = tokens,
                    .score = std::min(10.0, action + 8 * Uniform01(words))};
    });
    limits = Budget(400, 20);
    policy = toys::Policy([](const Observation&, const Noise& noise) {
      WordStream words = noise.Words(Stream::kExplore);
      return UniformIndex(words, 3);
    });
  }
};

std::uint64_t HashOf(const EpisodeRecord& record) {
  Fnv1a64 hash;
  const auto add_time = [&](SimTime t) {
    hash.Add(static_cast<std::uint64_t>(t.time_since_epoch().count()));
  };
  hash.Add(static_cast<std::uint64_t>(record.end_reason));
  add_time(record.end_time);
  for (const double value : {record.reward, record.energy.value(), record.budget_used})
    hash.Add(value);
  hash.Add(std::uint64_t{record.requests_unserved});
  hash.Add(record.power_draws_clamped);
  for (const RequestRow& row : record.rows) {
    for (const SimTime t : {row.request.arrival, row.dispatched, row.ended}) add_time(t);
    for (const double value : {row.energy.value(), row.peak.value(), row.reward}) hash.Add(value);
    for (const std::uint32_t n : {row.request.index, row.action, std::uint32_t{row.completed}}) {
      hash.Add(std::uint64_t{n});
    }
  }
  return hash.Value();
}

TEST(EpisodeKeys, SameKeySameRecord) {
  const Noise noise{.seed = 42, .replica = 3, .episode = 4, .phase = Phase::kEval};
  EXPECT_EQ(HashOf(NoisyToy().Run(noise)), HashOf(NoisyToy().Run(noise)));
}

TEST(EpisodeKeys, EveryPartOfTheKeyGivesAnotherRecord) {
  const Noise noise{.seed = 42, .replica = 3, .episode = 4, .phase = Phase::kEval};
  const std::uint64_t hash = HashOf(NoisyToy().Run(noise));
  for (int part = 0; part < 4; ++part) {
    Noise other = noise;
    if (part == 0) other.seed = 43;
    if (part == 1) other.replica = 4;
    if (part == 2) other.episode = 5;
    if (part == 3) other.phase = Phase::kTrain;
    EXPECT_NE(HashOf(NoisyToy().Run(other)), hash) << "part " << part;
  }
}

// Episodes do not share state: another one in between changes nothing.
TEST(EpisodeKeys, OrderOfEpisodesDoesNotMatter) {
  NoisyToy toy;
  const std::uint64_t first = HashOf(toy.Run({.episode = 1})),
                      second = HashOf(toy.Run({.episode = 2}));
  EXPECT_EQ(HashOf(toy.Run({.episode = 2})), second);
  EXPECT_EQ(HashOf(toy.Run({.episode = 1})), first);
}

TEST(EpisodeKeys, AllPoliciesMeetTheSameArrivals) {
  NoisyToy random, fixed;
  fixed.policy = toys::Policy();
  const EpisodeRecord a = random.Run({.seed = 42}), b = fixed.Run({.seed = 42});
  for (std::size_t i = 0; i < std::min(a.rows.size(), b.rows.size()); ++i) {
    EXPECT_EQ(a.rows[i].request.arrival, b.rows[i].request.arrival);
  }
}

TEST(PropertyEpisode, RecordsAddUp) {
  int exhausted = 0;
  for (std::uint32_t e = 0; e < 300; ++e) {
    NoisyToy toy;
    const EpisodeRecord record = toy.Run({.seed = 5, .episode = e});
    double reward = 0, energy_j = 0;
    Duration idle = record.end_time - SimTime{};
    SimTime last{};
    for (const RequestRow& row : record.rows) {
      reward += row.reward;
      energy_j += row.energy.value();
      idle -= row.ended - row.dispatched;
      EXPECT_GE(row.dispatched, row.request.arrival);
      EXPECT_GE(row.dispatched, last);
      last = row.ended;
    }
    EXPECT_LE(last, record.end_time);
    EXPECT_NEAR(record.reward, reward, 1e-12);
    // 2 W of idle power; a crossing is on the next whole nanosecond: at most 2 nJ each.
    EXPECT_NEAR(record.energy.value(), energy_j + 2 * InSeconds(idle), 1e-8);
    EXPECT_LE(record.energy.value(), 400 + 1e-9);
    exhausted += record.Terminated();
    if (record.Terminated()) {
      EXPECT_DOUBLE_EQ(record.energy.value(), 400);
    }
  }
  EXPECT_GT(exhausted, 30);
  EXPECT_LT(exhausted, 300);
}

// Bits of one whole record; same conditions as the golden hashes of the noise (rng_test.cc).
TEST(GoldenEpisode, RecordOfANoisyToy) {
  const EpisodeRecord record =
      NoisyToy().Run({.seed = 42, .replica = 1, .episode = 2, .phase = Phase::kEval});
  EXPECT_EQ(HashOf(record), 0x30d9e892e41a750U);
}

}  // namespace
}  // namespace edgesim
