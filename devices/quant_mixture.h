// Which format each tensor of a quantised model has: a table per quantisation name, such as q4_k_m.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

#include "sim/quantization.h"

namespace edgesim {

// Weights by their GGUF names. Matrices of experts have the role of the dense matrix they replace.
enum class TensorRole {
  kNone,  // of an operation without weights
  kTokenEmbd,
  kTokenEmbdNorm,
  kAttnNorm,
  kAttnQkv,  // Q, K and V in one tensor: what a mixture may name, never a tensor of ours
  kAttnQ,
  kAttnK,
  kAttnV,
  kAttnQNorm,
  kAttnKNorm,
  kAttnOutput,
  kPostAttnNorm,
  kFfnNorm,
  kRouter,
  kFfnGate,
  kFfnUp,
  kFfnDown,
  kPostFfnNorm,
  kOutputNorm,
  kOutput,
};

inline constexpr std::array<std::string_view, 20> kTensorRoleNames = {
    "none",        "token_embd",    "token_embd_norm", "attn_norm",
    "attn_qkv",    "attn_q",        "attn_k",          "attn_v",
    "attn_q_norm", "attn_k_norm",   "attn_output",     "post_attention_norm",
    "ffn_norm",    "router",        "ffn_gate",        "ffn_up",
    "ffn_down",    "post_ffw_norm", "output_norm",     "output"};

constexpr std::string_view Name(TensorRole role) {
  return kTensorRoleNames[static_cast<std::size_t>(role)];
}

// Norms, biases and the router stay f32 in every mixture.
constexpr bool IsQuantised(TensorRole role) {
  switch (role) {
    case TensorRole::kTokenEmbd:
    case TensorRole::kAttnQkv:
    case TensorRole::kAttnQ:
    case TensorRole::kAttnK:
    case TensorRole::kAttnV:
    case TensorRole::kAttnOutput:
    case TensorRole::kFfnGate:
    case TensorRole::kFfnUp:
    case TensorRole::kFfnDown:
    case TensorRole::kOutput:
      return true;
    default:
      return false;
  }
}

// The layers a rule holds for, as llama.cpp (src/llama-quant.cpp) chooses them; layers from 0, L of
// them, divisions rounded down.
enum class LayerRule {
  kAll,
  kMoreBits,        // l < L/8, or l >= 7L/8, or (l - L/8) mod 3 = 2
  kFirstTwo,        // l < 2
  kFirstFour,       // l < 4
  kFirstEighth,     // l < L/8
  kFirstSixteenth,  // l < L/16
  kGroupedByFour,   // every layer, if at least four query heads share a KV head; else none
};

inline constexpr std::array<std::string_view, 7> kLayerRuleNames = {
    "all",          "more_bits",       "first_two",      "first_four",
    "first_eighth", "first_sixteenth", "grouped_by_four"};

struct FormatRule {
  LayerRule layers = LayerRule::kAll;
  TensorFormat format{};     // in those layers
  TensorFormat otherwise{};  // in the others
};

struct QuantMixture {
  TensorFormat rest{};  // of every role that `roles` does not name
  std::map<TensorRole, FormatRule> roles;
  // For a format whose blocks do not divide a row; what no entry helps is f16.
  std::map<TensorFormat, TensorFormat> fallback;
};

// What a mixture file holds: mixtures by name, with the file's fallback in each.
using MixtureCatalog = std::map<std::string, QuantMixture>;

}  // namespace edgesim
