// A model small enough to count by hand: two layers, four query heads that share two KV heads.
#pragma once

#include "devices/model_card.h"

namespace edgesim {

inline ModelCard ToyCard() {
  ModelCard card;
  card.name = "toy-1m";
  card.shape = ModelShape{.hidden = 256,
                          .ffn = 512,
                          .layers = 2,
                          .heads = 4,
                          .kv_heads = 2,
                          .head_dim = 64,
                          .vocab = 1024,
                          .tied_embeddings = true};
  card.quantizations["q4_0"] = {.rest = TensorFormat::kQ4_0,
                                .roles = {{TensorRole::kOutput,
                                           {.layers = LayerRule::kAll,
                                            .format = TensorFormat::kQ6_K,
                                            .otherwise = TensorFormat::kQ6_K}}},
                                .fallback = {}};
  card.quantizations["q8_0"] = {.rest = TensorFormat::kQ8_0, .roles = {}, .fallback = {}};
  return card;
}

// No shape, as for a model of which only sizes are published.
inline ModelCard ShapelessCard() {
  ModelCard card;
  card.name = "sealed-1b";
  card.kv_bytes_per_token = 1000;
  card.file_bytes["q4_0"] = 1e9;
  return card;
}

}  // namespace edgesim
