// One environment of the kind reinforcement learning knows: an experiment's episodes, a decision at
// a time, with observations as numbers.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "experiments/build.h"
#include "sim/constraint.h"

namespace edgesim {

inline constexpr std::size_t kEnvCosts = 4;  // one per CostKind, in its order

// What one decision led to.
struct EnvStep {
  double reward = 0;
  bool terminated = false;                // the budget or a terminating cap ended the episode
  bool truncated = false;                 // all requests are done, or the horizon is over
  std::array<double, kEnvCosts> costs{};  // CostOf, by CostKind
};

// What all environments of an experiment share. Refers to it.
class EnvSpec {
 public:
  // With `epsilon` the action mask is that of a shield; throws InputError without a power cap, and
  // where a class of requests would have no action left.
  EnvSpec(const BuiltExperiment& built, std::optional<double> epsilon);

  const BuiltExperiment& built() const { return built_; }
  // energy_left (share of the budget), requests_left (share; 0 where episodes have no count),
  // time_s, prompt_tokens, queue_length, deferrals, then one per class: 1 for the request's own.
  const std::vector<std::string>& features() const { return features_; }
  // Those of the experiment, `reject` and `defer` where it offers them.
  const std::vector<std::string>& actions() const { return actions_; }
  // 1 = allowed, [action], for requests of this class.
  std::span<const std::uint8_t> Mask(std::uint32_t class_id) const { return masks_[class_id]; }

  void Write(const Observation& seen, std::span<float> out) const;

 private:
  const BuiltExperiment& built_;
  std::vector<std::string> features_, actions_;
  std::vector<std::vector<std::uint8_t>> masks_;  // [class][action]
};

class DecisionEnv {
 public:
  explicit DecisionEnv(const EnvSpec& spec) : spec_(&spec) {}

  // Begins the episode of this noise; one in which nothing is ever decided is skipped for the next.
  // `seen` holds the features (features). Returns the noise of the episode begun. Throws InputError
  // where no decision comes in many episodes.
  Noise Reset(Noise noise, std::span<float> seen);

  // Takes the action for the request just seen. After the end `seen` holds the energy and time
  // left over, the rest is 0. Throws InputError where no decision is due.
  EnvStep Step(std::uint32_t action, std::span<float> seen);

  bool Due() const { return due_; }  // a decision
  std::span<const std::uint8_t> Mask() const { return spec_->Mask(class_id_); }
  // Of the episode that has ended, while no new one has begun.
  const EpisodeRecord& record() const { return record_; }

 private:
  bool Advance(std::span<float> seen);

  const EnvSpec* spec_;
  std::optional<Episode> episode_;
  EpisodeRecord record_;
  std::uint32_t class_id_ = 0;
  bool due_ = false;
};

}  // namespace edgesim
