#include "calibration/model_run.h"

#include <algorithm>
#include <cmath>

#include "calibration/kernel_timings.h"
#include "devices/weights.h"

namespace edgesim {

namespace {

bool IsNorm(TensorRole role) { return !IsQuantised(role) && role != TensorRole::kRouter; }

std::size_t RotaryDims(const ModelShape& shape) {
  return static_cast<std::size_t>(
      std::lround(shape.rotary_fraction * static_cast<double>(shape.head_dim)));
}

}  // namespace

ModelRun::ModelRun(const ModelCard& card, std::string_view quantization, std::size_t capacity,
                   kernels::Isa isa)
    : card_(card), quantization_(quantization), runner_(isa, capacity, RotaryDims(ShapeOf(card))) {
  const ModelShape& shape = ShapeOf(card);
  kernels::MemoryPool pool;
  std::map<std::pair<TensorFormat, std::size_t>, kernels::PackedMatrix> patterns;
  for (const WeightTensor& tensor : Weights(shape, FindQuantization(card, quantization))) {
    OpWeights& weights = weights_[{tensor.role, tensor.layer}];
    weight_bytes_ += Bytes(tensor);
    weights.bias.assign(std::max(tensor.bias, IsNorm(tensor.role) ? tensor.columns : 0), 0.01F);
    if (IsNorm(tensor.role)) {
      weights.scale.assign(tensor.columns, 1.0F);
      continue;
    }
    kernels::PackedMatrix& pattern = patterns[{tensor.format, tensor.columns}];
    if (pattern.rows() == 0) pattern = GaussianMatrix(tensor.format, 64, tensor.columns);
    for (std::size_t i = 0; i < tensor.count; ++i)
      weights.matrices.push_back(kernels::PackedMatrix::Repeated(pattern, tensor.rows, &pool));
  }
  for (std::size_t layer = 0; layer < shape.layers; ++layer)
    caches_.emplace_back(capacity, shape.kv_heads, shape.head_dim, &pool);
}

double ModelRun::cache_bytes() const {
  double bytes = 0;
  for (const kernels::KvCache& cache : caches_) bytes += static_cast<double>(cache.bytes());
  return bytes;
}

double ModelRun::buffer_bytes() const {
  auto bytes = static_cast<double>(runner_.WorkspaceBytes());
  for (const kernels::AlignedBytes& slot : slots_) bytes += static_cast<double>(slot.size());
  return bytes;
}

const OpWeights* ModelRun::WeightsOf(const Op& op) const {
  if (op.role == TensorRole::kNone || op.kind == OpKind::kKvStore) return nullptr;
  auto found = weights_.find({op.role, op.layer});
  // A tied embedding is the output too.
  if (found == weights_.end() && op.role == TensorRole::kOutput)
    found = weights_.find({TensorRole::kTokenEmbd, std::nullopt});
  if (found == weights_.end()) throw std::logic_error("an operation without its weights");
  return &found->second;
}

void ModelRun::Prepare(const ForwardPass& pass) {
  graph_ = BuildOpGraph(card_, quantization_, pass);
  const BufferPlan plan = PlanBuffers(graph_);
  slots_.resize(std::max(slots_.size(), plan.slot_bytes.size()));
  for (std::size_t s = 0; s < plan.slot_bytes.size(); ++s) {
    if (slots_[s].size() < plan.slot_bytes[s])
      slots_[s] = kernels::AlignedBytes(plan.slot_bytes[s]);
  }
  const auto tensor = [&](OpId id) {
    return plan.slot[id] == kNoSlot ? nullptr
                                    : reinterpret_cast<float*>(slots_[plan.slot[id]].data());
  };
  calls_.clear();
  for (const OpId id : TopologicalOrder(graph_)) {
    const Op& op = graph_[id];
    OpCall call{.op = &op,
                .weights = WeightsOf(op),
                .cache = op.layer ? &caches_[*op.layer] : nullptr,
                .first_position = pass.context,
                .out = tensor(id)};
    for (const OpId from : Operands(graph_, id)) {
      const Op& producer = graph_[from];
      const float* data = tensor(from);
      call.operands.push_back(
          data == nullptr ? nullptr : data + (producer.tokens - op.tokens) * producer.width);
    }
    calls_.push_back(std::move(call));
  }
}

void ModelRun::Run() {
  for (const OpCall& call : calls_) runner_.Run(call);
}

}  // namespace edgesim
