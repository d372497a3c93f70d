// Runs a model's stack of kernels once, as a request would: a prompt, then token after token.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "calibration/speed_probe.h"
#include "devices/model_card.h"
#include "devices/prediction.h"
#include "kernels/isa.h"

namespace edgesim {

struct ExerciseResult {
  double first_token_s = 0;      // the pass over the prompt
  std::vector<double> decode_s;  // of each further token, generated_tokens - 1 of them
  std::size_t disturbed = 0;     // runs before this one that others took time from
  double weight_bytes = 0, cache_bytes = 0, buffer_bytes = 0;

  double TotalSeconds() const;
};

// Disturbed runs are repeated up to `retries` times: those with more than `disturbed` of their CPU
// time stolen or waited for; those before, after or between whose prompt and further tokens the
// machine's speed was further than `typical` from `usual`, its yardsticks in the calibration; and
// those whose further tokens have an interquartile range over `spread` of their median. Throws
// ContentionError where none was left alone, InputError as BuildOpGraph.
struct ExerciseOptions {
  std::size_t threads = 1;
  kernels::Isa isa{};
  std::size_t retries = 4;
  double disturbed = 0.02;
  SpeedProbe* probe = nullptr;  // null: speed is not watched
  HostYardstick usual;
  double typical = 0.15;
  double spread = 0.15;
};
ExerciseResult Exercise(const ModelCard& card, std::string_view quantization,
                        const RequestSize& size, const HostClock& clock,
                        const ExerciseOptions& options);

}  // namespace edgesim
