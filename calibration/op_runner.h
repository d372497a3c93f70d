// Runs one operation of a graph with the host's kernels.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "devices/op_graph.h"
#include "kernels/attention.h"
#include "kernels/elementwise.h"
#include "kernels/kv_cache.h"
#include "kernels/matmul.h"

namespace edgesim {

// What an operation multiplies with: one matrix, or one per expert; a norm's factors; biases.
struct OpWeights {
  std::vector<kernels::PackedMatrix> matrices;
  std::vector<float> scale;
  std::vector<float> bias;
};

struct OpCall {
  const Op* op = nullptr;
  const OpWeights* weights = nullptr;  // of operations with a role
  kernels::KvCache* cache = nullptr;   // of the layer: KvStore, Attention
  std::vector<const float*> operands;  // op->tokens rows each
  std::size_t first_position = 0;      // of the first token: Rope
  float* out = nullptr;                // op->tokens x op->width; none of a KvStore
};

// Keeps working memory and the angles of rotary embeddings between calls. Work is shared out over
// the calling task arena.
class OpRunner {
 public:
  // Positions below `positions` can be rotated, by `rotary_dims` floats of each head.
  OpRunner(kernels::Isa isa, std::size_t positions, std::size_t rotary_dims);

  void Run(const OpCall& call);

  std::size_t WorkspaceBytes() const;

 private:
  void MatMul(const OpCall& call);
  void Route(const OpCall& call);
  void Experts(const OpCall& call);
  void Embed(const OpCall& call);
  void Store(const OpCall& call);
  void Rope(const OpCall& call);
  void Attend(const OpCall& call);
  void Elementwise(const OpCall& call);

  kernels::Isa isa_;
  const kernels::ElementwiseKernels& elementwise_;
  kernels::MatMulWorkspace product_;
  kernels::AttentionWorkspace attention_;
  std::vector<float> gathered_, results_;  // of one expert's tokens
  std::vector<float> cosines_, sines_;     // positions x rotary_dims_ / 2
  std::size_t rotary_dims_ = 0;
};

}  // namespace edgesim
