// A language model as far as its cost goes: shape, published sizes, and the format of each tensor
// per quantisation. Every figure names where it comes from; what is not known is null.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "devices/provenance.h"
#include "devices/quant_mixture.h"

namespace edgesim {

enum class ActivationKind { kSilu, kGelu, kRelu };
inline constexpr std::array<std::string_view, 3> kActivationNames = {"silu", "gelu", "relu"};

enum class NormKind { kRms, kLayer };  // a layer norm has a bias
inline constexpr std::array<std::string_view, 2> kNormNames = {"rms", "layer"};

// What the router of a mixture-of-experts layer reads: the layer's input, so that it can run beside
// the attention (SmallThinker), or the normed input of the experts.
enum class RouterPlacement { kBeforeAttention, kBeforeExperts };
inline constexpr std::array<std::string_view, 2> kRouterNames = {"before_attention",
                                                                 "before_experts"};

struct MoeShape {
  std::size_t experts = 0;
  std::size_t active = 0;      // per token
  std::size_t expert_ffn = 0;  // width
  RouterPlacement router{};
};

// Attention to the last `tokens` positions only, the token itself among them, except in every layer
// l with l mod period = global, which sees all.
struct SlidingWindow {
  std::size_t tokens = 0;
  std::size_t period = 0;
  std::size_t global = 0;
};

struct ModelShape {
  std::size_t hidden = 0;
  std::size_t ffn = 0;  // width of the dense feed-forward; 0 where all layers have experts
  std::size_t layers = 0;
  std::size_t heads = 0;
  std::size_t kv_heads = 0;
  std::size_t head_dim = 0;
  std::size_t vocab = 0;  // rows of the embedding
  bool tied_embeddings = false;
  ActivationKind activation{};
  bool glu = true;  // down(activation(gate x) * up x), else down(activation(up x))
  NormKind norm{};
  bool qk_norm = false;         // an RMS norm over each head of Q and K
  bool post_norms = false;      // norms after attention and feed-forward too, before the residual
  bool embedding_norm = false;  // a norm right after the embedding
  bool qkv_bias = false;
  bool linear_bias = false;        // of attention output and feed-forward
  bool fused_qkv = false;          // one tensor in the file: decides its format, not the operations
  bool parallel_residual = false;  // attention and feed-forward read the same input (GPT-NeoX)
  double rotary_fraction = 1;      // of head_dim; 0: no rotary embedding
  bool logit_softcap = false;      // c tanh(x / c) over the logits
  bool attention_softcap = false;  // the same over attention scores
  std::optional<SlidingWindow> sliding_window;
  std::optional<MoeShape> moe;
};

struct ModelCard {
  std::string name;                  // lower case, e.g. "gemma-2-2b"
  std::vector<std::string> aliases;  // lower case
  std::optional<double> parameters;  // as published
  std::optional<ModelShape> shape;   // null: only decoding can be predicted
  // KV cache bytes per token, f16. Given only where there is no shape to say it.
  std::optional<double> kv_bytes_per_token;
  std::map<std::string, double> file_bytes;  // published, by quantisation; as exact as the source
  std::map<std::string, QuantMixture> quantizations;
  // By figure: "parameters", "shape", "shape/vocab", "kv_bytes_per_token", "file_bytes",
  // "quantizations/q4_0", ... A figure without an entry has that of the longest prefix.
  std::map<std::string, Provenance> provenance;
};

}  // namespace edgesim
