// What an operation reads, writes and computes, from its own numbers; no device in it.
#pragma once

#include <cstddef>

#include "devices/op_graph.h"

namespace edgesim {

// Expected number of distinct experts that n tokens touch when each chooses k of E uniformly and
// independently: E (1 - (1 - k/E)^n). Trained routers are less even, and touch fewer.
double ExpectedExperts(std::size_t experts, std::size_t active, std::size_t tokens);

// Bytes of weights read, each once: of an embedding the tokens' rows, of experts the expected ones.
double WeightBytesRead(const Op& op);

// Of the written tensor: f32, a KV store f16.
double OutputBytes(const Op& op);

// Of the tensors it reads from other operations; KV stores apart, whose readers are counted below.
double OperandBytes(const OpGraph& graph, OpId op);

// Multiplications and additions of matrix products, attention's among them: 2 m n k each. What
// element-wise operations compute is not counted; their cost is their bytes.
double Operations(const Op& op);

// f16 bytes of the cache. Attention reads each key and value that any of its tokens sees once.
double KvBytesRead(const Op& op);
double KvBytesWritten(const Op& op);

struct GraphTotals {
  double weight_bytes = 0;
  double operations = 0;
  double kv_bytes_read = 0;
  double kv_bytes_written = 0;
  double activation_bytes_read = 0;
  double activation_bytes_written = 0;
};

GraphTotals Totals(const OpGraph& graph);

// Of decoding one token with `context` before it.
GraphTotals DecodeTotals(const ModelCard& card, std::string_view quantization, std::size_t context);

}  // namespace edgesim
