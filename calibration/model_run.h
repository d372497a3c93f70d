// A model as a stack of kernels on this host: random weights, real memory traffic, no text.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "calibration/op_runner.h"
#include "devices/memory.h"
#include "devices/model_card.h"

namespace edgesim {

class ModelRun {
 public:
  // Fills the weights and reserves a cache of `capacity` positions. Throws InputError as
  // BuildOpGraph.
  ModelRun(const ModelCard& card, std::string_view quantization, std::size_t capacity,
           kernels::Isa isa);

  // Makes the graph and the buffers of a pass; the cache must have had the positions before it.
  void Prepare(const ForwardPass& pass);
  // Runs the prepared pass with the threads of the calling task arena.
  void Run();

  // The token chosen by the last pass.
  std::size_t Chosen() const { return static_cast<std::size_t>(*calls_.back().out); }

  double weight_bytes() const { return weight_bytes_; }
  double cache_bytes() const;
  double buffer_bytes() const;  // working memory of the kernels included

 private:
  using WeightKey = std::pair<TensorRole, std::optional<std::size_t>>;
  const OpWeights* WeightsOf(const Op& op) const;

  const ModelCard& card_;
  std::string quantization_;
  std::map<WeightKey, OpWeights> weights_;
  std::vector<kernels::KvCache> caches_;  // by layer
  double weight_bytes_ = 0;
  OpRunner runner_;
  OpGraph graph_;
  std::vector<OpCall> calls_;
  std::vector<kernels::AlignedBytes> slots_;
};

}  // namespace edgesim
