// The weight tensors of a model: one list that memory, file size, parameter counts and the operator
// graph are made from.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "devices/model_card.h"

namespace edgesim {

// `count` matrices of rows x columns (one, or one per expert): y = W x has x of `columns` and y of
// `rows` floats. A norm is one row. A bias is f32, one per row of a matrix or per column of a norm.
struct WeightTensor {
  TensorRole role{};
  std::optional<std::size_t> layer;  // null outside the layers
  std::size_t count = 1;
  std::size_t rows = 0;
  std::size_t columns = 0;
  TensorFormat format{};
  std::size_t bias = 0;  // elements
};

double Elements(const WeightTensor& tensor);  // biases included
double Bytes(const WeightTensor& tensor);

// The format of a tensor whose rows are `columns` long: the mixture's rule for its role and layer,
// or what that falls back to. The embedding of a model with tied embeddings is its output.
TensorFormat FormatOf(const QuantMixture& mixture, const ModelShape& shape, TensorRole role,
                      std::size_t layer, std::size_t columns);

// Every tensor once, in the order of use. A tied embedding is one tensor, of role kTokenEmbd.
std::vector<WeightTensor> Weights(const ModelShape& shape, const QuantMixture& mixture);

// The mixture of that name, case ignored. Throws InputError naming the card and what it has.
const QuantMixture& FindQuantization(const ModelCard& card, std::string_view name);
// Throws InputError where the card has none.
const ModelShape& ShapeOf(const ModelCard& card);

// All parameters, biases and norms included: what a model's size is said to be.
double ParameterCount(const ModelShape& shape);

// Bytes of all weights: a GGUF file without its header and tokenizer (some MB). Throws InputError
// as above; without a shape it is the published file size, or null.
std::optional<double> WeightBytes(const ModelCard& card, std::string_view quantization);

// f16 keys and values of one token in all layers.
std::optional<double> KvBytesPerToken(const ModelCard& card);

// What decoding one token must read and compute, apart from the KV cache: all weights but an untied
// embedding (one row of it), and of experts the active ones.
struct DecodeRead {
  double parameters = 0;
  double bytes = 0;
};
DecodeRead DecodeReads(const ModelShape& shape, const QuantMixture& mixture);

}  // namespace edgesim
