// Keyed, counter-based randomness: a draw is a function of its key, never of what was drawn before
// elsewhere. Nothing here is shared, so results do not depend on thread count, order or sharding.
#pragma once

#include <Random123/philox.h>

#include <array>
#include <boost/random/exponential_distribution.hpp>
#include <boost/random/gamma_distribution.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/student_t_distribution.hpp>
#include <cstdint>
#include <limits>
#include <string_view>

namespace edgesim {

// What an episode is run for; the four never share a draw.
enum class Phase : std::uint8_t { kTrain = 0, kEval = 1, kModel = 2, kBootstrap = 3 };

// One stream per purpose, so that a draw more in one never shifts another (at most 64 streams).
enum class Stream : std::uint8_t {
  kArrival = 0,
  kQuestion = 1,
  kAnswer = 2,
  kLatency = 3,
  kLevel = 4,    // the per-request power level the rails share
  kVerify = 5,   // what the verifier of a cascade says
  kExplore = 8,  // decision streams: keyed by policy name too
  kTie = 9,
  kResample = 10,  // bootstrap, posterior samples
  kMixture = 11,   // which component of a mixture an episode follows
  kRail = 16,      // first of kStreamsPerRail streams of each rail
};
inline constexpr int kStreamsPerRail = 4;
enum class RailStream : std::uint8_t { kDwell = 0, kEmission = 1, kLevel = 2 };

constexpr Stream StreamOfRail(int rail, RailStream purpose) {
  return static_cast<Stream>(static_cast<int>(Stream::kRail) + kStreamsPerRail * rail +
                             static_cast<int>(purpose));
}

// The 64-bit words of one stream: Philox2x64-10 (Salmon et al., SC 2011) in counter mode.
// Models the standard's uniform random bit generator.
class WordStream {
 public:
  using result_type = std::uint64_t;
  static constexpr result_type min() { return 0; }
  static constexpr result_type max() { return std::numeric_limits<result_type>::max(); }

  WordStream(std::uint64_t key, std::uint64_t counter_low, std::uint64_t counter_high)
      : key_(key), low_(counter_low), high_(counter_high) {}

  result_type operator()() {
    if (used_ == 2) {
      const r123::Philox2x64 philox;
      const auto block = philox({{low_++, high_}}, {{key_}});
      block_ = {block[0], block[1]};
      used_ = 0;
    }
    return block_[static_cast<std::size_t>(used_++)];
  }

 private:
  std::uint64_t key_, low_, high_;
  std::array<std::uint64_t, 2> block_{};
  int used_ = 2;
};

// The key of all noise one request meets. 24 bytes, passed by value; it holds no state.
struct Noise {
  std::uint64_t seed = 0;
  std::uint32_t replica = 0;
  std::uint32_t episode = 0;
  std::uint32_t entity = 0;  // request index, or 0 for what belongs to the episode
  Phase phase = Phase::kTrain;

  Noise Of(std::uint32_t request) const {
    Noise noise = *this;
    noise.entity = request;
    return noise;
  }

  // Counter layout: low word = entity:32, phase:2, stream:6, block:24; high word = replica:32,
  // episode:32. 2^24 blocks of two words are far more than any request draws.
  WordStream Words(Stream stream) const {
    const std::uint64_t low = (std::uint64_t{entity} << 32) |
                              (std::uint64_t{static_cast<std::uint8_t>(phase)} << 30) |
                              (std::uint64_t{static_cast<std::uint8_t>(stream)} << 24);
    const std::uint64_t high = (std::uint64_t{replica} << 32) | episode;
    return WordStream(seed, low, high);
  }
};

// FNV-1a followed by the finaliser of SplitMix64: names that differ in one letter differ in all
// bits.
constexpr std::uint64_t HashName(std::string_view name) {
  std::uint64_t h = 0xcbf29ce484222325U;
  for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9U;
  h = (h ^ (h >> 27)) * 0x94d049bb133111ebU;
  return h ^ (h >> 31);
}

// Decision noise (exploration, ties) of the policy with this name; world noise must not use it.
inline Noise DecisionNoise(Noise world, std::string_view policy_name) {
  world.seed ^= HashName(policy_name);
  return world;
}

// Uniform on [0, 1) with 53 bits.
inline double Uniform01(WordStream& words) { return static_cast<double>(words() >> 11) * 0x1p-53; }

// Uniform on 0 .. n-1 by multiply-shift; the bias is below n / 2^64.
inline std::uint32_t UniformIndex(WordStream& words, std::uint32_t n) {
  __extension__ using Wide = unsigned __int128;
  return static_cast<std::uint32_t>((static_cast<Wide>(words()) * n) >> 64);
}

// Boost's distributions, not the standard library's: theirs are the same bits on every platform.
inline double StandardNormal(WordStream& words) {
  return boost::random::normal_distribution<double>()(words);
}
inline double StandardStudentT(WordStream& words, double dof) {
  return boost::random::student_t_distribution<double>(dof)(words);
}
inline double StandardExponential(WordStream& words) {
  return boost::random::exponential_distribution<double>()(words);
}
inline double StandardGamma(WordStream& words, double shape) {
  return boost::random::gamma_distribution<double>(shape)(words);
}

}  // namespace edgesim
