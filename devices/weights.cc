#include "devices/weights.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <string>

#include "sim/did_you_mean.h"
#include "sim/input_error.h"

namespace edgesim {

namespace {

bool Holds(LayerRule rule, const ModelShape& shape, std::size_t l) {
  const std::size_t n = shape.layers;
  constexpr std::size_t kEighth = 8, kSixteenth = 16;
  switch (rule) {
    case LayerRule::kAll:
      return true;
    case LayerRule::kMoreBits: {
      const std::size_t first = n / kEighth;
      return l < first || l >= 7 * n / kEighth || (l - first) % 3 == 2;
    }
    case LayerRule::kFirstTwo:
      return l < 2;
    case LayerRule::kFirstFour:
      return l < 4;
    case LayerRule::kFirstEighth:
      return l < n / kEighth;
    case LayerRule::kFirstSixteenth:
      return l < n / kSixteenth;
    case LayerRule::kGroupedByFour:
      return shape.heads / shape.kv_heads >= 4;
  }
  return false;
}

// Collects tensors layer by layer.
class WeightList {
 public:
  WeightList(const ModelShape& shape, const QuantMixture& mixture)
      : shape_(shape), mixture_(mixture) {}

  std::vector<WeightTensor> Collect() {
    Matrix(TensorRole::kTokenEmbd, shape_.vocab, shape_.hidden, false);
    if (shape_.embedding_norm) Norm(TensorRole::kTokenEmbdNorm);
    for (std::size_t l = 0; l < shape_.layers; ++l) {
      layer_ = l;
      Attention();
      FeedForward();
    }
    layer_.reset();
    Norm(TensorRole::kOutputNorm);
    if (!shape_.tied_embeddings) Matrix(TensorRole::kOutput, shape_.vocab, shape_.hidden, false);
    return std::move(tensors_);
  }

 private:
  void Attention() {
    const std::size_t q = shape_.heads * shape_.head_dim, kv = shape_.kv_heads * shape_.head_dim;
    Norm(TensorRole::kAttnNorm);
    Matrix(TensorRole::kAttnQ, q, shape_.hidden, shape_.qkv_bias);
    Matrix(TensorRole::kAttnK, kv, shape_.hidden, shape_.qkv_bias);
    Matrix(TensorRole::kAttnV, kv, shape_.hidden, shape_.qkv_bias);
    if (shape_.qk_norm) {
      Vector(TensorRole::kAttnQNorm, shape_.head_dim, 0);
      Vector(TensorRole::kAttnKNorm, shape_.head_dim, 0);
    }
    Matrix(TensorRole::kAttnOutput, shape_.hidden, q, shape_.linear_bias);
    if (shape_.post_norms) Norm(TensorRole::kPostAttnNorm);
  }

  void FeedForward() {
    Norm(TensorRole::kFfnNorm);
    const std::size_t count = shape_.moe ? shape_.moe->experts : 1,
                      width = shape_.moe ? shape_.moe->expert_ffn : shape_.ffn;
    if (shape_.moe) Matrix(TensorRole::kRouter, count, shape_.hidden, false);
    if (shape_.glu) Matrix(TensorRole::kFfnGate, width, shape_.hidden, shape_.linear_bias, count);
    Matrix(TensorRole::kFfnUp, width, shape_.hidden, shape_.linear_bias, count);
    Matrix(TensorRole::kFfnDown, shape_.hidden, width, shape_.linear_bias, count);
    if (shape_.post_norms) Norm(TensorRole::kPostFfnNorm);
  }

  void Norm(TensorRole role) {
    Vector(role, shape_.hidden, shape_.norm == NormKind::kLayer ? shape_.hidden : 0);
  }
  void Vector(TensorRole role, std::size_t size, std::size_t bias) {
    tensors_.push_back({role, layer_, 1, 1, size, TensorFormat::kF32, bias});
  }
  void Matrix(TensorRole role, std::size_t rows, std::size_t columns, bool bias,
              std::size_t count = 1) {
    tensors_.push_back({role, layer_, count, rows, columns,
                        FormatOf(mixture_, shape_, role, layer_.value_or(0), columns),
                        bias ? rows * count : 0});
  }

  const ModelShape& shape_;
  const QuantMixture& mixture_;
  std::optional<std::size_t> layer_;
  std::vector<WeightTensor> tensors_;
};

}  // namespace

double Elements(const WeightTensor& tensor) {
  return static_cast<double>(tensor.count * tensor.rows * tensor.columns + tensor.bias);
}

double Bytes(const WeightTensor& tensor) {
  return static_cast<double>(
      MatrixBytes(tensor.format, tensor.count * tensor.rows, tensor.columns) +
      MatrixBytes(TensorFormat::kF32, 1, tensor.bias));
}

TensorFormat FormatOf(const QuantMixture& mixture, const ModelShape& shape, TensorRole role,
                      std::size_t layer, std::size_t columns) {
  if (!IsQuantised(role)) return TensorFormat::kF32;
  const bool is_qkv =
      role == TensorRole::kAttnQ || role == TensorRole::kAttnK || role == TensorRole::kAttnV;
  if (shape.fused_qkv && is_qkv) role = TensorRole::kAttnQkv;
  if (shape.tied_embeddings && role == TensorRole::kTokenEmbd) role = TensorRole::kOutput;
  TensorFormat format = mixture.rest;
  if (const auto rule = mixture.roles.find(role); rule != mixture.roles.end()) {
    format =
        Holds(rule->second.layers, shape, layer) ? rule->second.format : rule->second.otherwise;
  }
  while (!HoldsColumns(format, columns)) {
    const auto next = mixture.fallback.find(format);
    if (next == mixture.fallback.end()) return TensorFormat::kF16;
    format = next->second;
  }
  return format;
}

std::vector<WeightTensor> Weights(const ModelShape& shape, const QuantMixture& mixture) {
  return WeightList(shape, mixture).Collect();
}

const QuantMixture& FindQuantization(const ModelCard& card, std::string_view name) {
  std::string lower(name);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const auto found = card.quantizations.find(lower);
  if (found != card.quantizations.end()) return found->second;
  ShapeOf(card);
  std::vector<std::string> names;
  for (const auto& [known, mixture] : card.quantizations) names.push_back(known);
  throw InputError(fmt::format("model '{}' has no quantization '{}'; it has {}{}", card.name, name,
                               fmt::join(names, ", "), DidYouMean(lower, names)));
}

const ModelShape& ShapeOf(const ModelCard& card) {
  if (!card.shape) {
    throw InputError(fmt::format(
        "model '{}' has no shape: only its published sizes are known, so only decoding can be "
        "predicted",
        card.name));
  }
  return *card.shape;
}

double ParameterCount(const ModelShape& shape) {
  double parameters = 0;
  for (const WeightTensor& tensor : Weights(shape, {.rest = TensorFormat::kF32}))
    parameters += Elements(tensor);
  return parameters;
}

std::optional<double> WeightBytes(const ModelCard& card, std::string_view quantization) {
  if (!card.shape) {
    const auto found = card.file_bytes.find(std::string(quantization));
    return found == card.file_bytes.end() ? std::nullopt : std::optional<double>(found->second);
  }
  double bytes = 0;
  for (const WeightTensor& tensor : Weights(*card.shape, FindQuantization(card, quantization)))
    bytes += Bytes(tensor);
  return bytes;
}

std::optional<double> KvBytesPerToken(const ModelCard& card) {
  if (!card.shape) return card.kv_bytes_per_token;
  constexpr double kKeyAndValue = 2;
  return kKeyAndValue * static_cast<double>(Traits(TensorFormat::kF16).block_bytes) *
         static_cast<double>(card.shape->layers * card.shape->kv_heads * card.shape->head_dim);
}

DecodeRead DecodeReads(const ModelShape& shape, const QuantMixture& mixture) {
  DecodeRead read;
  for (const WeightTensor& tensor : Weights(shape, mixture)) {
    double share = 1;
    if (tensor.role == TensorRole::kTokenEmbd && !shape.tied_embeddings)
      share = 1 / static_cast<double>(tensor.rows);
    if (tensor.count > 1)
      share = static_cast<double>(shape.moe->active) / static_cast<double>(tensor.count);
    read.parameters += share * Elements(tensor);
    read.bytes += share * Bytes(tensor);
  }
  return read;
}

}  // namespace edgesim
