// How long a request takes on a host that was measured.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "devices/decode_law.h"

namespace edgesim {

struct RequestSize {
  std::size_t prompt_tokens = 1;
  std::size_t generated_tokens = 1;
};

struct RequestPrediction {
  RequestSize size;
  // The pass over the prompt with the choice of the first token: its time is the time to first
  // token. Null for a card without a shape: only decoding is known then.
  std::optional<PassTime> prefill;
  // Of each further token: [i] has prompt_tokens + i tokens before it; generated_tokens - 1 of
  // them.
  std::vector<double> decode_s;
  PassTime decode;       // summed over them
  bool kv_known = true;  // false: no shape, and the card does not say what the KV cache takes

  double TotalSeconds() const { return (prefill ? prefill->seconds : 0) + decode.seconds; }
};

// Throws InputError where a count is 0, and as DecodeLaw does.
RequestPrediction PredictRequest(const ModelCard& card, std::string_view quantization,
                                 const RequestSize& size, const ThreadLaws& laws,
                                 const HostYardstick& yardstick);

}  // namespace edgesim
