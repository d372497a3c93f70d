// The model cards that ship with edgesim, for tests of the rooms below experiments/.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>

#include "devices/model_card_io.h"

namespace edgesim {

inline std::string CatalogText(const std::string& file) {
  std::ifstream in(std::string(EDGESIM_SOURCE_DIR) + "/devices/catalog/" + file);
  EXPECT_TRUE(in.good()) << file;
  return {std::istreambuf_iterator<char>(in), {}};
}

inline const MixtureCatalog& ShippedMixtures() {
  static const MixtureCatalog mixtures =
      ParseMixtureCatalog(CatalogText("mixtures.json"), "mixtures.json");
  return mixtures;
}

inline const std::map<std::string, ModelCard>& ShippedCards() {
  static const std::map<std::string, ModelCard> cards = [] {
    std::map<std::string, ModelCard> read;
    for (const auto& entry : std::filesystem::directory_iterator(std::string(EDGESIM_SOURCE_DIR) +
                                                                 "/devices/catalog/models")) {
      const std::string file = entry.path().filename().string();
      ModelCard card = ParseModelCard(CatalogText("models/" + file), file, ShippedMixtures());
      EXPECT_EQ(card.name + ".json", file);
      read[card.name] = std::move(card);
    }
    return read;
  }();
  return cards;
}

// A small model of made-up numbers, for what is computed by hand.
inline ModelCard SmallCard() {
  ModelCard card{.name = "small"};
  card.shape = ModelShape{.hidden = 256,
                          .ffn = 512,
                          .layers = 2,
                          .heads = 4,
                          .kv_heads = 2,
                          .head_dim = 64,
                          .vocab = 1000,
                          .tied_embeddings = true};
  card.quantizations["f16"] = {.rest = TensorFormat::kF16};
  card.quantizations["q8_0"] = {.rest = TensorFormat::kQ8_0};
  return card;
}

}  // namespace edgesim
