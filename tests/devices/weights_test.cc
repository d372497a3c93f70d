// Tests of devices/weights.h: published parameter counts, KV sizes and file sizes of the shipped
// models, and which format llama.cpp's rules give to which tensor.
#include "devices/weights.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "sim/input_error.h"
#include "tests/support/shipped_cards.h"

namespace edgesim {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr double kMillion = 1e6, kBillion = 1e9, kKiB = 1024, kBitsPerByte = 8;

bool IsMatrix(const WeightTensor& tensor) { return tensor.rows > 1; }

// Matrix elements, as tables of model sizes count: norms and biases left out.
struct MatrixCounts {
  double per_layer = 0, total = 0, decode = 0;
};
MatrixCounts Count(const ModelShape& shape) {
  MatrixCounts counts;
  for (const WeightTensor& tensor : Weights(shape, {.rest = TensorFormat::kF32})) {
    if (!IsMatrix(tensor)) continue;
    const double elements = static_cast<double>(tensor.count * tensor.rows * tensor.columns);
    counts.total += elements;
    if (tensor.layer == 0U) counts.per_layer += elements;
    if (tensor.role != TensorRole::kTokenEmbd || shape.tied_embeddings) counts.decode += elements;
  }
  return counts;
}

// Computed once by hand from each config.json, all matrices in one format, norms left out; rounded
// to the printed digits.
TEST(Weights, SizesOfPublishedShapes) {
  const struct {
    const char* model;
    double layer_m, total_b, decode_b, f16_gb, q8_0_gb, q6_k_gb, q4_0_gb, kv_kib;
  } kRows[] = {{"gemma-2-2b", 77.86, 2.614, 2.614, 5.23, 2.78, 2.14, 1.47, 104},
               {"qwen3-4b", 100.93, 4.022, 4.022, 8.04, 4.27, 3.30, 2.26, 144},
               {"llama-3.2-1b", 60.82, 1.236, 1.236, 2.47, 1.31, 1.01, 0.70, 32},
               {"llama-3.2-3b", 100.66, 3.213, 3.213, 6.43, 3.41, 2.64, 1.81, 112},
               {"phi-3-mini", 113.25, 3.821, 3.722, 7.44, 3.96, 3.05, 2.09, 384},
               {"phi-3.5-mini", 113.25, 3.821, 3.722, 7.44, 3.96, 3.05, 2.09, 384},
               {"tinyllama-1.1b", 44.04, 1.100, 1.034, 2.07, 1.10, 0.85, 0.58, 22},
               {"phonelm-1.5b", 78.56, 1.6185, 1.618, 3.24, 1.72, 1.33, 0.91, 190},
               {"phonelm-0.5b", 19.14, 0.510, 0.510, 1.02, 0.54, 0.42, 0.29, 96},
               {"minicpm-2b", 61.05, 2.725, 2.725, 5.45, 2.89, 2.24, 1.53, 360},
               {"dolly-v2-3b", 78.64, 2.774, 2.645, 5.29, 2.81, 2.17, 1.49, 320}};
  for (const auto& row : kRows) {
    const ModelCard& card = ShippedCards().at(row.model);
    const MatrixCounts counts = Count(*card.shape);
    EXPECT_NEAR(counts.per_layer / kMillion, row.layer_m, 0.0051) << row.model;
    EXPECT_NEAR(counts.total / kBillion, row.total_b, 0.00051) << row.model;
    EXPECT_NEAR(counts.decode / kBillion, row.decode_b, 0.00051) << row.model;
    const auto gb = [&](TensorFormat format) {
      return counts.decode * BitsPerWeight(format) / kBitsPerByte / kBillion;
    };
    EXPECT_NEAR(gb(TensorFormat::kF16), row.f16_gb, 0.0051) << row.model;
    EXPECT_NEAR(gb(TensorFormat::kQ8_0), row.q8_0_gb, 0.0051) << row.model;
    EXPECT_NEAR(gb(TensorFormat::kQ6_K), row.q6_k_gb, 0.0051) << row.model;
    EXPECT_NEAR(gb(TensorFormat::kQ4_0), row.q4_0_gb, 0.0051) << row.model;
    EXPECT_EQ(KvBytesPerToken(card).value() / kKiB, row.kv_kib) << row.model;
  }
}

// The number in the name, or in its source.
TEST(Weights, ParameterCounts) {
  const struct {
    const char* model;
    double billions, tolerance;
  } kRows[] = {{"smallthinker-4b-a0.6b", 4, 0.3},
               {"smallthinker-21b-a3b", 21, 0.6},
               {"qwen3-30b-a3b", 30.5, 0.05},
               {"qwen3-0.6b", 0.596, 0.001},
               {"qwen3-1.7b", 1.72, 0.01},
               {"qwen2.5-0.5b", 0.494, 0.001},
               {"qwen2.5-1.5b", 1.54, 0.01},
               {"qwen2.5-3b", 3.09, 0.01},
               {"qwen2.5-7b", 7.61, 0.01},
               {"deepseek-r1-distill-qwen-1.5b", 1.78, 0.01},
               {"llama-2-7b", 6.74, 0.01},
               {"llama-3.1-8b", 8.03, 0.01},
               {"gemma-3-270m", 0.27, 0.005},
               {"gemma-3-1b", 1.0, 0.005},
               {"gemma-2-9b", 9.24, 0.01},
               {"smollm-135m", 0.1345, 0.0005},
               {"smollm2-1.7b", 1.71, 0.01},
               {"stablelm-3b-4e1t", 2.795, 0.005},
               {"bloom-1.1b", 1.065, 0.001},
               {"exaone-3.5-2.4b", 2.4, 0.01},
               {"qwen1.5-4b", 3.95, 0.01},
               {"dolly-v2-3b", 2.775, 0.001},
               {"deepseek-r1-distill-qwen-14b", 14.77, 0.01}};
  for (const auto& row : kRows) {
    EXPECT_NEAR(ParameterCount(*ShippedCards().at(row.model).shape) / kBillion, row.billions,
                row.tolerance)
        << row.model;
  }
  // arXiv 2409.15790, figure 7: 25.4 % more than Qwen2-0.5B, which has Qwen2.5-0.5B's shape.
  const auto count = [](const char* model) {
    return ParameterCount(*ShippedCards().at(model).shape);
  };
  EXPECT_NEAR(count("qwen1.5-0.5b") / count("qwen2.5-0.5b"), 1.254, 0.0005);
}

TEST(Weights, PublishedParameterCounts) {
  std::size_t compared = 0;
  for (const auto& [name, card] : ShippedCards()) {
    if (!card.shape || !card.parameters) continue;
    EXPECT_NEAR(ParameterCount(*card.shape) / *card.parameters, 1, 0.025) << name;
    ++compared;
  }
  EXPECT_GE(compared, 5U);
}

TEST(Weights, ActiveParametersOfExperts) {
  const auto active = [](const char* model) {
    return DecodeReads(*ShippedCards().at(model).shape, {.rest = TensorFormat::kF32}).parameters /
           kBillion;
  };
  EXPECT_NEAR(active("smallthinker-4b-a0.6b"), 0.6 + 0.23, 0.1);  // 0.6 without the embedding
  EXPECT_NEAR(active("smallthinker-21b-a3b"), 3, 0.5);
  EXPECT_NEAR(active("qwen3-30b-a3b"), 3.0, 0.1);
}

// A GGUF file is its weights and some MB of tokenizer; published sizes have two or three digits.
TEST(Weights, PublishedFileSizes) {
  std::size_t compared = 0;
  for (const auto& [name, card] : ShippedCards()) {
    if (!card.shape) continue;
    for (const auto& [quantization, published] : card.file_bytes) {
      ModelCard made = card;
      // The card says so: this file was quantised from Q, K and V as three tensors.
      if (name == "phi-3-mini" && quantization == "q4_k_m") made.shape->fused_qkv = false;
      const double predicted = WeightBytes(made, quantization).value();
      EXPECT_NEAR(predicted / published, 1, 0.006)
          << fmt::format("{} {}: {:.4g} GB, published {:.4g} GB", name, quantization,
                         predicted / kBillion, published / kBillion);
      ++compared;
    }
  }
  EXPECT_GE(compared, 25U);
}

TEST(Weights, MoreBitsForAboutHalfOfTheLayers) {
  const ModelCard& card = ShippedCards().at("gemma-2-2b");
  const QuantMixture& mixture = FindQuantization(card, "Q4_K_M");
  std::set<std::size_t> more;
  for (std::size_t l = 0; l < card.shape->layers; ++l) {
    const TensorFormat format =
        FormatOf(mixture, *card.shape, TensorRole::kFfnDown, l, card.shape->ffn);
    EXPECT_TRUE(format == TensorFormat::kQ6_K || format == TensorFormat::kQ4_K);
    EXPECT_EQ(FormatOf(mixture, *card.shape, TensorRole::kAttnV, l, card.shape->hidden), format);
    if (format == TensorFormat::kQ6_K) more.insert(l);
  }
  // 26 layers: 26/8 = 3, 7*26/8 = 22; then l - 3 = 2, 5, 8, ...
  EXPECT_EQ(more, (std::set<std::size_t>{0, 1, 2, 5, 8, 11, 14, 17, 20, 22, 23, 24, 25}));
}

TEST(Weights, FirstLayersGetMore) {
  const ModelCard& card = ShippedCards().at("llama-2-7b");
  const auto format = [&](const char* quantization, TensorRole role, std::size_t layer) {
    return FormatOf(FindQuantization(card, quantization), *card.shape, role, layer, 4096);
  };
  EXPECT_EQ(format("q3_k_m", TensorRole::kAttnV, 1), TensorFormat::kQ5_K);
  EXPECT_EQ(format("q3_k_m", TensorRole::kAttnV, 2), TensorFormat::kQ4_K);
  EXPECT_EQ(format("q3_k_m", TensorRole::kFfnDown, 1), TensorFormat::kQ5_K);  // 32/16 = 2 layers
  EXPECT_EQ(format("q3_k_m", TensorRole::kFfnDown, 2), TensorFormat::kQ4_K);
  EXPECT_EQ(format("q4_k_s", TensorRole::kAttnV, 3), TensorFormat::kQ5_K);
  EXPECT_EQ(format("q4_k_s", TensorRole::kAttnV, 4), TensorFormat::kQ4_K);
  EXPECT_EQ(format("q4_k_s", TensorRole::kFfnDown, 3), TensorFormat::kQ5_K);  // 32/8 = 4 layers
  EXPECT_EQ(format("q4_k_s", TensorRole::kFfnDown, 4), TensorFormat::kQ4_K);
  EXPECT_EQ(format("q2_k", TensorRole::kAttnV, 0), TensorFormat::kQ3_K);  // a KV head per head
  const ModelCard& grouped = ShippedCards().at("llama-3.1-8b");
  EXPECT_EQ(
      FormatOf(FindQuantization(grouped, "q2_k"), *grouped.shape, TensorRole::kAttnV, 0, 4096),
      TensorFormat::kQ4_K);
}

TEST(Weights, RowsThatAreNoWholeBlocksFallBack) {
  const ModelCard& card = ShippedCards().at("phonelm-1.5b");  // down has 6816 columns: 26.6 x 256
  const auto down = [&](const char* quantization) {
    return FormatOf(FindQuantization(card, quantization), *card.shape, TensorRole::kFfnDown, 9,
                    card.shape->ffn);
  };
  EXPECT_EQ(down("q6_k"), TensorFormat::kQ8_0);
  EXPECT_EQ(down("q4_k_s"), TensorFormat::kQ5_0);
  EXPECT_EQ(down("q2_k"), TensorFormat::kQ4_0);
  EXPECT_EQ(down("q8_0"), TensorFormat::kQ8_0);
  // What nothing helps is f16.
  EXPECT_EQ(FormatOf(FindQuantization(card, "q4_k_m"), *card.shape, TensorRole::kFfnUp, 0, 33),
            TensorFormat::kF16);
}

TEST(Weights, TheOutputHasItsOwnFormatAndLendsItToATiedEmbedding) {
  const auto embedding = [](const char* model) {
    const ModelCard& card = ShippedCards().at(model);
    return Weights(*card.shape, FindQuantization(card, "q4_0")).front();
  };
  EXPECT_EQ(embedding("llama-3.2-1b").format, TensorFormat::kQ6_K);
  EXPECT_EQ(embedding("llama-3.1-8b").format, TensorFormat::kQ4_0);
  EXPECT_EQ(embedding("smallthinker-4b-a0.6b").format, TensorFormat::kQ4_0);  // the card's own
}

TEST(Weights, FusedQkvDecidesTheFormat) {
  const ModelCard& card = ShippedCards().at("dolly-v2-3b");
  for (const TensorRole role : {TensorRole::kAttnQ, TensorRole::kAttnK, TensorRole::kAttnV}) {
    EXPECT_EQ(FormatOf(FindQuantization(card, "q4_k_m"), *card.shape, role, 9, 2560),
              TensorFormat::kQ5_K);
  }
}

TEST(Weights, NormsBiasesAndRoutersStayF32) {
  for (const auto& [name, card] : ShippedCards()) {
    if (!card.shape) continue;
    for (const WeightTensor& tensor : Weights(*card.shape, FindQuantization(card, "q4_k_m"))) {
      EXPECT_EQ(tensor.format == TensorFormat::kF32, !IsQuantised(tensor.role))
          << name << " " << Name(tensor.role);
    }
  }
}

TEST(Weights, ErrorsNameTheModel) {
  const auto error = [](const char* model, const char* quantization) -> std::string {
    try {
      FindQuantization(ShippedCards().at(model), quantization);
    } catch (const InputError& e) {
      return e.what();
    }
    return "no error";
  };
  EXPECT_THAT(error("qwen3-4b", "q4_k_n"),
              AllOf(HasSubstr("'qwen3-4b'"), HasSubstr("q8_0"), HasSubstr("did you mean 'q4_k_")));
  EXPECT_THAT(error("qwen3.5-2b", "q8_0"), HasSubstr("has no shape"));
}

TEST(Weights, WithoutAShapeThePublishedFigures) {
  const ModelCard& card = ShippedCards().at("qwen3.5-2b");
  EXPECT_EQ(WeightBytes(card, "q3_k_m"), 1.107e9);
  EXPECT_EQ(WeightBytes(card, "q8_0"), std::nullopt);
  EXPECT_EQ(KvBytesPerToken(card), std::nullopt);
}

}  // namespace
}  // namespace edgesim
