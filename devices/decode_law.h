#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "devices/host_profile.h"
#include "devices/latency_model.h"
#include "devices/model_card.h"

namespace edgesim {

// Time of the pass that makes one more token, by the number of tokens before it. With the model's
// shape it is that of all operations, of which only attention depends on the context; without it,
// the bytes of weights and KV cache over what the host reads per second.
class DecodeLaw {
 public:
  // Throws InputError where the card has no such quantisation or the laws lack an operation of it.
  DecodeLaw(const ModelCard& card, std::string_view quantization, const ThreadLaws& laws,
            const HostYardstick& yardstick);

  double SecondsAt(std::size_t context) const;

  // Sums over the `passes` passes from `context` on.
  PassTime Sum(std::size_t context, std::size_t passes) const;

  bool from_bytes() const { return !shape_known_; }
  // Without a shape: whether the card says how large the KV cache is; if not, it is left out.
  bool kv_known() const { return kv_known_; }

 private:
  struct SharedOp {
    Op op;
    double count = 0;  // layers that have it
  };
  double AttentionSeconds(std::size_t context) const;

  bool shape_known_ = true;
  bool kv_known_ = true;
  PassTime fixed_;  // what does not depend on the context
  AttentionLaw attention_;
  std::size_t tile_columns_ = 8;
  std::vector<SharedOp> ops_;  // attention, one per window
  double kv_s_per_token_ = 0;  // without a shape
};

}  // namespace edgesim
