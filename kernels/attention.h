// Softmax attention over a KV cache, for decoding and for prompts.
#pragma once

#include <cstddef>
#include <vector>

#include "kernels/isa.h"
#include "kernels/kv_cache.h"
#include "kernels/matmul.h"

namespace edgesim::kernels {

struct AttentionShape {
  std::size_t heads = 0;    // a multiple of the cache's: `heads / cache.heads()` share one
  std::size_t tokens = 0;   // new ones, at positions context .. context + tokens - 1, stored
  std::size_t context = 0;  // positions before them
  std::size_t window = 0;   // sees the last `window` positions, its own included; 0: all
  float scale = 1;          // of the scores
  float cap = 0;            // scores become cap tanh(score / cap); 0: they do not
};

// Memory that Attention keeps between calls: one piece per thread that takes part.
struct AttentionWorkspace {
  std::vector<AlignedBytes> slots;
};

// queries and out: tokens x (heads * head_dim) floats, head after head. Work is shared out by TBB
// over the calling task arena; results do not depend on the number of threads.
void Attention(const AttentionShape& shape, const KvCache& cache, const float* queries, float* out,
               AttentionWorkspace& workspace, Isa isa = FastestIsa());

}  // namespace edgesim::kernels
