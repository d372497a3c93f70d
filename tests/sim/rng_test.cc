// Tests of sim/rng.h: every part of the key matters, the laws are right, and their bits are pinned.
#include "sim/rng.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <set>
#include <vector>

#include "sim/inverse_cdf_table.h"
#include "tests/support/fnv.h"
#include "tests/support/statistics.h"

namespace edgesim {
namespace {

constexpr int kDraws = 1'000'000;

// Bits in which the first `words` of two streams differ.
int DifferentBits(WordStream a, WordStream b, int words) {
  int different = 0;
  for (int i = 0; i < words; ++i) different += std::popcount(a() ^ b());
  return different;
}

// Unrelated streams differ in half of their bits: binomial(n, 1/2), standard deviation sqrt(n) / 2.
void ExpectUnrelated(const WordStream& a, const WordStream& b) {
  constexpr int kWords = 1000, kBits = 64 * kWords;
  constexpr double kSixSigma = 6 * 0.5 * 253;  // sqrt(64000) < 253
  EXPECT_NEAR(DifferentBits(a, b, kWords), kBits / 2, kSixSigma);
}

// The known answer of the Random123 distribution for philox2x64-10 with zero key and counter.
TEST(WordStream, KnownAnswerForZeroKeyAndCounter) {
  WordStream words(0, 0, 0);
  EXPECT_EQ(words(), 0xca00a0459843d731U);
  EXPECT_EQ(words(), 0x66c24222c9a845b5U);
}

// kat_vectors of Random123: philox2x64 10, all bits one.
TEST(WordStream, KnownAnswerForAllOnes) {
  constexpr std::uint64_t kOnes = ~std::uint64_t{0};
  WordStream words(kOnes, kOnes, kOnes);
  EXPECT_EQ(words(), 0x65b021d60cd8310fU);
  EXPECT_EQ(words(), 0x4d02f3222f86df20U);
}

TEST(WordStream, BlocksFollowTheLowCounter) {
  WordStream from_five(7, 5, 9), from_six(7, 6, 9);
  from_five();
  from_five();
  for (int i = 0; i < 10; ++i) EXPECT_EQ(from_five(), from_six());
}

TEST(WordStream, CopyContinuesWhereTheOriginalStands) {
  WordStream words(1, 2, 3);
  words();
  WordStream copy = words;
  for (int i = 0; i < 5; ++i) EXPECT_EQ(words(), copy());
}

TEST(WordStream, CoversAllWords) {
  static_assert(WordStream::min() == 0);
  static_assert(WordStream::max() == std::numeric_limits<std::uint64_t>::max());
  std::uint64_t seen_one = 0, seen_zero = 0;
  WordStream words(3, 1, 4);
  for (int i = 0; i < 200; ++i) {
    const std::uint64_t word = words();
    seen_one |= word;
    seen_zero |= ~word;
  }
  EXPECT_EQ(seen_one, WordStream::max());
  EXPECT_EQ(seen_zero, WordStream::max());
}

TEST(Noise, Is24Bytes) { EXPECT_EQ(sizeof(Noise), 24U); }

TEST(Noise, SameKeySameWords) {
  const Noise noise{.seed = 42, .replica = 1, .episode = 2, .entity = 3, .phase = Phase::kEval};
  EXPECT_EQ(DifferentBits(noise.Words(Stream::kTie), noise.Words(Stream::kTie), 10), 0);
}

TEST(Noise, OfChangesTheRequestOnly) {
  const Noise noise{.seed = 42, .replica = 1, .episode = 2, .entity = 3, .phase = Phase::kModel};
  const Noise other = noise.Of(9);
  EXPECT_EQ(other.entity, 9U);
  EXPECT_EQ(other.seed, noise.seed);
  EXPECT_EQ(other.replica, noise.replica);
  EXPECT_EQ(other.episode, noise.episode);
  EXPECT_EQ(other.phase, noise.phase);
}

TEST(Noise, EveryPartOfTheKeyGivesItsOwnWords) {
  std::set<std::uint64_t> first_words;
  std::size_t keys = 0;
  for (const std::uint64_t seed : {0U, 1U, 42U}) {
    for (std::uint32_t replica = 0; replica < 3; ++replica) {
      for (std::uint32_t episode = 0; episode < 3; ++episode) {
        for (std::uint32_t request = 0; request < 3; ++request) {
          for (const Phase phase :
               {Phase::kTrain, Phase::kEval, Phase::kModel, Phase::kBootstrap}) {
            for (int stream = 0; stream < 64; ++stream) {
              const Noise noise{.seed = seed,
                                .replica = replica,
                                .episode = episode,
                                .entity = request,
                                .phase = phase};
              first_words.insert(noise.Words(static_cast<Stream>(stream))());
              ++keys;
            }
          }
        }
      }
    }
  }
  EXPECT_EQ(first_words.size(), keys);
}

// Neighbours at the upper end of each part must not spill into the part beside it.
TEST(Noise, ExtremeKeysDoNotCollide) {
  constexpr std::uint32_t kLast = std::numeric_limits<std::uint32_t>::max();
  std::set<std::uint64_t> first_words;
  std::size_t keys = 0;
  for (const std::uint32_t replica : {0U, kLast}) {
    for (const std::uint32_t episode : {0U, kLast}) {
      for (const std::uint32_t request : {0U, kLast}) {
        for (const Phase phase : {Phase::kTrain, Phase::kBootstrap}) {
          for (const int stream : {0, 63}) {
            const Noise noise{.seed = 1,
                              .replica = replica,
                              .episode = episode,
                              .entity = request,
                              .phase = phase};
            first_words.insert(noise.Words(static_cast<Stream>(stream))());
            ++keys;
          }
        }
      }
    }
  }
  EXPECT_EQ(first_words.size(), keys);
}

TEST(Noise, NeighbouringKeysAreUnrelated) {
  const Noise base{.seed = 42, .replica = 1, .episode = 5, .entity = 7, .phase = Phase::kTrain};
  const auto words = [](Noise noise) { return noise.Words(Stream::kAnswer); };
  Noise other = base;
  other.seed = 43;
  ExpectUnrelated(words(base), words(other));
  other = base;
  other.replica = 2;
  ExpectUnrelated(words(base), words(other));
  other = base;
  other.episode = 6;
  ExpectUnrelated(words(base), words(other));
  ExpectUnrelated(words(base), words(base.Of(8)));
  other = base;
  other.phase = Phase::kEval;
  ExpectUnrelated(words(base), words(other));
  ExpectUnrelated(words(base), base.Words(Stream::kLatency));
}

// A seed plus a replica number must not be another seed.
TEST(Noise, ReplicaIsNotAddedToTheSeed) {
  ExpectUnrelated(Noise{.seed = 42, .replica = 1}.Words(Stream::kAnswer),
                  Noise{.seed = 43, .replica = 0}.Words(Stream::kAnswer));
}

TEST(Stream, RailsHaveStreamsOfTheirOwn) {
  std::set<int> used = {0, 1, 2, 3, 4, 8, 9};
  const std::size_t named = used.size();
  for (int rail = 0; rail < 4; ++rail) {
    for (const RailStream purpose :
         {RailStream::kDwell, RailStream::kEmission, RailStream::kLevel}) {
      const int stream = static_cast<int>(StreamOfRail(rail, purpose));
      EXPECT_LT(stream, 64);  // six bits of the counter
      used.insert(stream);
    }
  }
  EXPECT_EQ(used.size(), named + 4U * 3U);
}

TEST(DecisionNoise, DiffersByPolicyNameAndFromTheWorld) {
  const Noise world{.seed = 42, .replica = 1, .episode = 5, .entity = 7, .phase = Phase::kTrain};
  const auto words = [](const Noise& noise) { return noise.Words(Stream::kExplore); };
  ExpectUnrelated(words(DecisionNoise(world, "q_learning")),
                  words(DecisionNoise(world, "q_learninh")));
  ExpectUnrelated(words(DecisionNoise(world, "q_learning")), words(world));
  ExpectUnrelated(words(DecisionNoise(world, "")), words(world));
  EXPECT_EQ(DifferentBits(words(DecisionNoise(world, "random")),
                          words(DecisionNoise(world, "random")), 10),
            0);
}

TEST(HashName, NamesThatDifferInOneLetterDifferInAboutHalfTheBits) {
  const int different = std::popcount(HashName("always_a") ^ HashName("always_b"));
  EXPECT_GT(different, 16);  // binomial(64, 1/2): four standard deviations
  EXPECT_LT(different, 48);
}

// Sums of the first four powers of kDraws draws.
struct Moments {
  double mean = 0, variance = 0, skewness = 0, kurtosis = 0;
};
template <class Draw>
Moments MomentsOf(Draw draw) {
  std::vector<double> values(kDraws);
  Moments m;
  for (double& v : values) m.mean += (v = draw());
  m.mean /= kDraws;
  double third = 0, fourth = 0;
  for (const double v : values) {
    const double d = v - m.mean;
    m.variance += d * d;
    third += d * d * d;
    fourth += d * d * d * d;
  }
  m.variance /= kDraws;
  m.skewness = third / kDraws / std::pow(m.variance, 1.5);
  m.kurtosis = fourth / kDraws / (m.variance * m.variance);
  return m;
}
constexpr double kSigmas = 4.5;
const double kPerSe =
    kSigmas / std::sqrt(kDraws);  // times the standard deviation of one draw's share

TEST(Draws, UniformMoments) {
  WordStream words = Noise{.seed = 1}.Words(Stream::kAnswer);
  double low = 1, high = 0;
  const Moments m = MomentsOf([&] {
    const double u = Uniform01(words);
    low = std::min(low, u);
    high = std::max(high, u);
    return u;
  });
  EXPECT_GE(low, 0);
  EXPECT_LT(high, 1);
  EXPECT_LT(low, 2e-5);  // P(all above) = exp(-20)
  EXPECT_GT(high, 1 - 2e-5);
  EXPECT_NEAR(m.mean, 0.5, kPerSe * std::sqrt(1.0 / 12));
  EXPECT_NEAR(m.variance, 1.0 / 12,
              kPerSe * std::sqrt(1.0 / 80 - 1.0 / 144));  // fourth moment 1/80
}

TEST(Draws, NormalMoments) {
  WordStream words = Noise{.seed = 2}.Words(Stream::kAnswer);
  const Moments m = MomentsOf([&] { return StandardNormal(words); });
  EXPECT_NEAR(m.mean, 0, kPerSe);
  EXPECT_NEAR(m.variance, 1, kPerSe * std::sqrt(2.0));
  EXPECT_NEAR(m.skewness, 0, kPerSe * std::sqrt(6.0));
  EXPECT_NEAR(m.kurtosis, 3, kPerSe * std::sqrt(24.0));
}

TEST(Draws, ExponentialMoments) {
  WordStream words = Noise{.seed = 3}.Words(Stream::kAnswer);
  double low = 1;
  const Moments m = MomentsOf([&] {
    const double x = StandardExponential(words);
    low = std::min(low, x);
    return x;
  });
  EXPECT_GE(low, 0);
  EXPECT_NEAR(m.mean, 1, kPerSe);
  EXPECT_NEAR(m.variance, 1, kPerSe * std::sqrt(8.0));  // fourth central moment 9
}

TEST(Draws, GammaMoments) {
  for (const double shape : {0.3, 1.0, 7.5}) {
    WordStream words = Noise{.seed = 6}.Words(Stream::kResample);
    const Moments m = MomentsOf([&] { return StandardGamma(words, shape); });
    EXPECT_NEAR(m.mean, shape, kPerSe * std::sqrt(shape));
    // The fourth central moment is 3 shape^2 + 6 shape.
    EXPECT_NEAR(m.variance, shape, kPerSe * std::sqrt(2 * shape * shape + 6 * shape));
  }
}

TEST(Draws, UniformIndexIsUniform) {
  for (const std::uint32_t n : {1U, 2U, 7U, 80U}) {
    WordStream words = Noise{.seed = 4, .entity = n}.Words(Stream::kTie);
    std::vector<std::uint64_t> counts(n);
    for (int i = 0; i < kDraws; ++i) {
      const std::uint32_t k = UniformIndex(words, n);
      ASSERT_LT(k, n);
      ++counts[k];
    }
    if (n == 1) continue;
    EXPECT_GT(ChiSquarePValue(counts, std::vector<double>(n, 1.0 / n)), kSmallestPValue)
        << "n = " << n;
  }
}

TEST(Draws, UniformIndexReachesTheLargestRange) {
  constexpr std::uint32_t kLargest = std::numeric_limits<std::uint32_t>::max();
  WordStream words = Noise{.seed = 5}.Words(Stream::kTie);
  std::uint32_t high = 0;
  for (int i = 0; i < 1000; ++i) high = std::max(high, UniformIndex(words, kLargest));
  EXPECT_GT(high, kLargest - kLargest / 50);  // P(all below) = 0.98^1000 = 2e-9
}

// The bits of kDraws draws, measured on x86-64 with g++ 12, Boost 1.74 and Random123 1.14. They
// hold for every optimisation level, compiler and CPU; a change breaks every stored result.
template <class Draw>
std::uint64_t HashOfDraws(Draw draw) {
  WordStream words =
      Noise{.seed = 42, .replica = 1, .episode = 2, .entity = 3, .phase = Phase::kEval}.Words(
          Stream::kAnswer);
  Fnv1a64 hash;
  for (int i = 0; i < kDraws; ++i) hash.Add(draw(words));
  return hash.Value();
}

TEST(GoldenNoise, Words) {
  EXPECT_EQ(HashOfDraws([](WordStream& words) { return words(); }), 0x3a954f71187dbad9U);
}
TEST(GoldenNoise, Uniform01) {
  EXPECT_EQ(HashOfDraws([](WordStream& words) { return Uniform01(words); }), 0xe218f41cb42aa982U);
}
TEST(GoldenNoise, UniformIndex) {
  EXPECT_EQ(HashOfDraws([](WordStream& words) { return std::uint64_t{UniformIndex(words, 7)}; }),
            0x5485ba7e385d0b21U);
}
TEST(GoldenNoise, StandardNormal) {
  EXPECT_EQ(HashOfDraws([](WordStream& words) { return StandardNormal(words); }),
            0x3c3aef3f6931530dU);
}
TEST(GoldenNoise, StandardExponential) {
  EXPECT_EQ(HashOfDraws([](WordStream& words) { return StandardExponential(words); }),
            0x47ba6bc9ce685ea2U);
}
TEST(GoldenNoise, InverseCdfTable) {
  std::vector<double> weights;  // geometric by repeated multiplication: no C library in the way
  for (double w = 1; weights.size() < 300; w *= 0.97) weights.push_back(w);
  const InverseCdfTable table(weights);
  EXPECT_EQ(HashOfDraws([&](WordStream& words) { return std::uint64_t{table.Draw(words())}; }),
            0x8b55f56dd27c2196U);
}

}  // namespace
}  // namespace edgesim
