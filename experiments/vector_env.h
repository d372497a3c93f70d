// Many environments of one experiment, stepped together on several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "experiments/decision_env.h"

namespace edgesim {

// Where Step writes; n environments, f features, a actions, row-major. What is empty is not
// written.
struct VectorStep {
  std::span<float> seen;               // (n, f)
  std::span<double> reward;            // (n)
  std::span<std::uint8_t> terminated;  // (n)
  std::span<std::uint8_t> truncated;   // (n)
  std::span<double> costs;             // (n, kEnvCosts)
  std::span<std::uint8_t> mask;        // (n, a)
};

// An environment whose episode has ended begins the next one in the step after, in which its action
// is ignored and nothing is earned (Gymnasium's AutoresetMode.NEXT_STEP). Environment i with seed s
// lives through the same episodes as a DecisionEnv with this seed: results do not depend on the
// number of threads or of environments.
class VectorEnv {
 public:
  // `spec` outlives it. `phase` keys the noise, see sim/rng.h.
  VectorEnv(const EnvSpec& spec, std::size_t count, int threads, Phase phase);
  ~VectorEnv();

  std::size_t size() const { return noise_.size(); }

  // Begins episode 0 of each seed (n).
  void Reset(std::span<const std::uint64_t> seeds, const VectorStep& out);

  // `actions` (n). Throws InputError before anything has moved: no such action, or not reset.
  void Step(std::span<const std::int64_t> actions, const VectorStep& out);

 private:
  template <class Body>
  void ForEach(const Body& body);

  const EnvSpec& spec_;
  std::vector<DecisionEnv> envs_;
  std::vector<Noise> noise_;  // of the episode each is in
  struct Arena;
  std::unique_ptr<Arena> arena_;
  Phase phase_;
  bool begun_ = false;
};

}  // namespace edgesim
